/** What of a word may be part of a date. */
export interface DateWord {
  /** Its digits, where it begins with one to four of them; -1: none. */
  readonly number: number
  readonly digits: number
  /** 1 to 12 where it names one; 0: it does not. */
  readonly month: number
}

const NAMES = [
  ['january', 'jan', 'januar', 'janvier', 'enero', 'jaenner'],
  ['february', 'feb', 'februar', 'fevrier', 'febrero'],
  ['march', 'mar', 'marz', 'maerz', 'mars', 'marzo'],
  ['april', 'apr', 'avril', 'abril'],
  ['may', 'mai', 'mayo'],
  ['june', 'jun', 'juni', 'juin', 'junio'],
  ['july', 'jul', 'juli', 'juillet', 'julio'],
  ['august', 'aug', 'aout', 'agosto'],
  ['september', 'sep', 'sept', 'septembre', 'septiembre'],
  ['october', 'oct', 'oktober', 'okt', 'octobre', 'octubre'],
  ['november', 'nov', 'novembre', 'noviembre'],
  ['december', 'dec', 'dezember', 'dez', 'decembre', 'diciembre'],
]
/** By name, folded. */
export const MONTHS: ReadonlyMap<string, number> = new Map(
  NAMES.flatMap((names, index) => names.map((name) => [name, index + 1] as const)),
)
const MONTH_LENGTH_MAX = Math.max(...[...MONTHS.keys()].map((name) => name.length))

/** @param word folded */
export function dateWordOf(word: string): DateWord {
  const digits = digitsAhead(word)
  if (digits === 0 || digits > 4) {
    return { number: -1, digits: 0, month: word.length > MONTH_LENGTH_MAX ? 0 : (MONTHS.get(word) ?? 0) }
  }
  // `12th`, and `12T00` of a point in time.
  if (digits < word.length && digits > 2) return { number: -1, digits: 0, month: 0 }
  return { number: Number(word.slice(0, digits)), digits, month: 0 }
}

function digitsAhead(word: string): number {
  let at = 0
  while (at < word.length && word.charCodeAt(at) >= 0x30 && word.charCodeAt(at) <= 0x39) at++
  return at
}

/** The days that three words in a row may mean, `yyyymmdd`: of 3/12/1985 there are two. */
export function daysOf(one: DateWord, two: DateWord, three: DateWord): readonly number[] {
  const days: number[] = []
  if (one.digits === 4) add(days, one, monthOf(two), three.number)
  else if (one.month > 0) add(days, three, one.month, two.number)
  else {
    add(days, three, monthOf(two), one.number)
    if (two.month === 0 && one.number !== two.number) add(days, three, monthOf(one), two.number)
  }
  return days
}

/** The same of a word of eight digits. */
export function daysOfDigits(word: string): readonly number[] {
  const days: number[] = []
  const at = (from: number, to: number): DateWord => dateWordOf(word.slice(from, to))
  add(days, at(0, 4), Number(word.slice(4, 6)), Number(word.slice(6)))
  add(days, at(4, 8), Number(word.slice(2, 4)), Number(word.slice(0, 2)))
  return days
}

function monthOf({ digits, month, number }: DateWord): number {
  return month > 0 ? month : digits <= 2 ? number : 0
}

function add(days: number[], year: DateWord, month: number, day: number): void {
  if (month < 1 || month > 12 || day < 1 || day > 31) return
  if (year.digits === 4 && year.number >= 1900 && year.number < 2100) days.push(dayOf(year.number, month, day))
  if (year.digits === 2) days.push(dayOf(1900 + year.number, month, day), dayOf(2000 + year.number, month, day))
}

function dayOf(year: number, month: number, day: number): number {
  return year * 10_000 + month * 100 + day
}
