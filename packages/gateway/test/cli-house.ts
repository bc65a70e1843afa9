import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DevIdentityProvider, type LyingUpstream, startLyingUpstream } from '@ostiary/devkit'
import { afterAll, beforeAll } from 'vitest'
import { readEntries } from '../src/adapters/audit-fs/entries.js'
import { build, type Ready, type Started } from './command.js'
import { type Entry, entryOf } from './entries.js'
import { ANALYSTS, sections, startTestIssuer } from './house.js'
import { type Answer, prompt, send } from './http.js'

/** A folder with a configuration that `start` takes. */
export interface Place {
  readonly dir: string
  readonly file: string
  readonly log: string
}

/** What commands are tried in: the build of these sources, a folder, an issuer and a provider. */
export interface CliHouse {
  readonly top: string
  readonly issuer: DevIdentityProvider
  readonly upstream: LyingUpstream
  place(name: string, policies?: string, changes?: Readonly<Record<string, unknown>>): Place
  chat(ready: Ready, options?: { readonly as?: string; readonly stream?: boolean }): Promise<Answer>
}

/** Stands from before the first test of a file to after its last. */
export function cliHouse(): CliHouse {
  const top = mkdtempSync(join(tmpdir(), 'ostiary-cli-'))
  let parts: { readonly issuer: DevIdentityProvider; readonly upstream: LyingUpstream } | undefined

  function started(): NonNullable<typeof parts> {
    if (parts === undefined) throw new Error('the house does not stand before the tests begin')
    return parts
  }
  beforeAll(async () => {
    await build()
    parts = { issuer: await startTestIssuer(), upstream: await startLyingUpstream() }
  }, 180_000)
  afterAll(async () => {
    await parts?.issuer.close()
    await parts?.upstream.close()
    rmSync(top, { recursive: true, force: true })
  })
  return {
    top,
    get issuer() {
      return started().issuer
    },
    get upstream() {
      return started().upstream
    },
    place(name, policies = ANALYSTS, changes = {}) {
      const { issuer, upstream } = started()
      const dir = join(top, name)
      mkdirSync(join(dir, 'policies'), { recursive: true })
      writeFileSync(join(dir, 'policies', 'gateway.cedar'), policies)
      const file = join(dir, 'ostiary.yaml')
      const whole = {
        ...sections(upstream, issuer),
        audit: { store: 'fs:./audit', origin: 'gateway.example/audit', checkpointInterval: '50ms' },
        ...changes,
      }
      writeFileSync(file, JSON.stringify(whole, undefined, 2))
      return { dir, file, log: join(dir, 'audit') }
    },
    async chat(ready, { as = 'alice', stream = false } = {}) {
      const authorization = `Bearer ${await started().issuer.token({ as })}`
      const body = Buffer.from(JSON.stringify(prompt('hi', { stream })))
      return await send(ready.gateway, body, { headers: { authorization, 'content-type': 'application/json' } })
    },
  }
}

export async function entriesOf({ log }: Place): Promise<readonly Entry[]> {
  const all: Entry[] = []
  for await (const one of readEntries(log)) all.push(entryOf(one))
  return all
}

export async function stopped(started: Started, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  started.child.kill(signal)
  return (await started.ran).code
}
