import { errorName, type Refusal, refuse } from '../../spec/index.js'
import { StandingBad } from './server/standing.js'
import { ConnectionLost, DatabaseError, MessageTooLong, RoleRefused, RowTooLarge, TypesChanged } from './wire/errors.js'
import { PoolExhausted } from './wire/pool.js'

/** Where the statement is at fault, in the caller's own text: UTF-16 code units from its beginning. */
export type PlaceOf = (position: number) => number | undefined

// PostgreSQL's own words quote names and values: the caller is told the kind alone. By SQLSTATE, the longest that fits.
const KINDS = new Map([
  ['21', 'more than one row where one is needed'],
  ['22', 'a value that cannot be used'],
  ['22003', 'a number out of range'],
  ['22007', 'a value that is not of its type'],
  ['22008', 'a date out of range'],
  ['22012', 'division by zero'],
  ['22P02', 'a value that is not of its type'],
  ['25006', 'it would write'],
  ['42', 'not a valid statement'],
  ['42601', 'a syntax error'],
  ['42702', 'an ambiguous column'],
  ['42703', 'an unknown column'],
  ['42725', 'an ambiguous function or operator'],
  ['42803', 'a column that is not grouped'],
  ['42804', 'a type mismatch'],
  ['42846', 'a type that does not become another'],
  ['42883', 'an unknown function or operator'],
  ['42P01', 'an unknown table'],
  ['42P02', 'an unknown parameter'],
  ['42P10', 'an invalid reference to a column'],
  ['42P18', 'a type that cannot be told'],
  ['54', 'it is too complex'],
  ['0A', 'something that is not supported'],
])

const LATE = new Set(['57014', '55P03'])

/** SQLSTATEs that come of another schema than is known: names were looked up before, and 0A000 is what a plan of before ends with. */
const OF_SCHEMA = new Set(['42703', '42P01', '0A000'])

export function isOfSchema(thrown: unknown): boolean {
  return thrown instanceof TypesChanged || (thrown instanceof DatabaseError && OF_SCHEMA.has(thrown.code))
}

/** @param dataset its name, for the log */
export function refusalOf(thrown: unknown, dataset: string, placeOf: PlaceOf): Refusal {
  const forLog = (what: string): string => `dataset \`${dataset}\`: ${what}`
  if (thrown instanceof RoleRefused) return refuse('forbidden_by_policy', forLog(`no role: SQLSTATE ${thrown.code}`))
  if (thrown instanceof DatabaseError) return refusalOfDatabase(thrown, forLog(`SQLSTATE ${thrown.code}`), placeOf)
  if (thrown instanceof RowTooLarge || thrown instanceof MessageTooLong)
    return refuse('invalid_request', forLog('one row is too large'), {
      message: 'One row alone is more than this dataset gives.',
    })
  if (thrown instanceof ConnectionLost) return (thrown.isLate ? late : failed)(forLog(thrown.message))
  if (thrown instanceof StandingBad) return failed(forLog(thrown.message))
  if (thrown instanceof PoolExhausted) return refuse('overloaded', forLog(thrown.message))
  if (thrown instanceof TypesChanged)
    return refuse('upstream_failed', forLog('types changed'), { message: 'The dataset has just changed: ask again.' })
  return failed(forLog(errorName(thrown)))
}

function refusalOfDatabase({ code, position }: DatabaseError, forLog: string, placeOf: PlaceOf): Refusal {
  if (code === '42501') return refuse('forbidden_by_policy', forLog)
  if (LATE.has(code)) return late(forLog)
  const kind = KINDS.get(code) ?? KINDS.get(code.slice(0, 2))
  if (kind === undefined) return failed(forLog)
  const at = position === undefined ? undefined : placeOf(position)
  const where = at === undefined ? '' : `, at character ${at}`
  return refuse('invalid_request', forLog + where, {
    message: `The statement cannot be run: ${kind}${where}.`,
    param: 'sql',
  })
}

function failed(forLog: string): Refusal {
  return refuse('upstream_failed', forLog, { message: 'The dataset did not answer properly.' })
}

function late(forLog: string): Refusal {
  return refuse('upstream_timeout', forLog, { message: 'The dataset did not answer in time.' })
}
