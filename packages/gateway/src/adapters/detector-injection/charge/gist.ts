import type { Piece } from '../pieces.js'
import type { Reading } from '../reading.js'
import { NO_WORD, type Vectors, WIDTH } from './vectors.js'

/** What a stretch is about, by the words of it that tell the most. */
export class Gist {
  readonly #vectors: Vectors
  readonly #sum: Int32Array = new Int32Array(WIDTH)
  /** The sum of their vectors, made to be of length 1; all zero where no word is known. */
  readonly direction: Float32Array = new Float32Array(WIDTH)
  /** Their indices, first that of the one that tells most, and how many there are. */
  readonly telling: Int32Array
  count = 0

  /** @param most how many words count */
  constructor(vectors: Vectors, most: number) {
    this.#vectors = vectors
    this.telling = new Int32Array(most)
  }

  take(reading: Reading, { from, to }: Piece): void {
    this.count = 0
    for (let at = from; at < to; at++) {
      const word = this.#vectors.of(reading, at)
      if (word !== NO_WORD) this.#keep(word)
    }
    const { direction, telling } = this
    const sum = this.#sum
    const { values } = this.#vectors
    sum.fill(0)
    for (let at = 0; at < this.count; at++) {
      for (let i = 0, place = (telling[at] ?? 0) * WIDTH; i < WIDTH; i++, place++) {
        sum[i] = ((sum[i] ?? 0) + (values[place] ?? 0)) | 0
      }
    }
    let square = 0
    for (let i = 0; i < WIDTH; i++) square += (sum[i] ?? 0) ** 2
    const scale = square === 0 ? 0 : 1 / Math.sqrt(square)
    for (let i = 0; i < WIDTH; i++) direction[i] = (sum[i] ?? 0) * scale
  }

  /** Each once. */
  #keep(word: number): void {
    const { telling } = this
    const { lengths } = this.#vectors
    const length = lengths[word] ?? 0
    const isFull = this.count === telling.length
    if (isFull && length <= (lengths[telling[this.count - 1] ?? 0] ?? 0)) return
    for (let i = 0; i < this.count; i++) if (telling[i] === word) return
    if (!isFull) this.count += 1
    let at = this.count - 1
    for (; at > 0 && (lengths[telling[at - 1] ?? 0] ?? 0) < length; at--) telling[at] = telling[at - 1] ?? 0
    telling[at] = word
  }
}

/** Of directions the cosine. */
export function product(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < WIDTH; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}
