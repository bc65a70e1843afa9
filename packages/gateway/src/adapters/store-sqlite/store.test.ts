import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, rowsOf } from '../../spec/index.js'
import { openDatabase } from './driver.js'
import { openSqliteStore } from './store.js'

// Another process with the write lock, for as long as it is told.
const HOLD_LOCK = `
  const own = process.getBuiltinModule('node:sqlite')
  const Database = own === undefined ? (await import('libsql')).default : own.DatabaseSync
  const database = new Database(process.argv[1])
  database.exec('begin immediate')
  console.log('held')
  setTimeout(() => database.exec('commit'), Number(process.argv[2]))
`

let folder: string
let nowMs: number
const clock: Clock = { now: () => nowMs }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ostiary-store-'))
  nowMs = 1_700_000_000_000
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777
}

async function holdLock(path: string, forMs: number): Promise<ChildProcess> {
  const options = { cwd: import.meta.dirname }
  const held = spawn(process.execPath, ['--input-type=module', '-e', HOLD_LOCK, path, String(forMs)], options)
  await once(held.stdout, 'data')
  return held
}

describe('openSqliteStore', () => {
  it('makes a folder and files that are for their owner alone', async () => {
    const path = join(folder, 'data', 'ostiary.db')
    const store = await openSqliteStore({ path, clock })
    await store.put('keys', 'a', '1')
    expect(await modeOf(join(folder, 'data'))).toBe(0o700)
    const files = (await readdir(join(folder, 'data'))).sort()
    expect(files).toEqual(['ostiary.db', 'ostiary.db-shm', 'ostiary.db-wal'])
    for (const file of files) expect(await modeOf(join(folder, 'data', file))).toBe(0o600)
    await store.close()
  })

  it('closes a file that was open to others, and leaves a folder that was there as it is', async () => {
    const path = join(folder, 'ostiary.db')
    await writeFile(path, '')
    await chmod(path, 0o644)
    await chmod(folder, 0o755)
    const store = await openSqliteStore({ path, clock })
    expect(await modeOf(path)).toBe(0o600)
    expect(await modeOf(folder)).toBe(0o755)
    await store.close()
  })

  it('keeps its log beside the file, so that readers never wait for a writer', async () => {
    const path = join(folder, 'ostiary.db')
    const store = await openSqliteStore({ path, clock })
    const other = await openDatabase(path)
    expect(other.prepare('pragma journal_mode').all()).toMatchObject([{ journal_mode: 'wal' }])
    other.close()
    await store.close()
  })

  it('refuses a file that is no database, and leaves it as it is', async () => {
    const path = join(folder, 'ostiary.db')
    await writeFile(path, 'not a database, but longer than the header of one: '.repeat(40))
    await expect(openSqliteStore({ path, clock })).rejects.toThrow(/the store `.*ostiary\.db` cannot be opened/)
    expect((await stat(path)).size).toBe(51 * 40)
  })

  it('refuses the file of a later version', async () => {
    const path = join(folder, 'ostiary.db')
    const later = await openDatabase(path)
    later.exec('pragma user_version = 2')
    later.close()
    await expect(openSqliteStore({ path, clock })).rejects.toThrow("its format is 2, this version's 1")
  })

  it('deletes expired rows from the file, not only from sight', async () => {
    const path = join(folder, 'ostiary.db')
    const store = await openSqliteStore({ path, clock })
    await store.put('revoked', 'old', '1', { expiresAtMs: nowMs + 1000 })
    await store.put('revoked', 'kept', '1', { expiresAtMs: nowMs + 3_600_000 })
    nowMs += 120_000
    await store.put('revoked', 'new', '1')
    const other = await openDatabase(path)
    const rows = other.prepare('select key from rows order by key').all()
    expect(rows).toMatchObject([{ key: 'kept' }, { key: 'new' }])
    other.close()
    await store.close()
  })

  it('reads anew each time, and writes after another has written', async () => {
    const path = join(folder, 'ostiary.db')
    const first = await openSqliteStore({ path, clock })
    const second = await openSqliteStore({ path, clock })
    await first.put('revoked', 'a', '1')
    await first.put('revoked', 'b', '1')
    expect(await second.get('revoked', 'a')).toBe('1')
    await first.put('revoked', 'a', '2')
    expect(await second.get('revoked', 'a')).toBe('2')
    await second.put('revoked', 'a', '3')
    expect(await first.get('revoked', 'a')).toBe('3')
    expect(await rowsOf(first, 'revoked')).toEqual([
      { key: 'a', value: '3' },
      { key: 'b', value: '1' },
    ])
    await second.close()
    await first.put('revoked', 'a', '4')
    expect(await first.get('revoked', 'a')).toBe('4')
    await first.close()
  })

  it('waits for another writer rather than fail', async () => {
    const path = join(folder, 'ostiary.db')
    const store = await openSqliteStore({ path, clock })
    const held = await holdLock(path, 250)
    await store.put('keys', 'a', '1')
    expect(await store.get('keys', 'a')).toBe('1')
    await once(held, 'exit')
    await store.close()
  })

  it('commits what it confirms after a write that failed because another held the lock', async () => {
    const path = join(folder, 'ostiary.db')
    const store = await openSqliteStore({ path, clock, busyTimeoutMs: 50 })
    const held = await holdLock(path, 400)
    await expect(store.put('keys', 'lost', '1')).rejects.toThrow('locked')
    await once(held, 'exit')
    await store.put('keys', 'a', '1')
    const other = await openSqliteStore({ path, clock })
    expect(await rowsOf(other, 'keys')).toEqual([{ key: 'a', value: '1' }])
    await other.put('keys', 'b', '1')
    expect(await store.get('keys', 'b')).toBe('1')
    await other.close()
    await store.close()
  })

  it('closes twice, and with rows in its log that another opener then finds', async () => {
    const path = join(folder, 'ostiary.db')
    const store = await openSqliteStore({ path, clock })
    await store.put('keys', 'a', '1')
    expect(await store.get('keys', 'a')).toBe('1')
    await store.close()
    await store.close()
    const again = await openSqliteStore({ path, clock })
    expect(await again.get('keys', 'a')).toBe('1')
    await again.close()
  })
})
