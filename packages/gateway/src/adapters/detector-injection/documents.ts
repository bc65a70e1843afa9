import type { Span } from '../../spec/index.js'
import { viewsOf } from '../../views/views.js'
import { Context } from './context.js'
import type { Features } from './features.js'
import { isDoubted, type Model, sigmoid, Tally } from './model.js'
import { linesOf, meantIn, type Piece, sentencesOf } from './pieces.js'
import type { Reading } from './reading.js'

const WINDOW = 8192
const FENCE = '```'
/** Between two sentences that were found, a line that says little (`Subject:`, a row of dashes) belongs to what they say. */
const BETWEEN_MAX = 3
/** Meanings of attacks that a line of a sentence must have to count by itself. */
const MEANT_MIN = 2

export interface Planted extends Span {
  readonly score: number
}

export interface Searched {
  /** Sorted by start, not overlapping. */
  readonly planted: readonly Planted[]
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
    const found: Planted[] = []
    let isUnsure = false
    for (let start = 0; start < text.length; ) {
      const end = text.length - start <= WINDOW ? text.length : lineEnd(text, start + WINDOW)
      const window = start === 0 && end === text.length ? text : text.slice(start, end)
      const here = this.#shown(window)
      isUnsure ||= here.isUnsure
      for (const one of here.planted) found.push({ start: start + one.start, end: start + one.end, score: one.score })
      for (const view of viewsOf(window)) {
        const shown = this.#shown(view.text)
        isUnsure ||= shown.isUnsure
        for (const { end: to, score, start: from } of shown.planted) {
          const span = view.spanOf(from, to)
          found.push({ start: start + span.start, end: start + span.end, score })
        }
      }
      start = end
    }
    return { planted: joined(found), isUnsure }
  }

  #shown(text: string): Searched {
    const { documents } = this.#model
    this.#reading.read(text)
    const { ends, starts } = this.#reading
    const sentences = sentencesOf(this.#reading)
    this.#context.read(this.#reading, sentences)
    const found: Planted[] = []
    let isUnsure = false
    let open: { start: number; end: number; score: number; index: number } | undefined
    for (const [index, sentence] of sentences.entries()) {
      const score = this.#score(sentence, index)
      isUnsure ||= isDoubted(score, documents)
      if (score < documents.low) continue
      const start = starts[sentence.from] ?? 0
      const end = withFence(text, ends[sentence.to - 1] ?? 0)
      // A sentence that is hardly one of them makes what was found no longer.
      const isSure = open !== undefined && score >= documents.medium === open.score >= documents.medium
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
      // Tails of sentences look like orders too, so a line alone is one only with words that mean it.
      isUnsure ||= score >= documents.doubt
      if (score < documents.medium || meantIn(this.#reading.meanings, line) < MEANT_MIN) continue
      found.push({ start: starts[line.from] ?? 0, end: ends[line.to - 1] ?? 0, score })
    }
    return { planted: found, isUnsure }
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
function joined(found: Planted[]): readonly Planted[] {
  if (found.length < 2) return found
  const sorted = [...found].sort((a, b) => a.start - b.start || a.end - b.end)
  const all: Planted[] = []
  for (const one of sorted) {
    const before = all.at(-1)
    if (before === undefined || one.start >= before.end) all.push(one)
    else {
      const end = Math.max(before.end, one.end)
      all[all.length - 1] = { start: before.start, end, score: Math.max(before.score, one.score) }
    }
  }
  return all
}
