import { type Dataset, type Outcome, proceed, type Step } from '../../spec/index.js'
import type { Entered } from '../call.js'
import type { Documents, QueryCall, SearchCall, Tables } from './call.js'
import { ReadDesk, type ReadParts } from './desk.js'
import { type ListedDataset, listed } from './list.js'
import { query } from './query.js'
import { search } from './search.js'

/** Reads of datasets, from what is asked to the end of the result. A door says where the result goes. */
export interface Reads {
  query(entered: Entered, call: QueryCall, source: Tables): Promise<Outcome>
  search(entered: Entered, call: SearchCall, source: Documents): Promise<Outcome>
  /** What the caller may read. */
  list(entered: Entered, datasets: Iterable<Dataset>): Step<readonly ListedDataset[]>
}

export function createReads(parts: ReadParts): Reads {
  const desk = new ReadDesk(parts)
  return {
    query: (entered, call, source) => query(desk, entered, call, source),
    search: (entered, call, source) => search(desk, entered, call, source),
    list(entered, datasets) {
      const { principal, received } = entered.authenticated
      const session = parts.ledger.sessionOf(principal, received.headers['ostiary-session'])
      if (session.kind === 'refuse') return session
      return proceed(listed(parts.ask, entered, datasets, parts.ledger.labelsOf(principal, session.value)))
    },
  }
}
