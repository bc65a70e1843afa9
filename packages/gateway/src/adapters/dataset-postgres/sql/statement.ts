import {
  type ColumnRef,
  hasSqlDetails,
  loadModule,
  type Node,
  type ParseResult,
  parseSync,
  type SelectStmt,
} from 'libpg-query'
import { proceed, type Refusal, type Step } from '../../../spec/index.js'
import { fault, shown } from './fault.js'
import { functionFault, functionName } from './functions.js'
import { childrenOf } from './nodes.js'
import { type SqlText, sqlText } from './text.js'
import { type SqlToken, tokensOf } from './tokens.js'
import { inCatalog, typeFault } from './types.js'

/** One `SELECT` (or `VALUES`, `TABLE`, a set operation) of which every part is allowed. Its names were not looked up yet. */
export interface ParsedStatement {
  readonly source: SqlText
  readonly tokens: readonly SqlToken[]
  readonly select: SelectStmt
  /** Numbers of the parameters that it refers to, each once, in order. */
  readonly parameters: readonly number[]
  /** Columns that are named with a schema, `schema.table.column`. */
  readonly qualified: readonly ColumnRef[]
}

const DEPTH_MAX = 200
const PARAMETERS_MAX = 1_000
// The others tell who the connection is, and where.
const VALUE_FUNCTIONS = /^SVFOP_(CURRENT_DATE|(CURRENT_|LOCAL)TIME(STAMP)?(_N)?)$/

/** The grammar; to be awaited once before anything is parsed. */
export async function loadGrammar(): Promise<void> {
  await loadModule()
}

/**
 * Understands a statement by PostgreSQL's own grammar, and refuses what is no single harmless `SELECT` (`invalid_request`).
 *
 * The server must read strings as the grammar does: `standard_conforming_strings` on.
 */
export function parseStatement(sql: string): Step<ParsedStatement> {
  const source = sqlText(sql)
  const tokens = tokensOf(source)
  if (tokens.kind === 'refuse') return tokens
  const parsed = parseText(source)
  if (parsed.kind === 'refuse') return parsed
  const [first, ...more] = parsed.value.stmts ?? []
  if (first?.stmt === undefined) return fault('there is no statement', sql)
  if (more.length > 0) return fault('more than one statement', sql)
  if (!('SelectStmt' in first.stmt)) return fault('only SELECT is allowed', sql, 0)
  const parameters = new Set<number>()
  const qualified: ColumnRef[] = []
  const wrong = check(first.stmt, { source, parameters, qualified }, -1, DEPTH_MAX)
  if (wrong !== undefined) return wrong
  return proceed({
    source,
    tokens: tokens.value,
    select: first.stmt.SelectStmt,
    parameters: [...parameters].sort((one, other) => one - other),
    qualified,
  })
}

export function parseText(source: SqlText): Step<ParseResult> {
  // The parser's binding knows no empty text.
  if (source.text === '') return fault('there is no statement', '')
  try {
    return proceed(parseSync(source.text))
  } catch (thrown) {
    // Not its message: it quotes what it failed at, which may be a value.
    const at = hasSqlDetails(thrown) ? thrown.sqlDetails?.cursorPosition : undefined
    return fault('a syntax error', source.text, at === undefined ? undefined : source.fromCodePoints(at))
  }
}

interface Checked {
  readonly source: SqlText
  readonly parameters: Set<number>
  readonly qualified: ColumnRef[]
}

/** @param near bytes; where a node stands that tells no place of its own */
function check(node: Node, checked: Checked, near: number, depth: number): Refusal | undefined {
  const { source } = checked
  const at = placeOf(node) ?? near
  const wrong = (what: string): Refusal => fault(what, source.text, source.fromBytes(at))
  if (depth === 0) return wrong(`more than ${DEPTH_MAX} levels`)
  const children = childrenOf(node)
  if (typeof children === 'string') return wrong(`${shown(children.replace('.', '_'))} is not allowed`)
  const said = faultOf(node)
  if (said !== undefined) return wrong(said)
  if ('ParamRef' in node) {
    const { number = 0 } = node.ParamRef
    if (number < 1 || number > PARAMETERS_MAX) return wrong('a number of a parameter that is out of bounds')
    checked.parameters.add(number)
  }
  if ('ColumnRef' in node && (node.ColumnRef.fields ?? []).length === 3) checked.qualified.push(node.ColumnRef)
  for (const child of children) {
    const refused = check(child, checked, at, depth - 1)
    if (refused !== undefined) return refused
  }
  return undefined
}

/** Bytes; undefined where a node tells none. */
export function placeOf(node: Node | undefined): number | undefined {
  if (node === undefined) return undefined
  const [tree] = Object.values<unknown>(node)
  if (typeof tree !== 'object' || tree === null || !('location' in tree)) return undefined
  return typeof tree.location === 'number' && tree.location >= 0 ? tree.location : undefined
}

function faultOf(node: Node): string | undefined {
  if ('FuncCall' in node) return functionFault(node.FuncCall)
  if ('TypeName' in node) return typeFault(node.TypeName)
  if ('A_Expr' in node) return operatorFault(node.A_Expr.name)
  if ('SubLink' in node) return operatorFault(node.SubLink.operName)
  if ('CollateClause' in node)
    return inCatalog(node.CollateClause.collname ?? []) === undefined ? 'a collation of a schema' : undefined
  if ('SQLValueFunction' in node)
    return VALUE_FUNCTIONS.test(node.SQLValueFunction.op ?? '') ? undefined : 'what tells of the connection'
  if ('A_Indirection' in node)
    return (node.A_Indirection.indirection ?? []).every((one) => 'A_Indices' in one)
      ? undefined
      : 'a field of a composite value'
  if ('CommonTableExpr' in node) return commonTableFault(node.CommonTableExpr.ctename, node.CommonTableExpr.ctequery)
  if ('RangeFunction' in node) return rangeFunctionFault(node.RangeFunction.functions)
  if ('ColumnRef' in node) return (node.ColumnRef.fields ?? []).length > 3 ? 'a column with its database' : undefined
  return undefined
}

// An operator is found in pg_catalog alone, as is a function.
function operatorFault(name: readonly Node[] | undefined): string | undefined {
  return name === undefined || inCatalog(name) !== undefined ? undefined : 'an operator of a schema'
}

// A name that the connection would find in pg_catalog, were it taken for a table's by us and not by PostgreSQL, or the other
// way round.
function commonTableFault(name = '', query: Node | undefined): string | undefined {
  if (query === undefined || !('SelectStmt' in query)) return 'only SELECT is allowed'
  return name.startsWith('pg_') ? 'a common table expression whose name begins with pg_' : undefined
}

// Each is a list of the call and of the columns that it is said to have. More than one argument of `unnest`, and more than one
// function, give columns that no name here would tell.
function rangeFunctionFault(functions: readonly Node[] = []): string | undefined {
  const [first, ...more] = functions
  const call = first !== undefined && 'List' in first ? first.List.items?.[0] : undefined
  if (more.length > 0 || call === undefined || !('FuncCall' in call)) return 'this cannot stand in FROM'
  const { args = [] } = call.FuncCall
  if (functionName(call.FuncCall) === 'unnest' && args.length !== 1) return '`unnest` needs one array'
  return undefined
}
