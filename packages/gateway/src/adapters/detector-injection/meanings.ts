import { LEXICON } from './lexicon.js'

/** Names of meanings; a meaning is told by its place here plus one, 0 is none. */
const MEANINGS: readonly string[] = namesIn(LEXICON)

export function namesIn(lexicon: string): readonly string[] {
  return [...new Set(linesOf(lexicon).map(([name]) => name))]
}

export function meaningOf(name: string): number {
  return MEANINGS.indexOf(name) + 1
}

function linesOf(lexicon: string): readonly (readonly [string, string])[] {
  return lexicon
    .trim()
    .split('\n')
    .map((line) => {
      const at = line.indexOf(': ')
      return [line.slice(0, at), line.slice(at + 2)] as const
    })
}

const SPACE = 0x20

/** Finds which word of the lexicon begins at a place: a tree of code units in one table, so that a step is one look. */
export class Meanings {
  readonly #keys: Float64Array
  readonly #next: Int32Array
  readonly #mask: number
  /** By node: the meaning of what ends there, and whether more letters may follow. */
  readonly #beginning: Uint8Array
  readonly #whole: Uint8Array
  #nodes = 1

  constructor(lexicon: string = LEXICON) {
    const names = namesIn(lexicon)
    const entries = linesOf(lexicon).flatMap(([name, words]) =>
      words.split(' ').map((word) => [names.indexOf(name) + 1, word.replaceAll('_', ' ')] as const),
    )
    const letters = entries.reduce((sum, [, word]) => sum + word.length, 1)
    const size = 2 ** Math.ceil(Math.log2(letters * 3))
    this.#mask = size - 1
    this.#keys = new Float64Array(size).fill(-1)
    this.#next = new Int32Array(size)
    this.#beginning = new Uint8Array(letters + 1)
    this.#whole = new Uint8Array(letters + 1)
    for (const [meaning, word] of entries) this.#add(word.toLowerCase(), meaning)
  }

  #add(word: string, meaning: number): void {
    const isWhole = word.length > 1 && word.endsWith('.')
    const letters = isWhole ? word.slice(0, -1) : word
    let node = 0
    for (let at = 0; at < letters.length; at++) node = this.#step(node, letters.charCodeAt(at), true)
    const table = isWhole ? this.#whole : this.#beginning
    // The first line that has a word keeps it.
    if (table[node] === 0) table[node] = meaning
  }

  #step(node: number, code: number, grows: boolean): number {
    const key = node * 65536 + code
    let slot = (Math.imul(node, 0x9e3779b1) ^ Math.imul(code, 0x85ebca6b)) >>> 0
    slot = (slot ^ (slot >>> 15)) & this.#mask
    for (; this.#keys[slot] !== -1; slot = (slot + 1) & this.#mask)
      if (this.#keys[slot] === key) return this.#next[slot] ?? 0
    if (!grows) return 0
    this.#keys[slot] = key
    this.#next[slot] = this.#nodes
    return this.#nodes++
  }

  /**
   * The meaning of the longest entry that begins at `at`, 0 where none does.
   *
   * @param low lower-cased code units; every stretch of white space one space
   * @param isWord whether a code unit is a letter or a digit of a word
   */
  at(low: Uint16Array, at: number, end: number, isWord: Uint8Array): number {
    let node = 0
    let found = 0
    for (let i = at; i < end; i++) {
      node = this.#step(node, low[i] ?? 0, false)
      if (node === 0) break
      const beginning = this.#beginning[node] ?? 0
      if (beginning !== 0) found = beginning
      const whole = this.#whole[node] ?? 0
      if (whole !== 0 && (i + 1 === end || isWord[low[i + 1] ?? SPACE] === 0)) found = whole
    }
    return found
  }
}
