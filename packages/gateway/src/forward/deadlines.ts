import type { Clock } from '../spec/index.js'

/** A call under way, with the time by which something must have happened. */
export interface Timed {
  /** Milliseconds since the epoch. */
  deadlineMs: number
  expire(): void
}

/**
 * One timer for all calls: a chunk moves its call's deadline by writing a number, which at 12,000 chunks a second matters.
 * A deadline is met up to one tick late.
 */
export class Deadlines {
  readonly #live = new Set<Timed>()
  readonly #clock: Clock
  readonly #tickMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(clock: Clock, tickMs: number) {
    this.#clock = clock
    this.#tickMs = tickMs
  }

  add(one: Timed): void {
    this.#live.add(one)
    this.#timer ??= setInterval(() => this.#sweep(), this.#tickMs).unref()
  }

  remove(one: Timed): void {
    this.#live.delete(one)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #sweep(): void {
    const now = this.#clock.now()
    for (const one of this.#live) {
      if (now < one.deadlineMs) continue
      this.#live.delete(one)
      one.expire()
    }
    if (this.#live.size === 0) this.stop()
  }
}
