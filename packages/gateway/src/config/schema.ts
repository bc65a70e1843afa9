import { isIP } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { OWN_TYPES, VAULT_FORMATS, type WhenIll } from '../spec/index.js'
import { budgets, price } from './budget-schema.js'
import { ALGORITHMS, type Config, DIALECTS } from './config.js'
import { classification, datasetSchema } from './dataset-schema.js'
import { declaredDialect } from './dialect-schema.js'
import { issuerSchema } from './issuer-schema.js'
import { ledger, withTerms } from './ledger-schema.js'
import { localDetector } from './local-detector-schema.js'
import { isLoopback } from './loopback.js'
import { authentication, baseUrl, httpUrl, serverUrl } from './provider-address.js'
import { providerKey } from './provider-key-schema.js'
import { remoteDetector } from './remote-detector-schema.js'
import {
  ATTRIBUTE_NAME,
  algorithm,
  anyTime,
  attributeName,
  bytes,
  duration,
  flag,
  group,
  knownKeys,
  objectBarely,
  objectTo,
  secretOf,
  text,
} from './schema-parts.js'
import { type Secret, SecretValue } from './secret.js'
import { term } from './term-schema.js'
import { termType } from './terms.js'
import { tool } from './tool-schema.js'

/** One thing that the schema objects to. */
export interface Objection {
  readonly path: readonly (string | number)[]
  readonly issue: z.core.$ZodIssue
}

export type Shaped =
  | { readonly kind: 'shaped'; readonly config: Config }
  | { readonly kind: 'faulty'; readonly objections: readonly Objection[] }

/** Turns plain data into a configuration. Paths in it are resolved against `folder`. */
export function shape(value: unknown, folder: string): Shaped {
  const result = schemaFor(folder).safeParse(value)
  if (result.success) return { kind: 'shaped', config: result.data }
  return { kind: 'faulty', objections: result.error.issues.flatMap((issue) => flat(issue, [])) }
}

/** The JSON schema that editors check with. It lets `${VARIABLE}` stand for every value. */
export function configJsonSchema(): z.core.JSONSchema.BaseSchema {
  const variable = { type: 'string', pattern: '\\$\\{' }
  return z.toJSONSchema(schemaFor('/'), {
    io: 'input',
    override: ({ jsonSchema }) => {
      const bound = jsonSchema.pattern ?? jsonSchema.enum
      const typed = jsonSchema.type === 'integer' || jsonSchema.type === 'number' || jsonSchema.type === 'boolean'
      if (!typed && (jsonSchema.type !== 'string' || bound === undefined)) return
      const { default: standard, description, ...rest } = jsonSchema
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
      if (standard !== undefined) jsonSchema.default = standard
      if (description !== undefined) jsonSchema.description = description
      jsonSchema.anyOf = [rest as z.core.JSONSchema.BaseSchema, variable as z.core.JSONSchema.BaseSchema]
    },
  })
}

// Of a union the branch that got furthest speaks: the others only say that the value is of another type.
function flat(issue: z.core.$ZodIssue, before: readonly PropertyKey[]): readonly Objection[] {
  const path = [...before, ...issue.path]
  if (issue.code === 'invalid_union') {
    const inside = issue.errors.find((branch) =>
      branch.some((one) => one.path.length > 0 || one.code !== 'invalid_type'),
    )
    if (inside !== undefined) return inside.flatMap((one) => flat(one, path))
  }
  return [{ path: path.map((one) => (typeof one === 'symbol' ? String(one) : one)), issue }]
}

function secret(folder: string): z.ZodType<Secret, string> {
  return text.transform((written, context) => secretOf(written, folder, context))
}

const origin: z.ZodType<string, string> = text.transform((written, context) => {
  const url = httpUrl(written)
  if (url === undefined || (written !== url.origin && written !== `${url.origin}/`)) {
    objectTo(context, [], 'write an origin, such as https://gateway.example: no path, no query, lower case')
  }
  return url?.origin ?? ''
})

const region = z.string().regex(/^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/, { error: 'write a region, such as us-east-1' })

function address(written: string): boolean {
  const [ip = '', bits, ...rest] = written.split('/')
  const version = isIP(ip)
  if (version === 0 || rest.length > 0) return false
  return bits === undefined || (/^(?:0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

function listen(folder: string, port: number): z.ZodType<Config['listen']> {
  const held = secret(folder)
  return group({
    host: text.default('127.0.0.1'),
    port: z.int().min(0).max(65_535).default(port),
    tls: group({ cert: held, key: held, clientCa: held.optional() })
      .transform((tls) => ({ cert: tls.cert, key: tls.key, clientCa: tls.clientCa }))
      .optional(),
  })
    .transform((one) => ({ host: one.host, port: one.port, tls: one.tls }))
    .prefault({})
}

function provider(folder: string): z.ZodType<Config['providers'][number]> {
  const key = providerKey(folder)
  return group({
    name: text.max(128),
    dialect: text.max(64).meta({ examples: [...DIALECTS] }),
    baseUrl,
    authentication: authentication.optional(),
    region: region.optional(),
    apiKey: key.optional(),
    apiKeys: z.array(key).min(1).max(64).optional(),
  }).transform((raw, context) => {
    if (raw.apiKey !== undefined && raw.apiKeys !== undefined) {
      objectBarely(context, ['apiKeys'], 'write apiKey or apiKeys, not both')
    }
    const apiKeys = raw.apiKey === undefined ? (raw.apiKeys ?? []) : [raw.apiKey]
    const { name, dialect, baseUrl, authentication, region } = raw
    return { name, dialect, baseUrl, authentication, region, apiKeys }
  })
}

const model: z.ZodType<Config['models'][number]> = group({
  name: text.max(256),
  provider: text,
  upstreamModel: text.max(256).optional(),
  attributes: z.record(text, z.union([z.string(), z.int(), flag, z.array(z.string())])).default({}),
  price: price.optional(),
}).transform((raw, context) => {
  for (const name of Object.keys(raw.attributes)) {
    if (!attributeName(name)) objectTo(context, ['attributes', name], ATTRIBUTE_NAME)
  }
  return {
    name: raw.name,
    provider: raw.provider,
    upstreamModel: raw.upstreamModel ?? raw.name,
    attributes: raw.attributes,
    price: raw.price,
  }
})

/** A name that stands behind a colon in an `@obligation`. */
const OBLIGATION_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

function systemMessage(folder: string): z.ZodType<Config['systemMessages'][number]> {
  const held = secret(folder)
  return group({
    name: z.string().regex(OBLIGATION_NAME, { error: 'write a name of letters, digits, `.`, `_` and `-`' }),
    version: text.max(64).optional(),
    text: held,
    after: held.optional(),
  }).transform((raw) => ({ name: raw.name, version: raw.version, text: raw.text, after: raw.after }))
}

const failure = z.enum(['closed', 'open'])

const detector = z.union([flag, group({ onFailure: failure })], {
  error: 'write true, false or { onFailure: open }',
})

const detectors = z.partialRecord(z.enum(OWN_TYPES), detector, { error: knownKeys(OWN_TYPES) }).prefault({})

function inspection(folder: string): z.ZodType<Config['inspection']> {
  return group({
    detectors,
    onFailure: failure.default('closed'),
    remote: z.array(remoteDetector(serverUrl, secret(folder))).default([]),
    terms: z.array(term(folder)).max(256).default([]),
    local: z.array(localDetector(folder)).default([]),
  })
    .transform(({ detectors: switches, local, onFailure, remote, terms }) => {
      const types = OWN_TYPES.filter((type) => switches[type] !== false)
      const failureOf = (type: (typeof types)[number]): WhenIll => {
        const written = switches[type]
        return typeof written === 'object' ? written.onFailure : onFailure
      }
      return {
        types,
        open: types.filter((type) => failureOf(type) === 'open'),
        onFailure,
        remote: remote.map((one) => ({ ...one, onFailure: one.onFailure ?? onFailure })),
        terms,
        local: local.map((one) => ({ ...one, onFailure: one.onFailure ?? onFailure })),
      }
    })
    .prefault({})
}

function notYet(what: string): z.ZodType<readonly unknown[]> {
  return z
    .array(z.unknown().refine(() => false, { error: `${what} are not in this version`, params: { bare: true } }))
    .default([])
}

function auditStore(folder: string): z.ZodType<Config['audit']['store'], string> {
  return text.transform((written, context) => {
    if (/^postgres(ql)?:/.test(written)) objectTo(context, [], 'postgres:// is not in this version: write fs:DIR')
    else if (!/^fs:./.test(written)) objectTo(context, [], 'write fs:DIR')
    return { kind: 'fs' as const, dir: resolve(folder, written.slice('fs:'.length)) }
  })
}

function postgresUrl(folder: string): z.ZodType<SecretValue, string> {
  return text.transform((written, context) => {
    // It may have a password in it.
    if (!POSTGRES.test(written)) objectBarely(context, [], 'write postgres://…')
    return new SecretValue(pathsIn(written, folder))
  })
}

const POSTGRES = /^postgres(ql)?:\/\//

function store(folder: string): z.ZodType<Config['store'], string> {
  return text.transform((written, context): Config['store'] => {
    if (POSTGRES.test(written)) return { kind: 'postgres', url: new SecretValue(pathsIn(written, folder)) }
    if (!/^sqlite:[^:]/.test(written)) objectTo(context, [], 'write sqlite:PATH, a file, or postgres://…')
    return { kind: 'sqlite', path: resolve(folder, written.slice('sqlite:'.length)) }
  })
}

/** The address with the file that it names found from the configuration's folder, as every other file is. */
function pathsIn(address: string, folder: string): string {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  const file = url.searchParams.get('sslrootcert')
  if (file === null) return address
  url.searchParams.set('sslrootcert', resolve(folder, file))
  return url.href
}

function audit(folder: string) {
  return group({
    store: auditStore(folder),
    // C2SP signed-note: a key name "MUST NOT be empty" nor hold "any Unicode spaces or plus characters".
    origin: z
      .string()
      .max(255)
      .regex(/^[^\s+\p{Cc}]+$/u, { error: 'write a name without spaces or `+`, such as gateway.example/audit' })
      .optional(),
    key: secret(folder).optional(),
    failure: z.enum(['closed', 'open']).default('closed'),
    order: z.enum(['before-forward', 'before-release']).default('before-forward'),
    flushInterval: duration(0, 10_000, 'at most 10s').prefault('0ms'),
    checkpointInterval: duration(10, 3_600_000, 'from 10ms to 1h').prefault('1s'),
    publish: flag.default(false),
  })
}

const limits: z.ZodType<Config['limits']> = group({
  bodyBytes: bytes(1024, 1024 ** 3, 'from 1KiB to 1GiB').prefault('10MiB'),
  headerBytes: bytes(1024, 1024 ** 2, 'from 1KiB to 1MiB').prefault('64KiB'),
  uploadBytes: bytes(1024, 64 * 1024 ** 3, 'from 1KiB to 64GiB').prefault('512MiB'),
  promptTokens: z.int().min(1).default(128_000),
  maxTokens: z.int().min(1).optional(),
  tools: z.int().min(0).optional(),
  images: z.int().min(0).optional(),
  parts: z.int().min(1).max(1_000_000).default(10_000),
  // Readers of nested data call themselves: more than this could exhaust the stack.
  nesting: z.int().min(2).max(512).default(64),
})
  .transform((raw) => ({ ...raw, maxTokens: raw.maxTokens, tools: raw.tools, images: raw.images }))
  .prefault({})

const timeouts: z.ZodType<Config['timeouts']> = group({
  connect: anyTime().prefault('5s'),
  firstByte: anyTime().prefault('10m'),
  idle: anyTime().prefault('5m'),
  total: anyTime().prefault('60m'),
  requestHead: anyTime().prefault('10s'),
  requestBody: anyTime().prefault('60s'),
})
  .transform((raw) => ({
    connectMs: raw.connect,
    firstByteMs: raw.firstByte,
    idleMs: raw.idle,
    totalMs: raw.total,
    requestHeadMs: raw.requestHead,
    requestBodyMs: raw.requestBody,
  }))
  .prefault({})

/** Who keeps the files and jobs of callers, for each dialect that has paths for them. */
const files: z.ZodType<Config['files']> = group({ openai: text.optional(), anthropic: text.optional() })
  .transform((raw) => ({ openai: raw.openai, anthropic: raw.anthropic }))
  .prefault({})

const dpop: z.ZodType<Config['dpop']> = group({
  nonces: z.enum(['required', 'off']).default('required'),
  // RFC 9449 section 11.1: "a relatively brief period on the order of seconds or minutes".
  window: duration(1000, 300_000, 'from 1s to 5m').prefault('60s'),
  algorithms: z.array(algorithm).min(1).default(['ES256', 'Ed25519']),
  replayFailure: z.enum(['closed', 'open']).default('closed'),
})
  .transform((raw) => ({
    nonces: raw.nonces,
    windowMs: raw.window,
    algorithms: ALGORITHMS.filter((one) => raw.algorithms.includes(one)),
    replayFailure: raw.replayFailure,
  }))
  .prefault({})

const format = z.enum(VAULT_FORMATS)

const vault: z.ZodType<Config['vault']> = group({
  ttl: duration(60_000, 365 * 86_400_000, 'from 1m to 365d').prefault('8h'),
  // What is checked for its form before it is used looks like what it stands for; an address is read by people.
  formats: group({
    'pii.card': format.default('surrogate'),
    'pii.email': format.default('placeholder'),
    'pii.iban': format.default('surrogate'),
  }).prefault({}),
})
  .transform((raw) => ({ ttlMs: raw.ttl, formats: raw.formats }))
  .prefault({})

const tokens: z.ZodType<Config['tokens']> = group({
  lifetime: duration(10_000, 3_600_000, 'from 10s to 1h').prefault('5m'),
  algorithm: z.enum(['ES256', 'Ed25519']).default('ES256'),
  rotation: duration(3_600_000, 365 * 86_400_000, 'from 1h to 365d').prefault('30d'),
})
  .transform((raw) => ({ lifetimeMs: raw.lifetime, algorithm: raw.algorithm, rotationMs: raw.rotation }))
  .prefault({})

function dataset(folder: string): z.ZodType<Config['datasets'][number]> {
  return datasetSchema(store(folder), postgresUrl(folder))
}

function schemaFor(folder: string): z.ZodType<Config> {
  const path = text.transform((written) => resolve(folder, written))
  return group({
    $schema: z.string().optional(),
    publicUrl: origin,
    listen: listen(folder, 8787),
    admin: listen(folder, 8788),
    trustedProxies: z
      .array(z.string().refine(address, { error: 'write an IP address, or a network such as 10.0.0.0/8' }))
      .default([]),
    issuers: z.array(issuerSchema(folder, secret(folder))).min(1),
    dpop,
    dialects: z.array(declaredDialect(authentication)).max(64).default([]),
    providers: z.array(provider(folder)).min(1),
    models: z.array(model).min(1),
    classification,
    datasets: z.array(dataset(folder)).max(256).default([]),
    tools: z.array(tool).max(1000).default([]),
    mcp: notYet('mcp servers'),
    policy: group({ dir: path }),
    files,
    systemMessages: z.array(systemMessage(folder)).max(1000).default([]),
    inspection: inspection(folder),
    limits,
    budgets,
    timeouts,
    audit: audit(folder),
    revocation: group({ failure: z.enum(['closed', 'open']).default('closed') }).prefault({}),
    apiKeys: group({ direct: flag.default(false) }).prefault({}),
    ledger,
    vault,
    tokens,
    store: store(folder),
    secretsKey: secret(folder).optional(),
    shutdown: group({ deadline: anyTime().prefault('30s') })
      .transform((raw) => ({ deadlineMs: raw.deadline }))
      .prefault({}),
    control: group({ socket: path.optional() }).prefault({}),
  }).transform((raw): Config => {
    const { flushInterval, checkpointInterval, origin: named, key, ...rest } = raw.audit
    const keptIn = raw.store.kind === 'sqlite' ? dirname(raw.store.path) : folder
    return {
      publicUrl: raw.publicUrl,
      listen: raw.listen,
      admin: raw.admin,
      trustedProxies: raw.trustedProxies,
      issuers: raw.issuers,
      dpop: raw.dpop,
      dialects: raw.dialects,
      providers: raw.providers,
      models: raw.models,
      classification: raw.classification,
      datasets: raw.datasets,
      tools: raw.tools,
      files: raw.files,
      policy: raw.policy,
      systemMessages: raw.systemMessages,
      inspection: raw.inspection,
      limits: raw.limits,
      budgets: raw.budgets,
      timeouts: raw.timeouts,
      audit: {
        ...rest,
        origin: named ?? `${new URL(raw.publicUrl).host}/audit`,
        key,
        flushIntervalMs: flushInterval,
        checkpointIntervalMs: checkpointInterval,
      },
      revocation: raw.revocation,
      apiKeys: raw.apiKeys,
      ledger: withTerms(raw.ledger, raw.inspection.terms.map(termType)),
      vault: raw.vault,
      tokens: raw.tokens,
      store: raw.store,
      keptIn,
      secretsKey: raw.secretsKey,
      shutdown: raw.shutdown,
      control: { socket: raw.control.socket ?? join(keptIn, 'ostiary.sock') },
    }
  })
}

/** Plain http tells everybody on the way what it carries: only this machine may be spoken to like that. */
export function mayFetch(written: string): boolean {
  const url = httpUrl(written)
  return url !== undefined && (url.protocol === 'https:' || isLoopback(url.hostname))
}
