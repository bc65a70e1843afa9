import {
  type Classification,
  type ColumnAct,
  joinedOf,
  type Lattice,
  proceed,
  type Reading,
  type ReadingChanges,
  type ResultColumn,
  refuse,
  type Step,
  type TouchedColumn,
} from '../../spec/index.js'
import { tableName } from './catalogue.js'
import { cellKindOf, type Finish, finishOf } from './result.js'
import type { SchemaColumn, SchemaTable } from './server/schema.js'
import { placeIn } from './sql/fault.js'
import type { Mentions } from './sql/mentions.js'
import type { UsedRelation } from './sql/relations.js'
import { type Replacement, type Rewritten, rewrite } from './sql/rewrite.js'
import type { ParsedStatement } from './sql/statement.js'
import type { DescribedColumn } from './wire/session.js'

/** A statement that was understood, whoever asks it. */
export interface Understood {
  readonly statement: ParsedStatement
  readonly used: readonly UsedRelation[]
  /** By `SCHEMA.TABLE`, those that it names. */
  readonly tables: ReadonlyMap<string, SchemaTable>
  readonly reading: Reading
  /** The server traces each output to where this does. */
  readonly isTraced: boolean
  /** OIDs of its outputs' types. */
  readonly types: readonly number[]
  /** Of the schema that it was understood by. */
  readonly epoch: number
  /** What was made of it, by what was wanted changed. */
  readonly plans: Map<string, Step<Plan>>
  /** The same by the very object: whoever asks again brings it again. */
  readonly plansFor: WeakMap<ReadingChanges, Step<Plan>>
}

/** A statement as it is run. */
export interface Plan {
  readonly rewritten: Rewritten
  readonly columns: readonly (ResultColumn & { readonly act: ColumnAct | undefined })[]
  /** OIDs of its outputs' types; 0 where a mask may have changed it. */
  readonly types: readonly number[]
  readonly finish: Finish
  /** By what connections know it where it is prepared, by the role: its plan there is for one role, and for one state of the schema. */
  readonly keys: Map<string, string>
  /** Of each of its outputs, the index of its column; -1: it is dropped. */
  readonly places: readonly number[]
}

/** Row filters that may be asked for by name, ready to stand in a sub-select: by `SCHEMA.TABLE`. */
export type ReadyFilters = ReadonlyMap<string, readonly ReadyFilter[]>

export interface ReadyFilter {
  readonly name: string
  readonly where: string
  readonly always: boolean
}

export interface Rules {
  readonly lattice: Lattice
  readonly filters: ReadyFilters
  /** What becomes of a statement in which a changed column decides what else is seen. */
  readonly oracles: 'refuse' | 'masks'
}

const PLANS_MAX = 8

/** What a statement reads, by the names in it and by where the server says that its outputs come from. */
export function readingOf(
  lattice: Lattice,
  tables: ReadonlyMap<string, SchemaTable>,
  mentions: Mentions,
  outputs: readonly DescribedColumn[],
  typeOf: (oid: number) => string,
): Pick<Understood, 'reading' | 'isTraced'> {
  const touched = mentions.columns.flatMap(({ relation, column, isPlain, position }): readonly TouchedColumn[] => {
    const known = columnNamed(tables.get(tableName(relation)), column)
    return known === undefined
      ? []
      : [{ column: known.origin, classification: known.classification, isPlain, position }]
  })
  const all: Classification[] = [...tables.values(), ...touched].map(({ classification }) => classification)
  const highest = joinedOf(lattice, all)
  const traced = outputs.map(({ table, attribute }, index) => {
    const said = mentions.outputs[index]?.origin
    const named = said && columnNamed(tables.get(tableName(said.relation)), said.column)
    return { named, found: columnAt(tables, table, attribute) }
  })
  const columns = outputs.map(({ name, type }, index): ResultColumn => {
    const { named, found } = traced[index] ?? {}
    const from = named?.origin === found?.origin ? named : undefined
    return {
      name,
      type: typeOf(type),
      cells: cellKindOf(type),
      classification: from?.classification ?? highest,
      origin: from?.origin,
    }
  })
  return {
    reading: {
      columns,
      touched,
      tables: [...tables].map(([table, { classification }]) => ({ table, classification })),
    },
    // A merged column of a join is more than one to us, and one of them to the server.
    isTraced:
      outputs.length === mentions.outputs.length &&
      traced.every(({ named, found }) => named === undefined || named.origin === found?.origin),
  }
}

function columnNamed(table: SchemaTable | undefined, name: string): SchemaColumn | undefined {
  return table?.columns.find((column) => column.name === name)
}

function columnAt(tables: ReadonlyMap<string, SchemaTable>, oid: number, attribute: number): SchemaColumn | undefined {
  if (oid === 0) return undefined
  const table = [...tables.values()].find((one) => one.oid === oid)
  return table?.columns.find((column) => column.attribute === attribute)
}

/** What a statement becomes by changes. Refuses what cannot be carried out. */
export function planOf(understood: Understood, changes: ReadingChanges, rules: Rules): Step<Plan> {
  const held = understood.plansFor.get(changes)
  if (held !== undefined) return held
  const plan = planBy(understood, changes, rules)
  understood.plansFor.set(changes, plan)
  return plan
}

function planBy(understood: Understood, changes: ReadingChanges, rules: Rules): Step<Plan> {
  const { plans, reading } = understood
  const acts = reading.touched.map(({ column }) => changes.columns.get(column) ?? '-')
  const key = JSON.stringify([acts, changes.filters])
  const known = plans.get(key)
  if (known !== undefined) return known
  const plan = newPlan(understood, changes, rules)
  if (plans.size >= PLANS_MAX) plans.clear()
  plans.set(key, plan)
  return plan
}

function newPlan(understood: Understood, { columns: acts, filters }: ReadingChanges, rules: Rules): Step<Plan> {
  const { statement, used, tables, reading, isTraced, types } = understood
  const hurt = reading.touched.find(({ column, isPlain }) => {
    const act = acts.get(column)
    if (act === undefined) return false
    // What is tokenized is so by who releases it, and is the value itself until then.
    if (act === 'tokenize') return !isPlain || !isTraced
    return !isPlain && rules.oracles === 'refuse'
  })
  if (hurt !== undefined) {
    const where = hurt.position === undefined ? '' : `, not at ${placeIn(statement.source.text, hurt.position)}`
    return refuse('obligation_failed', `the column \`${hurt.column}\` is changed and no plain output`, {
      message: `Policy changes the column \`${hurt.column}\`: it may stand only as a plain output${where}.`,
      param: 'sql',
    })
  }
  const known = new Set([...rules.filters.values()].flat().map(({ name }) => name))
  const unknown = filters.find((name) => !known.has(name))
  if (unknown !== undefined) return refuse('obligation_failed', `no table has a row filter \`${unknown}\``)

  const replacements = new Map<string, Replacement>()
  for (const { relation } of used) {
    const name = tableName(relation)
    const expressions = expressionsOf(tables.get(name), acts)
    if (expressions.kind === 'refuse') return expressions
    const wanted = (rules.filters.get(name) ?? []).filter((filter) => filter.always || filters.includes(filter.name))
    replacements.set(name, { expressions: expressions.value, filters: wanted.map(({ where }) => where) })
  }
  const rewritten = rewrite(statement, used, (relation) => replacements.get(tableName(relation)) ?? NOTHING)
  if (rewritten.kind === 'refuse') return rewritten
  const outputs = reading.columns.map((column) => ({ ...column, act: acts.get(column.origin ?? '') }))
  let shown = 0
  return proceed({
    rewritten: rewritten.value,
    columns: outputs.filter(({ act }) => act !== 'drop'),
    types: types.map((type, index) => (outputs[index]?.act === 'mask' ? 0 : type)),
    keys: new Map(),
    places: types.map((_, index) => (outputs[index]?.act === 'drop' ? -1 : shown++)),
    finish: finishOf(
      types,
      outputs.flatMap(({ act }, index) => (act === 'drop' ? [index] : [])),
    ),
  })
}

// Of a table that is not known: no column is let through, for none is written.
const NOTHING: Replacement = { expressions: new Map(), filters: ['false'] }

function expressionsOf(
  table: SchemaTable | undefined,
  acts: ReadingChanges['columns'],
): Step<ReadonlyMap<string, string>> {
  const expressions = new Map<string, string>()
  for (const { name, origin, masked, dropped } of table?.columns ?? []) {
    const act = acts.get(origin)
    if (act === undefined || act === 'tokenize') continue
    const shown = act === 'drop' ? dropped : masked
    if (shown === undefined) return refuse('obligation_failed', `the column \`${origin}\` has no such mask`)
    expressions.set(name, shown)
  }
  return proceed(expressions)
}
