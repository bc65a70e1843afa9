import {
  type Classification,
  errorName,
  type Fingerprints,
  type Lattice,
  labelsOfClassification,
  NO_RETRY,
  type Refusal,
  type ReleasedRow,
  reaches,
  refuse,
} from '../../spec/index.js'
import type { Shown } from './call.js'

/** Whether values so classified are known again wherever they come back: those of the two highest levels. */
function isKnownAgain(lattice: Lattice, { level }: Classification): boolean {
  return reaches(lattice, level, lattice.levels.at(-2) ?? '')
}

/** What of a column may be known again; undefined: nothing. */
export type KeptColumn = Classification | undefined

/** Of rows that are about to be released, what is remembered: the cells of the highest columns, as they are seen. */
export function rowsToRemember(
  lattice: Lattice,
  columns: readonly KeptColumn[],
  rows: () => readonly (readonly Shown[])[],
): readonly ReleasedRow[] {
  const kept = keptOf(lattice, columns)
  if (!kept.includes(true)) return NONE
  const labels = new Set(
    columns.flatMap((one, at) => (one !== undefined && kept[at] === true ? labelsOfClassification(lattice, one) : [])),
  )
  const all = [...labels].sort()
  return rows().map((row) => ({
    values: row.flatMap((cell, at) => (cell !== null && kept[at] === true ? [cell] : [])),
    labels: all,
  }))
}

const NONE: readonly ReleasedRow[] = []
const keptBy = new WeakMap<readonly KeptColumn[], { readonly of: Lattice; readonly value: readonly boolean[] }>()

/** Reckoned once for one list: a statement comes again and again. */
function keptOf(lattice: Lattice, columns: readonly KeptColumn[]): readonly boolean[] {
  const held = keptBy.get(columns)
  if (held?.of === lattice) return held.value
  const value = columns.map((one) => one !== undefined && isKnownAgain(lattice, one))
  keptBy.set(columns, { of: lattice, value })
  return value
}

/** Remembers, before anything is released; gives why that cannot be. */
export async function remembered(
  known: Fingerprints | undefined,
  rows: readonly ReleasedRow[],
): Promise<Refusal | undefined> {
  if (known === undefined || rows.length === 0) return undefined
  try {
    await known.remember(rows)
    return undefined
  } catch (error) {
    return refuse('overloaded', `fingerprints: not written (${errorName(error)})`, { headers: NO_RETRY })
  }
}
