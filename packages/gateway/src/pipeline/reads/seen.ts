import {
  type Classification,
  type ColumnAct,
  type Dataset,
  type Hit,
  highestOf,
  joinedOf,
  type Obligations,
} from '../../spec/index.js'
import type { Ask } from './asking.js'
import type { Documents } from './call.js'
import { actOn } from './changes.js'
import { isObeyed } from './obliged.js'
import type { KeptColumn } from './remembered.js'

/** What of a hit may be seen. */
export interface Seen {
  readonly hit: Hit
  readonly attributes: Readonly<Record<string, string>>
  /** Names of attributes whose values are to be replaced. */
  readonly replaced: readonly string[]
  /** Of all that is seen of it. */
  readonly classifications: readonly Classification[]
  /** Of each attribute that is seen as it is. */
  readonly kept: ReadonlyMap<string, KeptColumn>
  readonly isChanged: boolean
}

/** On what terms hits are seen. */
export interface SeeingParts {
  readonly dataset: Dataset
  readonly source: Documents
  readonly ask: Ask
  /** Of all documents that may be found. */
  readonly obligations: Obligations
  readonly purpose: string | undefined
}

export const MASK = '***'

/** An attribute is as high as itself and its document: it is seen where policy would permit a document like that. */
export function seenOf(hit: Hit, parts: SeeingParts): Seen {
  const { lattice } = parts.dataset
  const attributes: Record<string, string> = {}
  const classifications: Classification[] = [hit.classification]
  const kept = new Map<string, KeptColumn>()
  const replaced: string[] = []
  let isChanged = false
  for (const [name, value] of Object.entries(hit.attributes)) {
    const own = parts.source.attributes.get(name) ?? highestOf(lattice)
    const classification = joinedOf(lattice, [hit.classification, own])
    const act = actOnAttribute(name, own, classification, parts)
    isChanged ||= act !== undefined
    if (act === 'drop') continue
    attributes[name] = act === 'mask' ? MASK : value
    if (act === 'tokenize') replaced.push(name)
    if (act !== undefined) continue
    classifications.push(classification)
    kept.set(name, classification)
  }
  return { hit, attributes, replaced, classifications, kept, isChanged }
}

/** What a document so classified would oblige to holds for the attribute too: where that cannot be done it is not shown. */
function actOnAttribute(
  name: string,
  own: Classification,
  classification: Classification,
  { ask, dataset: { lattice }, obligations, purpose }: SeeingParts,
): ColumnAct | undefined {
  const may = ask(classification)
  if (may.kind === 'refuse' || !isObeyed(may.value.obligations, obligations, purpose)) return 'drop'
  const columns = [...obligations.reading.columns, ...may.value.obligations.reading.columns]
  return actOn({ columns }, lattice, { name, classification: own })
}
