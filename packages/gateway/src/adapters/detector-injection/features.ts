import type { Reading } from './reading.js'

/** Weights of one head: as many as there are features, hashed together. */
export const BUCKETS: number = 2 ** 18
const MASK = BUCKETS - 1

/** Of one stretch of a text. Each kind is weighed by how many of it there are, so that few meanings count beside many letters. */
export const GROUPS = 3
const WORDS = 0
const LETTERS = 1
const MEANINGS = 2

const GRAM = 4
const NONE: readonly number[] = []
/** Of three meanings, how many words may lie between the first and the last. */
const REACH = 14
/** A stretch has no more: what comes behind is not looked at, so stretches are short. */
const FEATURES_MAX = 16_384

/** Features of a stretch, each as the place of its weight, those of a group one after another. */
export class Features {
  readonly indices: Int32Array = new Int32Array(FEATURES_MAX)
  /** Where each group ends. */
  readonly ends: Int32Array = new Int32Array(GROUPS)
  #length = 0
  readonly #meant: Int32Array = new Int32Array(FEATURES_MAX)

  /**
   * @param from first token; `to` the one behind the last
   * @param more features of where it stands
   * @param salt words count once more under it: not 0, they mean something else there
   */
  take(reading: Reading, from: number, to: number, more: readonly number[] = NONE, salt = 0): void {
    this.#length = 0
    this.#words(reading, from, to)
    if (salt !== 0) this.#salted(reading, from, to, salt)
    this.ends[WORDS] = this.#length
    // There, pieces of words only blur what is asked.
    if (salt === 0) this.#letters(reading, from, to)
    this.ends[LETTERS] = this.#length
    this.#meanings(reading, from, to)
    this.#shape(reading, from, to)
    for (const one of more) this.#add(one)
    this.ends[MEANINGS] = this.#length
  }

  #add(hash: number): void {
    const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    if (this.#length < FEATURES_MAX) this.indices[this.#length++] = (mixed ^ (mixed >>> 13)) & MASK
  }

  #words({ hashes, kinds }: Reading, from: number, to: number): void {
    let before = 0x1d
    let second = 0
    for (let at = from; at < to; at++) {
      const hash = hashes[at] ?? 0
      this.#add(hash)
      this.#add(Math.imul(before, 0x3d4d51cb) ^ hash)
      // Signs tell little of what stands two words away.
      if (second !== 0) this.#add(Math.imul(second, 0x27d4eb2f) ^ Math.imul(hash, 3))
      second = kinds[at] === 3 ? 0 : before
      before = hash
    }
    this.#add(Math.imul(before, 0x3d4d51cb) ^ 0x1d)
  }

  #salted({ hashes, meanings }: Reading, from: number, to: number, salt: number): void {
    for (let at = from; at < to; at++) {
      this.#add(Math.imul(hashes[at] ?? 0, 0x7feb352d) + salt)
      const meaning = meanings[at] ?? 0
      if (meaning !== 0) this.#add(Math.imul(meaning + 0x51, 0x7feb352d) + salt)
    }
  }

  #letters({ ends, kinds, low, starts }: Reading, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      if (kinds[at] !== 1) continue
      const start = starts[at] ?? 0
      const end = ends[at] ?? 0
      const length = end - start
      if (length < GRAM - 1) continue
      // The edges of a word are letters of it.
      let a = 1
      let b = low[start] ?? 0
      let c = low[start + 1] ?? 0
      for (let i = start + 2; i <= end; i++) {
        const d = i === end ? 1 : (low[i] ?? 0)
        this.#add(Math.imul(Math.imul(Math.imul(a, 0x343fd) + b, 0x343fd) + c, 0x343fd) + d + 0x5bd1)
        a = b
        b = c
        c = d
      }
    }
  }

  #meanings({ meanings }: Reading, from: number, to: number): void {
    const meant = this.#meant
    let count = 0
    for (let at = from; at < to && count < FEATURES_MAX - 2; at++) {
      const meaning = meanings[at] ?? 0
      if (meaning === 0) continue
      meant[count] = meaning
      meant[count + 1] = at
      count += 2
    }
    if (count > 0 && (meant[1] ?? 0) - from < 2) this.#add(0x7001 + (meant[0] ?? 0))
    for (let i = 0; i < count; i += 2) {
      const first = meant[i] ?? 0
      this.#add(0x6001 + first)
      for (let j = i + 2; j < count && j <= i + 8; j += 2) {
        const second = meant[j] ?? 0
        if ((meant[j + 1] ?? 0) - (meant[i + 1] ?? 0) > REACH) break
        if (second === first) continue
        // Languages differ in the order: what stands together counts, whatever comes first.
        this.#add(0x10001 + Math.min(first, second) * 64 + Math.max(first, second))
        for (let k = j + 2; k < count && k <= i + 8; k += 2) {
          const third = meant[k] ?? 0
          if ((meant[k + 1] ?? 0) - (meant[i + 1] ?? 0) > REACH || third === first || third === second) continue
          const low = Math.min(first, second, third)
          const high = Math.max(first, second, third)
          this.#add(0x200001 + (low * 64 + high) * 64 + (first + second + third - low - high))
        }
      }
    }
  }

  /** How it is written, in a few steps each. */
  #shape({ ends, kinds, low, starts, text }: Reading, from: number, to: number): void {
    const start = starts[from] ?? 0
    const end = to > from ? (ends[to - 1] ?? 0) : start
    const length = Math.max(1, end - start)
    let signs = 0
    let foreign = 0
    let digits = 0
    let capitals = 0
    let lines = 0
    let pairs = 0
    for (let at = from; at < to; at++) {
      if (kinds[at] !== 3) continue
      signs += 1
      if (at > from && kinds[at - 1] === 3 && starts[at] === ends[at - 1]) pairs += 1
    }
    for (let at = start; at < end; at++) {
      const code = text.charCodeAt(at)
      if (code > 0x24f) foreign += 1
      else if (code >= 0x30 && code <= 0x39) digits += 1
      else if (code !== low[at] && code > 0x20) capitals += 1
      else if (code === 0x0a) lines += 1
    }
    const words = Math.max(1, to - from - signs)
    this.#add(0x8001 + Math.min(9, 32 - Math.clz32(length)))
    this.#add(0x8101 + step(signs / words))
    this.#add(0x8201 + step(foreign / length))
    this.#add(0x8301 + step(digits / length))
    this.#add(0x8401 + step(capitals / length))
    this.#add(0x8501 + Math.min(5, lines))
    this.#add(0x8601 + step(pairs / words))
  }
}

function step(share: number): number {
  return share === 0 ? 0 : Math.min(9, 1 + Math.floor(share * 12))
}
