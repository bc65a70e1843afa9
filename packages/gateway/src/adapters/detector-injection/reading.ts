import { mark, Units } from '../../views/units.js'
import { Meanings } from './meanings.js'

const OTHER = 0
const LETTER = 1
const DIGIT = 2
const SPACE = 3
const IDEOGRAPH = 4
const QUOTE = 5

/**
 * By code unit, all that is asked about it, so that one look has it: its small letter (white space is a space) in the lowest 16 bits,
 * what kind of character that is, whether it is of a word, and how the code unit is written.
 */
type Alphabet = Int32Array
const SMALL = 0xffff
const KIND = 16
const KINDS = 7
const OF_WORD = 1 << 19
const SHAPE = 20

/** How a code unit is written; 0: in no way that tells anything. */
const FIGURE = 1
const CAPITAL = 2
const LINE = 3
const FOREIGN = 4
/** Higher code units are all foreign. */
const LATIN_MAX = 0x24f

/** Two counts are one sum: what is counted second is so much each. */
const SECOND = 0x10000
/** By how a code unit is written, what it adds to two such sums. */
const FOREIGN_AND_FIGURES: Int32Array = Int32Array.of(0, SECOND, 0, 0, 1)
const CAPITALS_AND_LINES: Int32Array = Int32Array.of(0, 0, 1, SECOND, 0)
/** Of longer stretches the first of two counts would run over into the second. UTF-16 code units. */
const COUNTED_MAX = 0xffff

/** How a stretch of a text is written: how many there are of each. */
export interface Written {
  signs: number
  /** Signs right behind another one. */
  pairs: number
  foreign: number
  figures: number
  capitals: number
  lines: number
}

const NOTHING_WRITTEN: Readonly<Written> = { signs: 0, pairs: 0, foreign: 0, figures: 0, capitals: 0, lines: 0 }

/** @param words gets a 1 for each code unit of a word */
function createAlphabet(words: Uint8Array): Alphabet {
  const kinds = createKinds()
  const changes = new Uint8Array(0x10000)
  mark(changes, /\p{Changes_When_Lowercased}+/gu, 1)
  const alphabet = new Int32Array(0x10000)
  for (let code = 0; code < 0x10000; code++) {
    const kind = kinds[code]
    words[code] = kind === LETTER || kind === DIGIT ? 1 : 0
  }
  for (let code = 0; code < 0x10000; code++) {
    const small = smallOf(code, kinds[code] ?? OTHER, changes[code] === 1)
    const ofWord = words[small] === 1 ? OF_WORD : 0
    alphabet[code] = small | ((kinds[small] ?? OTHER) << KIND) | ofWord | (shapeOf(code, small) << SHAPE)
  }
  return alphabet
}

function smallOf(code: number, kind: number, changes: boolean): number {
  if (kind === SPACE) return 0x20
  if (code === 0x2019) return 0x27
  return kind === LETTER && changes ? lowOf(code) : code
}

function shapeOf(code: number, low: number): number {
  if (code > LATIN_MAX) return FOREIGN
  if (code >= 0x30 && code <= 0x39) return FIGURE
  if (code !== low && code > 0x20) return CAPITAL
  return code === 0x0a ? LINE : 0
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
  /** By code unit, whether it is of a word. */
  readonly isWord: Uint8Array = new Uint8Array(0x10000)
  readonly #alphabet: Alphabet = createAlphabet(this.isWord)
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
  /** How many texts were read so far: what was made of one counts as long as this is the same. */
  reads = 0
  /** By token, and behind the last: what stands before it. Foreign and figures, capitals and lines, signs and pairs of them. */
  #foreign: Int32Array = new Int32Array(0)
  #capitals: Int32Array = new Int32Array(0)
  #signs: Int32Array = new Int32Array(0)
  readonly #written: Written = { ...NOTHING_WRITTEN }

  read(text: string): void {
    // Who judges a text against the system message has just read it.
    if (text === this.text) return
    this.text = text
    this.reads += 1
    this.#makeRoom(text.length)
    this.units = this.#units.of(text)
    this.#cut(text.length)
    this.#understand(text.length)
  }

  #cut(length: number): void {
    const { low, starts, ends, hashes, kinds, units } = this
    const alphabet = this.#alphabet
    const foreignBefore = this.#foreign
    const capitalsBefore = this.#capitals
    const signsBefore = this.#signs
    let count = 0
    let foreign = 0
    let capitals = 0
    let signs = 0
    let signEnd = -1
    for (let at = 0; at < length; ) {
      const start = at
      foreignBefore[count] = foreign
      capitalsBefore[count] = capitals
      signsBefore[count] = signs
      const first = alphabet[units[at] as number] as number
      if (first >= 1 << SHAPE) {
        foreign = (foreign + (FOREIGN_AND_FIGURES[first >> SHAPE] as number)) | 0
        capitals = (capitals + (CAPITALS_AND_LINES[first >> SHAPE] as number)) | 0
      }
      low[at] = first
      at += 1
      const kind = (first >> KIND) & KINDS
      if (kind === SPACE) continue
      let hash = Math.imul(0x811c9dc5 ^ (first & SMALL), 0x01000193)
      if ((first & OF_WORD) !== 0) {
        for (; at < length; at++) {
          const one = alphabet[units[at] as number] as number
          if ((one & OF_WORD) === 0 && !(((one >> KIND) & KINDS) === QUOTE && this.#isLetter(at + 1, length))) break
          if (one >= 1 << SHAPE) {
            foreign = (foreign + (FOREIGN_AND_FIGURES[one >> SHAPE] as number)) | 0
            capitals = (capitals + (CAPITALS_AND_LINES[one >> SHAPE] as number)) | 0
          }
          low[at] = one
          hash = Math.imul(hash ^ (one & SMALL), 0x01000193)
        }
        // Said over and over a word says no more than twice: the first time and the last, with which a phrase may begin or a text end.
        if (count > 1 && hash === hashes[count - 1] && hash === hashes[count - 2]) {
          starts[count - 1] = start
          ends[count - 1] = at
          foreignBefore[count - 1] = foreignBefore[count] as number
          capitalsBefore[count - 1] = capitalsBefore[count] as number
          signsBefore[count - 1] = signsBefore[count] as number
          continue
        }
        kinds[count] = 1
      } else if (kind === IDEOGRAPH) kinds[count] = 2
      else {
        kinds[count] = 3
        signs = (signs + (start === signEnd ? SECOND + 1 : 1)) | 0
        signEnd = at
      }
      starts[count] = start
      ends[count] = at
      hashes[count] = hash
      count += 1
    }
    foreignBefore[count] = foreign
    capitalsBefore[count] = capitals
    signsBefore[count] = signs
    this.count = count
  }

  /** How the tokens from one to the one before the other are written. It counts until the next are asked about. */
  writtenIn(from: number, to: number): Readonly<Written> {
    const { count, ends, starts, units } = this
    const written = this.#written
    const alphabet = this.#alphabet
    if (to <= from) return NOTHING_WRITTEN
    const end = ends[to - 1] ?? 0
    if (end - (starts[from] ?? 0) > COUNTED_MAX) return this.#countedIn(from, to)
    let foreign = (this.#foreign[to] ?? 0) - (this.#foreign[from] ?? 0)
    let capitals = (this.#capitals[to] ?? 0) - (this.#capitals[from] ?? 0)
    // What stands before the next one is none of them.
    const next = to < count ? (starts[to] ?? 0) : this.text.length
    for (let at = end; at < next; at++) {
      const shape = (alphabet[units[at] as number] as number) >> SHAPE
      foreign -= FOREIGN_AND_FIGURES[shape] ?? 0
      capitals -= CAPITALS_AND_LINES[shape] ?? 0
    }
    const signs = this.#signs
    written.signs = ((signs[to] ?? 0) - (signs[from] ?? 0)) & COUNTED_MAX
    written.pairs = ((signs[to] ?? 0) - (signs[from + 1] ?? 0)) >>> 16
    written.foreign = foreign & COUNTED_MAX
    written.figures = foreign >>> 16
    written.capitals = capitals & COUNTED_MAX
    written.lines = capitals >>> 16
    return written
  }

  /** One by one. */
  #countedIn(from: number, to: number): Readonly<Written> {
    const { ends, kinds, starts, units } = this
    const alphabet = this.#alphabet
    const written: Written = { ...NOTHING_WRITTEN }
    for (let at = from; at < to; at++) {
      if (kinds[at] !== 3) continue
      written.signs += 1
      if (at > from && kinds[at - 1] === 3 && starts[at] === ends[at - 1]) written.pairs += 1
    }
    const end = ends[to - 1] ?? 0
    for (let at = starts[from] ?? 0; at < end; at++) {
      const shape = (alphabet[units[at] as number] as number) >> SHAPE
      if (shape === FOREIGN) written.foreign += 1
      else if (shape === FIGURE) written.figures += 1
      else if (shape === CAPITAL) written.capitals += 1
      else if (shape === LINE) written.lines += 1
    }
    return written
  }

  /** An apostrophe between letters belongs to the word. */
  #isLetter(at: number, length: number): boolean {
    return at < length && (((this.#alphabet[this.units[at] as number] as number) >> KIND) & KINDS) === LETTER
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
    this.reads += 1
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
    this.#foreign = new Int32Array(room + 1)
    this.#capitals = new Int32Array(room + 1)
    this.#signs = new Int32Array(room + 1)
  }
}
