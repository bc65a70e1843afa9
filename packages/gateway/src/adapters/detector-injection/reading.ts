import { mark, Units } from '../../views/units.js'
import { Meanings } from './meanings.js'

const OTHER = 0
const LETTER = 1
const DIGIT = 2
const SPACE = 3
const IDEOGRAPH = 4
const QUOTE = 5

/** What kind of character a code unit is, and its small letter; white space is a space. */
interface Alphabet {
  readonly kinds: Uint8Array
  readonly words: Uint8Array
  readonly low: Uint16Array
  readonly shapes: Int32Array
}

/** How a text is written is counted in one sum, of up to 255 code units: a byte for what is foreign, then figures, capitals, line breaks. */
export const FOREIGN: number = 1
export const FIGURES: number = 8
export const CAPITALS: number = 16
export const LINES: number = 24
export const SHAPED_MAX: number = 255
/** Higher code units are all foreign. */
export const LATIN_MAX = 0x24f

function createAlphabet(): Alphabet {
  const kinds = createKinds()
  const changes = new Uint8Array(0x10000)
  mark(changes, /\p{Changes_When_Lowercased}+/gu, 1)
  const words = new Uint8Array(0x10000)
  const low = new Uint16Array(0x10000)
  for (let code = 0; code < 0x10000; code++) {
    const kind = kinds[code]
    words[code] = kind === LETTER || kind === DIGIT ? 1 : 0
    low[code] = kind === SPACE ? 0x20 : kind === LETTER && changes[code] === 1 ? lowOf(code) : code
  }
  low[0x2019] = 0x27
  const shapes = Int32Array.from({ length: LATIN_MAX + 1 }, (_, code) => shapeOf(code, low[code] ?? code))
  return { kinds, words, low, shapes }
}

function shapeOf(code: number, low: number): number {
  if (code >= 0x30 && code <= 0x39) return 1 << FIGURES
  if (code !== low && code > 0x20) return 1 << CAPITALS
  return code === 0x0a ? 1 << LINES : 0
}

/** What is of two kinds is of the one that is marked last. */
function createKinds(): Uint8Array {
  const kinds = new Uint8Array(0x10000)
  mark(kinds, /\p{Nd}+/gu, DIGIT)
  mark(kinds, /[\p{L}\p{M}]+/gu, LETTER)
  // Scripts that do not set words apart: each character stands for itself.
  mark(kinds, /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+/g, IDEOGRAPH)
  mark(kinds, /['’]/g, QUOTE)
  mark(kinds, /\s+/g, SPACE)
  return kinds
}

/** A letter that becomes several stays what it is. */
function lowOf(code: number): number {
  const small = String.fromCharCode(code).toLowerCase()
  return small.length === 1 ? small.charCodeAt(0) : code
}

const ARABIC = 0x600
const ARABIC_CLITICS: ReadonlySet<number> = new Set([0x648, 0x641, 0x628, 0x644, 0x643, 0x627])

function isClitic(code: number): boolean {
  return code >= ARABIC && ARABIC_CLITICS.has(code)
}

/**
 * A text as its words: where they stand, what hash they have, what they mean. Holds its buffers from one text to the next, so what
 * was read counts until the next is read.
 */
export class Reading {
  readonly #alphabet: Alphabet = createAlphabet()
  /** By code unit, whether it is of a word. */
  readonly isWord: Uint8Array = this.#alphabet.words
  /** By code unit up to `LATIN_MAX`, what it counts for. */
  readonly shapes: Int32Array = this.#alphabet.shapes
  readonly #meanings: Meanings = new Meanings()
  readonly #units: Units = new Units()
  /** The text, code unit by code unit. */
  units: Uint16Array = new Uint16Array(0)
  /** The same in small letters. */
  low: Uint16Array = new Uint16Array(0)
  starts: Int32Array = new Int32Array(0)
  ends: Int32Array = new Int32Array(0)
  hashes: Int32Array = new Int32Array(0)
  meanings: Uint8Array = new Uint8Array(0)
  /** 1: letters of a script that sets words apart; 2: one character of another; 3: a sign. */
  kinds: Uint8Array = new Uint8Array(0)
  count = 0
  text = ''

  read(text: string): void {
    // Who judges a text against the system message has just read it.
    if (text === this.text) return
    this.text = text
    this.#makeRoom(text.length)
    this.units = this.#units.of(text)
    this.#cut(text.length)
    this.#understand(text.length)
  }

  #cut(length: number): void {
    const { low, starts, ends, hashes, kinds, units } = this
    const { kinds: kindOfCode, low: lowOf, words } = this.#alphabet
    let count = 0
    for (let at = 0; at < length; ) {
      const start = at
      const first = lowOf[units[at] ?? 0] ?? 0
      low[at] = first
      at += 1
      const kind = kindOfCode[first] ?? OTHER
      if (kind === SPACE) continue
      let hash = Math.imul(0x811c9dc5 ^ first, 0x01000193)
      if (kind === LETTER || kind === DIGIT) {
        for (; at < length; at++) {
          const code = lowOf[units[at] ?? 0] ?? 0
          if (words[code] !== 1 && !(kindOfCode[code] === QUOTE && this.#isLetter(at + 1, length))) break
          low[at] = code
          hash = Math.imul(hash ^ code, 0x01000193)
        }
        kinds[count] = 1
      } else kinds[count] = kind === IDEOGRAPH ? 2 : 3
      starts[count] = start
      ends[count] = at
      hashes[count] = hash
      count += 1
    }
    this.count = count
  }

  /** An apostrophe between letters belongs to the word. */
  #isLetter(at: number, length: number): boolean {
    const { kinds, low } = this.#alphabet
    return at < length && kinds[low[this.units[at] ?? 0] ?? 0] === LETTER
  }

  #understand(length: number): void {
    const { count, low, starts, ends, isWord, meanings } = this
    const lexicon = this.#meanings
    for (let token = 0; token < count; token++) {
      const at = starts[token] ?? 0
      let meaning = lexicon.at(low, at, length, isWord)
      if (meaning === 0 && isClitic(low[at] ?? 0) && (ends[token] ?? 0) - at > 3) {
        meaning = lexicon.at(low, at + 1, length, isWord)
        if (meaning === 0 && isClitic(low[at + 1] ?? 0)) meaning = lexicon.at(low, at + 2, length, isWord)
      }
      meanings[token] = meaning
    }
  }

  /** Lets go of the text. */
  forget(): void {
    this.text = ''
    this.count = 0
  }

  #makeRoom(length: number): void {
    if (length <= this.low.length) return
    const room = Math.max(4096, length)
    this.low = new Uint16Array(room)
    this.starts = new Int32Array(room)
    this.ends = new Int32Array(room)
    this.hashes = new Int32Array(room)
    this.meanings = new Uint8Array(room)
    this.kinds = new Uint8Array(room)
  }
}
