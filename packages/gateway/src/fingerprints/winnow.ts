import { type Fingerprint, type Hashing, PART } from './hashing.js'
import { Prefixes } from './prefixes.js'

/** Folded characters of one fingerprint of a text. */
export const GRAM = 32
/** Of so many in a row one is kept. */
const WINDOW = 17
/** "we guarantee that any match at least as long as the guarantee threshold t is detected", t = window + gram - 1. */
export const RUN_MIN: number = WINDOW + GRAM - 1
/** Rows of noughts, rules and dots are everybody's. */
const DISTINCT_MIN = 8

/**
 * Winnowing (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003): of each window of fingerprints the least, of equal ones the
 * last.
 *
 * @param units folded
 */
export function winnow(units: string, hashing: Hashing): readonly Fingerprint[] {
  const all: Fingerprint[] = []
  const prefixes = new Prefixes(hashing)
  for (let at = 0; at < units.length; at++) {
    prefixes.push(units.charCodeAt(at))
    const start = prefixes.length - GRAM
    if (start >= 0) all.push({ a: prefixes.hashA(start, PART.gram), b: prefixes.hashB(start, PART.gram) })
  }
  const kept = new Set<number>()
  let least = -1
  for (let end = Math.min(WINDOW, all.length); end <= all.length && end > 0; end++) {
    // The least of the window before is that of this one, unless it has left it, or what came in is less.
    if (least < end - WINDOW) least = leastOf(all, Math.max(0, end - WINDOW), end)
    else if ((all[end - 1]?.a ?? 0) <= (all[least]?.a ?? 0)) least = end - 1
    kept.add(least)
  }
  return [...kept]
    .filter((at) => new Set(units.slice(at, at + GRAM)).size >= DISTINCT_MIN)
    .flatMap((at) => all[at] ?? [])
}

function leastOf(all: readonly Fingerprint[], from: number, end: number): number {
  let least = from
  for (let at = from + 1; at < end; at++) if ((all[at]?.a ?? 0) <= (all[least]?.a ?? 0)) least = at
  return least
}
