import type { Cell, CellKind } from '../../spec/index.js'

const BOOLEAN = 16
const FLOATS = new Set([700, 701])
const KINDS: ReadonlyMap<number, CellKind> = new Map<number, CellKind>([
  [BOOLEAN, 'boolean'],
  [21, 'number'],
  [23, 'number'],
  [700, 'number'],
  [701, 'number'],
  [114, 'json'],
  [3802, 'json'],
])

/** How a value of a type is written in JSON. What a number of JSON's readers may not hold exactly is text. @param type its OID */
export function cellKindOf(type: number): CellKind {
  return KINDS.get(type) ?? 'text'
}

/** Makes JSON of cells that PostgreSQL writes otherwise, and takes away the columns that are dropped; in place. */
export type Finish = (rows: readonly Cell[][]) => readonly (readonly Cell[])[]

/** @param types OIDs of the statement's outputs, @param dropped indexes of outputs */
export function finishOf(types: readonly number[], dropped: readonly number[]): Finish {
  const booleans = types.flatMap((type, index) => (type === BOOLEAN ? [index] : []))
  const floats = types.flatMap((type, index) => (FLOATS.has(type) ? [index] : []))
  if (booleans.length + floats.length + dropped.length === 0) return (rows) => rows
  const last = dropped.toReversed()
  return (rows) => {
    for (const row of rows) {
      for (const index of booleans) if (row[index] !== null) row[index] = row[index] === 't' ? 'true' : 'false'
      // JSON has no number for them.
      for (const index of floats) if (/^[NI-]?[aI]/.test(row[index] ?? '')) row[index] = `"${row[index]}"`
      for (const index of last) row.splice(index, 1)
    }
    return rows
  }
}
