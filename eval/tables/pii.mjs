import { createHash } from 'node:crypto'
import { allDetectors } from '../../packages/gateway/dist/compose/detectors.js'
import { rowsOf } from '../data.mjs'
import { row, share } from '../figures.mjs'

export const title = 'Personal data with a form of its own'

/** What a labelled type is called here. */
const MEANS = {
  CREDIT_CARD: 'pii.card',
  DATE_OF_BIRTH: 'pii.birth-date',
  EMAIL_ADDRESS: 'pii.email',
  IBAN_CODE: 'pii.iban',
  IP_ADDRESS: 'pii.ip',
  PASSPORT: 'pii.passport',
  PHONE_NUMBER: 'pii.phone',
  US_DRIVER_LICENSE: 'pii.national-id',
  US_SSN: 'pii.national-id',
}
/** Some rows call the day somebody was born on a date and no more. */
const ALSO = { DATE_TIME: 'pii.birth-date' }
const TYPES = [...new Set([...Object.values(MEANS), 'pii.crypto', 'pii.mac'])].sort()

const overlaps = (a, b) => a.start < b.end && b.start < a.end
const same = (a, b) => a.start === b.start && a.end === b.end

/**
 * Recall: labelled spans that a finding of their type overlaps. Precision: findings that overlap a labelled span of theirs. A third
 * of the templates was set aside and not looked at row by row while the detectors were written: they are told apart.
 */
export function measure() {
  const detectors = allDetectors().filter(({ types }) => types.some((type) => TYPES.includes(type)))
  const find = (text) =>
    detectors.flatMap((one) => one.scan(text, 0, true).findings).filter(({ type }) => TYPES.includes(type))
  const recall = new Map()
  const precision = new Map()
  const count = (map, key, hit) => {
    const [hits, of] = map.get(key) ?? [0, 0]
    map.set(key, [hits + (hit ? 1 : 0), of + 1])
  }
  for (const { text, spans, source, template } of rowsOf('pii')) {
    const findings = find(text)
    const part = isAside(source, template) ? 'set aside' : 'seen'
    for (const span of spans) {
      const type = MEANS[span.type]
      if (type === undefined) continue
      const mine = findings.filter((one) => one.type === type)
      const hit = mine.some((one) => overlaps(one, span))
      for (const key of [span.type, 'all', part]) count(recall, key, hit)
      count(
        recall,
        'exact',
        mine.some((one) => same(one, span)),
      )
    }
    for (const one of findings) {
      const hit = spans.some((span) => (MEANS[span.type] ?? ALSO[span.type]) === one.type && overlaps(one, span))
      for (const key of [one.type, 'all', part]) count(precision, key, hit)
    }
  }
  const rows = [
    row('recall of spans, all types', share(...recall.get('all')), '>= .985'),
    row('... templates set aside', share(...recall.get('set aside'))),
    row('... with the very same start and end', share(...recall.get('exact'))),
    row('precision of findings, all types', share(...precision.get('all')), '>= .99'),
    row('... templates set aside', share(...precision.get('set aside'))),
  ]
  for (const type of Object.keys(MEANS)) {
    if (recall.has(type)) rows.push(row(`recall of ${type}`, share(...recall.get(type))))
  }
  for (const type of TYPES)
    if (precision.has(type)) rows.push(row(`precision of ${type}`, share(...precision.get(type))))
  for (const name of ['benign_general', 'benign_hard']) rows.push(...flagged(name, find))
  return rows
}

/** Shares of texts with a finding. The e-mails of `benign_hard` have senders, so addresses are told apart. */
function flagged(name, find) {
  const texts = rowsOf(name).map(({ text }) => text)
  const types = texts.map((text) => new Set(find(text).map(({ type }) => type)))
  const any = types.filter(({ size }) => size > 0).length
  const others = types.filter((found) => [...found].some((type) => type !== 'pii.email')).length
  return [
    row(`${name} flagged`, share(any, texts.length), name === 'benign_general' ? '<= .02' : ''),
    row(`... by anything but pii.email`, share(others, texts.length)),
  ]
}

/** One template in three, by a hash that no wording steers. */
function isAside(source, template) {
  return createHash('sha256').update(`${source}${template}`).digest()[0] % 3 === 0
}
