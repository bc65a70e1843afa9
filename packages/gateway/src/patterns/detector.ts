import type { Detector, FindingType } from '../spec/index.js'
import { OVERLAP_MAX, overlapOf } from './overlap.js'
import { lengthOf, type Node, PatternFault, parse, parseClass } from './parse.js'
import { type Part, Pass } from './pass.js'
import { compile, type Unit } from './program.js'
import { EXPRESSION_MAX, LEAD_MAX, type Rule, WORD } from './rule.js'

export interface PatternDetectorParts {
  readonly name: string
  readonly rules: readonly Rule[]
}

/**
 * Finds what any of the rules finds, in one pass over a text. A rule that no pass can look for is refused here: a `PatternFault`.
 *
 * Which rules are weak, and which findings of one type overlap, is settled among these rules: not with other detectors.
 */
export function createPatternDetector({ name, rules }: PatternDetectorParts): Detector {
  const types: readonly FindingType[] = [...new Set(rules.map(({ type }) => type))].sort()
  const parts: Part[] = []
  const units: Unit[] = []
  const add = (part: Part, unit: Unit): number => {
    parts.push(part)
    return units.push(unit) - 1
  }
  const names = new Set<string>()
  for (const rule of rules) {
    if (names.has(rule.name)) throw new PatternFault(`two rules are called \`${rule.name}\``, 0)
    names.add(rule.name)
    const { lead, expression, before, behind } = read(rule)
    const isLed = lead !== undefined
    const led = add({ rule, led: undefined, isLed }, { node: expression, before, behind })
    if (isLed) add({ rule, led, isLed: false }, { node: lead, before, behind: [] })
  }
  const pass = new Pass(compile(units), parts)
  return { name, types, scan: (text, from, ended) => pass.scan(text, from, ended) }
}

interface Read extends Pick<Unit, 'before' | 'behind'> {
  readonly lead: Node | undefined
  readonly expression: Node
}

function read(rule: Rule): Read {
  const ignoreCase = rule.ignoreCase === true
  const lead = rule.lead === undefined ? undefined : bounded(rule.lead, true, LEAD_MAX)
  const expression = bounded(rule.expression, ignoreCase, EXPRESSION_MAX)
  const before = parseClass(rule.before ?? WORD, false)
  const behind = parseClass(rule.behind ?? WORD, ignoreCase)
  const overlap = overlapOf(expression, lead ?? expression, before)
  if (overlap > OVERLAP_MAX) {
    throw new PatternFault(
      `${overlap} of its matches may overlap, and no more than ${OVERLAP_MAX} may: let it be shorter, or begin in fewer places`,
      0,
    )
  }
  return { lead, expression, before, behind }
}

function bounded(source: string, ignoreCase: boolean, most: number): Node {
  const node = parse(source, ignoreCase)
  const { min, max } = lengthOf(node)
  if (min === 0) throw new PatternFault('it may match nothing', 0)
  if (max > most) throw new PatternFault(`it may match ${max} characters, and no more than ${most} are looked at`, 0)
  return node
}
