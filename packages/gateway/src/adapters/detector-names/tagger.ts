import {
  type Bag,
  bagFeaturesOf,
  FEATURES_MAX,
  featuresOf,
  identitiesOf,
  LEFT,
  PARTS,
  partOf,
  RIGHT,
  runFeatures,
} from './features.js'
import { RUN_MAX, type RunReader } from './runs.js'
import { LINE, type Tokens } from './tokens.js'

/** Tags: outside; a person's first token, a further one; an address's first token, a further one. */
export const TAGS = 5
export const OUTSIDE = 0
export const PERSON = 1
export const PERSON_ON = 2
export const ADDRESS = 3
export const ADDRESS_ON = 4

/** What was learnt: a row of `TAGS` weights for each feature, and weights of one tag behind another (`from * TAGS + to`). */
export interface Model {
  readonly weights: Int8Array
  /** Tags from the first row on are behind `OUTSIDE` at the beginning of a run. */
  readonly transitions: Float32Array
  /** What a weight of 1 is worth. */
  readonly scale: number
}

/** Which tag may stand behind which: what goes on must have begun. */
export function mayFollow(from: number, to: number): boolean {
  if (to === PERSON_ON) return from === PERSON || from === PERSON_ON
  if (to === ADDRESS_ON) return from === ADDRESS || from === ADDRESS_ON
  return true
}

/** A line break is part of no person's name, and begins nothing. */
export function mayBe(shape: number, tag: number): boolean {
  return shape !== LINE || tag === OUTSIDE || tag === ADDRESS_ON
}

/**
 * A chain of tags over a run (a linear-chain conditional random field): how likely each tag is for each token, all ways of
 * tagging the run counted. Bounded by the length of a run.
 */
export class Tagger {
  /** `marginals[place * TAGS + tag]` of the run tagged last, places from 0. */
  readonly marginals: Float64Array = new Float64Array(RUN_MAX * TAGS)
  readonly #model: Model
  readonly #mask: number
  readonly #follow: Float64Array
  readonly #features = new Int32Array(FEATURES_MAX)
  readonly #identities = new Uint32Array(LEFT + RUN_MAX + RIGHT)
  /** By part, what the words of the bag weigh; and which parts of this run that is known of. */
  readonly #bags = new Int32Array(PARTS * TAGS)
  readonly #isBagKnown = new Uint8Array(PARTS)
  /** By how much less a weight is than the highest one. */
  readonly #likelihoods: Float64Array
  readonly #emissions = new Float64Array(RUN_MAX * TAGS)
  readonly #forward = new Float64Array(RUN_MAX * TAGS)
  readonly #backward = new Float64Array(RUN_MAX * TAGS)

  constructor(model: Model) {
    this.#model = model
    this.#mask = model.weights.length / 8 - 1
    this.#likelihoods = Float64Array.from({ length: Math.ceil(60 / model.scale) + 1 }, (_, less) =>
      Math.exp(Math.max(-60, -less * model.scale)),
    )
    this.#follow = Float64Array.from({ length: TAGS * TAGS }, (_, index) =>
      mayFollow(Math.floor(index / TAGS), index % TAGS) ? Math.exp(model.transitions[index] ?? 0) : 0,
    )
  }

  tag(read: RunReader): void {
    const { tokens, count } = read
    this.#emit(tokens, count, read)
    const { marginals } = this
    const follow = this.#follow
    const emissions = this.#emissions
    const forward = this.#forward
    const backward = this.#backward
    for (let place = 0; place < count; place++) {
      const row = place * TAGS
      let sum = 0
      for (let to = 0; to < TAGS; to++) {
        let value = 0
        if (place === 0) value = follow[to] ?? 0
        else
          for (let from = 0; from < TAGS; from++)
            value += (forward[row - TAGS + from] ?? 0) * (follow[from * TAGS + to] ?? 0)
        value *= emissions[row + to] ?? 0
        forward[row + to] = value
        sum += value
      }
      for (let tag = 0; tag < TAGS; tag++) forward[row + tag] = (forward[row + tag] ?? 0) / sum
    }
    for (let place = count - 1; place >= 0; place--) {
      const row = place * TAGS
      let sum = 0
      for (let from = 0; from < TAGS; from++) {
        let value = 0
        if (place === count - 1) value = 1
        else
          for (let to = 0; to < TAGS; to++)
            value +=
              (follow[from * TAGS + to] ?? 0) * (emissions[row + TAGS + to] ?? 0) * (backward[row + TAGS + to] ?? 0)
        backward[row + from] = value
        sum += value
      }
      let total = 0
      for (let tag = 0; tag < TAGS; tag++) {
        backward[row + tag] = (backward[row + tag] ?? 0) / sum
        const value = (forward[row + tag] ?? 0) * (backward[row + tag] ?? 0)
        marginals[row + tag] = value
        total += value
      }
      for (let tag = 0; tag < TAGS; tag++) marginals[row + tag] = (marginals[row + tag] ?? 0) / total
    }
  }

  /** Weights are added up as whole numbers: the same on every machine. */
  #emit(tokens: Tokens, count: number, bag: Bag): void {
    const { weights } = this.#model
    const features = this.#features
    const emissions = this.#emissions
    const identities = this.#identities
    const bags = this.#bags
    const run = runFeatures(tokens, count)
    identitiesOf(tokens, count, identities)
    this.#isBagKnown.fill(0)
    for (let place = 0; place < count; place++) {
      const part = partOf(tokens, LEFT + place)
      this.#weighBag(bag, part)
      const most = featuresOf(tokens, LEFT + place, run, identities, this.#mask, features)
      let w0 = bags[part * TAGS] ?? 0
      let w1 = bags[part * TAGS + 1] ?? 0
      let w2 = bags[part * TAGS + 2] ?? 0
      let w3 = bags[part * TAGS + 3] ?? 0
      let w4 = bags[part * TAGS + 4] ?? 0
      for (let index = 0; index < most; index++) {
        // Rows of eight, so that one never lies across two lines of the cache.
        const at = (features[index] as number) << 3
        w0 += weights[at] as number
        w1 += weights[at + 1] as number
        w2 += weights[at + 2] as number
        w3 += weights[at + 3] as number
        w4 += weights[at + 4] as number
      }
      const row = place * TAGS
      const shape = tokens.shape[LEFT + place] ?? 0
      const top = Math.max(w0, w1, w2, w3, w4)
      emissions[row] = this.#likelihood(top - w0)
      emissions[row + 1] = mayBe(shape, 1) ? this.#likelihood(top - w1) : 0
      emissions[row + 2] = mayBe(shape, 2) ? this.#likelihood(top - w2) : 0
      emissions[row + 3] = mayBe(shape, 3) ? this.#likelihood(top - w3) : 0
      emissions[row + 4] = this.#likelihood(top - w4)
    }
  }

  /** The bag is the same for the whole run. */
  #weighBag(bag: Bag, part: number): void {
    if (this.#isBagKnown[part] === 1) return
    this.#isBagKnown[part] = 1
    const { weights } = this.#model
    const features = this.#features
    const bags = this.#bags
    const count = bagFeaturesOf(bag, part, this.#mask, features)
    for (let tag = 0; tag < TAGS; tag++) {
      let weight = 0
      for (let index = 0; index < count; index++) weight += weights[((features[index] as number) << 3) + tag] as number
      bags[part * TAGS + tag] = weight
    }
  }

  /** Never nothing: a tag that is all but impossible may be the only one left by its neighbours. */
  #likelihood(less: number): number {
    const known = this.#likelihoods
    return known[Math.min(less, known.length - 1)] as number
  }
}
