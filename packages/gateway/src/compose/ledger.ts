import type { Config } from '../config/config.js'
import { type OpenFingerprints, openFingerprints } from '../fingerprints/fingerprints.js'
import { type LedgerRules, type OpenLedger, openLedger } from '../ledger/ledger.js'
import { createSessions, type Sessions } from '../ledger/sessions.js'
import type { Clock, Fingerprints, Gathering, Store } from '../spec/index.js'
import type { AdministerParts } from './operations.js'
import { sharedSecret } from './shared-secret.js'

export interface LedgerOfParts extends Pick<AdministerParts, 'note'> {
  readonly store: Store
  readonly clock: Clock
  /** Of the configuration in force. */
  readonly rules: () => LedgerRules
  readonly warn: (message: string) => void
  readonly onRisen: () => void
}

/** The ledger of the store, for a gateway that runs. */
export async function ledgerOf(
  parts: LedgerOfParts,
): Promise<{ readonly ledger: OpenLedger; readonly sessions: Sessions }> {
  const { store, clock, rules, warn, note, onRisen } = parts
  const sessions = createSessions(await sharedSecret(store, 'sessions'))
  const ledger = await openLedger({
    ...{ store, clock, rules, sessions, onRisen },
    onIll(why) {
      warn(why === undefined ? 'ledger: the store is back' : `ledger: labels that others gather are not seen (${why})`)
      const what = { check: 'labels', store: why === undefined ? 'back' : 'away' }
      note('config', what).catch(() => warn('audit: config entry not written'))
    },
  })
  return { ledger, sessions }
}

/** What is remembered of what was released through the store's gateways; undefined where the operator wants none of it. */
export async function fingerprintsOf(
  { ledger: { fingerprints } }: Config,
  { clock, note, store, warn }: Pick<LedgerOfParts, 'clock' | 'note' | 'store' | 'warn'>,
): Promise<OpenFingerprints | undefined> {
  if (fingerprints === undefined) return undefined
  return openFingerprints({
    ...{ store, clock, rules: fingerprints, secret: await sharedSecret(store, 'fingerprints') },
    onIll(why) {
      warn(
        why === undefined
          ? 'fingerprints: the store is back'
          : `fingerprints: what others release is not seen (${why})`,
      )
      const what = { check: 'fingerprints', store: why === undefined ? 'back' : 'away' }
      note('config', what).catch(() => warn('audit: config entry not written'))
    },
  })
}

export function gatheringOf({ ledger: { gather } }: Config, known: Fingerprints | undefined): Gathering {
  return {
    ...(known === undefined ? {} : { known }),
    findings: new Map(gather.findings.map(({ type, labels }) => [type, labels])),
    toolResults: gather.toolResults,
  }
}
