import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build } from './command.js'
import { POSTGRES, type PostgresServer, startPostgres } from './postgres.js'
import { until } from './until.js'

// The guide is followed to the letter: its files are written, its commands are run by a shell, one after the other, and each must print what the guide says.

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const GUIDE = readFileSync(join(ROOT, 'docs/guides/datasets.md'), 'utf8')

type Piece =
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'commands'; readonly text: string; readonly said: string | undefined }

/** A block is a file where the line before it ends with the file's name; commands are followed by what they print. */
function pieces(): readonly Piece[] {
  const blocks = [...GUIDE.matchAll(/([^\n]*)\n\n```(\w+)\n([\s\S]*?)^```$/gm)].map(
    ([, before = '', language = '', text = '']) => ({ before, language, text }),
  )
  return blocks.flatMap(({ before, language, text }, at): readonly Piece[] => {
    const [, name] = /`([\w./-]+\.\w+)`:$/.exec(before) ?? []
    if (name !== undefined) return [{ kind: 'file', name, text }]
    if (language !== 'sh') return []
    const next = blocks[at + 1]
    return [{ kind: 'commands', text, said: next?.language === 'text' ? next.text : undefined }]
  })
}

/** These stay, each in a terminal of its own. */
const STAYS = /^node people\.mjs|ostiary start$/m

const PATH = [POSTGRES ?? '', process.env['PATH'] ?? ''].join(delimiter)
const isInstalled = (name: string): boolean => PATH.split(delimiter).some((folder) => existsSync(join(folder, name)))
const CAN_FOLLOW = POSTGRES !== undefined && ['bash', 'curl', 'psql'].every(isInstalled)

describe.skipIf(!CAN_FOLLOW)('the guide to datasets (needs PostgreSQL, bash and curl)', () => {
  let server: PostgresServer
  let top: string
  const running: ChildProcess[] = []
  const ports = new Map<string, number>()
  beforeAll(async () => {
    await build()
    server = await startPostgres()
    ports.set('5432', server.port)
    for (const port of ['8787', '8788', '8790', '8791']) ports.set(port, await freePort())
    top = mkdtempSync(join(tmpdir(), 'ostiary-guide-'))
    // As in a clone: commands and packages are found from a folder within.
    symlinkSync(join(ROOT, 'node_modules'), join(top, 'node_modules'))
  }, 180_000)
  afterAll(async () => {
    await stop()
    await server.remove()
    rmSync(top, { recursive: true, force: true })
  })

  const here = (text: string): string =>
    [...ports].reduce((so, [port, real]) => so.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), String(real)), text)

  async function stop(): Promise<void> {
    for (const one of running.splice(0)) {
      const gone = once(one, 'exit')
      // Its whole group: npx has a child.
      if (one.pid !== undefined && one.exitCode === null) {
        process.kill(-one.pid, 'SIGTERM')
        await gone
        // The shell goes first: what it started writes until it has ended itself.
        await until(() => !isAlive(-(one.pid ?? 0)) || undefined)
      }
    }
  }

  function isAlive(group: number): boolean {
    try {
      return process.kill(group, 0)
    } catch {
      return false
    }
  }

  const shell = (script: string, detached: boolean): ChildProcess =>
    spawn('bash', ['-c', script], {
      cwd: top,
      detached,
      env: {
        PATH,
        HOME: top,
        npm_config_offline: 'true',
        npm_config_update_notifier: 'false',
        ...{ PGHOST: '127.0.0.1', PGPORT: String(server.port), PGUSER: 'gate' },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  test('does what it says [datasets.worked-example]', async () => {
    // What a shell keeps from one block to the next.
    let kept = ''
    let followed = 0
    for (const piece of pieces()) {
      if (piece.kind === 'file') {
        const file = join(top, 'clinic', piece.name)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, here(piece.text))
        continue
      }
      followed += 1
      const text = here(piece.text)
      if (STAYS.test(text)) {
        const started = shell(`${kept}\n${text}`, true)
        running.push(started)
        await isUp(started, text)
        continue
      }
      if (text.includes('DROP DATABASE')) await stop()
      const { code, stdout, stderr } = await ended(shell(`set -e\n${kept}\n${text}`, false))
      expect({ text, code, stderr }).toEqual({ text, code: 0, stderr: '' })
      if (piece.said !== undefined) expectShown(stdout.trimEnd(), piece.said.trimEnd())
      kept += text
        .split('\n')
        .filter((line) => /^(?:cd |export |\. |ask\(\)|\w+=)|&& cd /.test(line) && !line.startsWith('cd ..'))
        .map((line) => `${line}\n`)
        .join('')
    }
    expect(followed).toBe(13)
  }, 120_000)

  async function isUp(started: ChildProcess, text: string): Promise<void> {
    let said = ''
    for (const stream of [started.stdout, started.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8')
      })
    }
    await until(() => {
      if (started.exitCode !== null) throw new Error(`\`${text}\` ended: ${said}`)
      if (!text.includes('people.env')) return said.includes('vkey ')
      const file = join(top, 'clinic', 'people.env')
      return existsSync(file) && readFileSync(file, 'utf8').includes('BOB=')
    })
  }
})

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

async function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8')
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

/** Holds real words against shown ones, in which `…` stands for anything. */
function expectShown(real: string, said: string): void {
  const pattern = said
    .split('…')
    .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^\\n]*')
  expect(real).toMatch(new RegExp(`^${pattern}$`))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
