import { hash, randomBytes } from 'node:crypto'
import { bytes, column } from '../../databases/sqlite.js'
import { type DatabaseFile, type Format, openFile, write } from '../../databases/sqlite-file.js'
import type { Clock, Replay } from '../../spec/index.js'
import { createUsedKeys, KEY_BYTES, type Lifetime, lifetimeOf } from './used-keys.js'

export interface SqliteReplayParts {
  readonly path: string
  readonly clock: Clock
  /** How long to wait for other processes that write. Nothing else waits meanwhile. */
  readonly busyTimeoutMs?: number
}

const RETRY_MS = 1
const PURGE_INTERVAL_MS = 1000
/** The clocks of processes differ: who is behind still asks for what is expired elsewhere. */
const PURGE_GRACE_MS = 10_000
/** Rows purged, or read, at a time. */
const ROWS = 1000

// A row is what one commit found new of one lifetime: keys one after the other. A number is never given twice, so who reads on
// from the last that it saw has seen all.
const REPLAY_FORMAT: Format = {
  name: 'the replay memory',
  number: 1,
  make(database) {
    database.exec(`
      create table used (id integer primary key autoincrement, expires_at integer not null, keys blob not null);
      create index used_by_expiry on used (expires_at);
      create table secret (value text not null)`)
    // Keys are made of what callers send. With it nobody can choose where they go, and the file does not tell what was used.
    database.prepare('insert into secret (value) values (?)').run(randomBytes(16).toString('base64url'))
  },
}

/**
 * Opens the memory of what was used once: a file of its own, since it is written at each request and need not outlive a power
 * cut. Rejects as the store does.
 *
 * The file is a log, and each process holds in memory what stands in it. Before a process answers it takes the one write lock,
 * reads what others have appended since, and appends what it found new: of all who ask for a key, one finds it new. A table
 * with the keys in their order would write a page of its own for each of them.
 */
export async function openSqliteReplay({ path, clock, busyTimeoutMs = 1000 }: SqliteReplayParts): Promise<Replay> {
  // NORMAL syncs at checkpoints only. A power cut takes the last seconds from the file and never its soundness: what is then
  // missing was used before the cut, within the minute or so that a proof lives, and proofs made before this process started
  // are refused elsewhere. A process that is killed loses nothing.
  const file = await openFile(
    path,
    REPLAY_FORMAT,
    `pragma busy_timeout = ${busyTimeoutMs}; pragma synchronous = normal`,
  )
  // From here on another who writes is waited for by asking again: SQLite would hold the whole process up.
  file.database.exec('pragma busy_timeout = 0')
  return createReplay(file, clock, Math.ceil(busyTimeoutMs / RETRY_MS))
}

interface Asked {
  readonly key: Buffer
  readonly expiresAtMs: number
  readonly resolve: (first: boolean) => void
  readonly reject: (error: unknown) => void
}

function createReplay(file: DatabaseFile, clock: Clock, retries: number): Replay {
  const { database } = file
  const secret = String(column(database.prepare('select value from secret').all()[0], 'value'))
  const log = openLog(file, clock)
  const waiting: Asked[] = []
  let closed = false

  // Group commit, as in the store: who asks within one turn of the event loop shares a transaction.
  const commit = (left: number): void => {
    if (waiting.length === 0) return
    let first: readonly boolean[]
    try {
      file.check()
      first = write(database, () => log.firstOf(waiting))
    } catch (thrown) {
      if (isBusy(thrown) && left > 0) setTimeout(commit, RETRY_MS, left - 1)
      else for (const { reject } of waiting.splice(0)) reject(thrown)
      return
    }
    for (const [index, { resolve }] of waiting.splice(0).entries()) resolve(first[index] === true)
  }

  return {
    firstUse: (text, expiresAtMs) =>
      new Promise((resolve, reject) => {
        if (closed) throw new Error('the replay memory is closed')
        if (!Number.isFinite(expiresAtMs)) throw new Error('what is used once must expire')
        const key = hash('sha256', secret + text, 'buffer').subarray(0, KEY_BYTES)
        if (waiting.push({ key, expiresAtMs: Math.ceil(expiresAtMs), resolve, reject }) > 1) return
        setImmediate(commit, retries)
      }),
    async close() {
      if (closed) return
      closed = true
      commit(0)
      database.prepare('pragma wal_checkpoint(passive)').all()
      database.close()
    },
  }
}

interface Log {
  /** For each whether it is the first use. Within a transaction. */
  firstOf(asked: readonly Asked[]): readonly boolean[]
}

function openLog({ database }: DatabaseFile, clock: Clock): Log {
  const after = database.prepare(`select id, expires_at, keys from used where id > ? order by id limit ${ROWS}`)
  const append = database.prepare('insert into used (expires_at, keys) values (?, ?)')
  const purge = database.prepare(
    `delete from used where id in (select id from used where expires_at <= ? order by expires_at limit ${ROWS})`,
  )
  const held = createUsedKeys()
  let read = 0
  let nextPurgeMs = Number.NEGATIVE_INFINITY

  const readOn = (nowMs: number): void => {
    let rows: unknown[]
    do {
      rows = after.all(read)
      for (const row of rows) {
        const keys = bytes(row, 'keys')
        const expires = Number(column(row, 'expires_at'))
        if (keys === undefined) throw new Error('the replay memory holds what is no key')
        held.add(keys, lifetimeOf(expires, nowMs), expires)
        read = Number(column(row, 'id'))
      }
    } while (rows.length === ROWS)
  }

  const purgeWhenDue = (nowMs: number): void => {
    if (nowMs < nextPurgeMs) return
    if (purge.run(nowMs - PURGE_GRACE_MS).changes < ROWS) nextPurgeMs = nowMs + PURGE_INTERVAL_MS
    held.drop(nowMs - PURGE_GRACE_MS)
  }

  // All that is there before anybody waits for it.
  readOn(clock.now())
  return {
    firstOf(asked) {
      const nowMs = clock.now()
      readOn(nowMs)
      purgeWhenDue(nowMs)
      const found = new Map<Lifetime, { keys: Buffer[]; expiresAtMs: number }>()
      const first = asked.map(({ key, expiresAtMs }) => {
        if (held.has(key)) return false
        const lifetime = lifetimeOf(expiresAtMs, nowMs)
        // Held even where the commit then fails: it may be in the file all the same, and nobody is told that it was the first.
        held.add(key, lifetime, expiresAtMs)
        const same = found.get(lifetime) ?? { keys: [], expiresAtMs }
        same.keys.push(key)
        same.expiresAtMs = Math.max(same.expiresAtMs, expiresAtMs)
        found.set(lifetime, same)
        return true
      })
      for (const { keys, expiresAtMs } of found.values())
        read = Number(append.run(expiresAtMs, Buffer.concat(keys)).lastInsertRowid)
      return first
    },
  }
}

function isBusy(thrown: unknown): boolean {
  // SQLITE_BUSY is 5: `node:sqlite` says so by number, libsql by name.
  return column(thrown, 'errcode') === 5 || column(thrown, 'code') === 'SQLITE_BUSY'
}
