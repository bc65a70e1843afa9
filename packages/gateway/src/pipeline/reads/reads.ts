import { type Dataset, type Outcome, proceed, type Step } from '../../spec/index.js'
import type { Entered } from '../call.js'
import type { Documents, QueryCall, SearchCall } from './call.js'
import { ReadDesk, type ReadParts } from './desk.js'
import { type ListedDataset, listed } from './list.js'
import { query } from './query.js'
import { search } from './search.js'

/** Reads of datasets, from what is asked to the end of the result. A door says where the result goes. */
export interface Reads {
  query(entered: Entered, call: QueryCall, tables: Tables['tables']): Promise<Outcome>
  search(entered: Entered, call: SearchCall, source: Documents): Promise<Outcome>
  /** What the caller may read. */
  list(entered: Entered, datasets: Iterable<Dataset>): Step<readonly ListedDataset[]>
}

type Tables = Extract<Dataset['source'], { readonly kind: 'tables' }>

export function createReads(parts: ReadParts): Reads {
  const desk = new ReadDesk(parts)
  return {
    query: (entered, call, tables) => query(desk, entered, call, tables),
    search: (entered, call, source) => search(desk, entered, call, source),
    list(entered, datasets) {
      const { principal, received } = entered.authenticated
      const session = parts.ledger.sessionOf(principal, received.headers['ostiary-session'])
      if (session.kind === 'refuse') return session
      return proceed(listed(parts.ask, entered, datasets, parts.ledger.labelsOf(principal, session.value)))
    },
  }
}
