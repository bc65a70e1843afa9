import { createHash } from 'node:crypto'
import { createNamesDetector } from '../../packages/gateway/dist/adapters/detector-names/detector.js'
import { isAside } from '../../training/names/prose.mjs'
import { rowsOf } from '../data.mjs'
import { row, share } from '../figures.mjs'

export const title = 'Names and addresses'

const TYPES = [
  ['person', 'pii.person', new Set(['PERSON']), 'F1 .78'],
  ['address', 'pii.address', new Set(['ADDRESS', 'STREET_ADDRESS']), 'F1 .55'],
]

/** When a finding and a labelled span are the same: to the letter, by half of both together, by any letter. */
const SAME = {
  exact: (a, b) => a.start === b.start && a.end === b.end,
  'half (IoU >= .5)': (a, b) => overlap(a, b) * 2 >= Math.max(a.end, b.end) - Math.min(a.start, b.start),
  overlap: (a, b) => overlap(a, b) > 0,
}

const overlap = (a, b) => Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start))

/** Spans of names and addresses against `pii`, none of whose rows was trained on, and ordinary prompts that are flagged. */
export function measure() {
  const detector = createNamesDetector()
  const rows = rowsOf('pii').map((one) => ({ ...one, findings: detector.scan(one.text, 0, true).findings }))
  const table = []
  for (const [name, type, labels, reach] of TYPES) {
    for (const [how, isSame] of Object.entries(SAME)) {
      table.push(...spans(`${name}, ${how}`, rows, type, labels, isSame, how.startsWith('half') ? reach : undefined))
    }
    const half = SAME['half (IoU >= .5)']
    for (const [group, some] of groups(rows)) {
      table.push(...spans(`${name}, half, ${group}`, some, type, labels, half).slice(0, 1))
    }
  }
  for (const [name, reach] of [
    ['benign_general', '<= .030'],
    ['benign_hard', undefined],
  ]) {
    // What was trained on flatters: the part that was kept aside is the figure.
    const aside = rowsOf(name).filter(({ text }) => isAside(text))
    for (const [what, isOne] of [
      ['', () => true],
      [', person', (one) => one.type === 'pii.person'],
      [', address', (one) => one.type === 'pii.address'],
    ]) {
      const hits = aside.filter(({ text }) => detector.scan(text, 0, true).findings.some(isOne)).length
      table.push(row(`${name} kept aside, flagged${what}`, share(hits, aside.length), what === '' ? reach : undefined))
    }
  }
  return table
}

function* groups(rows) {
  // A third of the wordings was never looked at while our own sentences were written.
  yield ['wordings not looked at', rows.filter(({ template }) => isUnseen(template))]
  yield ['identities of presidio-research', rows.filter(({ source }) => source.includes('presidio'))]
  for (const locale of [...new Set(rows.map((one) => one.locale))].filter(Boolean).sort()) {
    yield [locale, rows.filter((one) => one.locale === locale)]
  }
}

function isUnseen(template) {
  return BigInt(`0x${createHash('sha256').update(template).digest('hex')}`) % 3n === 0n
}

function spans(name, rows, type, labels, isSame, reach) {
  let hits = 0
  let found = 0
  let right = 0
  let labelled = 0
  for (const { spans, findings } of rows) {
    const wanted = spans.filter((one) => labels.has(one.type))
    const got = findings.filter((one) => one.type === type)
    labelled += wanted.length
    found += got.length
    hits += wanted.filter((one) => got.some((other) => isSame(one, other))).length
    right += got.filter((one) => wanted.some((other) => isSame(one, other))).length
  }
  const recall = hits / labelled
  const precision = right / found
  return [
    row(`${name}: F1`, ((2 * recall * precision) / (recall + precision)).toFixed(3), reach),
    row(`${name}: recall`, share(hits, labelled)),
    row(`${name}: precision`, share(right, found)),
  ]
}
