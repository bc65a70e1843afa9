import type { Reading } from '../reading.js'

/** How many figures tell what a word is about. */
export const WIDTH = 40
/** They are stored in so many parts, each as the number of the nearest of 256 that are stored once. */
const PARTS = 10
const PART = WIDTH / PARTS
const CENTRES = 256
/** Of words with shorter vectors, `the` and `would`, nothing is learnt. */
const LENGTH_MIN = 66
export const NO_WORD: number = -1

/** The hash table has so many places; the other bits of a word's hash stand there beside its index. */
const PLACE_BITS = 16
const INDEX_BITS = 15
const INDEX_MASK = 2 ** INDEX_BITS - 1
const WORDS_MAX = INDEX_MASK - 1

/** A word that is not known is taken for a known one that it begins with, if that is no shorter, and cut by no more. */
const BEGINNING_MIN = 4
const CUT_MAX = 7
const RING = 8
const APOSTROPHE = 0x27
const PRIME = 0x01000193
const BASIS = 0x811c9dc5

/** What is stored of words: hashes of four bytes, lowest first; codes; and by part what each code stands for. */
export interface Stored {
  readonly words: Int8Array
  readonly codes: Int8Array
  readonly centres: Int8Array
}

/** What words are about, in many languages: those of one subject point into one direction, whatever their language. */
export class Vectors {
  /** By place, bits of the hash and the index, and 1; where a word tells nothing its index is `INDEX_MASK - 1`; 0: free. */
  readonly #places: Int32Array = new Int32Array(2 ** PLACE_BITS)
  /** `WIDTH` for each word. The longer they are, the more the word tells. */
  readonly values: Int8Array
  readonly lengths: Float32Array
  readonly #beginnings: Int32Array = new Int32Array(RING)

  /** @throws where they do not belong together */
  constructor({ centres, codes, words }: Stored) {
    const count = words.length / 4
    const fits = codes.length === count * PARTS && centres.length === CENTRES * WIDTH && count < WORDS_MAX
    if (!fits) throw new Error('words and vectors that do not belong together')
    const bytes = new DataView(words.buffer, words.byteOffset, words.length)
    this.values = new Int8Array(count * WIDTH)
    this.lengths = new Float32Array(count)
    for (let index = 0; index < count; index++) {
      this.#expand(index, codes, centres)
      this.#place(index, bytes.getInt32(index * 4, true))
    }
  }

  #expand(index: number, codes: Int8Array, centres: Int8Array): void {
    let square = 0
    for (let part = 0; part < PARTS; part++) {
      const code = (codes[index * PARTS + part] ?? 0) & 0xff
      for (let i = 0; i < PART; i++) {
        const value = centres[(part * CENTRES + code) * PART + i] ?? 0
        this.values[index * WIDTH + part * PART + i] = value
        square += value * value
      }
    }
    this.lengths[index] = Math.sqrt(square)
  }

  #place(index: number, hash: number): void {
    const mixed = mix(hash)
    let place = mixed >>> (32 - PLACE_BITS)
    while (this.#places[place] !== 0) place = (place + 1) & (2 ** PLACE_BITS - 1)
    const tells = (this.lengths[index] ?? 0) >= LENGTH_MIN
    this.#places[place] = (mixed << INDEX_BITS) | (tells ? index + 1 : INDEX_MASK)
  }

  /** Its index and 1; `INDEX_MASK` where it tells nothing, 0 where it is not known. */
  #find(hash: number): number {
    const places = this.#places
    const mixed = mix(hash)
    const wanted = mixed << INDEX_BITS
    for (let place = mixed >>> (32 - PLACE_BITS); ; place = (place + 1) & (2 ** PLACE_BITS - 1)) {
      const here = places[place] ?? 0
      if (here === 0) return 0
      if ((here & ~INDEX_MASK) === wanted) return here & INDEX_MASK
    }
  }

  /** The index of the word that a token is, or stands for; of characters that are not set apart, of two in a row. */
  of({ ends, hashes, kinds, low, starts }: Reading, token: number): number {
    const kind = kinds[token]
    if (kind === 3) return NO_WORD
    const start = starts[token] ?? 0
    const end = ends[token] ?? 0
    if (kind === 2) {
      const isPair = kinds[token + 1] === 2 && starts[token + 1] === end
      return isPair ? indexOf(this.#find(hashOf(low, start, end + 1))) : NO_WORD
    }
    if (end - start < 3) return NO_WORD
    const known = this.#find(hashes[token] ?? 0)
    return known === 0 ? this.#nearest(low, start, end) : indexOf(known)
  }

  #nearest(low: Uint16Array, start: number, end: number): number {
    // `l'eau` is about `eau`.
    if (low[start + 1] === APOSTROPHE) return this.#nearest(low, start + 2, end)
    const beginnings = this.#beginnings
    let hash = BASIS
    for (let at = start; at < end; at++) {
      hash = Math.imul(hash ^ (low[at] ?? 0), PRIME)
      beginnings[(at - start) & (RING - 1)] = hash
    }
    const shortest = Math.max(BEGINNING_MIN, end - start - CUT_MAX + 1)
    for (let length = end - start; length >= shortest; length--) {
      const known = indexOf(this.#find(beginnings[(length - 1) & (RING - 1)] ?? 0))
      if (known !== NO_WORD) return known
    }
    return NO_WORD
  }

  /** Of the word, of length 1. */
  directionOf(word: number): Float32Array {
    const scale = 1 / (this.lengths[word] ?? 1)
    return Float32Array.from(this.values.subarray(word * WIDTH, (word + 1) * WIDTH)).map((one) => one * scale)
  }
}

function indexOf(known: number): number {
  return known === INDEX_MASK ? NO_WORD : known - 1
}

function mix(hash: number): number {
  return Math.imul(hash, 0x9e3779b1)
}

function hashOf(low: Uint16Array, start: number, end: number): number {
  let hash = BASIS
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (low[at] ?? 0), PRIME)
  return hash
}
