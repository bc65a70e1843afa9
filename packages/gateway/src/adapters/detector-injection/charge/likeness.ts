import { type Vectors, WIDTH } from './vectors.js'

/** How like words are to those of a message. What was found of one is kept for as long as the message is the same. */
export class Likeness {
  readonly #vectors: Vectors
  /** Of each word of the message its direction, and bits for what the sentences do that have it. */
  #directions: Float32Array = new Float32Array(0)
  #does: readonly number[] = []
  readonly #bits: readonly number[]
  /** By word, for which message it was looked at, and then for each bit what was found. */
  readonly #seen: Int32Array
  readonly #found: Float32Array
  #message = 0

  /** @param bits those that are asked for */
  constructor(vectors: Vectors, bits: readonly number[]) {
    this.#vectors = vectors
    this.#bits = bits
    this.#seen = new Int32Array(vectors.lengths.length)
    this.#found = new Float32Array(vectors.lengths.length * bits.length)
  }

  /** @param words of the message from now on */
  to(words: ReadonlyMap<number, number>): void {
    this.#message += 1
    this.#does = [...words.values()]
    this.#directions = new Float32Array(words.size * WIDTH)
    for (const [index, word] of [...words.keys()].entries()) {
      this.#directions.set(this.#vectors.directionOf(word), index * WIDTH)
    }
  }

  /** The highest cosine of the word with one of the message that has the bit of that index, 0 where there is none. */
  of(word: number, bit: number): number {
    if (this.#seen[word] !== this.#message) this.#look(word)
    return this.#found[word * this.#bits.length + bit] ?? 0
  }

  #look(word: number): void {
    const directions = this.#directions
    const { lengths, values } = this.#vectors
    const found = this.#found
    const bits = this.#bits
    const width = bits.length
    this.#seen[word] = this.#message
    found.fill(0, word * width, (word + 1) * width)
    const scale = 1 / (lengths[word] ?? 1)
    const does = this.#does
    for (let index = 0; index < does.length; index++) {
      let sum = 0
      for (let i = 0, at = word * WIDTH, other = index * WIDTH; i < WIDTH; i++, at++, other++)
        sum += (values[at] ?? 0) * (directions[other] ?? 0)
      const cosine = sum * scale
      for (let bit = 0; bit < width; bit++) {
        const has = ((does[index] ?? 0) & (bits[bit] ?? 0)) !== 0
        if (has && cosine > (found[word * width + bit] ?? 0)) found[word * width + bit] = cosine
      }
    }
  }
}
