import type { Cell } from './cell.js'
import { daysOfCell } from './fields.js'

/** Folded characters of a value that is compared as a whole; what is longer is compared by its parts. */
export const VALUE_MIN = 10
export const VALUE_MAX = 41

/** As many bits must nobody be able to guess: more than a caller can try, and than chance brings together in a prompt. */
const BITS_MIN = 33
const DISTINCT_MIN = 4
const DIGIT_BITS = Math.log2(10)
/** Of letters in a code, in a word of a language, and in one of two letters, such as a country's. */
const CODE_BITS = 4
const WORD_BITS = 1.5
const SHORT_BITS = 2
/** Of what is folded nothing but digits stands before it. */
const NINE = 0x39
/** Letters alone are names, titles and kinds until there are many. */
export const LETTERS_MIN = 32
/** So many neighbours of ten may be the same digit, or the next: more is a sequence that everybody writes. */
const STEPS_MAX = 0.7
/** Addresses of nobody in particular. */
const ROLES: ReadonlySet<string> = new Set(
  'abuse admin contact data hello help hr info jobs legal mail marketing no-reply noreply office postmaster press privacy sales security service support team test user webmaster'.split(
    ' ',
  ),
)
const EMAIL = /^([^\s@]{2,64})@[^\s@]+\.[^\s@.]{2,}$/

/**
 * Whether a value tells by itself whose or what it is: an address, a number of a person or an account, a long code. By an
 * estimate of its entropy, since nobody may learn by trying which values were released.
 *
 * Of e-mail addresses most are easier to guess than that; they are remembered all the same, for none stands in a prompt by chance.
 */
export function isIdentifying(cell: Cell): boolean {
  const { hasDigit, text, units, words } = cell
  if (units.length < VALUE_MIN || units.length > VALUE_MAX) return false
  const local = text.includes('@') ? EMAIL.exec(text.trim())?.[1] : undefined
  if (local !== undefined) return !ROLES.has(local.toLowerCase())
  if (!hasDigit) return units.length >= LETTERS_MIN && new Set(units).size >= DISTINCT_MIN
  let bits = 0
  for (const word of words) bits += bitsOf(word)
  if (bits < BITS_MIN || isSequence(units) || new Set(units).size < DISTINCT_MIN) return false
  // A day, or a point in time to the second.
  return daysOfCell(cell).length === 0
}

function bitsOf(word: string): number {
  let digits = 0
  for (let at = 0; at < word.length; at++) if (word.charCodeAt(at) <= NINE) digits += 1
  const letters = word.length - digits
  if (digits > 0) return digits * DIGIT_BITS + letters * CODE_BITS
  return letters * (letters <= 2 ? SHORT_BITS : WORD_BITS)
}

function isSequence(units: string): boolean {
  let steps = 0
  for (let at = 1; at < units.length; at++) {
    const step = Math.abs(units.charCodeAt(at) - units.charCodeAt(at - 1))
    if (step <= 1 || step === 9) steps++
  }
  return steps > (units.length - 1) * STEPS_MAX
}
