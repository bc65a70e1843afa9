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
const A = 0x61
const LETTERS = 26
const NO_PAIR = -1

/** Finds which word of the lexicon begins at a place: a tree of code units, a node told by a number; 0, the root, is in no list. */
export class Meanings {
  /** The first two steps are those that most words of a text take, so they are one look. By code unit, and by two Latin letters. */
  readonly #first: Uint16Array = new Uint16Array(0x10000)
  readonly #second: Uint16Array = new Uint16Array(LETTERS * 32)
  /** By node: the code unit that leads to it; its first child, and its next sibling. */
  readonly #codes: Uint16Array
  readonly #child: Uint16Array
  readonly #sibling: Uint16Array
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
    this.#codes = new Uint16Array(letters + 1)
    this.#child = new Uint16Array(letters + 1)
    this.#sibling = new Uint16Array(letters + 1)
    this.#beginning = new Uint8Array(letters + 1)
    this.#whole = new Uint8Array(letters + 1)
    for (const [meaning, word] of entries) this.#add(word.toLowerCase(), meaning)
  }

  #add(word: string, meaning: number): void {
    const isWhole = word.length > 1 && word.endsWith('.')
    const letters = isWhole ? word.slice(0, -1) : word
    let node = 0
    for (let at = 0; at < letters.length; at++) node = this.#grow(node, letters.charCodeAt(at))
    const table = isWhole ? this.#whole : this.#beginning
    // The first line that has a word keeps it.
    if (table[node] === 0) table[node] = meaning
  }

  #grow(node: number, code: number): number {
    const known = node === 0 ? (this.#first[code] ?? 0) : this.#step(node, code)
    if (known !== 0) return known
    const made = this.#nodes++
    this.#codes[made] = code
    if (node === 0) this.#first[code] = made
    else {
      // Behind the others: what most texts have stands first in the lexicon.
      let last = this.#child[node] ?? 0
      while (this.#sibling[last] !== 0) last = this.#sibling[last] ?? 0
      if (last === 0) this.#child[node] = made
      else this.#sibling[last] = made
      const before = this.#codes[node] ?? 0
      const pair = this.#first[before] === node ? pairOf(before, code) : NO_PAIR
      if (pair !== NO_PAIR) this.#second[pair] = made
    }
    return made
  }

  #step(node: number, code: number): number {
    const codes = this.#codes
    let next = this.#child[node] ?? 0
    while (next !== 0 && codes[next] !== code) next = this.#sibling[next] ?? 0
    return next
  }

  /**
   * The meaning of the longest entry that begins at `at`, 0 where none does.
   *
   * @param low lower-cased code units; every stretch of white space one space
   * @param isWord whether a code unit is a letter or a digit of a word
   */
  at(low: Uint16Array, at: number, end: number, isWord: Uint8Array): number {
    const beginnings = this.#beginning
    const wholes = this.#whole
    let i = at
    let node = this.#first[low[at] ?? 0] ?? 0
    let found = 0
    const pair = at + 1 < end ? pairOf(low[at] ?? 0, low[at + 1] ?? 0) : NO_PAIR
    if (pair !== NO_PAIR) {
      found = beginnings[node] ?? 0
      node = this.#second[pair] ?? 0
      i += 1
    }
    while (node !== 0) {
      const beginning = beginnings[node] ?? 0
      if (beginning !== 0) found = beginning
      i += 1
      const whole = wholes[node] ?? 0
      if (whole !== 0 && (i === end || isWord[low[i] ?? SPACE] === 0)) found = whole
      if (i >= end) break
      node = this.#step(node, low[i] ?? 0)
    }
    return found
  }
}

/** Of two small Latin letters. */
function pairOf(first: number, second: number): number {
  const [a, b] = [first - A, second - A]
  return a >= 0 && a < LETTERS && b >= 0 && b < LETTERS ? a * 32 + b : NO_PAIR
}
