import type { Cell } from './cell.js'
import { dateWordOf, daysOf, daysOfDigits } from './days.js'

/** What of a row is worth something only together with more of it. */
export interface Field {
  /** One way to read it, or several: folded text, or a day. */
  readonly readings: readonly (string | number)[]
  readonly bits: number
  /** Has digits: names alone, however many, are no proof of anybody. */
  readonly isAnchor: boolean
}

const WORDS_MAX = 4
const NAME_MIN = 3
const NAME_BITS_MAX = 12
const LETTER_BITS = 2
const DIGIT_BITS = Math.log2(10)
const DAY_BITS = 15
const YEAR_BITS = 6
/** A hundred people and more share what has less. */
const ANCHOR_BITS_MIN = 11
export const FIELD_MAX = 24
/** Of so many rows and more the share of them that has a word tells how much it says. */
const ROWS_MIN = 20
const COMMON = 0.05
/** What stands in columns of kinds, whatever the table. */
const KINDS: ReadonlySet<string> = new Set(
  (
    'active inactive true false yes none null male female man woman other unknown open closed pending new old high low medium ' +
    'single married divorced widowed street road avenue the and for von van der del los las inc ltd gmbh'
  ).split(' '),
)

/** How many rows of a release have a word. */
export interface WordCounts {
  readonly rows: number
  readonly counts: ReadonlyMap<string, number>
}

export function countWords(rows: readonly (readonly Cell[])[]): WordCounts {
  const counts = new Map<string, number>()
  if (rows.length >= ROWS_MIN) {
    for (const cells of rows) {
      const words = new Set(cells.flatMap((cell) => (cell.words.length > WORDS_MAX ? NO_WORDS : cell.words)))
      for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
    }
  }
  return { rows: rows.length, counts }
}

/** The fields of a cell: a day, a number or code, or the words of a name. */
export function fieldsOf(cell: Cell, words: WordCounts): readonly Field[] {
  const days = daysOfCell(cell)
  if (days.length > 0) return [{ readings: days, bits: DAY_BITS, isAnchor: true }]
  const { hasDigit, text, units, words: parts } = cell
  if (parts.length === 0 || parts.length > WORDS_MAX) return NONE
  if (units.length > FIELD_MAX) return NONE
  const isName = parts.some((word) => word.length >= NAME_MIN && !/[0-9]/.test(word))
  // Of `Elm Street 12` the number says little, and the words are a name.
  if (hasDigit && !isName) {
    const bits = codeBits(units)
    // `54000.00` is written 54,000 as well, and whoever writes 54,000.00 has written that.
    const whole = /^[+-]?([0-9]+)\.0+$/.exec(text.trim())?.[1]
    const field = { readings: [whole ?? units], bits, isAnchor: true }
    return bits < ANCHOR_BITS_MIN || shareOf(units, words) > COMMON ? NONE : [field]
  }
  return parts
    .filter((word) => word.length >= NAME_MIN && !/[0-9]/.test(word) && !KINDS.has(word))
    .map((word) => ({ readings: [word], bits: nameBits(word, words), isAnchor: false }))
}

const NONE: readonly Field[] = []
const NO_WORDS: readonly string[] = []

/** The days that a cell may mean; none where it is more than a date or a point in time. */
export function daysOfCell({ hasDigit, text, words }: Cell): readonly number[] {
  if (!hasDigit || text.length < 6 || text.length > 40) return NO_DAYS
  const [one, two, three] = words
  if (words.length === 1 && one !== undefined && /^[0-9]{8}(?:t[0-9]{6}z?)?$/.test(one))
    return daysOfDigits(one.slice(0, 8))
  // Behind the day: hours, minutes, seconds, fractions and the zone.
  if (one === undefined || two === undefined || three === undefined || words.length > 8) return NO_DAYS
  if (words.slice(3).some((word) => !/^(?:[0-9]{1,2}|[0-9]{1,9}z?|[0-9]{2}t[0-9]{2}|gmt|utc|am|pm)$/.test(word)))
    return NO_DAYS
  return daysOf(dateWordOf(one), dateWordOf(two), dateWordOf(three))
}

const NO_DAYS: readonly number[] = []

function codeBits(units: string): number {
  // Round numbers are everybody's.
  const told = /^[0-9]+$/.test(units) ? units.replace(/^0+/, '').replace(/0+$/, '') : units
  if (/^(?:19|20)[0-9]{2}$/.test(units)) return YEAR_BITS
  const letters = told.replaceAll(/[0-9]/g, '').length
  return (told.length - letters) * DIGIT_BITS + letters * LETTER_BITS
}

function nameBits(word: string, words: WordCounts): number {
  const share = shareOf(word, words)
  const most = Math.min(NAME_BITS_MAX, word.length * LETTER_BITS)
  return share > COMMON ? Math.min(most, -Math.log2(share)) : most
}

function shareOf(word: string, { counts, rows }: WordCounts): number {
  return (counts.get(word) ?? 0) / Math.max(1, rows)
}
