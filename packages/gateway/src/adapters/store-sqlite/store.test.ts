import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holdLock } from '../../../test/hold-lock.js'
import { openDatabase } from '../../databases/sqlite.js'
import { type Clock, rowsOf } from '../../spec/index.js'
import { openSqliteStore } from './store.js'

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
    later.exec('pragma user_version = 3')
    later.close()
    await expect(openSqliteStore({ path, clock })).rejects.toThrow("its format is 3, this version's 2")
  })

  it('brings a file of format 1 to its own, and one of two who open it at once does', async () => {
    const path = join(folder, 'ostiary.db')
    const earlier = await openDatabase(path)
    earlier.exec(`
      create table rows (
        space text not null, key text not null, value text not null, expires_at integer, primary key (space, key)
      ) without rowid;
      insert into rows values ('keys', 'a', '1', null), ('keys', 'b', '2', ${nowMs + 1000}), ('keys', 'old', '3', 1);
      pragma user_version = 1`)
    earlier.close()
    const [one, other] = await Promise.all([openSqliteStore({ path, clock }), openSqliteStore({ path, clock })])
    expect(await one.put('keys', 'a', '4', { onlyNew: true })).toBe(false)
    expect(await rowsOf(other, 'keys')).toEqual([
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
    ])
    nowMs += 1000
    expect(await other.get('keys', 'b')).toBeUndefined()
    await one.put('keys', 'c', '5')
    expect((await rowsOf(other, 'keys')).map(({ key }) => key)).toEqual(['a', 'c'])
    await one.close()
    await other.close()
  })

  it('leaves a file of format 1 as it is where it cannot be brought to its own', async () => {
    const path = join(folder, 'ostiary.db')
    const earlier = await openDatabase(path)
    earlier.exec('create table rows (space text); pragma user_version = 1')
    earlier.close()
    await expect(openSqliteStore({ path, clock })).rejects.toThrow(/cannot be opened: no such column/)
    const again = await openDatabase(path)
    expect(again.prepare("select name from sqlite_schema where type = 'table'").all()).toMatchObject([{ name: 'rows' }])
    expect(again.prepare('pragma user_version').all()).toMatchObject([{ user_version: 1 }])
    again.close()
  })

  it('purges from the file what expired or was deleted an hour ago', async () => {
    const path = join(folder, 'ostiary.db')
    const store = await openSqliteStore({ path, clock })
    await store.put('revoked', 'old', '1', { expiresAtMs: nowMs + 1000 })
    await store.put('revoked', 'kept', '1', { expiresAtMs: nowMs + 7_200_000 })
    await store.put('revoked', 'deleted', '1')
    await store.put('revoked', 'deleted', undefined)
    const other = await openDatabase(path)
    const rows = (): unknown[] => other.prepare('select key, value from entries order by key').all()
    expect(rows()).toMatchObject([
      { key: 'deleted', value: null },
      { key: 'kept', value: '1' },
      { key: 'old', value: '1' },
    ])
    nowMs += 3_600_000
    await store.put('revoked', 'new', '1')
    expect(rows()).toMatchObject([{ key: 'kept' }, { key: 'new' }, { key: 'old' }])
    nowMs += 60_000
    await store.put('revoked', 'newer', '1')
    expect(rows()).toMatchObject([{ key: 'kept' }, { key: 'new' }, { key: 'newer' }])
    other.close()
    await store.close()
  })

  it('rejects what is put into a file that was taken away, and into one that lies there instead', async () => {
    const path = join(folder, 'ostiary.db')
    const store = await openSqliteStore({ path, clock })
    await store.put('keys', 'a', '1')
    await rename(path, `${path}.away`)
    await expect(store.put('keys', 'b', '1')).rejects.toThrow('is not the file any more that was opened')
    await writeFile(path, '')
    await expect(store.put('keys', 'b', '1')).rejects.toThrow('is not the file any more that was opened')
    await rename(`${path}.away`, path)
    await store.put('keys', 'b', '1')
    expect(await store.get('keys', 'b')).toBe('1')
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
      { key: 'b', value: '1' },
      { key: 'a', value: '3' },
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
