import { escapeBefore } from '../json/escape.js'
import { judge, type Raw } from './raw.js'
import { KEPT, LEAD_MAX, type Rule, WORD } from './rule.js'

/**
 * What a rule finds by JavaScript's own expressions, and nobody beside it: what the one pass has to find too. Slow, and not linear
 * in the text's length.
 */
export function createAlone(rule: Rule): (text: string, from: number) => readonly Raw[] {
  const flags = rule.ignoreCase === true ? 'i' : ''
  const source = `(?:${rule.expression})(?![${rule.behind ?? WORD}])`
  const before = new RegExp(`[${rule.before ?? WORD}]`)
  const isFree = (text: string, at: number): boolean =>
    at === 0 || !before.test(text.charAt(at - 1)) || escapeBefore(text, at) > 0
  if (rule.lead === undefined) {
    const expression = new RegExp(source, `g${flags}`)
    return (text, from) => {
      const raws: Raw[] = []
      expression.lastIndex = from
      for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
        const start = match.index
        const raw = isFree(text, start)
          ? judge(rule, text, start, expression.lastIndex, new Int32Array(KEPT))
          : undefined
        if (raw !== undefined) raws.push(raw)
        expression.lastIndex = raw?.end ?? start + 1
      }
      return raws
    }
  }
  const lead = new RegExp(rule.lead, 'gi')
  const expression = new RegExp(source, `y${flags}`)
  return (text, from) => {
    const starts = new Set<number>()
    lead.lastIndex = Math.max(0, from - LEAD_MAX)
    for (let match = lead.exec(text); match !== null; match = lead.exec(text)) {
      const end = lead.lastIndex
      if (end >= from && isFree(text, match.index)) starts.add(end)
      lead.lastIndex = match.index + 1
    }
    const raws: Raw[] = []
    let next = from
    for (const start of [...starts].sort((a, b) => a - b)) {
      if (start < next) continue
      expression.lastIndex = start
      if (!expression.test(text)) continue
      const raw = judge(rule, text, start, expression.lastIndex, new Int32Array(KEPT))
      if (raw === undefined) continue
      raws.push(raw)
      next = raw.end
    }
    return raws
  }
}
