import type { Finding, Span } from '../../spec/index.js'
import { viewsOf } from '../../views/views.js'
import { Context } from './context.js'
import type { Features } from './features.js'
import { gradeOf, higherOf, isDoubted, type Model, sigmoid, Tally, type Thresholds } from './model.js'
import { linesOf, meantIn, type Piece, sentencesOf } from './pieces.js'
import type { Reading } from './reading.js'
import { isJson, valueAt, valuesOf } from './values.js'

const WINDOW = 8192
/** JSON within a string of JSON is read, and once more within that. */
const DEPTH_MAX = 2
/** A quote, a comma or a bracket of a value may belong to the sentence that the value is. */
const EDGE = 3
const NO_VALUES: readonly Span[] = []
const FENCE = '```'
/** Between two sentences that were found, a line that says little (`Subject:`, a row of dashes) belongs to what they say. */
const BETWEEN_MAX = 3
/** Meanings of attacks that a line of a sentence must have to count by itself. */
const MEANT_MIN = 2

export interface Searched {
  /** Sorted by start, not overlapping. */
  readonly planted: readonly Finding[]
  /** Whether it is open of some sentence that it is one. */
  readonly isUnsure: boolean
}

/** Finds, in what a tool gave back or a document says, the sentences that tell a model what to do. */
export class Documents {
  readonly #model: Model
  readonly #reading: Reading
  readonly #features: Features
  readonly #tally: Tally = new Tally()
  readonly #context: Context = new Context()

  constructor(model: Model, reading: Reading, features: Features) {
    this.#model = model
    this.#reading = reading
    this.#features = features
  }

  find(text: string): Searched {
    const found: Finding[] = []
    let isUnsure = false
    for (let start = 0; start < text.length; ) {
      const end = text.length - start <= WINDOW ? text.length : lineEnd(text, start + WINDOW)
      const window = start === 0 && end === text.length ? text : text.slice(start, end)
      const here = this.#read(window)
      isUnsure ||= here.isUnsure
      for (const one of here.planted) found.push({ ...one, start: start + one.start, end: start + one.end })
      for (const view of viewsOf(window)) {
        const shown = this.#read(view.text)
        isUnsure ||= shown.isUnsure
        for (const one of shown.planted) {
          const span = view.spanOf(one.start, one.end)
          found.push({ ...one, start: start + span.start, end: start + span.end })
        }
      }
      start = end
    }
    return { planted: joined(found), isUnsure }
  }

  /** A text and each of its values, and theirs. What is found in a value is told of that, and not of what stands around it. */
  #read(text: string, depth = 0): Searched {
    const values = depth < DEPTH_MAX ? valuesOf(text) : NO_VALUES
    const found: Finding[] = []
    let isUnsure = false
    for (const value of values) {
      const { shown, spanOf } = valueAt(text, value)
      const here = this.#read(shown, depth + 1)
      isUnsure ||= here.isUnsure
      for (const one of here.planted) found.push({ ...one, ...spanOf(one.start, one.end) })
    }
    // What is left are names, and strings that are too short to say something by themselves.
    if (values.length > 0 && isJson(text)) return { planted: found, isUnsure }
    const thresholds = depth === 0 ? this.#model.documents : this.#model.values
    const whole = this.#shown(text, thresholds, values)
    const others = whole.planted.filter((one) => !found.some(({ end, start }) => one.start < end && start < one.end))
    return { planted: [...found, ...others], isUnsure: isUnsure || whole.isUnsure }
  }

  /** @param values of it: what stands in one of them was judged there */
  #shown(text: string, thresholds: Thresholds, values: readonly Span[]): Searched {
    this.#reading.read(text)
    const { ends, starts } = this.#reading
    const sentences = sentencesOf(this.#reading)
    this.#context.read(this.#reading, sentences)
    const found: { start: number; end: number; score: number }[] = []
    let isUnsure = false
    let open: { start: number; end: number; score: number; index: number } | undefined
    const within = values.length === 0 ? undefined : reachesOf(values, text.length)
    const isOfValue = ({ from, to }: Piece): boolean =>
      within !== undefined && (within[(starts[from] ?? 0) + EDGE] ?? 0) >= (ends[to - 1] ?? 0) - EDGE
    for (const [index, sentence] of sentences.entries()) {
      if (isOfValue(sentence)) continue
      const score = this.#score(sentence, index)
      isUnsure ||= isDoubted(score, thresholds)
      if (score < thresholds.low) continue
      const start = starts[sentence.from] ?? 0
      const end = withFence(text, ends[sentence.to - 1] ?? 0)
      // A sentence that is hardly one of them makes what was found no longer.
      const isSure = open !== undefined && score >= thresholds.medium === open.score >= thresholds.medium
      if (open !== undefined && (start < open.end || (isSure && isNear(sentences, open.index, index)))) {
        open.end = Math.max(open.end, end)
        open.score = Math.max(open.score, score)
        open.index = index
        continue
      }
      open = { start, end, score, index }
      found.push(open)
    }
    for (const { line, score } of this.#lines(sentences)) {
      if (isOfValue(line)) continue
      // Tails of sentences look like orders too, so a line alone is one only with words that mean it.
      isUnsure ||= score >= thresholds.doubt
      if (score < thresholds.medium || meantIn(this.#reading.meanings, line) < MEANT_MIN) continue
      found.push({ start: starts[line.from] ?? 0, end: ends[line.to - 1] ?? 0, score })
    }
    const planted = found.map(({ end, score, start }) => ({
      ...{ start, end, score },
      type: gradeOf(score, thresholds) ?? 'injection.low',
    }))
    return { planted, isUnsure }
  }

  /** The lines of sentences that are wrapped, scored as if each were a sentence. */
  *#lines(sentences: readonly Piece[]): Generator<{ readonly line: Piece; readonly score: number }> {
    const lines = linesOf(this.#reading)
    if (lines.length === 0) return
    const wrapped = new Set(lines.map(({ from }) => from))
    const all = [...sentences.filter(({ from }) => !wrapped.has(from)), ...lines].sort((a, b) => a.from - b.from)
    this.#context.read(this.#reading, all)
    for (const [index, line] of all.entries()) {
      if (wrapped.has(line.from)) yield { line, score: this.#score(line, index) }
    }
  }

  #score(sentence: Piece, index: number): number {
    const { planted } = this.#model
    this.#features.take(this.#reading, sentence.from, sentence.to, this.#context.of(index))
    this.#tally.clear()
    this.#tally.add(this.#features, planted)
    return sigmoid(this.#tally.logit(planted))
  }
}

/** For each place how far the value reaches that it stands in, the one of several that reaches furthest. */
function reachesOf(values: readonly Span[], length: number): Int32Array {
  const reaches = new Int32Array(length + 1)
  let at = 0
  let reach = 0
  for (const { end, start } of values) {
    if (end <= reach) continue
    // What an earlier one has of it is that one's.
    reach = end
    for (at = Math.max(at, start); at < end; at++) reaches[at] = end
  }
  return reaches
}

/** What stands between two sentences is a few words at most. */
function isNear(sentences: readonly Piece[], before: number, now: number): boolean {
  let words = 0
  for (let index = before + 1; index < now; index++) {
    const { from, to } = sentences[index] ?? { from: 0, to: 99 }
    words += to - from
  }
  return words <= BETWEEN_MAX
}

/** A sentence that a block of code stands behind takes it along: it says what to do with it. */
function withFence(text: string, end: number): number {
  let at = end
  while (at < text.length && /\s/.test(text.charAt(at))) at += 1
  if (!text.startsWith(FENCE, at)) return end
  const close = text.indexOf(FENCE, at + FENCE.length)
  return close === -1 ? text.length : close + FENCE.length
}

/** A window ends with a line, where one ends near. */
function lineEnd(text: string, at: number): number {
  const line = text.lastIndexOf('\n', at)
  return line > at - WINDOW / 4 ? line + 1 : at
}

/** Of several views one text may be found more than once. */
function joined(found: Finding[]): readonly Finding[] {
  if (found.length < 2) return found
  const sorted = [...found].sort((a, b) => a.start - b.start || a.end - b.end)
  const all: Finding[] = []
  for (const one of sorted) {
    const before = all.at(-1)
    if (before === undefined || one.start >= before.end) all.push(one)
    else {
      const end = Math.max(before.end, one.end)
      const { score, type } = higherOf(before, one)
      all[all.length - 1] = { start: before.start, end, score, type }
    }
  }
  return all
}
