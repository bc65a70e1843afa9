import type { Finding } from '../../spec/index.js'
import { invalid, listIn, objectIn, type Protocol, type ProtocolOptions, scoreIn, typeOf } from './protocol.js'

const THRESHOLD = 0.5

/**
 * Presidio's analyzer, and what else speaks its `/analyze`: one text a call, spans in code points.
 *
 * It is asked for the configured entities alone. One that its installation has no recognizer for it does not look for, and does not
 * say so.
 */
export function presidio({ types, language, threshold = THRESHOLD }: ProtocolOptions): Protocol {
  const entities = [...types.keys()]
  return {
    path: '/analyze',
    batchMax: 1,
    request: ([text = '']) => ({ text, language, entities, score_threshold: threshold }),
    read(answer, [text = '']) {
      const unitOf = codeUnitsIn(text)
      const findings: Finding[] = []
      for (const one of listIn(answer)) {
        const { entity_type: entity, start, end, score } = objectIn(one)
        if (typeof entity !== 'string') throw invalid()
        const found = { start: unitOf(start), end: unitOf(end), score: scoreIn(score, 0) }
        if (found.start >= found.end) throw invalid()
        const meaning = types.get(entity)
        if (meaning === undefined || found.score < threshold) continue
        findings.push({ ...found, type: typeOf(meaning, found.score) })
      }
      return [findings]
    },
  }
}

/** Python counts code points, JavaScript UTF-16 code units: gives the latter for the former. Throws where there is no such place. */
function codeUnitsIn(text: string): (codePoints: unknown) => number {
  const units = /[\ud800-\udfff]/.test(text) ? unitsOf(text) : undefined
  const last = units === undefined ? text.length : units.length - 1
  return (at) => {
    if (typeof at !== 'number' || !Number.isInteger(at) || at < 0 || at > last) throw invalid()
    return units?.[at] ?? at
  }
}

/** Where each code point begins, and where the text ends. */
function unitsOf(text: string): readonly number[] {
  const units = [0]
  let at = 0
  for (const one of text) {
    at += one.length
    units.push(at)
  }
  return units
}
