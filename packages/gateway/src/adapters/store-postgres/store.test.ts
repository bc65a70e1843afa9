import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { selfSigned } from '../../../test/certificate.js'
import { type FalteringProxy, startFalteringProxy } from '../../../test/faltering-proxy.js'
import { POSTGRES, type PostgresServer, startPostgres } from '../../../test/postgres.js'
import { until } from '../../../test/until.js'
import { type Clock, type Row, rowsOf, type Store } from '../../spec/index.js'
import { openPostgresReplay } from './replay.js'
import { openPostgresStore } from './store.js'

const HOUR_MS = 3_600_000

describe.skipIf(POSTGRES === undefined)('openPostgresStore (needs PostgreSQL)', () => {
  let server: PostgresServer
  let proxy: FalteringProxy
  let url: string
  let nowMs = 1_700_000_000_000
  const clock: Clock = { now: () => nowMs }

  beforeAll(async () => {
    server = await startPostgres()
    proxy = await startFalteringProxy(server.port)
    url = `postgres://gate:${'pass'}word-of-ours@127.0.0.1:${proxy.port}/postgres`
  })

  afterAll(async () => {
    await proxy.close()
    await server.remove()
  })

  beforeEach(() => {
    nowMs = 1_700_000_000_000
  })

  afterEach(async () => {
    await server.run('drop table if exists ostiary_rows, ostiary_store, ostiary_replay')
  })

  const opened = (timeoutMs = 5000): Promise<Store> => openPostgresStore({ url, clock, timeoutMs })

  const follow = async (
    store: Store,
  ): Promise<{ readonly told: Row[]; readonly ill: (string | undefined)[]; readonly end: () => void }> => {
    const [told, ill]: [Row[], (string | undefined)[]] = [[], []]
    const end = await store.follow(
      'keys',
      (rows) => void told.push(...rows),
      (why) => ill.push(why),
    )
    return { told, ill, end }
  }
  const byKey = (told: readonly Row[]): Map<string, string | undefined> =>
    new Map(told.map(({ key, value }) => [key, value]))

  it('makes its tables, and so do several who begin at once', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => opened()))
    await Promise.all(stores.map((store, index) => store.put('keys', `${index}`, '1')))
    for (const store of stores) expect(await rowsOf(store, 'keys')).toHaveLength(4)
    await Promise.all(stores.map((store) => store.close()))
  })

  it('refuses tables of a later version', async () => {
    await (await opened()).close()
    await server.run('update ostiary_store set format = 2')
    await expect(opened()).rejects.toThrow("the format of the store is 2, this version's 1")
  })

  it('uses tables that it may not make', async () => {
    await (await opened()).close()
    await server.run(`
      drop role if exists little; create role little login;
      grant select, insert, update, delete on ostiary_rows, ostiary_store to little`)
    const store = await openPostgresStore({ url: server.url.replace('gate@', 'little@'), clock })
    await store.put('keys', 'a', '1')
    expect(await store.get('keys', 'a')).toBe('1')
    await store.close()
    await server.run('drop owned by little; drop role little')
  })

  it('rejects what PostgreSQL cannot keep, and a key that is longer than an index takes is none of it', async () => {
    const store = await opened()
    await expect(store.put('keys', 'a\u0000b', '1')).rejects.toThrow(/PostgreSQL at/)
    const long = Array.from({ length: 20_000 }, (_, index) => String.fromCharCode(33 + ((index * index) % 90))).join('')
    await store.put('keys', long, '1')
    expect(await store.get('keys', long)).toBe('1')
    expect(await store.get('keys', `${long}x`)).toBeUndefined()
    await store.close()
  })

  it('tells of its own changes before the one who put hears that it is done', async () => {
    const store = await opened()
    const { told } = await follow(store)
    await store.put('keys', 'a', '1')
    expect(told).toEqual([{ key: 'a', value: '1' }])
    await store.close()
  })

  it('misses nothing, tells nothing twice, keeps the order of each key, while several write and it begins [store.followed]', async () => {
    const stores = await Promise.all(Array.from({ length: 3 }, () => opened()))
    const writing = stores.map(async (store, writer) => {
      for (let value = 1; value <= 60; value += 1) {
        const both = [store.put('keys', `w${writer}`, `${value}`), store.put('keys', `w${writer} ${value}`, 'x')]
        await Promise.all(both)
        if (value % 3 === 0) await store.put('keys', `w${writer} ${value}`, undefined)
      }
    })
    const followed = await Promise.all(stores.map(follow))
    await Promise.all(writing)
    for (const { told, ill } of followed) {
      await until(() => [0, 1, 2].every((writer) => byKey(told).get(`w${writer}`) === '60'))
      await until(() => [0, 1, 2].every((writer) => byKey(told).get(`w${writer} 59`) === 'x'))
      await until(() => [0, 1, 2].every((writer) => byKey(told).get(`w${writer} 60`) === undefined))
      for (const writer of [0, 1, 2]) {
        const values = told.filter(({ key }) => key === `w${writer}`).map(({ value }) => Number(value))
        expect(values).toEqual([...new Set(values)].sort((one, other) => one - other))
        for (let value = 1; value <= 60; value += 1) {
          expect(byKey(told).get(`w${writer} ${value}`)).toBe(value % 3 === 0 ? undefined : 'x')
        }
      }
      expect(ill).toEqual([])
    }
    await Promise.all(stores.map((store) => store.close()))
  })

  it('is not passed by a writer who commits late: the next one waits for it', async () => {
    const [store, other] = [await opened(), await opened()]
    const { told } = await follow(store)
    const late = server.run(`
      begin; update ostiary_store set last = last + 1;
      insert into ostiary_rows select 'keys', '\\x00', 'late', '1', null, last from ostiary_store;
      select pg_sleep(0.5); commit`)
    await until(
      async () => (await server.run("select 1 from pg_locks where relation = 'ostiary_rows'::regclass")).length,
    )
    await other.put('keys', 'next', '2')
    await late
    await until(() => told.length === 2)
    expect(told.map(({ key }) => key)).toEqual(['late', 'next'])
    await store.close()
    await other.close()
  })

  it('follows by asking where no hint comes', async () => {
    const store = await opened()
    const { told } = await follow(store)
    await server.run(`
      update ostiary_store set last = last + 1;
      insert into ostiary_rows select 'keys', '\\x00', 'silent', '1', null, last from ostiary_store`)
    await until(() => told.length === 1)
    expect(told).toEqual([{ key: 'silent', value: '1' }])
    await store.close()
  })

  it('is ill while the server is down, rejects meanwhile, and tells what it missed once it is back [store.followed]', async () => {
    const store = await opened(500)
    const { told, ill } = await follow(store)
    await store.put('keys', 'a', '1')
    await server.stop()
    await until(() => ill.length === 1)
    expect(ill[0]).toMatch(/^the store cannot be read: /)
    await expect(store.get('keys', 'a')).rejects.toThrow(/PostgreSQL at `127\.0\.0\.1:\d+\/postgres`/)
    await expect(store.put('keys', 'b', '1')).rejects.toThrow(/PostgreSQL at/)
    await expect(opened(500)).rejects.toThrow(/PostgreSQL at/)
    await server.start()
    const direct = await openPostgresStore({ url: server.url, clock })
    await direct.put('keys', 'a', '2')
    await until(() => ill.length === 2)
    expect(ill[1]).toBeUndefined()
    await until(() => told.at(-1)?.value === '2')
    await store.put('keys', 'b', '3')
    expect(await direct.get('keys', 'b')).toBe('3')
    await direct.close()
    await store.close()
  })

  it('is ill while nothing is answered, rejects in time, and goes on over new connections', async () => {
    const store = await opened(300)
    const { told, ill } = await follow(store)
    await store.put('keys', 'a', '1')
    proxy.hang()
    await expect(store.put('keys', 'b', '1')).rejects.toThrow('no answer within 300 ms')
    await expect(store.get('keys', 'a')).rejects.toThrow('no answer within 300 ms')
    await until(() => ill.length === 1)
    proxy.resume()
    await until(() => ill.length === 2)
    expect(ill[1]).toBeUndefined()
    await store.put('keys', 'c', '2')
    await until(() => told.at(-1)?.key === 'c')
    await store.close()
  })

  it('says no password in its errors, nor what was put', async () => {
    const store = await opened()
    const secret = `${'a value'} of ours\u0000`
    const thrown: unknown = await store.put('keys', 'a', secret).catch((error: unknown) => error)
    await server.stop()
    const down: unknown = await opened(500).catch((error: unknown) => error)
    await server.start()
    for (const error of [thrown, down]) {
      expect(error).toBeInstanceOf(Error)
      const all = JSON.stringify(error, Object.getOwnPropertyNames(error))
      expect(all).toContain('PostgreSQL at')
      expect(all).not.toMatch(/word-of-ours|a value of ours/)
    }
    await store.close()
  })

  it('verifies who answers where it is told to, and does not go on without', async () => {
    const plain = openPostgresStore({ url: `${server.url}?sslmode=verify-full`, clock, timeoutMs: 2000 })
    await expect(plain).rejects.toThrow(/PostgreSQL at/)
    const certificate = selfSigned('localhost')
    const folder = await mkdtemp(join(tmpdir(), 'ostiary-authority-'))
    const authority = join(folder, 'authority.pem')
    await writeFile(authority, certificate.cert)
    const secure = await startPostgres(certificate)
    const open = (host: string, rest: string): Promise<Store> =>
      openPostgresStore({ url: `postgres://gate@${host}:${secure.port}/postgres?sslmode=verify-full${rest}`, clock })
    const store = await open('localhost', `&sslrootcert=${authority}`)
    await store.put('keys', 'a', '1')
    expect(await store.get('keys', 'a')).toBe('1')
    expect(await secure.run('select count(*)::int as n from pg_stat_ssl where ssl')).not.toEqual([{ n: 0 }])
    await store.close()
    await expect(open('127.0.0.1', `&sslrootcert=${authority}`)).rejects.toThrow(/does not match certificate/)
    await expect(open('localhost', '')).rejects.toThrow(/self-signed/)
    await secure.remove()
    await rm(folder, { recursive: true })
  })

  it('purges what went an hour ago, and tells who cannot have been told of it that it is ill', async () => {
    const [store, held] = [await opened(), await opened()]
    await store.put('keys', 'gone', '1')
    await store.put('keys', 'kept', '1')
    const { told, ill } = await follow(held)
    const well = await follow(store)
    // Another replica's rows went, and were forgotten, before this one looked again: in one step, so that it cannot.
    await server.run(`
      begin; update ostiary_store set last = last + 2, purged = last + 1;
      delete from ostiary_rows where key = 'gone'; commit`)
    await until(() => ill.length === 1)
    expect(ill[0]).toMatch(/forgotten/)
    await store.put('keys', 'new', '1')
    await until(() => told.at(-1)?.key === 'new')
    expect(ill).toHaveLength(1)
    expect(well.ill).toHaveLength(1)
    const anew = await follow(held)
    await store.put('keys', 'kept', undefined)
    await store.put('keys', 'short', '1', { expiresAtMs: nowMs + 1 })
    await until(() => anew.told.at(-1)?.key === 'short')
    nowMs += HOUR_MS + 60_000
    await store.put('keys', 'newer', '1')
    await until(async () => (await server.run('select key from ostiary_rows')).length === 2)
    expect((await server.run('select key from ostiary_rows order by key')).map(({ key }) => key)).toEqual([
      'new',
      'newer',
    ])
    await until(() => anew.told.at(-1)?.key === 'newer')
    expect(anew.ill).toEqual([])
    await store.close()
    await held.close()
  })

  describe('openPostgresReplay', () => {
    const use = async (key: string, by: { firstUse: Awaited<ReturnType<typeof openPostgresReplay>>['firstUse'] }) =>
      by.firstUse(key, nowMs + 60_000)

    it('does not wait for itself where two ask for the same keys in opposite order', async () => {
      const [one, other] = await Promise.all([0, 1].map(() => openPostgresReplay({ url, clock })))
      if (one === undefined || other === undefined) throw new Error('not opened')
      const keys = Array.from({ length: 500 }, (_, index) => `${index}`)
      const both = await Promise.all([
        Promise.all(keys.map((key) => use(key, one))),
        Promise.all(keys.toReversed().map((key) => use(key, other))),
      ])
      expect(both.flat().filter((first) => first)).toHaveLength(500)
      await one.close()
      await other.close()
    })

    it('rejects while the server is down or does not answer, and remembers after that [replay.once]', async () => {
      const replay = await openPostgresReplay({ url, clock, timeoutMs: 300 })
      expect(await use('a', replay)).toBe(true)
      proxy.hang()
      await expect(use('a', replay)).rejects.toThrow('no answer within 300 ms')
      proxy.resume()
      await server.stop()
      await expect(use('a', replay)).rejects.toThrow(/PostgreSQL at/)
      await server.start()
      await until(() => use('warm', replay).catch(() => undefined))
      expect(await use('a', replay)).toBe(false)
      expect(await use('b', replay)).toBe(true)
      await replay.close()
    })

    it('purges what has expired', async () => {
      const replay = await openPostgresReplay({ url, clock })
      await use('short', replay)
      await replay.firstUse('long', nowMs + HOUR_MS)
      nowMs += 130_000
      await use('new', replay)
      await until(async () => (await server.run('select 1 from ostiary_replay')).length === 2)
      expect(await use('long', replay)).toBe(false)
      await replay.close()
    })
  })
})
