import { createPatternDetector } from '../../patterns/detector.js'
import type { Rule } from '../../patterns/rule.js'
import type { Detector } from '../../spec/index.js'
import { foldedWord, standsBefore } from './context.js'
import { letters } from './letters.js'
import { createWordsDetector, type Words } from './words.js'

/** What an operator wants found: words, a pattern, or both. */
export interface Term extends Words {
  readonly ignoreCase: boolean
  readonly pattern: string | undefined
}

/** Detectors for an operator's own terms, at most three: words whatever their case, words as they are, and patterns. */
export function createTermDetectors(terms: readonly Term[]): readonly Detector[] {
  const detectors: Detector[] = []
  for (const [name, ignoreCase] of [
    ['terms', true],
    ['terms-exact', false],
  ] as const) {
    const lists = terms.filter((one) => one.ignoreCase === ignoreCase && one.words.length > 0)
    if (lists.length > 0) detectors.push(createWordsDetector(name, lists, letters(), ignoreCase))
  }
  const rules = terms.flatMap((term) => (term.pattern === undefined ? [] : [ruleOf(term, term.pattern)]))
  if (rules.length > 0) detectors.push(createPatternDetector({ name: 'term-patterns', rules }))
  return detectors
}

function ruleOf({ type, ignoreCase, context, within, score }: Term, expression: string): Rule {
  const words = context?.map((word) => foldedWord(word, letters()))
  return {
    name: type,
    type,
    expression,
    ignoreCase,
    check: ({ text, start }) =>
      words === undefined || standsBefore(text, start, words, within, letters()) ? { score } : undefined,
  }
}
