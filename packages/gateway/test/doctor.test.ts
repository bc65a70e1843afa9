import { generateKeyPairSync } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DevIdentityProvider, type LyingUpstream, startLyingUpstream } from '@ostiary/devkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEntries } from '../src/adapters/audit-fs/entries.js'
import { selfSigned } from './certificate.js'
import { build, launch, ostiary, type Ran, type Ready, readyLine } from './command.js'
import { entryOf } from './entries.js'
import { ANALYSTS, sections, startTestIssuer } from './house.js'
import { prompt, send } from './http.js'
import { PGVECTOR, POSTGRES, type PostgresServer, startPostgres } from './postgres.js'

let top: string
let issuer: DevIdentityProvider
let upstream: LyingUpstream
/** Of a gateway that had one exchange and was stopped. */
let used: string
let usedReady: Ready

beforeAll(async () => {
  await build()
  top = mkdtempSync(join(tmpdir(), 'ostiary-doctor-test-'))
  issuer = await startTestIssuer()
  upstream = await startLyingUpstream()
  used = place('used')
  const started = launch(['start', '--config', join(used, 'ostiary.yaml'), '--json'])
  usedReady = await readyLine(started)
  const authorization = `Bearer ${await issuer.token({ as: 'alice' })}`
  const headers = { authorization, 'content-type': 'application/json' }
  const answer = await send(usedReady.gateway, Buffer.from(JSON.stringify(prompt('hi'))), { headers })
  expect(answer.status).toBe(200)
  started.child.kill('SIGTERM')
  expect((await started.ran).code).toBe(0)
}, 180_000)
afterAll(async () => {
  await issuer.close()
  await upstream.close()
  rmSync(top, { recursive: true, force: true })
})

function place(name: string, changes: Readonly<Record<string, unknown>> = {}): string {
  const dir = join(top, name)
  mkdirSync(join(dir, 'policies'), { recursive: true })
  writeFileSync(join(dir, 'policies', 'gateway.cedar'), ANALYSTS)
  configure(dir, changes)
  return dir
}

function configure(dir: string, changes: Readonly<Record<string, unknown>>): void {
  const whole = { ...sections(upstream, issuer), audit: { store: 'fs:./audit', origin: 'gateway.example/audit' } }
  writeFileSync(join(dir, 'ostiary.yaml'), JSON.stringify({ ...whole, ...changes }))
}

function copyOfUsed(name: string): string {
  const dir = join(top, name)
  cpSync(used, dir, { recursive: true })
  return dir
}

const run = (dir: string, ...command: readonly string[]): Promise<Ran> =>
  ostiary([...command, '--config', join(dir, 'ostiary.yaml'), '--json'])

async function ailments(dir: string): Promise<readonly { readonly what: string; readonly mend: string }[]> {
  const { code, lines } = await run(dir, 'doctor')
  const [told] = lines()
  expect(code).toBe(told?.['ok'] === true ? 0 : 1)
  const all = told?.['ailments'] as readonly { what: string; mend: string }[]
  expect(all.length > 0).toBe(code === 1)
  return all
}

/** Names, contents and times of all files: what a command that only looks must leave as it is. */
function stateOf(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { mtimeMs, mode } = statSync(join(dir, name))
      const text = statSync(join(dir, name)).isFile() ? readFileSync(join(dir, name), 'base64') : ''
      return `${name} ${mode} ${mtimeMs} ${text}`
    })
}

test('a good set-up is well, before its first start and after, and is left as it is', async () => {
  const fresh = place('fresh')
  for (const dir of [fresh, used]) {
    const before = stateOf(dir)
    expect(await ailments(dir)).toEqual([])
    expect(stateOf(dir)).toEqual(before)
  }
})

describe('what is kept beside the store', () => {
  test.each([
    ['audit.key.pem', 'another verifier key', 'goes on under a new one', true],
    ['audit.secret', 'commitments of all entries so far', 'makes a new one', false],
    ['ostiary.db', 'keys of the pseudonyms', 'begins an empty one', false],
  ])('%s, lost, is never replaced unasked', async (name, means, otherwise, isKey) => {
    const dir = copyOfUsed(`lost-${name}`)
    const path = join(dir, 'store', name)
    rmSync(path)
    const before = stateOf(dir)
    const { code, lines, stderr } = await run(dir, 'start')
    expect(code).toBe(1)
    expect(lines()).toMatchObject([{ ready: false }])
    for (const said of [`${path} is missing`, means, 'from a backup', '`ostiary audit recover`', otherwise]) {
      expect(stderr).toContain(said)
    }
    expect(await ailments(dir)).toEqual([
      { what: expect.stringContaining(`${path} is missing`), mend: expect.stringContaining(otherwise) },
    ])
    expect(stateOf(dir)).toEqual(before)

    const recovered = await run(dir, 'audit', 'recover')
    expect(recovered.code).toBe(0)
    const lost = [name === 'ostiary.db' ? 'store' : name]
    const [told] = recovered.lines()
    expect(told).toMatchObject({ ok: true, lost, keyChanged: isKey })
    expect(told?.['vkey'] === usedReady.vkey).toBe(!isKey)
    const logged = []
    for await (const one of readEntries(join(dir, 'audit'))) logged.push(entryOf(one))
    expect(logged.map((one) => one.type)).toEqual(['intent', 'outcome', 'recovery'])
    expect(logged[2]?.own).toMatchObject({ lost, keyChanged: isKey, vkey: told?.['vkey'] })

    const again = launch(['start', '--config', join(dir, 'ostiary.yaml'), '--json'])
    expect((await readyLine(again)).vkey).toBe(told?.['vkey'])
    again.child.kill('SIGTERM')
    expect((await again.ran).code).toBe(0)
  })

  test('recover says in words that the verifier key has changed', async () => {
    const dir = copyOfUsed('said')
    rmSync(join(dir, 'store', 'audit.key.pem'))
    const { stdout } = await ostiary(['audit', 'recover', '--config', join(dir, 'ostiary.yaml')])
    expect(stdout).toMatch(/^the verifier key has changed, tell everybody who verifies: gateway\.example\/audit\+/m)
  })

  test('the whole folder, lost beside a log elsewhere: all of it is named, and nothing made', async () => {
    const dir = copyOfUsed('lost-all')
    rmSync(join(dir, 'store'), { recursive: true })
    const { code, stderr } = await run(dir, 'start')
    expect(code).toBe(1)
    for (const name of ['audit.key.pem', 'audit.secret', 'ostiary.db']) expect(stderr).toContain(`${name} is missing`)
    expect(existsSync(join(dir, 'store'))).toBe(false)
  })

  test('one that is emptied or garbled is told, and is not taken', async () => {
    const dir = copyOfUsed('garbled')
    const secret = join(dir, 'store', 'audit.secret')
    const whole = readFileSync(secret, 'utf8')
    truncateSync(secret)
    expect((await run(dir, 'start')).stderr).toContain(`${secret} is empty`)
    writeFileSync(secret, whole.slice(0, 20))
    expect((await run(dir, 'start')).stderr).toContain(`${secret} does not hold the 32 bytes`)
    expect(await ailments(dir)).toMatchObject([{ mend: expect.stringContaining('put it back from a backup') }])
    writeFileSync(secret, whole)
    const key = join(dir, 'store', 'audit.key.pem')
    writeFileSync(key, 'no key\n')
    expect((await run(dir, 'start')).stderr).toContain(`${key} holds no private Ed25519 key`)
    expect(await ailments(dir)).toMatchObject([{ what: expect.stringContaining('holds no private Ed25519 key') }])
  })

  test('a recovery that is refused leaves no new key behind', async () => {
    const dir = copyOfUsed('unrecoverable')
    const key = join(dir, 'store', 'audit.key.pem')
    rmSync(key)
    rmSync(join(dir, 'audit', 'tile'), { recursive: true })
    const { code, lines } = await run(dir, 'audit', 'recover')
    expect({ code, lines: lines() }).toMatchObject({ code: 1, lines: [{ ok: false }] })
    expect(existsSync(key)).toBe(false)
  })
})

describe('a log that start refuses, doctor names before', () => {
  const keyOfAnother = (): string =>
    generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()

  test.each<[string, (dir: string) => void, string, string]>([
    [
      'another key',
      (dir) => writeFileSync(join(dir, 'store', 'audit.key.pem'), keyOfAnother()),
      'another key',
      'put the key back',
    ],
    ['no lock', (dir) => rmSync(join(dir, 'audit', '.lock')), 'not the lock', 'audit recover'],
    ['no tiles', (dir) => rmSync(join(dir, 'audit', 'tile'), { recursive: true }), 'missing', 'audit recover'],
    [
      'another origin',
      (dir) => configure(dir, { audit: { store: 'fs:./audit', origin: 'other.example/audit' } }),
      'another origin',
      'audit.origin',
    ],
  ])('%s', async (name, harm, what, mend) => {
    const dir = copyOfUsed(`refused-${name.replace(' ', '-')}`)
    harm(dir)
    const before = stateOf(dir)
    expect(await ailments(dir)).toEqual([{ what: expect.stringContaining(what), mend: expect.stringContaining(mend) }])
    expect(stateOf(dir)).toEqual(before)
    const { code, stderr } = await run(dir, 'start')
    expect(code).toBe(1)
    expect(stderr).toContain(what)
  })

  test('one that another process holds', async () => {
    const dir = copyOfUsed('held')
    const started = launch(['start', '--config', join(dir, 'ostiary.yaml'), '--json'])
    await readyLine(started)
    renameSync(join(dir, 'store', 'ostiary.sock'), join(dir, 'store', 'moved.sock'))
    expect(await ailments(dir)).toEqual([
      {
        what: expect.stringContaining(`process ${started.child.pid}`),
        mend: expect.stringContaining('stop that process'),
      },
    ])
    started.child.kill('SIGTERM')
    await started.ran
  })
})

describe('ports and sockets', () => {
  test('a port that somebody else has is told, one that our own gateway has is not', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const dir = place('ports', { admin: { host: '127.0.0.1', port } })
    expect(await ailments(dir)).toEqual([
      {
        what: `admin.port: port ${port} of 127.0.0.1 is taken, and not by the gateway of this store`,
        mend: 'stop what listens there, or write another admin.port',
      },
    ])
    await new Promise((resolve) => taken.close(resolve))

    const started = launch(['start', '--config', join(dir, 'ostiary.yaml'), '--json'])
    const ready = await readyLine(started)
    expect(new URL(ready.admin).port).toBe(String(port))
    expect(await ailments(dir)).toEqual([])
    const plain = await ostiary(['doctor', '--config', join(dir, 'ostiary.yaml')])
    expect(plain.stdout).toContain(`(process ${started.child.pid}, at ${ready.gateway} and ${ready.admin})`)

    started.child.kill('SIGKILL')
    await started.ran
    const socket = join(dir, 'store', 'ostiary.sock')
    const { code, lines } = await run(dir, 'doctor')
    expect({ code, lines: lines() }).toMatchObject({
      code: 0,
      lines: [
        {
          ok: true,
          ailments: [],
          warnings: expect.arrayContaining([
            {
              file: join(dir, 'ostiary.yaml'),
              line: 1,
              column: 1,
              message: `control.socket: the socket ${socket} is left of a gateway that was killed; \`start\` takes its place`,
            },
          ]),
          running: null,
        },
      ],
    })
    const again = launch(['start', '--config', join(dir, 'ostiary.yaml'), '--json'])
    await readyLine(again)
    again.child.kill('SIGTERM')
    expect((await again.ran).code).toBe(0)
  })

  test('a host that is no address of this machine', async () => {
    const dir = place('host', { listen: { host: '192.0.2.1', port: 0 } })
    expect(await ailments(dir)).toMatchObject([{ what: 'listen.host: 192.0.2.1 is no address of this machine' }])
  })

  test('a file where the control socket belongs', async () => {
    const dir = place('no-socket', { control: { socket: './ostiary.yaml' } })
    expect(await ailments(dir)).toMatchObject([{ what: expect.stringContaining('is no socket') }])
  })

  test('a certificate that is none', async () => {
    const dir = place('tls', {
      listen: { host: '127.0.0.1', port: 0, tls: { cert: 'file:no.pem', key: 'file:no.pem' } },
    })
    writeFileSync(join(dir, 'no.pem'), 'nothing\n')
    expect(await ailments(dir)).toMatchObject([{ what: expect.stringContaining('listen.tls: the certificate') }])
  })

  test('authorities of callers that are none', async () => {
    const { cert, key } = selfSigned('localhost')
    const dir = place('client-ca', {
      listen: { host: '127.0.0.1', port: 0, tls: { cert: 'file:c.pem', key: 'file:k.pem', clientCa: 'file:k.pem' } },
    })
    writeFileSync(join(dir, 'c.pem'), cert)
    writeFileSync(join(dir, 'k.pem'), key)
    expect(await ailments(dir)).toMatchObject([
      { what: expect.stringContaining('listen.tls.clientCa: no certificates') },
    ])
  })
})

test('a module that is no detector is told, as `start` tells it', async () => {
  const modules = {
    'empty.mjs': 'export const x = 1\n',
    'away.mjs': 'export function createDetector() { throw new Error("no models here") }\n',
    'stuck.mjs':
      'export async function createDetector() { return { types: ["pii.person"], textMax: 1000, inspect() {}, close() { throw new RangeError("x") } } }\n',
    'good.mjs': `setInterval(() => {}, 1000)
    export function createDetector() {
      return { types: ['pii.person'], textMax: 1000, inspect: async (texts) => texts.map(() => []) }
    }\n`,
  }
  const names = Object.keys(modules)
  const local = names.map((name, index) => ({ name: `d${index}`, module: `./${name}`, types: ['pii.person'] }))
  const dir = place('modules', { inspection: { local } })
  for (const [name, text] of Object.entries(modules)) writeFileSync(join(dir, name), text)
  const mend = 'correct the module, its models, or what the configuration says of them'
  expect(await ailments(dir)).toEqual([
    { what: `inspection.local: module ${join(dir, 'empty.mjs')}: exports no function \`createDetector\``, mend },
    { what: `inspection.local: module ${join(dir, 'away.mjs')}: no models here`, mend },
    { what: `inspection.local: module ${join(dir, 'stuck.mjs')}: cannot be closed again (RangeError)`, mend },
  ])
  rmSync(join(dir, 'good.mjs'))
  expect(await ailments(dir)).toEqual([
    {
      what: expect.stringContaining(`inspection.local[3].module: the file \`${join(dir, 'good.mjs')}\` cannot be read`),
      mend: expect.stringContaining('put there what it names'),
    },
  ])
})

test('a variable that is not set is mended in the environment, not in the file', async () => {
  const dir = place('unset')
  const file = join(dir, 'ostiary.yaml')
  const text = readFileSync(file, 'utf8')
  const asVariable = text.replace(/"apiKey":"[^"]*"/, `"apiKey":"\${OSTIARY_TEST_UNSET}"`)
  expect(asVariable).not.toBe(text)
  writeFileSync(file, asVariable)
  expect(await ailments(dir)).toEqual([
    {
      what: expect.stringContaining('`OSTIARY_TEST_UNSET` is not set'),
      mend: 'set the variable, or start with it set',
    },
  ])
  writeFileSync(file, '{"listne":{}}')
  for (const { mend } of await ailments(dir)) expect(mend).toContain('correct the file')
})

test('a store that is none, and a file where a folder belongs', async () => {
  const dir = copyOfUsed('no-store')
  writeFileSync(join(dir, 'store', 'ostiary.db'), 'not a database at all\n', { mode: 0o600 })
  expect(await ailments(dir)).toMatchObject([{ what: expect.stringContaining('is no SQLite database') }])
  const other = place('no-folder', { store: 'sqlite:./ostiary.yaml/ostiary.db' })
  expect(await ailments(other)).toMatchObject([{ what: expect.stringContaining('is no folder') }])
})

describe.skipIf(POSTGRES === undefined)('a store in PostgreSQL (needs PostgreSQL)', () => {
  const password = ['pass', 'word-of-the-database'].join('')
  let server: PostgresServer
  let address: string

  beforeAll(async () => {
    server = await startPostgres()
    address = server.url.replace('gate@', `gate:${password}@`)
  })
  afterAll(() => server.remove())

  test('a good one is well before its first start, which keeps its keys beside the configuration, and after', async () => {
    const dir = place('database', { store: address })
    expect(await ailments(dir)).toEqual([])
    expect((await server.run("select 1 from pg_tables where tablename like 'ostiary%'")).length).toBe(0)
    const started = launch(['start', '--config', join(dir, 'ostiary.yaml'), '--json'])
    await readyLine(started)
    expect(await ailments(dir)).toEqual([])
    started.child.kill('SIGTERM')
    expect((await started.ran).code).toBe(0)
    expect(started.stdout() + started.stderr()).not.toContain(password)
    expect(readdirSync(dir).sort()).toEqual(['audit', 'audit.key.pem', 'audit.secret', 'ostiary.yaml', 'policies'])
    expect(await ailments(dir)).toEqual([])
    const made = await run(dir, 'keys', 'create', '--owner', 'billing', '--scope', 'models:invoke')
    expect(made.lines()).toMatchObject([{ ok: true, owner: 'billing' }])
  })

  test('one that is lost is told, and `audit recover` goes on with another', async () => {
    const dir = join(top, 'database')
    await server.run('create database empty')
    configure(dir, { store: address.replace(/postgres$/, 'empty') })
    const [lost] = await ailments(dir)
    expect(lost?.what).toMatch(/^PostgreSQL at `127\.0\.0\.1:\d+\/empty` holds nothing of this installation/)
    expect(lost?.mend).toContain('`ostiary audit recover` begins an empty one')
    expect((await run(dir, 'start')).lines()).toMatchObject([{ ready: false }])
    expect((await run(dir, 'audit', 'recover')).lines()).toMatchObject([{ ok: true, lost: ['store'] }])
    expect(await ailments(dir)).toEqual([])
    const started = launch(['start', '--config', join(dir, 'ostiary.yaml'), '--json'])
    await readyLine(started)
    started.child.kill('SIGTERM')
    expect((await started.ran).code).toBe(0)
  })

  test('one that is away, or nowhere, is told without its password, as `start` and the commands tell it', async () => {
    const away = address.replace(/\d+\/postgres$/, '1/postgres')
    const dir = place('database-away', { store: away })
    expect(await ailments(dir)).toMatchObject([
      { what: expect.stringMatching(/^store: PostgreSQL at `127\.0\.0\.1:1\/postgres`: .*ECONNREFUSED/) },
    ])
    for (const command of [['start'], ['keys', 'list']]) {
      const { code, stdout, stderr } = await run(dir, ...command)
      expect(code).toBe(1)
      expect(stderr).toMatch(/store: PostgreSQL at `127\.0\.0\.1:1\/postgres`: /)
      expect(stdout + stderr).not.toContain(password)
      expect(stderr).not.toContain('    at ')
    }
  })

  test('datasets of it: what `start` refuses, what is away and what is not there, and no documents are made', async () => {
    await server.run('create table people (id int, name text)')
    await server.run(`create role login_of_dataset login noinherit password '${password}'`)
    await server.run('create role reads nologin')
    const login = address.replace('gate@', 'login_of_dataset@').replace('gate:', 'login_of_dataset:')
    const tables = (url: string, columns: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> => ({
      ...{ url, roles: [{ group: 'analysts', role: 'reads' }] },
      tables: { people: { columns } },
    })
    const of = async (name: string, postgres: Readonly<Record<string, unknown>>): Promise<readonly string[]> => {
      const documents = { store: 'sqlite:./documents.db' }
      const dir = place(name, {
        datasets: [
          { name: 'crm', owner: 'sales', postgres },
          { name: 'notes', owner: 'sales', documents },
        ],
      })
      const told = (await ailments(dir)).map(({ what }) => what)
      expect(existsSync(join(dir, 'documents.db'))).toBe(false)
      return told
    }
    const columns = { id: 'internal' }
    expect(await of('crm-not-granted', tables(login, columns))).toMatchObject([
      expect.stringContaining('the role `reads` is no role that the login is a member of: grant it to the login'),
    ])
    await server.run('grant reads to login_of_dataset')
    expect(await of('crm-good', tables(login, columns))).toEqual([])
    expect(await of('crm-column', tables(login, { ...columns, nmae: 'internal' }))).toEqual([
      'dataset `crm`: the column `public.people.nmae` is not there, and nobody sees it',
    ])
    const away = await of('crm-away', tables(login.replace(/\d+\/postgres$/, '1/postgres'), columns))
    expect(away).toMatchObject([expect.stringMatching(/^dataset `crm`: PostgreSQL at `127\.0\.0\.1:1\/postgres`: /)])
    expect(away.join()).not.toContain(password)
  })

  test('documents of it that want vectors: what the database lacks for them, as `start` tells it (needs pgvector)', async ({
    skip,
  }) => {
    skip(!PGVECTOR)
    await server.run(`create role login_of_documents login password '${password}'`)
    await server.run('grant create on schema public to login_of_documents')
    const store = address.replace('gate@', 'login_of_documents@').replace('gate:', 'login_of_documents:')
    const dir = place('documents-vectors', {
      models: [{ name: 'embedder', provider: 'lying' }],
      datasets: [{ name: 'notes', owner: 'sales', documents: { store, embeddings: { model: 'embedder' } } }],
    })
    const what =
      /^dataset `notes`: PostgreSQL at `127\.0\.0\.1:\d+\/postgres`: this database lacks pgvector, which `embeddings` wants/
    expect(await ailments(dir)).toMatchObject([
      { what: expect.stringMatching(what), mend: expect.stringContaining('`create extension vector`') },
    ])
    expect(await server.run("select from information_schema.tables where table_name like 'ostiary_doc%'")).toEqual([])
    const { code, stderr } = await run(dir, 'start')
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/dataset `notes`: this database lacks pgvector.*: let a superuser/),
    ])
    await server.run('create extension vector')
    expect(await ailments(dir)).toEqual([])
  })

  test('an address that is none is a fault of `check`, at its place and without the network', async () => {
    const dir = place('database-wrong', { store: `${address}?sslmode=require` })
    const { code, stdout, lines } = await run(dir, 'check')
    expect(code).toBe(1)
    expect(lines()).toMatchObject([
      { ok: false, faults: [{ message: expect.stringMatching(/^store: .*sslmode is verify-full/) }] },
    ])
    expect(stdout).not.toContain(password)
    configure(dir, { store: address.replace(/127.0.0.1:\d+/, 'nowhere.example') })
    expect((await run(dir, 'check')).code).toBe(0)
  })
})
