import { AuditKeys } from '../audit/keys.js'
import { createCanaries } from '../canary/canary.js'
import type { Config } from '../config/config.js'
import { createGateway, type Gateway, type GatewayParts } from '../gateway.js'
import { createParking } from '../grants/parking.js'
import type { Clock, IdentityProvider, PolicyEngine, Store } from '../spec/index.js'
import { CLOCK, idMaker } from './ambient.js'
import { apiKeysOf } from './api-keys.js'
import { accountsOf, leftOfKeys } from './budgets.js'
import { closeAll, type DatasetsParts, datasetsOf, type HeldDatasets } from './datasets.js'
import { LocalDetectors } from './detectors.js'
import { documentsHeld } from './documents.js'
import { filesOf } from './files.js'
import type { HeldIssuer } from './issuers.js'
import { signingKeysOf } from './issuing.js'
import { logSecret } from './kept.js'
import { fingerprintsOf, ledgerOf } from './ledger.js'
import { addresses, listenOf } from './listen.js'
import { type HeldLog, openLog, recoverable } from './log.js'
import { claimOrigin } from './log-origin.js'
import { refuseLosses } from './losses.js'
import { Opened } from './opened.js'
import { type AdministerParts, operationsOf } from './operations.js'
import { policyOf } from './policies.js'
import { createProviderKeys, keyTeller } from './providers.js'
import { revocationsOf, revokeIn } from './revocations.js'
import { type Lasting, rulesOf } from './rules.js'
import { sharedSecret } from './shared-secret.js'
import { openReplay, openStore } from './store.js'
import { tokenCounter } from './tokenizer.js'
import { vaultOf } from './vault.js'
import { noteForLater, noteWhatWaits } from './waiting.js'

export interface ComposeOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly warn: (message: string) => void
  readonly clock?: Clock
  /** The engine of the configuration's policies, where they were read already. */
  readonly policy?: PolicyEngine
}

export interface Running {
  readonly gateway: Gateway
  readonly origin: string
  readonly vkey: string
  /** Puts a newly read configuration in force; throws `StartError`, and the last good one stays. */
  reload(config: Config, why: string): Promise<void>
  close(): Promise<void>
}

const ORIGIN_SHARED = 'give each an audit.origin of its own, for two logs of one name are what a verifier calls a fork'
const REMEMBER_MS = 10_000
const CACHED_TOKENS = 100_000

/** From a checked configuration to a listening gateway: opens the store and the log, closes what a crash left open. */
export async function run(config: Config, options: ComposeOptions): Promise<Running> {
  const clock = options.clock ?? CLOCK
  await refuseLosses(config, clock)
  // Both are made, where they are not there, before store and log are.
  recoverable(config)
  const secret = logSecret(config)
  const grounds = new Opened()
  const parts = new Opened()
  try {
    const store = grounds.add(await openStore(config, clock))
    const held = await openLog(config, options.warn)
    grounds.add(held.log)
    const { gateway, reload } = await assemble(config, { ...options, clock, secret, store, held, opened: parts })
    const remember = (): void => {
      try {
        held.openFrom.remember(gateway.oldestOpen() ?? held.log.size)
      } catch (error) {
        options.warn(`audit: ${error instanceof Error ? error.message : 'failed'}`)
      }
    }
    const remembering = setInterval(remember, REMEMBER_MS).unref()
    return {
      gateway,
      origin: held.log.origin,
      vkey: held.log.vkey,
      reload,
      async close() {
        clearInterval(remembering)
        await parts.close()
        remember()
        await grounds.close()
      },
    }
  } catch (error) {
    // Without remembering: what a crash left open may not be closed yet.
    await parts.close()
    await grounds.close()
    throw error
  }
}

interface Grounds extends ComposeOptions {
  readonly clock: Clock
  readonly secret: ReturnType<typeof logSecret>
  readonly store: Store
  readonly held: HeldLog
  readonly opened: Opened
}

async function assemble(config: Config, grounds: Grounds): Promise<Pick<Running, 'gateway' | 'reload'>> {
  const { clock, env, held, opened, secret, store, warn } = grounds
  const left = await held.left()
  let gateway: Gateway | undefined
  let inForce = config
  const newId = idMaker()
  const keys = new AuditKeys(secret, store)
  const forLater = noteForLater(store, clock, newId)
  const note: AdministerParts['note'] = async (kind, what) => (gateway?.note ?? forLater)(kind, what)

  const providers = createProviderKeys({ config, store, clock, env, tell: keyTeller(() => gateway, warn) })
  opened.add(providers)
  const replay = opened.add(await openReplay(config, clock))
  const startedAtMs = clock.now()
  const signing = opened.add(await signingKeysOf(config, { store, clock, note, report: warn }))
  const onRevoked = (): void => gateway?.checkRevoked()
  const revocations = opened.add(await revocationsOf(config, { store, clock, warn, note, onRevoked }))
  const parking = createParking({ store, clock, revocations })
  const onNarrowed = (): void => {
    gateway?.forgetVerified()
    gateway?.checkRevoked()
  }
  const vault = opened.add(await vaultOf(config, { store, clock, hasSealed: providers.hasSealed, report: warn }))
  const { ledger, sessions } = await ledgerOf({
    ...{ store, clock, warn, note },
    rules: () => inForce.ledger,
    onRisen: () => gateway?.decideAgain(),
  })
  opened.add(ledger)
  const fingerprints = await fingerprintsOf(config, { store, clock, warn, note })
  if (fingerprints !== undefined) opened.add(fingerprints)
  const apiKeys = opened.add(await apiKeysOf(config, { store, clock, report: warn, onNarrowed }))

  const failure = (): 'closed' | 'open' => inForce.budgets.failure
  const counter = opened.add(tokenCounter())
  const accounts = opened.add(accountsOf({ store, clock, failure, warn, note }))

  const localDetectors = opened.add(new LocalDetectors())
  const lasting: Lasting = {
    clock,
    env,
    report: warn,
    issuers: new Map<string, HeldIssuer>(),
    ownIssuers: new Map<string, IdentityProvider>(),
    signing,
    apiKeys,
    providers,
    vault,
    fingerprints,
    localDetectors,
    accounts,
    countTokens: (texts, atMost) => counter.count(texts, atMost),
    mintSession: sessions.mint,
    onOverBudget: (budget) => gateway?.count('ostiary_budget_refusals_total', { budget }),
    async revoke(what, cause) {
      await revokeIn(revocations, parking, what)
      for (const one of what) await note('revocation', { ...(await keys.revocationText(one, clock.now())), cause })
    },
  }
  const heldDatasets: HeldDatasets = new Map()
  opened.add({ close: () => closeAll(heldDatasets.values()) })
  const ofDatasets: DatasetsParts = {
    clock,
    report: warn,
    embeddingOf: (dataset, model) => gateway?.embeddingOf(dataset, model),
  }
  const datasets = await datasetsOf(config, ofDatasets, heldDatasets)
  await datasets.settle()
  const markSecret = await sharedSecret(store, 'marks')
  const running = await createGateway({
    ...partsOf(config),
    rules: await rulesOf(config, grounds.policy ?? policyOf(config), lasting, datasets),
    proofs: { ...config.dpop, nonceKey: await sharedSecret(store, 'dpop-nonce'), replay, startedAtMs },
    clock,
    newId,
    revocations,
    parking,
    vault,
    markSecret,
    canaryFor: createCanaries(markSecret),
    ledger,
    files: await filesOf(config, store),
    operations: operationsOf({
      clock,
      keys,
      note,
      revoke: (what) => revokeIn(revocations, parking, what),
      apiKeys,
      left: leftOfKeys(accounts),
      config: () => inForce,
      signingKeys: async () => signing,
      ledger: async () => ledger,
      providers: { ...providers.operations, running: true },
      documents: documentsHeld(() => inForce, heldDatasets, {
        env,
        localDetectors,
        onIll: ({ detector, whenIll }) =>
          gateway?.count('ostiary_inspection_failed_total', { detector, failure: whenIll }),
      }),
    }),
    audit: { log: held.log, keys, failure: config.audit.failure, order: config.audit.order },
    auditReader: held.reader,
    env,
    control: new Map([['GET /status', async () => statusOf(gateway, held)]]),
    warn,
  })
  gateway = opened.add(running)
  // Exchanges that were under way when the process was killed: nobody knows how they ended, and the log says just that.
  for (const { index, exchange } of left) await running.note('outcome', { exchange, intent: index, outcome: 'unknown' })
  await noteWhatWaits(store, running)
  const { origin } = held.log
  const onShared = (): void => {
    warn(`audit: another gateway on this store writes a log of the origin \`${origin}\` too: ${ORIGIN_SHARED}`)
    note('config', { check: 'audit_origin', origin }).catch(() => warn('audit: config entry not written'))
  }
  opened.add(await claimOrigin(origin, { store, newId, onShared }))
  return {
    gateway: running,
    // Awaited, so that a faulty set is a rejection like any other.
    async reload(next, why) {
      const policy = policyOf(next)
      const opened = await datasetsOf(next, ofDatasets, heldDatasets)
      try {
        await running.use(await rulesOf(next, policy, lasting, opened), why)
      } catch (error) {
        await opened.abandon()
        throw error
      }
      inForce = next
      localDetectors.keep(next.inspection.local)
      await opened.settle()
    },
  }
}

/** What is of the configuration alone, and changes with a restart. */
function partsOf(
  config: Config,
): Pick<
  GatewayParts,
  | 'listen'
  | 'admin'
  | 'controlSocket'
  | 'trustedProxies'
  | 'networksOf'
  | 'auditPublish'
  | 'receive'
  | 'connectMs'
  | 'cachedTokens'
  | 'shutdownDeadlineMs'
> {
  const { limits, timeouts } = config
  return {
    listen: listenOf(config.listen),
    admin: listenOf(config.admin),
    controlSocket: config.control.socket,
    trustedProxies: addresses(config.trustedProxies),
    networksOf: addresses,
    auditPublish: config.audit.publish,
    receive: {
      bodyBytes: limits.bodyBytes,
      headerBytes: limits.headerBytes,
      requestHeadMs: timeouts.requestHeadMs,
      requestBodyMs: timeouts.requestBodyMs,
    },
    connectMs: timeouts.connectMs,
    cachedTokens: CACHED_TOKENS,
    shutdownDeadlineMs: config.shutdown.deadlineMs,
  }
}

function statusOf(gateway: Gateway | undefined, { log }: HeldLog): Readonly<Record<string, unknown>> {
  return {
    ready: true,
    gateway: gateway?.url,
    admin: gateway?.adminUrl,
    origin: log.origin,
    vkey: log.vkey,
    pid: process.pid,
  }
}
