import { LETTER, type Letters, SPACE } from './letters.js'

const BLANK = 0x20
/** As many spaces, tabs and line ends in a row stand for the one of a term. */
const BLANKS_MAX = 8
const NOWHERE = 0
const ROOT = 1

/** What `walk` says of a place where the text ends before anybody can tell. */
export const OPEN = -1

/**
 * Many terms as one tree of characters, so that a hundred thousand cost no more than one: at each place a text is followed as far
 * as any of them goes on.
 */
export class Tree {
  readonly #letters: Letters
  readonly #ignoreCase: boolean
  /** Edges in an open-addressed table: from which node, by which character, to which node. */
  #from = new Int32Array(64)
  #by = new Uint16Array(64)
  #to = new Int32Array(64)
  #edges = 0
  #nodes = ROOT
  /** Of what a node is the end. */
  readonly #ends = new Map<number, number[]>()
  /** From the root, by each character. */
  readonly #first: Int32Array = new Int32Array(0x10000)

  constructor(letters: Letters, ignoreCase: boolean) {
    this.#letters = letters
    this.#ignoreCase = ignoreCase
  }

  add(term: string, of: number): void {
    let node = ROOT
    for (let at = 0; at < term.length; at++) {
      const code = this.#folded(term.charCodeAt(at))
      let next = this.#next(node, code)
      if (next === NOWHERE) {
        next = ++this.#nodes
        this.#link(node, code, next)
      }
      node = next
    }
    const ends = this.#ends.get(node)
    if (ends === undefined) this.#ends.set(node, [of])
    else if (!ends.includes(of)) ends.push(of)
  }

  /** Whether any term begins with this character. */
  begins(code: number): boolean {
    return this.#first[this.#folded(code)] !== NOWHERE
  }

  /**
   * Tells of each term that stands at `start` where it ends, the shorter ones first.
   *
   * @returns `OPEN` where what follows the text could make one longer, or be no edge
   */
  walk(text: string, start: number, ended: boolean, found: (of: number, end: number) => void): number {
    const { kinds } = this.#letters
    let node = ROOT
    let at = start
    for (;;) {
      const code = at < text.length ? text.charCodeAt(at) : -1
      if (code === -1 && !ended) return OPEN
      if (at > start) {
        const ends = this.#ends.get(node)
        const isEdge = code === -1 || kinds[code] !== LETTER || kinds[text.charCodeAt(at - 1)] !== LETTER
        if (ends !== undefined && isEdge) for (const of of ends) found(of, at)
      }
      if (code === -1) return at
      if (kinds[code] === SPACE) {
        node = this.#next(node, BLANK)
        if (node === NOWHERE) return at
        const most = at + BLANKS_MAX
        while (at < text.length && at < most && kinds[text.charCodeAt(at)] === SPACE) at++
      } else {
        node = this.#next(node, this.#folded(code))
        if (node === NOWHERE) return at
        at++
      }
    }
  }

  #folded(code: number): number {
    return this.#ignoreCase ? (this.#letters.small[code] as number) : code
  }

  #next(node: number, code: number): number {
    if (node === ROOT) return this.#first[code] as number
    const mask = this.#from.length - 1
    for (let slot = slotOf(node, code) & mask; ; slot = (slot + 1) & mask) {
      const from = this.#from[slot] as number
      if (from === NOWHERE) return NOWHERE
      if (from === node && this.#by[slot] === code) return this.#to[slot] as number
    }
  }

  #link(node: number, code: number, to: number): void {
    if (node === ROOT) {
      this.#first[code] = to
      return
    }
    if (2 * ++this.#edges > this.#from.length) this.#widen()
    this.#put(node, code, to)
  }

  #put(node: number, code: number, to: number): void {
    const mask = this.#from.length - 1
    let slot = slotOf(node, code) & mask
    while (this.#from[slot] !== NOWHERE) slot = (slot + 1) & mask
    this.#from[slot] = node
    this.#by[slot] = code
    this.#to[slot] = to
  }

  #widen(): void {
    const from = this.#from
    const by = this.#by
    const to = this.#to
    this.#from = new Int32Array(from.length * 2)
    this.#by = new Uint16Array(from.length * 2)
    this.#to = new Int32Array(from.length * 2)
    for (let slot = 0; slot < from.length; slot++) {
      const node = from[slot] as number
      if (node !== NOWHERE) this.#put(node, by[slot] as number, to[slot] as number)
    }
  }
}

function slotOf(node: number, code: number): number {
  const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(code, 0x85ebca6b)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
