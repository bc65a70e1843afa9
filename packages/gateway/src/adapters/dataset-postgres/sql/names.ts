import type { Node, SubLink } from 'libpg-query'
import { stringOf } from './types.js'

/** A name that PostgreSQL gives to an output without one, and whether a cast or a CASE around it gives way to it. */
interface Figured {
  readonly name: string
  readonly isStrong: boolean
}

/** What PostgreSQL calls an output that is given no name (`FigureColname` in parse_target.c). */
export function figuredName(node: Node, firstOf: (link: SubLink) => string | undefined): string {
  return figured(node, firstOf)?.name ?? '?column?'
}

function figured(node: Node | undefined, firstOf: (link: SubLink) => string | undefined): Figured | undefined {
  if (node === undefined) return undefined
  if ('ColumnRef' in node) return strong(lastOf(node.ColumnRef.fields))
  if ('FuncCall' in node) return strong(lastOf(node.FuncCall.funcname))
  if ('A_Indirection' in node) return figured(node.A_Indirection.arg, firstOf)
  if ('CollateClause' in node) return figured(node.CollateClause.arg, firstOf)
  if ('A_Expr' in node) return node.A_Expr.kind === 'AEXPR_NULLIF' ? strong('nullif') : undefined
  if ('GroupingFunc' in node) return strong('grouping')
  if ('A_ArrayExpr' in node) return strong('array')
  if ('RowExpr' in node) return strong('row')
  if ('CoalesceExpr' in node) return strong('coalesce')
  if ('MinMaxExpr' in node) return strong(node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest')
  // SVFOP_CURRENT_TIMESTAMP_N is `current_timestamp` with a precision.
  if ('SQLValueFunction' in node) return strong(node.SQLValueFunction.op?.toLowerCase().replace(/^svfop_|_n$/g, ''))
  if ('SubLink' in node) return ofSubLink(node.SubLink, firstOf)
  if ('TypeCast' in node) {
    const within = figured(node.TypeCast.arg, firstOf)
    if (within?.isStrong === true) return within
    const name = lastOf(node.TypeCast.typeName?.names)
    return name === undefined ? within : { name, isStrong: false }
  }
  if ('CaseExpr' in node) {
    const within = figured(node.CaseExpr.defresult, firstOf)
    return within?.isStrong === true ? within : { name: 'case', isStrong: false }
  }
  return undefined
}

function ofSubLink(link: SubLink, firstOf: (link: SubLink) => string | undefined): Figured | undefined {
  if (link.subLinkType === 'EXISTS_SUBLINK') return strong('exists')
  if (link.subLinkType === 'ARRAY_SUBLINK') return strong('array')
  return link.subLinkType === 'EXPR_SUBLINK' ? strong(firstOf(link)) : undefined
}

function strong(name: string | undefined): Figured | undefined {
  return name === undefined ? undefined : { name, isStrong: true }
}

function lastOf(nodes: readonly Node[] = []): string | undefined {
  return nodes.map(stringOf).findLast((name) => name !== undefined)
}

/** Of functions that give rows, in FROM, where their outputs have names of their own; all others go by their alias. */
const OUTPUTS: ReadonlyMap<string, readonly string[]> = new Map([
  ...['json_each', 'jsonb_each', 'json_each_text', 'jsonb_each_text'].map((name): [string, readonly string[]] => [
    name,
    ['key', 'value'],
  ]),
  ...[
    ...['json_array_elements', 'jsonb_array_elements'],
    ...['json_array_elements_text', 'jsonb_array_elements_text'],
  ].map((name): [string, readonly string[]] => [name, ['value']]),
])

/** The columns of a function in FROM (`chooseScalarFunctionAlias` in parse_relation.c). */
export function functionColumns(name: string, alias: string | undefined): readonly string[] {
  return OUTPUTS.get(name) ?? [alias ?? name]
}
