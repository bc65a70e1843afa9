import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type DemoModel, type DevIdentityProvider, startDemoModel, startDevIdentityProvider } from '@ostiary/devkit'
import { schemaText } from '../adapters/policy-cedar/schema.js'
import { type Running, run } from '../compose/run.js'
import type { Config } from '../config/config.js'
import { DEV_ISSUER_PATH } from '../config/dev-issuer.js'
import { faultText } from '../config/fault.js'
import { configFromText } from '../config/load.js'
import { vocabularyOf } from '../config/vocabulary.js'
import { SCHEMA_COPY } from './check.js'
import { askRunning } from './control.js'
import { DEV_POLICIES } from './dev-policies.js'
import { CommandError, EXIT, type Output } from './output.js'
import { reloadUntilStopped, sayReady } from './start.js'

export interface DevOptions {
  readonly port: number
  readonly adminPort: number
  readonly dataDir: string
  /** Base URL of any OpenAI-compatible server; the demo model where none is named. */
  readonly upstream: string | undefined
  readonly extras?: DevExtras
  readonly warn: (message: string) => void
}

/** What the demo has beside what everybody starts with. */
export interface DevExtras {
  /** Further names of the one model. */
  readonly models: readonly string[]
  readonly settings: Readonly<Record<string, unknown>>
  readonly policies: string
}

export interface Dev {
  readonly running: Running
  readonly config: Config
  readonly issuer: DevIdentityProvider
  readonly model: DemoModel | undefined
  readonly models: readonly string[]
  close(): Promise<void>
}

/** The whole house in one process, on loopback only: identity provider, store, log, demo model, gateway. */
export async function startDev(options: DevOptions): Promise<Dev> {
  const { dataDir } = options
  // First of all: a second one here would rewrite what `ostiary token` signs with, and the first would refuse its tokens.
  if ((await askRunning(join(dataDir, 'ostiary.sock'))) !== undefined) {
    throw new CommandError(`a gateway runs on ${dataDir} already: stop it, or choose another folder with --data`)
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  // The issuer's tokens are for this address, and proofs are checked against it: it must be known before anything listens on it.
  const port = options.port === 0 ? await freePort() : options.port
  const audience = `http://127.0.0.1:${port}`
  const issuer = await startDevIdentityProvider({ dataDir, issuerPath: DEV_ISSUER_PATH, audience })
  const closers: (() => Promise<void>)[] = [() => issuer.close()]
  try {
    const model = options.upstream === undefined ? await startDemoModel({ chunkDelayMs: 15 }) : undefined
    if (model !== undefined) closers.push(() => model.close())
    const baseUrl = model?.baseUrl ?? options.upstream ?? ''
    const models = model === undefined ? await modelsOf(baseUrl) : ['demo-model']
    const config = configOf({
      ...options,
      port,
      audience,
      issuer,
      baseUrl,
      models,
      hosting: model === undefined ? 'home' : 'demo',
    })
    writePolicies(join(dataDir, 'policies'), schemaText(vocabularyOf(config)), options.extras)
    const running = await run(config, { env: process.env, warn: options.warn })
    closers.push(() => running.close())
    return {
      running,
      config,
      issuer,
      model,
      models,
      close: () => closeAll(closers),
    }
  } catch (error) {
    await closeAll(closers)
    throw error
  }
}

export async function dev(options: Omit<DevOptions, 'warn' | 'extras'>, output: Output): Promise<number> {
  const house = await startDev({ ...options, warn: output.warn })
  const ready = (): void => {
    const { issuer, loginCode } = house.issuer
    sayReady(house.running, output, { issuer, loginCode })
    output.say(
      `models   ${house.models.join(', ')}${house.model === undefined ? '' : ' (a demo model: it repeats what it was shown)'}`,
    )
    output.say(`issuer   ${issuer}\nlogin    ${loginCode} (the code that its login page asks for)`)
    output.say(
      `policies ${join(options.dataDir, 'policies')}\n\nA token: npx --no-install ostiary token --as alice --data ${options.dataDir}`,
    )
    output.say(
      `Keys, revocations: npx --no-install ostiary keys|revoke … --config ${join(options.dataDir, CONFIG_FILE)}`,
    )
  }
  const reload = (why: string): Promise<void> => house.running.reload(house.config, why)
  await reloadUntilStopped({ dirs: [house.config.policy.dir], reload, ready }, output)
  await house.close()
  return EXIT.done
}

const CONFIG_FILE = 'ostiary.yaml'

interface DevConfigParts extends DevOptions {
  readonly audience: string
  readonly issuer: DevIdentityProvider
  readonly baseUrl: string
  readonly models: readonly string[]
  readonly hosting: string
}

function configOf(parts: DevConfigParts): Config {
  const file = join(parts.dataDir, CONFIG_FILE)
  // JSON is YAML: nothing here can be misread, whatever a path or an upstream's model is called.
  const settings = {
    publicUrl: parts.audience,
    listen: { host: '127.0.0.1', port: parts.port },
    admin: { host: '127.0.0.1', port: parts.adminPort },
    issuers: [
      {
        issuer: parts.issuer.issuer,
        audience: parts.audience,
        jwksUri: parts.issuer.jwksUri,
        algorithms: ['ES256'],
        maxTokenLifetime: '1h',
        claims: { groups: 'groups' },
        agents: [{ id: 'scout', groups: ['agents'] }],
      },
    ],
    providers: [{ name: 'dev', dialect: 'openai', baseUrl: parts.baseUrl }],
    models: parts.models.concat(parts.extras?.models ?? []).map((name) => ({
      name,
      provider: 'dev',
      upstreamModel: parts.models.includes(name) ? name : parts.models[0],
      attributes: { hosting: parts.hosting },
    })),
    files: { openai: 'dev' },
    policy: { dir: './policies' },
    audit: { store: 'fs:./audit', origin: 'localhost/ostiary-dev' },
    store: 'sqlite:./ostiary.db',
    ...parts.extras?.settings,
  }
  const text = `${CONFIG_HEAD}${JSON.stringify(settings, undefined, 2)}\n`
  const config = checked(text, file)
  // So that `keys`, `revoke` and `providers` find this gateway by `--config`.
  writeFileSync(file, text, { mode: 0o600 })
  return config
}

const CONFIG_HEAD = '# Written by `ostiary dev` at each start, and read by it never. `ostiary start` refuses it.\n'

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new CommandError('no port is free')
  return address.port
}

function checked(text: string, file: string): Config {
  const { config, faults } = configFromText(text, file, {}, { requireEnv: true, allowDev: true })
  if (config === undefined) throw new CommandError(faults.map(faultText).join('\n'))
  return config
}

function writePolicies(dir: string, schema: string, extras: DevExtras | undefined): void {
  const file = join(dir, 'dev.cedar')
  mkdirSync(dir, { recursive: true })
  if (!existsSync(file)) writeFileSync(file, DEV_POLICIES)
  if (extras !== undefined) writeFileSync(join(dir, 'demo.cedar'), extras.policies)
  writeFileSync(join(dir, SCHEMA_COPY), schema)
}

async function modelsOf(baseUrl: string): Promise<readonly string[]> {
  const url = `${baseUrl.replace(/\/$/, '')}/models`
  let list: unknown
  try {
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(10_000) })
    list = answer.ok ? await answer.json() : undefined
  } catch {
    list = undefined
  }
  const data = typeof list === 'object' && list !== null && 'data' in list && Array.isArray(list.data) ? list.data : []
  const names = data.flatMap((one: unknown) =>
    typeof one === 'object' && one !== null && 'id' in one && typeof one.id === 'string' ? [one.id] : [],
  )
  if (names.length === 0) throw new CommandError(`no models at ${url}: is an OpenAI-compatible server running there?`)
  return names
}

async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of [...closers].reverse()) await close()
}
