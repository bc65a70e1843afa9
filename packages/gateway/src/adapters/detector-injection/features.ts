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
  readonly #meant: Int32Array = new Int32Array(FEATURES_MAX)

  /**
   * @param from first token; `to` the one behind the last
   * @param more features of where it stands
   */
  take(reading: Reading, from: number, to: number, more: readonly number[] = NONE): void {
    let length = this.#words(reading, from, to)
    this.ends[WORDS] = length
    length = this.#letters(reading, from, to, length)
    this.ends[LETTERS] = length
    length = this.#meanings(reading, from, to, length)
    length = this.#shape(reading, from, to, length)
    for (const one of more) length = put(this.indices, length, one)
    this.ends[MEANINGS] = length
  }

  #words({ hashes, kinds }: Reading, from: number, to: number): number {
    const { indices } = this
    let length = 0
    let before = 0x1d
    let second = 0
    for (let at = from; at < to; at++) {
      const hash = hashes[at] ?? 0
      length = put(indices, length, hash)
      length = put(indices, length, Math.imul(before, 0x3d4d51cb) ^ hash)
      // Signs tell little of what stands two words away.
      if (second !== 0) length = put(indices, length, Math.imul(second, 0x27d4eb2f) ^ Math.imul(hash, 3))
      second = kinds[at] === 3 ? 0 : before
      before = hash
    }
    return put(indices, length, Math.imul(before, 0x3d4d51cb) ^ 0x1d)
  }

  #letters({ ends, kinds, low, starts }: Reading, from: number, to: number, taken: number): number {
    const { indices } = this
    let length = taken
    for (let at = from; at < to; at++) {
      if (kinds[at] !== 1) continue
      const start = starts[at] ?? 0
      const end = ends[at] ?? 0
      if (end - start < GRAM - 1) continue
      // The edges of a word are letters of it.
      let a = 1
      let b = low[start] ?? 0
      let c = low[start + 1] ?? 0
      for (let i = start + 2; i <= end; i++) {
        const d = i === end ? 1 : (low[i] ?? 0)
        const hash = Math.imul(Math.imul(Math.imul(a, 0x343fd) + b, 0x343fd) + c, 0x343fd) + d + 0x5bd1
        length = put(indices, length, hash)
        a = b
        b = c
        c = d
      }
    }
    return length
  }

  #meanings({ meanings }: Reading, from: number, to: number, taken: number): number {
    const { indices } = this
    const meant = this.#meant
    let length = taken
    let count = 0
    for (let at = from; at < to && count < FEATURES_MAX - 2; at++) {
      const meaning = meanings[at] ?? 0
      if (meaning === 0) continue
      meant[count] = meaning
      meant[count + 1] = at
      count += 2
    }
    if (count > 0 && (meant[1] ?? 0) - from < 2) length = put(indices, length, 0x7001 + (meant[0] ?? 0))
    for (let i = 0; i < count; i += 2) {
      const first = meant[i] ?? 0
      length = put(indices, length, 0x6001 + first)
      for (let j = i + 2; j < count && j <= i + 8; j += 2) {
        const second = meant[j] ?? 0
        if ((meant[j + 1] ?? 0) - (meant[i + 1] ?? 0) > REACH) break
        if (second === first) continue
        // Languages differ in the order: what stands together counts, whatever comes first.
        length = put(indices, length, 0x10001 + Math.min(first, second) * 64 + Math.max(first, second))
        for (let k = j + 2; k < count && k <= i + 8; k += 2) {
          const third = meant[k] ?? 0
          if ((meant[k + 1] ?? 0) - (meant[i + 1] ?? 0) > REACH || third === first || third === second) continue
          const low = Math.min(first, second, third)
          const high = Math.max(first, second, third)
          const middle = first + second + third - low - high
          length = put(indices, length, 0x200001 + (low * 64 + high) * 64 + middle)
        }
      }
    }
    return length
  }

  /** How it is written, in a few steps each. */
  #shape(reading: Reading, from: number, to: number, taken: number): number {
    const { indices } = this
    const { ends, starts } = reading
    const start = starts[from] ?? 0
    const end = to > from ? (ends[to - 1] ?? 0) : start
    const size = Math.max(1, end - start)
    const { capitals, figures, foreign, lines, pairs, signs } = reading.writtenIn(from, to)
    const words = Math.max(1, to - from - signs)
    let length = put(indices, taken, 0x8001 + Math.min(9, 32 - Math.clz32(size)))
    length = put(indices, length, 0x8101 + step(signs / words))
    length = put(indices, length, 0x8201 + step(foreign / size))
    length = put(indices, length, 0x8301 + step(figures / size))
    length = put(indices, length, 0x8401 + step(capitals / size))
    length = put(indices, length, 0x8501 + Math.min(5, lines))
    return put(indices, length, 0x8601 + step(pairs / words))
  }
}

/** Puts the place of a weight behind the `length` that are there. */
function put(indices: Int32Array, length: number, hash: number): number {
  if (length >= FEATURES_MAX) return length
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  indices[length] = (mixed ^ (mixed >>> 13)) & MASK
  return length + 1
}

function step(share: number): number {
  return share === 0 ? 0 : Math.min(9, 1 + Math.floor(share * 12))
}
