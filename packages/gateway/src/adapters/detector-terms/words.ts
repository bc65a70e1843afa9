import { escapeBefore } from '../../json/escape.js'
import type { Detector, Finding, Scan, TermType } from '../../spec/index.js'
import { foldedWord, standsBefore } from './context.js'
import { LETTER, type Letters } from './letters.js'
import { OPEN, Tree } from './tree.js'

/** A list of terms. */
export interface Words {
  readonly type: TermType
  readonly words: readonly string[]
  readonly context: readonly string[] | undefined
  readonly within: number
  readonly score: number
}

/**
 * Finds terms as they are written down, at the edges of words, the longest of each list. Any blanks stand for the space in a term.
 * Blind to letters that are composed of others, to a term that is broken by markup, and to one over a line's end in JSON (`\n`).
 */
export function createWordsDetector(
  name: string,
  lists: readonly Words[],
  letters: Letters,
  ignoreCase: boolean,
): Detector {
  const { kinds } = letters
  const tree = new Tree(letters, ignoreCase)
  for (const [of, { words }] of lists.entries()) for (const word of words) tree.add(word, of)
  const contexts = lists.map(({ context }) => context?.map((word) => foldedWord(word, letters)))
  return {
    name,
    types: [...new Set(lists.map(({ type }) => type))].sort(),

    scan(text: string, from: number, ended: boolean): Scan {
      const findings: Finding[] = []
      const next = new Int32Array(lists.length).fill(from)
      const longest = new Map<number, number>()
      let hold = text.length
      for (let at = from; at < text.length; at++) {
        const code = text.charCodeAt(at)
        if (!tree.begins(code)) continue
        const isWithin = at > 0 && kinds[code] === LETTER && kinds[text.charCodeAt(at - 1)] === LETTER
        if (isWithin && escapeBefore(text, at) === 0) continue
        longest.clear()
        if (tree.walk(text, at, ended, (of, end) => longest.set(of, end)) === OPEN) {
          hold = at
          break
        }
        for (const [of, end] of longest) {
          const list = lists[of]
          if (list === undefined || at < (next[of] ?? 0)) continue
          const context = contexts[of]
          if (context !== undefined && !standsBefore(text, at, context, list.within, letters)) continue
          findings.push({ start: at, end, type: list.type, score: list.score })
          next[of] = end
        }
      }
      if (ended || findings.length === 0) return { findings, hold: ended ? text.length : hold }
      // What is held is held as a whole.
      for (let i = findings.length - 1; i >= 0; i--) {
        const one = findings[i]
        if (one !== undefined && one.start < hold && one.end > hold) hold = one.start
      }
      return { findings: findings.filter(({ end }) => end <= hold), hold }
    },
  }
}
