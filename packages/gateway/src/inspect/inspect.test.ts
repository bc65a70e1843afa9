import fc from 'fast-check'
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
    return { findings, unsure: parts.map(({ text }) => text.includes('perhaps')) }
  },
  beside: (parts) => `${parts.length}`,
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
    for (const findings of [[], [[]]]) {
      const short = { ...ofBodies, inspect: () => ({ findings, unsure: [] }) }
      expect(place('closed', short)([part('ab')], ALL_WANTED)).toMatchObject({
        kind: 'failed',
        failed: [{ why: 'RangeError' }],
      })
    }
  })
})

describe('a text that came before', () => {
  const long = (text: string): string => `${text} ${'and so it goes on. '.repeat(4)}`

  /** Finds `word`, and writes down what it was asked about. */
  function asked(type: FindingType, word: string): { readonly detector: Detector; readonly texts: string[] } {
    const texts: string[] = []
    const { scan, ...rest } = finds(type, word)
    return {
      texts,
      detector: {
        ...rest,
        scan(text, from, ended) {
          texts.push(text)
          if (text.includes('ill')) throw new TypeError('ill')
          return scan(text, from, ended)
        },
      },
    }
  }

  it('is not looked at again for the same subject, and the same is said of it [inspect.remembered]', () => {
    const { detector, texts } = asked('pii.card', 'ab')
    const inspect = createInspect([{ detector, whenIll: 'closed' }])
    const before = [part(long('ab')), part(long('xy'))]
    const first = inspect(before, ALL_WANTED, undefined, 'ann')
    expect(first.counts.get('pii.card')).toBe(1)
    expect(inspect(before, ALL_WANTED, undefined, 'ann')).toEqual(first)
    expect(texts).toHaveLength(2)
    const more = inspect([part('new'), ...before], ALL_WANTED, undefined, 'ann')
    expect(more.parts).toEqual([{ index: 1, findings: first.parts[0]?.findings }])
    expect(texts).toEqual([long('ab'), long('xy'), 'new'])
  })

  it('is looked at again for another subject, for nobody, for other findings, and in another instance', () => {
    const { detector, texts } = asked('pii.card', 'ab')
    const inspect = createInspect([{ detector, whenIll: 'closed' }])
    inspect([part(long('ab'))], ALL_WANTED, undefined, 'ann')
    inspect([part(long('ab'))], ALL_WANTED, undefined, 'bob')
    inspect([part(long('ab'))], ALL_WANTED)
    inspect([part(long('ab'))], new Set<FindingType>(['pii.card']), undefined, 'ann')
    createInspect([{ detector, whenIll: 'closed' }])([part(long('ab'))], ALL_WANTED, undefined, 'ann')
    expect(texts).toHaveLength(5)
    // Neither is one that only its end, or a letter that is none, tells from it.
    inspect([part(`${long('ab')}c`)], ALL_WANTED, undefined, 'ann')
    for (const letter of ['\ud800', '\udfff', '\ufffd']) inspect([part(long(letter))], ALL_WANTED, undefined, 'ann')
    expect(texts).toHaveLength(9)
  })

  it('is looked at again where a detector failed: open, or closed', () => {
    for (const whenIll of ['open', 'closed'] as const) {
      const { detector, texts } = asked('pii.card', 'ab')
      const inspect = createInspect([{ detector, whenIll }])
      for (let times = 0; times < 3; times++) {
        expect(inspect([part(long('ill'))], ALL_WANTED, undefined, 'ann').kind).toBe('failed')
      }
      expect(texts).toHaveLength(3)
    }
  })

  it('keeps to itself what was found elsewhere, and what others stood beside it', () => {
    const person: Finding = { start: 9, end: 10, type: 'pii.person', score: 0.9 }
    const inspect = createInspect(
      [{ detector: finds('pii.card', 'ab'), whenIll: 'closed' }],
      [{ detector: ofBodies, whenIll: 'closed' }],
    )
    const seen = { findings: [[person]], failed: [] }
    expect(inspect([part(long('ab'))], ALL_WANTED, seen, 'ann').counts.get('pii.person')).toBe(1)
    const alone = inspect([part(long('ab'))], ALL_WANTED, undefined, 'ann')
    expect(alone.parts[0]?.findings.map(({ end, type }) => [type, end])).toEqual([
      ['injection.low', 1],
      ['pii.card', 2],
    ])
    const beside = inspect([part('x'), part(long('ab'))], ALL_WANTED, undefined, 'ann')
    expect(beside.parts[1]?.findings.map(({ end, type }) => [type, end])).toEqual([
      ['pii.card', 2],
      ['injection.low', 2],
    ])
    const doubted = long('perhaps')
    expect(inspect([part(doubted)], ALL_WANTED, undefined, 'ann').isUnsure).toBe(true)
    expect(inspect([part(doubted)], ALL_WANTED, undefined, 'ann').isUnsure).toBe(true)
  })

  it('is forgotten when many others have come', () => {
    const { detector, texts } = asked('pii.card', 'ab')
    const inspect = createInspect([{ detector, whenIll: 'closed' }])
    const one = [part(long('first'))]
    inspect(one, ALL_WANTED, undefined, 'ann')
    for (let n = 0; n < 20_000; n++) inspect([part(long(`other ${n}`))], ALL_WANTED, undefined, 'ann')
    inspect(one, ALL_WANTED, undefined, 'ann')
    expect(texts).toHaveLength(20_002)
  })

  it('gives what a look gives that remembers nothing, whatever bodies come [inspect.remembered]', () => {
    const words = fc.constantFrom('ab', 'x', 'perhaps', 'bcd', 'word', '\ud800')
    const text = fc.array(words, { maxLength: 30 }).map((some) => some.join(' '))
    const bodies = fc.array(fc.array(fc.tuple(text, fc.constantFrom('user', 'tool', 'system')), { maxLength: 5 }), {
      maxLength: 12,
    })
    const detectors = [finds('pii.email', 'bcd'), finds('pii.card', 'ab')]
    const placed = detectors.map((detector) => ({ detector, whenIll: 'closed' as const }))
    const create = (): ReturnType<typeof createInspect> =>
      createInspect(placed, [{ detector: ofBodies, whenIll: 'closed' }])
    fc.assert(
      fc.property(bodies, (all) => {
        const inspect = create()
        const known = all.map((body) => body.map(([said, role]): TextPart => ({ ...part(said), role })))
        for (const body of [...known, ...known]) {
          expect(inspect(body, ALL_WANTED, undefined, 'ann')).toEqual(inspect(body, ALL_WANTED))
        }
      }),
    )
  })
})
