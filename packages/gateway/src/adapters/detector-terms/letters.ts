/** A letter, digit or mark of a script that puts spaces between words. */
export const LETTER = 1
export const SPACE = 2

/** What terms ask of a code unit. */
export interface Letters {
  /** `LETTER`, `SPACE` or 0. */
  readonly kinds: Uint8Array
  /** The small letter of a capital one; of all others themselves. */
  readonly small: Uint16Array
}

const UNITS = 0x10000
const LETTERS = /[\p{L}\p{N}\p{M}_]/u
/**
 * In these a word begins and ends in the middle of letters: no edge can be asked for. Korean is written with spaces, and particles
 * stand right behind a name.
 */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

let known: Letters | undefined

/** Always the same: made once, where somebody needs it. */
export function letters(): Letters {
  if (known !== undefined) return known
  const kinds = new Uint8Array(UNITS)
  const small = new Uint16Array(UNITS)
  for (let code = 0; code < UNITS; code++) {
    const one = String.fromCharCode(code)
    if (LETTERS.test(one)) kinds[code] = UNSPACED.test(one) ? 0 : LETTER
    else if (/\s/.test(one)) kinds[code] = SPACE
    const lower = one.toLowerCase()
    // `İ` has a small letter of two code units: it stays what it is.
    small[code] = lower.length === 1 ? lower.charCodeAt(0) : code
  }
  known = { kinds, small }
  return known
}
