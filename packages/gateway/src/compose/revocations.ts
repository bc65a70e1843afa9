import type { Config } from '../config/config.js'
import type { Parking } from '../grants/parking.js'
import { openRevocations, type RevocationIndex } from '../grants/revocations.js'
import type { Clock, Revocable, Store } from '../spec/index.js'
import type { AdministerParts } from './operations.js'

export interface RevocationsOfParts extends Pick<AdministerParts, 'note'> {
  readonly store: Store
  readonly clock: Clock
  readonly warn: (message: string) => void
  readonly onRevoked: () => void
}

/** The revocations of the store, for a gateway that runs. */
export function revocationsOf({ revocation }: Config, parts: RevocationsOfParts): Promise<RevocationIndex> {
  const { store, clock, warn, note, onRevoked } = parts
  const { failure } = revocation
  return openRevocations({
    store,
    clock,
    failure,
    onRevoked,
    onIll(why) {
      warn(why === undefined ? 'revocations: the store is back' : `revocations: ${why}`)
      // Whether requests were refused meanwhile or went on is the operator's choice, and the log says which.
      const what = { check: 'revocations', failure, store: why === undefined ? 'back' : 'away' }
      note('config', what).catch(() => warn('audit: config entry not written'))
    },
  })
}

export async function revokeIn(index: RevocationIndex, parking: Parking, what: readonly Revocable[]): Promise<void> {
  await index.revoke(what)
  await parking.dropRevoked()
}
