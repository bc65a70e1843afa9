import { AuditKeys } from '../audit/keys.js'
import type { Config } from '../config/config.js'
import { createParking } from '../grants/parking.js'
import { openRevocations } from '../grants/revocations.js'
import type { OpenLedger } from '../ledger/ledger.js'
import type { Operations } from '../spec/index.js'
import type { SigningKeys } from '../tokens/signing-keys.js'
import { CLOCK, idMaker } from './ambient.js'
import { apiKeysOf } from './api-keys.js'
import { leftInStore } from './budgets.js'
import { documentsOffline } from './documents.js'
import { signingKeysOf } from './issuing.js'
import { logSecret } from './kept.js'
import { ledgerOf } from './ledger.js'
import { refuseLosses } from './losses.js'
import { operationsOf } from './operations.js'
import { createProviderKeys } from './providers.js'
import { revokeIn } from './revocations.js'
import { openStore } from './store.js'
import { noteForLater } from './waiting.js'

export interface Administration {
  readonly operations: Operations
  close(): Promise<void>
}

/**
 * What administrators do, on the store itself: for where no gateway runs. The next start logs what was done.
 *
 * @param env of the shell, for what a configuration names there
 */
export async function administration(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  warn: (message: string) => void,
): Promise<Administration> {
  await refuseLosses(config, CLOCK)
  const store = await openStore(config, CLOCK)
  const newId = idMaker()
  try {
    const index = await openRevocations({
      store,
      clock: CLOCK,
      failure: 'closed',
      onRevoked: () => undefined,
      onIll: () => undefined,
    })
    const apiKeys = await apiKeysOf(config, { store, clock: CLOCK, report: () => undefined })
    // To be listed, and no more.
    const providers = createProviderKeys({ config, store, clock: CLOCK, env: {}, tell: () => undefined })
    providers.use(config)
    const note = noteForLater(store, CLOCK, newId)
    let opened: Promise<SigningKeys> | undefined
    const signingKeys = (): Promise<SigningKeys> => {
      opened ??= signingKeysOf(config, { store, clock: CLOCK, note, report: () => undefined })
      return opened
    }
    const documents = documentsOffline(config, { clock: CLOCK, report: warn, env, onIll: () => undefined })
    let labels: Promise<OpenLedger> | undefined
    const ledger = (): Promise<OpenLedger> => {
      labels ??= ledgerOf({
        ...{ store, clock: CLOCK, note, rules: () => config.ledger, warn: () => undefined, onRisen: () => undefined },
      }).then((it) => it.ledger)
      return labels
    }
    return {
      operations: operationsOf({
        clock: CLOCK,
        keys: new AuditKeys(logSecret(config), store),
        note,
        revoke: (what) => revokeIn(index, createParking({ store, clock: CLOCK, revocations: index }), what),
        apiKeys,
        left: leftInStore(store, CLOCK),
        config: () => config,
        signingKeys,
        ledger,
        providers: { ...providers.operations, running: false },
        documents,
      }),
      async close() {
        index.close()
        await documents.close()
        await apiKeys.close()
        ;(await opened)?.close()
        ;(await labels)?.close()
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}
