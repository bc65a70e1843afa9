import type { Node } from './parse.js'
import { FAR, Stretches } from './stretches.js'

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
export class Needs extends Stretches {
  readonly #words: readonly string[]
  readonly #longest: number
  /** Where each word stands next. */
  readonly #next: Int32Array

  constructor(words: readonly string[], reach: number) {
    super(reach)
    this.#words = words
    this.#longest = Math.max(0, ...words.map(({ length }) => length))
    this.#next = new Int32Array(words.length)
  }

  override begin(text: string, from: number, ended: boolean): void {
    super.begin(text, from, ended)
    this.#next.fill(from - 1)
  }

  protected override next(from: number): void {
    // A text that goes on may end with the beginning of one.
    const open = this.isEnded ? FAR : Math.max(from, this.text.length - this.#longest + 1)
    let start = open < this.text.length ? open : FAR
    for (const [index, word] of this.#words.entries()) {
      let at = this.#next[index] as number
      if (at < from) {
        const found = this.text.indexOf(word, from)
        at = found === -1 ? FAR : found
        this.#next[index] = at
      }
      start = Math.min(start, at)
    }
    this.start = start
    this.end = start < open ? start + 1 : FAR
  }
}
