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

export interface Group {
  readonly start: number
  readonly end: number
}

/** A row of groups of digits with signs between, read from one place on. */
export interface Row {
  readonly groups: readonly Group[]
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

/**
 * How many digits stand from `start` on, as far as signs of numbers stand between them, and where that ends. What ends here can
 * be no longer row to `readRow`.
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
      digits++
      size++
      gap = 0
    } else if (kind === SIGN) {
      if (size === 1 && ++alone > ALONE_MAX) return { digits: 0, end: start }
      size = 0
      gap++
    } else break
    at++
  }
  return { digits, end: at }
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
  const groups: Group[] = []
  let digits = 0
  let alone = 0
  let end = at
  for (;;) {
    const from = at
    while (at - from <= GROUP_MAX && isDigit(text.charCodeAt(at))) at++
    if (at === from) break
    // A fourth digit that stands alone: rows of them are lists, and would be read again from each of theirs.
    if (at - from === 1 && ++alone > ALONE_MAX) break
    if (at - from > GROUP_MAX)
      return groups.length === 0 ? undefined : { groups, end, seen: at, hasPlus, isEnclosed, digits }
    groups.push({ start: from, end: at })
    digits += at - from
    end = at
    if (groups.length === GROUPS_MAX) break
    while (at - end < BETWEEN_MAX && KIND[text.charCodeAt(at)] === SIGN) at++
    if (at === end || !isBetween(text, end, at)) break
  }
  return groups.length === 0 ? undefined : { groups, end, seen: at, hasPlus, isEnclosed, digits }
}

/** What may stand between two groups: a space, a sign with or without spaces around it, parentheses. */
const BETWEEN =
  /^(?:[ \u{a0}\u{202f}]?[-./\u{2010}-\u{2015}][ \u{a0}\u{202f}]?|[ \u{a0}\u{202f}]?\(|\)[ \u{a0}\u{202f}]?[-./\u{2010}-\u{2015}]?\(?|[ \u{a0}\u{202f}])$/u

function isBetween(text: string, start: number, end: number): boolean {
  return (end - start === 1 && text.charCodeAt(start) !== 0x2b) || BETWEEN.test(text.slice(start, end))
}

/** One character for what stands between two groups. */
function separatorOf(text: string, start: number, end: number): string {
  const between = text.slice(start, end)
  if (between.length === 1)
    return between === '\u{a0}' || between === '\u{202f}' ? ' ' : between >= '\u{2010}' ? '-' : between
  if (between.includes(')')) return ')'
  if (between.includes('(')) return '('
  if (between.includes('.')) return '.'
  return between.includes('/') ? '/' : '-'
}

/** The first `count` groups of a row as one number. Undefined where parentheses do not close. */
export function written(text: string, { groups, hasPlus, isEnclosed }: Row, count: number): Written | undefined {
  let digits = ''
  const sizes: number[] = []
  const separators: string[] = []
  let enclosed = isEnclosed ? 0 : -1
  let isOpen = isEnclosed
  let before: Group | undefined
  for (const group of groups) {
    if (sizes.length === count) break
    if (before !== undefined) {
      const separator = separatorOf(text, before.end, group.start)
      const closes = separator === ')'
      if (closes !== isOpen) return undefined
      isOpen = separator === '(' || (closes && text.charAt(group.start - 1) === '(')
      if (isOpen) enclosed = sizes.length
      separators.push(separator)
    }
    digits += text.slice(group.start, group.end)
    sizes.push(group.end - group.start)
    before = group
  }
  return isOpen ? undefined : { digits, sizes, separators, hasPlus, enclosed }
}
