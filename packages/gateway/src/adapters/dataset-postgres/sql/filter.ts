import { Buffer } from 'node:buffer'
import type { Node } from 'libpg-query'
import { proceed, type Refusal, refuse, type Step } from '../../../spec/index.js'
import { placeIn } from './fault.js'
import { childrenOf } from './nodes.js'
import { walkRanges } from './relations.js'
import { placeOf, tryText } from './statement.js'
import { quoteIdentifier, sqlText } from './text.js'

const BEFORE = 'SELECT ('
const ALONE = 'SELECT '

/**
 * A row filter of an operator's, made ready to stand in a sub-select of its table: a condition, and nothing that ends it early.
 * It may call what it likes; other tables in it are to be named with their schema, and parameters have no place in it.
 *
 * Columns that it names without a table are the filtered table's. They are qualified, for a column that is gone from that table
 * must not be looked for in the caller's statement around it; in a sub-select of the filter's own they are left as they are, so
 * qualify those.
 */
export function readFilter(filter: string, table: string): Step<string> {
  // An expression by itself: `true) or (true` is one in parentheses alone.
  const alone = expressionIn(`${ALONE}${filter}`)
  if (typeof alone === 'number') return wrong('a syntax error', filter, alone - ALONE.length)
  if (alone === undefined) return wrong(NO_CONDITION, filter)
  const text = `${BEFORE}${filter}\n)`
  const expression = expressionIn(text)
  if (expression === undefined || typeof expression === 'number') return wrong(NO_CONDITION, filter)
  const stray = walkRanges(expression, new Set(), {
    common: () => undefined,
    range: ({ schemaname }) => (schemaname === undefined ? wrong('a table in it needs its schema', filter) : undefined),
  })
  if (stray !== undefined) return stray
  const places: number[] = []
  if (!collect(expression, places)) return wrong('a parameter or something else in it has no place in a filter', filter)
  const prefix = Buffer.from(`${quoteIdentifier(table)}.`)
  const bytes = Buffer.from(text)
  const pieces: Buffer[] = []
  let at = BEFORE.length
  for (const place of [...new Set(places)].sort((one, other) => one - other)) {
    pieces.push(bytes.subarray(at, place), prefix)
    at = place
  }
  pieces.push(bytes.subarray(at, bytes.length - 1))
  return proceed(Buffer.concat(pieces).toString())
}

const NO_CONDITION = 'it is not one condition, as after WHERE'

/** In words for the operator, who wrote it. */
function wrong(what: string, filter: string, at = -1): Refusal {
  const message = at < 0 || at > filter.length ? what : `${what} at ${placeIn(filter, at)}`
  return refuse('invalid_request', 'sql: a row filter', { message })
}

/** A number: where there is a syntax error, as far as that is known. */
function expressionIn(text: string): Node | number | undefined {
  if (/\0/.test(text) || !text.isWellFormed()) return undefined
  const tried = tryText(sqlText(text))
  if (!('tree' in tried)) return tried.wrongAt
  const [first, ...more] = tried.tree.stmts ?? []
  if (first?.stmt === undefined || more.length > 0 || !('SelectStmt' in first.stmt)) return undefined
  const { targetList = [], limitOption: _, op: __, ...rest } = first.stmt.SelectStmt
  const [target, ...others] = targetList
  if (Object.keys(rest).length > 0 || others.length > 0 || target === undefined || !('ResTarget' in target))
    return undefined
  return target.ResTarget.name === undefined ? target.ResTarget.val : undefined
}

/** Where columns stand that no table qualifies. @returns false for what may not stand in a filter */
function collect(node: Node, places: number[]): boolean {
  if ('ParamRef' in node) return false
  if ('ColumnRef' in node) {
    const [name, ...more] = node.ColumnRef.fields ?? []
    if (name === undefined || !('String' in name) || more.some((one) => !('String' in one))) return false
    const place = placeOf(node)
    if (more.length === 0 && place !== undefined) places.push(place)
    return true
  }
  const children = childrenOf(node)
  if (typeof children === 'string') return false
  return children.every((child) => collect(child, 'SelectStmt' in child ? [] : places))
}
