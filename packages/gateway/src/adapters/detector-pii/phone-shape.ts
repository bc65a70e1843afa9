import { callingCodeLength } from './calling-codes.js'

/** A number as it is written: groups of digits, and what stands between them. */
export interface Written {
  readonly digits: string
  /** Lengths of the groups. */
  readonly sizes: readonly number[]
  /** Between two groups each: one of ` `, `-`, `.`, `/`, `(`, `)`. */
  readonly separators: readonly string[]
  readonly hasPlus: boolean
  /** Which group stands in parentheses, or -1. */
  readonly enclosed: number
}

/**
 * What has to be said before a number for it to count.
 * `nothing`: it is written as nothing else is. `little`: any word about calling. `much`: such a word right before it.
 * `plus`: as `nothing`, and no word speaks against it.
 */
export type Needs = 'plus' | 'nothing' | 'little' | 'much'

export interface Shape {
  readonly needs: Needs
  readonly score: number
}

export const DIGITS_MIN = 6
/** ITU-T E.164: "the maximum number of digits … is 15", and two for the international prefix. */
export const DIGITS_MAX = 17

export function shapeOf(written: Written): Shape | undefined {
  const { digits, sizes, hasPlus, enclosed } = written
  if (digits.length < DIGITS_MIN || digits.length > DIGITS_MAX || isOtherwise(written)) return undefined
  if (hasPlus) return international(digits, sizes)
  // Code points, sectors, registers: words of four digits that all begin so.
  if (digits.startsWith('00') && /^(?:00\d\d){2,4}$/.test(digits) && sizes.every((size) => size === 4)) return undefined
  if (isAmount(digits, sizes)) return undefined
  if (digits.startsWith('00') && digits.length >= 10 && (sizes[0] ?? 0) > 1) {
    const isAbroad = digits.charAt(2) === '1' ? digits.length === 13 : callingCodeLength(digits.slice(2)) > 0
    if (isAbroad) return sizes.length > 1 ? NEEDS_NOTHING_80 : NEEDS_MUCH
  }
  if (digits.length > 15) return undefined
  if (enclosed === 0 || (enclosed === 1 && sizes[0] === 1)) return enclosedArea(written)
  if (sizes.length === 1) return compact(digits)
  return grouped(written)
}

const NEEDS_NOTHING_80: Shape = { needs: 'nothing', score: 0.8 }
const NEEDS_NOTHING_65: Shape = { needs: 'nothing', score: 0.65 }
const NEEDS_LITTLE: Shape = { needs: 'little', score: 0.8 }
const NEEDS_MUCH: Shape = { needs: 'much', score: 0.7 }

function international(digits: string, sizes: readonly number[]): Shape | undefined {
  if (digits.length > 15 || sizes.filter((size) => size === 1).length > 3) return undefined
  if (digits.length < 8 || digits.startsWith('0')) return NEEDS_MUCH
  if (digits.startsWith('1')) return digits.length === 11 ? { needs: 'plus', score: 0.95 } : NEEDS_LITTLE
  if (callingCodeLength(digits) > 0) return { needs: 'plus', score: 0.95 }
  return digits.length > 9 ? { needs: 'plus', score: 0.6 } : NEEDS_MUCH
}

/** `(020) 7946 0018`, `1 (212) 555-0142`. */
function enclosedArea({ digits, sizes, separators, enclosed }: Written): Shape | undefined {
  const area = sizes[enclosed] ?? 0
  const rest = sizes.slice(enclosed + 1)
  const restDigits = rest.reduce((sum, size) => sum + size, 0)
  if (area > 5 || restDigits < 5 || restDigits > 9 || rest.some((size) => size === 1)) return undefined
  if (enclosed === 1) return area === 3 && restDigits === 7 && digits.startsWith('1') ? NEEDS_NOTHING_80 : NEEDS_LITTLE
  if (area === 4 && /^(?:19|20)/.test(digits)) return NEEDS_MUCH
  if (isDate(digits.slice(area), rest, separators[enclosed + 1])) return undefined
  if (area === 3 && restDigits === 7) return { needs: 'nothing', score: 0.9 }
  if (digits.length < 8) return NEEDS_LITTLE
  // `(12) 345678` may be the twelfth of something.
  return rest.length > 1 || area > 2 || digits.startsWith('0') ? { needs: 'nothing', score: 0.75 } : NEEDS_LITTLE
}

/** Digits in a row: only what mobile numbers of a few countries alone begin with stands without a word. */
function compact(digits: string): Shape {
  if (/^07[1-57-9]\d{8}$|^01[567]\d{8,9}$|^0[67]\d{8}$/.test(digits)) return { needs: 'nothing', score: 0.5 }
  return NEEDS_MUCH
}

function grouped({ digits, sizes, separators }: Written): Shape | undefined {
  const separator = isUniform(separators) ? separators[0] : undefined
  switch (grouping(sizes)) {
    case 334:
      if (separator === '-') return { needs: 'nothing', score: isNanp(digits) ? 0.85 : 0.7 }
      if (separator === '.' || separators[0] === '/')
        return isNanp(digits) ? { needs: 'nothing', score: 0.75 } : NEEDS_LITTLE
      break
    case 1334:
      if (digits.startsWith('1') && isNanp(digits.slice(1))) return { needs: 'nothing', score: 0.85 }
      break
    case 22222:
      if (/^0[1-9]/.test(digits) && separator !== undefined && separator !== '/')
        return isCounting(digits) ? NEEDS_LITTLE : { needs: 'nothing', score: 0.9 }
      break
    case 3222:
      if (/^[5-9]/.test(digits) && separator === ' ') return NEEDS_NOTHING_65
      break
    case 2322:
      if (separator === ' ' || separator === '-') return NEEDS_NOTHING_65
      break
    case 254:
      if (digits.charAt(2) === '9' && separators[1] === '-') return { needs: 'nothing', score: 0.75 }
      break
    case 244:
      if (separators[0] === ' ' && separators[1] === '-') return { needs: 'nothing', score: 0.7 }
      break
  }
  if (isTrunk(digits, sizes, separators)) return { needs: 'nothing', score: 0.75 }
  if (separators.includes('.') && separator !== '.') return undefined
  // `3.14159265`
  if (separator === '.' && sizes.length === 2) return undefined
  if (sizes.slice(1).some((size) => size === 1) || sizes.length > 6) return undefined
  if (separators.includes('/') && sizes.length > 2) return NEEDS_MUCH
  return digits.length >= 7 ? NEEDS_LITTLE : NEEDS_MUCH
}

/** `334` of three, three and four digits; of more than five groups, or longer ones, a number that stands for none. */
function grouping(sizes: readonly number[]): number {
  if (sizes.length > 5) return 0
  let one = 0
  for (const size of sizes) {
    if (size > 9) return 0
    one = 10 * one + size
  }
  return one
}

/** `01 02 03 04 05`: one more each time. */
function isCounting(digits: string): boolean {
  const first = Number(digits.slice(0, 2))
  return [1, 2, 3, 4].every((step) => Number(digits.slice(2 * step, 2 * step + 2)) === first + step)
}

/** `128 000 000 000`: thousands of something. */
function isAmount(digits: string, sizes: readonly number[]): boolean {
  const isThousands = sizes.length > 3 && sizes.slice(1).every((size) => size === 3)
  return isThousands && !digits.startsWith('0') && digits.endsWith('000000')
}

/** North American Numbering Plan: an area, and an exchange, begin with 2 to 9. */
function isNanp(digits: string): boolean {
  return /^[2-9]\d\d[2-9]/.test(digits)
}

function isUniform(separators: readonly string[]): boolean {
  return separators.every((one) => one === separators[0])
}

/** With the trunk prefix 0 before the area, and in groups: `030 12345678`, `0171/1234567`, `072-105 29 93`. */
function isTrunk(digits: string, sizes: readonly number[], separators: readonly string[]): boolean {
  if (
    !digits.startsWith('0') ||
    digits.charAt(1) === '0' ||
    digits.length < 9 ||
    digits.length > 12 ||
    sizes.length > 5
  )
    return false
  if (sizes.slice(1).some((size) => size === 1)) return false
  const first = sizes[0] ?? 0
  if (first < 2 || first > 6) return false
  if (separators.includes('.') && (!isUniform(separators) || sizes.length < 3)) return false
  if (separators.filter((one) => one === '/').length > 1) return false
  // `04-3456789` is what an employer's number looks like.
  if (first === 2 && sizes.length === 2) return digits.length === 10
  // `02110-1301` is a ZIP code with its four.
  if (first === 5 && sizes.length === 2 && sizes[1] === 4) return separators[0] === '/'
  return sizes.slice(1).every((size) => size <= 8)
}

/** Dates, years, addresses of networks and social security numbers are written in such groups too. */
function isOtherwise({ digits, sizes, separators, hasPlus }: Written): boolean {
  if (hasPlus) return false
  const separator = separators[0]
  if (isDate(digits, sizes, separator)) return true
  if (sizes.length === 4 && separators.every((one) => one === '.') && sizes.every((size) => size <= 3)) return true
  if (sizes.length === 2 && sizes[0] === 4 && sizes[1] === 4 && /^(?:19|20)\d\d(?:19|20)\d\d$/.test(digits)) return true
  return (
    sizes.length === 3 && sizes[0] === 3 && sizes[1] === 2 && sizes[2] === 4 && separators.every((one) => one === '-')
  )
}

/** Whether the groups begin like a date: `2026-01-04`, `4/1/2026`. */
function isDate(digits: string, sizes: readonly number[], separator: string | undefined): boolean {
  if (sizes.length < 3 || separator === undefined || !'-./ '.includes(separator)) return false
  const [first = 0, second = 0, third = 0] = sizes
  if (first === 4 && second <= 2 && third <= 2) return /^(?:19|20)/.test(digits)
  if (first > 2 || second > 2 || third !== 4) return false
  return /^(?:19|20)/.test(digits.slice(first + second))
}
