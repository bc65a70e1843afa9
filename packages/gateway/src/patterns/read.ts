import { isAlwaysIn } from './needs.js'
import { OVERLAP_MAX, overlapOf } from './overlap.js'
import { lengthOf, type Node, PatternFault, parse, parseClass } from './parse.js'
import { EXPRESSION_MAX, LEAD_MAX, type Rule, WORD } from './rule.js'
import type { CodeSet } from './sets.js'

export { PatternFault }

/** A rule whose expressions were read. */
export interface ReadRule {
  readonly lead: Node | undefined
  readonly expression: Node
  readonly before: CodeSet
  readonly behind: CodeSet
}

/** Throws a `PatternFault` where no pass can look for a rule. */
export function readRule(rule: Rule): ReadRule {
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
  if (rule.needs !== undefined && !isAlwaysIn(rule.needs, expression)) {
    throw new PatternFault(`it may match without \`${rule.needs}\`, which it is said to need`, 0)
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
