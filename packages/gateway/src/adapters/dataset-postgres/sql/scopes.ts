import type { Relation } from './relations.js'

/** A column of the catalogue, where one comes from as it is. */
export interface Origin {
  readonly relation: Relation
  readonly column: string
}

/** A column that a part of a statement gives. */
export interface SeenColumn {
  readonly name: string
  /** Of one that is passed on as it is: one column, or those that a join made one. Of what is computed: none. */
  readonly origins: readonly Origin[]
}

/** What stands in FROM under a name. */
interface Range {
  /** Undefined: nothing refers to it as a whole. */
  readonly name: string | undefined
  /** Of a table that goes by its own name: `schema.table.column` means it too. */
  readonly schema: string | undefined
  readonly columns: readonly SeenColumn[]
}

/** What a FROM, or a part of one, gives. */
export interface From {
  readonly ranges: readonly Range[]
  /** What `*` takes, and a name alone may mean. */
  readonly columns: readonly SeenColumn[]
}

/** Where a name is looked up: here first, then around it. */
export interface Scope {
  readonly from: From
  readonly commons: ReadonlyMap<string, readonly SeenColumn[]>
  readonly outer: Scope | undefined
}

export const NOTHING: From = { ranges: [], columns: [] }

/** What a name means; undefined where nothing, or where more than one thing, is meant. */
export type Meaning =
  | { readonly kind: 'column'; readonly column: SeenColumn }
  | { readonly kind: 'row'; readonly columns: readonly SeenColumn[] }
  | undefined

export function fromOf(name: string | undefined, columns: readonly SeenColumn[], schema?: string): From {
  return { ranges: [{ name, schema, columns }], columns }
}

export function besides(one: From, other: From): From {
  return { ranges: [...one.ranges, ...other.ranges], columns: [...one.columns, ...other.columns] }
}

/** With other names for the first of them, as `AS t (a, b)` gives. @returns undefined for more names than columns */
export function renamed(columns: readonly SeenColumn[], names: readonly string[]): readonly SeenColumn[] | undefined {
  if (names.length > columns.length) return undefined
  return columns.map((column, at) => ({ ...column, name: names[at] ?? column.name }))
}

/**
 * As PostgreSQL looks up the name of a column: nearest first, a name alone before a whole row, and never a function by the name of
 * a column, though PostgreSQL would call one.
 *
 * @param fields one to three names, the last of which is undefined for `*`
 */
export function meaningOf(fields: readonly (string | undefined)[], scope: Scope): Meaning {
  const column = fields.at(-1)
  const [table, schema] = fields.slice(0, -1).reverse()
  if (table !== undefined) {
    const range = only(nearest(scope, ({ ranges }) => ranges.filter((one) => isNamed(one, table, schema))))
    if (range === undefined || column === undefined) return range && { kind: 'row', columns: range.columns }
    return columnOf(range.columns.filter(({ name }) => name === column))
  }
  if (column === undefined) return { kind: 'row', columns: scope.from.columns }
  const columns = nearest(scope, (from) => from.columns.filter(({ name }) => name === column))
  if (columns.length > 0) return columnOf(columns)
  const range = only(nearest(scope, ({ ranges }) => ranges.filter((one) => isNamed(one, column, undefined))))
  return range && { kind: 'row', columns: range.columns }
}

function isNamed(range: Range, table: string, schema: string | undefined): boolean {
  return range.name === table && (schema === undefined || range.schema === schema)
}

function nearest<T>(scope: Scope, find: (from: From) => readonly T[]): readonly T[] {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const found = find(at.from)
    if (found.length > 0) return found
  }
  return []
}

function columnOf(columns: readonly SeenColumn[]): Meaning {
  const column = only(columns)
  return column && { kind: 'column', column }
}

function only<T>(all: readonly T[]): T | undefined {
  return all.length === 1 ? all[0] : undefined
}
