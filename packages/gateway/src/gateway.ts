import { mkdirSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { dirname } from 'node:path'
import type { AuditParts } from './audit/audit.js'
import type { NetworksOf } from './authenticate/binding.js'
import type { ProofParts } from './authenticate/proofs.js'
import { adminDoor, type LogReader } from './doors/admin.js'
import { AUTHORIZE_PATH, authorizeDoor } from './doors/authorize.js'
import { datasetsDoors } from './doors/datasets.js'
import { elsewhereDoor } from './doors/elsewhere.js'
import { filesDoors, type Travel } from './doors/files.js'
import { Metrics, seriesOf } from './doors/metrics.js'
import { modelsDoors } from './doors/models.js'
import { openDoor } from './doors/open.js'
import { problem } from './doors/problem.js'
import { GLOBAL_REVOCATION_PATH, globalRevocationDoor } from './doors/revocation.js'
import { SESSIONS_PATH, sessionsDoor } from './doors/sessions.js'
import { type TokensDoorParts, tokenDocuments, tokensDoor } from './doors/tokens.js'
import { createEmbeddings, type Embeddings } from './doors/within/embeddings.js'
import { EMBEDDINGS_PATH } from './doors/within/wire.js'
import type { Model } from './exchange.js'
import type { ForwardTimeouts, Provider } from './forward/forward.js'
import { createPools, type Pools } from './forward/pools.js'
import type { Parking } from './grants/parking.js'
import type { CountTokens } from './pipeline/judge.js'
import { createPipeline, type Door, type Pipeline, type PipelineLimits } from './pipeline/pipeline.js'
import type { TransferParts } from './pipeline/transfers/desk.js'
import type { Addresses } from './receive/head.js'
import { createReceiver, type ListenTls, type ReceiveLimits } from './receive/server.js'
import {
  type Action,
  type BodyDetector,
  type Budgeting,
  type CanaryFor,
  type Clock,
  type Dataset,
  type Detector,
  type Dialect,
  errorName,
  type Gathering,
  type IdentityProvider,
  type Ledger,
  type OpaqueProvider,
  type Operations,
  type Placed,
  type PlacedRemote,
  type PolicyEngine,
  type Principal,
  type Received,
  type Revocations,
  type SystemMessage,
  scopeOf,
  type Tool,
  type Vault,
} from './spec/index.js'

export interface Listen {
  readonly host: string
  readonly port: number
  readonly tls: ListenTls | undefined
}

export interface FilesRules extends Pick<TransferParts, 'uploadBytes' | 'lineBytes'> {
  /** Where the files of a dialect travel, and who keeps them; undefined: they are not governed. */
  readonly travelOf: (dialect: Dialect) => Travel | undefined
}

/** What a reload may replace while the gateway runs. */
export interface Rules {
  readonly publicUrl: URL
  readonly identityProviders: readonly IdentityProvider[]
  /** Issuers of credentials that are no JWS. */
  readonly opaqueProviders: readonly OpaqueProvider[]
  /** No issuer gives a token that is bound to no key. */
  readonly boundOnly: boolean
  readonly policy: PolicyEngine
  readonly detectors: readonly Placed<Detector>[]
  readonly bodyDetectors: readonly Placed<BodyDetector>[]
  readonly remoteDetectors: readonly PlacedRemote[]
  readonly dialects: readonly Dialect[]
  /** By the name that callers use, for each dialect. */
  readonly modelsOf: (dialect: Dialect) => ReadonlyMap<string, Model>
  readonly providers: ReadonlyMap<string, Provider>
  readonly limits: PipelineLimits
  readonly systemMessages: ReadonlyMap<string, SystemMessage>
  /** By name. */
  readonly datasets: ReadonlyMap<string, Dataset>
  /** That are called elsewhere, by name. */
  readonly tools: ReadonlyMap<string, Tool>
  /** Which labels exchanges bring. */
  readonly gathering: Gathering
  /** Undefined: labels belong to identities alone, and `/v1/sessions` is not served. */
  readonly mintSession: ((principal: Principal) => string) | undefined
  readonly budgets: Budgeting
  readonly countTokens: CountTokens | undefined
  readonly timeouts: ForwardTimeouts
  readonly configDigest: string
  readonly files: FilesRules
  /** The tokens that we issue ourselves. Undefined: none, and `/oauth` is not served. */
  readonly tokens: Pick<TokensDoorParts, 'issuing' | 'lifetimeMs' | 'apiKeys' | 'revoke'> | undefined
}

/** Everything a gateway is made of. Nothing below reads a file, the environment or the machine's clock by itself. */
export interface GatewayParts {
  readonly rules: Rules
  readonly listen: Listen
  readonly admin: Listen
  /** Path of the control socket, made with mode 0600. */
  readonly controlSocket: string
  readonly trustedProxies: Addresses
  readonly proofs: Omit<ProofParts, 'onUnchecked'>
  readonly networksOf: NetworksOf
  readonly clock: Clock
  /** Unguessable ids of exchanges and entries: letters and digits only. */
  readonly newId: () => string
  readonly revocations: Revocations
  /** Where a request waits for an approval. */
  readonly parking: Pick<Parking, 'park'>
  readonly vault: Vault
  /** What the marks of a session are made from: the same for every gateway on a store, and nobody else's. */
  readonly markSecret: Buffer
  /** Finds system text in answers. */
  readonly canaryFor: CanaryFor
  readonly ledger: Ledger
  readonly files: Pick<TransferParts, 'shelf' | 'spools'>
  readonly audit: Pick<AuditParts, 'log' | 'keys' | 'failure' | 'order'>
  readonly auditReader: LogReader
  readonly auditPublish: boolean
  readonly receive: ReceiveLimits
  readonly connectMs: number
  readonly cachedTokens: number
  readonly shutdownDeadlineMs: number
  /** Variables that name an egress proxy. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Answers of the control socket, by method and path. */
  readonly control: ReadonlyMap<string, () => Promise<unknown>>
  /** What administrators do, by method and path: at the admin port and the control socket. */
  readonly operations: Operations
  /** One line an operator should see. Never prompt text or a secret. */
  readonly warn: (message: string) => void
}

export interface Gateway {
  /** Origin of the data plane, without a trailing slash. */
  readonly url: string
  readonly adminUrl: string
  /** Puts other rules in force for every exchange that begins from now on, and logs what changed by both digests. */
  use(rules: Rules, why: string): Promise<void>
  /** Something was revoked: what lives on it ends. */
  checkRevoked(): void
  /** Labels rose: what lives on permits is decided again. */
  decideAgain(): void
  /** Credentials are good for less than they were: each is verified afresh. */
  forgetVerified(): void
  /** Adds one to a counter of the metrics. Labels come from the configuration or a closed list, never from a caller. */
  count(name: string, labels: Readonly<Record<string, string>>): void
  /** Makes vectors of documents, by the rules in force; an exchange in the name of the dataset that they are put into. */
  embeddingOf: Embeddings['ofDocuments']
  /** Index of the oldest intent that has no outcome yet. */
  oldestOpen(): number | undefined
  /** An entry about the gateway itself. */
  note: ReturnType<typeof createPipeline>['audit']['note']
  /** Stops listening, lets exchanges finish until the deadline, then cuts what is left. The log is the caller's to close. */
  close(): Promise<void>
}

/** The one place where everything meets. */
export async function createGateway(parts: GatewayParts): Promise<Gateway> {
  const metrics = new Metrics()
  let draining = false
  let running = 0
  const pools = createPools(parts.env, { connectMs: parts.connectMs, connections: 4096 })
  const ready = (): boolean => !draining
  const whileRunning = async (work: () => Promise<void>): Promise<void> => {
    running += 1
    try {
      await work()
    } finally {
      running -= 1
    }
  }
  const over = new AbortController()
  const shared: Shared = { pools, metrics, ready, whileRunning, over: over.signal }
  let now = inForce(parts, parts.rules, shared, undefined)

  // A permit may end while nothing but the time changes.
  const deciding = setInterval(() => {
    if (now.rules.policy.readsTime) now.pipeline.decideAgain()
  }, DECIDED_AGAIN_MS).unref()
  const receive = (tls: ListenTls | undefined, take: (received: Received) => Promise<void>): Server =>
    createReceiver({
      limits: parts.receive,
      tls,
      clock: parts.clock,
      newId: parts.newId,
      trustedProxies: parts.trustedProxies,
      take,
      malformed: (why) => now.pipeline.audit.stranger(why, why),
    })
  const data = receive(parts.listen.tls, async (received) => {
    if (now.open(received)) return
    await whileRunning(() => now.tokens?.(received) ?? now.pipeline.enter(received, now.doorFor(received)))
  })

  const adminHosts = new Set<string>()
  const adminParts = {
    pipeline: () => now.pipeline,
    log: parts.auditReader,
    publish: parts.auditPublish,
    ready,
    metrics: () =>
      metrics.text({ ostiary_exchanges_running: running, process_resident_memory_bytes: process.memoryUsage.rss() }),
    countLogRead: () => metrics.add('ostiary_log_reads_total'),
    hosts: () => adminHosts,
    scheme: parts.admin.tls === undefined ? ('http' as const) : ('https' as const),
    control: parts.control,
    operations: parts.operations,
  }
  const admin = receive(parts.admin.tls, adminDoor({ ...adminParts, trusted: false }))
  const control = receive(undefined, adminDoor({ ...adminParts, trusted: true }))
  let url: string
  let adminUrl: string
  try {
    await listeningOn(control, parts.controlSocket)
    adminUrl = await listening(admin, parts.admin, 'admin.port')
    // Last: whoever reaches the data plane finds a gateway that is whole.
    url = await listening(data, parts.listen, 'listen.port')
  } catch (error) {
    for (const server of [data, admin, control]) server.close()
    clearInterval(deciding)
    now.pipeline.stop()
    await pools.close()
    throw error
  }
  const { port } = new URL(adminUrl)
  for (const name of [new URL(adminUrl).hostname, 'localhost', '127.0.0.1', '[::1]']) adminHosts.add(`${name}:${port}`)

  return {
    url,
    adminUrl,
    async use(rules, why) {
      const before = now
      now = inForce(parts, rules, shared, before)
      now.pipeline.decideAgain()
      // Issuers live on through a reload, and would hold whoever listens to them for life.
      if (now.pipeline.who !== before.pipeline.who) before.pipeline.who.close()
      const kept = new Set<unknown>(allProviders(rules))
      await Promise.all(
        allProviders(before.rules)
          .filter((one) => !kept.has(one))
          .map((one) => one.close()),
      )
      const { audit } = now.pipeline
      if (before.rules.configDigest !== rules.configDigest) {
        await audit.note('config', { after: rules.configDigest, before: before.rules.configDigest, why })
      }
      if (before.rules.policy.digest !== rules.policy.digest) {
        await audit.note('policy', { after: rules.policy.digest, before: before.rules.policy.digest, why })
      }
    },
    checkRevoked: () => now.pipeline.grants.checkRevoked(),
    decideAgain: () => now.pipeline.decideAgain(),
    forgetVerified: () => now.pipeline.who.clear(),
    count: (name, labels) => metrics.add(seriesOf(name, labels)),
    embeddingOf: (dataset, model) => now.embeddings.ofDocuments(dataset, model),
    oldestOpen: () => now.pipeline.audit.oldestOpen(),
    note: (kind, what) => now.pipeline.audit.note(kind, what),
    async close() {
      draining = true
      const closed = [data, admin, control].map(
        (server) => new Promise<void>((resolve) => server.close(() => resolve())),
      )
      for (const server of [data, admin, control]) server.closeIdleConnections()
      const deadline = setTimeout(() => {
        for (const server of [data, admin, control]) server.closeAllConnections()
        over.abort()
      }, parts.shutdownDeadlineMs)
      // Kept-alive connections go idle one by one as their exchanges end.
      const sweep = setInterval(() => {
        for (const server of [data, admin, control]) server.closeIdleConnections()
      }, 50)
      await Promise.all(closed)
      // A cut exchange still writes its outcome: the caller left.
      while (running > 0) await new Promise((resolve) => setTimeout(resolve, 5))
      clearTimeout(deadline)
      clearInterval(sweep)
      clearInterval(deciding)
      now.pipeline.stop()
      now.pipeline.grants.stop()
      now.pipeline.audit.stop()
      await pools.close()
      await Promise.all(allProviders(now.rules).map((one) => one.close()))
    },
  }
}

/** Design, "A grant lives": where policies read the time, what was permitted is decided again each second. */
const DECIDED_AGAIN_MS = 1000

/** What the doors of the data plane ask for, and the policies by name. */
function scopesOf({ datasets, dialects, files, policy, tools }: Rules): readonly string[] {
  const trains = dialects.some((dialect) =>
    [...(files.travelOf(dialect)?.transfers.purposes.values() ?? [])].some(({ kind }) => kind === 'teaches'),
  )
  const actions: readonly Action[] = [
    ...(trains ? (['train'] as const) : []),
    ...(datasets.size > 0 ? (['queryDataset'] as const) : []),
    ...(tools.size > 0 ? (['callTool'] as const) : []),
    ...dialects.flatMap(({ endpoints }) => endpoints.map(({ action }) => action)),
    'listModels',
  ]
  const doors = actions.map(scopeOf).filter((scope) => scope !== undefined)
  return [...new Set([...doors, 'authorize:check', ...policy.scopes])].sort()
}

function allProviders({ identityProviders, opaqueProviders }: Rules): readonly { close(): Promise<void> }[] {
  return [...identityProviders, ...opaqueProviders]
}

/** Where a client can get a token; a SPIFFE trust domain is no authorization server. */
function authorizationServers({ identityProviders, opaqueProviders }: Rules): readonly string[] {
  const issuers = [...identityProviders, ...opaqueProviders].map((one) => one.issuer)
  // One issuer may have several kinds of credentials.
  return [...new Set(issuers)].filter((issuer) => /^https?:/.test(issuer))
}

/** The rules of one moment, put together. */
interface InForce {
  readonly rules: Rules
  readonly pipeline: Pipeline
  readonly open: (received: Received) => boolean
  readonly tokens: ReturnType<typeof tokensDoor> | undefined
  readonly doorFor: (received: Received) => Door
  readonly embeddings: Embeddings
}

interface Shared {
  readonly pools: Pools
  readonly metrics: Metrics
  readonly ready: () => boolean
  /** What has begun is let finish before the gateway ends. */
  readonly whileRunning: (work: () => Promise<void>) => Promise<void>
  /** Aborted when that has taken too long. */
  readonly over: AbortSignal
}

function inForce(
  parts: GatewayParts,
  rules: Rules,
  { pools, metrics, over, ready, whileRunning }: Shared,
  before: InForce | undefined,
): InForce {
  // The operator chose `open`, and the log says each time that it came to that, if not of every proof.
  const unchecked = onceASecond(parts.clock, () => {
    const what = { check: 'dpop_replay', failure: 'open', store: 'away' }
    pipeline.audit.note('config', what).catch((error: unknown) => {
      parts.warn(`audit: config entry not written (${errorName(error)})`)
    })
  })
  const pipeline: Pipeline = createPipeline(
    {
      clock: parts.clock,
      authenticate: {
        providers: rules.identityProviders,
        opaque: rules.opaqueProviders,
        revocations: parts.revocations,
        clock: parts.clock,
        cacheEntries: parts.cachedTokens,
        publicUrl: rules.publicUrl,
        proofs: {
          ...parts.proofs,
          onUnchecked() {
            metrics.add('ostiary_dpop_unchecked_total')
            unchecked()
          },
        },
        networksOf: parts.networksOf,
      },
      audit: {
        ...parts.audit,
        clock: parts.clock,
        newId: parts.newId,
        onLost(kind, why) {
          metrics.add(`ostiary_audit_lost_total{kind="${kind}"}`)
          parts.warn(`audit: ${kind} entry not written (${why})`)
        },
        onStrangers(why) {
          const said = Object.entries(why).map(([reason, times]) => `${reason} (${times})`)
          parts.warn(`refused before authentication: ${said.join('; ')}`)
        },
        onCounted: (what, reason) => metrics.add(`ostiary_${what}_total{reason="${reason}"}`),
      },
      detectors: rules.detectors,
      bodyDetectors: rules.bodyDetectors,
      remoteDetectors: rules.remoteDetectors,
      onIll: ({ detector, whenIll }) =>
        metrics.add(seriesOf('ostiary_inspection_failed_total', { detector, failure: whenIll })),
      forward: {
        providers: rules.providers,
        dispatcherFor: (origin) => pools.dispatcherFor(origin),
        timeouts: rules.timeouts,
        clock: parts.clock,
      },
      policy: rules.policy,
      configDigest: rules.configDigest,
      park: (parked) => parts.parking.park(parked),
      vault: parts.vault,
      ledger: parts.ledger,
      gathering: rules.gathering,
      transfers: { ...parts.files, ...rules.files },
      embeddingOf: (entered, dataset) => embeddings.ofQuery(entered, dataset),
      budgets: rules.budgets,
      countTokens: rules.countTokens,
      limits: rules.limits,
      systemMessages: rules.systemMessages,
      markSecret: parts.markSecret,
      canaryFor: parts.canaryFor,
    },
    before?.pipeline,
  )
  const doors = modelsDoors({ pipeline, dialects: rules.dialects, modelsOf: rules.modelsOf })
  const files = filesDoors({
    pipeline,
    dialects: rules.dialects,
    modelsOf: rules.modelsOf,
    travelOf: rules.files.travelOf,
  })
  const datasets = datasetsDoors({ pipeline, datasets: rules.datasets })
  const models = new Map(rules.dialects.flatMap((dialect) => [...rules.modelsOf(dialect)]))
  const authorize = authorizeDoor({ pipeline, models, datasets: rules.datasets, tools: rules.tools })
  const own = new Map<string, Door>([[`POST ${AUTHORIZE_PATH}`, authorize]])
  const revoke = parts.operations.get('POST /revocations')
  if (revoke !== undefined) own.set(`POST ${GLOBAL_REVOCATION_PATH}`, globalRevocationDoor(pipeline, revoke))
  if (rules.mintSession !== undefined) own.set(`POST ${SESSIONS_PATH}`, sessionsDoor(rules.mintSession))
  const elsewhere = elsewhereDoor(pipeline, problem)
  const belowNothing = elsewhereDoor(pipeline, problem, BELOW_V1)
  // Below a dialect's prefix callers are SDKs, which understand only its own error shape.
  const elsewhereForSdks = rules.dialects.map((one) => ({ prefix: one.prefix, door: elsewhereDoor(pipeline, one) }))
  const doorFor = (received: Received): Door => {
    const { method, path } = received
    return (
      doors(received) ??
      files(received) ??
      datasets(received) ??
      own.get(`${method} ${path}`) ??
      elsewhereForSdks.find(({ prefix }) => path.startsWith(prefix))?.door ??
      // The first thing that goes wrong with a new SDK.
      (doors({ method, path: `/v1${path}`, query: '' }) === undefined ? elsewhere : belowNothing)
    )
  }
  const spoken = rules.dialects.find(({ endpoints }) => endpoints.some(({ path }) => path === EMBEDDINGS_PATH))
  const embeddings = createEmbeddings({
    clock: parts.clock,
    newId: parts.newId,
    enter: (received) => whileRunning(() => pipeline.enter(received, doorFor(received))),
    issuing: rules.tokens?.issuing,
    models: spoken === undefined ? new Map() : rules.modelsOf(spoken),
    ledger: parts.ledger,
    over,
    onWords: (dataset, reason) => metrics.add(seriesOf('ostiary_search_by_words_total', { dataset, reason })),
  })
  return {
    rules,
    pipeline,
    open: openDoor({
      metadata: {
        publicUrl: rules.publicUrl,
        issuers: authorizationServers(rules),
        scopes: scopesOf(rules),
        proofAlgorithms: parts.proofs.algorithms,
        boundOnly: rules.boundOnly,
        certificates: parts.listen.tls?.clientCa !== undefined,
      },
      ready,
      documents:
        rules.tokens === undefined
          ? new Map()
          : tokenDocuments(rules.tokens.issuing, {
              scopes: scopesOf(rules),
              dpopAlgorithms: parts.proofs.algorithms,
            }),
    }),
    tokens: rules.tokens && tokensDoor({ ...rules.tokens, ...tokenParts(parts, pipeline) }),
    doorFor,
    embeddings,
  }
}

const BELOW_V1 =
  'There is no such endpoint here, but there is one below /v1: the base URL that an SDK of OpenAI is given ends in /v1.'

function onceASecond(clock: Clock, work: () => void): () => void {
  let nextMs = Number.NEGATIVE_INFINITY
  return () => {
    const now = clock.now()
    if (now < nextMs) return
    nextMs = now + 1000
    work()
  }
}

/** What the token endpoint asks of the pipeline. */
function tokenParts(
  { revocations }: GatewayParts,
  { audit, who }: Pipeline,
): Pick<TokensDoorParts, 'audit' | 'revocations' | 'proof' | 'authenticateToken'> {
  return {
    audit,
    revocations,
    proof: (received) => who.proofAt(received),
    authenticateToken: (token) => who.verified(token),
  }
}

async function listening(server: Server, listen: Listen, setting: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      reject(taken ? new Error(`${setting}: port ${listen.port} of ${listen.host} is taken, choose another`) : error)
    })
    server.listen(listen.port, listen.host, 4096, () => resolve())
  })
  const { port } = server.address() as AddressInfo
  return `${listen.tls === undefined ? 'http' : 'https'}://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${port}`
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = connect(path)
    asking.once('connect', () => resolve(true)).once('error', () => resolve(false))
    asking.once('connect', () => asking.destroy())
  })
}

async function listeningOn(server: Server, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // Its lock says that no other gateway writes this log; one with a log of its own may share the folder, and with it this name.
  if (await answers(path)) throw new Error(`control.socket: another gateway listens at ${path}, write another path`)
  // A socket file that a killed process left behind.
  rmSync(path, { force: true })
  const before = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, () => resolve())
    })
  } finally {
    process.umask(before)
  }
}
