import { describe, expect, it } from 'vitest'
import {
  ALL_WANTED,
  type BodyDetector,
  type Detector,
  type Finding,
  type FindingType,
  type TextPart,
  type Wanted,
} from '../spec/index.js'
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

/** Finds in each part how many there are beside it. */
const ofBodies: BodyDetector = {
  name: 'bodies',
  types: ['injection.low'],
  inspect(parts) {
    if (parts.some(({ text }) => text.includes('ill'))) throw new TypeError(`cannot read ${parts[0]?.text}`)
    const findings = parts.map(({ text }): readonly Finding[] =>
      text === '' ? [] : [{ start: 0, end: parts.length, type: 'injection.low', score: 1 }],
    )
    return { findings, isUnsure: parts.some(({ text }) => text.includes('perhaps')) }
  },
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
  const detectors = [finds('pii.email', 'bcd'), finds('pii.card', 'ab'), finds('secret.aws', 'x'), sick]
  const inspect = createInspect(detectors.map((detector) => ({ detector, whenIll: 'closed' })))

  it('clean: no parts, and the tokens of all of them', () => {
    expect(inspect([part('12345'), part('')], ALL_WANTED)).toEqual({
      kind: 'clean',
      parts: [],
      findings: [],
      counts: new Map(),
      promptTokens: 2,
      isUnsure: true,
    })
    expect(inspect([], ALL_WANTED)).toMatchObject({ kind: 'clean', promptTokens: 0 })
  })

  it('found: only parts with findings, overlaps and all, sorted', () => {
    expect(inspect([part('none'), part('x abcd'), part('ab')], ALL_WANTED)).toEqual({
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
      isUnsure: true,
    })
  })

  it('asks only those of whom somebody wants something [content.wanted]', () => {
    const wanted = { has: (type: FindingType) => type === 'pii.card' }
    expect(inspect([part('x abcd'), part('I am ill')], wanted)).toMatchObject({
      kind: 'found',
      findings: ['pii', 'pii.card'],
    })
    expect(inspect([part('x abcd')], { has: () => false })).toMatchObject({ kind: 'clean', promptTokens: 2 })
  })

  it('failed: whose illness it is, and nothing of the text [content.illness]', () => {
    expect(inspect([part('ab'), part('I am ill')], ALL_WANTED)).toMatchObject({
      kind: 'failed',
      failed: [{ detector: 'sick', why: 'TypeError', whenIll: 'closed' }],
      promptTokens: 3,
    })
    expect(inspect([part('ab'), part('I am well')], ALL_WANTED).kind).toBe('found')
  })

  it('failed all the same where that is let pass, with what the others found, and said once', () => {
    const open = createInspect([
      { detector: sick, whenIll: 'open' },
      { detector: finds('pii.card', 'ab'), whenIll: 'closed' },
    ])
    expect(open([part('ill ab'), part('ill'), part('ab')], ALL_WANTED)).toMatchObject({
      kind: 'failed',
      failed: [{ detector: 'sick', why: 'TypeError', whenIll: 'open' }],
      parts: [{ index: 0 }, { index: 2 }],
      findings: ['pii', 'pii.card'],
    })
  })

  it('joins what detectors elsewhere say of the same parts, their failures too', () => {
    const person: Finding = { start: 0, end: 1, type: 'pii.person', score: 0.9 }
    const found = inspect([part('ab'), part('c')], ALL_WANTED, { findings: [[person], [person]], failed: [] })
    expect(found).toMatchObject({
      kind: 'found',
      parts: [
        { index: 0, findings: [person, { type: 'pii.card' }] },
        { index: 1, findings: [person] },
      ],
      findings: ['pii', 'pii.card', 'pii.person'],
    })
    const failed = [{ detector: 'away', why: 'TIMEOUT', whenIll: 'closed' }] as const
    expect(inspect([part('ab')], ALL_WANTED, { findings: [[]], failed })).toMatchObject({ kind: 'failed', failed })
    expect(inspect([], ALL_WANTED, { findings: [], failed })).toMatchObject({ kind: 'failed', failed })
  })
})

describe('a detector of whole bodies', () => {
  const place = (whenIll: 'closed' | 'open', detector: BodyDetector = ofBodies): ReturnType<typeof createInspect> =>
    createInspect([{ detector: finds('pii.card', 'ab'), whenIll: 'closed' }], [{ detector, whenIll }])

  it('sees all parts at once, and what it finds joins what the others do', () => {
    expect(place('closed')([part('xyz'), part(''), part('ab')], ALL_WANTED)).toMatchObject({
      kind: 'found',
      parts: [
        { index: 0, findings: [{ end: 3, type: 'injection.low' }] },
        { index: 2, findings: [{ type: 'pii.card' }, { type: 'injection.low' }] },
      ],
    })
    expect(place('closed')([], ALL_WANTED).kind).toBe('clean')
  })

  it('is not asked where nobody could use what it finds [content.where-used]', () => {
    const inspect = place('closed')
    expect(inspect([part('ill ab')], new Set<FindingType>(['pii.card']))).toMatchObject({ kind: 'found' })
    expect(inspect([part('ab')], new Set<FindingType>(['injection.low'])).counts.get('injection.low')).toBe(1)
  })

  it('says whether it is sure: nobody is where it failed, is not there, or is not asked [local.detector]', () => {
    const sure = (text: string, from = place('open'), wanted: Wanted = ALL_WANTED): boolean =>
      !from([part('x'), part(text)], wanted).isUnsure
    expect(sure('ab')).toBe(true)
    expect(sure('perhaps')).toBe(false)
    expect(sure('ill')).toBe(false)
    expect(sure('ab', createInspect([]))).toBe(false)
    expect(sure('ab', place('open'), new Set<FindingType>(['pii.card']))).toBe(false)
  })

  it('fails as others do: closed, or open and told of [content.illness]', () => {
    const failed = [{ detector: 'bodies', why: 'TypeError', whenIll: 'closed' }]
    expect(place('closed')([part('ill')], ALL_WANTED)).toMatchObject({ kind: 'failed', failed })
    expect(place('open')([part('ill ab')], ALL_WANTED)).toMatchObject({
      kind: 'failed',
      parts: [{ findings: [{ type: 'pii.card' }] }],
    })
    const short = { ...ofBodies, inspect: () => ({ findings: [], isUnsure: false }) }
    expect(place('closed', short)([part('ab')], ALL_WANTED)).toMatchObject({
      kind: 'failed',
      failed: [{ why: 'RangeError' }],
    })
  })
})
