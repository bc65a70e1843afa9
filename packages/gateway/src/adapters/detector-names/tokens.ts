import { BREAK, DIGIT, LOWER, OTHER, SPACE, UPPER } from './characters.js'
import { HASH_FIRST, hashOn, type Lexicon } from './lexicon.js'

/** Longer words are no names: they are passed over as a whole, however long. */
export const WORD_MAX = 48
/** Longer gaps part what stands on their sides. */
const GAP_MAX = 8
/** How far back a run sees, within the 128 characters that a stream keeps. */
export const BACK_MAX = 96

export const NONE = 0
export const CAPITALISED_SHAPE = 1
export const INITIAL = 2
const CAPITALS = 3
const MIXED = 4
export const SMALL = 5
/** 6 to 11: numbers of one to five digits, and longer ones. */
export const NUMBER = 6
export const NUMBER_WORD = 12
const WORD_NUMBER = 13
export const LINE = 14
export const BLANK_LINE = 15
/** 16 and on: punctuation, by `PUNCTUATION`; the last is all other. */
const MARK = 16
const PUNCTUATION = ',.-\'’/#&:;()"[]{}<>|@=+*_!?'

const shapeOfMark = new Map([...PUNCTUATION].map((char, index) => [char.charCodeAt(0), MARK + index]))
const OTHER_MARK = MARK + PUNCTUATION.length

/** The first of the marks. */
export const COMMA = 16

/** Tokens of one place of the text, in arrays that are used again and again. */
export interface Tokens {
  count: number
  readonly start: Int32Array
  readonly end: Int32Array
  readonly shape: Uint8Array
  /** `hashOf` in small letters. */
  readonly word: Uint32Array
  readonly kind: Uint16Array
  /** Hashes of its last two, three, four characters and of its first three, in small letters. */
  readonly tail2: Uint32Array
  readonly tail3: Uint32Array
  readonly tail4: Uint32Array
  readonly head3: Uint32Array
  /** Whether it follows the one before without a space. */
  readonly tight: Uint8Array
}

export function tokensOf(size: number): Tokens {
  return {
    count: 0,
    start: new Int32Array(size),
    end: new Int32Array(size),
    shape: new Uint8Array(size),
    word: new Uint32Array(size),
    kind: new Uint16Array(size),
    tail2: new Uint32Array(size),
    tail3: new Uint32Array(size),
    tail4: new Uint32Array(size),
    head3: new Uint32Array(size),
    tight: new Uint8Array(size),
  }
}

/** Where a token ends, and where what stands between it and the next does. */
export interface Reader {
  readonly classes: Uint8Array
  readonly lexicon: Lexicon
}

export function isWordClass(one: number): boolean {
  return one >= LOWER
}

/** End of the word that `at` stands in, looking no further than one character beyond `WORD_MAX`. */
export function wordEnd(classes: Uint8Array, text: string, at: number): number {
  const most = Math.min(text.length, at + WORD_MAX + 1)
  let end = at + 1
  while (end < most && isWordClass(classes[text.charCodeAt(end)] ?? OTHER)) end++
  return end
}

/** End of the word that `at` stands in, however long it is. */
export function wholeWordEnd(classes: Uint8Array, text: string, at: number): number {
  let end = at
  while (end < text.length && isWordClass(classes[text.charCodeAt(end)] ?? OTHER)) end++
  return end
}

/** Puts a word into place `index`. */
export function putWord(reader: Reader, tokens: Tokens, index: number, text: string, start: number, end: number): void {
  const length = readSmall(text, start, end)
  const word = hashOfSmall(0, length)
  put(tokens, index, start, end, shapeOf(reader.classes, text, start, end), word)
  tokens.kind[index] = reader.lexicon.kindOf(word)
  tokens.tail2[index] = hashOfSmall(Math.max(0, length - 2), length)
  tokens.tail3[index] = hashOfSmall(Math.max(0, length - 3), length)
  tokens.tail4[index] = hashOfSmall(Math.max(0, length - 4), length)
  tokens.head3[index] = hashOfSmall(0, Math.min(3, length))
}

/** A word in small letters, each of which may become three. */
const SMALL_WORD: Uint16Array = new Uint16Array(3 * (WORD_MAX + 1))

/** @returns the length of what it wrote to `SMALL_WORD` */
function readSmall(text: string, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) return readSmallBeyond(text, start, end)
    SMALL_WORD[at - start] = code >= 0x41 && code <= 0x5a ? code | 0x20 : code
  }
  return end - start
}

function readSmallBeyond(text: string, start: number, end: number): number {
  const small = text.slice(start, end).toLowerCase()
  for (let at = 0; at < small.length; at++) SMALL_WORD[at] = small.charCodeAt(at)
  return small.length
}

function hashOfSmall(start: number, end: number): number {
  let hash = HASH_FIRST
  for (let at = start; at < end; at++) hash = hashOn(hash, SMALL_WORD[at] as number)
  return hash >>> 0
}

/** Puts punctuation, a line break, or nothing into place `index`. */
export function putShape(tokens: Tokens, index: number, start: number, end: number, shape: number): void {
  put(tokens, index, start, end, shape, shape)
  tokens.kind[index] = 0
  tokens.tail2[index] = 0
  tokens.tail3[index] = 0
  tokens.tail4[index] = 0
  tokens.head3[index] = 0
}

function put(tokens: Tokens, index: number, start: number, end: number, shape: number, word: number): void {
  tokens.start[index] = start
  tokens.end[index] = end
  tokens.shape[index] = shape
  tokens.word[index] = word
}

export function markShape(code: number): number {
  return shapeOfMark.get(code) ?? OTHER_MARK
}

function shapeOf(classes: Uint8Array, text: string, start: number, end: number): number {
  let lower = 0
  let upper = 0
  let digits = 0
  for (let at = start; at < end; at++) {
    const one = classes[text.charCodeAt(at)] ?? OTHER
    if (one === LOWER) lower++
    else if (one === UPPER) upper++
    else if (one === DIGIT) digits++
  }
  const length = end - start
  if (digits === length) return NUMBER + Math.min(5, length - 1)
  const first = classes[text.charCodeAt(start)]
  if (digits > 0) return first === DIGIT ? NUMBER_WORD : WORD_NUMBER
  if (lower === length) return SMALL
  if (upper === length) return length === 1 ? INITIAL : CAPITALS
  return first === UPPER && upper === 1 ? CAPITALISED_SHAPE : MIXED
}

/** What stands between two tokens. */
export interface Gap {
  /** Where the next token begins. */
  end: number
  /** 0, 1 or 2: line breaks in it, 2 for more. */
  lines: number
  /** The text ends before the next token begins. */
  open: boolean
  /** Too wide, or with something that parts. */
  wide: boolean
}

/** Reads on from the end of a token. */
export function readGap(classes: Uint8Array, text: string, at: number, gap: Gap): void {
  gap.lines = 0
  gap.open = false
  gap.wide = false
  let end = at
  for (const most = at + GAP_MAX; end < text.length; end++) {
    const code = text.charCodeAt(end)
    const one = classes[code]
    if (one === BREAK) {
      // CR LF is one.
      if (code !== 0x0a || text.charCodeAt(end - 1) !== 0x0d || end === at) gap.lines = Math.min(2, gap.lines + 1)
    } else if (one !== SPACE) break
    if (end >= most) {
      gap.wide = true
      break
    }
  }
  gap.end = end
  gap.open = end >= text.length && !gap.wide
}

/**
 * The tokens right before `start`, the nearest first in place `first`, the next in `first - 1`, and so on down to 0. What does
 * not stand within `BACK_MAX` characters as a whole counts as nothing: it may not be there any more when a stream comes this far.
 */
export function readBack(reader: Reader, tokens: Tokens, first: number, text: string, start: number): void {
  const { classes } = reader
  const lowest = start - BACK_MAX
  let at = start
  let index = first
  while (index >= 0) {
    let end = at
    let lines = 0
    for (; end > 0 && at - end < GAP_MAX; end--) {
      const one = classes[text.charCodeAt(end - 1)]
      if (one === BREAK) lines++
      else if (one !== SPACE) break
    }
    if (end <= 0 || end <= lowest || at - end >= GAP_MAX) break
    if (lines > 0) {
      putShape(tokens, index, end, at, lines > 1 ? BLANK_LINE : LINE)
      at = end
      index--
      if (index < 0) return
    }
    const code = text.charCodeAt(end - 1)
    if (!isWordClass(classes[code] ?? OTHER)) {
      putShape(tokens, index, end - 1, end, markShape(code))
      at = end - 1
      index--
      continue
    }
    let begin = end - 1
    while (begin > 0 && end - begin <= WORD_MAX && isWordClass(classes[text.charCodeAt(begin - 1)] ?? OTHER)) begin--
    if (begin <= lowest || end - begin > WORD_MAX) break
    putWord(reader, tokens, index, text, begin, end)
    at = begin
    index--
  }
  for (; index >= 0; index--) putShape(tokens, index, at, at, NONE)
}
