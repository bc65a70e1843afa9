import postgres from 'postgres'
import { type Address, readAddress } from './postgres-address.js'

export type Sql = postgres.Sql
export type Transaction = postgres.TransactionSql

export interface Client {
  /**
   * Runs a query, once more where the database says that it met another. Rejects where there is no answer in time: then what
   * it should have written may be written or not.
   */
  ask<T>(query: (sql: Sql) => PromiseLike<T>): Promise<T>
  /** Calls back when another said `tell`. A hint: it may be missed, and some servers do not know it. */
  listen(hear: () => void): void
  tell(): void
  close(): Promise<void>
}

const CHANNEL = 'ostiary_rows'
/** The code of what was not answered in time. */
export const NO_ANSWER = 'NO_ANSWER'
const CONNECT_TIMEOUT_S = 5
const RECONNECT_S = 0.1
const TRIES = 5

/** @param max connections at once, but for the one that listens */
export function openClient(url: string, max: number, timeoutMs: number): Client {
  const address = readAddress(url)
  let sql = connect(address, max)
  let hears: (() => void) | undefined
  let listens = false
  let closed = false

  const listenOn = (on: Sql): void => {
    if (hears === undefined) return
    const hear = hears
    // Heard anew after each reconnection too: then something may have been missed.
    on.listen(CHANNEL, hear, hear).then(
      () => {
        listens = true
      },
      () => {},
    )
  }

  // A connection whose other end is gone without a word keeps what is asked of it for many minutes: it is left, and all others
  // with it.
  const leave = (left: Sql): void => {
    if (left !== sql || closed) return
    sql = connect(address, max)
    listenOn(sql)
    left.end({ timeout: 0 }).catch(() => {})
  }

  const askOnce = async <T>(query: (sql: Sql) => PromiseLike<T>): Promise<T> => {
    if (closed) throw new Error('it is closed')
    const asked = sql
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        leave(asked)
        reject(new NoAnswer(timeoutMs))
      }, timeoutMs)
    })
    try {
      return await Promise.race([query(asked), late])
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    async ask(query) {
      for (let left = TRIES; ; left -= 1) {
        try {
          return await askOnce(query)
        } catch (thrown) {
          // Not the error itself: it holds the query and its values.
          if (left === 0 || !isConflict(thrown)) throw new PostgresFailed(address.shown, thrown)
        }
      }
    },
    listen(hear) {
      hears = hear
      listenOn(sql)
    },
    tell() {
      if (listens && !closed) sql.notify(CHANNEL, '').catch(() => {})
    },
    async close() {
      if (closed) return
      closed = true
      await sql.end({ timeout: timeoutMs / 1000 })
    },
  }
}

class NoAnswer extends Error {
  override readonly name: string = 'NoAnswer'
  readonly code: string = NO_ANSWER

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`)
  }
}

class PostgresFailed extends Error {
  override readonly name: string = 'PostgresFailed'
  /** SQLSTATE, or the name of the connection's error. */
  readonly code: string | undefined

  constructor(shown: string, thrown: unknown) {
    super(`PostgreSQL at \`${shown}\`: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    this.code = codeOf(thrown)
  }
}

export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}

// 40001 serialization_failure (usual where the isolation is serializable), 40P01 deadlock_detected: nothing was done.
function isConflict(thrown: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(thrown) ?? '')
}

function connect({ host, port, database, username, password, tls }: Address, max: number): Sql {
  return postgres({
    host,
    port,
    database,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ssl: tls,
    max,
    connect_timeout: CONNECT_TIMEOUT_S,
    backoff: () => RECONNECT_S,
    fetch_types: false,
    connection: { application_name: 'ostiary' },
    // Notices would go to standard output.
    onnotice: () => {},
  })
}
