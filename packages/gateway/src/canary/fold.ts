import { createHomoglyphs } from '../views/homoglyphs.js'

// A text as its letters alone: what stands between them (spaces, punctuation, what nobody sees) is passed over, small and
// capital letters are one, accents are left out, and digits and letters that are taken for others are those. So a text that is
// spelt, spaced or dressed in another way has the same letters. Each character is folded by itself, so that it does not matter
// where a text is cut.

/** Of what is no letter. */
export const NO_LETTER = 0

/** Of what was not asked for yet. */
export const UNKNOWN = 0xffff
/** By code unit that is no half of a pair, its letter as far as it is known. */
export const FOLDED: Uint16Array = new Uint16Array(0x10000).fill(UNKNOWN)
FOLDED.fill(NO_LETTER, 0, 0x80)
for (let code = 0x61; code <= 0x7a; code++) FOLDED[code] = FOLDED[code - 0x20] = code
for (let code = 0x30; code <= 0x39; code++) FOLDED[code] = code
// `l`, `1` and `i` are one letter here: nobody can say which of the others a `1` stands for.
for (const [like, letter] of ['0o', '1i', 'li', 'Li', '3e', '4a', '5s', '7t', '8b', '@a', '$s'] as const) {
  FOLDED[String(like).charCodeAt(0)] = String(letter).charCodeAt(0)
}

/** Made where a letter of another alphabet first asks for it. */
let twins: Uint16Array | undefined

/** The letter of a code unit that is no half of a pair: a number below 2^16, or `NO_LETTER`. */
export function letterOf(code: number): number {
  const known = FOLDED[code] ?? NO_LETTER
  if (known !== UNKNOWN) return known
  const letter = fold(String.fromCharCode(code))
  FOLDED[code] = letter
  return letter
}

/** The same of a character beyond U+FFFF. */
export function letterOfPair(high: number, low: number): number {
  // Tag characters are ASCII that nobody sees.
  if (high === 0xdb40 && low >= 0xdc00 && low < 0xdc80) return letterOf(low - 0xdc00)
  return fold(String.fromCharCode(high, low))
}

/** From here on code units are signs that say as much as several letters of an alphabet, halves of pairs, or odd. */
export const ODD_MIN = 0x2e80

/** A sign that says as much as several letters of an alphabet. */
export function isWide(code: number): boolean {
  return code >= ODD_MIN && code < 0xd7b0
}

function fold(character: string): number {
  const plain = character.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const [first] = plain
  if (first === undefined || !/[\p{L}\p{N}]/u.test(first)) return NO_LETTER
  twins ??= createHomoglyphs()
  const code = twins[first.charCodeAt(0)] || first.charCodeAt(0)
  if (code < 0x80) return FOLDED[code] ?? NO_LETTER
  // Of a pair both halves count, in as many bits as there are.
  const folded = first.length > 1 ? (code ^ (first.charCodeAt(1) << 5)) & 0xffff : code
  return folded === UNKNOWN || folded === NO_LETTER ? 1 : folded
}
