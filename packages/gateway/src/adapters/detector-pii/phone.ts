import { escapeBefore } from '../../json/escape.js'
import type { Detector, Finding, Scan } from '../../spec/index.js'
import { type Said, saidBefore } from './before.js'
import { type Needs, type Shape, shapeOf, type Written } from './phone-shape.js'

const SPACE = ' \\u{a0}\\u{202f}'
const DASH = '\\-\\u{2010}-\\u{2015}'
const BETWEEN = `[${SPACE}]?[${DASH}./][${SPACE}]?|[${SPACE}]?\\(|\\)[${SPACE}]?[${DASH}./]?\\(?|\\)?[${SPACE}]`

/** The longest row of digit groups that is looked at from one place. What it can match is bounded: 8 groups of 15. */
const ROW = new RegExp(`\\(?\\+?\\(?[0-9]{1,17}(?:(?:${BETWEEN})[0-9]{1,15}){0,7}`, 'uy')
/** What may go on behind a row: a separator, an extension. */
const EXTENSION = /,?[ ]?(?:x|ext\.?|extn\.?|extension|#)[ .:]{0,2}[0-9]{1,6}(?![0-9])/iy
const EXTENSION_BEGUN = /^,?[ ]?(?:x|e(?:x(?:t(?:n|e(?:n(?:s(?:i(?:o(?:n)?)?)?)?)?)?)?)?\.?|#)?[ .:]{0,2}[0-9]{0,6}$/i
/** Words that say behind a number what it is, in a list of them: `9761 9808 office`. */
const TRAILING = ['office', 'mobile', 'cell', 'fax', 'tel', 'phone', 'landline', 'handy', 'mobil', 'portable', 'móvil']
const TRAILING_MAX = 10
const SEPARATORS = new RegExp(`^[${SPACE}${DASH}./()]*$`, 'u')
/** As far as what follows a row is looked at. */
const BEHIND = 20

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isWord(code: number): boolean {
  const lower = code | 0x20
  return isDigit(code) || (lower >= 0x61 && lower <= 0x7a) || code === 0x5f
}

/** Part of a word, a price, a decimal, a path or a longer number. */
function standsFree(text: string, start: number): boolean {
  if (start === 0) return true
  const before = text.charCodeAt(start - 1)
  if (isWord(before)) return escapeBefore(text, start) > 0
  switch (text.charAt(start - 1)) {
    case '#':
    case '$':
    case '€':
    case '£':
    case '¥':
    case '@':
    case '%':
    case '+':
      return false
    case '-':
    case '/':
      return !isWord(text.charCodeAt(start - 2))
    case '.':
    case ',':
    case ':':
      return !isDigit(text.charCodeAt(start - 2))
    default:
      return true
  }
}

/** Nothing that belongs to the number's last group goes on behind it, but for an extension. */
function endsFree(text: string, end: number): boolean {
  const behind = text.charCodeAt(end)
  if (isWord(behind)) return extensionEnd(text, end) > end
  const next = text.charCodeAt(end + 1)
  switch (text.charAt(end)) {
    case '@':
    case '%':
    case '°':
      return false
    case '-':
    case '/':
      return !isWord(next)
    case '.':
    case ',':
    case ':':
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

interface Group {
  readonly start: number
  readonly end: number
}

const GROUP = /[0-9]+/g

function groupsOf(text: string, start: number, end: number): readonly Group[] {
  const groups: Group[] = []
  for (const { 0: digits, index } of text.slice(start, end).matchAll(GROUP)) {
    groups.push({ start: start + index, end: start + index + digits.length })
  }
  return groups
}

/** One character for what stands between two groups. */
function separatorOf(between: string): string {
  if (between.includes(')')) return ')'
  if (between.includes('(')) return '('
  if (between.includes('.')) return '.'
  if (between.includes('/')) return '/'
  return between.trim() === '' ? ' ' : '-'
}

/** The first `count` groups, read as one number. Undefined where parentheses do not close. */
function written(text: string, start: number, groups: readonly Group[], count: number): Written | undefined {
  let digits = ''
  const sizes: number[] = []
  const separators: string[] = []
  let enclosed = -1
  let isOpen = text.slice(start, groups[0]?.start).includes('(')
  if (isOpen) enclosed = 0
  for (let i = 0; i < count; i++) {
    const group = groups[i]
    if (group === undefined) return undefined
    const before = groups[i - 1]
    if (before !== undefined) {
      const between = text.slice(before.end, group.start)
      if (between.includes(')') !== isOpen) return undefined
      isOpen = between.includes('(')
      if (isOpen) enclosed = i
      separators.push(separatorOf(between))
    }
    digits += text.slice(group.start, group.end)
    sizes.push(group.end - group.start)
  }
  if (isOpen) return undefined
  return { digits, sizes, separators, hasPlus: text.slice(start, groups[0]?.start).includes('+'), enclosed }
}

/** Labels that say of a number nearby that it is no telephone's. */
function speaksAgainst({ label, distance }: Said): boolean {
  return label !== 'phone' && label !== 'call' && label !== 'ip' && label !== 'birth' && distance <= 14
}

/** `2371 0010 3800 44`: other groups of digits stand right before it, so it may be the end of something else. */
function isWithinRow(text: string, start: number): boolean {
  return isDigit(text.charCodeAt(start - 2)) && !isDigit(text.charCodeAt(start - 1)) && text.charCodeAt(start - 1) !== 0x0a
}

/** `call(1000000)` and `called 12345678 times` are about something else: what stands between has to lead to a number. */
const LEADING =
  /^(?:[:=] ?|(?: (?:me|us|him|her|them|back|again|now|here|today|on|at|from|under|via|by|the|this|number|is|my|our|unter|von|mich|uns|bitte|der|au|le|moi|nous|du|al|el|desde|a|mi|il|lo|dal|op|van|me|på|från|pod|numer|nr|z|para|o|do|no)\.?:?){1,4} ?["']?)$/i

function holds(needs: Needs, said: Said | undefined, written: Written, between: string, isWithin: boolean): boolean {
  if (needs === 'plus') return true
  if (needs === 'nothing' && !isWithin) return said === undefined || !speaksAgainst(said)
  if (said === undefined) return false
  if (needs !== 'much') return said.label === 'phone' || (said.label === 'call' && said.distance <= 40)
  if (said.label === 'phone') return said.distance <= (written.digits.length < 9 ? 24 : 40)
  return said.label === 'call' && (LEADING.test(between) || (between === ' ' && written.sizes.length > 1))
}

/** How sure a reading is: of one row the surest counts, and of those as sure the longest. */
const RANK: Readonly<Record<Needs, number>> = { plus: 3, nothing: 2, little: 1, much: 0 }

interface Best extends Shape {
  readonly end: number
}

/** The number that begins at `start`: the surest reading of its groups, the longest of those. */
function numberAt(text: string, start: number, rowEnd: number): Best | undefined {
  const groups = groupsOf(text, start, rowEnd)
  let total = 0
  for (const { start: from, end } of groups) total += end - from
  if (total < 6) return undefined
  let said: Said | undefined
  let isAsked = false
  const isWithin = isWithinRow(text, start)
  let best: Best | undefined
  for (let count = groups.length; count > 0; count--) {
    const end = groups[count - 1]?.end ?? 0
    // Within a row a number ends at a space alone.
    if (count < groups.length && !/^[ \u{a0}\u{202f}]/u.test(text.charAt(end))) continue
    if (!endsFree(text, end)) continue
    const one = written(text, start, groups, count)
    const shape = one === undefined ? undefined : shapeOf(one)
    if (one === undefined || shape === undefined || (best !== undefined && RANK[shape.needs] <= RANK[best.needs])) continue
    if (!isAsked && shape.needs !== 'plus') {
      said = saidBefore(text, start)
      isAsked = true
    }
    const between = said === undefined ? '' : text.slice(start - said.distance, start)
    const isHeld = holds(shape.needs, said, one, between, isWithin && shape.score < 0.85)
    if (isHeld || isTrailed(text, end, shape, one.digits.length)) best = { ...shape, end }
  }
  return best
}

/** Whether what may still come can change how the row is read that ends at `end`. */
function isOpen(text: string, end: number): boolean {
  const length = text.length - end
  if (length >= BEHIND) return false
  const behind = text.slice(end)
  if (length < 2 || (length < 5 && SEPARATORS.test(behind)) || EXTENSION_BEGUN.test(behind)) return true
  const word = afterBlank(behind).toLowerCase()
  return length <= TRAILING_MAX && TRAILING.some((one) => one.startsWith(word))
}

/** Without the space or the parenthesis that stands before a word about the number. */
function afterBlank(behind: string): string {
  return behind.replace(/^ ?[([]?/, '')
}

/** Whether a word right behind `end` says that a telephone rings there. */
function isTrailed(text: string, end: number, shape: Shape, digits: number): boolean {
  if (shape.needs !== 'little' && digits < 10) return false
  const behind = afterBlank(text.slice(end, end + TRAILING_MAX + 2))
  const word = /^\p{L}*/u.exec(behind)?.[0] ?? ''
  if (!TRAILING.includes(word.toLowerCase())) return false
  // `2125550142 mobile users` counts users: a bare number needs the line to end there.
  return shape.needs === 'little' || /^(?:[\n\r,;)\]]|$)/.test(behind.slice(word.length))
}

const NONE: readonly Finding[] = []

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
    while (at < text.length) {
      const code = text.charCodeAt(at)
      if (!isDigit(code) && code !== 0x2b && code !== 0x28) {
        at++
        continue
      }
      if (!standsFree(text, at)) {
        at = behindGroup(text, at)
        continue
      }
      ROW.lastIndex = at
      const isRow = ROW.test(text)
      const rowEnd = isRow ? ROW.lastIndex : at + 1
      if (!ended && (isRow ? isOpen(text, rowEnd) : text.length - at < 3)) return { findings: findings ?? NONE, hold: at }
      const best = isRow ? numberAt(text, at, rowEnd) : undefined
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

/** Behind the digits at `at`, or the one sign that stands there. */
function behindGroup(text: string, at: number): number {
  let end = at
  while (end < text.length && isDigit(text.charCodeAt(end))) end++
  return end === at ? at + 1 : end
}
