import type { Node } from './parse.js'
import { FAR } from './runs.js'

/** Whether `word` stands in all that an expression matches. Where that is hard to say, it does not. */
export function isAlwaysIn(word: string, expression: Node): boolean {
  switch (expression.kind) {
    case 'set':
      return word === letterOf(expression)
    case 'choice':
      return expression.of.every((one) => isAlwaysIn(word, one))
    case 'repeat':
      return expression.min > 0 && isAlwaysIn(word, expression.of)
    case 'sequence':
      return spelled(expression).includes(word) || expression.of.some((one) => isAlwaysIn(word, one))
  }
}

/** The letters of a sequence, and a line's end for all else. */
function spelled(node: Node): string {
  return node.kind === 'sequence' ? node.of.map(spelled).join('') : (letterOf(node) ?? '\n')
}

function letterOf(node: Node): string | undefined {
  return node.kind === 'set' && node.set.length === 2 && node.set[0] === node.set[1]
    ? String.fromCharCode(node.set[0] ?? 0)
    : undefined
}

/** Places in a text where something stands that rules need. */
export class Needs {
  readonly #words: readonly string[]
  readonly #longest: number
  readonly #reach: number
  /** Where each word stands next. */
  readonly #next: Int32Array
  #text = ''
  #isEnded = false
  #isNear = false
  /** Up to where the last answer stands. */
  until = 0

  /** @param reach so many characters before a word count as it does */
  constructor(words: readonly string[], reach: number) {
    this.#words = words
    this.#reach = reach
    this.#longest = Math.max(0, ...words.map(({ length }) => length))
    this.#next = new Int32Array(words.length)
  }

  /** @param ended no text follows: what stands at the end goes on nowhere */
  begin(text: string, from: number, ended: boolean): void {
    this.#text = text
    this.#isEnded = ended
    this.#next.fill(from - 1)
    this.until = from
  }

  /** Whether one begins at `at`, or within reach from there. Places have to be asked about in order. */
  isNear(at: number): boolean {
    if (at < this.until) return this.#isNear
    // A text that goes on may end with the beginning of one.
    const open = this.#isEnded ? FAR : Math.max(at, this.#text.length - this.#longest + 1)
    const start = Math.min(this.#nextFrom(at), open)
    this.#isNear = start - this.#reach <= at
    this.until = this.#isNear ? (start < open ? start + 1 : FAR) : start - this.#reach
    return this.#isNear
  }

  #nextFrom(at: number): number {
    let first = FAR
    for (const [index, word] of this.#words.entries()) {
      if ((this.#next[index] as number) < at) {
        const found = this.#text.indexOf(word, at)
        this.#next[index] = found === -1 ? FAR : found
      }
      first = Math.min(first, this.#next[index] as number)
    }
    return first
  }
}
