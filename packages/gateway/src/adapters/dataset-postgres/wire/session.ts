import type { Cell } from '../../../spec/index.js'
import { cellsOf } from './cells.js'
import type { Connection } from './connection.js'
import { ConnectionLost, DatabaseError, databaseError, roleError } from './errors.js'
import { type Bound, bind, closeStatement, describeStatement, execute, parse, SYNC } from './messages.js'

// Kept by the server for each connection: plans take memory there.
const STATEMENTS_MAX = 64

export interface DescribedColumn {
  readonly name: string
  /** The table's OID; 0: it is made of something else than one column. */
  readonly table: number
  /** The column's attribute number in that table. */
  readonly attribute: number
  /** The type's OID. */
  readonly type: number
}

/** A connection, and what the server has prepared for it. */
export interface Session {
  readonly connection: Connection
  readonly timeoutMs: number
  /** Statements by their text: names that the server knows them by. The one used last stands last. */
  readonly statements: Map<string, string>
  count: number
}

export function createSession(connection: Connection, timeoutMs: number): Session {
  return { connection, timeoutMs, statements: new Map(), count: 0 }
}

/** Runs one statement of our own, and gives all its rows. */
export async function ask(
  session: Session,
  sql: string,
  values: readonly Bound[],
): Promise<readonly (readonly Cell[])[]> {
  const rows: (readonly Cell[])[] = []
  await fly(session, [parse('', sql), bind('', values), execute(0), SYNC], (type, bytes, start, end) => {
    if (type === 'D') rows.push(cellsOf(bytes, start, end))
  })
  return rows
}

/** What a statement would give, in the name of a role: nothing is run but what sets that. */
export async function describe(
  session: Session,
  asRole: readonly Buffer[],
  sql: string,
): Promise<readonly DescribedColumn[]> {
  let columns: readonly DescribedColumn[] = []
  let hasRole = false
  try {
    await fly(session, [...asRole, parse('', sql), describeStatement(''), SYNC], (type, bytes, start) => {
      if (type === 'C') hasRole = true
      if (type === 'T') columns = columnsOf(bytes, start)
    })
  } catch (thrown) {
    throw thrown instanceof DatabaseError && !hasRole ? roleError(thrown) : thrown
  }
  return columns
}

/** Rejects with the first error of the server once it is ready again, or with `ConnectionLost`. */
export function fly(
  { connection, timeoutMs }: Session,
  messages: readonly Buffer[],
  hear: (type: string, bytes: Buffer, start: number, end: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let failed: DatabaseError | undefined
    const timer = setTimeout(() => {
      reject(new ConnectionLost('no answer in time', true))
      connection.abandon()
    }, timeoutMs + GRACE_MS)
    connection.hear({
      take(code, bytes, start, end) {
        const type = String.fromCharCode(code)
        if (type === 'E') failed ??= databaseError(bytes, start, end)
        else if (type !== 'Z') hear(type, bytes, start, end)
        else {
          clearTimeout(timer)
          connection.hear(undefined)
          if (failed === undefined) resolve()
          else reject(failed)
        }
        return true
      },
      lost(why) {
        clearTimeout(timer)
        // What the server said last says more than that it left.
        reject(failed ?? why)
      },
    })
    connection.send(Buffer.concat(messages))
  })
}

/** The server ends what takes too long by itself: it is waited for a little longer than that. */
export const GRACE_MS = 1000

/** The name of a prepared statement, and what must be said first where there is none yet. */
export function statementFor(
  session: Session,
  key: string,
  sql: string,
): { readonly name: string; readonly first: readonly Buffer[] } {
  const { statements } = session
  const known = statements.get(key)
  if (known !== undefined) {
    statements.delete(key)
    statements.set(key, known)
    return { name: known, first: [] }
  }
  const first: Buffer[] = []
  const [oldest] = statements
  if (statements.size >= STATEMENTS_MAX && oldest !== undefined) {
    statements.delete(oldest[0])
    first.push(closeStatement(oldest[1]))
  }
  session.count += 1
  const name = `s${session.count}`
  return { name, first: [...first, parse(name, sql), describeStatement(name)] }
}

export function columnsOf(bytes: Buffer, start: number): readonly DescribedColumn[] {
  let at = start + 2
  return Array.from({ length: bytes.readUInt16BE(start) }, () => {
    const stop = bytes.indexOf(0, at)
    const name = bytes.toString('utf8', at, stop)
    at = stop + 1 + 18
    return {
      name,
      table: bytes.readUInt32BE(at - 18),
      attribute: bytes.readInt16BE(at - 14),
      type: bytes.readUInt32BE(at - 12),
    }
  })
}
