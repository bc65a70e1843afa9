import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type DemoModel, type DevIdentityProvider, startDemoModel, startDevIdentityProvider } from '@ostiary/devkit'
import { schemaText } from '../adapters/policy-cedar/schema.js'
import { CLOCK } from '../compose/ambient.js'
import { type Running, run } from '../compose/run.js'
import type { Config } from '../config/config.js'
import { DEV_ISSUER_PATH } from '../config/dev-issuer.js'
import { vocabularyOf } from '../config/vocabulary.js'
import { askRunning } from './control.js'
import { CONFIG_FILE, type DevExtras, devConfig, OUTSIDE_MODEL, writePolicies } from './dev-config.js'
import { fillHandbook, HANDBOOK } from './dev-handbook.js'
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
    const inside = model === undefined ? await modelsOf(baseUrl) : ['demo-model']
    const outside = model === undefined ? [] : [OUTSIDE_MODEL]
    const config = devConfig({ ...options, port, audience, issuer, baseUrl, inside, outside })
    await fillHandbook(config, CLOCK, options.warn)
    writePolicies(join(dataDir, 'policies'), schemaText(vocabularyOf(config)), options.extras)
    const running = await run(config, { env: process.env, warn: options.warn })
    closers.push(() => running.close())
    return {
      running,
      config,
      issuer,
      model,
      models: [...inside, ...outside],
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
    output.say(`datasets ${HANDBOOK} (documents of a made-up clinic)`)
    output.say(`issuer   ${issuer}\nlogin    ${loginCode} (the code that its login page asks for)`)
    output.say(
      `policies ${join(options.dataDir, 'policies')}\n\nA token: npx --no-install ostiary token --as alice --data ${options.dataDir}`,
    )
    output.say(
      `Keys, revocations, documents: npx --no-install ostiary keys|revoke|dataset … --config ${join(options.dataDir, CONFIG_FILE)}`,
    )
  }
  const reload = (why: string): Promise<void> => house.running.reload(house.config, why)
  await reloadUntilStopped({ dirs: [house.config.policy.dir], reload, ready }, output)
  await house.close()
  return EXIT.done
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new CommandError('no port is free')
  return address.port
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
