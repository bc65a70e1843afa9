import { mark } from '../../views/units.js'

/** What a UTF-16 code unit is to the reader of names; 0 is all other, and half a surrogate pair: no name is written in what needs two. */
export const SPACE = 1
export const BREAK = 2
/** Letters without a capital form too. */
export const LOWER = 3
export const UPPER = 4
export const DIGIT = 5

/** A table for all 65,536: one look a character is what makes prose cheap. */
export function characterClasses(): Uint8Array {
  const classes = new Uint8Array(0x10000)
  mark(classes, /[\p{L}\p{M}]+/gu, LOWER)
  mark(classes, /[\p{Lu}\p{Lt}]+/gu, UPPER)
  mark(classes, /[0-9]+/g, DIGIT)
  mark(classes, /[ \u00a0\u202f]/g, SPACE)
  mark(classes, /[\n\r\u2028\u2029]/g, BREAK)
  return classes
}
