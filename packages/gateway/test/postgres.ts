import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import postgres from 'postgres'
import type { Certificate } from './certificate.js'
import { until } from './until.js'

/** Where PostgreSQL's programs are; undefined: it is not installed, and tests that need it say so and are skipped. */
export const POSTGRES: string | undefined = [
  ...versions('/usr/lib/postgresql').map((version) => join('/usr/lib/postgresql', version, 'bin')),
  ...(process.env['PATH'] ?? '').split(delimiter),
].find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))

/** Whether that PostgreSQL has pgvector; where it has not, tests that need it say so and are skipped. */
export const PGVECTOR: boolean = POSTGRES !== undefined && extensionFolders(POSTGRES).some(hasPgvector)

/** A server of its own, on loopback, with one database. */
export interface PostgresServer {
  readonly port: number
  readonly url: string
  /** Runs SQL as the database's owner. */
  run(sql: string): Promise<readonly Record<string, unknown>[]>
  /** Ends all of it at once, as a machine does that fails. */
  stop(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

/**
 * As root it runs as nobody: PostgreSQL refuses root.
 *
 * @param certificate in PEM, for TLS; else it speaks in the clear
 */
export async function startPostgres(certificate?: Certificate): Promise<PostgresServer> {
  if (POSTGRES === undefined) throw new Error('PostgreSQL is not installed')
  const bin = POSTGRES
  const who = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {}
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-postgres-'))
  if (who.uid !== undefined && who.gid !== undefined) chownSync(folder, who.uid, who.gid)
  const data = join(folder, 'data')
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'gate', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...who,
    cwd: folder,
    stdio: 'ignore',
  })
  const secure: string[] = []
  if (certificate !== undefined) {
    for (const [name, pem] of Object.entries(certificate)) {
      const file = join(folder, `${name}.pem`)
      writeFileSync(file, pem, { mode: 0o600 })
      if (who.uid !== undefined && who.gid !== undefined) chownSync(file, who.uid, who.gid)
      secure.push(`ssl_${name}_file=${file}`)
    }
    secure.push('ssl=on')
  }
  const port = await freePort()
  const url = `postgres://gate@127.0.0.1:${port}/postgres`
  let server: ReturnType<typeof spawn> | undefined

  const run = async (sql: string): Promise<readonly Record<string, unknown>[]> => {
    const client = postgres(url, { max: 1, onnotice: () => {} })
    try {
      return await client.unsafe(sql)
    } finally {
      await client.end()
    }
  }
  const stop = async (): Promise<void> => {
    if (server === undefined || server.exitCode !== null) return
    const gone = once(server, 'exit')
    server.kill('SIGQUIT')
    await gone
  }
  const start = async (): Promise<void> => {
    const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off', ...secure]
    const args = ['-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one])]
    server = spawn(join(bin, 'postgres'), args, { ...who, cwd: folder, stdio: 'ignore' })
    await until(() =>
      run('select 1').then(
        () => true,
        () => false,
      ),
    )
  }
  await start()
  return {
    port,
    url,
    run,
    stop,
    start,
    async remove() {
      await stop()
      await rm(folder, { recursive: true })
    },
  }
}

/** Of a distribution's package, or of a PostgreSQL that stands in a folder of its own. */
function extensionFolders(bin: string): readonly string[] {
  const version = bin.split('/').at(-2) ?? ''
  const own = ['share/postgresql/extension', 'share/extension'].map((folder) => join(bin, '..', folder))
  return [join('/usr/share/postgresql', version, 'extension'), ...own]
}

function hasPgvector(folder: string): boolean {
  return existsSync(join(folder, 'vector.control'))
}

function versions(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).sort((one, other) => Number(other) - Number(one)) : []
}

function idOf(what: '-u' | '-g'): number {
  return Number(execFileSync('id', [what, 'nobody'], { encoding: 'utf8' }))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
