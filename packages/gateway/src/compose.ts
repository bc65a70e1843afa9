import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { join } from 'node:path'
import { readEntries } from './adapters/audit-fs/entries.js'
import { CHECKPOINT, LOCK, WAL } from './adapters/audit-fs/layout.js'
import { openFsLog } from './adapters/audit-fs/log.js'
import { folderReader } from './adapters/audit-fs/reader.js'
import { FsLogRefused } from './adapters/audit-fs/refused.js'
import { cardDetector } from './adapters/detector-card/detector.js'
import { credentialDetectors } from './adapters/detector-credential/detector.js'
import { emailDetector } from './adapters/detector-email/detector.js'
import { ibanDetector } from './adapters/detector-iban/detector.js'
import { privateKeyDetector } from './adapters/detector-private-key/detector.js'
import { createOpenAiDialect } from './adapters/dialect-openai/dialect.js'
import { loadPolicies } from './adapters/policy-cedar/load.js'
import { type AdministerParts, operationsOf } from './administer.js'
import { type ApiKeys, openApiKeys } from './api-keys/service.js'
import { type EventKind, eventOf } from './audit/event.js'
import { AuditKeys } from './audit/keys.js'
import { openIntents } from './audit/recover.js'
import { type HeldIssuer, issuersOf } from './compose-issuers.js'
import { createProviderKeys, type ProviderKeys, type ProviderKeysParts } from './compose-providers.js'
import { databaseBegun, openReplay, openStore, storeName } from './compose-store.js'
import type { Config, ListenConfig } from './config/config.js'
import { configDigest } from './config/digest.js'
import { type Fault, faultText } from './config/fault.js'
import { readAuthorities, readSecret } from './config/secret.js'
import { vocabularyOf } from './config/vocabulary.js'
import type { Model } from './exchange.js'
import { createGateway, type Gateway, type Listen, type Rules } from './gateway.js'
import { createParking, type Parking } from './grants/parking.js'
import { openRevocations, type RevocationIndex } from './grants/revocations.js'
import { databaseLoss, type KeptFile, type Loss, logKey, logSecret, lossesOf, lostDatabase, lostFiles } from './kept.js'
import { readOpenFrom } from './open-from.js'
import { sharedSecret } from './shared-secret.js'
import {
  type Clock,
  type Detector,
  type Dialect,
  type IdentityProvider,
  type Operations,
  type PolicyEngine,
  type Replay,
  type Revocable,
  rowsOf,
  type Store,
} from './spec/index.js'
import type { Issuing } from './tokens/issue.js'
import { createOwnIssuer } from './tokens/own-issuer.js'
import { openSigningKeys, type SigningKeys, type SigningKeysParts } from './tokens/signing-keys.js'

/** A set-up that cannot start; the message is for the operator. */
export class StartError extends Error {
  override readonly name: string = 'StartError'
}

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

const REMEMBER_MS = 10_000

const CLOCK: Clock = { now: () => Date.now() }

/** From a checked configuration to a listening gateway: opens the store and the log, closes what a crash left open. */
export async function run(config: Config, options: ComposeOptions): Promise<Running> {
  const clock = options.clock ?? CLOCK
  const { dir } = config.audit.store
  await refuseLosses(config, clock)
  const { key } = recoverable(config)
  const secret = logSecret(config)
  const store = await openStore(config, clock)
  let gateway: Gateway | undefined
  const log = await openFsLog({
    dir,
    origin: config.audit.origin,
    key,
    flushIntervalMs: config.audit.flushIntervalMs,
    checkpointIntervalMs: config.audit.checkpointIntervalMs,
    onFatal: (error) =>
      options.warn(`audit: the log failed and takes nothing any more (${error.name}: ${error.message})`),
  }).catch(async (error: unknown) => {
    await store.close()
    return explain(error)
  })
  const openFrom = readOpenFrom(dir, log.size)
  let revocations: RevocationIndex | undefined
  let apiKeys: ApiKeys | undefined
  let providerKeys: ProviderKeys | undefined
  let inForce = config
  let signingKeys: SigningKeys | undefined
  let replay: Replay | undefined
  try {
    const left = await openIntents(readEntries(dir, openFrom.at))
    const issuers = new Map<string, HeldIssuer>()
    const ownIssuers = new Map<string, IdentityProvider>()
    const tell = keyTeller(() => gateway, options.warn)
    const ofProviders = createProviderKeys({ config, store, clock, env: options.env, tell })
    providerKeys = ofProviders
    const keys = new AuditKeys(secret, store)
    const newId = idMaker()
    const once = await openReplay(config, clock)
    replay = once
    const startedAtMs = clock.now()
    const forLater = noteForLater(store, clock, newId)
    const note: AdministerParts['note'] = async (kind, what) => (gateway?.note ?? forLater)(kind, what)
    const signing = await signingKeysOf(config, { store, clock, note, report: options.warn })
    signingKeys = signing
    const index = await openRevocations({
      store,
      clock,
      failure: config.revocation.failure,
      onRevoked: () => gateway?.checkRevoked(),
      onIll(why) {
        options.warn(why === undefined ? 'revocations: the store is back' : `revocations: ${why}`)
        // Whether requests were refused meanwhile or went on is the operator's choice, and the log says which.
        const what = {
          check: 'revocations',
          failure: config.revocation.failure,
          store: why === undefined ? 'back' : 'away',
        }
        note('config', what).catch(() => options.warn('audit: config entry not written'))
      },
    })
    revocations = index
    const parking = createParking({ store, clock, revocations: index })
    const narrowed = (): void => {
      gateway?.forgetVerified()
      gateway?.checkRevoked()
    }
    const held = await apiKeysOf(config, store, clock, options.warn, narrowed)
    apiKeys = held
    const revoke: Lasting['revoke'] = async (what, cause) => {
      await revokeIn(index, parking, what)
      for (const one of what) await note('revocation', { ...(await keys.revocationText(one, clock.now())), cause })
    }
    const lasting: Lasting = {
      clock,
      options,
      issuers,
      ownIssuers,
      signing,
      revoke,
      apiKeys: held,
      providers: ofProviders,
    }
    const operations = operationsOf({
      clock,
      keys,
      note,
      revoke: (what) => revokeIn(index, parking, what),
      apiKeys: held,
      config: () => inForce,
      signingKeys: async () => signing,
      providers: { ...ofProviders.operations, running: true },
    })
    const running = await createGateway({
      rules: await rulesOf(config, options.policy ?? policyOf(config), lasting),
      listen: listenOf(config.listen),
      admin: listenOf(config.admin),
      controlSocket: config.control.socket,
      trustedProxies: addresses(config.trustedProxies),
      networksOf: addresses,
      proofs: {
        ...config.dpop,
        nonceKey: await sharedSecret(store, 'dpop-nonce'),
        replay: once,
        startedAtMs,
      },
      clock,
      newId,
      revocations: index,
      parking,
      budgets: held.budgets,
      operations,
      audit: { log, keys, failure: config.audit.failure, order: config.audit.order },
      auditReader: folderReader(dir),
      auditPublish: config.audit.publish,
      receive: {
        bodyBytes: config.limits.bodyBytes,
        headerBytes: config.limits.headerBytes,
        requestHeadMs: config.timeouts.requestHeadMs,
        requestBodyMs: config.timeouts.requestBodyMs,
      },
      connectMs: config.timeouts.connectMs,
      cachedTokens: 100_000,
      shutdownDeadlineMs: config.shutdown.deadlineMs,
      env: options.env,
      control: new Map([
        [
          'GET /status',
          async () => ({
            ready: true,
            gateway: gateway?.url,
            admin: gateway?.adminUrl,
            origin: log.origin,
            vkey: log.vkey,
            pid: process.pid,
          }),
        ],
      ]),
      warn: options.warn,
    })
    gateway = running
    // Exchanges that were under way when the process was killed: nobody knows how they ended, and the log says just that.
    for (const { index, exchange } of left)
      await running.note('outcome', { exchange, intent: index, outcome: 'unknown' })
    await noteWhatWaits(store, running)
    const remember = (): void => {
      try {
        openFrom.remember(running.oldestOpen() ?? log.size)
      } catch (error) {
        options.warn(`audit: ${error instanceof Error ? error.message : 'failed'}`)
      }
    }
    const remembering = setInterval(remember, REMEMBER_MS).unref()
    return {
      gateway: running,
      origin: log.origin,
      vkey: log.vkey,
      // Awaited, so that a faulty set is a rejection like any other.
      async reload(next, why) {
        await running.use(await rulesOf(next, policyOf(next), lasting), why)
        inForce = next
      },
      async close() {
        clearInterval(remembering)
        await running.close()
        ofProviders.close()
        index.close()
        await held.close()
        signing.close()
        await once.close()
        remember()
        await log.close()
        await store.close()
      },
    }
  } catch (error) {
    await gateway?.close()
    providerKeys?.close()
    revocations?.close()
    await apiKeys?.close()
    signingKeys?.close()
    await replay?.close()
    await log.close()
    await store.close()
    throw error
  }
}

async function revokeIn(index: RevocationIndex, parking: Parking, what: readonly Revocable[]): Promise<void> {
  await index.revoke(what)
  await parking.dropRevoked()
}

/** All API keys of the store. */
function apiKeysOf(
  config: Config,
  store: Store,
  clock: Clock,
  report: (message: string) => void,
  onNarrowed: () => void = () => undefined,
): Promise<ApiKeys> {
  return openApiKeys({
    store,
    clock,
    random: (bytes) => randomBytes(bytes),
    failure: config.revocation.failure,
    onIll: (why) => report(why === undefined ? 'api keys: the store is back' : `api keys: ${why}`),
    onNarrowed,
    report,
  })
}

/** Entries of what was done while no gateway ran. */
const WAITING_SPACE = 'entries-waiting'

function noteForLater(store: Store, clock: Clock, newId: () => string): AdministerParts['note'] {
  return async (kind, what) => {
    const doneAt = new Date(clock.now()).toISOString()
    const waiting = JSON.stringify({ kind, what: { ...what, done_at: doneAt, offline: true } })
    await store.put(WAITING_SPACE, `${doneAt} ${newId()}`, waiting)
  }
}

async function noteWhatWaits(store: Store, gateway: Gateway): Promise<void> {
  for (const { key, value } of await rowsOf(store, WAITING_SPACE)) {
    const { kind, what } = JSON.parse(value) as { kind: EventKind; what: Readonly<Record<string, unknown>> }
    await gateway.note(kind, what)
    await store.put(WAITING_SPACE, key, undefined)
  }
}

export interface Administration {
  readonly operations: Operations
  close(): Promise<void>
}

/** What administrators do, on the store itself: for where no gateway runs. The next start logs what was done. */
export async function administration(config: Config): Promise<Administration> {
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
    const apiKeys = await apiKeysOf(config, store, CLOCK, () => undefined)
    // To be listed, and no more.
    const providers = createProviderKeys({ config, store, clock: CLOCK, env: {}, tell: () => undefined })
    providers.use(config)
    const note = noteForLater(store, CLOCK, newId)
    let opened: Promise<SigningKeys> | undefined
    const signingKeys = (): Promise<SigningKeys> => {
      opened ??= signingKeysOf(config, { store, clock: CLOCK, note, report: () => undefined })
      return opened
    }
    return {
      operations: operationsOf({
        clock: CLOCK,
        keys: new AuditKeys(logSecret(config), store),
        note,
        revoke: (what) => revokeIn(index, createParking({ store, clock: CLOCK, revocations: index }), what),
        apiKeys,
        config: () => config,
        signingKeys,
        providers: { ...providers.operations, running: false },
      }),
      async close() {
        index.close()
        await apiKeys.close()
        ;(await opened)?.close()
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** A log that cannot be gone on from has a way out, and the operator is told which. */
function explain(error: unknown): never {
  if (error instanceof FsLogRefused && error.code === 'key_differs') {
    throw new StartError(
      `audit: ${error.message}: put the key back that signed it (audit.key, or audit.key.pem beside the store); ` +
        'where it is lost, `ostiary audit recover` goes on under the new one and logs that',
    )
  }
  if (error instanceof FsLogRefused && error.code !== 'locked') {
    throw new StartError(`audit: ${error.message}; \`ostiary audit recover\` is the logged way out`)
  }
  throw error
}

/** Where the log lies and what signs it; the key is made where it is not configured and not there. */
export function recoverable(config: Config): { readonly dir: string; readonly origin: string; readonly key: string } {
  const { store, origin } = config.audit
  return { dir: store.dir, origin, key: logKey(config) }
}

/** Before anything is made: a new secret in the place of a lost one would look like the old one to the next start. */
async function refuseLosses(config: Config, clock: Clock): Promise<void> {
  const losses = logHasBegun(config.audit.store.dir) ? await allLosses(config, clock) : []
  if (losses.length > 0)
    throw new StartError(losses.map(({ what, mend }) => `audit: ${what} Way out: ${mend}`).join('\n'))
}

/** What was lost of an installation whose log has begun, its database too. Makes nothing. */
export async function allLosses(config: Config, clock: Clock = CLOCK): Promise<readonly Loss[]> {
  const files = lossesOf(config)
  return (await databaseBegun(config, clock)) ? files : [...files, databaseLoss(config, storeName(config.store))]
}

/** The same as what is to be made anew. */
export async function allLost(config: Config): Promise<readonly KeptFile[]> {
  const files = lostFiles(config)
  return (await databaseBegun(config, CLOCK)) ? files : [...files, lostDatabase(storeName(config.store))]
}

/** Whether a log lies in a folder. Then what a first start makes beside the store was there once: it is made before the log. */
export function logHasBegun(dir: string): boolean {
  if ([LOCK, CHECKPOINT, 'tile'].some((name) => existsSync(join(dir, name)))) return true
  const waiting = join(dir, WAL)
  return existsSync(waiting) && readdirSync(waiting).some((name) => statSync(join(waiting, name)).size > 0)
}

/** Makes what is lost beside the store anew. Only `audit recover` does so where the log has begun, once that is logged. */
export async function makeLost(config: Config): Promise<void> {
  logKey(config)
  logSecret(config)
  await (await openStore(config, CLOCK)).close()
}

/** One entry about the log itself, written while no gateway runs. */
export async function noteInLog(
  config: Config,
  kind: EventKind,
  what: Readonly<Record<string, unknown>>,
): Promise<void> {
  const log = await openFsLog(recoverable(config))
  try {
    const now = CLOCK.now()
    await log.append(eventOf(`https://${log.origin}`, kind, idMaker()(), now, what)).durable
  } finally {
    await log.close()
  }
}

/** Every detector of this version. */
export function allDetectors(): readonly Detector[] {
  return [cardDetector, ...credentialDetectors, emailDetector, ibanDetector, privateKeyDetector]
}

export interface PoliciesRead {
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
  readonly engine: PolicyEngine | undefined
}

/** Reads and checks the policies of a configuration. */
export function readPolicies(config: Config): PoliciesRead {
  const { dir } = config.policy
  let names: string[]
  try {
    names = readdirSync(dir)
      .filter((name) => name.endsWith('.cedar'))
      .sort()
  } catch {
    return {
      faults: [{ file: dir, line: 1, column: 1, message: 'the policy folder cannot be read' }],
      warnings: [],
      engine: undefined,
    }
  }
  const files = names.map((name) => ({ path: join(dir, name), text: readFileSync(join(dir, name), 'utf8') }))
  if (files.length === 0) {
    const message = 'the policy folder has no *.cedar file: nothing would be permitted'
    return { faults: [{ file: dir, line: 1, column: 1, message }], warnings: [], engine: undefined }
  }
  return loadPolicies(files, vocabularyOf(config))
}

function policyOf(config: Config): PolicyEngine {
  const { engine, faults } = readPolicies(config)
  if (engine === undefined) throw new StartError(faults.map(faultText).join('\n'))
  return engine
}

/** What goes on through a reload. */
interface Lasting {
  readonly clock: Clock
  readonly options: ComposeOptions
  readonly issuers: Map<string, HeldIssuer>
  readonly ownIssuers: Map<string, IdentityProvider>
  readonly signing: SigningKeys
  readonly revoke: NonNullable<Rules['tokens']>['revoke']
  readonly apiKeys: ApiKeys
  readonly providers: ProviderKeys
}

async function rulesOf(config: Config, policy: PolicyEngine, lasting: Lasting): Promise<Rules> {
  const { apiKeys, clock, options, signing } = lasting
  const ofKeys = apiKeys.providers({ issuer: config.publicUrl, allowDirect: config.apiKeys.direct })
  const issuers = await issuersOf(config.issuers, { clock, env: options.env, report: options.warn }, lasting.issuers)
  const dialects = [
    createOpenAiDialect({ depthMax: config.limits.nesting, placesMax: PLACES_A_PART * config.limits.parts }),
  ]
  const dialectOf = new Map(config.providers.map((provider) => [provider.name, provider.dialect]))
  const byDialect = new Map<string, Map<string, Model>>(dialects.map((one) => [one.name, new Map()]))
  for (const { name, provider, upstreamModel, attributes } of config.models) {
    const dialect = dialectOf.get(provider) ?? ''
    const resource = { type: 'Model', id: name, attributes: { ...attributes, dialect, provider } } as const
    byDialect.get(dialect)?.set(name, { resource, provider, upstreamModel })
  }
  return {
    publicUrl: new URL(config.publicUrl),
    identityProviders: [...issuers.identity, ownIssuerOf(config, lasting)],
    opaqueProviders: [...issuers.opaque, ofKeys.dataPlane],
    boundOnly: config.issuers.every((one) => one.dpop === 'required'),
    policy,
    detectors: allDetectors().filter((one) => one.types.some((type) => config.inspection.types.includes(type))),
    inspectionFailure: config.inspection.onFailure,
    dialects,
    modelsOf: (dialect: Dialect) => byDialect.get(dialect.name) ?? new Map(),
    providers: lasting.providers.providersOf(config),
    limits: { promptTokens: config.limits.promptTokens, parts: config.limits.parts, answerBytes: ANSWER_BYTES },
    timeouts: config.timeouts,
    configDigest: configDigest(config),
    tokens: {
      issuing: issuingOf(config, clock, signing),
      lifetimeMs: config.tokens.lifetimeMs,
      apiKeys: ofKeys.tokenEndpoint,
      revoke: lasting.revoke,
    },
  }
}

function signingKeysOf(
  { tokens }: Config,
  parts: Pick<SigningKeysParts, 'store' | 'clock' | 'report'> & Pick<AdministerParts, 'note'>,
): Promise<SigningKeys> {
  const { algorithm, rotationMs } = tokens
  return openSigningKeys({ ...parts, algorithm, rotationMs, note: (what) => parts.note('token', what) })
}

function issuingOf(config: Config, clock: Clock, keys: SigningKeys): Issuing {
  const agents = config.issuers.flatMap(({ issuer, agents }) =>
    agents.map(({ id, groups }): [string, readonly string[]] => [`${issuer}#${id}`, groups]),
  )
  return { keys, clock, issuer: config.publicUrl, agentGroups: new Map(agents) }
}

/** Names, values and containers that a body may have for each text part it may have. */
const PLACES_A_PART = 10

/** A whole answer is held until it is judged; the largest that a model gives in one piece is far below this. */
const ANSWER_BYTES = 32 * 1024 * 1024

/** The issuer of our own tokens: the same one as long as a configuration leaves it as it was. */
function ownIssuerOf(config: Config, { clock, ownIssuers, signing }: Lasting): IdentityProvider {
  const issuing = issuingOf(config, clock, signing)
  const audiences = [config.publicUrl, ...config.issuers.map((one) => one.audience)]
  const origins = [config.publicUrl, ...config.issuers.map((one) => one.issuer)]
  const key = JSON.stringify([audiences, origins, [...issuing.agentGroups]])
  const issuer =
    ownIssuers.get(key) ?? createOwnIssuer({ ...issuing, audiences: new Set(audiences), origins: new Set(origins) })
  ownIssuers.clear()
  ownIssuers.set(key, issuer)
  return issuer
}

/** What happened to a provider's key: told to the operator, counted, and logged. */
function keyTeller(gateway: () => Gateway | undefined, warn: (message: string) => void): ProviderKeysParts['tell'] {
  return ({ why, ...change }) => {
    const { provider, key, what } = change
    warn(`provider ${provider}: ${what.replaceAll('_', ' ')}: ${key}${why === undefined ? '' : ` (${why})`}`)
    gateway()?.count(`ostiary_provider_${what.replace('key', 'keys')}_total`, { provider })
    gateway()
      ?.note('config', change)
      .catch((error: unknown) =>
        warn(`audit: config entry not written (${error instanceof Error ? error.name : 'unknown'})`),
      )
  }
}

function listenOf({ host, port, tls }: ListenConfig): Listen {
  if (tls === undefined) return { host, port, tls: undefined }
  const clientCa = tls.clientCa === undefined ? undefined : readAuthorities(tls.clientCa)
  return { host, port, tls: { cert: readSecret(tls.cert), key: readSecret(tls.key), clientCa } }
}

function addresses(trusted: readonly string[]): { has(address: string): boolean } {
  if (trusted.length === 0) return { has: () => false }
  const list = new BlockList()
  for (const one of trusted) {
    const [address = '', bits] = one.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return { has: (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') }
}

const ID_BYTES = 16

/** 128 random bits in hexadecimal; the randomness is fetched in bulk. */
function idMaker(): () => string {
  let pool = Buffer.alloc(0)
  let at = 0
  return () => {
    if (at + ID_BYTES > pool.length) {
      pool = randomBytes(ID_BYTES * 256)
      at = 0
    }
    at += ID_BYTES
    return pool.toString('hex', at - ID_BYTES, at)
  }
}
