import fc from 'fast-check'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { promptBytes, promptLeast } from '../../budgets/prompt.js'
import type { TextPart } from '../../spec/index.js'
import { createTokenCounter, type TokenCounter } from './counter.js'
import { piecesOf } from './pieces.js'

const exactly = (text: string): number => countTokens(text, { disallowedSpecial: new Set() })
const part = (text: string): TextPart => ({ role: 'user', address: '', text, isName: false, isJson: false })
const PROSE = 'The quick brown fox, having jumped over 12345 lazy dogs; said: "well\n\tdone" – 統計によると 🦊. '
const NO_LIMIT = Number.POSITIVE_INFINITY

const texts = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.constantFrom(' ', '\n', 'a', 'Zeit', '12', '{', '");', 'é', '🦊', '統計', '/'), { maxLength: 200 })
    .map((all) => all.join('')),
)

describe('counting tokens [limits.prompt-count]', () => {
  let counter: TokenCounter

  beforeAll(() => {
    counter = createTokenCounter({ timeoutMs: 20_000 })
  })

  afterAll(() => counter.close())

  test('is exact for prose, of whatever length', async () => {
    const long = PROSE.repeat(500)
    expect(await counter.count([PROSE, '', 'hi'], NO_LIMIT)).toBe(exactly(PROSE) + exactly('hi'))
    expect(await counter.count([long], NO_LIMIT)).toBe(exactly(long))
  })

  test('takes marks of the vocabulary for the texts that they are', async () => {
    expect(await counter.count(['<|endoftext|>'], NO_LIMIT)).toBe(exactly('<|endoftext|>'))
    expect(exactly('<|endoftext|>')).toBeGreaterThan(1)
  })

  test('stops beyond the limit', async () => {
    const tokens = await counter.count([PROSE.repeat(5000)], 100)
    expect(tokens).toBeGreaterThan(100)
    expect(tokens).toBeLessThan(3000)
  })

  test('a megabyte without a break is counted in time, for a few tokens too many', async () => {
    const word = 'ab1'.repeat(350_000)
    const began = performance.now()
    const tokens = (await counter.count([word], NO_LIMIT)) ?? 0
    expect(performance.now() - began).toBeLessThan(20_000)
    const true10th = exactly('ab1'.repeat(35)) * 10_000
    expect(tokens).toBeGreaterThanOrEqual(true10th * 0.98)
    expect(tokens).toBeLessThanOrEqual(true10th * 1.1)
  })

  test('answers each with its own', async () => {
    const all = Array.from({ length: 20 }, (_, index) => 'word '.repeat(index))
    expect(await Promise.all(all.map((text) => counter.count([text], NO_LIMIT)))).toEqual(all.map(exactly))
  })
})

test('the bounds hold: no text has more tokens than bytes, nor less than its plain words [limits.prompt-bounds]', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const tokens = exactly(text)
      expect(promptBytes([part(text)])).toBeGreaterThanOrEqual(tokens)
      expect(promptLeast([part(text)])).toBeLessThanOrEqual(tokens)
    }),
    { numRuns: 1000 },
  )
  expect(promptLeast([part(PROSE)])).toBeGreaterThan(10)
})

test('pieces are the text, and never give less than it [limits.prompt-count]', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        texts,
        texts.map((text) => text.repeat(20)),
      ),
      (text) => {
        const pieces = piecesOf(text)
        expect(pieces.join('')).toBe(text)
        for (const piece of pieces) expect(/\S{130}|\s{130}/.test(piece)).toBe(false)
        const sum = pieces.reduce((all, piece) => all + exactly(piece), 0)
        expect(sum).toBeGreaterThanOrEqual(exactly(text) - pieces.length)
        expect(sum).toBeLessThanOrEqual(exactly(text) + 3 * pieces.length)
      },
    ),
  )
})

describe('a counter that does not answer [limits.prompt-count]', () => {
  test('is given up in time, and the next is counted by another', async () => {
    const hasty = createTokenCounter({ timeoutMs: 400 })
    const slow = hasty.count(['ab1'.repeat(20_000_000)], NO_LIMIT)
    const next = hasty.count(['hi there'], NO_LIMIT)
    expect(await slow).toBeUndefined()
    expect(await next).toBe(2)
    await hasty.close()
    expect(await hasty.count(['hi'], NO_LIMIT)).toBeUndefined()
  })

  test('and so are those that too many wait before', async () => {
    const counter = createTokenCounter()
    const all = Array.from({ length: 70 }, () => counter.count(['hi'], NO_LIMIT))
    expect((await Promise.all(all)).filter((one) => one === undefined)).toHaveLength(6)
    await counter.close()
  })

  test('goes when it has nothing to do, and comes again', async () => {
    const counter = createTokenCounter({ idleMs: 1 })
    expect(await counter.count(['hi'], NO_LIMIT)).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await counter.count(['hi'], NO_LIMIT)).toBe(1)
    await counter.close()
  })
})
