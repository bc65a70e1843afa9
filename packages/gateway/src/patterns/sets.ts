/** Code units, as inclusive ranges one after the other: `[first, last, first, last, …]`, ascending, none touching the next. */
export type CodeSet = readonly number[]

export const LAST = 0xffff

export const DIGITS: CodeSet = [0x30, 0x39]
export const WORDS: CodeSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a]
/** ECMA-262, WhiteSpace and LineTerminator. */
export const SPACES: CodeSet = [
  0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f,
  0x3000, 0x3000, 0xfeff, 0xfeff,
]
export const LINE_ENDS: CodeSet = [0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029]

/** @param ranges pairs in any order, which may overlap */
export function setOf(ranges: readonly number[]): CodeSet {
  const pairs: [number, number][] = []
  for (let i = 0; i + 1 < ranges.length; i += 2) pairs.push([ranges[i] ?? 0, ranges[i + 1] ?? 0])
  pairs.sort((a, b) => a[0] - b[0])
  const set: number[] = []
  for (const [first, last] of pairs) {
    const before = set.at(-1)
    if (before !== undefined && first <= before + 1) set[set.length - 1] = Math.max(before, last)
    else set.push(first, last)
  }
  return set
}

export function complement(set: CodeSet): CodeSet {
  const others: number[] = []
  let next = 0
  for (let i = 0; i + 1 < set.length; i += 2) {
    const first = set[i] ?? 0
    if (first > next) others.push(next, first - 1)
    next = (set[i + 1] ?? 0) + 1
  }
  if (next <= LAST) others.push(next, LAST)
  return others
}

function has(set: CodeSet, code: number): boolean {
  for (let i = 0; i + 1 < set.length; i += 2) {
    if (code < (set[i] ?? 0)) return false
    if (code <= (set[i + 1] ?? 0)) return true
  }
  return false
}

export function meet(a: CodeSet, b: CodeSet): boolean {
  let i = 0
  let k = 0
  while (i < a.length && k < b.length) {
    if ((a[i + 1] ?? 0) < (b[k] ?? 0)) i += 2
    else if ((b[k + 1] ?? 0) < (a[i] ?? 0)) k += 2
    else return true
  }
  return false
}

/** With all that ECMA-262 takes for the same where case counts for nothing (Canonicalize, without the `u` flag). */
export function withBothCases(set: CodeSet): CodeSet {
  const key = set.join()
  const both = bothCases.get(key) ?? madeBothCases(set)
  bothCases.set(key, both)
  return both
}

/** Rules are of the same few sets: who compares them finds most to be the same object. */
const bothCases = new Map<string, CodeSet>()

function madeBothCases(set: CodeSet): CodeSet {
  const [only = 0] = set
  if (set.length === 2 && only === set[1] && only < 0x80) {
    // Most are one letter of a word.
    const lower = only | 0x20
    return lower >= 0x61 && lower <= 0x7a ? [lower - 0x20, lower - 0x20, lower, lower] : set
  }
  const more: number[] = []
  for (let lower = 0x61; lower <= 0x7a; lower++) {
    const upper = lower - 0x20
    if (has(set, lower)) more.push(upper, upper)
    if (has(set, upper)) more.push(lower, lower)
  }
  if ((set.at(-1) ?? 0) > 0x7f) {
    for (const alike of alikeBeyondAscii()) {
      if (alike.some((code) => has(set, code))) for (const code of alike) more.push(code, code)
    }
  }
  return more.length === 0 ? set : setOf([...set, ...more])
}

let known: readonly (readonly number[])[] | undefined

/** A table that is always the same: made once, where somebody needs it. */
function alikeBeyondAscii(): readonly (readonly number[])[] {
  if (known !== undefined) return known
  const byUpper = new Map<number, number[]>()
  for (let code = 0x80; code <= LAST; code++) {
    // Scripts of East Asia, Hangul and what is nobody's: no letter there has two cases.
    if (code === 0x2e80) code = 0xa640
    if (code === 0xac00) code = 0xff00
    const upper = String.fromCharCode(code).toUpperCase()
    const to = upper.length === 1 ? upper.charCodeAt(0) : code
    // "If the value of ch's code unit is at least 128 and that of cu is less than 128, return ch."
    const canonical = to < 0x80 ? code : to
    const alike = byUpper.get(canonical)
    if (alike === undefined) byUpper.set(canonical, [code])
    else alike.push(code)
  }
  known = [...byUpper.values()].filter((alike) => alike.length > 1)
  return known
}
