import { DIGIT, LOWER, UPPER } from './characters.js'

export const NONE = 0
export const CAPITALISED_SHAPE = 1
export const INITIAL = 2
export const CAPITALS = 3
export const MIXED = 4
export const SMALL = 5
/** 6 to 11: numbers of one to five digits, and longer ones. */
export const NUMBER = 6
export const NUMBER_WORD = 12
export const WORD_NUMBER = 13
export const LINE = 14
export const BLANK_LINE = 15
/** 16 and on: punctuation, by `PUNCTUATION`; the last is all other. */
const MARK = 16
const PUNCTUATION = ',.-\'’/#&:;()"[]{}<>|@=+*_!?'
/** The first of the marks. */
export const COMMA = 16

const OTHER_MARK = MARK + PUNCTUATION.length
const MARKS_END = 0x2020
const MARKS: Uint8Array = new Uint8Array(MARKS_END).fill(OTHER_MARK)
for (let index = 0; index < PUNCTUATION.length; index++) MARKS[PUNCTUATION.charCodeAt(index)] = MARK + index

export function markShape(code: number): number {
  return code < MARKS_END ? (MARKS[code] as number) : OTHER_MARK
}

/**
 * The shape of a word.
 *
 * @param first what its first character is
 * @param further a bit for each class (`1 << LOWER`) that is among its further ones
 */
export function wordShape(first: number, further: number, length: number): number {
  const all = further | (1 << first)
  if (all === 1 << DIGIT) return NUMBER + Math.min(5, length - 1)
  if ((all & (1 << DIGIT)) !== 0) return first === DIGIT ? NUMBER_WORD : WORD_NUMBER
  if (all === 1 << LOWER) return SMALL
  if (all === 1 << UPPER) return length === 1 ? INITIAL : CAPITALS
  return first === UPPER && further === 1 << LOWER ? CAPITALISED_SHAPE : MIXED
}
