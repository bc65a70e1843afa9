import { Against } from './charge/against.js'
import { Charge } from './charge/charge.js'
import { type Model, sigmoid } from './model.js'
import { wholeOrChunksOf } from './pieces.js'
import type { Reading } from './reading.js'

/** Scores what a user says against the system message that it stands under. */
export class Under {
  readonly #reading: Reading
  readonly #charge: Charge
  readonly #against: Against
  #message: string | undefined

  constructor(model: Model, reading: Reading) {
    this.#reading = reading
    this.#charge = new Charge(reading, model.vectors)
    this.#against = new Against(model.against)
  }

  /** The system message that counts from now on. */
  charge(message: string): void {
    // Most requests of an app have the same one.
    if (message === this.#message) return
    // Of one that could not be read to its end nothing counts.
    this.#message = undefined
    this.#charge.read(message)
    this.#message = message
  }

  /** 0 to 1: how much it goes against what the system message says. */
  score(text: string): number {
    this.#reading.read(text)
    let most = Number.NEGATIVE_INFINITY
    for (const piece of wholeOrChunksOf(this.#reading)) {
      most = Math.max(most, this.#against.logit(this.#charge.against(piece)))
    }
    return sigmoid(most)
  }
}
