import type { Node, RangeVar } from 'libpg-query'
import { proceed, type Refusal, type Step } from '../../../spec/index.js'
import { fault } from './fault.js'
import { childrenOf } from './nodes.js'
import type { ParsedStatement } from './statement.js'

/**
 * A table as a statement sees it: with these columns, in this order, and no others. None of them may be of a composite type (or
 * an array of one): a function that takes it apart would have columns that no name here tells.
 */
export interface Relation {
  readonly schema: string
  readonly table: string
  readonly columns: readonly string[]
}

/** @returns undefined where there is none; an unqualified name is looked for in the dataset's schemas, in order */
export type FindRelation = (schema: string | undefined, table: string) => Relation | undefined

/** A place where a statement names a table of the catalogue. */
export interface UsedRelation {
  readonly relation: Relation
  readonly node: RangeVar
}

/** The tables of a catalogue, by the schemas of a dataset in the order in which they are searched. */
export function findIn(schemas: readonly string[], relations: readonly Relation[]): FindRelation {
  const known = new Map(relations.map((one) => [JSON.stringify([one.schema, one.table]), one]))
  const get = (schema: string, table: string): Relation | undefined => known.get(JSON.stringify([schema, table]))
  return (schema, table) => {
    if (schema !== undefined) return get(schema, table)
    return schemas.map((one) => get(one, table)).find((one) => one !== undefined)
  }
}

const RELATIONS_MAX = 32
// With those of common table expressions.
const NAMES_MAX = 64
const COMMON_MAX = 32

/**
 * Every name of a table in a statement, in the order of its tree; those of common table expressions are none. Refused is what is
 * not in the catalogue, with one text whether or not the database has it.
 */
export function relationsOf(statement: ParsedStatement, find: FindRelation): Step<readonly UsedRelation[]> {
  const { source } = statement
  const used: UsedRelation[] = []
  let commons = 0
  let names = 0
  const at = ({ location = -1 }: RangeVar): number => source.fromBytes(location)
  const wrong = walkRanges({ SelectStmt: statement.select }, new Set(), {
    common() {
      commons += 1
      return commons > COMMON_MAX ? fault(`more than ${COMMON_MAX} common table expressions`, source.text) : undefined
    },
    named(node) {
      names += 1
      return names > NAMES_MAX ? fault(`more than ${NAMES_MAX} names in FROM`, source.text, at(node)) : undefined
    },
    range(node) {
      if (used.length >= RELATIONS_MAX) return fault(`more than ${RELATIONS_MAX} tables`, source.text, at(node))
      if (node.inh !== true) return fault('ONLY', source.text, at(node))
      const relation = find(node.schemaname, node.relname ?? '')
      if (relation === undefined) return fault('an unknown table', source.text, at(node))
      used.push({ relation, node })
      return undefined
    },
  })
  return wrong ?? proceed(used)
}

interface Ranges {
  common(): Refusal | undefined
  /** Any name in FROM. */
  named?(node: RangeVar): Refusal | undefined
  /** A name in FROM that is no common table expression's. */
  range(node: RangeVar): Refusal | undefined
}

/**
 * As PostgreSQL looks names up: an unqualified one is first looked for among the common table expressions in scope. One of those
 * sees itself neither nor what follows it, unless it is recursive; what an inner WITH defines hides what an outer one does.
 */
export function walkRanges(node: Node, outer: ReadonlySet<string>, ranges: Ranges): Refusal | undefined {
  if ('RangeVar' in node) {
    const { schemaname, relname = '' } = node.RangeVar
    const wrong = ranges.named?.(node.RangeVar)
    if (wrong !== undefined) return wrong
    return schemaname === undefined && outer.has(relname) ? undefined : ranges.range(node.RangeVar)
  }
  const scope = new Set(outer)
  if ('SelectStmt' in node) {
    for (const common of node.SelectStmt.withClause?.ctes ?? []) {
      if (!('CommonTableExpr' in common)) continue
      const wrong = ranges.common() ?? walkRanges(common, scope, ranges)
      if (wrong !== undefined) return wrong
      scope.add(common.CommonTableExpr.ctename ?? '')
    }
  }
  const children = childrenOf(node)
  if (typeof children === 'string') return fault('something that may not stand in a statement', '')
  for (const child of children) {
    if ('WithClause' in child) continue
    const wrong = walkRanges(child, scope, ranges)
    if (wrong !== undefined) return wrong
  }
  return undefined
}
