import { COMMON_SHIFT, CUE, STREET, TITLE, UNIT } from './lexicon.js'
import { KEPT, type Reader } from './reader.js'
import { BACK_MAX } from './tokens.js'

/** Words of a bag at the most, and how long they are. */
export const BAG_MAX = 14
const WORD_MAX = 16
/** Common words, and such as go with names and addresses. */
const OF_BAG = (3 << COMMON_SHIFT) | TITLE | CUE | UNIT | STREET

/**
 * Writes down hashes of the words that end before `start`, the nearest first.
 *
 * @param word the one that stands at `start`, or that goes on there: what of it stands before is a word
 * @returns how many
 */
export function bagBefore(reader: Reader, bags: Bags, start: number, word: number, out: Uint32Array): number {
  const lowest = start - BACK_MAX
  let count = 0
  const begin = reader.startOf(word)
  // A word may go on before what a run sees: then it is none, and neither is what stands before it.
  if (begin < start) {
    if (begin <= lowest && lowest > 0) return 0
    const end = Math.min(start, reader.endOf(word))
    const hash = end === reader.endOf(word) ? reader.writtenOf(word) : reader.writtenOfPart(begin, end)
    if (end - begin <= WORD_MAX && (reader.lexicon.kindOf(hash) & OF_BAG) !== 0) out[count++] = hash
  }
  for (let at = bags.before(word, lowest); at >= 0 && count < BAG_MAX; at = bags.before(at, lowest)) {
    if (reader.startOf(at) <= lowest && lowest > 0) break
    out[count++] = reader.writtenOf(at)
  }
  return count
}

/** Which words of a text belong into a bag: each is asked about once, however many runs see it. */
export class Bags {
  readonly #reader: Reader
  /** By word the nearest one before it that belongs into a bag, -1 where there is none; known of those before `#known`. */
  readonly #before = new Int32Array(KEPT)
  #known = 0

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** Before words are counted anew. */
  begin(): void {
    this.#known = 0
  }

  /** The nearest word before `word` that belongs into a bag, -1 where none begins behind `lowest`. */
  before(word: number, lowest: number): number {
    if (word >= this.#known) this.#look(word, lowest)
    return this.#before[word & (KEPT - 1)] as number
  }

  #look(word: number, lowest: number): void {
    const reader = this.#reader
    let at = word
    while (at > this.#known && (reader.startOf(at - 1) > lowest || lowest <= 0)) at--
    // What stands further off is seen by no later run either.
    if (at > this.#known || at === 0) this.#before[at++ & (KEPT - 1)] = -1
    for (; at <= word; at++) {
      const last = at - 1
      this.#before[at & (KEPT - 1)] = this.#isOne(last) ? last : (this.#before[last & (KEPT - 1)] as number)
    }
    this.#known = word + 1
  }

  #isOne(word: number): boolean {
    const reader = this.#reader
    if (reader.endOf(word) - reader.startOf(word) > WORD_MAX) return false
    return (reader.lexicon.kindOf(reader.writtenOf(word)) & OF_BAG) !== 0
  }
}
