import type { Node } from './parse.js'
import type { CodeSet } from './sets.js'
import { FAR, Stretches } from './stretches.js'

/** So many characters of a key, a token or a digest stand together that prose has none of them. */
const RUN_MIN = 16

/** Letters, digits, and what stands between them in keys, paths and encodings. */
const IN_RUN: Uint8Array = new Uint8Array(128)
for (const one of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+/=.~%-') {
  IN_RUN[one.charCodeAt(0)] = 1
}

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

/** The runs of a text. */
export class Runs extends Stretches {
  protected override next(from: number): void {
    const text = this.text
    const { length } = text
    let low = from
    // Of so many characters in a row a run holds the last one.
    for (let probe = low + RUN_MIN - 1; probe < length; probe = low + RUN_MIN - 1) {
      if (IN_RUN[text.charCodeAt(probe)] !== 1) {
        low = probe + 1
        continue
      }
      let start = probe
      while (start > low && IN_RUN[text.charCodeAt(start - 1)] === 1) start--
      let end = probe + 1
      while (end < length && IN_RUN[text.charCodeAt(end)] === 1) end++
      if (end - start >= RUN_MIN || (end === length && !this.isEnded)) {
        this.start = start
        this.end = end
        return
      }
      low = end
    }
    // What a text that goes on ends with may become a run.
    let start = length
    if (!this.isEnded) while (start > low && IN_RUN[text.charCodeAt(start - 1)] === 1) start--
    this.start = start < length ? start : FAR
    this.end = start < length ? length : FAR
  }
}
