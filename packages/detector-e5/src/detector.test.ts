import { describe, expect, it } from 'vitest'
import { createDetector } from './detector.js'
import type { Engine, Looked } from './engine.js'
import type { Answer } from './worker.js'

const THRESHOLDS = {
  person: 0.5,
  address: 0.5,
  planted: 0.5,
  injection: { low: 0.2, medium: 0.5, high: 0.8 },
  against: { low: 0.3, medium: 0.6, high: 0.95 },
}

/** Finds what it is asked for in the whole of a text, and keeps what it was asked. */
function engineOf(score = 0.9, wait: Promise<void> = Promise.resolve()): Engine & { readonly asked: Looked[] } {
  const asked: Looked[] = []
  return {
    asked,
    thresholds: THRESHOLDS,
    async look(looked): Promise<Answer> {
      const { asks, text } = looked
      asked.push(looked)
      await wait
      return Object.fromEntries(asks.map((ask) => [ask, [{ start: 0, end: text.length, score }]]))
    },
    close: async () => undefined,
  }
}

const forever = (): AbortSignal => new AbortController().signal

describe('the detector', () => {
  it('asks only for what it is to find, and of data for what is planted', async () => {
    const engine = engineOf()
    const detector = createDetector({ name: 'e5', types: ['pii.person', 'injection.high'], engines: [engine] })
    const found = await detector.inspect(['a', 'bc'], forever(), ['words', 'data'])
    expect(engine.asked.map(({ asks }) => asks)).toEqual([
      ['person', 'injection'],
      ['person', 'planted'],
    ])
    expect(found[1]?.map(({ end, type }) => [type, end])).toEqual([
      ['pii.person', 2],
      ['injection.high', 2],
    ])
    expect(detector.labelsWithin).toBe('all')
  })

  it('takes a text for words where nobody says that it is data', async () => {
    const engine = engineOf()
    await createDetector({ name: 'e5', types: ['injection.low'], engines: [engine] }).inspect(['a'], forever())
    expect(engine.asked.map(({ asks }) => asks)).toEqual([['injection']])
  })

  it('shows what the system says beside words, and judges neither that nor data by it', async () => {
    const engine = engineOf(0.9)
    const detector = createDetector({ name: 'e5', types: ['injection.low'], engines: [engine] })
    const texts = ['be brief', 'hello', 'rows', 'in French']
    const found = await detector.inspect(texts, forever(), ['system', 'words', 'data', 'system'])
    expect(engine.asked).toEqual([
      { text: 'hello', asks: ['injection', 'against'], charge: 'be brief\nin French' },
      { text: 'rows', asks: ['planted'], charge: 'be brief\nin French' },
    ])
    expect(found.map((all) => all.map(({ type }) => type))).toEqual([
      [],
      ['injection.high', 'injection.medium'],
      ['injection.high'],
      [],
    ])
  })

  it('looks for names in what the system says', async () => {
    const engine = engineOf()
    const detector = createDetector({ name: 'e5', types: ['pii.person', 'injection.low'], engines: [engine] })
    await detector.inspect(['a'], forever(), ['system'])
    expect(engine.asked.map(({ asks }) => asks)).toEqual([['person']])
  })

  it('grades an attack by its score', async () => {
    const grade = async (score: number) => {
      const detector = createDetector({ name: 'e5', types: ['injection.low'], engines: [engineOf(score)] })
      return (await detector.inspect(['a'], forever()))[0]?.map(({ type }) => type)
    }
    expect(await grade(0.19)).toEqual([])
    expect(await grade(0.2)).toEqual(['injection.low'])
    expect(await grade(0.5)).toEqual(['injection.medium'])
    expect(await grade(0.8)).toEqual(['injection.high'])
  })

  it('has failed where more wait than may, and serves those that wait [transformer.bounded]', async () => {
    let go = (): void => undefined
    const engine = engineOf(
      0.9,
      new Promise((resolve) => {
        go = resolve
      }),
    )
    const detector = createDetector({ name: 'e5', types: ['pii.person'], engines: [engine] })
    const asked = Array.from({ length: 20 }, () => detector.inspect(['a'], forever()))
    const settled = Promise.allSettled(asked)
    go()
    const outcomes = (await settled).map((one) => (one.status === 'rejected' ? one.reason.code : 'found'))
    // One at work, sixteen that wait.
    expect(outcomes).toEqual([...new Array<string>(17).fill('found'), 'OVERLOADED', 'OVERLOADED', 'OVERLOADED'])
  })

  it('gives up its place where nobody waits any more', async () => {
    let go = (): void => undefined
    const engine = engineOf(
      0.9,
      new Promise((resolve) => {
        go = resolve
      }),
    )
    const detector = createDetector({ name: 'e5', types: ['pii.person'], engines: [engine] })
    const first = detector.inspect(['a'], forever())
    const left = new AbortController()
    const second = detector.inspect(['b'], left.signal).catch((error: { code: string }) => error.code)
    left.abort()
    expect(await second).toBe('ABORTED')
    go()
    expect(await first).toHaveLength(1)
    expect(engine.asked).toHaveLength(1)
  })
})
