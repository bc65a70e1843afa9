import type { Row } from '../spec/index.js'
import { type ApiKeyRecord, type KeyId, keyRowOf } from './record.js'

/** A key as it stands now. */
export interface KeyState {
  readonly record: ApiKeyRecord
  /** Seconds since the epoch: what its record says, or earlier where it was rotated. */
  readonly expiresAt: number
  /** Seconds since the epoch. */
  readonly revokedAt: number | undefined
}

/** What rows brought. */
export interface Taken {
  /** A key is good for less than it was. */
  readonly narrowed: boolean
  /** Keys of rows that cannot be read. */
  readonly faulty: readonly string[]
}

/** All keys of the store, in memory. Rows only add to what is known, so they may come in any order and more than once. */
export class KeyRing {
  readonly #records = new Map<KeyId, ApiKeyRecord>()
  readonly #byHash = new Map<string, KeyId>()
  /** By when a key ends that another has taken the place of. */
  readonly #until = new Map<KeyId, number>()
  readonly #revokedAt = new Map<KeyId, number>()

  take(rows: readonly Row[]): Taken {
    const faulty: string[] = []
    let narrowed = false
    for (const { key, value } of rows) {
      const row = keyRowOf(key, value)
      switch (row.kind) {
        case 'key':
          narrowed = this.#add(row.record) || narrowed
          break
        case 'revoked':
          // It stays revoked should the row go: only its own record's going ends it otherwise.
          narrowed = true
          if (!this.#revokedAt.has(row.id)) this.#revokedAt.set(row.id, row.at)
          break
        case 'gone':
          narrowed = true
          this.#remove(row.id)
          break
        case 'faulty':
          faulty.push(key)
      }
    }
    return { narrowed, faulty }
  }

  #add(record: ApiKeyRecord): boolean {
    const { id, hash, replaces } = record
    this.#records.set(id, record)
    this.#byHash.set(hash, id)
    const before = replaces && (this.#until.get(replaces.id) ?? Number.POSITIVE_INFINITY)
    if (replaces === undefined || before === undefined || before <= replaces.until) return false
    this.#until.set(replaces.id, replaces.until)
    return true
  }

  #remove(id: KeyId): void {
    const record = this.#records.get(id)
    this.#records.delete(id)
    if (record !== undefined) this.#byHash.delete(record.hash)
  }

  byHash(hash: string): KeyState | undefined {
    const id = this.#byHash.get(hash)
    return id === undefined ? undefined : this.byId(id)
  }

  byId(id: KeyId): KeyState | undefined {
    const record = this.#records.get(id)
    return record === undefined ? undefined : this.#stateOf(record)
  }

  all(): readonly KeyState[] {
    return [...this.#records.values()].map((record) => this.#stateOf(record))
  }

  #stateOf(record: ApiKeyRecord): KeyState {
    const { id, expiresAt } = record
    return {
      record,
      expiresAt: Math.min(expiresAt, this.#until.get(id) ?? expiresAt),
      revokedAt: this.#revokedAt.get(id),
    }
  }
}
