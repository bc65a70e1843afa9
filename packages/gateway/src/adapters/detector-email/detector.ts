import { escapeBefore } from '../../json/escape.js'
import type { Detector, Finding, Scan } from '../../spec/index.js'

// RFC 5321 section 4.5.3.1: "The maximum total length of a user name or other local-part is 64 octets", 255 for a domain.
// Both are also what bounds the text held: a longer word is released, and only its last 64 characters count as a name.
const LOCAL_MAX = 64
const DOMAIN_MAX = 254

/** `scheme://user:` and what of a password stands before: RFC 3986 section 3.2.1, no longer than what a stream keeps. */
const BEFORE_PASSWORD = /:\/\/[^\s/@:?#"'<>]{0,48}:[^\s/@?#"'<>]{0,64}$/
const BEFORE_PASSWORD_MAX = 3 + 48 + 1 + 64

const LOCAL = 1
const DOMAIN = 2
const KIND: Uint8Array = new Uint8Array(0x530)
// Letters beyond ASCII: Latin, Greek, Cyrillic and their accents. Not CJK, where no space stands before an address.
for (let code = 0xc0; code < 0x530; code++) KIND[code] = LOCAL | DOMAIN
KIND[0xd7] = 0
KIND[0xf7] = 0
for (const one of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.') {
  KIND[one.charCodeAt(0)] = LOCAL | DOMAIN
}
for (const one of "_+%'") KIND[one.charCodeAt(0)] = LOCAL

// `logo@2x.png`: what ends like a file is none. Only endings that are no top-level domain.
const FILE_ENDINGS: ReadonlySet<string> = new Set(
  'png jpg jpeg gif svg webp bmp ico css scss js mjs cjs jsx tsx html htm json xml yaml yml txt pdf'.split(' '),
)
const TOP_LEVEL = /^(?:xn--[a-z0-9-]{2,58}|[a-z\u{e0}-\u{52f}]{2,24}(?=$|-))/iu

function is(kind: number, text: string, at: number): boolean {
  return ((KIND[text.charCodeAt(at)] ?? 0) & kind) !== 0
}

/** Where the word of at most 64 characters begins that ends before `end`. */
function localStart(text: string, floor: number, end: number): number {
  const lowest = Math.max(floor, end - LOCAL_MAX)
  let start = end
  while (start > lowest && is(LOCAL, text, start - 1)) start--
  return start
}

/** `\nann@…` in JSON text is a line break and `ann@…`. */
function afterEscape(text: string, start: number, end: number): number {
  if (text.charCodeAt(start - 1) !== 0x5c) return start
  for (const after of [start + 1, start + 5]) {
    if (after <= end && escapeBefore(text, after) === after - start + 1) return after
  }
  return start
}

/** Where the name begins that ends before `end`; `end` where there is none. */
function nameStart(text: string, floor: number, end: number): number {
  let start = afterEscape(text, localStart(text, floor, end), end)
  // Quotes, bullets and ellipses that touch a name are none of it.
  while (start < end && "'-.".includes(text.charAt(start))) start++
  return start
}

/** Where a name begins of which the beginning may have been let go; behind an address that was found it begins at `start`. */
function beginOf(text: string, start: number, at: number): number {
  const begin = nameStart(text, 0, at)
  return text.charAt(begin - 1) === '@' ? start : begin
}

function isGit(text: string, start: number, at: number): boolean {
  return at - start === 3 && text.startsWith('git', start)
}

/** An end, or where none can be: `-1`. The domain is the longest beginning of the run that has a top-level domain. */
function domainEnd(text: string, start: number, runEnd: number): number {
  let end = runEnd
  for (let at = runEnd - 1; at >= start; at--) {
    if (text.charCodeAt(at) !== DOT) continue
    // One letter is no top-level domain.
    const label = end - at > 2 ? text.slice(at + 1, end) : ''
    const top = label === '' ? null : TOP_LEVEL.exec(label)
    if (top !== null) return FILE_ENDINGS.has(label.toLowerCase()) ? -1 : at + 1 + top[0].length
    end = at
  }
  return -1
}

const DOT = 0x2e

/** Where the run of domain characters ends: at the first other character, at an empty label, or at its greatest length. */
function domainRunEnd(text: string, start: number): number {
  const most = Math.min(text.length, start + DOMAIN_MAX)
  let end = start
  while (end < most && is(DOMAIN, text, end)) {
    // No label is empty: `a@b.com...` ends before its second dot.
    if (text.charCodeAt(end) === DOT && (end === start || text.charCodeAt(end - 1) === DOT)) return end
    end++
  }
  return end
}

const NONE: readonly Finding[] = []

/** E-mail addresses. Blind to quoted local parts, address literals (`a@[192.0.2.1]`) and spelt-out forms (`a at b dot com`). */
export const emailDetector: Detector = {
  name: 'email',
  types: ['pii.email'],

  scan(text: string, from: number, ended: boolean): Scan {
    let findings: Finding[] | undefined
    let floor = from
    for (let at = text.indexOf('@', from); at !== -1; at = text.indexOf('@', at + 1)) {
      const start = nameStart(text, floor, at)
      if (start === at) continue
      const runEnd = domainRunEnd(text, at + 1)
      const open = runEnd === text.length && runEnd - at - 1 < DOMAIN_MAX
      if (open && !ended) return { findings: findings ?? NONE, hold: start }
      // `git@` is how a repository is reached over ssh: nobody's address.
      if (isGit(text, from > 0 && floor === from ? beginOf(text, start, at) : start, at)) continue
      const end = domainEnd(text, at + 1, runEnd)
      if (end === -1) continue
      // `postgres://app:password@db.example`: a password and a host.
      if (BEFORE_PASSWORD.test(text.slice(Math.max(0, start - BEFORE_PASSWORD_MAX), start))) continue
      findings ??= []
      findings.push({ start, end, type: 'pii.email', score: 1 })
      floor = end
    }
    return { findings: findings ?? NONE, hold: ended ? text.length : localStart(text, floor, text.length) }
  },
}
