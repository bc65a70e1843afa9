import type { Alias, JoinExpr, Node, RangeFunction, RangeVar } from 'libpg-query'
import { functionName } from './functions.js'
import { functionColumns } from './names.js'
import type { Relation } from './relations.js'
import { besides, type From, fromOf, NOTHING, renamed, type Scope, type SeenColumn } from './scopes.js'
import { placeOf } from './statement.js'
import { stringOf } from './types.js'

/** A walk over a statement. What it finds at fault first ends it, though it goes on: what follows is not looked at. */
export interface Walk {
  relationOf(range: RangeVar): Relation | undefined
  wrong(what: string, bytes?: number): void
  /** Columns of which more is made than an output. @param bytes where */
  used(columns: readonly SeenColumn[], bytes?: number): void
  /** Looks at a `SELECT` within. @returns its outputs */
  select(node: Node | undefined, around: Scope): readonly SeenColumn[]
  /** Looks at an expression, to which every column in it is of use. */
  use(node: Node | undefined, scope: Scope): void
}

/** What the parts of a FROM give, one after the other. @param around the SELECT, of which nothing is in scope yet */
export function fromClause(walk: Walk, nodes: readonly Node[], around: Scope): From {
  return nodes.reduce<From>((before, node) => bounded(walk, besides(before, part(walk, node, before, around))), NOTHING)
}

// As many as PostgreSQL gives in one result. Each WITH could double those of the one before.
export const COLUMNS_MAX = 1_664

function bounded(walk: Walk, from: From): From {
  if (from.columns.length <= COLUMNS_MAX) return from
  walk.wrong(`more than ${COLUMNS_MAX} columns`)
  return NOTHING
}

/** @param before what LATERAL sees, as does a function; other sub-selects see what is around alone */
function part(walk: Walk, node: Node, before: From, around: Scope): From {
  if ('RangeVar' in node) {
    const { schemaname, relname = '', alias } = node.RangeVar
    const common = schemaname === undefined ? around.commons.get(relname) : undefined
    const relation = common === undefined ? walk.relationOf(node.RangeVar) : undefined
    if (common === undefined && relation === undefined) walk.wrong('an unknown table', placeOf(node))
    const columns =
      common ?? relation?.columns.map((column) => ({ name: column, origins: [{ relation, column }] })) ?? []
    return under(walk, alias, relname, columns, alias === undefined ? relation?.schema : undefined)
  }
  if ('RangeSubselect' in node) {
    const { subquery, lateral, alias } = node.RangeSubselect
    const columns = walk.select(subquery, lateral === true ? { ...around, from: before } : around)
    return under(walk, alias, undefined, columns)
  }
  if ('RangeFunction' in node) return functionPart(walk, node.RangeFunction, { ...around, from: before })
  if ('JoinExpr' in node) return joinPart(walk, node.JoinExpr, before, around)
  walk.wrong('this cannot stand in FROM', placeOf(node))
  return NOTHING
}

function functionPart(walk: Walk, range: RangeFunction, scope: Scope): From {
  const [list] = range.functions ?? []
  const call = list !== undefined && 'List' in list ? list.List.items?.[0] : undefined
  walk.use(call, scope)
  const name = (call !== undefined && 'FuncCall' in call ? functionName(call.FuncCall) : undefined) ?? ''
  const said = range.coldeflist?.map((one) => ('ColumnDef' in one ? (one.ColumnDef.colname ?? '') : ''))
  const names = said ?? functionColumns(name, range.alias?.aliasname)
  const all = range.ordinality === true ? [...names, 'ordinality'] : names
  const columns = all.map((one) => ({ name: one, origins: [] }))
  return under(walk, range.alias, name, columns)
}

function joinPart(walk: Walk, join: JoinExpr, before: From, around: Scope): From {
  const left = join.larg === undefined ? NOTHING : part(walk, join.larg, before, around)
  const right = join.rarg === undefined ? NOTHING : part(walk, join.rarg, besides(before, left), around)
  const sides = [left, right].map(byName)
  const shared =
    join.isNatural === true
      ? [...new Set(left.columns.map(({ name }) => name))].filter((name) => sides[1]?.has(name))
      : (join.usingClause ?? []).map((one) => stringOf(one) ?? '')
  const merged = shared.map((name): SeenColumn => {
    const both = sides.map((columns) => columns.get(name) ?? [])
    if (both.some(({ length }) => length !== 1)) walk.wrong('an unknown or ambiguous column', placeOf(join.larg))
    walk.used(both.flat(), placeOf(join.larg))
    // Two columns, or one of them: where it comes from is no longer of interest.
    return { name, origins: [] }
  })
  const isShared = new Set(shared)
  const rest = (from: From): readonly SeenColumn[] => from.columns.filter(({ name }) => !isShared.has(name))
  const both = bounded(walk, {
    ranges: [
      ...left.ranges,
      ...right.ranges,
      ...(join.join_using_alias === undefined ? [] : fromOf(join.join_using_alias.aliasname, merged).ranges),
    ],
    columns: [...merged, ...rest(left), ...rest(right)],
  })
  // It sees the two sides, and neither what stands before them.
  walk.use(join.quals, { ...around, from: both })
  // Under a name of its own what is within has none.
  return join.alias === undefined ? both : under(walk, join.alias, undefined, both.columns)
}

function under(
  walk: Walk,
  alias: Alias | undefined,
  name: string | undefined,
  columns: readonly SeenColumn[],
  schema?: string,
): From {
  const names = (alias?.colnames ?? []).map((one) => stringOf(one) ?? '')
  const all = renamed(columns, names)
  if (all === undefined) walk.wrong('more names than columns')
  return fromOf(alias?.aliasname ?? name, all ?? [], schema)
}

function byName({ columns }: From): ReadonlyMap<string, readonly SeenColumn[]> {
  const found = new Map<string, SeenColumn[]>()
  for (const column of columns) found.set(column.name, [...(found.get(column.name) ?? []), column])
  return found
}
