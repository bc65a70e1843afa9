import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { administration } from '../src/compose/administration.js'
import { ANALYSTS, type HouseOptions } from './house.js'
import { type Answer, errorOf, send } from './http.js'
import { type KeyedHouse, newKey, openKeyed } from './keyed-house.js'
import { until } from './until.js'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(entries: readonly unknown[], options?: HouseOptions): Promise<KeyedHouse> {
  const keyed = await openKeyed(entries, options)
  closers.push(() => keyed.close())
  return keyed
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ostiary-keys-'))
  closers.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

function expectFailed(answer: Answer): void {
  expect([answer.status, errorOf(answer).code]).toEqual([502, 'upstream_failed'])
}

describe('keys of one provider', () => {
  test('are used in turn by their weights [provider.weights]', async () => {
    const [blue, green] = [newKey('blue'), newKey('green')]
    const { call, seen } = await open([{ key: blue, weight: 3, name: 'blue' }, green])
    for (let nth = 0; nth < 8; nth++) expect((await call()).status).toBe(200)
    expect(seen()).toEqual([blue, blue, green, blue, blue, blue, green, blue])
  })

  test('one that is refused goes out of use, logged and counted, and its call is not sent again [provider.refused-out] [provider.not-resent]', async () => {
    const [blue, green] = [newKey('blue'), newKey('green')]
    const { call, seen, refuse, metrics, keyEntries, house } = await open([{ key: blue, name: 'blue' }, green])
    refuse(blue)
    const first = await call()
    expectFailed(first)
    expect(first.headers['x-should-retry']).toBe('false')
    expect(seen()).toEqual([blue])
    for (let nth = 0; nth < 3; nth++) expect((await call()).status).toBe(200)
    expect(seen()).toEqual([blue, green, green, green])
    const entries = await until(async () => (await keyEntries()).length > 0 && keyEntries())
    expect(entries).toEqual([{ provider: 'lying', key: '#1 blue', what: 'key_out_of_use' }])
    expect(await metrics()).toContain('ostiary_provider_keys_out_of_use_total{provider="lying"} 1\n')
    expect(house.warnings).toContain('provider lying: key out of use: #1 blue')
  })

  test.each([403, 407, 429, 500])('one that was answered %i stays in use', async (status) => {
    const [blue, green] = [newKey('blue'), newKey('green')]
    const { call, seen, upstream, metrics } = await open([blue, green])
    upstream.behave({ kind: 'status', status })
    for (let nth = 0; nth < 4; nth++) await call()
    expect(seen()).toEqual([blue, green, blue, green])
    expect(await metrics()).not.toContain('ostiary_provider_keys')
  })

  test('the last one is tried again after a while, and calls in between fail at once [provider.last-stays]', async () => {
    const key = newKey('only')
    const { call, seen, refuse, metrics, keyEntries, control, house } = await open([key])
    refuse(key)
    expectFailed(await call())
    const between = [await call(), await call()]
    for (const one of between) {
      expectFailed(one)
      expect(one.headers['x-should-retry']).toBe('false')
    }
    expect(seen()).toHaveLength(1)
    const { outcome } = await house.exchange(between[0]?.id)
    expect(outcome.own['reason_detail']).toBe('provider lying refuses our key, and it is not time to try again')
    expect(await control('GET /providers')).toMatchObject({ providers: [{ keys: [{ state: 'backing_off' }] }] })
    refuse()
    await until(async () => (await call()).status === 200)
    expect((await call()).status).toBe(200)
    expect(await control('GET /providers')).toMatchObject({ providers: [{ keys: [{ state: 'in_use' }] }] })
    const entries = await until(async () => (await keyEntries()).length > 1 && keyEntries())
    expect(entries.map((one) => one['what'])).toEqual(['key_backing_off', 'key_back_in_use'])
    const counted = await metrics()
    expect(counted).toContain('ostiary_provider_keys_backing_off_total{provider="lying"} 1\n')
    expect(counted).toContain('ostiary_provider_keys_back_in_use_total{provider="lying"} 1\n')
    expect(counted).not.toContain('keys_out_of_use')
  })

  test('a refused one is used again once its file holds another [provider.back]', async () => {
    const [blue, green, other] = [newKey('blue'), newKey('green'), newKey('other')]
    const file = join(folder(), 'blue.key')
    writeFileSync(file, `${blue}\n`)
    const { call, seen, refuse, control } = await open([`file:${file}`, green])
    refuse(blue)
    expectFailed(await call())
    writeFileSync(file, `${other}\n`)
    await until(async () => (await call()).status === 200 && seen().includes(other))
    expect(seen().filter((one) => one === blue)).toHaveLength(1)
    expect(await control('GET /providers')).toMatchObject({
      providers: [{ keys: [{ state: 'in_use' }, { state: 'in_use' }] }],
    })
  })

  test('come from a value, a file, a variable and a command, side by side', async () => {
    const keys = ['value', 'file', 'variable', 'command'].map(newKey)
    const [value, file, variable, command] = keys as [string, string, string, string]
    const dir = folder()
    writeFileSync(join(dir, 'key'), file)
    const env = { VARIABLE: variable, PART: command, HIDDEN: 'x' }
    const say = { command: ['/bin/sh', '-c', 'test -z "$HIDDEN" && echo "$PART"'], ttl: '1m', env: ['PART'] }
    const { call, seen, control } = await open([value, `file:${join(dir, 'key')}`, 'env:VARIABLE', say], { env })
    for (let nth = 0; nth < 4; nth++) expect((await call()).status).toBe(200)
    expect(seen()).toEqual(keys)
    const sources = ['value', 'file', 'environment', 'command'].map((source) => ({ source, state: 'in_use' }))
    expect(await control('GET /providers')).toMatchObject({ providers: [{ keys: sources }] })
  })
})

describe('a reload', () => {
  test('leaves refused keys out of use where they did not change, and takes new ones [provider.reload]', async () => {
    const [blue, green, third] = [newKey('blue'), newKey('green'), newKey('third')]
    const { call, seen, refuse, house, providers, control } = await open([blue, green])
    refuse(blue)
    expectFailed(await call())
    await house.running.reload(house.configure(providers([third, green, { key: blue, name: 'old' }])), 'test')
    for (let nth = 0; nth < 6; nth++) expect((await call()).status).toBe(200)
    expect(new Set(seen().slice(1))).toEqual(new Set([green, third]))
    expect(await control('GET /providers')).toMatchObject({
      providers: [{ keys: [{ key: '#1' }, { key: '#2' }, { key: '#3 old', state: 'out_of_use' }] }],
    })
  })

  test('with the key that was refused replaced goes on with the new one at once', async () => {
    const [blue, other] = [newKey('blue'), newKey('other')]
    const { call, refuse, house, providers } = await open([blue])
    refuse(blue)
    expectFailed(await call())
    expectFailed(await call())
    await house.running.reload(house.configure(providers([other])), 'test')
    expect((await call()).status).toBe(200)
  })
})

describe('operations', () => {
  test('rotate reads at once and puts back in use, and is logged [provider.back]', async () => {
    const [blue, green] = [newKey('blue'), newKey('green')]
    const { call, seen, refuse, control, keyEntries } = await open([blue, green])
    refuse(blue)
    expectFailed(await call())
    refuse()
    expect((await call()).status).toBe(200)
    expect(await control('POST /providers/rotate', { name: 'lying' })).toEqual({
      provider: 'lying',
      keys: 2,
      unreadable: [],
    })
    for (let nth = 0; nth < 2; nth++) expect((await call()).status).toBe(200)
    expect(new Set(seen().slice(2))).toEqual(new Set([blue, green]))
    const entries = await until(async () => (await keyEntries()).length > 2 && keyEntries())
    expect(entries.slice(1)).toEqual([
      { provider: 'lying', key: '#1', what: 'key_back_in_use' },
      { provider: 'lying', what: 'keys_rotated', keys: 2, unreadable: [] },
    ])
  })

  test('rotate says which keys cannot be read', async () => {
    const file = join(folder(), 'blue.key')
    writeFileSync(file, newKey('blue'))
    const { control, house } = await open([{ key: `file:${file}`, name: 'blue' }, newKey('green')])
    rmSync(file)
    const done = await control('POST /providers/rotate', { name: 'lying' })
    expect(done).toEqual({ provider: 'lying', keys: 2, unreadable: ['#1 blue'] })
    expect(house.warnings).toContain(
      `provider lying: key unreadable: #1 blue (the file \`${file}\` cannot be read (ENOENT))`,
    )
  })

  test.each([
    ['POST /providers/rotate', {}, 'write {"name": PROVIDER}'],
    ['POST /providers/rotate', { name: 'other' }, 'no provider has this name'],
    ['POST /providers/rotate', { name: 'lying', more: 1 }, 'write {"name": PROVIDER}'],
    ['POST /secrets', { name: '../x', secret: 'x' }, 'a name is'],
    ['POST /secrets', { name: 'x' }, 'a secret is'],
    ['POST /secrets', { name: 'x', secret: 'a\nb: c' }, 'a secret is'],
    ['POST /secrets', { name: 'x', secret: 'x'.repeat(8193) }, 'a secret is'],
  ])('%s refuses %j', async (name, input, said) => {
    const { control, keyEntries } = await open([newKey('blue')])
    await expect(control(name, input)).rejects.toThrow(said)
    expect(await keyEntries()).toEqual([])
  })

  test('at the admin port need a token with their scope, whoever asks', async () => {
    const key = newKey('blue')
    const administers = '@id("a") permit (principal in Group::"security", action == Action::"administer", resource);'
    const { house } = await open([key], { policies: `${ANALYSTS}${administers}` })
    const get = async (as: string | undefined, scope = ''): Promise<Answer> => {
      const headers = as === undefined ? {} : { authorization: `Bearer ${await house.token(as, { scope })}` }
      return await send(house.running.gateway.adminUrl, undefined, { path: '/providers', headers })
    }
    expect((await get(undefined)).status).toBe(401)
    expect((await get('carol', 'models:invoke admin:revoke')).status).toBe(403)
    expect((await get('alice', 'admin:providers')).status).toBe(403)
    const answer = await get('carol', 'admin:providers')
    expect(answer.json()).toMatchObject({ providers: [{ name: 'lying', keys: [{ key: '#1', source: 'value' }] }] })
    expect(answer.text).not.toContain(key.slice(-16))
  })

  test('set-key stores sealed; `store:` keys use it, and another from then on; secrets.key stands beside the store [provider.sealed]', async () => {
    const [blue, other] = [newKey('blue'), newKey('other')]
    const { call, seen, control, house, keyEntries } = await open(['store:openai'])
    expectFailed(await call())
    expect(await control('POST /secrets', { name: 'openai', secret: blue })).toEqual({ stored: 'openai' })
    await until(async () => (await call()).status === 200)
    expect(seen()).toEqual([blue])
    await control('POST /secrets', { name: 'openai', secret: other })
    await until(async () => (await call()).status === 200 && seen().includes(other))
    const keyFile = join(house.dir, 'store', 'secrets.key')
    expect(statSync(keyFile).mode & 0o777).toBe(0o600)
    expect((await keyEntries()).filter((one) => 'secret' in one)).toEqual([
      { secret: 'openai', what: 'secret_stored' },
      { secret: 'openai', what: 'secret_stored' },
    ])
  })

  test('where no gateway runs, list and set-key work on the store, and the next start logs what was done', async () => {
    const key = newKey('blue')
    const first = await openKeyed(['store:openai'])
    closers.push(() => first.close())
    await first.house.stop()
    const { operations, close } = await administration(first.house.config, {}, () => undefined)
    const run = async (name: string, input = {}) => await operations.get(name)?.run(input)
    expect(await run('GET /providers')).toMatchObject({
      value: { providers: [{ name: 'lying', keys: [{ key: '#1', source: 'store', weight: 1, state: null }] }] },
    })
    expect(await run('POST /secrets', { name: 'openai', secret: key })).toMatchObject({ value: { stored: 'openai' } })
    expect(await run('POST /providers/rotate', { name: 'lying' })).toMatchObject({
      kind: 'refuse',
      message: 'Nothing was done: no gateway runs here; one reads its keys when it starts.',
    })
    await close()

    const { dir, issuer } = first.house
    const again = await openKeyed(['store:openai'], { dir, issuer, upstream: first.upstream })
    closers.push(() => again.house.stop())
    await until(async () => (await again.call()).status === 200)
    expect(again.seen()).toEqual([key])
    expect(await again.keyEntries()).toMatchObject([{ secret: 'openai', what: 'secret_stored', offline: true }])
  })
})
