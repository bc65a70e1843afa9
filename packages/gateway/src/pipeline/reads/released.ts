import {
  type Classification,
  type Dataset,
  errorName,
  type Fingerprints,
  type Lattice,
  NO_RETRY,
  type Refusal,
  type ReleasedRow,
  refuse,
} from '../../spec/index.js'
import { labelsOfRead } from './asking.js'

/** Cells of one row, or texts of one hit, as their reader gets them. */
export interface Given {
  readonly text: string
  readonly classification: Classification
}

/** Whether what is read so is to be known again: what is in the upper half of the levels, as confidential and restricted are. */
export function isSensitive({ levels }: Lattice, { level }: Classification): boolean {
  const rank = levels.indexOf(level)
  return rank < 0 || rank >= levels.length / 2
}

/**
 * What is released is known again from then on, at every gateway: before it is. Gives why it cannot be.
 *
 * @param rows what of each is as the dataset has it: what was masked or replaced is nobody's
 */
export async function remembered(
  known: Fingerprints | undefined,
  dataset: Dataset,
  rows: readonly (readonly Given[])[],
): Promise<Refusal | undefined> {
  if (known === undefined || rows.length === 0) return undefined
  try {
    await known.remember(rows.flatMap((row) => releasedOf(dataset, row)))
    return undefined
  } catch (error) {
    return refuse('overloaded', `fingerprints: not written (${errorName(error)})`, { headers: NO_RETRY })
  }
}

/** One row for each classification: a value brings the labels of its own. */
function releasedOf(dataset: Dataset, row: readonly Given[]): readonly ReleasedRow[] {
  const by = new Map<string, { values: string[]; classification: Classification }>()
  for (const { classification, text } of row) {
    if (!isSensitive(dataset.lattice, classification)) continue
    const key = [classification.level, ...classification.categories].join(' ')
    const held = by.get(key)
    if (held === undefined) by.set(key, { values: [text], classification })
    else held.values.push(text)
  }
  return [...by.values()].map(({ classification, values }) => ({
    values,
    labels: labelsOfRead(dataset, [classification]),
  }))
}
