import { type FindingType, SURROGATE_TYPES, type SurrogateType } from '../spec/index.js'
import { base32, labelOf } from './placeholder.js'

export function hasSurrogate(type: FindingType): type is SurrogateType {
  return SURROGATE_TYPES.some((one) => one === type)
}

/** Types whose values mean the same however they are grouped: separators and case are not part of the value. */
export function isGrouped(type: FindingType): type is 'pii.card' | 'pii.iban' {
  return type === 'pii.card' || type === 'pii.iban'
}

/** What is left of a grouped value without its grouping. */
export function ungrouped(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase()
}

/** The characters of `what`, grouped and spelt as `like` is, which has as many letters and digits. */
export function groupedLike(what: string, like: string): string {
  let at = 0
  return like.replaceAll(/[A-Za-z0-9]/g, (one) => {
    const next = what.charAt(at++)
    return one >= 'a' ? next.toLowerCase() : next
  })
}

const TRIES = 32

/** Surrogates of a value, the first one first. `random`: bytes that are the value's own, others for each number. */
export function* surrogatesOf(
  type: SurrogateType,
  value: string,
  random: (nth: number) => Uint8Array,
): Iterable<string> {
  for (let nth = 0; nth < TRIES; nth++) {
    const surrogate = surrogateOf(type, value, random(nth))
    if (surrogate !== undefined) yield surrogate
  }
}

function surrogateOf(type: SurrogateType, value: string, random: Uint8Array): string | undefined {
  switch (type) {
    case 'pii.card':
      return card(value, random)
    case 'pii.iban':
      return iban(value, random)
    case 'pii.email':
      // RFC 2606 section 2: ".invalid" never has an address.
      return `${base32(random, 8).toLowerCase()}@${labelOf(type).toLowerCase()}.invalid`
  }
}

const ISSUER_DIGITS = 6
const LAST_DIGITS = 4

/** Keeps the issuer's digits and the last four. Never a number that could be somebody's: its check digit is wrong. */
function card(digits: string, random: Uint8Array): string | undefined {
  const middle = digits.length - ISSUER_DIGITS - LAST_DIGITS
  if (middle < 1) return undefined
  let inside = ''
  for (let at = 0; at < middle; at++) inside += String((random[at] ?? 0) % 10)
  const last = digits.slice(-LAST_DIGITS)
  const whole = digits.slice(0, ISSUER_DIGITS) + inside + last
  // Nor the beginning of a longer one: whoever looks for numbers looks for those as well.
  for (let length = CARD_MIN; length <= whole.length; length++) {
    if (luhnHolds(whole.slice(0, length))) return undefined
  }
  return whole
}

const CARD_MIN = 12

/** ISO/IEC 7812-1 annex B. */
function luhnHolds(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 0x30
    const value = at % 2 === 1 ? digit * 2 : digit
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}

/** Keeps the country and the last four, and what is a letter or a digit. Its check digits are wrong. */
function iban(value: string, random: Uint8Array): string | undefined {
  const end = value.length - LAST_DIGITS
  let surrogate = value.slice(0, 2)
  for (let at = 2; at < end; at++) {
    const byte = random[at % random.length] ?? 0
    const isDigit = value.charCodeAt(at) <= 0x39
    surrogate += isDigit ? String((byte + at) % 10) : String.fromCharCode(0x41 + ((byte + at) % 26))
  }
  surrogate += value.slice(end)
  return checksumHolds(surrogate) ? undefined : surrogate
}

/** ISO 7064 mod 97-10, as ISO 13616 uses it. */
function checksumHolds(value: string): boolean {
  let rest = 0
  for (const one of value.slice(4) + value.slice(0, 4)) {
    const code = Number.parseInt(one, 36)
    rest = (rest * (code > 9 ? 100 : 10) + code) % 97
  }
  return rest === 1
}
