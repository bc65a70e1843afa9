import type { Finding } from '../spec/index.js'
import type { Rule } from './rule.js'

/** What one rule found, looked for alone. */
export interface Raw extends Finding {
  /** Where its expression began to match: before `start` where only a part of that is what was looked for. */
  readonly from: number
  readonly isWeak: boolean
}

/** What a check says of a match. Undefined: it is not what was looked for. */
export function judge(rule: Rule, text: string, start: number, end: number, kept: Int32Array): Raw | undefined {
  const isWeak = rule.isWeak === true
  if (rule.check === undefined) return { from: start, start, end, type: rule.type, score: 1, isWeak }
  const judged = rule.check({ text, start, end, kept })
  if (judged === undefined) return undefined
  return {
    from: start,
    start: judged.start ?? start,
    end: judged.end ?? end,
    type: rule.type,
    score: judged.score,
    isWeak,
  }
}

/**
 * What is left when rules meet: a weak finding gives way to a strong one that it overlaps, of whatever type; of one type the
 * earlier one stays, of two that begin together the longer one, then the surer one. Those of different types may overlap.
 *
 * @param raws in any order
 * @returns sorted by start, then by end, then by type
 */
export function join(raws: readonly Raw[]): readonly Finding[] {
  if (raws.length === 0) return NONE
  const sorted = [...raws].sort((a, b) => a.start - b.start || b.end - a.end || b.score - a.score)
  const strong = sorted.filter(({ isWeak }) => !isWeak)
  const overlaps = strong.length === sorted.length ? never : overlapsOne(strong)
  const ends = new Map<string, number>()
  const all: Finding[] = []
  for (const { start, end, type, score, isWeak } of sorted) {
    if (start < (ends.get(type) ?? 0) || (isWeak && overlaps(start, end))) continue
    ends.set(type, end)
    all.push({ start, end, type, score })
  }
  return all.sort((a, b) => a.start - b.start || a.end - b.end || (a.type < b.type ? -1 : 1))
}

function never(): boolean {
  return false
}

/** @param sorted by start */
function overlapsOne(sorted: readonly Raw[]): (start: number, end: number) => boolean {
  let furthest = 0
  const reach = sorted.map((one) => {
    furthest = Math.max(furthest, one.end)
    return furthest
  })
  return (start, end) => {
    // Of those that begin before `end`, whether one ends behind `start`.
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sorted[middle]?.start ?? 0) < end) low = middle + 1
      else high = middle
    }
    return low > 0 && (reach[low - 1] ?? 0) > start
  }
}

const NONE: readonly Finding[] = []
