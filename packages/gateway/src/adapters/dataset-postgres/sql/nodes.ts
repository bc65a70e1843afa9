import type { Node } from 'libpg-query'

/**
 * What a member of a node may hold: a node of any allowed kind (`node`), a list of them (`nodes`), a word, number or truth
 * value (`value`), or a node of just this kind.
 */
type Holds = 'node' | 'nodes' | 'value' | Kind
type Members = ReadonlyMap<string, Holds>
type Kind = (typeof KINDS)[number]

const KINDS = [
  ...['A_ArrayExpr', 'A_Const', 'A_Expr', 'A_Indices', 'A_Indirection', 'A_Star', 'Alias', 'BitString', 'BoolExpr'],
  ...['Boolean', 'BooleanTest', 'CaseExpr', 'CaseWhen', 'CoalesceExpr', 'CollateClause', 'ColumnDef', 'ColumnRef'],
  ...['CommonTableExpr', 'Float', 'FuncCall', 'GroupingFunc', 'GroupingSet', 'Integer', 'JoinExpr', 'List'],
  ...['MinMaxExpr', 'NamedArgExpr', 'NullTest', 'ParamRef', 'RangeFunction', 'RangeSubselect', 'RangeVar', 'ResTarget'],
  ...['RowExpr', 'SQLValueFunction', 'SelectStmt', 'SortBy', 'String', 'SubLink', 'TypeCast', 'TypeName', 'WindowDef'],
  'WithClause',
] as const

/**
 * Everything that a statement may consist of, and nothing else passes: a kind of node or a member that is not here is refused,
 * so that what a later grammar adds is refused until somebody thought about it.
 *
 * Not here on purpose: `INTO`, `FOR UPDATE`, statements that write, `WITH RECURSIVE`, `TABLESAMPLE`, `XMLTABLE`, `JSON_TABLE`,
 * the SQL/JSON constructors, `ONLY`, fields of composite values (`(x).f` calls any function `f`), `ROWS FROM`, `ORDER BY …
 * USING`.
 */
const ALLOWED: ReadonlyMap<string, Members> = new Map<Kind, Members>([
  [
    'SelectStmt',
    members(
      'distinctClause targetList fromClause groupClause windowClause valuesLists sortClause',
      'whereClause havingClause limitOffset limitCount',
      'groupDistinct limitOption op all',
      { larg: 'SelectStmt', rarg: 'SelectStmt', withClause: 'WithClause' },
    ),
  ],
  ['WithClause', members('ctes', '', 'location')],
  ['CommonTableExpr', members('aliascolnames', 'ctequery', 'ctename ctematerialized location')],
  ['ResTarget', members('', 'val', 'name location')],
  ['RangeVar', members('', '', 'schemaname relname inh relpersistence location', { alias: 'Alias' })],
  ['RangeSubselect', members('', 'subquery', 'lateral', { alias: 'Alias' })],
  ['RangeFunction', members('functions coldeflist', '', 'lateral ordinality', { alias: 'Alias' })],
  [
    'JoinExpr',
    members('usingClause', 'larg rarg quals', 'jointype isNatural', { alias: 'Alias', join_using_alias: 'Alias' }),
  ],
  ['Alias', members('colnames', '', 'aliasname')],
  ['ColumnDef', members('', '', 'colname is_local location', { typeName: 'TypeName' })],
  ['ColumnRef', members('fields', '', 'location')],
  ['ParamRef', members('', '', 'number location')],
  [
    'A_Const',
    members('', '', 'isnull location', {
      ival: 'Integer',
      fval: 'Float',
      boolval: 'Boolean',
      sval: 'String',
      bsval: 'BitString',
    }),
  ],
  ['A_Expr', members('name', 'lexpr rexpr', 'kind rexpr_list_start rexpr_list_end location')],
  ['A_ArrayExpr', members('elements', '', 'list_start list_end location')],
  ['A_Indirection', members('indirection', 'arg', '')],
  ['A_Indices', members('', 'lidx uidx', 'is_slice')],
  ['BoolExpr', members('args', '', 'boolop location')],
  ['NullTest', members('', 'arg', 'nulltesttype location')],
  ['BooleanTest', members('', 'arg', 'booltesttype location')],
  ['CaseExpr', members('args', 'arg defresult', 'location')],
  ['CaseWhen', members('', 'expr result', 'location')],
  ['CoalesceExpr', members('args', '', 'location')],
  ['MinMaxExpr', members('args', '', 'op location')],
  ['CollateClause', members('collname', 'arg', 'location')],
  ['TypeCast', members('', 'arg', 'location', { typeName: 'TypeName' })],
  ['TypeName', members('names typmods arrayBounds', '', 'typemod location')],
  ['RowExpr', members('args', '', 'row_format location')],
  ['SubLink', members('operName', 'testexpr subselect', 'subLinkType location')],
  [
    'FuncCall',
    members(
      'funcname args agg_order',
      'agg_filter',
      'agg_within_group agg_star agg_distinct func_variadic funcformat location',
      { over: 'WindowDef' },
    ),
  ],
  ['NamedArgExpr', members('', 'arg', 'name argnumber location')],
  ['WindowDef', members('partitionClause orderClause', 'startOffset endOffset', 'name refname frameOptions location')],
  ['SortBy', members('', 'node', 'sortby_dir sortby_nulls location')],
  ['GroupingSet', members('content', '', 'kind location')],
  ['GroupingFunc', members('args', '', 'location')],
  ['SQLValueFunction', members('', '', 'op typmod location')],
  ['List', members('items', '', '')],
  ['A_Star', members('', '', '')],
  ['Integer', members('', '', 'ival')],
  ['Float', members('', '', 'fval')],
  ['Boolean', members('', '', 'boolval')],
  ['String', members('', '', 'sval')],
  ['BitString', members('', '', 'bsval')],
])

function members(lists: string, nodes: string, values: string, kinds: Readonly<Record<string, Kind>> = {}): Members {
  const of = (names: string, holds: Holds): [string, Holds][] =>
    names
      .split(' ')
      .filter((name) => name !== '')
      .map((name) => [name, holds])
  return new Map([...of(lists, 'nodes'), ...of(nodes, 'node'), ...of(values, 'value'), ...Object.entries(kinds)])
}

/** What stands directly in a node; or the name of the first thing in it that is not allowed. */
export function childrenOf(node: Node): readonly Node[] | string {
  const found: Node[] = []
  for (const [kind, tree] of Object.entries<unknown>(node)) {
    const allowed = ALLOWED.get(kind)
    if (allowed === undefined || typeof tree !== 'object' || tree === null) return kind
    for (const [name, value] of Object.entries(tree) as [string, unknown][]) {
      const holds = allowed.get(name)
      if (holds === undefined) return `${kind}.${name}`
      if (holds === 'value') {
        if (typeof value === 'object') return `${kind}.${name}`
        continue
      }
      const held: unknown = holds === 'node' || holds === 'nodes' ? value : { [holds]: value }
      for (const one of holds === 'nodes' && Array.isArray(held) ? held : [held]) {
        if (!isNode(one)) return `${kind}.${name}`
        found.push(one)
      }
    }
  }
  return found
}

/** An object with one member, whose name is its kind; or with none, which stands for nothing. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length <= 1
}
