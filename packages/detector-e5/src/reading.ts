import type { Thresholds } from './models.js'
import type { Tokens } from './tokenizer.js'

/** What the model says of a text: numbers for each token, and one for each window. */
export interface Outputs {
  /** Five for each token: outside, person, person goes on, address, address goes on. Logits. */
  readonly names: Float32Array
  /** Logits. */
  readonly planted: Float32Array
  /** Of the windows: probabilities. */
  readonly injection: readonly { readonly from: number; readonly to: number; readonly score: number }[]
}

/** A stretch of text, UTF-16, end exclusive. */
export interface Stretch {
  readonly start: number
  readonly end: number
  /** 0 to 1. */
  readonly score: number
}

const TAGS = 5
const [OUTSIDE, PERSON, ADDRESS] = [0, 1, 3]
/** Tokens. Fewer say too little to tell an instruction from a heading, a cell or a letter. */
const SENTENCE_MIN = 3
const FENCE = /^\s*(```|~~~)/
/** A sentence ends behind one of these and a space, or with the line. */
const ENDS = /[.!?\u3002\uff01\uff1f\u0964]["'\u201d)\]]?(?=\s|$)|[\u3002\uff01\uff1f]|\n+/g

/** Runs of tokens that are the name of a person, or an address: those whose mean score reaches the threshold. */
export function namesIn(
  text: string,
  tokens: Tokens,
  { names }: Outputs,
  { person, address }: Pick<Thresholds, 'person' | 'address'>,
): { readonly person: readonly Stretch[]; readonly address: readonly Stretch[] } {
  const found = { person: [] as Stretch[], address: [] as Stretch[] }
  let run: { tag: number; start: number; end: number; sum: number; count: number } | undefined
  const close = (): void => {
    if (run === undefined) return
    const [list, least] = run.tag === PERSON ? [found.person, person] : [found.address, address]
    const score = run.sum / run.count
    const span = trimmed(text, run)
    if (score >= least && span !== undefined) list.push({ ...span, score })
    run = undefined
  }
  for (let at = 0; at < tokens.ids.length; at++) {
    const shares = softmax(names, at * TAGS)
    const inside = [shares[0] ?? 0, (shares[1] ?? 0) + (shares[2] ?? 0), 0, (shares[3] ?? 0) + (shares[4] ?? 0)]
    const tag = (inside[PERSON] ?? 0) > (inside[ADDRESS] ?? 0) ? PERSON : ADDRESS
    const share = inside[tag] ?? 0
    const isInside = share > (inside[OUTSIDE] ?? 0)
    const begins = (shares[tag] ?? 0) > (shares[tag + 1] ?? 0)
    const start = tokens.starts[at] ?? 0
    const end = tokens.ends[at] ?? 0
    // Within a word nothing begins, whatever the model says.
    const inWord = run !== undefined && run.end === start && !/\s/.test(text.charAt(start))
    if (run !== undefined && (!isInside || tag !== run.tag || (begins && !inWord))) close()
    if (!isInside) continue
    if (run === undefined) run = { tag, start, end, sum: share, count: 1 }
    else {
      run.end = end
      run.sum += share
      run.count += 1
    }
  }
  close()
  return found
}

/** Instructions that were planted: sentences whose mean score reaches the threshold. Neighbours are one, and a fence goes along. */
export function plantedIn(text: string, tokens: Tokens, { planted }: Outputs, least: number): readonly Stretch[] {
  const found: { start: number; end: number; score: number }[] = []
  let at = 0
  for (const { start, end } of sentencesIn(text)) {
    let sum = 0
    let count = 0
    for (; at < tokens.ids.length && (tokens.ends[at] ?? 0) <= end; at++) {
      sum += planted[at] ?? 0
      count += 1
    }
    if (count === 0) continue
    const score = 1 / (1 + Math.exp(-sum / count))
    const span = trimmed(text, { start, end })
    if (span === undefined) continue
    const last = found.at(-1)
    if (last !== undefined && isFenceBehind(text, last, span)) {
      last.end = span.end
      continue
    }
    if (score < least) continue
    if (last !== undefined && text.slice(last.end, span.start).trim() === '') {
      last.end = span.end
      last.score = Math.max(last.score, score)
    } else if (count >= SENTENCE_MIN) found.push({ ...span, score })
  }
  return found
}

/** What an instruction says to add stands behind it, in a fence: up to where that closes it is part of the instruction. */
function isFenceBehind(
  text: string,
  before: { start: number; end: number },
  span: { start: number; end: number },
): boolean {
  if (text.slice(before.end, span.start).trim() !== '') return false
  const said = text.slice(before.start, before.end)
  const fences = said.match(/^\s*(```|~~~)/gm)?.length ?? 0
  if (fences % 2 === 1) return true
  return fences === 0 && said.endsWith(':') && FENCE.test(text.slice(span.start, span.end))
}

/** Whether the words of a text are an attack: the highest score of its windows, moved towards their mean where there are many. */
export function injectionIn(text: string, tokens: Tokens, { injection }: Outputs): Stretch | undefined {
  const [top, second] = [...injection].sort((a, b) => b.score - a.score)
  if (top === undefined) return undefined
  const score = second === undefined ? top.score : 0.6 * top.score + 0.4 * second.score
  const span = trimmed(text, { start: tokens.starts[top.from] ?? 0, end: tokens.ends[top.to - 1] ?? 0 })
  return span === undefined ? undefined : { ...span, score }
}

function* sentencesIn(text: string): Iterable<{ readonly start: number; readonly end: number }> {
  let start = 0
  for (const match of text.matchAll(ENDS)) {
    const end = match.index + match[0].length
    if (end > start) yield { start, end }
    start = end
  }
  if (start < text.length) yield { start, end: text.length }
}

/** Without the space and the commas around it; undefined where nothing is left. */
function trimmed(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
): { start: number; end: number } | undefined {
  let from = start
  let to = end
  while (from < to && /[\s,;:]/.test(text.charAt(from))) from++
  while (to > from && /[\s,;]/.test(text.charAt(to - 1))) to--
  return from < to ? { start: from, end: to } : undefined
}

function softmax(logits: Float32Array, from: number): readonly number[] {
  const some = Array.from(logits.subarray(from, from + TAGS))
  const top = Math.max(...some)
  const shares = some.map((one) => Math.exp(one - top))
  const sum = shares.reduce((all, one) => all + one, 0)
  return shares.map((one) => one / sum)
}
