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
import { LINE } from './shapes.js'
import type { Tokens } from './tokens.js'

/** Tags: outside; a person's first token, a further one; an address's first token, a further one. */
export const TAGS = 5
export const OUTSIDE = 0
export const PERSON = 1
export const PERSON_ON = 2
export const ADDRESS = 3
export const ADDRESS_ON = 4

/** What was learnt: weights of the tags for each feature, and of one tag behind another (`from * TAGS + to`). */
export interface Model {
  /**
   * By feature two numbers: of a person's tags and of an address's, each by how much more it weighs than `OUTSIDE`. The first one's
   * is in the lower 16 bits and the further one's above, so that one addition adds both; those of `FEATURES_MAX` do not overflow.
   */
  readonly weights: Int32Array
  /** Tags from the first row on are behind `OUTSIDE` at the beginning of a run. */
  readonly transitions: Float32Array
  /** What a weight of 1 is worth. */
  readonly scale: number
}

/**
 * Where a whole run is `OUTSIDE` with this likelihood, no token of it is half as likely anything else; a little more than half, for
 * what is lost in rounding.
 */
const NOTHING_LIKELY = 0.51

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
  readonly #identities = new Int32Array(LEFT + RUN_MAX + RIGHT)
  /** By part, what the words of the bag weigh; and which parts of this run that is known of. */
  readonly #bags = new Int32Array(PARTS * 2)
  readonly #isBagKnown = new Uint8Array(PARTS)
  /** By how much less a weight is than the highest one. */
  readonly #likelihoods: Float64Array
  readonly #emissions = new Float64Array(RUN_MAX * TAGS)
  readonly #forward = new Float64Array(RUN_MAX * TAGS)

  constructor(model: Model) {
    this.#model = model
    this.#mask = model.weights.length / 2 - 1
    this.#likelihoods = Float64Array.from({ length: Math.ceil(60 / model.scale) + 1 }, (_, less) =>
      Math.exp(Math.max(-60, -less * model.scale)),
    )
    this.#follow = Float64Array.from({ length: TAGS * TAGS }, (_, index) =>
      mayFollow(Math.floor(index / TAGS), index % TAGS) ? Math.exp(model.transitions[index] ?? 0) : 0,
    )
  }

  /** @returns whether anything may be there. If not, each token is most likely `OUTSIDE`, and `marginals` are not of this run */
  tag(read: RunReader): boolean {
    this.#emit(read.tokens, read.count, read)
    if (this.#goForward(read.count) > NOTHING_LIKELY) return false
    this.#goBackward(read.count)
    return true
  }

  /** @returns how likely all of the run is `OUTSIDE` */
  #goForward(count: number): number {
    const follow = this.#follow
    const emissions = this.#emissions
    const forward = this.#forward
    let outside = 1
    // Before the run all is outside. What may not follow is left out: `mayFollow`.
    let f0 = 1
    let f1 = 0
    let f2 = 0
    let f3 = 0
    let f4 = 0
    for (let row = 0; row < count * TAGS; row += TAGS) {
      const v0 = sumInto(follow, 0, f0, f1, f2, f3, f4) * (emissions[row] as number)
      const v1 = sumInto(follow, 1, f0, f1, f2, f3, f4) * (emissions[row + 1] as number)
      const v2 = (f1 * (follow[7] as number) + f2 * (follow[12] as number)) * (emissions[row + 2] as number)
      const v3 = sumInto(follow, 3, f0, f1, f2, f3, f4) * (emissions[row + 3] as number)
      const v4 = (f3 * (follow[19] as number) + f4 * (follow[24] as number)) * (emissions[row + 4] as number)
      const sum = v0 + v1 + v2 + v3 + v4
      outside *= ((follow[0] as number) * (emissions[row] as number)) / sum
      forward[row] = f0 = v0 / sum
      forward[row + 1] = f1 = v1 / sum
      forward[row + 2] = f2 = v2 / sum
      forward[row + 3] = f3 = v3 / sum
      forward[row + 4] = f4 = v4 / sum
    }
    return outside
  }

  #goBackward(count: number): void {
    const { marginals } = this
    const follow = this.#follow
    const emissions = this.#emissions
    const forward = this.#forward
    // What comes behind the run is any tag.
    let b0 = 1
    let b1 = 1
    let b2 = 1
    let b3 = 1
    let b4 = 1
    for (let row = (count - 1) * TAGS; row >= 0; row -= TAGS) {
      const next = row + TAGS
      if (next < count * TAGS) {
        const e0 = emissions[next] as number
        const e1 = emissions[next + 1] as number
        const e2 = emissions[next + 2] as number
        const e3 = emissions[next + 3] as number
        const e4 = emissions[next + 4] as number
        const v0 = sumFrom(follow, 0, e0, e1, e2, e3, e4, b0, b1, b2, b3, b4)
        const v1 = sumFrom(follow, TAGS, e0, e1, e2, e3, e4, b0, b1, b2, b3, b4)
        const v2 = sumFrom(follow, 2 * TAGS, e0, e1, e2, e3, e4, b0, b1, b2, b3, b4)
        const v3 = sumFrom(follow, 3 * TAGS, e0, e1, e2, e3, e4, b0, b1, b2, b3, b4)
        b4 = sumFrom(follow, 4 * TAGS, e0, e1, e2, e3, e4, b0, b1, b2, b3, b4)
        b0 = v0
        b1 = v1
        b2 = v2
        b3 = v3
      }
      const sum = b0 + b1 + b2 + b3 + b4
      b0 /= sum
      b1 /= sum
      b2 /= sum
      b3 /= sum
      b4 /= sum
      const m0 = (forward[row] as number) * b0
      const m1 = (forward[row + 1] as number) * b1
      const m2 = (forward[row + 2] as number) * b2
      const m3 = (forward[row + 3] as number) * b3
      const m4 = (forward[row + 4] as number) * b4
      const total = m0 + m1 + m2 + m3 + m4
      marginals[row] = m0 / total
      marginals[row + 1] = m1 / total
      marginals[row + 2] = m2 / total
      marginals[row + 3] = m3 / total
      marginals[row + 4] = m4 / total
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
      let person = bags[part * 2] as number
      let address = bags[part * 2 + 1] as number
      for (let index = 0; index < most; index++) {
        const at = (features[index] as number) << 1
        person = (person + (weights[at] as number)) | 0
        address = (address + (weights[at + 1] as number)) | 0
      }
      const w1 = lowerOf(person)
      const w2 = upperOf(person)
      const w3 = lowerOf(address)
      const w4 = upperOf(address)
      const row = place * TAGS
      const shape = tokens.shape[LEFT + place] ?? 0
      const top = Math.max(0, w1, w2, w3, w4)
      emissions[row] = this.#likelihood(top)
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
    const count = bagFeaturesOf(bag, part, this.#mask, features)
    let person = 0
    let address = 0
    for (let index = 0; index < count; index++) {
      const at = (features[index] as number) << 1
      person = (person + (weights[at] as number)) | 0
      address = (address + (weights[at + 1] as number)) | 0
    }
    this.#bags[part * 2] = person
    this.#bags[part * 2 + 1] = address
  }

  /** Never nothing: a tag that is all but impossible may be the only one left by its neighbours. */
  #likelihood(less: number): number {
    const known = this.#likelihoods
    return known[Math.min(less, known.length - 1)] as number
  }
}

function sumInto(follow: Float64Array, to: number, f0: number, f1: number, f2: number, f3: number, f4: number): number {
  return (
    f0 * (follow[to] as number) +
    f1 * (follow[TAGS + to] as number) +
    f2 * (follow[2 * TAGS + to] as number) +
    f3 * (follow[3 * TAGS + to] as number) +
    f4 * (follow[4 * TAGS + to] as number)
  )
}

function sumFrom(
  follow: Float64Array,
  from: number,
  e0: number,
  e1: number,
  e2: number,
  e3: number,
  e4: number,
  b0: number,
  b1: number,
  b2: number,
  b3: number,
  b4: number,
): number {
  return (
    (follow[from] as number) * e0 * b0 +
    (follow[from + 1] as number) * e1 * b1 +
    (follow[from + 2] as number) * e2 * b2 +
    (follow[from + 3] as number) * e3 * b3 +
    (follow[from + 4] as number) * e4 * b4
  )
}

function lowerOf(pair: number): number {
  return (pair << 16) >> 16
}

function upperOf(pair: number): number {
  return (pair - lowerOf(pair)) >> 16
}
