import {
  type FindingType,
  findingTypeOf,
  type Placeholder,
  type PlaceholderScan,
  type Store,
  type SurrogateType,
  type VaultFormat,
  type VaultSession,
} from '../spec/index.js'
import { Finder } from './finder.js'
import type { Held, Owner, VaultKeys } from './keys.js'
import { placeholdersOf } from './placeholder.js'
import { groupedLike, hasSurrogate, isGrouped, surrogatesOf, ungrouped } from './surrogate.js'

export const SPACE = 'vault'

/** More than that are forgotten here, the oldest first; their rows stay until they expire. */
const VALUES_MAX = 10_000

export interface SessionParts {
  readonly store: Store
  readonly keys: VaultKeys
  readonly owner: Owner
  readonly ttlMs: number
  readonly formats: ReadonlyMap<FindingType, VaultFormat>
  readonly now: () => number
}

export interface Entry extends Held {
  readonly type: FindingType
  readonly rowId: string
  expiresAtMs: number
  /** Whether it is in the store. `stale`: with less time to live than here. */
  state: 'new' | 'stale' | 'kept'
  /** Under way to the store. */
  keeping: Promise<'kept' | 'clash'> | undefined
}

/** What is held of one session of one principal, for all its exchanges. */
export class Session {
  readonly id: string
  /** All that the store holds of it is here. */
  isWhole = true
  readonly #parts: SessionParts
  readonly #finder = new Finder<Entry>()
  readonly #byValue = new Map<string, Entry>()
  readonly #byRow = new Map<string, Entry>()

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.id = parts.keys.sessionId(parts.owner)
  }

  get size(): number {
    return this.#byRow.size
  }

  types(): readonly FindingType[] {
    const now = this.#parts.now()
    const types = new Set<FindingType>()
    for (const { type, expiresAtMs } of this.#byRow.values()) if (expiresAtMs > now) types.add(type)
    return [...types].sort()
  }

  /** The placeholder of a value, and its entry: undefined where `found` is a placeholder of ours itself. */
  tokenize(type: FindingType, found: string): { readonly said: string; readonly entry: Entry | undefined } {
    // A surrogate in the history, of a kind that detectors take for a value.
    const own = this.#finder.get(found)
    if (own !== undefined && this.#lives(own)) return { said: found, entry: undefined }
    if (this.#parts.formats.get(type) === 'surrogate' && hasSurrogate(type)) {
      const value = isGrouped(type) ? ungrouped(found) : found
      const entry = this.#entryOf(type, value, this.#surrogates(type, value))
      if (entry !== undefined && isSurrogate(entry)) {
        return { said: isGrouped(type) ? groupedLike(entry.placeholder, found) : entry.placeholder, entry }
      }
    }
    const entry = this.#entryOf(type, found, this.#placeholders(type, found))
    if (entry === undefined) throw new Error('every placeholder of a value is taken')
    return { said: entry.placeholder, entry }
  }

  /** Durable once it is fulfilled. Exchanges that need the same row wait for the same. */
  keep(entry: Entry): Promise<'kept' | 'clash'> {
    entry.keeping ??= this.#put(entry).finally(() => {
      entry.keeping = undefined
    })
    return entry.keeping
  }

  scan(text: string, from: number, ended: boolean): PlaceholderScan {
    const { spots, hold } = this.#finder.scan(text, from, ended)
    const found: Placeholder[] = []
    for (const { start, end, coreStart, coreEnd, what } of spots) {
      if (!this.#lives(what)) continue
      const { type, value } = what
      const isLike = isGrouped(type) && isSurrogate(what)
      found.push({ start, end, type, value: isLike ? groupedLike(value, text.slice(coreStart, coreEnd)) : value })
    }
    return { found, hold }
  }

  /** A row of this session was put, here or by another process. */
  learn(rowId: string, row: string): void {
    const known = this.#byRow.get(rowId)
    const { keys, owner } = this.#parts
    const held = keys.unseal(owner, rowId, row)
    if (held === undefined || held.expiresAtMs <= this.#parts.now()) return
    if (known !== undefined && known.value === held.value && known.type === held.type) {
      known.expiresAtMs = Math.max(known.expiresAtMs, held.expiresAtMs)
      return
    }
    const type = findingTypeOf(held.type)
    // Put by a version that knows more.
    if (type === undefined) return
    if (known !== undefined) this.#forget(known)
    this.#add({ ...held, type, rowId, state: 'kept', keeping: undefined })
  }

  /** A row of this session is gone. */
  unlearn(rowId: string): void {
    const known = this.#byRow.get(rowId)
    if (known?.state === 'kept') this.#forget(known)
  }

  /** Forgets what has expired. */
  sweep(): void {
    for (const entry of this.#byRow.values()) this.#lives(entry)
  }

  #lives(entry: Entry): boolean {
    if (entry.expiresAtMs > this.#parts.now()) return true
    this.#forget(entry)
    return false
  }

  /** What is used again lives on. */
  #renewed(entry: Entry): Entry {
    const { now, ttlMs } = this.#parts
    if (entry.expiresAtMs < now() + ttlMs / 2) {
      entry.expiresAtMs = now() + ttlMs
      if (entry.state === 'kept') entry.state = 'stale'
    }
    return entry
  }

  /** Undefined where every candidate stands for something else. */
  #entryOf(type: FindingType, value: string, candidates: Iterable<string>): Entry | undefined {
    const held = this.#byValue.get(nameOf(type, value))
    if (held !== undefined && this.#lives(held)) return this.#renewed(held)
    const { keys, now, owner, ttlMs } = this.#parts
    for (const placeholder of candidates) {
      const other = this.#finder.get(placeholder)
      if (other !== undefined && this.#lives(other)) continue
      const rowId = keys.rowId(owner, placeholder)
      const expiresAtMs = now() + ttlMs
      const made: Entry = { type, value, placeholder, rowId, expiresAtMs, state: 'new', keeping: undefined }
      this.#add(made)
      return made
    }
    return undefined
  }

  #surrogates(type: SurrogateType, value: string): Iterable<string> {
    const { keys, owner } = this.#parts
    return surrogatesOf(type, value, (nth) => keys.digest(owner, 'surrogate', type, value, nth))
  }

  #placeholders(type: FindingType, value: string): Iterable<string> {
    const { keys, owner } = this.#parts
    const alike = isGrouped(type) ? ungrouped(value) : value.normalize('NFC').toLowerCase()
    return placeholdersOf(type, keys.digest(owner, 'alike', type, alike), keys.digest(owner, 'exact', type, value))
  }

  #add(entry: Entry): void {
    this.#finder.set(entry.placeholder, entry)
    this.#byValue.set(nameOf(entry.type, entry.value), entry)
    this.#byRow.set(entry.rowId, entry)
    if (this.#byRow.size <= VALUES_MAX) return
    for (const oldest of this.#byRow.values()) {
      this.#forget(oldest)
      break
    }
  }

  #forget(entry: Entry): void {
    if (this.#finder.get(entry.placeholder) === entry) this.#finder.delete(entry.placeholder)
    const name = nameOf(entry.type, entry.value)
    if (this.#byValue.get(name) === entry) this.#byValue.delete(name)
    if (this.#byRow.get(entry.rowId) === entry) this.#byRow.delete(entry.rowId)
  }

  async #put(entry: Entry): Promise<'kept' | 'clash'> {
    const { keys, now, owner, store, ttlMs } = this.#parts
    const key = `${this.id}/${entry.rowId}`
    const { expiresAtMs } = entry
    const row = keys.seal(owner, entry)
    if (!(await store.put(SPACE, key, row, { expiresAtMs, onlyNew: entry.state === 'new' }))) {
      const theirs = await store.get(SPACE, key)
      const held = theirs === undefined ? undefined : keys.unseal(owner, entry.rowId, theirs)
      if (theirs === undefined || held === undefined) throw new Error('a row of the vault cannot be read')
      if (held.type !== entry.type || held.value !== entry.value) {
        this.#forget(entry)
        this.learn(entry.rowId, theirs)
        return 'clash'
      }
      if (held.expiresAtMs < now() + ttlMs / 2) await store.put(SPACE, key, row, { expiresAtMs })
    }
    entry.state = 'kept'
    return 'kept'
  }
}

/** A session as one exchange makes use of it. */
export class SessionView implements VaultSession {
  readonly #session: Session
  /** What must be in the store before anything leaves. */
  readonly #unkept = new Set<Entry>()

  constructor(session: Session) {
    this.#session = session
  }

  types(): readonly FindingType[] {
    return this.#session.types()
  }

  tokenize(type: FindingType, value: string): string {
    const { said, entry } = this.#session.tokenize(type, value)
    if (entry !== undefined && entry.state !== 'kept') this.#unkept.add(entry)
    return said
  }

  get isKept(): boolean {
    return this.#unkept.size === 0
  }

  async keep(): Promise<'kept' | 'clash'> {
    const entries = [...this.#unkept]
    const all = await Promise.all(entries.map((entry) => this.#session.keep(entry)))
    for (const entry of entries) this.#unkept.delete(entry)
    return all.includes('clash') ? 'clash' : 'kept'
  }

  scan(text: string, from: number, ended: boolean): PlaceholderScan {
    return this.#session.scan(text, from, ended)
  }
}

function isSurrogate({ placeholder }: Held): boolean {
  return !placeholder.startsWith('[')
}

function nameOf(type: FindingType, value: string): string {
  return `${type} ${value}`
}
