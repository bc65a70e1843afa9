import {
  type Classification,
  type Context,
  type Dataset,
  labelsOfClassification,
  proceed,
  type Resource,
  refuse,
  type Step,
  type Verdict,
} from '../../spec/index.js'
import { type AskParts, askOne } from '../ask.js'
import type { Entered } from '../call.js'

/** The action of a read. */
export type ReadAction = 'queryDataset' | 'searchDataset'

function actionOf({ source }: Dataset): ReadAction {
  return source.kind === 'tables' ? 'queryDataset' : 'searchDataset'
}

const resources = new WeakMap<Dataset, Map<string, Resource>>()

/** The dataset as policies see it where data of such a classification is read of it. One object for each. */
export function resourceOf(dataset: Dataset, { categories, level }: Classification): Resource {
  const held = resources.get(dataset) ?? new Map<string, Resource>()
  resources.set(dataset, held)
  const key = [level, ...categories].join(' ')
  const made = held.get(key) ?? {
    type: 'Dataset' as const,
    id: dataset.name,
    attributes: { classification: level, categories, owner: dataset.owner },
  }
  held.set(key, made)
  return made
}

export type Ask = (classification: Classification) => Step<Verdict>

/** Decides, for one caller and what it asks, about data of each classification: once each. */
export function createAsk(
  parts: AskParts,
  { authenticated, bracket }: Entered,
  dataset: Dataset,
  context: Context,
): Ask {
  const action = actionOf(dataset)
  const asked = new Map<Resource, Step<Verdict>>()
  return (classification) => {
    const resource = resourceOf(dataset, classification)
    const held = asked.get(resource)
    if (held !== undefined) return held
    bracket.asks({ action, resource: resource.id, verdict: undefined })
    const decided = askOne(parts, authenticated, action, resource, context, (verdict) =>
      bracket.asks({ action, resource: resource.id, verdict }),
    )
    asked.set(resource, decided)
    return decided
  }
}

/**
 * Whether the caller may read anything of it at all, by the dataset's own classification or by the lowest there is: only then it is
 * told what is wrong with what it asks, which tells what is there.
 */
export function mayRead(ask: Ask, { classification, lattice: { levels } }: Dataset): Step<Verdict> {
  const own = ask(classification)
  if (own.kind === 'proceed') return own
  const lowest = ask({ level: levels[0] ?? '', categories: [] })
  return lowest.kind === 'proceed' ? lowest : own
}

/** A purpose that the dataset lists. */
export function purposeOf({ purposes }: Dataset, said: string | undefined): Step<string | undefined> {
  if (said === undefined || purposes.includes(said)) return proceed(said)
  const message =
    purposes.length === 0
      ? 'This dataset lists no purposes: name none.'
      : `This is no purpose of the dataset: there are \`${purposes.join('`, `')}\`.`
  return refuse('invalid_request', 'a purpose that the dataset does not list', { message, param: 'purpose' })
}

export const PURPOSE_NEEDED: Step<never> = refuse('invalid_request', 'policy demands a purpose', {
  message: 'Policy demands to know what this is read for: name a `purpose`.',
  param: 'purpose',
})

/** Labels of whoever read data of these classifications of it. */
export function labelsOfRead(
  { labels, lattice }: Dataset,
  classifications: readonly Classification[],
): readonly string[] {
  return [...new Set([...labels, ...classifications.flatMap((one) => labelsOfClassification(lattice, one))])].sort()
}
