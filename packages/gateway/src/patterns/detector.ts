import type { Detector, FindingType } from '../spec/index.js'
import { createAlone } from './alone.js'
import { join } from './raw.js'
import type { Rule } from './rule.js'

export interface PatternDetectorParts {
  readonly name: string
  readonly rules: readonly Rule[]
}

/** Looks for each rule by itself, and tells nothing before the text has ended. The one pass takes its place. */
export function createPatternDetector({ name, rules }: PatternDetectorParts): Detector {
  const types: readonly FindingType[] = [...new Set(rules.map(({ type }) => type))].sort()
  const alone = rules.map(createAlone)
  return {
    name,
    types,
    scan(text, from, ended) {
      if (!ended) return { findings: [], hold: from }
      return { findings: join(alone.flatMap((find) => find(text, from))), hold: text.length }
    },
  }
}
