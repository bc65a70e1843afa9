import {
  type Classification,
  COLUMN_ACTS,
  type ColumnAct,
  type Lattice,
  type Reading,
  type ReadingChanges,
  type ReadingTerms,
  reaches,
} from '../../spec/index.js'

interface Classified {
  readonly name: string
  readonly classification: Classification
}

/** What becomes of a column: the strongest act of those whose target it is. */
export function actOn(
  { columns }: Pick<ReadingTerms, 'columns'>,
  lattice: Lattice,
  column: Classified,
): ColumnAct | undefined {
  let strongest: ColumnAct | undefined
  for (const { act, target } of columns) {
    if (!isTarget(target, lattice, column)) continue
    if (strongest === undefined || COLUMN_ACTS.indexOf(act) < COLUMN_ACTS.indexOf(strongest)) strongest = act
  }
  return strongest
}

/** A level means that and all above it. A column may be named without its schema. */
function isTarget(target: string, lattice: Lattice, { classification, name }: Classified): boolean {
  if (lattice.levels.includes(target)) return reaches(lattice, classification.level, target)
  return classification.categories.includes(target) || name === target || name.endsWith(`.${target}`)
}

/** What policy wants changed about a reading. */
export function changesOf({ touched }: Reading, terms: ReadingTerms, lattice: Lattice): ReadingChanges {
  const columns = new Map<string, ColumnAct>()
  for (const { classification, column } of touched) {
    const act = actOn(terms, lattice, { name: column, classification })
    if (act !== undefined) columns.set(column, act)
  }
  return { columns, filters: terms.filters, rowsMax: terms.rowsMax }
}

/** What is read of it in the end: what is masked, replaced or left out, and stands nowhere else, touches nobody. */
export function classificationsOf(
  { tables, touched }: Reading,
  { columns }: Pick<ReadingChanges, 'columns'>,
): readonly Classification[] {
  const left = touched.filter(({ column, isPlain }) => !isPlain || !columns.has(column))
  return [...tables, ...left].map(({ classification }) => classification)
}
