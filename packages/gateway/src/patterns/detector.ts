import type { Detector, FindingType } from '../spec/index.js'
import { ENTRIES_MAX } from './automaton.js'
import { Needs } from './needs.js'
import { lengthOf } from './parse.js'
import { ANYWHERE, NEAR_NEEDS, NEAR_RUNS, type Part, Pass } from './pass.js'
import { compile, type Unit } from './program.js'
import { PatternFault, type ReadRule, readRule } from './read.js'
import { LEAD_MAX, type Rule } from './rule.js'
import { beginsWithRun } from './runs.js'
import { headedIn, valueIn } from './values.js'

export interface PatternDetectorParts {
  readonly name: string
  readonly rules: readonly Rule[]
  /** How many steps are remembered before all are forgotten, four bytes each. */
  readonly entriesMax?: number
}

/**
 * Finds what any of the rules finds, in one pass over a text. A rule that no pass can look for is refused here: a `PatternFault`
 * that says which.
 *
 * Which rules are weak, and which findings of one type overlap, is settled among these rules: not with other detectors.
 */
export function createPatternDetector({ name, rules, entriesMax = ENTRIES_MAX }: PatternDetectorParts): Detector {
  const types: readonly FindingType[] = [...new Set(rules.map(({ type }) => type))].sort()
  const parts: Part[] = []
  const units: Unit[] = []
  const add = (part: Part, unit: Unit): number => {
    parts.push(part)
    return units.push(unit) - 1
  }
  const names = new Set<string>()
  const needs = new Set<string>()
  let reach = 0
  for (const rule of rules) {
    if (names.has(rule.name)) throw new PatternFault(`two rules are called \`${rule.name}\``, 0)
    names.add(rule.name)
    const read = named(rule)
    const { lead, expression, before, behind } = read
    const isLed = lead !== undefined
    const where = beginsWithRun(expression) ? NEAR_RUNS : rule.needs === undefined ? ANYWHERE : NEAR_NEEDS
    const headed = isLed ? undefined : headedIn(read)
    const value = isLed ? valueIn(read) : headed?.value
    const unit =
      headed === undefined
        ? { node: expression, before, behind }
        : { node: headed.head, before, behind: [], apart: headed.value.of }
    const led = add({ rule, led: undefined, isLed, value, where }, unit)
    if (isLed) add({ rule, led, isLed: false, value: undefined, where }, { node: lead, before, behind: [] })
    if (rule.needs !== undefined) {
      needs.add(rule.needs)
      reach = Math.max(reach, LEAD_MAX + lengthOf(expression).max)
    }
  }
  const pass = new Pass(compile(units), parts, new Needs([...needs], reach), entriesMax)
  return { name, types, scan: (text, from, ended) => pass.scan(text, from, ended) }
}

function named(rule: Rule): ReadRule {
  try {
    return readRule(rule)
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error
    throw new PatternFault(`rule \`${rule.name}\`, character ${error.at + 1}: ${error.message}`, error.at)
  }
}
