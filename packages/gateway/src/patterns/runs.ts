import type { Node } from './parse.js'
import type { CodeSet } from './sets.js'
import { IN_RUN } from './symbols.js'
import { nextSet, type Window } from './window.js'

/** Beyond every text. A small integer: compared with infinity, every place would be a floating-point number. */
export const FAR = 0x3fff_ffff

/** So many characters of a key, a token or a digest stand together that prose has none of them. */
const RUN_MIN = 16

/** Whether all that an expression finds begins with a run, so that where there is none it need not be looked for. */
export function beginsWithRun(expression: Node): boolean {
  return runOf(expression).head >= RUN_MIN
}

interface Run {
  /** Characters of a run that every match begins with. */
  readonly head: number
  /** A match may go on with others. */
  readonly isBroken: boolean
}

function runOf(node: Node): Run {
  switch (node.kind) {
    case 'set':
      return isInRun(node.set) ? { head: 1, isBroken: false } : { head: 0, isBroken: true }
    case 'repeat': {
      const one = runOf(node.of)
      return { head: one.isBroken ? Math.min(node.min, 1) * one.head : node.min * one.head, isBroken: one.isBroken }
    }
    case 'choice': {
      const all = node.of.map(runOf)
      return { head: Math.min(...all.map(({ head }) => head)), isBroken: all.some(({ isBroken }) => isBroken) }
    }
    case 'sequence': {
      let head = 0
      for (const one of node.of) {
        const run = runOf(one)
        head += run.head
        if (run.isBroken) return { head, isBroken: true }
      }
      return { head, isBroken: false }
    }
  }
}

function isInRun(set: CodeSet): boolean {
  for (let i = 0; i + 1 < set.length; i += 2) {
    for (let code = set[i] ?? 0; code <= (set[i + 1] ?? 0); code++) if (IN_RUN[code] !== 1) return false
  }
  return true
}

/** The runs of a text, looked for in a window on it. */
export class Runs {
  readonly #window: Window
  readonly #reach: number
  /** Of the one that was found last. */
  #start = 0
  #end = 0
  #isNear = false
  /** Up to where the last answer stands. */
  until = 0

  /** @param reach so many characters before a run count as it does */
  constructor(window: Window, reach: number) {
    this.#window = window
    this.#reach = reach
  }

  /** How far the window has to reach from a place that is asked about. */
  get ahead(): number {
    return this.#reach + 2 * RUN_MIN
  }

  begin(from: number): void {
    this.#end = from
    this.until = from
  }

  /** Whether a run goes on at `at`, or begins within reach from there. Places have to be asked about in order. */
  isNear(at: number): boolean {
    if (at < this.until) return this.#isNear
    if (at >= this.#end) this.#find(at)
    const first = this.#start - this.#reach
    this.#isNear = first <= at
    this.until = this.#isNear ? this.#end : first
    return this.#isNear
  }

  #find(from: number): void {
    const { end, first, isEnded, sieve, text } = this.#window
    const start = nextSet(sieve.runs, from - first, end - first) + first
    if (start < end) {
      let to = start + RUN_MIN
      while (to < text.length && IN_RUN[text.charCodeAt(to)] === 1) to++
      this.#start = start
      this.#end = to
      return
    }
    this.#start = FAR
    this.#end = FAR
    if (end < text.length) {
      // What lies behind the window shows later.
      this.#start = end - RUN_MIN + 1
      this.#end = from
    } else if (!isEnded) {
      // What a text that goes on ends with may become a run.
      let open = end
      while (open > from && IN_RUN[text.charCodeAt(open - 1)] === 1) open--
      if (open === end) return
      this.#start = open
      this.#end = end
    }
  }
}
