import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type DevIdentityProvider,
  type DevTokenRequest,
  type LyingUpstream,
  startDevIdentityProvider,
  startLyingUpstream,
} from '@ostiary/devkit'
import { readEntries } from '../src/adapters/audit-fs/entries.js'
import { type Running, run } from '../src/compose/run.js'
import type { Config } from '../src/config/config.js'
import { faultText } from '../src/config/fault.js'
import { configFromText } from '../src/config/load.js'
import { type Entry, type Exchange, entryOf, exchangeOf, expectWhole } from './entries.js'
import { until } from './until.js'

/** Shaped like nothing a detector knows, so that a test which finds it has found the key itself. */
export const MODEL_KEY = 'the-operators-own-credential-0123456789'

export const ANALYSTS = `@id("analysts-use-models")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"listModels"], resource is Model);
`

export interface HouseOptions {
  /** Text of the only policy file; default: analysts may use every model, without obligations. */
  readonly policies?: string
  /** Whole sections of the configuration that differ from the test's own. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly upstream?: LyingUpstream
  readonly issuer?: DevIdentityProvider
  /** Variables of the environment that the gateway sees. */
  readonly env?: Readonly<Record<string, string>>
  /** The folder of an earlier house, to open it again. */
  readonly dir?: string
}

export interface House {
  readonly dir: string
  readonly url: string
  readonly port: number
  readonly running: Running
  readonly upstream: LyingUpstream
  readonly issuer: DevIdentityProvider
  readonly warnings: readonly string[]
  readonly config: Config
  configure(changes: Readonly<Record<string, unknown>>): Config
  writePolicies(text: string): void
  token(as?: string, request?: Partial<DevTokenRequest>): Promise<string>
  entries(): Promise<readonly Entry[]>
  /** Both entries of one exchange, once the outcome is written. */
  exchange(requestId: string | null | undefined): Promise<Exchange>
  /** Stops the gateway and nothing else. */
  stop(): Promise<void>
  close(): Promise<void>
  /** Closes, once it is sure that the log is whole. */
  finish(): Promise<void>
}

/** A whole gateway in this process between a real issuer and an upstream that lies when told to. */
export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'ostiary-test-'))
  const closers: (() => Promise<void> | void)[] = []
  if (options.dir === undefined) closers.push(() => rmSync(dir, { recursive: true, force: true }))
  const upstream = options.upstream ?? (await startLyingUpstream())
  if (options.upstream === undefined) closers.push(() => upstream.close())
  const issuer = options.issuer ?? (await startTestIssuer())
  if (options.issuer === undefined) closers.push(() => issuer.close())

  const policyDir = join(dir, 'policies')
  const writePolicies = (text: string): void => writeFileSync(join(policyDir, 'test.cedar'), text)
  mkdirSync(policyDir, { recursive: true })
  if (options.policies !== undefined || options.dir === undefined) writePolicies(options.policies ?? ANALYSTS)

  const configure = (changes: Readonly<Record<string, unknown>>): Config =>
    configOf(dir, { ...sections(upstream, issuer), ...options.config, ...changes }, options.env ?? {})
  const config = configure({})
  const warnings: string[] = []
  const running = await run(config, { env: options.env ?? {}, warn: (message) => void warnings.push(message) })
  let stopped = false
  const stop = async (): Promise<void> => {
    if (stopped) return
    stopped = true
    await running.close()
  }
  closers.push(stop)
  // What was read once is not read again: a test asks after each of hundreds of exchanges.
  const seen: Entry[] = []
  const entries = async (): Promise<readonly Entry[]> => {
    for await (const one of readEntries(join(dir, 'audit'), seen.length)) seen[one.index] = entryOf(one)
    return [...seen]
  }
  const close = async (): Promise<void> => {
    for (const one of [...closers].reverse()) await one()
  }
  return {
    dir,
    url: running.gateway.url,
    port: Number(new URL(running.gateway.url).port),
    running,
    upstream,
    issuer,
    warnings,
    config,
    configure,
    writePolicies,
    token: (as = 'alice', request = {}) => issuer.token({ as, ...request }),
    entries,
    async exchange(requestId) {
      if (typeof requestId !== 'string' || requestId === '') throw new Error('an answer without a request id')
      return until(async () => exchangeOf(await entries(), requestId))
    },
    stop,
    close,
    async finish() {
      await stop()
      expectWhole(await entries())
      await close()
    },
  }
}

export function startTestIssuer(issuerPath = '/test-issuer'): Promise<DevIdentityProvider> {
  return startDevIdentityProvider({ issuerPath, audience: 'https://gateway.example' })
}

export const MODELS: readonly string[] = ['model', 'other-model']

/** A whole configuration; JSON is YAML. */
export function sections(upstream: LyingUpstream, issuer: DevIdentityProvider): Record<string, unknown> {
  return {
    publicUrl: 'http://127.0.0.1:8787',
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    issuers: [issuerSection(issuer)],
    providers: [{ name: 'lying', dialect: 'openai', baseUrl: upstream.baseUrl, apiKey: MODEL_KEY }],
    models: MODELS.map((name) => ({ name, provider: 'lying' })),
    policy: { dir: './policies' },
    audit: { store: 'fs:./audit', checkpointInterval: '50ms' },
    store: 'sqlite:./store/ostiary.db',
    shutdown: { deadline: '2s' },
  }
}

export function issuerSection(issuer: DevIdentityProvider): Record<string, unknown> {
  return {
    issuer: issuer.issuer,
    audience: issuer.audience,
    jwksUri: issuer.jwksUri,
    algorithms: ['ES256'],
    agents: [{ id: 'scout', groups: ['agents'] }],
  }
}

function configOf(
  dir: string,
  whole: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>>,
): Config {
  const { config, faults } = configFromText(JSON.stringify(whole), join(dir, 'ostiary.yaml'), env, { requireEnv: true })
  if (config === undefined) throw new Error(faults.map(faultText).join('\n'))
  return config
}
