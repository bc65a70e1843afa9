import type { Config } from '../config/config.js'
import { type LedgerRules, type OpenLedger, openLedger } from '../ledger/ledger.js'
import { createSessions, type Sessions } from '../ledger/sessions.js'
import type { Clock, Gathering, Store } from '../spec/index.js'
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

export function gatheringOf({ ledger: { gather } }: Config): Gathering {
  return {
    findings: new Map(gather.findings.map(({ type, labels }) => [type, labels])),
    toolResults: gather.toolResults,
  }
}
