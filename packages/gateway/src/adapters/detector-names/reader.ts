import { Units } from '../../views/units.js'
import { LOWER, UPPER } from './characters.js'
import { HASH_FIRST, hashOf, hashOn, type Lexicon } from './lexicon.js'
import { wordShape } from './shapes.js'

/** Longer words are no names: they are passed over as a whole, however long. */
export const WORD_MAX = 48
/** Words that are kept, a power of two: those of the longest run, and more than it sees around it. */
export const KEPT = 256
const ASCII_MAX = 0x7f

/** What runs are read with, and the words of the text that they are read from: each is read once, however many runs see it. */
export class Reader {
  readonly classes: Uint8Array
  readonly lexicon: Lexicon
  text = ''
  length = 0
  /** Code units of the text, with whatever behind them. */
  units: Uint16Array = new Uint16Array(0)
  readonly #copies = new Units()
  /** Words that were read so far, and where the next is looked for. */
  #count = 0
  #at = 0
  #isFromFront = true
  readonly #starts = new Int32Array(KEPT)
  readonly #ends = new Int32Array(KEPT)
  readonly #shapes = new Uint8Array(KEPT)
  readonly #hashes = new Int32Array(KEPT)
  readonly #written = new Int32Array(KEPT)

  constructor(classes: Uint8Array, lexicon: Lexicon) {
    this.classes = classes
    this.lexicon = lexicon
  }

  /** Before another text, of which words are asked for from `from` on. */
  begin(text: string, from: number): void {
    this.text = text
    this.length = text.length
    this.units = this.#copies.of(text)
    this.#count = 0
    this.#at = from
    this.#isFromFront = from === 0
  }

  /** Whether words are counted from the front of the text on. */
  get isFromFront(): boolean {
    return this.#isFromFront
  }

  /**
   * Has words be counted from the front of the text on, so that those before one are known too. A stream rarely asks for them.
   *
   * @returns the number of the word that `at` stands in
   */
  countFromFront(at: number): number {
    this.#isFromFront = true
    this.#count = 0
    this.#at = 0
    let index = 0
    while (this.hasWord(index) && this.endOf(index) <= at) index++
    return index
  }

  /** @param at within the text */
  isWordAt(at: number): boolean {
    return isWordClass(this.classes[this.units[at] as number] as number)
  }

  /** As `writtenOf`, of a part of a word. */
  writtenOfPart(start: number, end: number): number {
    const first = this.classes[this.units[start] as number]
    return first === LOWER ? hashOf(this.text, start, end) | 0 : this.hashBetween(start, end)
  }

  /** Whether the text has so many words and one more. Those are asked for one behind the other. */
  hasWord(index: number): boolean {
    return index < this.#count || this.#readNext()
  }

  startOf(index: number): number {
    return this.#starts[index & (KEPT - 1)] as number
  }

  endOf(index: number): number {
    return this.#ends[index & (KEPT - 1)] as number
  }

  shapeOf(index: number): number {
    return this.#shapes[index & (KEPT - 1)] as number
  }

  /** `hashOf` the word in small letters, signed; anything where it is too long. */
  hashOf(index: number): number {
    return this.#hashes[index & (KEPT - 1)] as number
  }

  /** As `hashOf`, but of a word that begins in small letters as it is written: `iPhone`. */
  writtenOf(index: number): number {
    return this.#written[index & (KEPT - 1)] as number
  }

  #readNext(): boolean {
    const { classes, units, length } = this
    for (let at = this.#at; at < length; at++) {
      const one = classes[units[at] as number] as number
      if (!isWordClass(one)) continue
      this.#readWord(at, one)
      return true
    }
    this.#at = length
    return false
  }

  #readWord(start: number, first: number): void {
    const { classes, units, length } = this
    const begun = units[start] as number
    let further = 0
    let hash = hashOn(HASH_FIRST, first === UPPER ? begun | 0x20 : begun)
    let end = start + 1
    for (; end < length; end++) {
      const code = units[end] as number
      const one = classes[code] as number
      if (!isWordClass(one)) break
      further |= 1 << one
      hash = hashOn(hash, code)
    }
    const index = this.#count++ & (KEPT - 1)
    this.#at = end
    this.#starts[index] = start
    this.#ends[index] = end
    this.#shapes[index] = wordShape(first, further, end - start)
    // Without a further capital a word is in small letters now, whatever they are.
    const isSmall = (further & (1 << UPPER)) === 0 && (first !== UPPER || begun <= ASCII_MAX)
    const small = isSmall || end - start > WORD_MAX ? hash : this.hashBetween(start, end)
    this.#hashes[index] = small
    this.#written[index] = first === LOWER ? hash : small
  }

  /** As `hashOf`, of any part of the text. */
  hashBetween(start: number, end: number): number {
    let hash = HASH_FIRST
    for (let at = start; at < end; at++) {
      const code = this.units[at] as number
      if (code > ASCII_MAX) return hashOfSmall(this.text, start, end) | 0
      hash = hashOn(hash, code >= 0x41 && code <= 0x5a ? code | 0x20 : code)
    }
    return hash
  }
}

/** End of the word that `at` stands in, however long it is. */
export function wordEnd({ classes, units, length }: Reader, at: number): number {
  let end = at
  while (end < length && isWordClass(classes[units[end] as number] as number)) end++
  return end
}

export function isWordClass(one: number): boolean {
  return one >= LOWER
}

/** `hashOf` a word in small letters. */
export function hashOfSmall(text: string, start: number, end: number): number {
  const small = text.slice(start, end).toLowerCase()
  return hashOf(small, 0, small.length)
}
