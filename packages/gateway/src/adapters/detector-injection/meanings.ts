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
const STOP = 0x2e
const LOW_LINE = 0x5f
const A = 0x61
const LETTERS = 26
const NO_PAIR = -1
const WHOLE = 256

/** Finds which word of the lexicon begins at a place: a tree of code units, a node told by a number; 0, the root, is in no list. */
export class Meanings {
  /** The first steps are those that most words of a text take, so each is one look. By code unit, by two and by three Latin letters. */
  readonly #first: Uint16Array = new Uint16Array(0x10000)
  readonly #second: Uint16Array = new Uint16Array(LETTERS * 32)
  readonly #third: Uint16Array = new Uint16Array(LETTERS * 32 * 32)
  /** By a node that two Latin letters lead to, which they are. */
  readonly #pairs: Map<number, number> = new Map()
  /** By node: the code unit that leads to it; its first child, and its next sibling. */
  readonly #codes: Uint16Array
  readonly #child: Uint16Array
  readonly #sibling: Uint16Array
  /** By node, the meaning of what ends there: where more letters may follow, and from `WHOLE` on where none may. */
  readonly #meant: Uint16Array
  #nodes = 1

  constructor(lexicon: string = LEXICON) {
    this.#codes = new Uint16Array(lexicon.length)
    this.#child = new Uint16Array(lexicon.length)
    this.#sibling = new Uint16Array(lexicon.length)
    this.#meant = new Uint16Array(lexicon.length)
    const names = namesIn(lexicon)
    for (const [name, words] of linesOf(lexicon)) this.#addLine(names.indexOf(name) + 1, words.toLowerCase())
  }

  #addLine(meaning: number, words: string): void {
    let node = 0
    let start = 0
    for (let at = 0; at <= words.length; at++) {
      const code = at === words.length ? SPACE : words.charCodeAt(at)
      if (code === SPACE) {
        const isWhole = at - start > 1 && words.charCodeAt(at - 1) === STOP
        const here = this.#meant[node] ?? 0
        // The first line that has a word keeps it.
        if (isWhole && here < WHOLE) this.#meant[node] = here + meaning * WHOLE
        else if (!isWhole && here % WHOLE === 0) this.#meant[node] = here + meaning
        node = 0
        start = at + 1
        continue
      }
      const ends = at + 1 === words.length || words.charCodeAt(at + 1) === SPACE
      if (code === STOP && at > start && ends) continue
      node = this.#grown(node, code === LOW_LINE ? SPACE : code)
    }
  }

  #grown(node: number, code: number): number {
    const known = node === 0 ? (this.#first[code] ?? 0) : this.#step(node, code)
    if (known !== 0) return known
    const made = this.#nodes++
    this.#codes[made] = code
    if (node === 0) this.#first[code] = made
    else this.#hang(made, node)
    return made
  }

  #hang(made: number, node: number): void {
    // Behind the others: what most texts have stands first in the lexicon.
    let last = this.#child[node] ?? 0
    while (this.#sibling[last] !== 0) last = this.#sibling[last] ?? 0
    if (last === 0) this.#child[node] = made
    else this.#sibling[last] = made
    const [before, code] = [this.#codes[node] ?? 0, this.#codes[made] ?? 0]
    const pair = this.#first[before] === node ? pairOf(before, code) : NO_PAIR
    if (pair !== NO_PAIR) {
      this.#second[pair] = made
      this.#pairs.set(made, pair)
    }
    const triple = tripleOf(this.#pairs.get(node) ?? NO_PAIR, code)
    if (triple !== NO_PAIR) this.#third[triple] = made
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
    const meant = this.#meant
    let i = at
    let node = this.#first[low[at] ?? 0] ?? 0
    let found = 0
    const pair = at + 1 < end ? pairOf(low[at] ?? 0, low[at + 1] ?? 0) : NO_PAIR
    if (pair !== NO_PAIR) {
      found = (meant[node] ?? 0) % WHOLE
      node = this.#second[pair] ?? 0
      i += 1
    }
    while (node !== 0) {
      const here = meant[node] ?? 0
      i += 1
      if (here !== 0) {
        if (here % WHOLE !== 0) found = here % WHOLE
        if (here >= WHOLE && (i === end || isWord[low[i] ?? SPACE] === 0)) found = (here / WHOLE) | 0
      }
      if (i >= end) break
      const triple = i === at + 2 ? tripleOf(pair, low[i] ?? 0) : NO_PAIR
      node = triple === NO_PAIR ? this.#step(node, low[i] ?? 0) : (this.#third[triple] ?? 0)
    }
    return found
  }
}

/** Of two small Latin letters. */
function pairOf(first: number, second: number): number {
  const [a, b] = [first - A, second - A]
  return a >= 0 && a < LETTERS && b >= 0 && b < LETTERS ? a * 32 + b : NO_PAIR
}

/** Of a pair, and a small Latin letter behind it. */
function tripleOf(pair: number, third: number): number {
  const c = third - A
  return pair !== NO_PAIR && c >= 0 && c < LETTERS ? pair * 32 + c : NO_PAIR
}
