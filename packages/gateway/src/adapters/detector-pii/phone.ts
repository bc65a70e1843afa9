import { escapeBefore } from '../../json/escape.js'
import type { Detector, Finding, Scan } from '../../spec/index.js'
import { type Said, Words } from './before.js'
import { glance, isDigit, isSign, type Row, readRow, written } from './phone-row.js'
import { DIGITS_MAX, DIGITS_MIN, type Needs, type Shape, shapeOf, type Written } from './phone-shape.js'

/** What may go on behind a row: a separator, an extension. */
const EXTENSION = /,?[ ]?(?:x|ext\.?|extn\.?|extension|#)[ .:]{0,2}[0-9]{1,6}(?![0-9])/iy
const EXTENSION_BEGUN = /^,?[ ]?(?:x|e(?:x(?:t(?:n|e(?:n(?:s(?:i(?:o(?:n)?)?)?)?)?)?)?)?\.?|#)?[ .:]{0,2}[0-9]{0,6}$/i
/** Words that say behind a number what it is, in a list of them: `9761 9808 office`. */
const TRAILING = ['office', 'mobile', 'cell', 'fax', 'tel', 'phone', 'landline', 'handy', 'mobil', 'portable', 'móvil']
const TRAILING_MAX = 10
/** As far as what follows a row is looked at. */
const BEHIND = 20

function isWord(code: number): boolean {
  const lower = code | 0x20
  return isDigit(code) || (lower >= 0x61 && lower <= 0x7a) || code === 0x5f
}

/** Digits that an escape has at the most, `\u0020`. */
const ESCAPED = 4

/** Part of a word, a price, a decimal, a path or a longer number. */
function standsFree(text: string, start: number): boolean {
  if (start === 0) return true
  const before = text.charCodeAt(start - 1)
  if (isWord(before)) return escapeBefore(text, start) > 0
  if (before === 0x20 || before === 0x0a) return true
  switch (before) {
    case 0x23: // #
    case 0x24: // $
    case 0x20ac: // €
    case 0xa3: // £
    case 0xa5: // ¥
    case 0x40: // @
    case 0x25: // %
    case 0x2b: // +
      return false
    case 0x2d: // -
    case 0x2f: // /
      return !isWord(text.charCodeAt(start - 2))
    case 0x2e: // .
      return !isDigit(text.charCodeAt(start - 2)) && !isInName(text, start)
    case 0x2c: // ,
    case 0x3a: // :
      return !isDigit(text.charCodeAt(start - 2))
    default:
      return true
  }
}

/** `10.1016/j.cell.2023.01.014`: of a name with dots, whatever its words are. */
function isInName(text: string, start: number): boolean {
  const lower = text.charCodeAt(start - 2) | 0x20
  return lower >= 0x61 && lower <= 0x7a && IN_NAME.test(text.slice(Math.max(0, start - NAME_REACH), start))
}

const IN_NAME = /[0-9/][\w.]{0,12}\.[A-Za-z]{1,16}\.$/
const NAME_REACH = 32

/** Nothing that belongs to the number's last group goes on behind it, but for an extension. */
function endsFree(text: string, end: number): boolean {
  const behind = text.charCodeAt(end)
  if (isWord(behind)) return extensionEnd(text, end) > end
  const next = text.charCodeAt(end + 1)
  switch (behind) {
    case 0x40: // @
    case 0x25: // %
    case 0xb0: // °
      return false
    case 0x2d: // -
    case 0x2f: // /
      return !isWord(next)
    case 0x2e: // .
    case 0x2c: // ,
    case 0x3a: // :
      return !isDigit(next)
    default:
      return true
  }
}

/** `x12`, `ext. 12`: `end` where there is none. */
function extensionEnd(text: string, end: number): number {
  EXTENSION.lastIndex = end
  return EXTENSION.test(text) ? EXTENSION.lastIndex : end
}

/** Labels that say of a number nearby that it is no telephone's. */
function speaksAgainst({ label, distance }: Said): boolean {
  return label !== 'phone' && label !== 'call' && label !== 'ip' && label !== 'birth' && distance <= 14
}

/** `2371 0010 3800 44`: other groups of digits stand right before it, so it may be the end of something else. */
function isWithinRow(text: string, start: number): boolean {
  return (
    isDigit(text.charCodeAt(start - 2)) && !isDigit(text.charCodeAt(start - 1)) && text.charCodeAt(start - 1) !== 0x0a
  )
}

/** `call(1000000)` and `called 12345678 times` are about something else: what stands between has to lead to a number. */
const LEADING =
  /^(?:[:=] ?|(?: (?:me|us|him|her|them|back|again|now|here|today|on|at|from|under|via|by|the|this|number|is|my|our|unter|von|mich|uns|bitte|der|au|le|moi|nous|du|al|el|desde|a|mi|il|lo|dal|op|van|me|på|från|pod|numer|nr|z|para|o|do|no)\.?:?){1,4} ?["']?)$/i

function holds(needs: Needs, said: Said | undefined, number: Written, between: string): boolean {
  if (needs === 'plus') return true
  if (needs === 'nothing') return said === undefined || !speaksAgainst(said)
  if (said === undefined) return false
  if (needs === 'little') return said.label === 'phone' || (said.label === 'call' && said.distance <= 40)
  if (said.label === 'phone') return said.distance <= (number.digits.length < 9 ? 24 : 40)
  return said.label === 'call' && (LEADING.test(between) || (between === ' ' && number.sizes.length > 1))
}

/** How sure a reading is: of one row the surest counts, and of those as sure the longest. */
const RANK: Readonly<Record<Needs, number>> = { plus: 3, nothing: 2, little: 1, much: 0 }

interface Best extends Shape {
  readonly end: number
}

/** The number that a row begins with: the surest reading of its groups, the longest of those. */
function numberIn(text: string, start: number, row: Row, words: Words): Best | undefined {
  const { bounds } = row
  const isWithin = !row.hasPlus && !row.isEnclosed && isWithinRow(text, start)
  if (isWithin && !isPrinted(text, row)) return undefined
  let said: Said | undefined
  let isAsked = false
  let best: Best | undefined
  let digits = row.digits
  for (let count = row.count; count > 0 && digits >= DIGITS_MIN; count--) {
    const end = bounds[2 * count - 1] as number
    const size = end - (bounds[2 * count - 2] as number)
    const total = digits
    digits -= size
    // Within a row a number ends at a space alone.
    if (total > DIGITS_MAX || (count < row.count && !isBlank(text.charCodeAt(end))) || !endsFree(text, end)) continue
    const one = written(text, row, count)
    const shape = one === undefined ? undefined : shapeOf(one)
    if (one === undefined || shape === undefined || (best !== undefined && RANK[shape.needs] <= RANK[best.needs]))
      continue
    if (!isAsked && shape.needs !== 'plus') {
      said = words.before(start)
      isAsked = true
    }
    // The row goes on in groups of that size, as a card's does: a word before it does not say where a number ends.
    if (count < row.count && sizeOf(row, count) === size && RANK[shape.needs] < RANK.nothing) continue
    const between = said === undefined ? '' : text.slice(start - said.distance, start)
    if (isWithin && shape.score < 0.85) continue
    if (holds(shape.needs, said, one, between) || isTrailed(text, end, shape, one.digits.length))
      best = { ...shape, end }
  }
  return best
}

/** What a number that `isPrinted` may begin with. */
function isPrintedSize(text: string, start: number, size: number): boolean {
  if (size === 1) return text.charCodeAt(start) === 0x31 && isDigit(text.charCodeAt(start + 3))
  return size === 3 || (size === 2 && text.charCodeAt(start) === 0x30)
}

/** Grouped as North American or French numbers are: what alone is looked for within a row of other groups. */
function isPrinted(text: string, row: Row): boolean {
  const first = sizeOf(row, 0)
  if (first === 3) return sizeOf(row, 1) === 3 && sizeOf(row, 2) === 4
  if (first === 1) return sizeOf(row, 1) === 3 && sizeOf(row, 2) === 3 && sizeOf(row, 3) === 4
  return first === 2 && text.charCodeAt(row.bounds[0] as number) === 0x30 && sizeOf(row, 4) === 2
}

/** Of the group `i`, 0 where there is none. */
function sizeOf({ bounds, count }: Row, i: number): number {
  return i < count ? (bounds[2 * i + 1] as number) - (bounds[2 * i] as number) : 0
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0xa0 || code === 0x202f
}

/** Whether what may still come can change how the row is read that ends at `end`. */
function isOpen(text: string, end: number): boolean {
  const length = text.length - end
  if (length >= BEHIND) return false
  const behind = text.slice(end)
  if (length < 2 || (length < 5 && isAllSigns(behind)) || EXTENSION_BEGUN.test(behind)) return true
  const word = afterBlank(behind).toLowerCase()
  return length <= TRAILING_MAX && TRAILING.some((one) => one.startsWith(word))
}

function isAllSigns(behind: string): boolean {
  for (let at = 0; at < behind.length; at++) if (!isSign(behind.charCodeAt(at))) return false
  return true
}

/** Without the space or the parenthesis that stands before a word about the number. */
function afterBlank(behind: string): string {
  return behind.replace(/^ ?[([]?/, '')
}

/** Whether a word right behind `end` says that a telephone rings there. */
function isTrailed(text: string, end: number, shape: Shape, digits: number): boolean {
  if (shape.needs !== 'little' && digits < 10) return false
  let at = end
  if (text.charCodeAt(at) === 0x20) at++
  if (text.charCodeAt(at) === 0x28 || text.charCodeAt(at) === 0x5b) at++
  // All of the words begin with letters of ASCII.
  const first = text.charCodeAt(at) | 0x20
  if (!(first >= 0x61 && first <= 0x7a)) return false
  const behind = afterBlank(text.slice(end, end + TRAILING_MAX + 2))
  const word = /^\p{L}*/u.exec(behind)?.[0] ?? ''
  if (!TRAILING.includes(word.toLowerCase())) return false
  // `2125550142 mobile users` counts users: a bare number needs the line to end there.
  return shape.needs === 'little' || /^(?:[\n\r,;)\]]|$)/.test(behind.slice(word.length))
}

const NONE: readonly Finding[] = []

/** What a number may begin with. An expression passes over prose five times as fast as a loop does, and costs where it has not far to go. */
const BEGIN = /[0-9+(]/g

function isBegin(code: number): boolean {
  return isDigit(code) || code === 0x28 || code === 0x2b
}

/** From `at` on; -1 where there is none. */
function nextBegin(text: string, at: number): number {
  if (isBegin(text.charCodeAt(at))) return at
  if (isBegin(text.charCodeAt(at + 1))) return at + 1
  BEGIN.lastIndex = at + 2
  return BEGIN.test(text) ? BEGIN.lastIndex - 1 : -1
}

/**
 * Telephone numbers: with a country's code (`+49 …`, `0049 …`), and without, as people of ten countries write them. A number that
 * is written as other things are too counts where words before it say so, in ten languages.
 *
 * Blind to digits spelt as words or in other scripts, to numbers over a line's end, and to short or compact ones whose only
 * sign is a word behind them or in another sentence. Checks no numbering plan: nobody's number is found as well as somebody's.
 */
export const phoneDetector: Detector = {
  name: 'phone',
  types: ['pii.phone'],

  scan(text: string, from: number, ended: boolean): Scan {
    let findings: Finding[] | undefined
    let at = from
    const words = new Words(text)
    for (;;) {
      at = nextBegin(text, at)
      if (at === -1) break
      const code = text.charCodeAt(at)
      if (!isDigit(code)) {
        const next = text.charCodeAt(at + 1)
        // Nothing follows yet, or what follows begins no number.
        if (at + 1 < text.length && !isDigit(next) && next !== (code === 0x28 ? 0x2b : 0x28)) {
          at++
          continue
        }
      }
      if (!standsFree(text, at)) {
        at = behindGroup(text, at)
        continue
      }
      const first = firstDigit(text, at)
      const { digits, end: glanced } = glance(text, first)
      if (digits < DIGITS_MIN && (ended || glanced < text.length)) {
        // Nor does the group's first digit begin anything, if a sign before it does not.
        at = digits === 0 ? behindGroup(text, first) : Math.max(glanced, at + 1)
        continue
      }
      if (isDigit(code) && isWithinRow(text, at)) {
        const behind = behindGroup(text, at)
        if ((ended || at + 3 < text.length) && behind < text.length && !isPrintedSize(text, at, behind - at)) {
          at = behind
          continue
        }
      }
      const row = readRow(text, at)
      if (!ended && (row === undefined ? text.length - at < 3 : row.seen >= text.length || isOpen(text, row.end))) {
        return { findings: findings ?? NONE, hold: at }
      }
      const best = row === undefined ? undefined : numberIn(text, at, row, words)
      if (best === undefined) {
        at = behindGroup(text, at)
        continue
      }
      const end = extensionEnd(text, best.end)
      findings ??= []
      findings.push({ start: at, end, type: 'pii.phone', score: best.score })
      at = end
    }
    return { findings: findings ?? NONE, hold: text.length }
  },
}

function firstDigit(text: string, at: number): number {
  let first = at
  while (first < at + 3 && !isDigit(text.charCodeAt(first))) first++
  return first
}

/** Behind the digits at `at`, or the one sign that stands there. Those that an escape ends with are none of the ones behind it. */
function behindGroup(text: string, at: number): number {
  let end = at
  while (end < text.length && isDigit(text.charCodeAt(end))) {
    end++
    // What an escape has digits at its end of begins so; most of them are asked about, and few stand behind one.
    if (end - at <= ESCAPED && text.charCodeAt(end - 6) === 0x5c && escapeBefore(text, end) > 0) return end
  }
  return end === at ? at + 1 : end
}
