import { escapeBefore } from '../../json/escape.js'
import type { Detector, Finding, FindingType, Scan } from '../../spec/index.js'
import { saidBefore } from './before.js'

/** The longest IPv6 address in text, RFC 4291 section 2.2: six groups and a dotted quad. */
const LENGTH_MAX = 45

/** What a character can be part of: hexadecimal digits, the separators of addresses. */
const HEX = 1
const SEPARATOR = 2
const KIND: Uint8Array = new Uint8Array(128)
for (const one of '0123456789abcdefABCDEF') KIND[one.charCodeAt(0)] = HEX
for (const one of ':.-') KIND[one.charCodeAt(0)] = SEPARATOR

function kindAt(text: string, at: number): number {
  return KIND[text.charCodeAt(at)] ?? 0
}

function isWord(code: number): boolean {
  const lower = code | 0x20
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x7a) || code === 0x5f
}

interface Address {
  readonly type: FindingType
  readonly score: number
  readonly length: number
}

const MAC =
  /^(?:[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2})$/
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/
const GROUP = /^[0-9A-Fa-f]{1,4}$/

/** What a row of such characters is, if it is an address as a whole. */
function addressOf(row: string, text: string, start: number): Address | undefined {
  const length = row.length
  if (MAC.test(row)) return isMac(row) ? { type: 'pii.mac', score: 1, length } : undefined
  if (IPV4.test(row)) {
    const score = ipv4Score(row, text, start)
    return score === 0 ? undefined : { type: 'pii.ip', score, length }
  }
  return row.includes(':') && isIpv6(row) ? { type: 'pii.ip', score: 1, length } : undefined
}

/**
 * Nobody's: all alike (`00:00:…`, `ff:ff:…`), and mere digits in groups that hyphens or dots join, which are
 * dates, sections and numbers of parts. */
function isMac(row: string): boolean {
  const digits = row.replaceAll(/[:.-]/g, '').toLowerCase()
  if (digits === digits.charAt(0).repeat(12)) return false
  if (row.charAt(4) === '.') return row.split('.').filter((group) => /[A-Fa-f]/.test(group)).length > 1
  return row.charAt(2) === ':' || /[a-f]/.test(digits)
}

/**
 * 0 for what is no machine's address: this host (`127.…`), none (`0.…`), everybody (`255.…`), where clouds keep the metadata of
 * whoever asks (`169.254.169.254`), and what a version's number looks like, unless words before it speak of addresses. Addresses of private networks count: they tell machines of a house apart.
 */
function ipv4Score(row: string, text: string, start: number): number {
  const numbers = row.split('.')
  if (numbers.some((one) => Number(one) > 255 || (one.length > 1 && one.startsWith('0')))) return 0
  const first = Number(numbers[0])
  if (first === 0 || first === 127 || first === 255 || row === '169.254.169.254') return 0
  const said = saidBefore(text, start, ['id', 'other', 'date', 'call', 'phone'])
  if (said?.label === 'version' && said.distance <= 12) return 0
  if (said?.label !== 'ip' && isUpgrade(text.slice(Math.max(0, start - UPGRADE_REACH), start))) return 0
  // `3.53.4.0`: two numbers below ten, the first below 32: versions and sections look so, and few addresses.
  const isSmall = first < 32 && first !== 10 && numbers.filter((one) => one.length === 1).length > 1
  if (isSmall || (start > 0 && '$§'.includes(text.charAt(start - 1))))
    return said?.label === 'ip' && said.distance <= 40 ? 0.7 : 0
  return 0.95
}

/** `upgrade from 10.15.7.2`, `Chrome was updated to 124.0.63.78`: programs are; updates come from machines. */
const UPGRADE =
  /\b(?:(?:up|down)grad(?:e|es|ed|ing)(?: [A-Za-z]{1,16})? from|(?:up|down)(?:grad|dat)(?:e|es|ed|ing)(?: [A-Za-z]{1,16})? to) $/i
/** Of these it is said that they were updated to an address. */
const OF_NETWORKS =
  /\b(?:dns|records?|routes?|gateway|subnet|interface|peer|proxy|vpn|node|firewall|upstream|endpoint|origin|balancer|switch|router)\b/i
const UPGRADE_REACH = 64

function isUpgrade(before: string): boolean {
  return UPGRADE.test(before) && !OF_NETWORKS.test(before)
}

/** RFC 4291 section 2.2: eight groups, or fewer with one `::`, or the last two as a dotted quad. `::1` and `::` are nobody's. */
function isIpv6(row: string): boolean {
  let groups = row
  const dot = row.indexOf('.')
  if (dot !== -1) {
    const quad = row.lastIndexOf(':') + 1
    if (
      !IPV4.test(row.slice(quad)) ||
      row
        .slice(quad)
        .split('.')
        .some((one) => Number(one) > 255)
    )
      return false
    groups = `${row.slice(0, quad)}0:0`
  }
  const halves = groups.split('::')
  if (halves.length > 2) return false
  const all = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  if (!all.every((group) => GROUP.test(group))) return false
  if (halves.length === 1) return all.length === 8
  if (all.length > 7 || !/[1-9A-Fa-f]/.test(groups)) return false
  // `::1` is this host; `a::b` and `12::3` are names in programs and times as well: two groups have to be there, one of three digits.
  return all.length > 2 || (all.length === 2 && all.some((group) => group.length > 2))
}

/**
 * Whether a row may begin at `at`: it is not within a word, nor within a row that is too long. `node:10.20.30.40` has one behind a
 * word, which is told by a letter that no row has.
 */
function isFresh(text: string, at: number): boolean {
  if (at === 0) return true
  const before = text.charCodeAt(at - 1)
  if (!isWord(before) && kindAt(text, at - 1) === 0) return true
  if (kindAt(text, at) !== SEPARATOR) return escapeBefore(text, at) > 0
  for (let back = at - 1; back >= 0 && at - back < LENGTH_MAX && isWord(text.charCodeAt(back)); back--) {
    if (kindAt(text, back) === 0) return true
  }
  return false
}

/** Where the row begins that goes on at `at`, or `at` itself where it is too long to be looked at. */
function rowStart(text: string, floor: number, at: number): number {
  const lowest = Math.max(floor, at - LENGTH_MAX - 1)
  let start = at
  // The digits at the end of `\u000a` are none of the row that follows it.
  while (start > lowest && kindAt(text, start - 1) !== 0 && escapeBefore(text, start) === 0) start--
  // `node:10.20.30.40`: letters of a word are none of the row. That of an escape (`\n10.20.30.40`) is no word.
  if (start > 0 && isWord(text.charCodeAt(start - 1)) && escapeBefore(text, start) === 0) {
    while (start < at && kindAt(text, start) === HEX) start++
  }
  return start
}

const NONE: readonly Finding[] = []

/** A row has a separator that is followed by more of it, and prose has few. */
const JOINT = /[:.-][0-9A-Fa-f:.-]/g

/**
 * IP addresses, of version 4 in four decimal numbers and of version 6 in every form of RFC 4291, and MAC addresses (EUI-48).
 *
 * Blind to addresses of other spellings (one number, octal, hexadecimal), to `127.…`, `0.…`, `255.…`, `::1` on purpose, to what
 * looks like a version (`1.2.30.40`) and nothing calls an address, to networks
 * (`10.0.0.0/8`), and to zones behind them.
 */
export const networkDetector: Detector = {
  name: 'network',
  types: ['pii.ip', 'pii.mac'],

  scan(text: string, from: number, ended: boolean): Scan {
    let findings: Finding[] | undefined
    let floor = from
    let at = from
    for (;;) {
      JOINT.lastIndex = at
      if (!JOINT.test(text)) break
      at = JOINT.lastIndex - 2
      const start = rowStart(text, floor, at)
      let end = at
      const most = Math.min(text.length, start + LENGTH_MAX + 2)
      let separators = 0
      for (let one = start; one < at; one++) if (kindAt(text, one) === SEPARATOR) separators++
      while (end < most) {
        const kind = kindAt(text, end)
        if (kind === 0) break
        if (kind === SEPARATOR) separators++
        end++
      }
      if (!isFresh(text, start)) {
        // Within a word, or a row that is too long: none of what is left of it is looked at again.
        while (at < text.length && kindAt(text, at) !== 0) at++
        continue
      }
      if (end === text.length && end - start <= LENGTH_MAX + 1 && !ended)
        return { findings: findings ?? NONE, hold: start }
      const one = separators < 2 || end - start > LENGTH_MAX + 1 ? undefined : wholeRow(text, start, end)
      at = end
      if (one === undefined) continue
      findings ??= []
      findings.push({ start: one.start, end: one.start + one.length, type: one.type, score: one.score })
      floor = one.start + one.length
    }
    return { findings: findings ?? NONE, hold: ended ? text.length : rowAtEnd(text, floor) }
  },
}

/** Where the row begins that the text ends with, as far as it may become an address; else the text's length. */
function rowAtEnd(text: string, floor: number): number {
  const start = rowStart(text, floor, text.length)
  return text.length - start <= LENGTH_MAX + 1 && isFresh(text, start) ? start : text.length
}

interface Placed extends Address {
  readonly start: number
}

/** The address that fills the row, but for the signs that close a sentence or open a value. */
function wholeRow(text: string, from: number, to: number): Placed | undefined {
  if (isWord(text.charCodeAt(to))) return undefined
  let end = to
  // `10.20.30.40.` and `10.20.30.40:` end with what is none of it; `fe80::` does not.
  while (end > from && (text.charAt(end - 1) === '.' || text.charAt(end - 1) === '-')) end--
  if (text.charAt(end - 1) === ':' && text.charAt(end - 2) !== ':') end--
  let start = from
  while (start < end && (text.charAt(start) === '-' || text.charAt(start) === '.')) start++
  if (text.charAt(start) === ':' && text.charAt(start + 1) !== ':') start++
  const row = text.slice(start, end)
  // `10.0.0.0/8`, `2001:db8::/32`: a network is no machine.
  if (text.charAt(end) === '/' && (row.endsWith('.0') || row.endsWith('::'))) return undefined
  const whole = addressOf(row, text, start)
  if (whole !== undefined) return { ...whole, start }
  // `203.0.113.7:8080`, `203.0.113.7-203.0.113.9`
  const port = /^(\d{1,3}(?:\.\d{1,3}){3})[:-]/.exec(row)?.[1]
  const head = port === undefined ? undefined : addressOf(port, text, start)
  return head === undefined ? undefined : { ...head, start }
}
