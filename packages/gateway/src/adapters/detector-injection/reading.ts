import { Meanings } from './meanings.js'

const OTHER = 0
const LETTER = 1
const DIGIT = 2
const SPACE = 3
const IDEOGRAPH = 4
const QUOTE = 5

/** What kind of character a code unit is, and its small letter. Some 10 ms to make, so once. */
interface Alphabet {
  readonly kinds: Uint8Array
  readonly words: Uint8Array
  readonly low: Uint16Array
}

function createAlphabet(): Alphabet {
  const kinds = new Uint8Array(0x10000)
  const words = new Uint8Array(0x10000)
  const low = new Uint16Array(0x10000)
  for (let code = 0; code < 0x10000; code++) {
    const character = String.fromCharCode(code)
    const kind = kindOf(code, character)
    kinds[code] = kind
    words[code] = kind === LETTER || kind === DIGIT ? 1 : 0
    const small = kind === LETTER ? character.toLowerCase() : character
    low[code] = small.length === 1 ? small.charCodeAt(0) : code
  }
  low[0x2019] = 0x27
  return { kinds, words, low }
}

function kindOf(code: number, character: string): number {
  if (/\s/.test(character)) return SPACE
  if (code === 0x27 || code === 0x2019) return QUOTE
  // Scripts that do not set words apart: each character stands for itself.
  if ((code >= 0x3040 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x9fff) || (code >= 0xe00 && code <= 0xe7f))
    return IDEOGRAPH
  if (code >= 0xac00 && code <= 0xd7a3) return IDEOGRAPH
  if (/[\p{L}\p{M}]/u.test(character)) return LETTER
  return /\p{Nd}/u.test(character) ? DIGIT : OTHER
}

const ARABIC_CLITICS: ReadonlySet<number> = new Set([0x648, 0x641, 0x628, 0x644, 0x643, 0x627])

/**
 * A text as its words: where they stand, what hash they have, what they mean. Holds its buffers from one text to the next, so what
 * was read counts until the next is read.
 */
export class Reading {
  readonly #alphabet: Alphabet = createAlphabet()
  /** By code unit, whether it is of a word. */
  readonly isWord: Uint8Array = this.#alphabet.words
  readonly #meanings: Meanings = new Meanings()
  /** Small letters of the text, code unit by code unit. */
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
    const { kinds: kindOfCode, low: lowOf, words: isWord } = this.#alphabet
    const { low, starts, ends, hashes, kinds, meanings } = this
    const length = text.length
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at)
      low[at] = kindOfCode[code] === SPACE ? 0x20 : (lowOf[code] ?? code)
    }
    let count = 0
    for (let at = 0; at < length; ) {
      const kind = kindOfCode[low[at] ?? 0] ?? OTHER
      if (kind === SPACE) {
        at += 1
        continue
      }
      const start = at
      let hash = 0x811c9dc5 | 0
      if (kind === LETTER || kind === DIGIT) {
        do {
          hash = Math.imul(hash ^ (low[at] ?? 0), 0x01000193)
          at += 1
        } while (at < length && this.#goesOn(low, at, length))
        kinds[count] = 1
      } else {
        hash = Math.imul(hash ^ (low[at] ?? 0), 0x01000193)
        at += 1
        kinds[count] = kind === IDEOGRAPH ? 2 : 3
      }
      starts[count] = start
      ends[count] = at
      hashes[count] = hash
      let meaning = this.#meanings.at(low, start, length, isWord)
      if (meaning === 0 && ARABIC_CLITICS.has(low[start] ?? 0) && at - start > 3) {
        meaning = this.#meanings.at(low, start + 1, length, isWord)
        if (meaning === 0 && ARABIC_CLITICS.has(low[start + 1] ?? 0))
          meaning = this.#meanings.at(low, start + 2, length, isWord)
      }
      meanings[count] = meaning
      count += 1
    }
    this.count = count
  }

  /** Lets go of the text. */
  forget(): void {
    this.text = ''
    this.count = 0
  }

  /** An apostrophe between letters belongs to the word. */
  #goesOn(low: Uint16Array, at: number, length: number): boolean {
    const { kinds } = this.#alphabet
    const kind = kinds[low[at] ?? 0]
    if (kind === LETTER || kind === DIGIT) return true
    return kind === QUOTE && at + 1 < length && kinds[low[at + 1] ?? 0] === LETTER
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
