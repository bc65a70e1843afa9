import type { Released } from '../spec/index.js'

/** What was found in an answer, and what was done about it, as its outcome entry tells it. */
export class Counts {
  #findings: Record<string, number> | undefined
  #carriedOut: Record<string, number> | undefined
  #types = 0
  /** What the reader had not read; undefined where nobody was asked. */
  released: Released | undefined

  get findings(): Readonly<Record<string, number>> {
    return this.#findings ?? NONE
  }

  /** Of finding types, so far. */
  get types(): number {
    return this.#types
  }

  get carriedOut(): Readonly<Record<string, number>> {
    return this.#carriedOut ?? NONE
  }

  found(type: string, times: number): void {
    this.#findings ??= {}
    if (this.#findings[type] === undefined) this.#types += 1
    add(this.#findings, type, times)
  }

  /** @param what `act:type` */
  did(what: string, times: number): void {
    this.#carriedOut ??= {}
    add(this.#carriedOut, what, times)
  }

  /** A detector failed, and its operator lets pass what it failed at. */
  opened(detector: string): void {
    this.found(`inspection.failed:${detector}`, 1)
  }
}

const NONE: Readonly<Record<string, number>> = {}

function add(to: Record<string, number>, what: string, times: number): void {
  to[what] = (to[what] ?? 0) + times
}
