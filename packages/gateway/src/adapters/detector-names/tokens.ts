import { BREAK, SPACE } from './characters.js'
import { HASH_FIRST, hashOn } from './lexicon.js'
import { hashOfSmall, isWordClass, type Reader, WORD_MAX } from './reader.js'
import { BLANK_LINE, LINE, markShape, NONE, wordShape } from './shapes.js'

/** Longer gaps part what stands on their sides. */
const GAP_MAX = 8
/** How far back a run sees, within the 128 characters that a stream keeps. */
export const BACK_MAX = 96

/** Tokens of one place of the text, in arrays that are used again and again. */
export interface Tokens {
  readonly start: Int32Array
  readonly end: Int32Array
  readonly shape: Uint8Array
  /** `hashOf` in small letters. */
  readonly word: Uint32Array
  readonly kind: Uint16Array
  /** Hashes of its last two, three, four characters and of its first three, in small letters: of words within a run. */
  readonly tail2: Uint32Array
  readonly tail3: Uint32Array
  readonly tail4: Uint32Array
  readonly head3: Uint32Array
}

export function tokensOf(size: number): Tokens {
  return {
    start: new Int32Array(size),
    end: new Int32Array(size),
    shape: new Uint8Array(size),
    word: new Uint32Array(size),
    kind: new Uint16Array(size),
    tail2: new Uint32Array(size),
    tail3: new Uint32Array(size),
    tail4: new Uint32Array(size),
    head3: new Uint32Array(size),
  }
}

/** Puts a word into place `index`, but for its ends: see `putEnds`. */
export function putWord(reader: Reader, tokens: Tokens, index: number, word: number): void {
  const hash = reader.hashOf(word)
  put(tokens, index, reader.startOf(word), reader.endOf(word), reader.shapeOf(word), hash)
  tokens.kind[index] = reader.lexicon.kindOf(hash)
}

/** As `putWord`, a part of a word. */
export function putPart(reader: Reader, tokens: Tokens, index: number, start: number, end: number): void {
  const { classes, units } = reader
  const word = hashOfSmall(reader.text, start, end)
  let further = 0
  for (let at = start + 1; at < end; at++) further |= 1 << (classes[units[at] as number] as number)
  const first = classes[units[start] as number] as number
  put(tokens, index, start, end, wordShape(first, further, end - start), word)
  tokens.kind[index] = reader.lexicon.kindOf(word)
}

/** Puts down how the word in place `index` begins and ends. */
export function putEnds(reader: Reader, tokens: Tokens, index: number): void {
  const length = readSmall(reader, tokens.start[index] as number, tokens.end[index] as number)
  tokens.tail2[index] = hashOfLetters(Math.max(0, length - 2), length)
  tokens.tail3[index] = hashOfLetters(Math.max(0, length - 3), length)
  tokens.tail4[index] = hashOfLetters(Math.max(0, length - 4), length)
  tokens.head3[index] = hashOfLetters(0, Math.min(3, length))
}

const ASCII_MAX = 0x7f
/** A word in small letters, each of which may become three. */
const SMALL_WORD: Uint16Array = new Uint16Array(3 * (WORD_MAX + 1))

/** @returns the length of what it wrote to `SMALL_WORD` */
function readSmall({ text, units }: Reader, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const code = units[at] as number
    if (code > ASCII_MAX) return readSmallBeyond(text, start, end)
    SMALL_WORD[at - start] = code >= 0x41 && code <= 0x5a ? code | 0x20 : code
  }
  return end - start
}

function readSmallBeyond(text: string, start: number, end: number): number {
  const small = text.slice(start, end).toLowerCase()
  for (let at = 0; at < small.length; at++) SMALL_WORD[at] = small.charCodeAt(at)
  return small.length
}

function hashOfLetters(start: number, end: number): number {
  let hash = HASH_FIRST
  for (let at = start; at < end; at++) hash = hashOn(hash, SMALL_WORD[at] as number)
  return hash >>> 0
}

/** Puts punctuation, a line break, or nothing into place `index`. */
export function putShape(tokens: Tokens, index: number, start: number, end: number, shape: number): void {
  put(tokens, index, start, end, shape, shape)
  tokens.kind[index] = 0
}

function put(tokens: Tokens, index: number, start: number, end: number, shape: number, word: number): void {
  tokens.start[index] = start
  tokens.end[index] = end
  tokens.shape[index] = shape
  tokens.word[index] = word
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
export function readGap({ classes, units, length }: Reader, at: number, gap: Gap): void {
  gap.lines = 0
  gap.open = false
  gap.wide = false
  let end = at
  for (const most = at + GAP_MAX; end < length; end++) {
    const code = units[end] as number
    const one = classes[code]
    if (one === BREAK) {
      // CR LF is one.
      if (code !== 0x0a || end === at || units[end - 1] !== 0x0d) gap.lines = Math.min(2, gap.lines + 1)
    } else if (one !== SPACE) break
    if (end >= most) {
      gap.wide = true
      break
    }
  }
  gap.end = end
  gap.open = end >= length && !gap.wide
}

/**
 * The tokens right before `start`, the nearest first in place `first`, the next in `first - 1`, and so on down to 0. What does
 * not stand within `BACK_MAX` characters as a whole counts as nothing: it may not be there any more when a stream comes this far.
 *
 * @param word the one that stands at `start`, or that goes on there
 */
export function readBack(reader: Reader, tokens: Tokens, first: number, start: number, word: number): void {
  const { classes, units } = reader
  const lowest = start - BACK_MAX
  let at = start
  let index = first
  while (index >= 0) {
    let end = at
    let lines = 0
    for (; end > 0 && at - end < GAP_MAX; end--) {
      const one = classes[units[end - 1] as number]
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
    const code = units[end - 1] as number
    if (!isWordClass(classes[code] as number)) {
      putShape(tokens, index, end - 1, end, markShape(code))
      at = end - 1
      index--
      continue
    }
    while (reader.startOf(word) >= end) word--
    const begin = reader.startOf(word)
    if (begin <= lowest || end - begin > WORD_MAX) break
    if (end === reader.endOf(word)) putWord(reader, tokens, index, word)
    else putPart(reader, tokens, index, begin, end)
    at = begin
    index--
  }
  for (; index >= 0; index--) putShape(tokens, index, at, at, NONE)
}
