import { describe, expect, it } from 'vitest'
import type { Detector, FindingType, TextPart } from '../spec/index.js'
import { createInspect } from './inspect.js'

function part(text: string): TextPart {
  return { role: 'user', address: '/messages/0/content', text, isName: false, isJson: false }
}

/** Finds each `word` as a `type`. */
function finds(type: FindingType, word: string): Detector {
  return {
    name: type,
    types: [type],
    scan(text) {
      const findings = []
      for (let start = text.indexOf(word); start !== -1; start = text.indexOf(word, start + 1)) {
        findings.push({ start, end: start + word.length, type, score: 1 })
      }
      return { findings, hold: text.length }
    },
  }
}

const sick: Detector = {
  name: 'sick',
  types: ['pii.iban'],
  scan(text) {
    if (text.includes('ill')) throw new TypeError(`cannot read ${text}`)
    return { findings: [], hold: text.length }
  },
}

describe('inspectParts', () => {
  const inspect = createInspect([finds('pii.email', 'bcd'), finds('pii.card', 'ab'), finds('secret.aws', 'x'), sick])

  it('clean: no parts, and the tokens of all of them', () => {
    expect(inspect([part('12345'), part('')])).toEqual({
      kind: 'clean',
      parts: [],
      findings: [],
      counts: new Map(),
      promptTokens: 2,
    })
    expect(inspect([])).toMatchObject({ kind: 'clean', promptTokens: 0 })
  })

  it('found: only parts with findings, overlaps and all, sorted', () => {
    expect(inspect([part('none'), part('x abcd'), part('ab')])).toEqual({
      kind: 'found',
      parts: [
        {
          index: 1,
          findings: [
            { start: 0, end: 1, type: 'secret.aws', score: 1 },
            { start: 2, end: 4, type: 'pii.card', score: 1 },
            { start: 3, end: 6, type: 'pii.email', score: 1 },
          ],
        },
        { index: 2, findings: [{ start: 0, end: 2, type: 'pii.card', score: 1 }] },
      ],
      findings: ['pii', 'pii.card', 'pii.email', 'secret', 'secret.aws'],
      counts: new Map([
        ['pii.card', 2],
        ['secret.aws', 1],
        ['pii.email', 1],
      ]),
      promptTokens: 3,
    })
  })

  it('failed: whose illness it is, and nothing of the text [content.illness]', () => {
    expect(inspect([part('ab'), part('I am ill')])).toEqual({
      kind: 'failed',
      detector: 'sick',
      why: 'TypeError',
      promptTokens: 3,
    })
    expect(inspect([part('ab'), part('I am well')]).kind).toBe('found')
  })
})
