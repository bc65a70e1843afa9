import { Counts } from '../../release/counts.js'
import {
  type ChangedQuery,
  type Classification,
  type Dataset,
  joinedOf,
  type Reading,
  type ReadingChanges,
  type ReadingTerms,
} from '../../spec/index.js'
import { labelsOfRead } from './asking.js'
import { changesOf, classificationsOf } from './changes.js'

/** What follows from what a statement reads of a dataset and from what policy wants of that. */
export interface Derived {
  readonly changes: ReadingChanges
  /** Labels that the read brings, sorted. */
  readonly labels: readonly string[]
}

// The same statement under the same policies comes again and again, with the same objects: each is reckoned once for those. Where
// one is another object, though it says the same, it is reckoned anew.
const classifications = new WeakMap<Reading, { readonly of: Dataset; readonly value: Classification }>()
const deriveds = new WeakMap<Reading, WeakMap<ReadingTerms, { readonly of: Dataset; readonly value: Derived }>>()
const actsBy = new WeakMap<ChangedQuery['columns'], { readonly of: readonly string[]; readonly value: ActCounts }>()

/** Of all that is read, together. */
export function classificationRead(dataset: Dataset, reading: Reading): Classification {
  const held = classifications.get(reading)
  if (held?.of === dataset) return held.value
  const all = [...reading.tables, ...reading.touched].map((one) => one.classification)
  const value = joinedOf(dataset.lattice, all)
  classifications.set(reading, { of: dataset, value })
  return value
}

export function derivedOf(dataset: Dataset, reading: Reading, terms: ReadingTerms): Derived {
  const byTerms = deriveds.get(reading) ?? new WeakMap()
  deriveds.set(reading, byTerms)
  const held = byTerms.get(terms)
  if (held?.of === dataset) return held.value
  const changes = changesOf(reading, terms, dataset.lattice)
  const value = { changes, labels: labelsOfRead(dataset, classificationsOf(reading, changes)) }
  byTerms.set(terms, { of: dataset, value })
  return value
}

type ActCounts = Readonly<Record<string, number>>

/** What is done to what is read, by `column:ACT` and `rows:FILTER`. */
export function actsOn({ columns }: ChangedQuery, filters: readonly string[]): ActCounts {
  const held = actsBy.get(columns)
  if (held?.of === filters) return held.value
  const counts = new Counts()
  for (const { act } of columns) if (act !== undefined) counts.did(`column:${act}`, 1)
  for (const filter of filters) counts.did(`rows:${filter}`, 1)
  const value = counts.carriedOut
  actsBy.set(columns, { of: filters, value })
  return value
}
