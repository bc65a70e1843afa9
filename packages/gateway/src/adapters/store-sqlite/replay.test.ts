import { once } from 'node:events'
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holdLock } from '../../../test/hold-lock.js'
import { openDatabase } from '../../databases/sqlite.js'
import type { Clock } from '../../spec/index.js'
import { openSqliteReplay } from './replay.js'

let folder: string
let path: string
let nowMs: number
const clock: Clock = { now: () => nowMs }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostiary-replay-'))
  path = join(folder, 'ostiary.replay.db')
  nowMs = 1_700_000_000_000
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function countOf(table: string): Promise<unknown> {
  const database = await openDatabase(path)
  const [row] = database.prepare(`select count(*) as n from ${table}`).all()
  database.close()
  return (row as { n: number }).n
}

describe('openSqliteReplay', () => {
  it('makes files that are for their owner alone, and keeps no key in them', async () => {
    const replay = await openSqliteReplay({ path, clock })
    await replay.firstUse('a-key-that-is-long-enough-to-find', nowMs + 60_000)
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect((await stat(file)).mode & 0o777).toBe(0o600)
    const database = await openDatabase(path)
    const [row] = database.prepare('select keys from used').all()
    expect(Buffer.from((row as { keys: Uint8Array }).keys).toString()).not.toContain('a-key')
    database.close()
    await replay.close()
  })

  it('refuses a file that is no replay memory, and one of a later version', async () => {
    await writeFile(path, 'not a database, but longer than the header of one: '.repeat(40))
    await expect(openSqliteReplay({ path, clock })).rejects.toThrow(/the replay memory `.*` cannot be opened/)
    await rm(path)
    const later = await openDatabase(path)
    later.exec('pragma user_version = 2')
    later.close()
    await expect(openSqliteReplay({ path, clock })).rejects.toThrow("its format is 2, this version's 1")
  })

  it('waits for another writer without holding up what else there is to do', async () => {
    const replay = await openSqliteReplay({ path, clock })
    const held = await holdLock(path, 250)
    let turns = 0
    const turning = setInterval(() => {
      turns += 1
    }, 1)
    const [first, second] = await Promise.all([
      replay.firstUse('a', nowMs + 60_000),
      replay.firstUse('a', nowMs + 60_000),
    ])
    clearInterval(turning)
    expect([first, second]).toEqual([true, false])
    expect(turns).toBeGreaterThan(10)
    await once(held, 'exit')
    await replay.close()
  })

  it('rejects where another does not stop writing, and tells first uses again once it has [replay.once]', async () => {
    const replay = await openSqliteReplay({ path, clock, busyTimeoutMs: 50 })
    const held = await holdLock(path, 600)
    await expect(replay.firstUse('a', nowMs + 60_000)).rejects.toThrow(/locked|busy/)
    await once(held, 'exit')
    expect(await replay.firstUse('a', nowMs + 60_000)).toBe(true)
    expect(await replay.firstUse('a', nowMs + 60_000)).toBe(false)
    await replay.close()
  })

  it('rejects where the file was taken away, or cannot be written, and never calls a key new twice for it', async () => {
    const replay = await openSqliteReplay({ path, clock })
    await rename(path, `${path}.away`)
    await expect(replay.firstUse('a', nowMs + 60_000)).rejects.toThrow('is not the file any more that was opened')
    await rename(`${path}.away`, path)
    const other = await openDatabase(path)
    other.exec("create trigger full before insert on used begin select raise(abort, 'disk full'); end")
    await expect(replay.firstUse('b', nowMs + 60_000)).rejects.toThrow('disk full')
    other.exec('drop trigger full')
    other.close()
    expect(await replay.firstUse('a', nowMs + 60_000)).toBe(true)
    expect(await replay.firstUse('b', nowMs + 60_000)).toBe(false)
    expect(await replay.firstUse('c', nowMs + 60_000)).toBe(true)
    await replay.close()
  })

  it('answers those who asked before it was closed', async () => {
    const replay = await openSqliteReplay({ path, clock })
    const asked = replay.firstUse('a', nowMs + 60_000)
    await replay.close()
    expect(await asked).toBe(true)
  })

  it('keeps in the file only what has not expired, and at once ten thousand uses in a few rows', async () => {
    const replay = await openSqliteReplay({ path, clock })
    await Promise.all(Array.from({ length: 10_000 }, (_, index) => replay.firstUse(`${index}`, nowMs + 1000)))
    await replay.firstUse('long', nowMs + 3_600_000)
    expect(await countOf('used')).toBe(2)
    nowMs += 60_000
    expect(await replay.firstUse('later', nowMs + 1000)).toBe(true)
    expect(await countOf('used')).toBe(2)
    expect(await replay.firstUse('long', nowMs + 1000)).toBe(false)
    await replay.close()
  })

  it('reads what another wrote before it, however much', async () => {
    const first = await openSqliteReplay({ path, clock })
    const keys = Array.from({ length: 2500 }, (_, index) => `${index}`)
    // One at a time: a row each.
    for (const key of keys) await first.firstUse(key, nowMs + 60_000)
    expect(await countOf('used')).toBe(2500)
    const second = await openSqliteReplay({ path, clock })
    const again = await Promise.all(keys.map((key) => second.firstUse(key, nowMs + 60_000)))
    expect(again.filter((one) => one)).toEqual([])
    expect(await second.firstUse('other', nowMs + 60_000)).toBe(true)
    await first.close()
    await second.close()
  })
})
