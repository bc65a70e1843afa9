import { type KeyOperationsParts, keyOperations } from '../api-keys/operations.js'
import type { ApiKeys } from '../api-keys/service.js'
import type { EventKind } from '../audit/event.js'
import type { AuditKeys } from '../audit/keys.js'
import type { Config } from '../config/config.js'
import { documentOperations } from '../documents/operations.js'
import { type ProviderOperationsParts, providerOperations } from '../forward/provider-operations.js'
import { revocationOperations } from '../grants/operations.js'
import type { OpenLedger } from '../ledger/ledger.js'
import { type Declassification, labelOperations } from '../ledger/operations.js'
import { type Clock, type Operations, type Principal, type Revocable, subjectOf } from '../spec/index.js'
import { signingKeyOperations } from '../tokens/operations.js'
import type { SigningKeys } from '../tokens/signing-keys.js'
import { type DocumentsAdministered, knownDatasets } from './documents.js'

export interface AdministerParts {
  readonly clock: Clock
  readonly keys: AuditKeys
  /** Writes an entry; where no gateway runs, leaves it for the next start to write. */
  readonly note: (kind: EventKind, what: Readonly<Record<string, unknown>>) => Promise<void>
  readonly revoke: (what: readonly Revocable[]) => Promise<void>
  readonly apiKeys: ApiKeys
  readonly left: KeyOperationsParts['left']
  /** The configuration in force. */
  readonly config: () => Config
  readonly signingKeys: () => Promise<SigningKeys>
  readonly ledger: () => Promise<Pick<OpenLedger, 'of' | 'lower'>>
  readonly providers: Omit<ProviderOperationsParts, 'note'>
  readonly documents: DocumentsAdministered
}

/** Everything that an administrator can do, the same whether a gateway runs or not. */
export function operationsOf(parts: AdministerParts): Operations {
  const { apiKeys, clock, config, documents, keys, ledger, left, note, providers, revoke, signingKeys } = parts
  return new Map([
    ...revocationOperations({
      revoke,
      note: async (what) => note('revocation', await keys.revocationText(what, clock.now())),
    }),
    ...keyOperations({
      keys: apiKeys,
      left,
      revoke,
      note: (what) => note('config', what),
      known: () => ({
        models: new Set(config().models.map(({ name }) => name)),
        datasets: new Set(config().datasets.map(({ name }) => name)),
      }),
      allowDirect: () => config().apiKeys.direct,
      now: () => clock.now(),
    }),
    ...labelOperations({
      ledger,
      note: async (what, by) => note('declassification', await declassified(parts, what, by)),
    }),
    ...signingKeyOperations(signingKeys, revoke),
    ...providerOperations({ ...providers, note: (what) => note('config', what) }),
    ...documentOperations({
      ...documents,
      datasets: () => knownDatasets(config()),
      note: async (what, by) => note('config', { ...what, ...(await administratorOf(parts, by)) }),
    }),
  ])
}

/** What the log says of it: whose labels, which, why, and who did it. */
async function declassified(
  { clock, keys }: Pick<AdministerParts, 'clock' | 'keys'>,
  { labels, reason, uid }: Declassification,
  by: Principal | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const subject = await keys.subjectName(uid, clock.now())
  return { subject, labels, reason, ...(await administratorOf({ clock, keys }, by)) }
}

/** Who did it, as the log names people. */
async function administratorOf(
  { clock, keys }: Pick<AdministerParts, 'clock' | 'keys'>,
  by: Principal | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const nowMs = clock.now()
  const who = by === undefined ? 'operator' : await keys.subjectName(subjectOf(by).uid, nowMs)
  // An administrator's agent is named too: it is the one that asked.
  return { by: who, ...(by?.onBehalfOf === undefined ? {} : { actor: await keys.subjectName(by.actor.uid, nowMs) }) }
}
