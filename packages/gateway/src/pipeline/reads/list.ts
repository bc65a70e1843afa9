import type { Classification, ColumnAct, Dataset } from '../../spec/index.js'
import type { AskParts } from '../ask.js'
import type { Entered } from '../call.js'
import { contextOf } from '../context.js'
import { type Ask, createAsk, mayRead } from './asking.js'
import { actOn } from './changes.js'

/** A dataset that a caller may read, and what it would see of it. */
export interface ListedDataset {
  readonly dataset: Dataset
  /** Of tables, those columns that the caller may see as they are, or changed. Undefined: it has no tables. */
  readonly tables:
    | readonly {
        readonly name: string
        readonly columns: readonly {
          readonly name: string
          readonly classification: Classification
          readonly act: ColumnAct | undefined
        }[]
      }[]
    | undefined
}

/** What a caller may read, by policy and at this moment. */
export function listed(
  ask: AskParts,
  entered: Entered,
  datasets: Iterable<Dataset>,
  labels: readonly string[],
): readonly ListedDataset[] {
  const context = contextOf(entered.authenticated.received, labels)
  return [...datasets].flatMap((dataset) => {
    // Whoever must say what for may read it for something.
    const asks = [undefined, ...dataset.purposes].map((purpose) =>
      createAsk(ask, entered, dataset, { ...context, purpose }),
    )
    const may = asks.filter((one) => mayRead(one, dataset).kind === 'proceed')
    return may.length === 0 ? [] : [{ dataset, tables: tablesOf(dataset, may) }]
  })
}

function tablesOf({ lattice, source }: Dataset, asks: readonly Ask[]): ListedDataset['tables'] {
  if (source.kind !== 'tables') return undefined
  const tables = source.catalogue.map((table) => ({
    name: table.name,
    columns: table.columns.flatMap(({ classification, name }) => {
      const acts = asks.flatMap((ask) => {
        const may = ask(classification)
        if (may.kind === 'refuse') return []
        return [actOn(may.value.obligations.reading, lattice, { name: `${table.name}.${name}`, classification })]
      })
      const act = acts.find((one) => one !== 'drop')
      return acts.every((one) => one === 'drop')
        ? []
        : [{ name, classification, act: acts.includes(undefined) ? undefined : act }]
    }),
  }))
  // Nor is it told that there is a table of which nothing is seen.
  return tables.filter(({ columns }) => columns.length > 0)
}
