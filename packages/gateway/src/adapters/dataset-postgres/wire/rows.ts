import { checkRow } from './cells.js'
import { ConnectionLost, databaseError, RowTooLarge, roleError, TypesChanged } from './errors.js'
import { type Bound, bind, execute, FLUSH, SYNC } from './messages.js'
import { createPages, type RowsPage } from './pages.js'
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
  /** It fitted a page when it last ran: then its end goes out with it. */
  readonly isShort: boolean
  /** It did not. */
  readonly onLong: () => void
}

export interface Rows {
  /** Rejects with what the server answers, with `ConnectionLost`, `RoleRefused`, `RowTooLarge` or `TypesChanged`. */
  next(): Promise<RowsPage>
  /** Nobody wants more. A statement that still runs is cancelled. */
  leave(): void
}

const PAGE_ROWS = 256
const EXECUTE_PAGE = execute(PAGE_ROWS)
/** A row is written in one piece, and everybody else waits for that. */
const ROW_BYTES_MAX = 4 * 1024 * 1024
const [DATA_ROW, PARSE_COMPLETE, ROW_DESCRIPTION, COMMAND_COMPLETE, PORTAL_SUSPENDED, ERROR_RESPONSE, READY] =
  Buffer.from('D1TCsEZ')

/**
 * Runs a statement and gives its rows page by page.
 *
 * What takes the role on and the statement go out at once and are one implicit transaction, which the `Sync` at the end commits:
 * where the role cannot be taken on the server skips the rest, and nothing of it outlives the transaction.
 *
 * @param free called once, when the server is ready for another, or the connection is lost
 */
export function readRows(session: Session, asked: RowsAsked, free: () => void): Rows {
  const { connection, timeoutMs } = session
  const { rowsMax, bytesMax } = asked
  const { name, first } = statementFor(session, asked.key, asked.sql)
  let state: 'setting' | 'running' | 'paused' | 'suspended' | 'ending' | 'over' = 'setting'
  let { isShort } = asked
  let isAgain = false
  let count = 0
  let bytesAll = 0
  let isTruncated = false
  let ending: NodeJS.Timeout | undefined

  const isLast = (): boolean => state === 'ending' || state === 'over'

  const over = (): void => {
    state = 'over'
    clearTimeout(ending)
    free()
  }

  const sync = (): void => {
    state = 'ending'
    if (!isShort) connection.send(SYNC)
    ending = setTimeout(() => connection.abandon(), timeoutMs + GRACE_MS)
  }

  // The server is in the middle of it: it must not go on, and what it sends is of no use.
  const abandon = (): void => {
    state = 'over'
    connection.abandon()
  }

  const pages = createPages(timeoutMs + GRACE_MS, abandon)

  const end = (next: () => void): void => {
    next()
    pages.give(true, isTruncated)
  }

  // The end that went out with it has ended what is left of it: it is run once more, page by page, and nobody has seen it yet.
  const again = (): void => {
    asked.onLong()
    pages.drop()
    isShort = false
    isAgain = true
    count = 0
    bytesAll = 0
  }

  const takeRow = (bytes: Buffer, start: number, at: number): boolean => {
    // The one that is more than may be given: it was asked for to know that.
    isTruncated ||= count === rowsMax
    if (count === rowsMax) return true
    bytesAll += at - start
    if (bytesAll > bytesMax || at - start > ROW_BYTES_MAX) {
      isTruncated = true
      if (count === 0 || at - start > ROW_BYTES_MAX) pages.fail(new RowTooLarge())
      end(abandon)
      return false
    }
    count += 1
    checkRow(bytes, start, at, asked.types.length)
    // Nothing of a short one is given before it is known to be all: it might be run again.
    if (pages.add(bytes, start, at) || isShort) return true
    state = 'paused'
    connection.pause()
    pages.give(false, false)
    return false
  }

  const take = (code: number, bytes: Buffer, start: number, at: number): boolean => {
    switch (code) {
      case DATA_ROW:
        // What takes the role on gives a row as well.
        return state !== 'running' || takeRow(bytes, start, at)
      case PARSE_COMPLETE:
        session.statements.set(asked.key, name)
        return true
      case ROW_DESCRIPTION:
        if (fits(bytes, start, asked.types)) return true
        pages.fail(new TypesChanged())
        abandon()
        return false
      case COMMAND_COMPLETE:
        if (state === 'setting') state = 'running'
        else end(sync)
        return true
      case PORTAL_SUSPENDED:
        if (isTruncated) end(sync)
        else if (isShort) again()
        else {
          state = 'suspended'
          pages.give(false, false)
        }
        return true
      case ERROR_RESPONSE: {
        const error = databaseError(bytes, start, at)
        // What was prepared may be what is wrong.
        session.statements.delete(asked.key)
        pages.fail(state === 'setting' ? roleError(error) : error)
        if (!isLast()) sync()
        return true
      }
      case READY:
        if (isAgain) {
          run()
          return true
        }
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
      if (!isLast()) pages.fail(why)
      over()
    },
  })
  const go = (): readonly Buffer[] => {
    const left = rowsMax + 1 - count
    return [left < PAGE_ROWS ? execute(left) : EXECUTE_PAGE, isShort ? SYNC : FLUSH]
  }
  const run = (): void => {
    isAgain = false
    state = 'setting'
    const parse = session.statements.has(asked.key) ? [] : first
    connection.send(Buffer.concat([...asked.asRole, ...parse, bind(name, asked.values), ...go()]))
  }
  run()

  return {
    next() {
      const page = pages.wait()
      if (isLast()) pages.give(true, isTruncated)
      else if (!pages.isEmpty && (state === 'suspended' || state === 'paused')) pages.give(false, false)
      if (!pages.isWanted) return page
      if (state === 'suspended') {
        state = 'running'
        connection.send(Buffer.concat(go()))
      } else if (state === 'paused') {
        state = 'running'
        connection.resume()
      }
      return page
    },
    leave() {
      if (isLast()) return
      if (state === 'suspended') sync()
      else abandon()
      pages.fail(new ConnectionLost('nobody waits any more'))
    },
  }
}

function fits(bytes: Buffer, start: number, types: readonly number[]): boolean {
  const columns = columnsOf(bytes, start)
  return columns.length === types.length && columns.every(({ type }, at) => types[at] === 0 || types[at] === type)
}
