import { LOWER, OTHER } from './characters.js'
import { COMMON_SHIFT, CUE, hashOf, STREET, TITLE, UNIT } from './lexicon.js'
import { BACK_MAX, isWordClass, type Reader } from './tokens.js'

/** Words of a bag at the most, and how long they are. */
export const BAG_MAX = 14
const WORD_MAX = 16
/** Common words, and such as go with names and addresses. */
const OF_BAG = (3 << COMMON_SHIFT) | TITLE | CUE | UNIT | STREET

/** The words before runs, in one text from its front to its end: what runs that follow one another both see is read once. */
export class WordsBefore {
  readonly #reader: Reader
  /** Of the place asked for last, the nearest first; and of the one before that. */
  #words = new Uint32Array(BAG_MAX)
  #starts = new Int32Array(BAG_MAX)
  #count = 0
  #otherWords = new Uint32Array(BAG_MAX)
  #otherStarts = new Int32Array(BAG_MAX)
  /** That place, or -1. */
  #at = -1

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** Before another text. */
  begin(): void {
    this.#at = -1
  }

  /** Writes down hashes of the words that end before `start`, and returns how many. */
  read(text: string, start: number, out: Uint32Array): number {
    const lowest = Math.max(0, start - BACK_MAX)
    const isKnown = this.#at > lowest && this.#at <= start && !this.#isWithinWord(text, this.#at)
    const before = this.#count
    const words = this.#words
    const starts = this.#starts
    this.#words = this.#otherWords
    this.#starts = this.#otherStarts
    this.#otherWords = words
    this.#otherStarts = starts
    this.#count = 0
    this.#readFrom(text, isKnown ? this.#at : lowest, start, isKnown || lowest === 0)
    for (let index = 0; isKnown && index < before; index++) {
      const begin = starts[index] ?? 0
      if (this.#count === BAG_MAX || (begin <= lowest && lowest > 0)) break
      this.#add(words[index] ?? 0, begin)
    }
    this.#at = start
    for (let index = 0; index < this.#count; index++) out[index] = this.#words[index] ?? 0
    return this.#count
  }

  #isWithinWord(text: string, at: number): boolean {
    return isWordClass(this.#reader.classes[text.charCodeAt(at - 1)] ?? OTHER)
  }

  /** @param isEdge no word goes on before `lowest` */
  #readFrom(text: string, lowest: number, start: number, isEdge: boolean): void {
    const { classes, lexicon } = this.#reader
    let end = start
    while (end > lowest && this.#count < BAG_MAX) {
      if (!isWordClass(classes[text.charCodeAt(end - 1)] ?? OTHER)) {
        end--
        continue
      }
      let begin = end - 1
      while (begin > lowest && isWordClass(classes[text.charCodeAt(begin - 1)] ?? OTHER)) begin--
      // A word may go on before what a run sees: then it is none.
      if (begin === lowest && !isEdge) break
      if (end - begin <= WORD_MAX) {
        const isSmall = classes[text.charCodeAt(begin)] === LOWER
        const lower = isSmall ? text : text.slice(begin, end).toLowerCase()
        const hash = isSmall ? hashOf(text, begin, end) : hashOf(lower, 0, lower.length)
        if ((lexicon.kindOf(hash) & OF_BAG) !== 0) this.#add(hash, begin)
      }
      end = begin
    }
  }

  #add(word: number, start: number): void {
    this.#words[this.#count] = word
    this.#starts[this.#count++] = start
  }
}
