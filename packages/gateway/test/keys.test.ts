import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DevIdentityProvider, type LyingUpstream, startLyingUpstream } from '@ostiary/devkit'
import { newKeyPair } from '@ostiary/testkit'
import { calculateJwkThumbprint } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEntries } from '../src/adapters/audit-fs/entries.js'
import { build, launch, ostiary, readyLine, type Started } from './command.js'
import { type Entry, entryOf } from './entries.js'
import { ANALYSTS, sections, startTestIssuer } from './house.js'

let top: string
let issuer: DevIdentityProvider
let upstream: LyingUpstream

beforeAll(async () => {
  await build()
  top = mkdtempSync(join(tmpdir(), 'ostiary-keys-'))
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
  keys(...args: readonly string[]): ReturnType<typeof ostiary>
}

function place(name: string, changes: Readonly<Record<string, unknown>> = {}): Place {
  const dir = join(top, name)
  mkdirSync(join(dir, 'policies'), { recursive: true })
  writeFileSync(join(dir, 'policies', 'gateway.cedar'), ANALYSTS)
  const file = join(dir, 'ostiary.yaml')
  writeFileSync(file, JSON.stringify({ ...sections(upstream, issuer), ...changes }, undefined, 2))
  return { dir, file, keys: (...args) => ostiary(['keys', ...args, '--config', file]) }
}

const LEAST = ['create', '--owner', 'billing', '--scope', 'models:invoke'] as const

async function entriesOf({ dir }: Place): Promise<readonly Entry[]> {
  const all: Entry[] = []
  for await (const one of readEntries(join(dir, 'audit'))) all.push(entryOf(one))
  return all
}

async function stopped(started: Started): Promise<number | null> {
  started.child.kill('SIGTERM')
  return (await started.ran).code
}

/** Everything that lies on disk of an installation. */
function onDisk({ dir }: Place): string {
  return ['store/ostiary.db', 'store/ostiary.db-wal']
    .map((name) => {
      try {
        return readFileSync(join(dir, name), 'latin1')
      } catch {
        return ''
      }
    })
    .join('')
}

describe('ostiary keys, through a gateway that runs [keys.command]', () => {
  let here: Place
  let started: Started

  beforeAll(async () => {
    here = place('running')
    started = launch(['start', '--config', here.file, '--json'])
    await readyLine(started)
  }, 60_000)
  afterAll(async () => {
    expect(await stopped(started)).toBe(0)
    // Whatever the commands were told, the gateway said no secret.
    expect(started.stdout() + started.stderr()).not.toMatch(/ostk_/)
  })

  test('create, list, rotate, revoke, each told and logged', async () => {
    const wanted = ['--model', 'model', '--model', 'no-such-model', '--network', '192.0.2.0/24', '--group', 'analysts']
    const created = await here.keys(...LEAST, ...wanted, '--expires', '30d', '--budget', '1000/day', '--json')
    expect(created).toMatchObject({ code: 0 })
    expect(created.stderr).toContain('no model is configured as `no-such-model`')
    const [made] = created.lines()
    expect(made).toMatchObject({
      ok: true,
      owner: 'billing',
      scopes: ['models:invoke'],
      models: ['model', 'no-such-model'],
      networks: ['192.0.2.0/24'],
      groups: ['analysts'],
      direct: false,
      budget: { tokens: 1000, per: 'day', remaining: 1000 },
    })
    const { id, key, createdAt, expiresAt } = made as { id: string; key: string; createdAt: string; expiresAt: string }
    expect(key).toMatch(/^ostk_[0-9A-Za-z]{49}$/)
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(30 * 86_400_000)

    const rotated = await here.keys('rotate', id, '--overlap', '1h', '--json')
    const [next] = rotated.lines()
    expect(next).toMatchObject({ ok: true, rotatedFrom: id, replaced: { id }, models: ['model', 'no-such-model'] })
    expect(next?.['key']).not.toBe(key)

    const revoked = await here.keys('revoke', String(next?.['id']), '--json')
    expect({ code: revoked.code, lines: revoked.lines() }).toEqual({
      code: 0,
      lines: [{ ok: true, id: next?.['id'], revoked: true }],
    })

    const listed = await here.keys('list', '--json')
    const [all] = listed.lines()
    expect(all?.['keys']).toMatchObject([
      { id, state: 'active', lastUsedAt: null },
      { id: next?.['id'], state: 'revoked' },
    ])
    expect(listed.stdout).not.toContain('ostk_')

    const table = (await here.keys('list')).stdout.split('\n')
    expect(table[0]).toMatch(/^ID +OWNER +STATE +EXPIRES +LAST USED +BUDGET LEFT +SCOPES +MODELS +NETWORKS$/)
    expect(table[1]).toMatch(
      /^key_\w{12} +billing +active +\d{4}-\d\d-\d\d \d\d:\d\dZ +never +1000 of 1000 a day +models:invoke +model no-such-model +192\.0\.2\.0\/24$/,
    )

    const entries = await entriesOf(here)
    const did = entries.filter((one) => one.type === 'config').map((one) => one.own)
    expect(did).toMatchObject([
      { api_key: id, did: 'created' },
      { api_key: next?.['id'], did: 'rotated', from: id },
      { api_key: next?.['id'], did: 'revoked' },
    ])
    const logged = entries.map((one) => one.text).join('\n')
    for (const secret of [key, String(next?.['key'])]) {
      expect(logged).not.toContain(secret.slice(5, 48))
      expect(onDisk(here)).not.toContain(secret.slice(5, 48))
    }
    expect(logged).not.toContain('billing')
    // It is a real look: the key's id is there.
    expect(onDisk(here)).toContain(id)
  })

  test('for people: the key once, with a plain warning', async () => {
    const { code, stdout, stderr } = await here.keys(...LEAST)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.match(/^ostk_[0-9A-Za-z]{49}$/gm)).toHaveLength(1)
    expect(stdout).toContain('This is the only time that the key is shown')
    expect(stdout).toMatch(/^key_\w{12} of billing, until \d{4}-/)
  })

  test('made direct where the data plane takes no keys: a warning in clear words, and no word of the data plane else', async () => {
    const { code, stdout, stderr } = await here.keys(...LEAST, '--direct')
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        'warning: the data plane refuses this key, though it was made `direct`: `apiKeys.direct` is off in the configuration. ' +
        'Set it to true, or have the key exchanged for tokens at /oauth/token, which takes it\n',
    })
    expect(stdout).toMatch(/^ {2}taken {5}at \/oauth\/token$/m)
    expect((await here.keys('list')).stdout).toMatch(/ active, direct \(off\) .* models:invoke +any +any$/m)
  })

  test('bound to the key in a file, whatever form it has', async () => {
    const { publicKey, privateKey } = newKeyPair({ type: 'ec', namedCurve: 'P-256' })
    const jkt = await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }))
    for (const [name, text] of [
      ['private.jwk', JSON.stringify(privateKey.export({ format: 'jwk' }))],
      ['public.jwk', JSON.stringify(publicKey.export({ format: 'jwk' }))],
      ['private.pem', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()],
    ] as const) {
      const file = join(here.dir, name)
      writeFileSync(file, text)
      expect((await here.keys(...LEAST, '--dpop', file, '--json')).lines()).toMatchObject([{ jkt }])
    }
    expect((await here.keys(...LEAST, '--dpop-jkt', jkt, '--json')).lines()).toMatchObject([{ jkt }])
  })

  test('a key that was found somewhere is revoked by its text, from stdin', async () => {
    const [made] = (await here.keys(...LEAST, '--json')).lines()
    const args = ['keys', 'revoke', '-', '--config', here.file]
    const revoked = await ostiary([...args, '--json'], { input: `${String(made?.['key'])}\n` })
    expect(revoked.lines()).toEqual([{ ok: true, id: made?.['id'], revoked: true }])
    const damaged = await ostiary(args, { input: `${String(made?.['key'])}x\n` })
    expect(damaged.code).toBe(2)
    expect(damaged.stderr).toBe('No key was revoked: `key` is no API key, or does not stand alone.\n')
  })

  test('what is refused ends with 1', async () => {
    const unknown = await here.keys('revoke', 'key_000000000000', '--json')
    expect({ code: unknown.code, lines: unknown.lines() }).toEqual({
      code: 1,
      lines: [{ ok: false, message: 'There is no key key_000000000000.', faults: [] }],
    })
  })

  test.each<[string, readonly string[], RegExp]>([
    ['no owner', ['create', '--scope', 'models:invoke'], /--owner/],
    ['no scope', ['create', '--owner', 'a'], /--scope/],
    [
      'a misspelt scope',
      ['create', '--owner', 'a', '--scope', 'models:invok'],
      /^No key was made: --scope `models:invok` is no scope/,
    ],
    [
      'an address that is no network',
      [...LEAST, '--network', '192.0.2.1'],
      /--network `192.0.2.1` is no network: write 192.0.2.1\/32/,
    ],
    ['a life of two years', [...LEAST, '--expires', '730d'], /--expires is 1 second to 366 days/],
    ['a life without a unit', [...LEAST, '--expires', '90'], /--expires is a time with its unit/],
    ['a life of half a second', [...LEAST, '--expires', '500ms'], /--expires is a time with its unit/],
    ['a budget per week', [...LEAST, '--budget', '1/week'], /--budget is TOKENS\/day/],
    ['two keys to be bound to', [...LEAST, '--dpop', 'x', '--dpop-jkt', 'y'], /one of --dpop and --dpop-jkt/],
    ['a file that is not there', [...LEAST, '--dpop', '/nowhere/key.jwk'], /ENOENT/],
    ['a thumbprint that is none', [...LEAST, '--dpop-jkt', 'abc'], /--dpop-jkt is no SHA-256 thumbprint/],
    ['no id', ['revoke'], /id/],
    ['what is no id', ['rotate', 'billing'], /`id` is `key_` and 12 characters/],
    ['a long overlap', ['rotate', 'key_000000000000', '--overlap', '90d'], /--overlap is 0 to 30 days/],
    ['an unknown option', ['list', '--nonsense'], /nonsense/],
  ])('wrong use ends with 2: %s', async (_, args, why) => {
    const { code, stdout, stderr } = await here.keys(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(why)
    expect(stderr).not.toContain('    at ')
  })

  test('a file that holds no key says nothing of what it holds', async () => {
    const file = join(here.dir, 'no-key.txt')
    writeFileSync(file, 'something private')
    const { code, stderr } = await here.keys(...LEAST, '--dpop', file)
    expect(code).toBe(2)
    expect(stderr).toContain('neither a JWK nor a key in PEM')
    expect(stderr).not.toContain('private')
  })
})

describe('ostiary keys, with no gateway running [keys.command]', () => {
  test('writes the store; the next start knows the keys, and logs what was done', async () => {
    const here = place('offline')
    const first = launch(['start', '--config', here.file, '--json'])
    await readyLine(first)
    expect(await stopped(first)).toBe(0)
    const before = (await entriesOf(here)).length

    const [made] = (await here.keys(...LEAST, '--json')).lines()
    const [next] = (await here.keys('rotate', String(made?.['id']), '--overlap', '0s', '--json')).lines()
    expect((await here.keys('list', '--json')).lines()).toMatchObject([
      {
        keys: [
          { id: made?.['id'], state: 'revoked' },
          { id: next?.['id'], state: 'active' },
        ],
      },
    ])
    expect((await entriesOf(here)).length).toBe(before)

    const second = launch(['start', '--config', here.file, '--json'])
    await readyLine(second)
    expect((await here.keys('list', '--json')).lines()).toMatchObject([
      {
        keys: [
          { id: made?.['id'], state: 'revoked' },
          { id: next?.['id'], state: 'active' },
        ],
      },
    ])
    expect(await stopped(second)).toBe(0)
    const entries = await entriesOf(here)
    const did = entries.filter((one) => one.type === 'config').map((one) => one.own)
    expect(did).toMatchObject([
      { api_key: made?.['id'], did: 'created', offline: true },
      { api_key: next?.['id'], did: 'rotated', offline: true },
    ])
    expect(entries.map((one) => one.text).join()).not.toContain('ostk_')
  }, 60_000)

  test('neither faulty policies nor a missing variable of a provider keep anybody from it, one of the store does', async () => {
    const here = place('broken')
    const [made] = (await here.keys(...LEAST, '--json')).lines()
    writeFileSync(join(here.dir, 'policies', 'gateway.cedar'), 'permit (principal')
    const whole = JSON.parse(readFileSync(here.file, 'utf8')) as Record<string, unknown>
    const providers = [{ name: 'lying', dialect: 'openai', baseUrl: upstream.baseUrl, apiKey: `\${NOBODY_SET_THIS}` }]
    writeFileSync(here.file, JSON.stringify({ ...whole, providers }))
    expect((await here.keys('revoke', String(made?.['id']), '--json')).lines()).toMatchObject([{ ok: true }])
    writeFileSync(here.file, JSON.stringify({ ...whole, store: `sqlite:\${NOBODY_SET_THIS}/ostiary.db` }))
    const lost = await here.keys('list')
    expect(lost.code).toBe(1)
    expect(lost.stderr).toMatch(/store: `NOBODY_SET_THIS` is not set/)
  }, 60_000)

  test('there may be none yet', async () => {
    const here = place('fresh')
    expect(await here.keys('list')).toMatchObject({ code: 0, stdout: 'there are no keys\n', stderr: '' })
    expect((await here.keys('list', '--json')).lines()).toEqual([{ ok: true, keys: [] }])
  })
})

describe('apiKeys in the configuration', () => {
  test('a choice against safety is a warning; what is misspelt is a fault', async () => {
    const direct = place('direct', { apiKeys: { direct: true } })
    const made = await direct.keys(...LEAST, '--direct')
    expect(made).toMatchObject({ code: 0, stderr: '' })
    expect(made.stdout).toMatch(/^ {2}taken {5}on the data plane, and at \/oauth\/token$/m)
    const warned = await ostiary(['check', '--config', direct.file])
    expect(warned.code).toBe(0)
    expect(warned.stdout).toMatch(/^warning: .*apiKeys.direct.*true: keys made `direct` open the data plane/m)
    const without = await ostiary(['check', '--config', place('plain').file])
    expect(without.stdout).not.toContain('apiKeys')
    const wrong = await ostiary(['check', '--config', place('wrong', { apiKeys: { dirct: true } }).file])
    expect(wrong.code).toBe(1)
    expect(wrong.stdout).toMatch(/dirct.*did you mean `direct`/)
  })
})
