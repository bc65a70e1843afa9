import { FUSED_MAX, RANK_OFFSET } from '../../retrieval/fusion.js'
import { audienceOfNumber, wordsOfNumber } from './number.js'

/** What is counted over all that a reader may see, and over nothing else. */
export interface Visible {
  readonly audiences: ReadonlySet<number>
  readonly passages: number
  readonly words: number
}

/** Numbers of passages, rising, and something of each. */
export interface PassageList {
  readonly numbers: readonly number[]
  readonly values: readonly number[]
}

export const NO_PASSAGES: PassageList = { numbers: [], values: [] }

// BM25 as FTS5 has it.
const K1 = 1.2
const B = 0.75
const COMMA = 44
const ZERO = 48

/**
 * The passages that a reader may see, of those that have a word, and how often each has it.
 *
 * @param list numbers of passages by commas, rising, each as often as it has the word
 */
export function visibleOf(list: string, audiences: ReadonlySet<number>): PassageList {
  const numbers: number[] = []
  const values: number[] = []
  let last = -1
  let audience = -1
  let isVisible = false
  let number = 0
  for (let at = 0; at <= list.length; at += 1) {
    const code = at === list.length ? COMMA : list.charCodeAt(at)
    if (code !== COMMA) {
      number = number * 10 + code - ZERO
      continue
    }
    if (number < last) throw new Error('the index of the documents is not in order')
    const its = audienceOfNumber(number)
    if (its !== audience) {
      audience = its
      isVisible = audiences.has(its)
    }
    if (isVisible && number === last) values[values.length - 1] = (values.at(-1) ?? 0) + 1
    else if (isVisible) {
      numbers.push(number)
      values.push(1)
    }
    last = number
    number = 0
  }
  return { numbers, values }
}

/** Adds what a word says for the passages that have it. How rare the word is, is asked of what is visible alone. */
export function scored(before: PassageList, having: PassageList, { passages, words }: Visible): PassageList {
  const weight = Math.log(1 + (passages - having.numbers.length + 0.5) / (having.numbers.length + 0.5))
  const lengthMean = Math.max(1, words / passages)
  const numbers: number[] = []
  const values: number[] = []
  let at = 0
  for (const [nth, number] of having.numbers.entries()) {
    let score = 0
    for (; (before.numbers[at] ?? Number.POSITIVE_INFINITY) <= number; at += 1) {
      if (before.numbers[at] === number) score = before.values[at] ?? 0
      else add(before.numbers[at] ?? 0, before.values[at] ?? 0)
    }
    const often = having.values[nth] ?? 0
    const length = 1 - B + (B * wordsOfNumber(number)) / lengthMean
    add(number, score + (weight * often * (K1 + 1)) / (often + K1 * length))
  }
  for (; at < before.numbers.length; at += 1) add(before.numbers[at] ?? 0, before.values[at] ?? 0)
  return { numbers, values }

  function add(number: number, score: number): void {
    numbers.push(number)
    values.push(score)
  }
}

const STEPS = 1024

export interface Scored {
  readonly number: number
  readonly score: number
}

/** At least so many of the best where there are as many, best first; equals by their number. */
export function bestOf({ numbers, values }: PassageList, wanted: number): readonly Scored[] {
  // Sorting all would take longer than finding them: only those are sorted that are above a step that enough of them reach.
  const highest = values.reduce((most, score) => Math.max(most, score), 0)
  const lowest = values.reduce((least, score) => Math.min(least, score), highest)
  const width = (highest - lowest) / STEPS || 1
  const stepOf = (score: number): number => Math.min(STEPS - 1, Math.floor((score - lowest) / width))
  const counts = new Uint32Array(STEPS)
  for (const score of values) counts[stepOf(score)] = (counts[stepOf(score)] ?? 0) + 1
  let step = STEPS
  for (let above = 0; step > 0 && above < wanted; above += counts[step] ?? 0) step -= 1
  const best: Scored[] = []
  for (const [nth, score] of values.entries()) {
    if (stepOf(score) >= step) best.push({ number: numbers[nth] ?? 0, score })
  }
  return best.sort((one, other) => other.score - one.score || one.number - other.number)
}

/** Two rankings as one: a passage counts by its place in each, so that scores of two kinds need not be compared. */
export function fused(...lists: readonly PassageList[]): PassageList {
  const scores = new Map<number, number>()
  for (const list of lists) {
    for (const [at, { number }] of bestOf(list, FUSED_MAX).slice(0, FUSED_MAX).entries()) {
      scores.set(number, (scores.get(number) ?? 0) + 1 / (RANK_OFFSET + at + 1))
    }
  }
  const entries = [...scores].sort(([one], [other]) => one - other)
  return { numbers: entries.map(([number]) => number), values: entries.map(([, score]) => score) }
}
