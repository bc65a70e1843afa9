import type { Window } from '../spec/index.js'
import { counts, endOf, type Stamp, stampOf } from './stamp.js'

/**
 * What this gateway has taken of one meter's allowance and not spent, by when it was taken; below 0: spent, and not yet taken.
 * The store is told of it at the next write, so until then nobody else can spend it.
 */
export class Credit {
  readonly #window: Window
  readonly #amounts = new Map<Stamp, number>()

  constructor(window: Window) {
    this.#window = window
  }

  /** What can be spent at once: taken in another slot or on another day, it is good for nothing but to be given back. */
  at(nowMs: number): number {
    return this.#amounts.get(stampOf(this.#window, nowMs)) ?? 0
  }

  add(stamp: Stamp, amount: number): void {
    const sum = (this.#amounts.get(stamp) ?? 0) + amount
    if (sum === 0) this.#amounts.delete(stamp)
    else this.#amounts.set(stamp, sum)
  }

  /** What it all comes to now. */
  sum(nowMs: number): number {
    let sum = 0
    for (const [stamp, amount] of this.#amounts) if (counts(this.#window, stamp, nowMs)) sum += amount
    return sum
  }

  /** All of it, as it stands now; what counts no more is dropped. */
  all(nowMs: number): readonly (readonly [Stamp, number])[] {
    for (const stamp of this.#amounts.keys()) if (endOf(this.#window, stamp) <= nowMs) this.#amounts.delete(stamp)
    return [...this.#amounts]
  }

  get isNone(): boolean {
    return this.#amounts.size === 0
  }
}
