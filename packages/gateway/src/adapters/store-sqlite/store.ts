import { chmodSync, closeSync, fstatSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock, PutOptions, Row, Store } from '../../spec/index.js'
import { type Database, openDatabase, type Statement } from './driver.js'

export interface SqliteStoreParts {
  readonly path: string
  readonly clock: Clock
  /** How long to wait for another process that writes. */
  readonly busyTimeoutMs?: number
}

const PURGE_INTERVAL_MS = 60_000

/** What this version writes; a file with a higher number is a later version's. */
const FORMAT = 1

const TABLE = `create table if not exists rows (
  space text not null, key text not null, value text not null, expires_at integer, primary key (space, key)
) without rowid`

/**
 * Opens the store, and makes it where there is none: the file for its owner alone, and so its folder where that is new too.
 * Rejects where the file is no store, or one of a later version.
 */
export async function openSqliteStore({ path, clock, busyTimeoutMs = 5000 }: SqliteStoreParts): Promise<Store> {
  makePrivate(path)
  const database = await openDatabase(path)
  try {
    prepareDatabase(database, busyTimeoutMs)
    return new SqliteStore(database, clock)
  } catch (thrown) {
    database.close()
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new Error(`the store \`${path}\` cannot be opened: ${why}`, { cause: thrown })
  }
}

// Before SQLite opens it, or it would be readable for a moment. Its log files take the mode of the file they belong to.
function makePrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = openSync(path, 'a', 0o600)
  const { mode } = fstatSync(file)
  closeSync(file)
  if ((mode & 0o077) !== 0) chmodSync(path, 0o600)
}

function prepareDatabase(database: Database, busyTimeoutMs: number): void {
  // First: the change to WAL needs the file for itself, and so may have to wait for another process.
  database.exec(`pragma busy_timeout = ${busyTimeoutMs}`)
  database.prepare('pragma journal_mode = wal').all()
  // A revocation that was confirmed must outlive a power cut: in WAL mode only FULL syncs at each commit.
  database.exec('pragma synchronous = full')
  const format = column(database.prepare('pragma user_version').all()[0], 'user_version')
  if (typeof format !== 'number' || format > FORMAT)
    throw new Error(`its format is ${String(format)}, this version's ${FORMAT}`)
  if (format < FORMAT) database.exec(`${TABLE}; pragma user_version = ${FORMAT}`)
}

interface Statements {
  readonly get: Statement
  readonly put: Statement
  readonly list: Statement
  readonly remove: Statement
  readonly purge: Statement
}

function statementsOf(database: Database): Statements {
  const live = '(expires_at is null or expires_at > ?)'
  return {
    get: database.prepare(`select value from rows where space = ? and key = ? and ${live}`),
    list: database.prepare(`select key, value from rows where space = ? and ${live} order by key`),
    put: database.prepare('insert or replace into rows (space, key, value, expires_at) values (?, ?, ?, ?)'),
    remove: database.prepare('delete from rows where space = ? and key = ?'),
    purge: database.prepare('delete from rows where expires_at <= ?'),
  }
}

interface WaitingPut {
  readonly space: string
  readonly key: string
  readonly value: string | undefined
  readonly expiresAtMs: number | null
  readonly onlyNew: boolean
  readonly resolve: (done: boolean) => void
  readonly reject: (error: unknown) => void
}

class SqliteStore implements Store {
  readonly #database: Database
  readonly #clock: Clock
  #statements: Statements | undefined
  readonly #followers = new Set<{ readonly space: string; readonly see: (rows: readonly Row[]) => void }>()
  #waiting: WaitingPut[] = []
  #nextPurgeMs = Number.NEGATIVE_INFINITY

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
    this.#statements = statementsOf(database)
    this.#write(() => this.#purgeWhenDue())
  }

  async get(space: string, key: string): Promise<string | undefined> {
    const value = column(this.#open().get.all(space, key, this.#clock.now())[0], 'value')
    return typeof value === 'string' ? value : undefined
  }

  // Group commit: what is put within one turn of the event loop is one transaction and one flush to disk. A thousand new
  // callers at once would otherwise hold everybody up for a second.
  put(space: string, key: string, value: string | undefined, options: PutOptions = {}): Promise<boolean> {
    const { expiresAtMs, onlyNew = false } = options
    return new Promise((resolve, reject) => {
      if (this.#statements === undefined) {
        reject(new Error('the store is closed'))
        return
      }
      const expires = expiresAtMs === undefined ? null : Math.floor(expiresAtMs)
      if (this.#waiting.push({ space, key, value, expiresAtMs: expires, onlyNew, resolve, reject }) > 1) return
      setImmediate(() => this.#commit())
    })
  }

  async follow(space: string, see: (rows: readonly Row[]) => void): Promise<() => void> {
    const rows = this.#open().list.all(space, this.#clock.now())
    see(rows.map((row) => ({ key: String(column(row, 'key')), value: String(column(row, 'value')) })))
    const follower = { space, see }
    this.#followers.add(follower)
    return () => void this.#followers.delete(follower)
  }

  async close(): Promise<void> {
    if (this.#statements === undefined) return
    this.#commit()
    // libsql lets go of the file only when its last statement is collected: what is in the log goes into the file now.
    this.#database.prepare('pragma wal_checkpoint(passive)').all()
    this.#statements = undefined
    this.#database.close()
  }

  // Statements of libsql still answer after their database was closed.
  #open(): Statements {
    if (this.#statements === undefined) throw new Error('the store is closed')
    return this.#statements
  }

  #commit(): void {
    const puts = this.#waiting
    if (puts.length === 0) return
    this.#waiting = []
    let done: readonly boolean[]
    try {
      done = this.#write(() => {
        const written = puts.map((one) => this.#writeOne(one))
        this.#purgeWhenDue()
        return written
      })
    } catch (thrown) {
      for (const { reject } of puts) reject(thrown)
      return
    }
    for (const { space, see } of this.#followers) {
      const changed = puts.filter((one, index) => done[index] === true && one.space === space)
      if (changed.length > 0) see(changed.map(({ key, value }) => ({ key, value })))
    }
    for (const [index, { resolve }] of puts.entries()) resolve(done[index] === true)
  }

  #writeOne({ space, key, value, expiresAtMs, onlyNew }: WaitingPut): boolean {
    const { get, put, remove } = this.#open()
    if (onlyNew && get.all(space, key, this.#clock.now()).length > 0) return false
    if (value === undefined) remove.run(space, key)
    else put.run(space, key, value, expiresAtMs)
    return true
  }

  // The lock is taken by a statement of its own. A prepared one of libsql that fails as busy stays half done, and while it
  // does nothing that others write is committed: a revocation would be confirmed and lost.
  #write<T>(work: () => T): T {
    this.#database.exec('begin immediate')
    try {
      const result = work()
      this.#database.exec('commit')
      return result
    } catch (thrown) {
      this.#rollBack(thrown)
      throw thrown
    }
  }

  #rollBack(cause: unknown): void {
    try {
      this.#database.exec('rollback')
    } catch (thrown) {
      // A full disk, say, makes SQLite roll back by itself: then the first error is the one that tells.
      throw new AggregateError([cause, thrown], `the store could not be written: ${String(cause)}`)
    }
  }

  #purgeWhenDue(): void {
    const nowMs = this.#clock.now()
    if (nowMs < this.#nextPurgeMs) return
    this.#nextPurgeMs = nowMs + PURGE_INTERVAL_MS
    this.#open().purge.run(nowMs)
  }
}

function column(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null ? Object.entries(row).find(([key]) => key === name)?.[1] : undefined
}
