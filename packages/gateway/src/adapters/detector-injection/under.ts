import { Charge } from './charge.js'
import type { Features } from './features.js'
import { type Model, sigmoid, Tally } from './model.js'
import { chunksOf, type Piece, sentencesOf } from './pieces.js'
import type { Reading } from './reading.js'

/** A text that is no longer is judged as a whole, a longer one chunk by chunk. UTF-16 code units. */
const WHOLE_MAX = 700

/** Scores what a user says against the system message that it stands under. */
export class Under {
  readonly #model: Model
  readonly #reading: Reading
  readonly #features: Features
  readonly #charge: Charge
  readonly #tally: Tally = new Tally()
  #message: string | undefined

  constructor(model: Model, reading: Reading, features: Features) {
    this.#model = model
    this.#reading = reading
    this.#features = features
    this.#charge = new Charge(reading)
  }

  /** The system message that counts from now on. */
  charge(message: string): void {
    // Most requests of an app have the same one.
    if (message === this.#message) return
    this.#charge.read(message)
    this.#message = message
  }

  /** 0 to 1: how much it goes against what the system message says. */
  score(text: string): number {
    this.#reading.read(text)
    const { count } = this.#reading
    if (count === 0) return 0
    const pieces: readonly Piece[] =
      text.length <= WHOLE_MAX ? [{ from: 0, to: count }] : chunksOf(this.#reading, sentencesOf(this.#reading))
    let most = Number.NEGATIVE_INFINITY
    for (const piece of pieces) most = Math.max(most, this.#logit(piece))
    return sigmoid(most)
  }

  #logit(piece: Piece): number {
    const { charged } = this.#model
    this.#features.take(this.#reading, piece.from, piece.to, this.#charge.against(piece), this.#charge.salt)
    this.#tally.clear()
    this.#tally.add(this.#features, charged)
    return this.#tally.logit(charged)
  }
}
