import { escapeBefore } from '../../json/escape.js'
import type { Detector, Finding, Scan } from '../../spec/index.js'
import { isIssued, isOfToday } from './issuer.js'
import { luhnHolds } from './luhn.js'
import { CARD_BEFORE, isArticle, isCalledOtherwise, isGroupedAsOrders, isNamed, REACH } from './named.js'

const DIGITS_MIN = 12
const DIGITS_MAX = 19

/** How numbers are printed on cards. Within a longer row of digit groups only these are looked for, longest first. */
const PRINTED: readonly (readonly number[])[] = [
  [4, 4, 4, 4, 3],
  [4, 4, 4, 4],
  [4, 6, 5],
  [4, 6, 4],
]

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** Space and hyphen, and their unbreakable forms. */
function isSeparator(code: number): boolean {
  return code === 0x20 || code === 0x2d || code === 0xa0 || code === 0x202f || code === 0x2011
}

function isLetter(code: number): boolean {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a
}

/** Offset after the last digit of the run at `start`; looks at `most` digits at the most. */
function runEnd(text: string, start: number, most: number): number {
  const last = Math.min(text.length, start + most)
  let at = start
  while (at < last && isDigit(text.charCodeAt(at))) at++
  return at
}

/** `4111111111111111n`, `0.4111111111111111`, `+4111…`: parts of something else. */
function standsFree(text: string, start: number): boolean {
  if (start === 0) return true
  const before = text.charCodeAt(start - 1)
  if (before === 0x2e) return !isDigit(text.charCodeAt(start - 2))
  if (before === 0x2b) return false
  if ((!isLetter(before) && !isDigit(before)) || escapeBefore(text, start) > 0) return true
  if (isDigit(before)) return false
  // `Visa4111…`; `RE4111…` is a number of another kind.
  return CARD_BEFORE.test(text.slice(Math.max(0, start - REACH), start))
}

function isCard(text: string, start: number, end: number, digits: number): boolean {
  if (digits < DIGITS_MIN || digits > DIGITS_MAX) return false
  if (isLetter(text.charCodeAt(end))) return false
  if (digits === DIGITS_MIN && end - start !== DIGITS_MIN) return false
  let head = 0
  for (let at = start, seen = 0; seen < 4; at++) {
    const code = text.charCodeAt(at)
    if (!isDigit(code)) continue
    head = head * 10 + code - 0x30
    seen++
  }
  if (!luhnHolds(text, start, end)) return false
  const before = text.slice(Math.max(0, start - REACH), start)
  if (isNamed(before)) return true
  if (!isIssued(head, digits) || isGroupedAsOrders(text, start, end)) return false
  if (isCalledOtherwise(before, digits, digits < end - start, isOfToday(head, digits))) return false
  return digits < end - start || !isArticle(text, start, digits)
}

/** What is known of a row of digit groups when 19 digits of it were seen at the most. */
interface Row {
  readonly digits: number
  /** After its last digit; meaningless where `digits` is over 19. */
  readonly end: number
  /** The text ends before the row does. */
  readonly open: boolean
}

function readRow(text: string, start: number, ended: boolean): Row {
  let digits = 0
  let at = start
  for (;;) {
    const code = text.charCodeAt(at)
    if (isDigit(code)) {
      digits++
      at++
      if (digits > DIGITS_MAX) return { digits, end: at, open: false }
      continue
    }
    if (at >= text.length) return { digits, end: at, open: !ended }
    if (!isSeparator(code)) return { digits, end: at, open: false }
    if (at + 1 >= text.length) return { digits, end: at, open: !ended }
    if (!isDigit(text.charCodeAt(at + 1))) return { digits, end: at, open: false }
    at++
  }
}

/** End of the printed number that begins at `start`, 0 where there is none, -1 where the text ends too early to tell. */
function printedEnd(text: string, start: number, ended: boolean): number {
  let open = false
  for (const groups of PRINTED) {
    const end = groupsEnd(text, start, groups)
    if (end === 0) continue
    if (end === -1 || (end === text.length && !ended)) {
      open = !ended
      continue
    }
    // A longer form may still come: `4-4-4-4` waits until `4-4-4-4-3` is out of the question.
    if (open) return -1
    if (isCard(text, start, end, digitsIn(groups))) return end
  }
  return open ? -1 : 0
}

function digitsIn(groups: readonly number[]): number {
  let sum = 0
  for (const size of groups) sum += size
  return sum
}

/** End of groups of these sizes, 0 where they do not stand there, -1 where the text ends within them. */
function groupsEnd(text: string, start: number, groups: readonly number[]): number {
  const separator = text.charCodeAt(start + 4)
  let at = start
  for (const size of groups) {
    if (at !== start) {
      if (at >= text.length) return -1
      if (text.charCodeAt(at) !== separator || !isSeparator(separator)) return 0
      at++
      if (at >= text.length) return -1
    }
    const end = runEnd(text, at, size + 1)
    if (end - at !== size) return end === text.length && end - at < size ? -1 : 0
    at = end
  }
  return at
}

/** A row being read: where it goes on, and whether it must be held from there. */
interface Progress {
  readonly at: number
  readonly held: boolean
}

/** Reads one row of digit groups from `start` on. `inside`: it began before, so it is not judged as a whole. */
function scanRow(text: string, start: number, inside: boolean, ended: boolean, findings: Finding[]): Progress {
  let at = start
  if (inside && isDigit(text.charCodeAt(start - 1))) {
    at = runEnd(text, start, text.length)
  } else if (!inside) {
    const row = readRow(text, start, ended)
    if (row.open) return { at: start, held: true }
    if (row.digits < DIGITS_MIN) return { at: row.end, held: false }
    if (standsFree(text, start) && isCard(text, start, row.end, row.digits)) {
      findings.push({ start, end: row.end, type: 'pii.card', score: 1 })
      return { at: row.end, held: false }
    }
  }
  for (;;) {
    // `at` is at a digit group, or at what follows one.
    if (!isDigit(text.charCodeAt(at))) {
      if (!isSeparator(text.charCodeAt(at)) || !isDigit(text.charCodeAt(at + 1))) return { at, held: false }
      at++
    }
    const end = runEnd(text, at, DIGITS_MAX + 1)
    const digits = end - at
    if (digits > DIGITS_MAX) {
      at = runEnd(text, end, text.length)
      continue
    }
    if (end === text.length && !ended) return { at, held: true }
    let cardEnd = 0
    if (standsFree(text, at)) {
      if (digits === 4) cardEnd = printedEnd(text, at, ended)
      else if (isCard(text, at, end, digits)) cardEnd = end
    }
    if (cardEnd === -1) return { at, held: true }
    if (cardEnd > 0) findings.push({ start: at, end: cardEnd, type: 'pii.card', score: 1 })
    at = cardEnd > 0 ? cardEnd : end
  }
}

/** Whether the character at `at` is a digit or a single separator between two. */
function isOfRow(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (isDigit(code)) return true
  return isSeparator(code) && isDigit(text.charCodeAt(at - 1)) && isDigit(text.charCodeAt(at + 1))
}

const NONE: readonly Finding[] = []

/**
 * Payment card numbers: 13 to 19 digits (12 for four old Maestro ranges), single spaces or hyphens between any two, Luhn.
 *
 * Blind to digits in a row that `EAN`, `timestamp` or the like stands right before, to 12, 13, 17 and 18 digits (and lengths that the
 * issuer's cards do not have) right behind a word for an order, an invoice or the like, to 14 behind `SIRET`, to groups of 3, 7 and 7
 * digits with hyphens, and to one in ten of 13 digits: those of an EAN. Behind a word for a card it sees all of them.
 */
export const cardDetector: Detector = {
  name: 'card',
  types: ['pii.card'],

  scan(text: string, from: number, ended: boolean): Scan {
    let findings: Finding[] | undefined
    let floor = from
    // A row worth judging has twelve characters at least: one look in twelve meets it, and prose costs nothing.
    let at = from + DIGITS_MIN - 1
    while (at < text.length) {
      const code = text.charCodeAt(at)
      if ((code > 0x39 && code < 0xa0) || !isOfRow(text, at)) {
        at += DIGITS_MIN
        continue
      }
      let start = at
      while (start > floor && isOfRow(text, start - 1)) start--
      if (!isDigit(text.charCodeAt(start))) start++
      findings ??= []
      start = afterEscape(text, start)
      if (isSeparator(text.charCodeAt(start))) start++
      const progress = scanRow(text, start, isInside(text, start), ended, findings)
      if (progress.held) return { findings, hold: progress.at }
      floor = progress.at
      at = floor + DIGITS_MIN - 1
    }
    return { findings: findings ?? NONE, hold: ended ? text.length : rowAtEnd(text, floor) }
  },
}

/** The digits at the end of `\u0009` are none of the row that follows it. */
function afterEscape(text: string, start: number): number {
  for (let after = start + 1; after <= start + 4; after++) {
    if (isDigit(text.charCodeAt(after - 1)) && escapeBefore(text, after) === 6) return after
  }
  return start
}

/** The row that `start` belongs to began before it. */
function isInside(text: string, start: number): boolean {
  const last = isSeparator(text.charCodeAt(start - 1)) ? start - 1 : start
  return isDigit(text.charCodeAt(last - 1)) && escapeBefore(text, last) === 0
}

/** Where the row begins that the text ends with, or the text's length. */
function rowAtEnd(text: string, floor: number): number {
  let start = text.length
  if (start > floor && isSeparator(text.charCodeAt(start - 1))) start--
  if (start === floor || !isDigit(text.charCodeAt(start - 1))) return text.length
  while (start > floor && isOfRow(text, start - 1)) start--
  return start
}
