import type { ColumnRef, Node, SelectStmt, SubLink } from 'libpg-query'
import { proceed, type Refusal, type Step } from '../../../spec/index.js'
import { fault } from './fault.js'
import { COLUMNS_MAX, fromClause, type Walk } from './from.js'
import { figuredName } from './names.js'
import { childrenOf } from './nodes.js'
import type { UsedRelation } from './relations.js'
import { fromOf, meaningOf, NOTHING, type Origin, renamed, type Scope, type SeenColumn } from './scopes.js'
import { type ParsedStatement, placeOf } from './statement.js'
import { integerOf, stringOf } from './types.js'
import { type ColumnUse, gatherUses } from './uses.js'

/** What a statement does with the columns of the catalogue. */
export interface Mentions {
  readonly columns: readonly ColumnUse[]
  /** Of the result, in order. No origin: it is made of something else than one column alone. */
  readonly outputs: readonly { readonly name: string; readonly origin: Origin | undefined }[]
}

/**
 * Looks up every name as PostgreSQL does, and tells which columns are but shown and which decide something.
 *
 * Refuses a name that means nothing, or more than one thing: what this does not see the statement must not find.
 */
export function mentionsOf(statement: ParsedStatement, used: readonly UsedRelation[]): Step<Mentions> {
  const { source } = statement
  const uses = gatherUses()
  const relations = new Map(used.map(({ node, relation }) => [node, relation]))
  let refused: Refusal | undefined
  const walk: Walk = {
    relationOf: (range) => relations.get(range),
    wrong(what, bytes = -1) {
      refused ??= fault(what, source.text, source.fromBytes(bytes))
    },
    used(columns, bytes = -1) {
      uses.use(columns, source.fromBytes(bytes))
    },
    select: (node, around) =>
      node !== undefined && 'SelectStmt' in node ? selectOutputs(node.SelectStmt, around) : [],
    use: (node, scope) => useAll(node, scope),
  }
  const firsts = new Map<SubLink, string>()

  function useAll(node: Node | undefined, scope: Scope): void {
    if (node === undefined) return
    if ('ColumnRef' in node) {
      const meaning = look(node.ColumnRef, scope)
      walk.used(meaning, node.ColumnRef.location)
      return
    }
    if ('SubLink' in node) {
      const { testexpr, subselect, subLinkType, location } = node.SubLink
      useAll(testexpr, scope)
      const outputs = walk.select(subselect, scope)
      firsts.set(node.SubLink, outputs[0]?.name ?? '?column?')
      // Whether there is a row is all that EXISTS asks.
      if (subLinkType !== 'EXISTS_SUBLINK') walk.used(outputs, location)
      return
    }
    const children = childrenOf(node)
    if (typeof children === 'string') walk.wrong('something that may not stand in a statement')
    else for (const child of children) useAll(child, scope)
  }

  function look({ fields = [], location }: ColumnRef, scope: Scope): readonly SeenColumn[] {
    const meaning = meaningOf(fields.map(stringOf), scope)
    if (meaning === undefined) walk.wrong('an unknown or ambiguous column', location)
    return meaning === undefined ? [] : meaning.kind === 'row' ? meaning.columns : [meaning.column]
  }

  function selectOutputs(select: SelectStmt, around: Scope): readonly SeenColumn[] {
    const commons = new Map(around.commons)
    // Nothing of this SELECT yet, but what WITH defines before.
    const before: Scope = { from: NOTHING, commons, outer: around }
    for (const common of select.withClause?.ctes ?? []) {
      if (!('CommonTableExpr' in common)) continue
      const { ctename = '', ctequery, aliascolnames = [], location } = common.CommonTableExpr
      const columns = renamed(
        walk.select(ctequery, before),
        aliascolnames.map((one) => stringOf(one) ?? ''),
      )
      if (columns === undefined) walk.wrong('more names than columns', location)
      // Those that follow see it, and no copy of `before` was kept.
      commons.set(ctename, columns ?? [])
    }
    useAll(select.limitCount, before)
    useAll(select.limitOffset, before)
    if (select.larg !== undefined || select.rarg !== undefined) return setOutputs(select, before)
    if (select.valuesLists !== undefined) return valuesOutputs(select, before)
    const scope: Scope = { ...before, from: fromClause(walk, select.fromClause ?? [], before) }
    const outputs = targetsOutputs(select.targetList ?? [], scope)
    useAll(select.whereClause, scope)
    useAll(select.havingClause, scope)
    for (const window of select.windowClause ?? []) useAll(window, scope)
    for (const one of select.groupClause ?? []) useGroup(one, scope, outputs)
    for (const one of select.sortClause ?? []) useOutput(one, scope, outputs)
    const [distinct, ...more] = select.distinctClause ?? []
    // DISTINCT alone is written as one that names nothing.
    if (distinct !== undefined && Object.keys(distinct).length === 0) walk.used(outputs, outputsPlace(select))
    else if (distinct !== undefined) for (const one of [distinct, ...more]) useOutput(one, scope, outputs)
    return outputs
  }

  function targetsOutputs(targets: readonly Node[], scope: Scope): readonly SeenColumn[] {
    const outputs: SeenColumn[] = []
    for (const target of targets) {
      outputs.push(...targetOutputs(target, scope))
      if (outputs.length <= COLUMNS_MAX) continue
      walk.wrong(`more than ${COLUMNS_MAX} columns`, placeOf(target))
      return []
    }
    return outputs
  }

  function targetOutputs(target: Node, scope: Scope): readonly SeenColumn[] {
    if (!('ResTarget' in target) || target.ResTarget.val === undefined) return []
    const { val, name } = target.ResTarget
    if ('ColumnRef' in val) {
      const { fields = [] } = val.ColumnRef
      const meaning = meaningOf(fields.map(stringOf), scope)
      const last = stringOf(fields.at(-1))
      const found = look(val.ColumnRef, scope)
      if (meaning?.kind === 'column' || last === undefined) {
        for (const column of found) uses.pass(column)
        return name === undefined ? found : found.map((column) => ({ ...column, name }))
      }
      walk.used(found, val.ColumnRef.location)
      return [{ name: name ?? last, origins: [] }]
    }
    useAll(val, scope)
    return [{ name: name ?? figuredName(val, (link) => firsts.get(link)), origins: [] }]
  }

  function setOutputs(select: SelectStmt, before: Scope): readonly SeenColumn[] {
    const sides = [select.larg, select.rarg].map((side) => (side === undefined ? [] : selectOutputs(side, before)))
    for (const side of sides) walk.used(side, outputsPlace(select.rarg ?? select))
    const outputs = (sides[0] ?? []).map(({ name }) => ({ name, origins: [] }))
    for (const one of select.sortClause ?? []) useOutput(one, { ...before, from: fromOf(undefined, outputs) }, outputs)
    return outputs
  }

  function valuesOutputs(select: SelectStmt, before: Scope): readonly SeenColumn[] {
    for (const list of select.valuesLists ?? []) useAll(list, before)
    const [first] = select.valuesLists ?? []
    const width = first !== undefined && 'List' in first ? (first.List.items ?? []).length : 0
    const outputs = Array.from({ length: width }, (_, at) => ({ name: `column${at + 1}`, origins: [] }))
    for (const one of select.sortClause ?? []) useOutput(one, { ...before, from: fromOf(undefined, outputs) }, outputs)
    return outputs
  }

  /** ORDER BY and DISTINCT ON: a number or a name alone may be an output's; a name is that first. */
  function useOutput(node: Node, scope: Scope, outputs: readonly SeenColumn[]): void {
    const expression = 'SortBy' in node ? node.SortBy.node : node
    const named = outputs.filter(({ name }) => name === nameAlone(expression))
    if (named.length > 0) walk.used(named, placeOf(expression))
    else if (!useNumbered(expression, outputs)) useAll(expression, scope)
  }

  /** GROUP BY: the same, but that a name is a column of FROM first; in lists and grouping sets too. */
  function useGroup(node: Node, scope: Scope, outputs: readonly SeenColumn[]): void {
    const within = 'GroupingSet' in node ? node.GroupingSet.content : 'RowExpr' in node ? node.RowExpr.args : undefined
    if (within !== undefined || 'GroupingSet' in node) {
      for (const one of within ?? []) useGroup(one, scope, outputs)
      return
    }
    const name = nameAlone(node)
    const named = outputs.filter((output) => output.name === name)
    if (named.length > 0 && !scope.from.columns.some((column) => column.name === name)) walk.used(named, placeOf(node))
    else if (!useNumbered(node, outputs)) useAll(node, scope)
  }

  function useNumbered(node: Node | undefined, outputs: readonly SeenColumn[]): boolean {
    const number = integerOf(node)
    if (node === undefined || number === undefined) return false
    const output = outputs[number - 1]
    if (output === undefined) walk.wrong('a number of a column that is not there', placeOf(node))
    else walk.used([output], placeOf(node))
    return true
  }

  const outputsPlace = (select: SelectStmt): number | undefined => placeOf(select.targetList?.[0])

  const outputs = selectOutputs(statement.select, { from: NOTHING, commons: new Map(), outer: undefined })
  if (refused !== undefined) return refused
  return proceed({
    columns: uses.all(),
    outputs: outputs.map(({ name, origins: [origin, ...others] }) => ({
      name,
      origin: others.length === 0 ? origin : undefined,
    })),
  })
}

function nameAlone(node: Node | undefined): string | undefined {
  if (node === undefined || !('ColumnRef' in node)) return undefined
  const { fields = [] } = node.ColumnRef
  return fields.length === 1 ? stringOf(fields[0]) : undefined
}
