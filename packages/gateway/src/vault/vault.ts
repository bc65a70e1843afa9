import {
  type Clock,
  type FindingType,
  type Principal,
  proceed,
  type Row,
  refuse,
  type Store,
  subjectOf,
  type Vault,
  type VaultFormat,
  type VaultSession,
} from '../spec/index.js'
import { headOf, type Owner, VaultKeys } from './keys.js'
import { Session, SessionView, SPACE } from './session.js'

export interface VaultParts {
  readonly store: Store
  readonly clock: Clock
  /** How long a value can be restored after it was last tokenized. */
  readonly ttlMs: number
  readonly formats: ReadonlyMap<FindingType, VaultFormat>
  /**
   * 32 bytes. Throws where they cannot be had; the message is for the operator.
   *
   * @param make where there are none they may be made
   */
  readonly secretsKey: (make: boolean) => Buffer
  /** Whether nothing else is sealed with that key yet. */
  readonly isKeyUnused: () => Promise<boolean>
  /** One line for the operator. */
  readonly report: (message: string) => void
}

export interface OpenVault extends Vault {
  /** Before anything is tokenized: has the key, and makes it where nothing was sealed yet. Rejects in words for the operator. */
  prepare(): Promise<void>
  /** Forgets what has expired; done each minute. */
  sweep(): void
  close(): void
}

/** Sessions whose values are in memory; of others it is known that they have some. */
const SESSIONS_MAX = 10_000
const VALUES_MAX = 200_000
/** Of a session that another process filled so many rows are read, the last ones. */
const ROWS_MAX = 2_000
const SWEEP_MS = 60_000

/** Rows of a session in the store. */
interface Known {
  readonly rows: Set<string>
  /** When the last of them expires. */
  expiresAtMs: number
}

interface Place extends Owner {
  readonly id: string
}

/**
 * The vault of one process. It follows the store, so that it knows without asking which sessions have anything to restore; values
 * of the sessions used last are in memory, those that others put there are read once.
 */
export async function openVault(parts: VaultParts): Promise<OpenVault> {
  const { clock, store } = parts
  const known = new Map<string, Known>()
  /** Least recently used first. */
  const held = new Map<string, Session>()
  const loading = new Map<string, Promise<VaultSession>>()
  const places = new WeakMap<Principal, Place>()
  const said = new Set<string>()
  let keys: VaultKeys | undefined
  /** By which key the last row seen was sealed. */
  let sealedBy: string | undefined

  function see(rows: readonly Row[]): void {
    for (const { key, value } of rows) {
      const slash = key.indexOf('/')
      const id = key.slice(0, slash)
      const rowId = key.slice(slash + 1)
      if (value === undefined) {
        held.get(id)?.unlearn(rowId)
        const those = known.get(id)
        those?.rows.delete(rowId)
        if (those?.rows.size === 0) known.delete(id)
        continue
      }
      const head = headOf(value)
      if (head === undefined) continue
      sealedBy = head.key
      if (keys !== undefined && sealedBy !== keys.id) sayOnce(FOREIGN)
      const those = known.get(id) ?? { rows: new Set(), expiresAtMs: 0 }
      known.set(id, those)
      those.rows.add(rowId)
      those.expiresAtMs = Math.max(those.expiresAtMs, head.expires)
      if (those.rows.size > ROWS_MAX) dropFirst(those.rows)
      held.get(id)?.learn(rowId, value)
    }
  }

  function sayOnce(message: string): void {
    if (said.has(message)) return
    said.add(message)
    parts.report(`vault: ${message}`)
  }

  function keysNow(): VaultKeys {
    keys ??= new VaultKeys(parts.secretsKey(false))
    return keys
  }

  function placeOf(principal: Principal, session: string | undefined): Place {
    const last = places.get(principal)
    if (last !== undefined && last.session === session) return last
    const owner: Owner = { uid: subjectOf(principal).uid, session }
    const place = { ...owner, id: keysNow().sessionId(owner) }
    places.set(principal, place)
    return place
  }

  function sessionOf({ uid, session, id }: Place): Session {
    const found = held.get(id)
    if (found !== undefined) {
      held.delete(id)
      held.set(id, found)
      return found
    }
    const { formats, ttlMs } = parts
    const made = new Session({
      store,
      keys: keysNow(),
      owner: { uid, session },
      ttlMs,
      formats,
      now: () => clock.now(),
    })
    made.isWhole = !known.has(id)
    held.set(id, made)
    if (held.size > SESSIONS_MAX) dropFirst(held)
    return made
  }

  /** Reads what others put there. What they put meanwhile is told, and learnt as it is. */
  async function load(place: Place): Promise<VaultSession> {
    const session = sessionOf(place)
    await Promise.all(
      [...(known.get(place.id)?.rows ?? [])].map(async (rowId) => {
        const row = await store.get(SPACE, `${place.id}/${rowId}`)
        if (row !== undefined) session.learn(rowId, row)
      }),
    )
    session.isWhole = true
    return new SessionView(session)
  }

  function sweep(): void {
    const now = clock.now()
    for (const [id, { expiresAtMs }] of known) if (expiresAtMs <= now) known.delete(id)
    let values = 0
    for (const [id, session] of held) {
      session.sweep()
      values += session.size
      if (session.size === 0) held.delete(id)
    }
    for (const [id, session] of held) {
      if (values <= VALUES_MAX) break
      values -= session.size
      held.delete(id)
    }
  }

  const end = await store.follow(SPACE, see)
  const sweeping = setInterval(sweep, SWEEP_MS).unref()

  return {
    at(principal, session) {
      if (known.size === 0) return undefined
      let place: Place
      try {
        place = placeOf(principal, session)
      } catch (error) {
        sayOnce(`what the vault holds cannot be restored: ${messageOf(error)}`)
        return undefined
      }
      if (!known.has(place.id)) return undefined
      const found = sessionOf(place)
      if (found.isWhole) return new SessionView(found)
      const under = loading.get(place.id) ?? load(place).finally(() => loading.delete(place.id))
      loading.set(place.id, under)
      // Who asked need not wait for it, and a rejection that nobody heard would end the process.
      under.catch(ignore)
      return under
    },
    open(principal, session) {
      try {
        return proceed(new SessionView(sessionOf(placeOf(principal, session))))
      } catch (error) {
        sayOnce(`nothing can be tokenized: ${messageOf(error)}`)
        return refuse('obligation_failed', 'vault: its key cannot be had')
      }
    },
    async prepare() {
      keys ??= new VaultKeys(parts.secretsKey(known.size === 0 && (await parts.isKeyUnused())))
      if (sealedBy !== undefined && sealedBy !== keys.id) sayOnce(FOREIGN)
    },
    sweep,
    close() {
      clearInterval(sweeping)
      end()
    },
  }
}

const FOREIGN =
  'the store has rows that were sealed with another secretsKey and cannot be restored here: give every gateway of one store the same'

function dropFirst(from: { keys(): IterableIterator<string>; delete(key: string): unknown }): void {
  for (const key of from.keys()) {
    from.delete(key)
    return
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown'
}

function ignore(): void {}
