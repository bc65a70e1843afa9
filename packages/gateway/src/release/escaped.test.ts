import { describe, expect, it } from 'vitest'
import { cardDetector } from '../adapters/detector-card/detector.js'
import { emailDetector } from '../adapters/detector-email/detector.js'
import { ibanDetector } from '../adapters/detector-iban/detector.js'
import { FIRST } from '../adapters/detector-secrets/rules/first.js'
import { createPatternDetector } from '../patterns/detector.js'
import { type Act, type ActsByType, FINDING_TYPES, type FindingType } from '../spec/index.js'
import { createGuardFactory } from './guard.js'

const firstDetector = createPatternDetector({ name: 'first', rules: FIRST })
const DETECTORS = [cardDetector, emailDetector, ibanDetector, firstDetector].map((detector) => ({
  detector,
  whenIll: 'closed' as const,
}))
const ACTS: ActsByType = new Map(FINDING_TYPES.map((type): [FindingType, Act] => [type, 'redact']))

const PROTECTED: readonly (readonly [FindingType, string])[] = [
  ['pii.card', '4111111111111111'],
  ['pii.email', 'ann@example.com'],
  ['pii.iban', 'DE89370400440532013000'],
  ['pii.iban', 'NO9386011117947'],
  ['secret.aws', ['AK', 'IA', 'QYLPMN5HHHFPZAM2'].join('')],
  ['secret.github', ['gh', 'p_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('')],
  ['secret.openai', ['sk', '-proj-', 'a1B2c3D4e5F6g7H8i9J0'.repeat(7)].join('')],
]
const ESCAPES = [
  '\\n',
  '\\t',
  '\\r',
  '\\b',
  '\\f',
  '\\"',
  '\\\\',
  '\\u000a',
  '\\u000A',
  '\\u00ea',
  '\\u0009',
  '\\ud83d\\ude00',
  '\\u0001',
]

function guarded(pieces: readonly string[]): string {
  const guard = createGuardFactory({ detectors: DETECTORS, acts: ACTS, onFinding: () => {}, onIll: () => {} })({
    name: 'channel',
    role: 'assistant',
    isJson: false,
  })
  let out = ''
  for (const piece of [...pieces, undefined]) {
    const said = piece === undefined ? guard.end() : guard.push(piece)
    if (typeof said !== 'string') throw new Error(said.forLog)
    out += said
  }
  return out
}

describe('what stands behind a JSON escape, as in the arguments of a tool call', () => {
  for (const spelt of ESCAPES) {
    it(`is found behind ${spelt}, and the escape stays whole, wherever the stream is cut`, () => {
      for (const [type, secret] of PROTECTED) {
        const text = `{"q":"line${spelt}${secret}${spelt}end"}`
        const judged = `{"q":"line${spelt}[redacted:${type}]${spelt}end"}`
        expect(guarded([text])).toBe(judged)
        expect(guarded([...text])).toBe(judged)
        for (let cut = 1; cut < text.length; cut++) expect(guarded([text.slice(0, cut), text.slice(cut)])).toBe(judged)
      }
    })
  }

  it('is no part of a word where no escape stands before it', () => {
    for (const text of ['line4111111111111111', 'xu000a4111111111111111', 'nDE89370400440532013000']) {
      expect(guarded([text])).toBe(text)
    }
  })
})
