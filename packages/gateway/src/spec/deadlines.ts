import type { Clock } from './seams.js'

/** Something under way, with the time by which something must have happened. */
export interface Timed {
  /** Milliseconds since the epoch. */
  deadlineMs: number
  /** For `Deadlines` alone: where it stands there, or -1. */
  place: number
  expire(): void
}

/**
 * One timer for all: a chunk moves its call's deadline by writing a number, which at 12,000 chunks a second matters.
 * A deadline is met up to one tick late.
 *
 * Not a Set: where many come and go, V8 replaces its table now and then, and each table points to the next. One dead table
 * among the old objects then keeps all later ones alive, and with them every call that was in them.
 */
export class Deadlines {
  readonly #live: Timed[] = []
  readonly #clock: Clock
  readonly #tickMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(clock: Clock, tickMs: number) {
    this.#clock = clock
    this.#tickMs = tickMs
  }

  add(one: Timed): void {
    if (one.place >= 0) return
    one.place = this.#live.length
    this.#live.push(one)
    this.#timer ??= setInterval(() => this.#sweep(), this.#tickMs).unref()
  }

  remove(one: Timed): void {
    const { place } = one
    if (place < 0) return
    const last = this.#live.pop()
    if (last !== undefined && last !== one) {
      this.#live[place] = last
      last.place = place
    }
    one.place = -1
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #sweep(): void {
    const now = this.#clock.now()
    // From the end: what takes a removed one's place was looked at already.
    for (let at = this.#live.length - 1; at >= 0; at--) {
      const one = this.#live[at]
      if (one === undefined || now < one.deadlineMs) continue
      this.remove(one)
      one.expire()
    }
    if (this.#live.length === 0) this.stop()
  }
}
