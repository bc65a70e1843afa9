import type { Node } from 'libpg-query'
import { functionFault, functionName } from './functions.js'
import { inCatalog, typeFault } from './types.js'

// The others tell who the connection is, and where.
const VALUE_FUNCTIONS = /^SVFOP_(CURRENT_DATE|(CURRENT_|LOCAL)TIME(STAMP)?(_N)?)$/

/** What is wrong with a node of an allowed kind, by itself. @returns undefined where nothing is */
export function nodeFault(node: Node): string | undefined {
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

// Each is a list of the call and of the columns that it is said to have. More than one function, and `unnest` of more than one
// array or of a tsvector, give columns that no name here would tell.
function rangeFunctionFault(functions: readonly Node[] = []): string | undefined {
  const [first, ...more] = functions
  const call = first !== undefined && 'List' in first ? first.List.items?.[0] : undefined
  if (more.length > 0 || call === undefined || !('FuncCall' in call)) return 'this cannot stand in FROM'
  const [array, ...others] = call.FuncCall.args ?? []
  if (functionName(call.FuncCall) !== 'unnest' || (others.length === 0 && isArray(array))) return undefined
  return '`unnest` in FROM needs what is certainly one array, such as `x::text[]`'
}

const GIVES_ARRAY = new Set(['array_agg', 'array_cat', 'array_remove', 'regexp_split_to_array', 'string_to_array'])

function isArray(node: Node | undefined): boolean {
  if (node === undefined) return false
  if ('TypeCast' in node) return (node.TypeCast.typeName?.arrayBounds ?? []).length > 0
  if ('SubLink' in node) return node.SubLink.subLinkType === 'ARRAY_SUBLINK'
  if ('FuncCall' in node) return GIVES_ARRAY.has(functionName(node.FuncCall) ?? '')
  return 'A_ArrayExpr' in node
}
