import { type Fingerprint, type Hashing, PART } from './hashing.js'

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
  for (let at = 0; at + GRAM <= units.length; at++) all.push(hashing.of(units.slice(at, at + GRAM), PART.gram))
  const kept = new Set<number>()
  for (let from = 0; from < Math.max(1, all.length - WINDOW + 1); from++) {
    let least = -1
    for (let at = from; at < Math.min(from + WINDOW, all.length); at++) {
      if (least < 0 || (all[at]?.a ?? 0) <= (all[least]?.a ?? 0)) least = at
    }
    if (least >= 0) kept.add(least)
  }
  return [...kept]
    .filter((at) => new Set(units.slice(at, at + GRAM)).size >= DISTINCT_MIN)
    .flatMap((at) => all[at] ?? [])
}
