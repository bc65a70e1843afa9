/** What a UTF-16 code unit is to the reader of names. Half a surrogate pair is `OTHER`: no name is written in what needs two. */
export const OTHER = 0
export const SPACE = 1
export const BREAK = 2
/** Letters without a capital form too. */
export const LOWER = 3
export const UPPER = 4
export const DIGIT = 5

/** A table for all 65,536: one look a character is what makes prose cheap. */
export function characterClasses(): Uint8Array {
  const classes = new Uint8Array(0x10000)
  for (let code = 0; code < classes.length; code++) classes[code] = classOf(code)
  return classes
}

function classOf(code: number): number {
  if (code === 0x0a || code === 0x0d || code === 0x2028 || code === 0x2029) return BREAK
  if (code === 0x20 || code === 0xa0 || code === 0x202f) return SPACE
  if (code >= 0x30 && code <= 0x39) return DIGIT
  if (code >= 0xd800 && code <= 0xdfff) return OTHER
  const char = String.fromCharCode(code)
  if (/\p{Lu}|\p{Lt}/u.test(char)) return UPPER
  return /\p{L}|\p{M}/u.test(char) ? LOWER : OTHER
}
