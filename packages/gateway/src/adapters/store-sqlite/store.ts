import { column, type Statement } from '../../databases/sqlite.js'
import { type DatabaseFile, openFile, write } from '../../databases/sqlite-file.js'
import type { Clock, PutOptions, Store } from '../../spec/index.js'
import { createFollowing, type Following } from './following.js'
import { STORE_FORMAT } from './format.js'

export interface SqliteStoreParts {
  readonly path: string
  readonly clock: Clock
  /** How long to wait for another process that writes. */
  readonly busyTimeoutMs?: number
}

const PURGE_INTERVAL_MS = 60_000
/** So long a row that is gone is kept as such, for those who follow and were held up. */
const GONE_KEPT_MS = 3_600_000
/** Rows purged with one commit: bounds how long it holds the lock. */
const PURGE_ROWS = 10_000

/**
 * Opens the store, and makes it where there is none: the file for its owner alone, and so its folder where that is new too.
 * Rejects where the file is no store, or one of a later version.
 */
export async function openSqliteStore({ path, clock, busyTimeoutMs = 5000 }: SqliteStoreParts): Promise<Store> {
  // The time-out first: the change to WAL needs the file for itself, and so may have to wait for another process.
  // A revocation that was confirmed must outlive a power cut: in WAL mode only FULL syncs at each commit.
  const pragmas = `pragma busy_timeout = ${busyTimeoutMs}; pragma synchronous = full`
  return new SqliteStore(await openFile(path, STORE_FORMAT, pragmas), clock)
}

interface Statements {
  readonly get: Statement
  readonly last: Statement
  readonly put: Statement
  readonly remove: Statement
  readonly advance: Statement
  readonly purge: Statement
  readonly purged: Statement
}

function statementsOf({ database }: DatabaseFile): Statements {
  const live = 'value is not null and (expires_at is null or expires_at > ?)'
  return {
    get: database.prepare(`select value from entries where space = ? and key = ? and ${live}`),
    last: database.prepare('select last from sequence'),
    put: database.prepare(
      `insert into entries (seq, space, key, value, expires_at) values (?, ?, ?, ?, ?)
       on conflict (space, key) do update set seq = excluded.seq, value = excluded.value, expires_at = excluded.expires_at`,
    ),
    remove: database.prepare(
      'update entries set seq = ?, value = null, expires_at = ? where space = ? and key = ? and value is not null',
    ),
    advance: database.prepare('update sequence set last = ?'),
    purge: database.prepare(
      `delete from entries where seq in
       (select seq from entries where expires_at <= ? order by expires_at limit ${PURGE_ROWS}) returning seq`,
    ),
    purged: database.prepare('update sequence set purged = max(purged, ?)'),
  }
}

interface WaitingPut {
  readonly space: string
  readonly key: string
  readonly value: string | undefined
  readonly expiresAtMs: number | null
  readonly onlyNew: boolean
  readonly onlyIf: string | undefined
  readonly resolve: (done: boolean) => void
  readonly reject: (error: unknown) => void
}

class SqliteStore implements Store {
  readonly #file: DatabaseFile
  readonly #clock: Clock
  readonly #following: Following
  #statements: Statements | undefined
  #waiting: WaitingPut[] = []
  #nextPurgeMs = Number.NEGATIVE_INFINITY

  constructor(file: DatabaseFile, clock: Clock) {
    this.#file = file
    this.#clock = clock
    this.#following = createFollowing(file, clock)
    this.#statements = statementsOf(file)
  }

  async get(space: string, key: string): Promise<string | undefined> {
    const value = column(this.#open().get.all(space, key, this.#clock.now())[0], 'value')
    return typeof value === 'string' ? value : undefined
  }

  // Group commit: what is put within one turn of the event loop is one transaction and one flush to disk. A thousand new
  // callers at once would otherwise hold everybody up for a second.
  put(space: string, key: string, value: string | undefined, options: PutOptions = {}): Promise<boolean> {
    const { expiresAtMs, onlyNew = false, onlyIf } = options
    return new Promise((resolve, reject) => {
      if (this.#statements === undefined) {
        reject(new Error('the store is closed'))
        return
      }
      const expires = expiresAtMs === undefined ? null : Math.floor(expiresAtMs)
      if (this.#waiting.push({ space, key, value, expiresAtMs: expires, onlyNew, onlyIf, resolve, reject }) > 1) return
      setImmediate(() => this.#commit())
    })
  }

  follow(...args: Parameters<Store['follow']>): Promise<() => void> {
    return this.#following.follow(...args)
  }

  async close(): Promise<void> {
    if (this.#statements === undefined) return
    this.#commit()
    this.#following.close()
    const { database } = this.#file
    // libsql lets go of the file only when its last statement is collected: what is in the log goes into the file now.
    database.prepare('pragma wal_checkpoint(passive)').all()
    this.#statements = undefined
    database.close()
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
      this.#file.check()
      done = write(this.#file.database, () => {
        this.#purgeWhenDue()
        return this.#writeAll(puts)
      })
    } catch (thrown) {
      for (const { reject } of puts) reject(thrown)
      return
    }
    // Before anybody hears that it is done: who revoked something and goes on finds it revoked.
    this.#following.tell()
    for (const [index, { resolve }] of puts.entries()) resolve(done[index] === true)
  }

  #writeAll(puts: readonly WaitingPut[]): readonly boolean[] {
    const { last, advance } = this.#open()
    const before = Number(column(last.all()[0], 'last'))
    const done = puts.map((one, index) => this.#writeOne(one, before + index + 1))
    advance.run(before + puts.length)
    return done
  }

  #writeOne({ space, key, value, expiresAtMs, onlyNew, onlyIf }: WaitingPut, seq: number): boolean {
    const { get, put, remove } = this.#open()
    if (onlyNew || onlyIf !== undefined) {
      const [row] = get.all(space, key, this.#clock.now())
      if (onlyNew ? row !== undefined : column(row, 'value') !== onlyIf) return false
    }
    if (value === undefined) remove.run(seq, this.#clock.now(), space, key)
    else put.run(seq, space, key, value, expiresAtMs)
    return true
  }

  #purgeWhenDue(): void {
    const nowMs = this.#clock.now()
    if (nowMs < this.#nextPurgeMs) return
    // Who was held up is told now what went meanwhile, or could be told never more.
    this.#following.tell()
    const { purge, purged } = this.#open()
    const gone = purge.all(nowMs - GONE_KEPT_MS).map((row) => Number(column(row, 'seq')))
    if (gone.length < PURGE_ROWS) this.#nextPurgeMs = nowMs + PURGE_INTERVAL_MS
    if (gone.length > 0) purged.run(gone.reduce((highest, seq) => Math.max(highest, seq)))
  }
}
