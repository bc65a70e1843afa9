// The gateway from its built parts, with one thing other than in the product. usage: node start.mjs CONFIG PROFILE
// `no-audit`: everything on, but the log is one that forgets. The product has no such switch, on purpose.
// `fresh`: no token is remembered, and what comes beside the token's verification is as little as the gateway can be made of.
import { mkdirSync } from 'node:fs'

const BUILT = new URL('../packages/gateway/dist/', import.meta.url)
const built = (path) => import(new URL(path, BUILT).href)

const { loadConfig } = await built('config/load.js')
const { configDigest } = await built('config/digest.js')
const { detectorsOf, remoteDetectorsOf } = await built('compose/detectors.js')
const { readPolicies } = await built('compose/policies.js')
const { filesRulesOf } = await built('compose/files.js')
const { sizesOf } = await built('compose/budgets.js')
const { createCanaries } = await built('canary/canary.js')
const { createGateway } = await built('gateway.js')
const { createJwtIssuer } = await built('adapters/identity-oauth/issuer.js')
const { JSON_LIMITS } = await built('json/located.js')
const { createOpenAiDialect } = await built('adapters/dialect-openai/dialect.js')
const { openSqliteStore } = await built('adapters/store-sqlite/store.js')
const { openSqliteReplay } = await built('adapters/store-sqlite/replay.js')
const { AuditKeys } = await built('audit/keys.js')

const [file, profile] = process.argv.slice(2)
const fresh = profile === 'fresh'
const { config, faults } = loadConfig(file, process.env, { requireEnv: true })
if (config === undefined) throw new Error(JSON.stringify(faults))
const { engine, faults: inPolicies } = readPolicies(config)
if (engine === undefined) throw new Error(JSON.stringify(inPolicies))

const clock = { now: () => Date.now() }
mkdirSync(config.keptIn, { recursive: true })

let ids = 0
const NOTHING = { kind: 'proceed', value: undefined }

/** Says that every entry is durable, at once. */
function forgettingLog() {
  let size = 0
  const durable = Promise.resolve()
  return {
    origin: config.audit.origin,
    vkey: `${config.audit.origin}+00000000+${Buffer.alloc(33, 1).toString('base64')}`,
    append: () => ({ index: size++, durable }),
    close: () => durable,
  }
}

/** Names nobody: a token that is new each time would otherwise cost its pseudonyms each time, too. */
const noNames = {
  of: () => ({
    subject: '',
    actor: '',
    actors: [],
    tokenId: undefined,
    tokenDigest: '',
    clientId: undefined,
    sourceIp: () => '',
    text: '{}',
  }),
  entryKey: () => '',
}

const keys = fresh
  ? noNames
  : new AuditKeys(Buffer.alloc(32, 7), await openSqliteStore({ path: config.store.path, clock }))
const dialect = createOpenAiDialect({ ...JSON_LIMITS, depthMax: config.limits.nesting })
const models = new Map(
  config.models.map(({ name, provider, upstreamModel, attributes }) => {
    const resource = { type: 'Model', id: name, attributes: { ...attributes, dialect: dialect.name, provider } }
    return [name, { resource, provider, upstreamModel }]
  }),
)
const listen = ({ host, port }) => ({ host, port, tls: undefined })
const warn = (message) => process.stderr.write(`${message}\n`)

const gateway = await createGateway({
  rules: {
    publicUrl: new URL(config.publicUrl),
    identityProviders: config.issuers.map((issuer) => createJwtIssuer({ ...issuer, clock, report: warn })),
    policy: engine,
    detectors: detectorsOf(config),
    remoteDetectors: remoteDetectorsOf(config, process.env),
    dialects: [dialect],
    modelsOf: () => models,
    providers: new Map(
      config.providers.map(({ name, baseUrl }) => [
        name,
        { name, baseUrl: new URL(baseUrl), keys: undefined, credential: undefined },
      ]),
    ),
    limits: {
      parts: config.limits.parts,
      answerBytes: 32 * 1024 * 1024,
      sizes: sizesOf(config),
      answerTokens: config.budgets.answerTokens,
    },
    budgets: { allowanceOf: () => undefined },
    countTokens: undefined,
    systemMessages: new Map(),
    gathering: { findings: new Map(), toolResults: [] },
    mintSession: undefined,
    files: filesRulesOf(config),
    timeouts: config.timeouts,
    configDigest: configDigest(config),
    opaqueProviders: [],
    boundOnly: false,
    tokens: undefined,
  },
  listen: listen(config.listen),
  admin: listen(config.admin),
  controlSocket: config.control.socket,
  trustedProxies: { has: () => false },
  clock,
  newId: () => (ids++).toString(16).padStart(32, '0'),
  revocations: { state: () => 'live' },
  parking: { park: async () => 'none' },
  vault: { at: () => undefined, open: () => ({ kind: 'proceed', value: undefined }) },
  ledger: { sessionOf: () => NOTHING, labelsOf: () => [], gather: () => undefined },
  markSecret: Buffer.alloc(32, 7),
  canaryFor: createCanaries(Buffer.alloc(32, 7)),
  files: { shelf: undefined, spools: undefined },
  operations: new Map(),
  networksOf: () => ({ has: () => false }),
  proofs: {
    ...config.dpop,
    nonceKey: Buffer.alloc(32, 7),
    replay: await openSqliteReplay({ path: `${config.store.path}.replay`, clock }),
    startedAtMs: clock.now(),
  },
  audit: { log: forgettingLog(), keys, failure: config.audit.failure, order: config.audit.order },
  auditReader: async () => undefined,
  auditPublish: false,
  receive: {
    bodyBytes: config.limits.bodyBytes,
    headerBytes: config.limits.headerBytes,
    requestHeadMs: config.timeouts.requestHeadMs,
    requestBodyMs: config.timeouts.requestBodyMs,
  },
  connectMs: config.timeouts.connectMs,
  cachedTokens: fresh ? 0 : 100_000,
  shutdownDeadlineMs: 1000,
  env: {},
  control: new Map(),
  warn,
})
process.stdout.write(`${JSON.stringify({ ready: true, gateway: gateway.url })}\n`)
process.once('SIGTERM', () => {
  gateway.close().then(
    () => process.exit(0),
    () => process.exit(1),
  )
})
