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
import { childrenOf } from './nodes.js'
import { nodeFault } from './rules.js'
import { type SqlText, sqlText } from './text.js'
import { type SqlToken, tokensOf } from './tokens.js'

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
// What is refused most, as a caller would write it; all else goes by the grammar's own name.
const SPELT: ReadonlyMap<string, string> = new Map([
  ['WithClause.recursive', 'WITH RECURSIVE'],
  ['SelectStmt.intoClause', 'INTO'],
  ['SelectStmt.lockingClause', 'FOR UPDATE or the like'],
  ['RangeTableSample', 'TABLESAMPLE'],
  ['RangeTableFunc', 'XMLTABLE'],
  ['RangeVar.catalogname', 'the name of a database'],
  ['RangeFunction.is_rowsfrom', 'ROWS FROM'],
  ['SortBy.useOp', 'ORDER BY … USING'],
])

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
  const tried = tryText(source)
  return 'tree' in tried ? proceed(tried.tree) : fault('a syntax error', source.text, tried.wrongAt)
}

/** @returns where there is a syntax error, UTF-16 code units; undefined where the parser does not say */
export function tryText(source: SqlText): { readonly tree: ParseResult } | { readonly wrongAt: number | undefined } {
  try {
    return { tree: parseSync(source.text) }
  } catch (thrown) {
    // Not its message: it quotes what it failed at, which may be a value.
    const at = hasSqlDetails(thrown) ? thrown.sqlDetails?.cursorPosition : undefined
    return { wrongAt: at === undefined ? undefined : source.fromCodePoints(at) }
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
  if (typeof children === 'string') return wrong(`${SPELT.get(children) ?? shown(children)} is not allowed`)
  const said = nodeFault(node)
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
