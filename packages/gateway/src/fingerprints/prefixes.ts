import { type Hashing, type Part, RING } from './hashing.js'

const IN_RING = RING - 1

/** Hashes of all that came of a text, up to each of its last characters: so the hash of any run that ends now is at hand. */
export class Prefixes {
  readonly #hashing: Hashing
  readonly #prefixA = new Uint32Array(RING)
  readonly #prefixB = new Uint32Array(RING)
  #a = 0
  #b = 0
  /** Folded characters so far. */
  length = 0

  constructor(hashing: Hashing) {
    this.#hashing = hashing
  }

  push(unit: number): void {
    const hashing = this.#hashing
    this.#a = (Math.imul(this.#a, hashing.baseA) + hashing.unitA(unit)) >>> 0
    this.#b = (Math.imul(this.#b, hashing.baseB) + hashing.unitB(unit)) >>> 0
    this.length += 1
    this.#prefixA[this.length & IN_RING] = this.#a
    this.#prefixB[this.length & IN_RING] = this.#b
  }

  /** @param start fewer than `RING` characters ago */
  hashA(start: number, part: Part): number {
    const length = this.length - start
    const before = Math.imul(this.#prefixA[start & IN_RING] ?? 0, this.#hashing.powersA[length] ?? 0)
    return this.#hashing.endA(this.#a - before, length, part)
  }

  hashB(start: number, part: Part): number {
    const length = this.length - start
    const before = Math.imul(this.#prefixB[start & IN_RING] ?? 0, this.#hashing.powersB[length] ?? 0)
    return this.#hashing.endB(this.#b - before, length, part)
  }
}
