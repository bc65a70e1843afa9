import { FIGURES } from './charge.js'

export const HIDDEN = 16
/** Figures, and 1. */
export const INPUTS: number = FIGURES + 1
export const AGAINST: number = INPUTS * HIDDEN + HIDDEN + 1

/** A net of one hidden layer: how much the figures of a text make it go against a system message. */
export class Against {
  readonly #weights: Float32Array
  readonly #hidden: Float32Array = new Float32Array(HIDDEN)

  /** @param weights by input its weight for each hidden unit, then those of the hidden units, then the bias */
  constructor(weights: Float32Array) {
    if (weights.length !== AGAINST) throw new Error('weights of another net')
    this.#weights = weights
  }

  logit(figures: Float32Array): number {
    const weights = this.#weights
    this.#hidden.fill(0)
    for (let input = 0; input < FIGURES; input++) this.#add(input, figures[input] ?? 0)
    this.#add(FIGURES, 1)
    const last = INPUTS * HIDDEN
    let sum = weights[last + HIDDEN] ?? 0
    for (let unit = 0; unit < HIDDEN; unit++) sum += Math.tanh(this.#hidden[unit] ?? 0) * (weights[last + unit] ?? 0)
    return sum
  }

  #add(input: number, value: number): void {
    if (value === 0) return
    const hidden = this.#hidden
    for (let unit = 0, at = input * HIDDEN; unit < HIDDEN; unit++)
      hidden[unit] = (hidden[unit] ?? 0) + value * (this.#weights[at + unit] ?? 0)
  }
}
