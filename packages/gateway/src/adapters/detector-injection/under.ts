import { Against } from './charge/against.js'
import { Charge } from './charge/charge.js'
import { type Model, sigmoid } from './model.js'
import { chunksOf, type Piece, sentencesOf } from './pieces.js'
import type { Reading } from './reading.js'

/** A text that is no longer is judged as a whole, a longer one by chunks of at most as much. UTF-16 code units. */
const WHOLE_MAX = 700

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
    this.#charge.read(message)
    this.#message = message
  }

  /** 0 to 1: how much it goes against what the system message says. */
  score(text: string): number {
    if (!this.#charge.isCharged) return 0
    this.#reading.read(text)
    let most = Number.NEGATIVE_INFINITY
    for (const piece of judgedPieces(this.#reading)) {
      most = Math.max(most, this.#against.logit(this.#charge.against(piece)))
    }
    return sigmoid(most)
  }
}

/** What is judged, each by itself, of a text that was just read: all of it, or its chunks where it is long. */
export function judgedPieces(reading: Reading): readonly Piece[] {
  if (reading.count === 0) return []
  if (reading.text.length <= WHOLE_MAX) return [{ from: 0, to: reading.count }]
  return chunksOf(reading, sentencesOf(reading), WHOLE_MAX)
}
