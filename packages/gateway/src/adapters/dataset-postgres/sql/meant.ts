import type { Alias, Node, RangeVar, SelectStmt } from 'libpg-query'
import { fault } from './fault.js'
import { isNode } from './nodes.js'
import { type UsedRelation, walkRanges } from './relations.js'
import { type ParsedStatement, parseText } from './statement.js'
import { sqlText } from './text.js'

/** A part of a rewritten text that is not the caller's, in bytes. */
export interface Inserted {
  readonly start: number
  readonly end: number
}

/**
 * Reads a rewritten text as PostgreSQL will, and looks whether it is as meant: every table in it stands in what was put there, and
 * but for that it is the statement that it was.
 */
export function isAsMeant(
  text: string,
  inserted: readonly Inserted[],
  { select }: ParsedStatement,
  used: readonly UsedRelation[],
): boolean {
  const parsed = parseText(sqlText(text))
  if (parsed.kind === 'refuse') return false
  const [first, ...more] = parsed.value.stmts ?? []
  if (first?.stmt === undefined || more.length > 0 || !('SelectStmt' in first.stmt)) return false
  const partOf = ({ location = -1 }: RangeVar): number =>
    inserted.findIndex(({ start, end }) => location >= start && location < end)
  const reached = new Set<number>()
  const stray = walkRanges(first.stmt, new Set(), {
    common: () => undefined,
    range(node) {
      const part = partOf(node)
      if (part < 0 || node.schemaname === undefined) return fault('a table that is not ours', text)
      reached.add(part)
      return undefined
    },
  })
  if (stray !== undefined || reached.size !== inserted.length) return false
  const ranges = new Set(used.map(({ node }) => node))
  const before = shapeOf(select, (node) => {
    if (!('RangeVar' in node) || !ranges.has(node.RangeVar)) return undefined
    return node.RangeVar.alias ?? { aliasname: node.RangeVar.relname ?? '' }
  })
  const after = shapeOf(first.stmt.SelectStmt, (node) => {
    if (!('RangeSubselect' in node)) return undefined
    const { subquery, alias } = node.RangeSubselect
    const [table] = subquery !== undefined && 'SelectStmt' in subquery ? (subquery.SelectStmt.fromClause ?? []) : []
    return table !== undefined && 'RangeVar' in table && partOf(table.RangeVar) >= 0 ? alias : undefined
  })
  return before === after
}

const PLACES = new Set(['location', 'list_start', 'list_end', 'rexpr_list_start', 'rexpr_list_end'])

/**
 * All of a statement but where its parts stand, and of a table no more than what it is called.
 *
 * @param calledIn of what stands in the place of a table, else undefined
 */
function shapeOf(select: SelectStmt, calledIn: (node: Node) => Alias | undefined): string {
  return JSON.stringify(select, (name, value: unknown) => {
    if (PLACES.has(name)) return undefined
    if (!isNode(value)) return value
    const called = calledIn(value)
    if (called !== undefined) return { table: called }
    if (!('ColumnRef' in value)) return value
    // Of three names the first is a schema, which is taken away.
    return { column: (value.ColumnRef.fields ?? []).slice(-2) }
  })
}
