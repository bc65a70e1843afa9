import type { Written } from './phone-shape.js'

/** As many groups of digits as a number is written in. */
const GROUPS_MAX = 8
const GROUP_MAX = 17
/** As many groups of one digit. */
const ALONE_MAX = 3
/** `) (`, ` - `: as many signs as may stand between two groups. */
const BETWEEN_MAX = 4

const DIGIT = 1
const SIGN = 2
const KIND: Uint8Array = new Uint8Array(0x2100)
for (const one of '0123456789') KIND[one.charCodeAt(0)] = DIGIT
for (const one of ' \u{a0}\u{202f}-./()\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}') KIND[one.charCodeAt(0)] = SIGN

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** One of the signs that stand between groups. */
export function isSign(code: number): boolean {
  return KIND[code] === SIGN
}

/** A row of groups of digits with signs between, read from one place on. */
export interface Row {
  /** How many groups there are. */
  readonly count: number
  /** Where each group begins and ends, one after the other. The next row that is read has the same array. */
  readonly bounds: Int32Array
  /** Behind the last group. */
  readonly end: number
  /** As far as the text was read for it: where that is the text's end, more may belong to it. */
  readonly seen: number
  readonly hasPlus: boolean
  /** A parenthesis stands before the first group. */
  readonly isEnclosed: boolean
  /** Of all groups. */
  readonly digits: number
}

const BOUNDS: Int32Array = new Int32Array(2 * GROUPS_MAX)

/**
 * How many digits stand from `start` on, six at the most, as far as signs of numbers stand between them, and where that ends. What ends
 * here can be no longer row to `readRow`. One object for all: it is written anew each time.
 */
export function glance(text: string, start: number): { readonly digits: number; readonly end: number } {
  let digits = 0
  let at = start
  let gap = 0
  let size = 0
  let alone = 0
  while (digits < 6 && gap <= BETWEEN_MAX) {
    const kind = KIND[text.charCodeAt(at)]
    if (kind === DIGIT) {
      if (gap > 1 && digits > 0 && !isBetween(text, at - gap, at)) {
        at -= gap
        break
      }
      digits++
      size++
      gap = 0
    } else if (kind === SIGN) {
      if (size === 1 && ++alone > ALONE_MAX) return glanced(0, start)
      size = 0
      gap++
    } else break
    at++
  }
  return glanced(digits, at)
}

const GLANCED: { digits: number; end: number } = { digits: 0, end: 0 }

function glanced(digits: number, end: number): typeof GLANCED {
  GLANCED.digits = digits
  GLANCED.end = end
  return GLANCED
}

/** Undefined where none begins at `start`, which is at a digit, a plus or a parenthesis. */
export function readRow(text: string, start: number): Row | undefined {
  let at = start
  let isEnclosed = false
  let hasPlus = false
  while (at < start + 3 && !isDigit(text.charCodeAt(at))) {
    const code = text.charCodeAt(at)
    if (code === 0x28 && !isEnclosed) isEnclosed = true
    else if (code === 0x2b && !hasPlus) hasPlus = true
    else return undefined
    at++
  }
  const bounds = BOUNDS
  let count = 0
  let digits = 0
  let alone = 0
  let end = at
  for (;;) {
    const from = at
    while (at - from <= GROUP_MAX && isDigit(text.charCodeAt(at))) at++
    if (at === from) break
    // A fourth digit that stands alone: rows of them are lists, and would be read again from each of theirs.
    if (at - from === 1 && ++alone > ALONE_MAX) break
    if (at - from > GROUP_MAX) break
    bounds[2 * count] = from
    bounds[2 * count + 1] = at
    count++
    digits += at - from
    end = at
    if (count === GROUPS_MAX) break
    while (at - end < BETWEEN_MAX && KIND[text.charCodeAt(at)] === SIGN) at++
    if (at === end || !isBetween(text, end, at)) break
  }
  return count === 0 ? undefined : { count, bounds, end, seen: at, hasPlus, isEnclosed, digits }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0xa0 || code === 0x202f
}

/** Hyphens and dashes, a dot, a slash. */
function isDash(code: number): boolean {
  return (code >= 0x2d && code <= 0x2f) || (code >= 0x2010 && code <= 0x2015)
}

/** What may stand between two groups: one sign; a sign with or without a space on either side; parentheses, with one before or behind. */
function isBetween(text: string, start: number, end: number): boolean {
  if (end - start === 1) return true
  let at = start
  if (text.charCodeAt(at) === CLOSED) {
    at++
    if (at < end && isBlank(text.charCodeAt(at))) at++
    if (at < end && isDash(text.charCodeAt(at))) at++
    if (at < end && text.charCodeAt(at) === OPENED) at++
    return at === end
  }
  if (isBlank(text.charCodeAt(at))) at++
  if (text.charCodeAt(at) === OPENED) return at + 1 === end
  if (!isDash(text.charCodeAt(at))) return false
  at++
  if (at < end && isBlank(text.charCodeAt(at))) at++
  return at === end
}

const OPENED = 0x28
const CLOSED = 0x29

/** One character for what stands between two groups. */
function separatorOf(text: string, start: number, end: number): string {
  let separator = '-'
  if (end - start === 1) {
    const code = text.charCodeAt(start)
    return isBlank(code) ? ' ' : code >= 0x2010 ? '-' : text.charAt(start)
  }
  for (let at = start; at < end; at++) {
    switch (text.charCodeAt(at)) {
      case CLOSED:
        return ')'
      case OPENED:
        return '('
      case 0x2e:
        separator = '.'
        break
      case 0x2f:
        separator = '/'
    }
  }
  return separator
}

/** The first `count` groups of a row as one number. Undefined where parentheses do not close. */
export function written(text: string, { bounds, hasPlus, isEnclosed }: Row, count: number): Written | undefined {
  const separators: string[] = []
  let enclosed = isEnclosed ? 0 : -1
  let isOpen = isEnclosed
  for (let i = 1; i < count; i++) {
    const start = bounds[2 * i] as number
    const separator = separatorOf(text, bounds[2 * i - 1] as number, start)
    const closes = separator === ')'
    if (closes !== isOpen) return undefined
    isOpen = separator === '(' || (closes && text.charCodeAt(start - 1) === OPENED)
    if (isOpen) enclosed = i
    separators.push(separator)
  }
  if (isOpen) return undefined
  let digits = ''
  const sizes: number[] = []
  for (let i = 0; i < count; i++) {
    const start = bounds[2 * i] as number
    const end = bounds[2 * i + 1] as number
    digits += text.slice(start, end)
    sizes.push(end - start)
  }
  return { digits, sizes, separators, hasPlus, enclosed }
}
