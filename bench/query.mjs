// A masked query of 100 rows through the gate, and the same by the bare driver on the same PostgreSQL: `node bench/query.mjs
// [seconds] [rounds] [callers]`. Prints one JSON object: queries a second, and the ratio that is asked for (gate to bare, at
// least 0.6). Needs PostgreSQL's programs and wrk. The bare driver is a process of its own that does nothing else. With PROF=DIR the
// gateway leaves a CPU profile there.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { startDevIdentityProvider } from '../packages/devkit/dist/index.js'

const SQL = 'SELECT id, name, email, city, born, amount FROM people WHERE id BETWEEN $1 AND $2'
const ROWS = 10_000
const PAGE = 100

const LUA = `
local at = 0
function request()
  at = at + 1
  local first = 1 + (at * 37) % ${ROWS - PAGE}
  return wrk.format('POST', '/v1/datasets/crm/query', nil, '{"sql":"${SQL}","parameters":[' .. first .. ',' .. (first + ${PAGE - 1}) .. ']}')
end
`

if (process.argv[2] === 'bare') await bare(process.argv[3], Number(process.argv[4]), Number(process.argv[5]))
else await main(Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 5), Number(process.argv[4] ?? 16))

async function bare(url, callers, seconds) {
  const sql = postgres(url, { max: 10, fetch_types: false, onnotice() {} })
  let count = 0
  const until = performance.now() + seconds * 1000
  const caller = async (nth) => {
    for (let at = nth; performance.now() < until; at += 1, count += 1) {
      const first = 1 + ((at * 37) % (ROWS - PAGE))
      const rows = await sql.unsafe(SQL, [first, first + PAGE - 1], { prepare: true })
      if (rows.length !== PAGE) throw new Error(`${rows.length} rows`)
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, nth) => caller(nth)))
  await sql.end()
  console.log(JSON.stringify(count / seconds))
}

/** Of all threads of a process, in milliseconds. */
function cpuMsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function startPostgres(dir) {
  const versions = readdirSync('/usr/lib/postgresql').sort((one, other) => Number(other) - Number(one))
  const bin = join('/usr/lib/postgresql', versions[0], 'bin')
  const id = (what) => Number(execFileSync('id', [what, 'nobody'], { encoding: 'utf8' }))
  const who = process.getuid() === 0 ? { uid: id('-u'), gid: id('-g') } : {}
  if (who.uid !== undefined) chownSync(dir, who.uid, who.gid)
  const data = join(dir, 'data')
  const quiet = { ...who, cwd: dir, stdio: 'ignore' }
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'gate', '-A', 'trust', '-E', 'UTF8', '--no-sync'], quiet)
  const port = await freePort()
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${dir}`, 'fsync=off']
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one])]
  const server = spawn(join(bin, 'postgres'), args, quiet)
  const url = (user) => `postgres://${user}@127.0.0.1:${port}/postgres`
  for (let left = 100; ; left -= 1) {
    const sql = postgres(url('gate'), { max: 1, onnotice() {} })
    try {
      await sql.unsafe(`
        CREATE TABLE people (id integer PRIMARY KEY, name text, email text, city text, born date, amount numeric(10,2));
        INSERT INTO people SELECT i, 'Name ' || i, 'user' || i || '@example.org', 'City ' || i % 50,
          date '1970-01-01' + i % 10000, i * 1.17 FROM generate_series(1, ${ROWS}) AS i;
        CREATE ROLE analyst NOLOGIN; GRANT SELECT ON people TO analyst;
        CREATE ROLE reader LOGIN NOINHERIT; GRANT analyst TO reader;
        CREATE ROLE app LOGIN; GRANT SELECT ON people TO app`)
      await sql.unsafe('VACUUM ANALYZE people')
      return { server, url }
    } catch (error) {
      if (left === 0 || !['ECONNREFUSED', '57P03'].includes(error.code)) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    } finally {
      await sql.end()
    }
  }
}

async function startGate(dir, url, issuer) {
  const port = await freePort()
  mkdirSync(join(dir, 'policies'))
  writeFileSync(
    join(dir, 'policies', 'bench.cedar'),
    '@id("read") @obligation("column:mask:pii") permit (principal in Group::"analysts", action == Action::"queryDataset", resource);',
  )
  const config = {
    publicUrl: `http://127.0.0.1:${port}`,
    listen: { port },
    admin: { port: 0 },
    issuers: [
      {
        ...{
          issuer: issuer.issuer,
          audience: 'https://gateway.example',
          jwksUri: issuer.jwksUri,
          maxTokenLifetime: '2h',
        },
        groups: { prefix: '' },
      },
    ],
    providers: [{ name: 'none', dialect: 'openai', baseUrl: 'http://127.0.0.1:9/v1' }],
    models: [{ name: 'none', provider: 'none' }],
    policy: { dir: './policies' },
    audit: { store: 'fs:./audit' },
    store: 'sqlite:./ostiary.db',
    datasets: [
      {
        name: 'crm',
        classification: 'internal',
        postgres: {
          ...{ url, roles: [{ group: 'analysts', role: 'analyst' }] },
          tables: {
            people: {
              columns: {
                ...{ id: 'internal', name: 'internal', city: 'internal', born: 'internal', amount: 'internal' },
                email: { classification: 'confidential', categories: ['pii'], mask: 'email' },
              },
            },
          },
        },
      },
    ],
  }
  writeFileSync(join(dir, 'ostiary.yaml'), JSON.stringify(config))
  const bin = fileURLToPath(new URL('../packages/gateway/bin/ostiary.js', import.meta.url))
  const child = spawn(
    process.execPath,
    [
      ...(process.env.PROF ? ['--cpu-prof', `--cpu-prof-dir=${process.env.PROF}`] : []),
      bin,
      'start',
      '--json',
      '--config',
      join(dir, 'ostiary.yaml'),
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const [line] = await once(createInterface(child.stdout), 'line')
  if (JSON.parse(line).ready !== true) throw new Error(line)
  return { child, port }
}

async function main(seconds, rounds, callers) {
  const dir = mkdtempSync(join(tmpdir(), 'ostiary-bench-query-'))
  const database = mkdtempSync(join(tmpdir(), 'ostiary-bench-postgres-'))
  const issuer = await startDevIdentityProvider({ issuerPath: '/test-issuer', audience: 'https://gateway.example' })
  const { server, url } = await startPostgres(database)
  const gate = await startGate(dir, url('reader'), issuer)
  const token = await issuer.token({ as: 'alice', scope: 'datasets:read', expiresInSeconds: 7000 })
  const script = join(dir, 'query.lua')
  writeFileSync(script, LUA)
  const throughGate = async () => {
    const headers = ['-H', `Authorization: Bearer ${token}`, '-H', 'Content-Type: application/json']
    const said = await output('wrk', [
      '-t1',
      `-c${callers}`,
      `-d${seconds}`,
      '-s',
      script,
      ...headers,
      `http://127.0.0.1:${gate.port}`,
    ])
    if (/Non-2xx/.test(said)) throw new Error(said)
    return Number(/Requests\/sec:\s+([\d.]+)/.exec(said)?.[1])
  }
  const byDriver = async () =>
    Number(
      await output(process.execPath, [
        fileURLToPath(import.meta.url),
        'bare',
        url('app'),
        String(callers),
        String(seconds),
      ]),
    )
  try {
    const first = await fetch(`http://127.0.0.1:${gate.port}/v1/datasets/crm/query`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ sql: SQL, parameters: [1, PAGE] }),
    })
    const { rows } = await first.json()
    if (rows?.length !== PAGE || rows[0][2] !== 'u***@example.org')
      throw new Error('the answer is another than it should be')
    await throughGate()
    await byDriver()
    const all = { gate: [], bare: [] }
    let cpuMs = 0
    for (let round = 0; round < rounds; round += 1) {
      const before = cpuMsOf(gate.child.pid)
      all.gate.push(await throughGate())
      cpuMs += cpuMsOf(gate.child.pid) - before
      all.bare.push(await byDriver())
    }
    const queries = all.gate.reduce((sum, rate) => sum + rate, 0) * seconds
    const ratios = all.gate.map((rate, round) => rate / all.bare[round]).sort((a, b) => a - b)
    const middle = (list) => [...list].sort((a, b) => a - b)[list.length >> 1]
    const told = { seconds, rounds, callers, gate: middle(all.gate), bare: middle(all.bare) }
    const gateCpuMicros = Math.round((1000 * cpuMs) / queries)
    console.log(JSON.stringify({ ...told, gateCpuMicros, ratio: middle(ratios), ratios, asked: 0.6 }, undefined, 2))
  } finally {
    gate.child.kill('SIGTERM')
    await once(gate.child, 'exit')
    server.kill('SIGQUIT')
    await once(server, 'exit')
    await issuer.close()
    for (const folder of [dir, database]) rmSync(folder, { recursive: true, force: true })
  }
}

function output(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text
    })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(said) : reject(new Error(`${command}: exit ${code}`))))
  })
}
