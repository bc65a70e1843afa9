import type { Cell } from '../../../spec/index.js'
import { cellsOf } from './cells.js'
import { ConnectionLost, type DatabaseError, databaseError, RoleRefused } from './errors.js'
import { type Bound, bind, execute, FLUSH, SYNC } from './messages.js'
import { columnsOf, GRACE_MS, type Session, statementFor } from './session.js'

export interface RowsAsked {
  /** What sets role and claims, for this transaction. */
  readonly asRole: readonly Buffer[]
  /** By what the prepared statement is known: its plan is for one role, and for one state of the schema. */
  readonly key: string
  readonly sql: string
  readonly values: readonly Bound[]
  /** OIDs of the types that are expected; 0 for any. */
  readonly types: readonly number[]
  readonly rowsMax: number
  /** Of all cells together. */
  readonly bytesMax: number
}

export interface RowsPage {
  readonly rows: readonly Cell[][]
  readonly ended: boolean
  readonly isTruncated: boolean
}

export interface Rows {
  /** Rejects with what the server answers, with `ConnectionLost`, with `RowTooLarge` or with `TypesChanged`. */
  next(): Promise<RowsPage>
  /** Nobody wants more. A statement that still runs is cancelled. */
  leave(): void
}

/** One row alone is more than may be given. */
export class RowTooLarge extends Error {
  override readonly name: string = 'RowTooLarge'
}

/** The statement gives other types than it did. */
export class TypesChanged extends Error {
  override readonly name: string = 'TypesChanged'
}

const PAGE_ROWS = 256
const PAGE_BYTES = 256 * 1024

type State = 'setting' | 'running' | 'suspended' | 'ending' | 'over'

/**
 * Runs a statement and gives its rows page by page.
 *
 * What sets the role and the statement go out at once and are one implicit transaction, which the `Sync` at the end commits:
 * where the role cannot be set the server skips the rest, and nothing of it outlives the transaction.
 *
 * @param free called once, when the server is ready for another
 */
export function readRows(session: Session, asked: RowsAsked, free: () => void): Rows {
  const { connection, timeoutMs } = session
  const { rowsMax, bytesMax, types } = asked
  const { name, first } = statementFor(session, asked.key, asked.sql)
  let state: State = 'setting'
  let rows: Cell[][] = []
  let count = 0
  let bytesAll = 0
  let bytesHere = 0
  let isPaused = false
  let isTruncated = false
  let failed: Error | undefined
  let waits: { readonly resolve: (page: RowsPage) => void; readonly reject: (why: Error) => void } | undefined
  let timer: NodeJS.Timeout | undefined
  let ending: NodeJS.Timeout | undefined

  const over = (): void => {
    state = 'over'
    clearTimeout(ending)
    free()
  }

  const isLast = (): boolean => state === 'ending' || state === 'over'
  const isReady = (): boolean => isLast() || (rows.length > 0 && (state === 'suspended' || isPaused))

  const settle = (): void => {
    if (waits === undefined || (failed === undefined && !isReady())) return
    const { resolve, reject } = waits
    waits = undefined
    clearTimeout(timer)
    if (failed !== undefined) reject(failed)
    else {
      resolve({ rows, ended: isLast(), isTruncated })
      rows = []
      bytesHere = 0
    }
  }

  const fail = (why: Error): void => {
    failed ??= why
    settle()
  }

  const sync = (): void => {
    state = 'ending'
    connection.send(SYNC)
    ending = setTimeout(() => connection.abandon(), timeoutMs + GRACE_MS)
  }

  // The server is in the middle of it: it must not go on, and what it sends is of no use.
  const abandon = (): void => {
    state = 'over'
    connection.abandon()
  }

  const pageRows = (): number => Math.min(PAGE_ROWS, rowsMax + 1 - count)

  const takeRow = (bytes: Buffer, start: number, end: number): boolean => {
    if (count === rowsMax) {
      isTruncated = true
      return true
    }
    bytesAll += end - start
    if (bytesAll > bytesMax) {
      isTruncated = true
      const cause = count === 0 ? new RowTooLarge() : undefined
      abandon()
      if (cause === undefined) settle()
      else fail(cause)
      return false
    }
    count += 1
    bytesHere += end - start
    rows.push(cellsOf(bytes, start, end))
    if (bytesHere < PAGE_BYTES) return true
    isPaused = true
    connection.pause()
    settle()
    return false
  }

  const takeError = (error: DatabaseError): void => {
    const why = state === 'setting' ? new RoleRefused(error) : error
    sync()
    fail(why)
  }

  const take = (code: number, bytes: Buffer, start: number, end: number): boolean => {
    switch (code) {
      case DATA_ROW:
        return state === 'running' ? takeRow(bytes, start, end) : true
      case PARSE_COMPLETE:
        session.statements.set(asked.key, name)
        return true
      case ROW_DESCRIPTION:
        if (
          !isSame(
            columnsOf(bytes, start).map(({ type }) => type),
            types,
          )
        ) {
          fail(new TypesChanged())
          abandon()
          return false
        }
        return true
      case COMMAND_COMPLETE:
        if (state === 'setting') state = 'running'
        else {
          sync()
          settle()
        }
        return true
      case PORTAL_SUSPENDED:
        if (count === rowsMax) {
          sync()
        } else state = 'suspended'
        settle()
        return true
      case ERROR_RESPONSE:
        // What it has prepared may be what is wrong.
        session.statements.delete(asked.key)
        takeError(databaseError(bytes, start, end))
        return true
      case READY:
        connection.hear(undefined)
        over()
        return true
      default:
        return true
    }
  }

  connection.hear({
    take,
    lost(why) {
      // The last page was whole before.
      if (!isLast()) fail(why)
      over()
    },
  })
  connection.send(Buffer.concat([...asked.asRole, ...first, bind(name, asked.values), execute(pageRows()), FLUSH]))

  const wait = (): Promise<RowsPage> =>
    new Promise((resolve, reject) => {
      waits = { resolve, reject }
      timer = setTimeout(() => {
        fail(new ConnectionLost('no answer in time', true))
        abandon()
      }, timeoutMs + GRACE_MS)
    })

  return {
    next() {
      const page = wait()
      settle()
      if (waits === undefined) return page
      if (state === 'suspended') {
        state = 'running'
        connection.send(Buffer.concat([execute(pageRows()), FLUSH]))
      } else if (isPaused) {
        isPaused = false
        connection.resume()
      }
      return page
    },
    leave() {
      if (isLast()) return
      if (state === 'suspended') sync()
      else abandon()
      fail(new ConnectionLost('nobody waits any more'))
    },
  }
}

const [DATA_ROW, PARSE_COMPLETE, ROW_DESCRIPTION, COMMAND_COMPLETE, PORTAL_SUSPENDED, ERROR_RESPONSE, READY] = [
  ...Buffer.from('D1TCsEZ'),
]

function isSame(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((one, index) => others[index] === 0 || one === others[index])
}
