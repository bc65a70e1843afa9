import { FIGURES } from './charge.js'

export const HIDDEN = 16
/** Figures, and 1. */
export const INPUTS: number = FIGURES + 1
const LAST: number = INPUTS * HIDDEN
export const AGAINST: number = LAST + HIDDEN + 1

/** A net of one hidden layer: how much the figures of a text make it go against a system message. */
export class Against {
  readonly #weights: Float64Array
  readonly #hidden: Float64Array = new Float64Array(HIDDEN)

  /** @param weights by input its weight for each hidden unit, then those of the hidden units, then the bias */
  constructor(weights: Float32Array) {
    if (weights.length !== AGAINST) throw new Error('weights of another net')
    this.#weights = Float64Array.from(weights)
  }

  logit(figures: Float32Array): number {
    const [weights, hidden] = [this.#weights, this.#hidden]
    for (let unit = 0; unit < HIDDEN; unit++) hidden[unit] = weights[FIGURES * HIDDEN + unit] ?? 0
    for (let input = 0; input < FIGURES; input++) {
      const value = figures[input] ?? 0
      if (value === 0) continue
      for (let unit = 0, at = input * HIDDEN; unit < HIDDEN; unit++, at++) {
        hidden[unit] = (hidden[unit] ?? 0) + value * (weights[at] ?? 0)
      }
    }
    let sum = weights[LAST + HIDDEN] ?? 0
    for (let unit = 0; unit < HIDDEN; unit++) sum += Math.tanh(hidden[unit] ?? 0) * (weights[LAST + unit] ?? 0)
    return sum
  }
}
