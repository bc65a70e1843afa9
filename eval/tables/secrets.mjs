import { allDetectors, patternRules } from '../../packages/gateway/dist/compose/detectors.js'
import { rowsOf, secretRows } from '../data.mjs'
import { row, share } from '../figures.mjs'

export const title = 'Secrets'

const SEEDS = [1, 2, 3, 4, 5]

/**
 * Found is a secret that some finding of `secret.*` overlaps; exactly, one that a finding begins and ends with. A finding that overlaps none
 * is a false one. Seed 1 was looked at row by row, the others were not.
 */
export function measure() {
  const detectors = allDetectors().filter(({ types }) => types.some((type) => type.startsWith('secret.')))
  const find = (text) =>
    detectors.flatMap((detector) =>
      detector.scan(text, 0, true).findings.filter(({ type }) => type.startsWith('secret.')),
    )
  const kinds = new Map()
  const total = { of: 0, hits: 0, exact: 0, findings: 0, right: 0, clean: 0, flagged: 0 }
  for (const seed of SEEDS) {
    for (const { text, spans, label } of secretRows({ seed })) {
      const findings = find(text)
      const right = findings.filter((one) => spans.some((span) => overlap(one, span)))
      total.findings += findings.length
      total.right += right.length
      if (label === 0) total.clean++
      if (label === 0 && findings.length > 0) total.flagged++
      for (const span of spans) {
        const isHit = findings.some((one) => overlap(one, span))
        const kind = kinds.get(span.type) ?? { of: 0, hits: 0 }
        kinds.set(span.type, { of: kind.of + 1, hits: kind.hits + Number(isHit) })
        total.of++
        total.hits += Number(isHit)
        total.exact += Number(findings.some(({ start, end }) => start === span.start && end === span.end))
      }
    }
  }
  return [
    row(`recall, of ${kinds.size} kinds, seeds ${SEEDS.join(', ')}`, share(total.hits, total.of), '>= .97'),
    row('recall, exactly', share(total.exact, total.of)),
    row('precision', share(total.right, total.findings), '>= .99'),
    row('lookalikes flagged', share(total.flagged, total.clean)),
    ...['benign_general', 'benign_hard'].map((name) => {
      const texts = rowsOf(name)
      const flagged = texts.filter(({ text }) => find(text).length > 0).length
      return row(`${name} flagged`, share(flagged, texts.length), '<= .001')
    }),
    ...[...kinds]
      .filter(([, { of, hits }]) => hits < of)
      .map(([kind, { of, hits }]) => row(`recall of ${kind}`, share(hits, of))),
    row('rules for secrets', patternRules().filter(({ type }) => type.startsWith('secret.')).length),
    row('kinds of which none was missed', [...kinds.values()].filter(({ of, hits }) => of === hits).length),
  ]
}

function overlap(a, b) {
  return a.start < b.end && a.end > b.start
}
