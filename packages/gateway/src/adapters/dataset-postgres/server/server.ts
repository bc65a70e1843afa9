import type { Address } from '../../../databases/postgres-address.js'
import { type Clock, errorName } from '../../../spec/index.js'
import type { Catalogue } from '../catalogue.js'
import { ConnectionLost, DatabaseError } from '../wire/errors.js'
import { logIn } from '../wire/login.js'
import { parse, SYNC } from '../wire/messages.js'
import { createPool, type Pool } from '../wire/pool.js'
import { createSession, fly, type Session } from '../wire/session.js'
import { readSchema, type Schema } from './schema.js'
import { checkStanding, StandingBad } from './standing.js'

export interface ServerParts {
  readonly address: Address
  readonly catalogue: Catalogue
  readonly roles: readonly string[]
  /** The statement that takes a role on. */
  readonly settingsSql: string
  readonly limits: { readonly bytes: number; readonly timeoutMs: number; readonly connections: number }
  readonly clock: Clock
  warn(message: string): void
}

/** A schema as it was found, and how many there were before it. */
export interface KnownSchema {
  readonly schema: Schema
  readonly epoch: number
}

/** The server, as long as it may be read from. */
export interface Server {
  readonly pool: Pool
  /** A promise, which rejects as `pool.take` does, while it was not read yet. */
  schema(): KnownSchema | Promise<KnownSchema>
  /** Something came of another schema than is known: reads it anew. */
  refresh(): Promise<void>
  close(): void
}

const CONNECT_MS = 5000
const FRESH_MS = 60_000
const QUIET_MS = 10_000
/** The name of the prepared statement that takes a role on. */
export const AS_ROLE = 'as'

/** Opens nothing yet. */
export function createServer(parts: ServerParts): Server {
  const { address, catalogue, roles, limits, clock } = parts
  let known: KnownSchema | undefined
  let readAtMs = 0
  let reading: Promise<KnownSchema> | undefined
  /** What is wrong now, as it was told; empty: nothing. */
  let said = ''
  let wellAtMs = Number.NEGATIVE_INFINITY

  const tell = (message: string): void => {
    // What goes and comes all the time, such as a place among too many connections, fills no log.
    if (message === said || (said === '' && clock.now() - wellAtMs < QUIET_MS)) return
    parts.warn(message)
    said = message
  }

  /** Who was told that it could not be read is told that it can. */
  const tellWell = (): void => {
    if (said === '') return
    parts.warn(`PostgreSQL at \`${address.shown}\` is read from again`)
    said = ''
    wellAtMs = clock.now()
  }

  const open = async (): Promise<Session> => {
    let connection: Awaited<ReturnType<typeof logIn>> | undefined
    try {
      connection = await logIn(address, settingsOf(limits.timeoutMs), limits.bytes + MESSAGE_SLACK, CONNECT_MS)
      const session = createSession(connection, limits.timeoutMs)
      await fly(session, [parse(AS_ROLE, parts.settingsSql), SYNC], () => {})
      await checkStanding(session, catalogue, roles)
      // It may be another server, or the same one after a restore.
      await keep(session)
      return session
    } catch (thrown) {
      connection?.end()
      tell(`PostgreSQL at \`${address.shown}\`: ${wordsOf(thrown)}`)
      throw thrown
    }
  }

  const keep = async (session: Session): Promise<KnownSchema> => {
    const schema = await readSchema(session, catalogue)
    readAtMs = clock.now()
    tellWell()
    if (known?.schema.digest === schema.digest) return known
    known = { schema, epoch: (known?.epoch ?? 0) + 1 }
    for (const lack of schema.lacks) parts.warn(lack)
    return known
  }

  const pool = createPool(open, limits.connections, limits.timeoutMs)

  const read = (): Promise<KnownSchema> => {
    reading ??= readOnce().finally(() => {
      reading = undefined
    })
    return reading
  }

  const readOnce = async (): Promise<KnownSchema> => {
    const lease = await pool.take()
    try {
      await checkStanding(lease.session, catalogue, roles)
      return await keep(lease.session)
    } catch (thrown) {
      // Nothing is read until it is as it should be: each connection asks again.
      if (thrown instanceof StandingBad) known = undefined
      tell(`PostgreSQL at \`${address.shown}\`: ${wordsOf(thrown)}`)
      throw thrown
    } finally {
      lease.free()
    }
  }

  return {
    pool,
    schema() {
      if (known === undefined) return read()
      // What is known serves meanwhile: a column that is new to the database is seen by nobody anyway.
      if (clock.now() - readAtMs >= FRESH_MS) read().catch(() => {})
      return known
    },
    async refresh() {
      await read()
    },
    close() {
      pool.close()
    },
  }
}

// A row is a message, with the lengths of its cells.
const MESSAGE_SLACK = 64 * 1024

/** From the beginning of each session: what no role or database can set otherwise for us. */
function settingsOf(timeoutMs: number): ReadonlyMap<string, string> {
  return new Map([
    ['application_name', 'ostiary'],
    ['client_encoding', 'UTF8'],
    // Every table is written with its schema, and nothing but the server's own functions is found by name.
    ['search_path', 'pg_catalog, pg_temp'],
    ['default_transaction_read_only', 'on'],
    ['statement_timeout', String(timeoutMs)],
    ['lock_timeout', String(timeoutMs)],
    ['idle_in_transaction_session_timeout', '60000'],
    ['row_security', 'on'],
    // As the grammar reads strings.
    ['standard_conforming_strings', 'on'],
    ['work_mem', '16MB'],
    ['max_parallel_workers_per_gather', '0'],
    ['jit', 'off'],
    ['DateStyle', 'ISO, YMD'],
    ['IntervalStyle', 'iso_8601'],
    ['TimeZone', 'UTC'],
    ['extra_float_digits', '1'],
    ['bytea_output', 'hex'],
  ])
}

/** For the operator. The messages of a failed login (28, 3D) name the login and the database; others could quote values. */
function wordsOf(thrown: unknown): string {
  if (thrown instanceof DatabaseError)
    return /^(?:28|3D)/.test(thrown.code) ? thrown.message : `SQLSTATE ${thrown.code}`
  if (thrown instanceof ConnectionLost || thrown instanceof StandingBad) return thrown.message
  return errorName(thrown)
}
