import { createRemoteWordDetector } from '@ostiary/testkit'
import { describe, expect, it } from 'vitest'
import {
  DetectorFailed,
  type Elsewhere,
  type Finding,
  type FindingType,
  type PlacedRemote,
  type RemoteDetector,
  type Standing,
  type TextPart,
} from '../spec/index.js'
import { createElsewhere } from './elsewhere.js'

const PERSON = createRemoteWordDetector(new Map([['Ann', 'pii.person']]))
const PHONE = { ...createRemoteWordDetector(new Map([['555-0100', 'pii.phone']])), name: 'phones' }

function placed(detector: RemoteDetector, more: Partial<PlacedRemote> = {}): PlacedRemote {
  return { detector, whenIll: 'closed', timeoutMs: 1000, ...more }
}

/** A detector whose answer is made up. */
function saying(inspect: RemoteDetector['inspect'], more: Partial<RemoteDetector> = {}): RemoteDetector {
  return { ...PERSON, name: 'made-up', inspect, ...more }
}

function said(text: string): Pick<TextPart, 'role' | 'text'> {
  return { role: 'user', text }
}

interface Ask {
  readonly labels?: readonly string[]
  readonly wanted?: readonly FindingType[]
  readonly signal?: AbortSignal
}

async function look(detectors: readonly PlacedRemote[], texts: readonly string[], ask: Ask = {}): Promise<Elsewhere> {
  const wanted = new Set(ask.wanted ?? (['pii.person', 'pii.phone'] as const))
  const looks = createElsewhere(detectors)?.(wanted)
  if (looks === undefined) throw new Error('nobody looks')
  return await looks(texts.map(said), ask.labels ?? [], ask.signal ?? new AbortController().signal)
}

function failure(code: string, detector = 'made-up'): Elsewhere['failed'] {
  return [{ detector, why: code, whenIll: 'closed' }]
}

const person = (start: number, end: number, score = 1): Finding => ({ start, end, type: 'pii.person', score })

describe('who looks', () => {
  it('is nobody where nobody is elsewhere, or nobody yields what is wanted', () => {
    expect(createElsewhere([])).toBeUndefined()
    const looks = createElsewhere([placed(PERSON)])
    expect(looks?.(new Set(['pii.phone']))).toBeUndefined()
    expect(looks?.(new Set(['pii.person']))).toBeDefined()
  })

  it('is each detector that yields a wanted type, and no other', async () => {
    const both = [placed(PERSON), placed(PHONE)]
    const text = 'Ann: 555-0100'
    const phone: Finding = { start: 5, end: 13, type: 'pii.phone', score: 1 }
    expect((await look(both, [text])).findings).toEqual([[person(0, 3), phone]])
    expect((await look(both, [text], { wanted: ['pii.phone'] })).findings).toEqual([[phone]])
  })

  it('for injections, where that is configured, is asked only in doubt; for the rest as ever [local.detector]', async () => {
    let asked = 0
    const types = ['injection.high', 'pii.person'] as const
    const detector = saying(
      async (texts) => {
        asked += 1
        return texts.map(() => [])
      },
      { types },
    )
    const timesAsked = async (wanted: FindingType, isUnsure: boolean | undefined): Promise<number> => {
      asked = 0
      const looks = createElsewhere([placed(detector, { ifUnsure: true })])?.(new Set([wanted]))
      const answer = await looks?.([said('x')], [], new AbortController().signal, isUnsure)
      expect(answer).toEqual({ findings: [[]], failed: [] })
      return asked
    }
    expect(await timesAsked('injection.high', false)).toBe(0)
    expect(await timesAsked('injection.high', true)).toBe(1)
    expect(await timesAsked('injection.high', undefined)).toBe(1)
    expect(await timesAsked('pii.person', false)).toBe(1)
  })
})

describe('what is shown', () => {
  it('is each text once, none that is empty, and well-formed', async () => {
    const shown: string[][] = []
    const detector = saying(async (texts) => {
      shown.push([...texts])
      return texts.map(() => [person(0, 1)])
    })
    const { findings } = await look([placed(detector)], ['one', '', 'two', 'one', '\ud800'])
    expect(shown).toEqual([['one', 'two', '\ufffd']])
    expect(findings).toEqual([[person(0, 1)], [], [person(0, 1)], [person(0, 1)], [person(0, 1)]])
  })

  it('is cut where it is long, and findings have their places in the whole: one that two windows show is one', async () => {
    const text = `${'so it was '.repeat(30)}Ann, ${'and on it went '.repeat(30)}Ann`
    const shown: string[] = []
    const detector = saying(async (texts, signal) => {
      shown.push(...texts)
      return await PERSON.inspect(texts, signal)
    })
    const { findings } = await look([placed(detector)], [text])
    expect(findings).toEqual([[person(300, 303), person(text.length - 3, text.length)]])
    expect(shown.length).toBeGreaterThan(10)
    for (const window of shown) expect(window.length).toBeLessThanOrEqual(PERSON.textMax)
    const seen = shown.filter((window) => window.includes('Ann')).length
    expect(seen).toBeGreaterThanOrEqual(2)
  })

  it('is whole where a finding is: windows that were found one after the other are one finding', async () => {
    const text = 'nothing but evil '.repeat(20)
    const detector = saying(async (texts) => texts.map((one) => [person(0, one.length, 0.5)]))
    expect((await look([placed(detector)], [text])).findings).toEqual([[person(0, text.length, 0.5)]])
  })

  it('is said to be data or of the system where it is, in each of its windows, and shown whatever its label where it stays here', async () => {
    const shown: [text: string, standing: Standing | undefined][] = []
    const detector = saying(
      async (texts, _, standings) => {
        for (const [index, text] of texts.entries()) shown.push([text, standings?.[index]])
        return texts.map(() => [])
      },
      { textMax: 16, labelsWithin: 'all' },
    )
    const looks = createElsewhere([placed(detector)])?.(new Set(['pii.person']))
    const parts = [
      { role: 'user', text: 'words' },
      { role: 'tool', text: 'data' },
      { role: 'assistant', text: 'both' },
      { role: 'system', text: 'system' },
      { role: 'tool', text: 'data in two windows' },
      { role: 'tool', text: 'both' },
      { role: 'user', text: 'system' },
      { role: 'tool', text: 'system' },
    ] as const
    const answer = await looks?.(parts, ['secret'], new AbortController().signal)
    expect(answer?.failed).toEqual([])
    expect(shown.slice(0, 4)).toEqual([
      ['words', 'words'],
      ['data', 'data'],
      ['both', 'data'],
      ['system', 'system'],
    ])
    expect(shown.slice(4).map(([, standing]) => standing)).toEqual(['data', 'data'])
  })

  it('is nothing above the label that a detector may see: there it failed [content.labels-max]', async () => {
    let asked = 0
    const detector = saying(async (texts) => {
      asked++
      return texts.map(() => [])
    })
    const at = (labels: readonly string[]): Promise<Elsewhere> => look([placed(detector)], ['x'], { labels })
    expect((await at([])).failed).toEqual([])
    expect((await at(['public', 'internal'])).failed).toEqual([])
    expect(asked).toBe(2)
    for (const labels of [['confidential'], ['public', 'restricted'], ['of-no-known-height']]) {
      expect((await at(labels)).failed).toEqual(failure('LABELS'))
    }
    expect(asked).toBe(2)
  })
})

describe('a detector fails [content.remote-failed]', () => {
  const failing = async (inspect: RemoteDetector['inspect']): Promise<Elsewhere> =>
    look([placed(saying(inspect), { timeoutMs: 30 }), placed(PHONE)], ['x 😀'])

  it.each<[string, string, RemoteDetector['inspect']]>([
    ['that says so', 'STATUS_500', () => Promise.reject(new DetectorFailed('STATUS_500'))],
    ['that rejects with anything', 'RangeError', () => Promise.reject(new RangeError('the text was x'))],
    [
      'that throws at once',
      'TypeError',
      () => {
        throw new TypeError('the text was x')
      },
    ],
    ['that does not answer', 'TIMEOUT', () => new Promise(() => undefined)],
    ['that says too little', 'ANSWER_INVALID', async () => []],
    ['that says too much', 'ANSWER_INVALID', async () => [[], []]],
    ['with a span that begins before the text', 'ANSWER_INVALID', async () => [[person(-1, 1)]]],
    ['with a span that ends behind it', 'ANSWER_INVALID', async () => [[person(0, 5)]]],
    ['with an empty span', 'ANSWER_INVALID', async () => [[person(1, 1)]]],
    ['with a span that is turned round', 'ANSWER_INVALID', async () => [[person(2, 1)]]],
    ['with half an offset', 'ANSWER_INVALID', async () => [[person(0.5, 1)]]],
    ['with no offset', 'ANSWER_INVALID', async () => [[person(Number.NaN, 1)]]],
    ['that cuts a character in half', 'ANSWER_INVALID', async () => [[person(0, 3)]]],
    ['with a score above 1', 'ANSWER_INVALID', async () => [[person(0, 1, 1.5)]]],
    ['with no score', 'ANSWER_INVALID', async () => [[person(0, 1, Number.NaN)]]],
    ['with a type that is not its own', 'ANSWER_INVALID', async () => [[{ ...person(0, 1), type: 'pii.iban' }]]],
  ])('%s', async (_, code, inspect) => {
    expect(await failing(inspect)).toEqual({ findings: [[]], failed: failure(code) })
  })

  it('and what the others found is there all the same', async () => {
    const ill = saying(() => Promise.reject(new DetectorFailed('STATUS_502')))
    expect(await look([placed(ill, { whenIll: 'open' }), placed(PERSON)], ['Ann'])).toEqual({
      findings: [[person(0, 3)]],
      failed: [{ detector: 'made-up', why: 'STATUS_502', whenIll: 'open' }],
    })
  })

  it('and is told that nobody waits: when it is late, when it failed, when the caller left', async () => {
    const told: AbortSignal[] = []
    const deaf = saying((_, signal) => {
      told.push(signal)
      return new Promise(() => undefined)
    })
    await look([placed(deaf, { timeoutMs: 20 })], ['x'])
    const left = new AbortController()
    const looking = look([placed(deaf, { timeoutMs: 60_000 })], ['x'], { signal: left.signal })
    left.abort()
    expect((await looking).failed).toEqual(failure('ABORTED'))
    expect((await look([placed(deaf)], ['x'], { signal: AbortSignal.abort() })).failed).toEqual(failure('ABORTED'))
    expect(told.map(({ aborted }) => aborted)).toEqual([true, true, true])
  })
})
