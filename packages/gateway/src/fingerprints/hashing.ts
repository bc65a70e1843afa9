import { hkdfSync } from 'node:crypto'

/** What a fingerprint is of: the same characters in another part are another fingerprint. */
export const PART = { value: 1, gram: 2, field: 3, date: 4, joint: 5 } as const
export type Part = (typeof PART)[keyof typeof PART]

/** 64 bits, as two halves. */
export interface Fingerprint {
  readonly a: number
  readonly b: number
}

/** The longest run of characters that is made a fingerprint of; a ring of so many prefixes holds them all. */
export const RING = 64
const ASCII_MAX = 128
const PARTS = 6

/**
 * Keyed rolling hashes: two polynomials modulo 2^32, whose bases, and what stands for each character, only the key tells. So
 * the hash of any run of characters is a difference of two prefixes.
 */
export class Hashing {
  readonly baseA: number
  readonly baseB: number
  readonly powersA: Uint32Array = new Uint32Array(RING + 1)
  readonly powersB: Uint32Array = new Uint32Array(RING + 1)
  readonly #seeds: Uint32Array
  readonly #asciiA = new Uint32Array(ASCII_MAX)
  readonly #asciiB = new Uint32Array(ASCII_MAX)
  readonly #saltsA = new Uint32Array(PARTS * (RING + 1))
  readonly #saltsB = new Uint32Array(PARTS * (RING + 1))

  constructor(secret: Buffer) {
    const seeds = new Uint32Array(hkdfSync('sha256', secret, Buffer.alloc(0), 'ostiary fingerprints hash 1', 32))
    this.#seeds = seeds
    // Of an even base the characters that came first would soon count for nothing.
    this.baseA = (seeds[0] ?? 0) | 1
    this.baseB = (seeds[1] ?? 0) | 1
    this.powersA[0] = 1
    this.powersB[0] = 1
    for (let n = 1; n <= RING; n++) {
      this.powersA[n] = Math.imul(this.powersA[n - 1] ?? 0, this.baseA)
      this.powersB[n] = Math.imul(this.powersB[n - 1] ?? 0, this.baseB)
    }
    for (let at = 0; at < this.#saltsA.length; at++) {
      this.#saltsA[at] = mixed(at + (seeds[4] ?? 0))
      this.#saltsB[at] = mixed(at + (seeds[5] ?? 0))
    }
    for (let code = 0; code < ASCII_MAX; code++) {
      this.#asciiA[code] = mixed(code ^ (seeds[2] ?? 0))
      this.#asciiB[code] = mixed(code ^ (seeds[3] ?? 0))
    }
  }

  /** What stands for a character in the first half. */
  unitA(code: number): number {
    return code < ASCII_MAX ? (this.#asciiA[code] ?? 0) : mixed(code ^ (this.#seeds[2] ?? 0))
  }

  unitB(code: number): number {
    return code < ASCII_MAX ? (this.#asciiB[code] ?? 0) : mixed(code ^ (this.#seeds[3] ?? 0))
  }

  /** Ends the hash of a run of characters. */
  endA(hash: number, length: number, part: Part): number {
    return mixed(hash ^ (this.#saltsA[part * (RING + 1) + length] ?? 0))
  }

  endB(hash: number, length: number, part: Part): number {
    return mixed(hash ^ (this.#saltsB[part * (RING + 1) + length] ?? 0))
  }

  /** Of folded characters. */
  of(units: string, part: Part): Fingerprint {
    let a = 0
    let b = 0
    for (let at = 0; at < units.length; at++) {
      const code = units.charCodeAt(at)
      a = (Math.imul(a, this.baseA) + this.unitA(code)) >>> 0
      b = (Math.imul(b, this.baseB) + this.unitB(code)) >>> 0
    }
    return { a: this.endA(a, units.length, part), b: this.endB(b, units.length, part) }
  }

  /** Of a day, `yyyymmdd`. */
  ofDay(day: number): Fingerprint {
    return { a: this.endA(day, 0, PART.date), b: this.endB(mixed(day), 0, PART.date) }
  }

  /** Of fields that stand together, in any order. */
  jointA(sum: number): number {
    return this.endA(sum, 0, PART.joint)
  }

  jointB(sum: number): number {
    return this.endB(sum, 0, PART.joint)
  }
}

/** Spreads 32 bits: each of them changes about half of the others. */
function mixed(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return (x ^ (x >>> 15)) >>> 0
}
