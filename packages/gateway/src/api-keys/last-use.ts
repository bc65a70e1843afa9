import { type Clock, rowsOf, type Store } from '../spec/index.js'
import type { KeyId } from './record.js'

export interface LastUses {
  /** A key was presented, and taken. Written at most once a minute for each key. */
  note(id: KeyId): void
  /** Seconds since the epoch, by key. */
  all(): Promise<ReadonlyMap<string, number>>
  /** Fulfilled once what was noted is written, or failed to be. */
  close(): Promise<void>
}

export interface LastUsesParts {
  readonly store: Store
  readonly clock: Clock
  /** A last use was not written: nothing depends on it, so nobody waits for it. */
  readonly onLost: (why: string) => void
}

const SPACE = 'api-key-uses'
const INTERVAL_MS = 60_000
/** Longer than any key lives. */
const KEPT_MS = 400 * 86_400_000

export function createLastUses({ store, clock, onLost }: LastUsesParts): LastUses {
  const writtenMs = new Map<KeyId, number>()
  let writing: Promise<unknown> = Promise.resolve()
  return {
    note(id) {
      const nowMs = clock.now()
      const last = writtenMs.get(id)
      if (last !== undefined && nowMs - last < INTERVAL_MS) return
      writtenMs.set(id, nowMs)
      const put = store.put(SPACE, id, String(Math.floor(nowMs / 1000)), { expiresAtMs: nowMs + KEPT_MS })
      const settled = put.catch((error: unknown) => onLost(error instanceof Error ? error.message : 'failed'))
      writing = Promise.all([writing, settled])
    },
    async all() {
      const rows = await rowsOf(store, SPACE)
      return new Map(rows.map(({ key, value }) => [key, Number(value)]))
    },
    async close() {
      await writing
    },
  }
}
