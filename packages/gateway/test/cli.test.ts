import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DevIdentityProvider, type LyingUpstream, startDevBrowser, startLyingUpstream } from '@ostiary/devkit'
import { oauth4webapiClient, type Tokens } from '@ostiary/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEntries } from '../src/adapters/audit-fs/entries.js'
import { build, launch, ostiary, type Ready, readyLine, type Started } from './command.js'
import { type Entry, entryOf, expectWhole } from './entries.js'
import { ANALYSTS, sections, startTestIssuer } from './house.js'
import { type Answer, errorOf, prompt, send } from './http.js'
import { until } from './until.js'

let top: string
let issuer: DevIdentityProvider
let upstream: LyingUpstream

beforeAll(async () => {
  await build()
  top = mkdtempSync(join(tmpdir(), 'ostiary-cli-'))
  issuer = await startTestIssuer()
  upstream = await startLyingUpstream()
}, 180_000)
afterAll(async () => {
  await issuer.close()
  await upstream.close()
  rmSync(top, { recursive: true, force: true })
})

interface Place {
  readonly dir: string
  readonly file: string
  readonly log: string
}

function place(name: string, policies = ANALYSTS, changes: Readonly<Record<string, unknown>> = {}): Place {
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
}

async function entriesOf({ log }: Place): Promise<readonly Entry[]> {
  const all: Entry[] = []
  for await (const one of readEntries(log)) all.push(entryOf(one))
  return all
}

async function chat(ready: Ready, options: { readonly as?: string; readonly stream?: boolean } = {}): Promise<Answer> {
  const authorization = `Bearer ${await issuer.token({ as: options.as ?? 'alice' })}`
  const body = Buffer.from(JSON.stringify(prompt('hi', { stream: options.stream === true })))
  return await send(ready.gateway, body, { headers: { authorization, 'content-type': 'application/json' } })
}

async function stopped(started: Started, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  started.child.kill(signal)
  return (await started.ran).code
}

/** What `check` prints when it is run in a folder. */
async function checkIn(cwd: string, ...args: readonly string[]): Promise<string> {
  return (await ostiary(['check', ...args], { cwd })).stdout
}

test('demo --exit --json tells its story and ends well', async () => {
  const { code, stderr, lines } = await ostiary(['demo', '--exit', '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const told = lines()
  expect(new Set(told.map((one) => one['step']))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]))
  const said = (who: string, step?: number): string =>
    told
      .filter((one) => one['who'] === who && (step === undefined || one['step'] === step))
      .map((one) => String(one['what']))
      .join('\n')
  expect(said('bob gets')).toContain('403 forbidden_by_policy')
  expect(said('the copy')).toMatch(/does not hold: entry \d+/)

  // A stolen token: good in its owner's hands alone.
  expect(said('alice', 5)).toContain('401 use_dpop_nonce, then with the nonce 200')
  expect(said('the thief')).toMatch(
    /^Bearer: 401 invalid_token: .+\nDPoP, proof by another key: 401 invalid_dpop_proof: /,
  )

  // A revoked agent: silent within a sentence, while whom it acts for is told all.
  expect(said('scout sees')).toMatch(/I was shown: user: Sentence 1: .+\w ?▌$/)
  expect(said('scout sees')).not.toContain('Sentence 8')
  expect(said('and then')).toContain('the error event `revoked_token`')
  expect(said('cut')).toMatch(
    /^\d+\.\d ms (?:after the revocation was confirmed$|before the revocation was even confirmed)/,
  )
  expect(said('in the log')).toContain('reason revoked_token')
  expect(said('scout again')).toMatch(/^401 revoked_token: /)
  expect(said('alice', 6)).toContain('went on to its end')

  // A smaller token: what it is for, and no more.
  expect(said('it may')).toBe('ask demo-model: 200')
  expect(said('it may not')).toBe('read the log: 403 insufficient_scope, missing audit:read')
  expect(said('nor')).toBe('be exchanged for more: invalid_scope')
})

describe('wrong use ends with 2', () => {
  test.each([
    [[]],
    [['nonsense']],
    [['start', '--nonsense']],
    [['dev', '--port', '70000']],
    [['token']],
    [['audit', 'verify', '--log', 'x']],
    [['audit', 'verify', '--log', 'x', '--vkey', 'no key']],
    [['audit', 'verify', '--vkey', 'x']],
    [['audit', 'verify', '--vkey', 'x', '--log', 'x', '--proof', 'x']],
    [['audit', 'prove', '--log', 'x', '--vkey', 'x', 'no-index']],
  ])('%j', async (args) => {
    const { code, stdout, stderr } = await ostiary(args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).not.toContain('    at ')
    expect(stderr).not.toBe('')
  })

  test('but asking for help is no wrong use', async () => {
    const { code, stdout } = await ostiary(['--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('audit')
  })
})

test('version, as a command and as an option', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  for (const args of [['--version'], ['version']]) {
    expect(await ostiary(args)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
  }
  expect((await ostiary(['version', '--json'])).lines()).toEqual([{ version }])
})

describe('init and check', () => {
  test('what init writes is good but for the key, which is a warning here and refused by start', async () => {
    const dir = join(top, 'fresh')
    const made = await ostiary(['init', dir, '--json'])
    expect(made.code).toBe(0)
    const file = join(dir, 'ostiary.yaml')
    expect(made.lines()).toEqual([
      {
        ok: true,
        written: [file, join(dir, 'policies', 'gateway.cedar'), join(dir, 'policies', 'schema.cedarschema')],
      },
    ])
    const again = await ostiary(['init', dir])
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('nothing written')

    const plain = await ostiary(['check', '--config', file])
    expect(plain.code).toBe(0)
    expect(plain.stdout).toMatch(/^warning: .*ostiary\.yaml:\d+:\d+ .*`OPENAI_API_KEY` is not set$/m)
    const [checked] = (await ostiary(['check', '--config', file, '--json'])).lines()
    expect(checked).toMatchObject({ ok: true, faults: [], warnings: [{ file }] })

    const start = await ostiary(['start', '--config', file, '--json'])
    expect(start.code).toBe(1)
    expect(start.lines()).toEqual([
      {
        ready: false,
        message: expect.stringMatching(/ostiary\.yaml:\d+:\d+ .*`OPENAI_API_KEY` is not set/),
        faults: [{ file, line: expect.any(Number), column: expect.any(Number), message: expect.any(String) }],
      },
    ])
    expect(start.stderr).toMatch(/ostiary\.yaml:\d+:\d+ .*`OPENAI_API_KEY` is not set/)
    expect(existsSync(join(dir, 'data'))).toBe(false)

    const set = await ostiary(['check', '--config', file, '--json'], { env: { OPENAI_API_KEY: 'a-key' } })
    expect(set.lines()).toEqual([{ ok: true, faults: [], warnings: [] }])
  })

  test('faults have a place: file, line and column', async () => {
    const { dir, file } = place(
      'faulty',
      '@id("a")\npermit (principal, action == Action::"invoke", resource is Model)\nwhen { context.promptTokenz > 1 };\n',
    )
    const policy = join(dir, 'policies', 'gateway.cedar')
    const wrong = await ostiary(['check', '--config', file])
    expect(wrong.code).toBe(1)
    expect(wrong.stdout).toMatch(new RegExp(`^${policy}:3:\\d+ .*promptTokenz.*did you mean .promptTokens`, 'm'))
    const [told] = (await ostiary(['check', '--config', file, '--json'])).lines()
    expect(told).toMatchObject({ ok: false, faults: [{ file: policy, line: 3 }] })

    writeFileSync(file, 'publicUrl: http://127.0.0.1:8787\nlisten:\n  hots: 127.0.0.1\n')
    const unknown = await ostiary(['check', '--config', file])
    expect(unknown.code).toBe(1)
    expect(unknown.stdout).toMatch(new RegExp(`^${file}:3:3 .*hots`, 'm'))

    const absent = await ostiary(['check', '--config', join(dir, 'absent.yaml')])
    expect(absent.code).toBe(1)
    expect(absent.stdout).toMatch(
      /absent\.yaml:1:1 .*ENOENT.*`ostiary init` makes one, or name it with --config FILE$/m,
    )

    writeFileSync(file, 'publicUrl: http://127.0.0.1:8787\nlisten\n  host: 127.0.0.1\n')
    const colon = await ostiary(['check', '--config', file])
    expect(colon.code).toBe(1)
    expect(colon.stdout).toMatch(/^.*ostiary\.yaml:2:1 not valid YAML: .*: a colon may be missing$/m)
  })

  test('a policy folder that is not there, or empty, is told where the configuration names it', async () => {
    const { dir, file } = place('no-policies', ANALYSTS, { policy: { dir: './nowhere' } })
    const at = readFileSync(file, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes('"dir"'))
    const told = async (): Promise<string> => (await ostiary(['check', '--config', file])).stdout
    expect(await told()).toBe(
      `${file}:${at + 1}:12 policy.dir: the policy folder cannot be read (\`${join(dir, 'nowhere')}\`)\n`,
    )
    mkdirSync(join(dir, 'nowhere'))
    expect(await told()).toMatch(new RegExp(`^${file}:${at + 1}:12 policy\\.dir: the policy folder has no \\*\\.cedar`))
  })

  test('policy files below the working directory are named from there, as the configuration is', async () => {
    const twice = '@id("a") permit (principal, action, resource);\n'
    const { dir } = place('named', twice + twice)
    const policy = join('policies', 'gateway.cedar')
    const message = `\`@id\` \`a\` is already that of the policy at ${policy}:1:1`
    expect(await checkIn(dir)).toBe(`./${policy}:2:1 ${message.replace(policy, `./${policy}`)}\n`)
    expect(JSON.parse(await checkIn(dir, '--json', '--config', 'ostiary.yaml'))).toEqual({
      ok: false,
      faults: [{ file: policy, line: 2, column: 1, message }],
      warnings: [],
    })
    expect(await checkIn(join(dir, 'policies'), '--config', '../ostiary.yaml')).toMatch(/^gateway\.cedar:2:1 /)
    expect(await checkIn(join(dir, '..'), '--config', 'named/ostiary.yaml')).toMatch(
      /^named.policies.gateway\.cedar:2:1 /,
    )
    mkdirSync(join(dir, 'elsewhere'))
    const above = await checkIn(join(dir, 'elsewhere'), '--config', '../ostiary.yaml')
    expect(above.startsWith(`${join(dir, policy)}:2:1 `)).toBe(true)
  })

  test('policy files without a policy: a warning that nothing will be permitted', async () => {
    const { dir, file } = place('no-policy', '// none yet\n')
    const { code, lines } = await ostiary(['check', '--config', file, '--json'])
    expect({ code, lines: lines() }).toMatchObject({
      code: 0,
      lines: [
        {
          ok: true,
          warnings: expect.arrayContaining([
            expect.objectContaining({
              file,
              message: `policy.dir: no policy: nothing will be permitted (\`${join(dir, 'policies')}\`)`,
            }),
          ]),
        },
      ],
    })
  })

  test('a policy over what cannot come about is a warning', async () => {
    const { dir, file } = place(
      'unheard',
      '@id("a") permit (principal == User::"alice", action == Action::"invoke", resource == Model::"modle");\n',
      { inspection: { detectors: { 'pii.email': false } } },
    )
    const [told] = (await ostiary(['check', '--config', file, '--json'])).lines()
    const policy = join(dir, 'policies', 'gateway.cedar')
    const secret = { file, message: expect.stringContaining('the secret stands in the file itself') }
    expect(told).toMatchObject({
      ok: true,
      warnings: [
        secret,
        { file: policy, line: 1, message: expect.stringContaining('`User::"alice"`: write issuer and subject') },
        { file: policy, line: 1, message: expect.stringContaining('no model has this name; did you mean `model`?') },
      ],
    })
  })
})

describe('start', () => {
  test('ready line, SIGTERM, and again on the same folders', async () => {
    const where = place('twice')
    const keys: string[] = []
    for (const round of [1, 2]) {
      const started = launch(['start', '--config', where.file, '--json'])
      const ready = await readyLine(started)
      expect(ready).toEqual({
        ready: true,
        gateway: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        admin: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        origin: 'gateway.example/audit',
        vkey: expect.stringMatching(/^gateway\.example\/audit\+[0-9a-f]{8}\+/),
      })
      keys.push(ready.vkey)
      const answer = await chat(ready)
      expect(answer.status).toBe(200)
      expect(answer.headers['ostiary-receipt']).toBe(`gateway.example/audit/${2 * (round - 1)}`)

      const beside = await ostiary(['start', '--config', where.file, '--json'])
      expect({ code: beside.code, lines: beside.lines() }).toEqual({
        code: 1,
        lines: [{ ready: false, message: expect.stringContaining('another process has this log open'), faults: [] }],
      })
      expect(await stopped(started)).toBe(0)
      expect(started.stdout().trim().split('\n')).toHaveLength(1)
    }
    expect(keys[1]).toBe(keys[0])
    const entries = await entriesOf(where)
    expectWhole(entries)
    expect(entries.map((one) => one.type)).toEqual(['intent', 'outcome', 'intent', 'outcome'])
    const verified = await ostiary(['audit', 'verify', '--log', where.log, '--vkey', keys[0] ?? '', '--json'])
    expect({ code: verified.code, lines: verified.lines() }).toEqual({
      code: 0,
      lines: [{ ok: true, size: 4, root: expect.any(String) }],
    })
  })

  test('a changed policy is taken, a faulty one is reported, on a change and on SIGHUP', async () => {
    const where = place('reloads')
    const policy = join(where.dir, 'policies', 'gateway.cedar')
    const started = launch(['start', '--config', where.file, '--json'])
    const ready = await readyLine(started)
    expect((await chat(ready, { as: 'bob' })).status).toBe(403)

    writeFileSync(policy, ANALYSTS.replaceAll('analysts', 'support'))
    await until(async () => (await chat(ready, { as: 'bob' })).status === 200)
    expect((await chat(ready)).status).toBe(403)

    writeFileSync(policy, 'permit (')
    await until(() => started.stderr().includes('the last good configuration stays in force'))
    expect(started.stderr()).toContain(`${policy}:1:`)
    expect((await chat(ready, { as: 'bob' })).status).toBe(200)

    started.child.kill('SIGHUP')
    await until(() => started.stderr().match(/stays in force/g)?.length === 2)
    writeFileSync(policy, ANALYSTS)
    await until(async () => (await chat(ready)).status === 200)
    expect(await stopped(started, 'SIGINT')).toBe(0)
    const changes = (await entriesOf(where)).filter((one) => one.type === 'policy')
    expect(changes).toHaveLength(2)
    expect(changes[1]?.own).toMatchObject({ before: changes[0]?.own['after'], after: changes[0]?.own['before'] })
  })

  test('a signal that comes with the ready line is heard', async () => {
    const where = place('at-once')
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const started = launch(['start', '--config', where.file, '--json'])
      started.child.stdout?.once('data', () => started.child.kill(signal))
      expect(await started.ran).toMatchObject({ code: 0 })
    }
  })

  test('a reload says what it cannot put in force, and takes the rest', async () => {
    const where = place('restart-needed')
    const started = launch(['start', '--config', where.file, '--json'])
    const ready = await readyLine(started)
    const before = readFileSync(where.file, 'utf8')
    const next = {
      ...JSON.parse(before),
      listen: { host: 'localhost', port: 0 },
      models: [{ name: 'new', provider: 'lying' }],
    }
    writeFileSync(where.file, JSON.stringify(next))
    await until(() => started.stderr().includes('reloaded (file)'))
    const said = started
      .stderr()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(said).toContainEqual({
      level: 'warn',
      message: 'changed, but in force only after a restart: listen.host',
    })
    expect((await chat(ready)).status).toBe(404)
    expect(await stopped(started)).toBe(0)
    const changes = (await entriesOf(where)).filter((one) => one.type === 'config')
    expect(changes.map((one) => one.own)).toMatchObject([{ why: 'file' }])
  })

  test('what was under way when it was killed is closed as unknown at the next start', async () => {
    const where = place('killed')
    const first = launch(['start', '--config', where.file, '--json'])
    const ready = await readyLine(first)
    expect((await chat(ready)).status).toBe(200)
    upstream.behave({ kind: 'stalls' })
    const cut = Promise.allSettled([chat(ready, { stream: true }), chat(ready, { stream: true })])
    await until(() => upstream.answering === 2)
    first.child.kill('SIGKILL')
    await first.ran
    await cut
    upstream.behave(undefined)

    const second = launch(['start', '--config', where.file, '--json'])
    const again = await readyLine(second)
    expect((await chat(again)).status).toBe(200)
    expect(await stopped(second)).toBe(0)
    const entries = await entriesOf(where)
    expectWhole(entries)
    const unknown = entries.filter((one) => one.own['outcome'] === 'unknown')
    expect(unknown).toHaveLength(2)
    for (const { own } of unknown) {
      expect(entries[Number(own['intent'])]).toMatchObject({ type: 'intent', id: `${String(own['exchange'])}i` })
    }
    expect((await ostiary(['audit', 'verify', '--log', where.log, '--vkey', again.vkey])).code).toBe(0)
  })

  test('doctor tells a good set-up, running or not, from an ill one', async () => {
    const where = place('doctored')
    const idle = await ostiary(['doctor', '--config', where.file, '--json'])
    expect(idle.lines()).toMatchObject([{ running: null }])
    const started = launch(['start', '--config', where.file, '--json'])
    const ready = await readyLine(started)
    const busy = await ostiary(['doctor', '--config', where.file, '--json'])
    expect(busy.lines()).toMatchObject([{ running: { ready: true, vkey: ready.vkey } }])
    expect(await stopped(started)).toBe(0)
    writeFileSync(join(where.dir, 'policies', 'gateway.cedar'), 'permit (')
    const ill = await ostiary(['doctor', '--config', where.file])
    expect(ill.code).toBe(1)
    expect(ill.stdout).toContain('mend:')
  })
})

describe('audit', () => {
  let where: Place
  let ready: Ready
  let started: Started
  let receipts: string[]

  beforeAll(async () => {
    where = place('audited')
    started = launch(['start', '--config', where.file, '--json'])
    ready = await readyLine(started)
    receipts = []
    for (let i = 0; i < 3; i += 1) receipts.push((await chat(ready)).headers['ostiary-receipt'] ?? '')
    await until(async () => (await entriesOf(where)).length === 6)
    await until(() => readFileSync(join(where.log, 'checkpoint'), 'utf8').split('\n')[1] === '6')
  })
  afterAll(() => stopped(started))

  const verify = (log: string, ...more: string[]): ReturnType<typeof ostiary> =>
    ostiary(['audit', 'verify', '--log', log, '--vkey', ready.vkey, '--json', ...more])

  test('verify: beside the running gateway, and over its admin port', async () => {
    const [byFolder, plain] = await Promise.all([
      verify(where.log),
      ostiary(['audit', 'verify', '--log', where.log, '--vkey', ready.vkey]),
    ])
    expect({ code: byFolder.code, lines: byFolder.lines() }).toEqual({
      code: 0,
      lines: [{ ok: true, size: 6, root: expect.any(String) }],
    })
    expect(plain.stdout).toContain('the log holds: 6 entries')

    const OSTIARY_TOKEN = await issuer.token({ as: 'carol', scope: 'audit:read' })
    const args = ['audit', 'verify', '--log', `${ready.admin}/log`, '--vkey', ready.vkey, '--json']
    const [byUrl, stranger] = await Promise.all([ostiary(args, { env: { OSTIARY_TOKEN } }), ostiary(args)])
    expect({ code: byUrl.code, lines: byUrl.lines() }).toEqual({ code: 0, lines: byFolder.lines() })
    expect(stranger.code).toBe(1)
    expect(stranger.stderr).toMatch(/\(401\): set OSTIARY_TOKEN to an access token with the scope audit:read$/m)
    const narrow = await ostiary(args, { env: { OSTIARY_TOKEN: await issuer.token({ as: 'carol', scope: 'a' }) } })
    expect(narrow.code).toBe(1)
    expect(narrow.stderr).toMatch(/\(403\): set OSTIARY_TOKEN to an access token with the scope audit:read$/m)
  })

  test('a verifier key that was cut off or mistyped is told from what is none', async () => {
    const [name = '', hash = '', material = ''] = ready.vkey.split('+')
    const otherHash = hash.startsWith('0') ? `1${hash.slice(1)}` : `0${hash.slice(1)}`
    for (const vkey of [ready.vkey.slice(0, -8), `${name}+${otherHash}+${material}`, `x${ready.vkey}`]) {
      const { code, stderr } = await ostiary(['audit', 'verify', '--log', where.log, '--vkey', vkey])
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: '--vkey does not match its own hash: mistyped or cut off?\n',
      })
    }
    const none = await ostiary(['audit', 'verify', '--log', where.log, '--vkey', 'no key'])
    expect(none.stderr).toContain('it looks like name+hash+base64')
  })

  test('verify names the first entry that was changed', async () => {
    for (const entry of [0, 3]) {
      const copy = join(top, `flipped-${entry}`)
      cpSync(where.log, copy, { recursive: true })
      const dir = join(copy, 'tile', 'entries')
      for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
        const file = join(dir, name)
        if (!statSync(file).isFile()) continue
        const bytes = readFileSync(file)
        let at = 0
        for (let i = 0; i < entry && at < bytes.length; i += 1) at += 2 + bytes.readUInt16BE(at)
        // An older, shorter part of the same bundle may lie there still.
        if (at >= bytes.length) continue
        bytes[at + 50] = (bytes[at + 50] ?? 0) ^ 1
        writeFileSync(file, bytes)
      }
      const { code, lines } = await verify(copy)
      expect({ code, lines: lines() }).toEqual({ code: 1, lines: [{ ok: false, entry, what: expect.any(String) }] })
    }
  })

  test('verify --against an older checkpoint', async () => {
    const older = join(top, 'older-checkpoint')
    cpSync(join(where.log, 'checkpoint'), older)
    expect((await verify(where.log, '--against', older)).code).toBe(0)
    const other = place('another')
    const elsewhere = launch(['start', '--config', other.file, '--json'])
    const another = await readyLine(elsewhere)
    await chat(another)
    expect(await stopped(elsewhere)).toBe(0)
    expect(
      (await ostiary(['audit', 'verify', '--log', other.log, '--vkey', another.vkey, '--against', older])).code,
    ).toBe(1)
    expect((await ostiary(['audit', 'verify', '--log', other.log, '--vkey', ready.vkey])).code).toBe(1)
  })

  test('tail: entries, one a line', async () => {
    const { code, stdout } = await ostiary(['audit', 'tail', '--log', where.log, '--from', '2'])
    expect(code).toBe(0)
    expect(stdout).toBe(
      (await entriesOf(where))
        .slice(2)
        .map((one) => `${one.text}\n`)
        .join(''),
    )
  })

  test('prove: by receipt and by index', async () => {
    const receipt = receipts[1] ?? ''
    const index = Number(receipt.split('/').at(-1))
    const [byReceipt, byIndex] = await Promise.all(
      [receipt, String(index)].map((one) =>
        ostiary(['audit', 'prove', '--log', where.log, '--vkey', ready.vkey, '--json', one]),
      ),
    )
    expect(byReceipt?.code).toBe(0)
    expect(byReceipt?.stdout).toBe(byIndex?.stdout)
    const [told] = byReceipt?.lines() ?? []
    expect(told).toMatchObject({
      index,
      entry: { type: 'ai.ostiary.intent' },
      proof: expect.stringMatching(/^c2sp\.org\/tlog-proof@v1\nindex \d+\n/),
    })
    const file = join(top, 'proof.json')
    writeFileSync(file, byReceipt?.stdout ?? '')
    const proof = join(top, 'proof.txt')
    writeFileSync(proof, String(told?.['proof']))
    const entry = join(top, 'entry.json')
    writeFileSync(entry, `${(await entriesOf(where))[index]?.text}\n`)
    const check = (...args: readonly string[]): ReturnType<typeof ostiary> =>
      ostiary(['audit', 'verify', '--vkey', ready.vkey, '--json', ...args])
    const holds = { ok: true, origin: ready.origin, index, size: expect.any(Number) }
    for (const args of [
      ['--proof', file],
      ['--proof', proof, '--entry', entry],
    ]) {
      const held = await check(...args)
      expect({ code: held.code, lines: held.lines() }).toEqual({ code: 0, lines: [holds] })
    }
    expect((await check('--proof', proof)).code).toBe(2)

    writeFileSync(entry, `${(await entriesOf(where))[index + 1]?.text}\n`)
    const other = await check('--proof', proof, '--entry', entry)
    expect({ code: other.code, lines: other.lines() }).toEqual({
      code: 1,
      lines: [{ ok: false, what: 'it does not show that this entry is in the log' }],
    })
    writeFileSync(file, (byReceipt?.stdout ?? '').replace('"kind":"permit"', '"kind":"forbid"'))
    expect(readFileSync(file, 'utf8')).not.toBe(byReceipt?.stdout)
    expect((await check('--proof', file)).code).toBe(1)
    writeFileSync(proof, 'no proof')
    expect((await check('--proof', proof, '--entry', entry)).lines()).toMatchObject([{ ok: false }])

    const beyond = await ostiary(['audit', 'prove', '--log', where.log, '--vkey', ready.vkey, '999'])
    expect(beyond.code).toBe(1)
    expect(beyond.stderr).not.toContain('    at ')
  })
})

describe('dev and token', () => {
  test('a token of the dev issuer opens the dev gateway, and only that of its own folder', async () => {
    const data = join(top, 'dev-data')
    const started = launch(['dev', '--port', '0', '--admin-port', '0', '--data', data, '--json'])
    const ready = await readyLine(started)
    const made = await ostiary(['token', '--as', 'alice', '--data', data])
    expect(made.code).toBe(0)
    const body = Buffer.from(JSON.stringify({ ...prompt('card 4111 1111 1111 1111'), model: 'demo-model' }))
    const asWith = (token: string): Promise<Answer> =>
      send(ready.gateway, body, { headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } })
    const answer = await asWith(made.stdout.trim())
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('**** **** **** 1111')

    // What `dev` writes is enough for the commands that name a configuration, and nothing can be started with it.
    const config = ['--config', join(data, 'ostiary.yaml')]
    const list = await ostiary(['providers', 'list', '--json', ...config])
    expect(list.lines()).toMatchObject([{ ok: true, providers: [{ name: 'dev' }] }])
    const revoked = await ostiary(['revoke', '--sub', 'alice', ...config])
    expect(revoked).toMatchObject({
      code: 0,
      stdout: 'revoked: every token of alice of any issuer, issued up to now\n',
    })
    expect(errorOf(await asWith(made.stdout.trim())).code).toBe('revoked_token')
    const another = await ostiary(['start', ...config])
    expect(another).toMatchObject({ code: 1, stderr: expect.stringContaining('reserved for `ostiary dev`') })

    const metadata = await fetch(`${ready.gateway}/.well-known/oauth-protected-resource`)
    const { authorization_servers: servers } = (await metadata.json()) as { authorization_servers: readonly string[] }
    expect(servers).toEqual([expect.stringContaining('/ostiary-dev'), 'http://127.0.0.1:8787'])

    const [json] = (
      await ostiary(['token', '--as', 'bob', '--expires', '60', '--scope', 'a b', '--data', data, '--json'])
    ).lines()
    expect(json).toMatchObject({ as: 'bob', expiresInSeconds: 60 })
    expect((await asWith(String(json?.['token']))).status).toBe(403)
    const expired = await ostiary(['token', '--as', 'alice', '--expires=-60', '--data', data])
    expect((await asWith(expired.stdout.trim())).status).toBe(401)

    const nobody = await ostiary(['token', '--as', 'mallory', '--data', data])
    expect({ code: nobody.code, stdout: nobody.stdout }).toEqual({ code: 1, stdout: '' })
    expect(nobody.stderr).toContain('alice')
    const nowhere = await ostiary(['token', '--as', 'alice', '--data', join(top, 'no-such-folder')])
    expect({ code: nowhere.code, stdout: nowhere.stdout }).toEqual({ code: 1, stdout: '' })
    expect(await stopped(started)).toBe(0)
    expect(statSync(data).mode & 0o077).toBe(0)
  })

  test('dev says the login code of its folder, and with it somebody can log in [dev.login-code]', async () => {
    const args = (name: string): string[] => ['dev', '--port', '0', '--admin-port', '0', '--data', join(top, name)]
    const [first, second] = [launch([...args('dev-first'), '--json']), launch(args('dev-second'))]
    const { issuer: at = '', loginCode = '' } = await readyLine(first)
    const [, otherCode = ''] = await until(() => /^login {4}(\S+) /m.exec(second.stdout()) ?? undefined)
    expect(otherCode).toMatch(/^(?:[0-9a-f]{4}-){7}[0-9a-f]{4}$/)
    expect(readFileSync(join(top, 'dev-second', 'dev-keys.json'), 'utf8')).toContain(`"${otherCode}"`)
    const app = await oauth4webapiClient({ issuer: at, clientId: issuer.app.clientId })
    const logIn = (code: string): Promise<Tokens> =>
      app.authorizationCode({ scope: 'models:invoke' }, async (url) => {
        const { left, status, url: back } = await startDevBrowser({ issuer: at, loginCode: code }).open(url, 'alice')
        if (!left) throw new Error(`a page with ${status}`)
        return back
      })
    for (const code of ['', otherCode]) await expect(logIn(code)).rejects.toThrow('a page with 403')
    expect((await logIn(loginCode)).tokenType).toBe('bearer')
    for (const one of [first, second]) {
      expect(await stopped(one)).toBe(0)
      expect(`${one.stdout()}${one.stderr()}`.match(/(?:[0-9a-f]{4}-){7}/g)).toHaveLength(1)
    }
  })

  test('start refuses the issuer of dev', async () => {
    const config = {
      issuers: [
        { issuer: 'http://127.0.0.1:1/ostiary-dev', audience: 'x', jwksUri: 'http://127.0.0.1:1/ostiary-dev/jwks' },
      ],
    }
    const { file } = place('dev-issuer', ANALYSTS, config)
    const { code, stderr } = await ostiary(['start', '--config', file])
    expect(code).toBe(1)
    expect(stderr).toContain('reserved for `ostiary dev`')
  })
})

describe('inspect', () => {
  test('a line in, a line out, in UTF-16 offsets', async () => {
    const rows = [
      { id: 1, text: 'nothing here' },
      { id: 'two', text: '😀 write a@example.com', role: 'tool' },
      { id: 3, text: 'card 4111 1111 1111 1111 and b@example.com' },
    ]
    const { code, lines } = await ostiary(['inspect', '--jsonl'], {
      input: `${rows.map((one) => JSON.stringify(one)).join('\n')}\n\n`,
    })
    expect(code).toBe(0)
    expect(lines()).toMatchObject([
      { id: 1, findings: [] },
      { id: 'two', findings: [{ type: 'pii.email', start: 9, end: 22 }] },
      {
        id: 3,
        findings: [
          { type: 'pii.card', start: 5, end: 24 },
          { type: 'pii.email', start: 29, end: 42 },
        ],
      },
    ])
  })

  test('a bad line is named, and nothing of it repeated', async () => {
    const { code, stderr } = await ostiary(['inspect', '--jsonl'], {
      input: '{"id":1,"text":"x"}\n{"id":2,"text":"secret wo\n',
    })
    expect(code).toBe(1)
    expect(stderr).toBe('line 2: not JSON\n')
  })

  test('every bad line is told and the others are answered, until there are too many', async () => {
    const some = await ostiary(['inspect'], { input: 'a\n{"id":1,"text":"x"}\n{"id":2}\n{"id":3,"text":""}\n' })
    expect(some.code).toBe(1)
    expect(some.stderr).toBe('line 1: not JSON\nline 3: needs {"id", "text"}\n')
    expect(some.lines()).toEqual([
      { id: 1, findings: [] },
      { id: 3, findings: [] },
    ])
    const many = await ostiary(['inspect'], {
      input: `{"id":1,"text":"x"}\n${'bad\n'.repeat(30)}{"id":2,"text":"x"}\n`,
    })
    expect(many.code).toBe(1)
    expect(many.stderr.trim().split('\n')).toEqual([
      ...Array.from({ length: 20 }, (_, index) => `line ${index + 2}: not JSON`),
      '20 bad lines: what follows line 21 was not read',
    ])
    expect(many.lines()).toEqual([{ id: 1, findings: [] }])
  })
})
