import { viewsOf } from '../../views/views.js'
import type { Features } from './features.js'
import { addBoth, type Model, sigmoid, Tally } from './model.js'
import { chunksOf, type Piece, sentencesOf, tellingOf } from './pieces.js'
import type { Reading } from './reading.js'

/** Views, and what is read of a text, are made of so much at a time: memory stays bounded, and nothing is left out. */
const WINDOW = 8192
/** An attack that lies across the edge of two windows is whole in one of them, if it is no longer. */
const OVERLAP = 512

/** How much a text of which only one piece looks like an attack is believed less than that piece alone would be. */
export const LONE_DISCOUNT = 1

/** Scores what somebody says to a model. */
export class Users {
  readonly #model: Model
  readonly #reading: Reading
  readonly #features: Features
  readonly #chunk: Tally = new Tally()
  readonly #whole: Tally = new Tally()
  readonly #alone: Tally = new Tally()

  constructor(model: Model, reading: Reading, features: Features) {
    this.#model = model
    this.#reading = reading
    this.#features = features
  }

  /** 0 to 1: the most that any way to read any part of it is an attack. */
  score(text: string): number {
    let most = Number.NEGATIVE_INFINITY
    for (let start = 0; start < text.length; start += WINDOW - OVERLAP) {
      const window = text.length <= WINDOW ? text : text.slice(start, start + WINDOW)
      most = Math.max(most, this.#shown(window))
      for (const view of viewsOf(window)) most = Math.max(most, this.#shown(view.text))
      if (start + WINDOW >= text.length) break
    }
    return sigmoid(most)
  }

  #shown(text: string): number {
    const { combine } = this.#model
    const { whole } = this.#model.said
    this.#reading.read(text)
    const sentences = sentencesOf(this.#reading)
    const chunks = chunksOf(this.#reading, sentences)
    if (chunks.length === 0) return Number.NEGATIVE_INFINITY
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = combine
    const lonely = (logit: number): number => (a + b) * logit + c * this.#alone.logit(whole) + e
    const best = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
    let alone = Number.NEGATIVE_INFINITY
    this.#whole.clear()
    for (const piece of chunks) {
      const logit = this.#piece(piece)
      this.#whole.join(this.#alone)
      alone = Math.max(alone, lonely(logit))
      insert(best, logit)
    }
    for (const piece of tellingOf(this.#reading, sentences, chunks)) alone = Math.max(alone, lonely(this.#piece(piece)))
    const first = best[0] ?? 0
    const few = best.slice(0, Math.min(3, chunks.length))
    const mean = few.reduce((sum, one) => sum + one, 0) / few.length
    const together = a * first + b * mean + c * this.#whole.logit(whole) + d * Math.log(chunks.length) + e
    return Math.max(together, alone - LONE_DISCOUNT)
  }

  /** What the head of chunks says of a piece; what that of whole texts would is then in `#alone`. */
  #piece({ from, to }: Piece): number {
    const { said } = this.#model
    this.#features.take(this.#reading, from, to)
    this.#chunk.clear()
    this.#alone.clear()
    addBoth(this.#features, said, this.#chunk, this.#alone)
    return this.#chunk.logit(said.chunk)
  }
}

/** Keeps the largest, in order. */
function insert(best: number[], one: number): void {
  for (let at = 0; at < best.length; at++) {
    const here = best[at] ?? 0
    if (one <= here) continue
    best.splice(at, 0, one)
    best.pop()
    return
  }
}
