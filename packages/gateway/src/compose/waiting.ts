import type { EventKind } from '../audit/event.js'
import type { Gateway } from '../gateway.js'
import { type Clock, rowsOf, type Store } from '../spec/index.js'
import type { AdministerParts } from './operations.js'

/** Entries of what was done while no gateway ran. */
const WAITING_SPACE = 'entries-waiting'

export function noteForLater(store: Store, clock: Clock, newId: () => string): AdministerParts['note'] {
  return async (kind, what) => {
    const doneAt = new Date(clock.now()).toISOString()
    const waiting = JSON.stringify({ kind, what: { ...what, done_at: doneAt, offline: true } })
    await store.put(WAITING_SPACE, `${doneAt} ${newId()}`, waiting)
  }
}

export async function noteWhatWaits(store: Store, gateway: Gateway): Promise<void> {
  for (const { key, value } of await rowsOf(store, WAITING_SPACE)) {
    const { kind, what } = JSON.parse(value) as { kind: EventKind; what: Readonly<Record<string, unknown>> }
    await gateway.note(kind, what)
    await store.put(WAITING_SPACE, key, undefined)
  }
}
