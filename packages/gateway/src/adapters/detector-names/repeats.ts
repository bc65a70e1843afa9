import { BAG_MAX } from './bag.js'
import { type Bag, LEFT, RIGHT } from './features.js'
import type { Tokens } from './tokens.js'

/** Runs of one token, with what is around them. */
const SEEN = LEFT + 1 + RIGHT
/** A power of two. */
const PLACES = 64
/** Numbers of a run: five of each token, four more of the one that it is, and the bag with its length before it. */
const NUMBERS = SEEN * 5 + 4 + 1 + BAG_MAX

/**
 * Runs of one token that nothing is in, so that text which says the same over and over is not weighed each time. A run is the same where
 * all is that features are made of, and each token stands as far from it. One is written down where its word comes a second time: prose hardly repeats itself.
 */
export class Repeats {
  readonly #words = new Int32Array(PLACES)
  readonly #isWritten = new Uint8Array(PLACES)
  readonly #numbers = new Int32Array(PLACES * NUMBERS)

  /** Whether there was such a run. */
  has(tokens: Tokens, { bag, bagCount }: Bag): boolean {
    const word = (tokens.word[LEFT] as number) | 0
    const place = word & (PLACES - 1)
    if (this.#words[place] !== word || this.#isWritten[place] === 0) return false
    const numbers = this.#numbers
    const from = tokens.start[LEFT] as number
    let at = place * NUMBERS
    for (let token = 0; token < SEEN; token++) {
      if (numbers[at++] !== ((tokens.word[token] as number) | 0)) return false
      if (numbers[at++] !== tokens.shape[token]) return false
      if (numbers[at++] !== tokens.kind[token]) return false
      if (numbers[at++] !== (tokens.start[token] as number) - from) return false
      if (numbers[at++] !== (tokens.end[token] as number) - from) return false
    }
    if (numbers[at++] !== ((tokens.tail2[LEFT] as number) | 0)) return false
    if (numbers[at++] !== ((tokens.tail3[LEFT] as number) | 0)) return false
    if (numbers[at++] !== ((tokens.tail4[LEFT] as number) | 0)) return false
    if (numbers[at++] !== ((tokens.head3[LEFT] as number) | 0)) return false
    if (numbers[at++] !== bagCount) return false
    for (let index = 0; index < bagCount; index++) {
      if (numbers[at++] !== ((bag[index] as number) | 0)) return false
    }
    return true
  }

  /** After nothing was found in a run. */
  add(tokens: Tokens, { bag, bagCount }: Bag): void {
    const word = (tokens.word[LEFT] as number) | 0
    const place = word & (PLACES - 1)
    if (this.#words[place] !== word) {
      this.#words[place] = word
      this.#isWritten[place] = 0
      return
    }
    this.#isWritten[place] = 1
    const numbers = this.#numbers
    const from = tokens.start[LEFT] as number
    let at = place * NUMBERS
    for (let token = 0; token < SEEN; token++) {
      numbers[at++] = tokens.word[token] as number
      numbers[at++] = tokens.shape[token] as number
      numbers[at++] = tokens.kind[token] as number
      numbers[at++] = (tokens.start[token] as number) - from
      numbers[at++] = (tokens.end[token] as number) - from
    }
    numbers[at++] = tokens.tail2[LEFT] as number
    numbers[at++] = tokens.tail3[LEFT] as number
    numbers[at++] = tokens.tail4[LEFT] as number
    numbers[at++] = tokens.head3[LEFT] as number
    numbers[at++] = bagCount
    for (let index = 0; index < bagCount; index++) numbers[at++] = bag[index] as number
  }
}
