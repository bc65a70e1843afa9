import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { until } from '../../../test/until.js'
import { openDatabase } from '../../databases/sqlite.js'
import type { Clock, Row, Store } from '../../spec/index.js'
import { openSqliteStore } from './store.js'

const HOUR_MS = 3_600_000

let folder: string
let path: string
let nowMs: number
const clock: Clock = { now: () => nowMs }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostiary-store-'))
  path = join(folder, 'ostiary.db')
  nowMs = 1_700_000_000_000
})

afterEach(async () => {
  vi.useRealTimers()
  await rm(folder, { recursive: true })
})

interface Followed {
  readonly told: Row[]
  readonly batches: number[]
  readonly ill: (string | undefined)[]
  readonly end: () => void
}

async function follow(store: Store, space = 'keys'): Promise<Followed> {
  const [told, batches, ill]: [Row[], number[], (string | undefined)[]] = [[], [], []]
  const end = await store.follow(
    space,
    (rows) => {
      told.push(...rows)
      batches.push(rows.length)
    },
    (why) => ill.push(why),
  )
  return { told, batches, ill, end }
}

const byKey = (told: readonly Row[]): Map<string, string | undefined> =>
  new Map(told.map(({ key, value }) => [key, value]))

describe('following', () => {
  it('tells of its own changes before the one who put hears that it is done', async () => {
    const store = await openSqliteStore({ path, clock })
    const { told } = await follow(store)
    await store.put('keys', 'a', '1')
    expect(told).toEqual([{ key: 'a', value: '1' }])
    await store.close()
  })

  it('hands on rows in batches, whoever wrote them', async () => {
    const [store, other] = [await openSqliteStore({ path, clock }), await openSqliteStore({ path, clock })]
    const put = (prefix: string, by: Store): Promise<boolean[]> =>
      Promise.all(Array.from({ length: 25_000 }, (_, index) => by.put('keys', `${prefix}${index}`, '1')))
    await put('first', store)
    const { told, batches } = await follow(store)
    expect(batches).toEqual([10_000, 10_000, 5000])
    await put('later', other)
    await until(() => told.length >= 50_000)
    expect(batches.slice(3)).toEqual([10_000, 10_000, 5000])
    expect(byKey(told).size).toBe(50_000)
    await store.close()
    await other.close()
  })

  it('misses nothing, tells nothing twice, keeps the order of each key, while several write and it begins [store.followed]', async () => {
    const stores = await Promise.all(Array.from({ length: 3 }, () => openSqliteStore({ path, clock })))
    const writing = stores.map(async (store, writer) => {
      for (let value = 1; value <= 100; value += 1) {
        await store.put('keys', `w${writer}`, `${value}`)
        await store.put('keys', `w${writer} ${value}`, 'x')
        if (value % 3 === 0) await store.put('keys', `w${writer} ${value}`, undefined)
      }
    })
    const followed = await Promise.all(stores.map((store) => follow(store)))
    await Promise.all(writing)
    for (const { told, ill } of followed) {
      await until(() => [0, 1, 2].every((writer) => byKey(told).get(`w${writer}`) === '100'))
      await until(() => [0, 1, 2].every((writer) => byKey(told).get(`w${writer} 100`) === 'x'))
      for (const writer of [0, 1, 2]) {
        const values = told.filter(({ key }) => key === `w${writer}`).map(({ value }) => Number(value))
        expect(values).toEqual([...new Set(values)].sort((one, other) => one - other))
        for (let value = 1; value <= 100; value += 1) {
          expect(byKey(told).get(`w${writer} ${value}`)).toBe(value % 3 === 0 ? undefined : 'x')
        }
      }
      expect(ill).toEqual([])
    }
    await Promise.all(stores.map((store) => store.close()))
  })

  it('tells that a row went which had expired before it could be told of', async () => {
    const [store, other] = [await openSqliteStore({ path, clock }), await openSqliteStore({ path, clock })]
    await store.put('keys', 'a', '1')
    const { told } = await follow(store)
    await other.put('keys', 'a', '2', { expiresAtMs: nowMs })
    await until(() => told.length === 2)
    expect(told).toEqual([
      { key: 'a', value: '1' },
      { key: 'a', value: undefined },
    ])
    await store.close()
    await other.close()
  })

  it('is ill while the file is away, and tells what happened meanwhile once it is back [store.followed]', async () => {
    const [store, other] = [await openSqliteStore({ path, clock }), await openSqliteStore({ path, clock })]
    const { told, ill } = await follow(store)
    await rename(path, `${path}.away`)
    await until(() => ill.length === 1)
    expect(ill[0]).toMatch(/^the store cannot be read: .*not the file any more/)
    await rename(`${path}.away`, path)
    await other.put('keys', 'a', '1')
    await until(() => ill.length === 2)
    expect(ill[1]).toBeUndefined()
    expect(told).toEqual([{ key: 'a', value: '1' }])
    await store.close()
    await other.close()
  })

  it('is ill while the rows cannot be read', async () => {
    const store = await openSqliteStore({ path, clock })
    const { told, ill } = await follow(store)
    const other = await openDatabase(path)
    other.exec('alter table entries rename to elsewhere')
    await until(() => ill.length === 1)
    expect(ill[0]).toMatch(/no such table/)
    other.exec('alter table elsewhere rename to entries')
    await until(() => ill.length === 2)
    expect(ill[1]).toBeUndefined()
    await store.put('keys', 'a', '1')
    expect(told).toEqual([{ key: 'a', value: '1' }])
    other.close()
    await store.close()
  })

  it('is ill while who follows throws, tells again what it threw at, and holds nobody else up', async () => {
    const store = await openSqliteStore({ path, clock })
    const told: Row[] = []
    const ill: (string | undefined)[] = []
    let broken = true
    const see = (rows: readonly Row[]): void => {
      if (broken) throw new Error('cannot take it')
      told.push(...rows)
    }
    await store.follow('keys', see, (why) => ill.push(why))
    const other = await follow(store)
    await store.put('keys', 'a', '1')
    expect(other.told).toEqual([{ key: 'a', value: '1' }])
    expect(ill).toEqual(['the store cannot be read: cannot take it'])
    broken = false
    await until(() => ill.length === 2)
    expect(told).toEqual([{ key: 'a', value: '1' }])
    expect(other.ill).toEqual([])
    await store.close()
  })

  it('stays ill where deletions were forgotten before it was told of them, and still tells of what comes', async () => {
    const [store, other] = [await openSqliteStore({ path, clock }), await openSqliteStore({ path, clock })]
    await other.put('keys', 'a', '1')
    // It asks for nothing until it is told that time has passed: as a process that was stopped for an hour.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { told, ill } = await follow(store)
    await other.put('keys', 'a', undefined)
    nowMs += 2 * HOUR_MS
    await other.put('keys', 'b', '2')
    vi.advanceTimersByTime(20)
    expect(told).toEqual([
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ])
    await other.put('keys', 'c', '3')
    vi.advanceTimersByTime(1000)
    expect(told.at(-1)).toEqual({ key: 'c', value: '3' })
    expect(ill).toEqual([expect.stringMatching(/forgotten, while this process stood still/)])
    const anew = await follow(store)
    await other.put('keys', 'd', '4')
    vi.advanceTimersByTime(1000)
    expect(anew.told.map(({ key }) => key)).toEqual(['b', 'c', 'd'])
    expect(anew.ill).toEqual([])
    await store.close()
    await other.close()
  })

  it('stays well over an hour of deletions and expiries that it was told of, in its space or another', async () => {
    const [store, other] = [await openSqliteStore({ path, clock }), await openSqliteStore({ path, clock })]
    const [keys, quiet] = [await follow(store), await follow(store, 'quiet')]
    for (const by of [store, other]) {
      await by.put('keys', 'a', '1')
      await by.put('keys', 'a', undefined)
      await by.put('else', 'b', '1', { expiresAtMs: nowMs + 1 })
      await until(() => keys.told.at(-1)?.value === undefined)
      await new Promise((resolve) => setTimeout(resolve, 60))
      nowMs += 2 * HOUR_MS
      await by.put('keys', 'c', '1')
      await until(() => keys.told.at(-1)?.key === 'c')
    }
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect([...keys.ill, ...quiet.ill]).toEqual([])
    await store.close()
    await other.close()
  })

  it('does not keep a process alive, and asks for nothing once nobody follows', async () => {
    const store = await openSqliteStore({ path, clock })
    const alive = (): number => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
    const before = alive()
    const { end, ill } = await follow(store)
    expect(alive()).toBe(before)
    end()
    await rename(path, `${path}.away`)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(ill).toEqual([])
    await store.close()
  })
})
