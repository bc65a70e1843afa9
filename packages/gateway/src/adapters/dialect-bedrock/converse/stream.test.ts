import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { channelsIn, decoded, encoded, event, exception } from '../../../../test/event-stream.js'
import { cut, GONE, run, WORD, wordGuard } from '../../../../test/guards.js'
import { lensAt } from '../../../../test/lens.js'
import type { ChannelKind } from '../../../spec/dialect.js'
import { refuse } from '../../../spec/refusal.js'
import { createBedrockDialect } from '../dialect.js'

const lens = lensAt(createBedrockDialect(), '/bedrock/model/{model}/converse-stream')
const open = () => lens.openStream({ guard: wordGuard })
const delta = (contentBlockIndex: number, said: object): Buffer =>
  event('contentBlockDelta', { contentBlockIndex, delta: said })
const start = (contentBlockIndex: number, said: object): Buffer =>
  event('contentBlockStart', { contentBlockIndex, start: said })
const stop = (contentBlockIndex: number): Buffer => event('contentBlockStop', { contentBlockIndex })
const END = Buffer.concat([event('messageStop', { stopReason: 'end_turn' }), event('metadata', { usage: {} })])

/** What it says, and how it ends. */
function saidBy(...events: readonly Buffer[]) {
  const stream = open()
  const { bytes, refusal } = run(stream, [...events, END])
  return { texts: channelsIn(bytes), events: decoded(bytes), refusal, dropped: stream.dropped }
}

describe('what is held goes out before what ends its channel', () => {
  test('a block that stops', () => {
    const { events } = saidBy(delta(0, { text: 'a SEC' }), stop(0))
    expect(events.map(({ headers }) => headers[':event-type'])).toEqual([
      ...['contentBlockDelta', 'contentBlockDelta', 'contentBlockStop', 'messageStop', 'metadata'],
    ])
    expect(JSON.parse(events[1]?.payload ?? '')).toEqual({ contentBlockIndex: 0, delta: { text: 'SEC' } })
  })

  test('blocks without a stop, at the stop of the message', () => {
    const { events, texts } = saidBy(
      delta(1, { toolUse: { input: '{"a":"SEC' } }),
      delta(0, { text: 'SEC' }),
      delta(2, { reasoningContent: { text: 'SE' } }),
    )
    expect(events.map(({ headers }) => headers[':event-type']).lastIndexOf('contentBlockDelta')).toBe(5)
    expect(Object.fromEntries(texts)).toMatchObject({
      'block 0/delta/text': 'SEC',
      'block 1/delta/toolUse/input': '{"a":"SEC',
      'block 2/delta/reasoningContent/text': 'SE',
    })
  })

  test('a failure: with what was held, then the failure, and nothing behind it', () => {
    const failed = exception('throttlingException', { message: 'slow down, SECRET' })
    const { events, texts, refusal } = saidBy(delta(0, { text: 'a SEC' }), failed, delta(0, { text: 'RET' }))
    expect(refusal).toBeUndefined()
    expect(events.at(-1)?.headers).toMatchObject({
      ':message-type': 'exception',
      ':exception-type': 'throttlingException',
    })
    expect(Object.fromEntries(texts)).toMatchObject({
      'block 0/delta/text': 'a SEC',
      'throttlingException/message': `slow down, ${GONE}`,
    })
  })
})

describe('a provider that lies', () => {
  test('a piece of a text behind the end of its block is a refusal', () => {
    expect(saidBy(delta(0, { text: 'SEC' }), stop(0), delta(0, { text: 'RET' })).refusal?.code).toBe('upstream_failed')
  })

  test.each([
    ['none', {}],
    ['a text', { contentBlockIndex: '0' }],
    ['half', { contentBlockIndex: 0.5 }],
    ['below nought', { contentBlockIndex: -1 }],
  ])('an index that is %s: dropped', (_what, index) => {
    const { texts, dropped } = saidBy(event('contentBlockDelta', { ...index, delta: { text: 'SECRET' } }))
    expect(dropped).toBe(1)
    expect(JSON.stringify([...texts])).not.toContain(WORD)
  })

  test('a text behind the stop of the message: dropped, though its block is new', () => {
    const stream = open()
    const { bytes } = run(stream, [delta(0, { text: 'a' }), event('messageStop', {}), delta(1, { text: 'SECRET' })])
    expect(stream.dropped).toBe(1)
    expect([...channelsIn(bytes).keys()]).toEqual(['block 0/delta/text'])
  })

  test('a second start of one block would give it another name: dropped', () => {
    const { texts, dropped } = saidBy(
      start(0, { toolUse: { toolUseId: 't', name: 'SEC' } }),
      start(0, { toolUse: { toolUseId: 't', name: 'RET' } }),
    )
    expect(dropped).toBe(1)
    expect(texts.get('block 0/start/toolUse/name')).toBe('SEC')
  })

  test('two tools have each its name', () => {
    const { texts, refusal } = saidBy(
      start(0, { toolUse: { toolUseId: 't', name: 'a SECRET tool' } }),
      start(1, { toolUse: { toolUseId: 'u', name: 'other' } }),
    )
    expect(refusal).toBeUndefined()
    expect(texts.get('block 0/start/toolUse/name')).toBe(`a ${GONE} tool`)
    expect(texts.get('block 1/start/toolUse/name')).toBe('other')
  })

  test('pieces in a member that the format does not have are one text', () => {
    const { texts } = saidBy(delta(0, { aside: { words: 'a SEC' } }), delta(0, { aside: { words: 'RET b' } }), stop(0))
    expect(texts.get('block 0/delta/aside/words')).toBe(`a ${GONE} b`)
  })

  test('the word as a member’s name is a refusal', () => {
    expect(saidBy(delta(0, { toolResult: [{ json: { SECRET: 1 } }] })).refusal?.code).toBe('obligation_failed')
  })

  test.each([
    ['no JSON', '{"contentBlockIndex":0,"delta":{"text":"SECRET'],
    ['a member twice', '{"contentBlockIndex":0,"delta":{"text":"a","text":"SECRET"}}'],
    ['half a pair', '{"contentBlockIndex":0,"delta":{"text":"\\ud83d"}}'],
    ['a list', '[]'],
  ])('a payload that is %s is a refusal', (_what, payload) => {
    const headers = {
      ':event-type': 'contentBlockDelta',
      ':content-type': 'application/json',
      ':message-type': 'event',
    }
    expect(run(open(), [encoded({ headers, payload }), END]).refusal?.code).toBe('upstream_failed')
  })
})

test('ciphertext and signatures stay as they are where they are spelt like it, and prose there is text', () => {
  const { texts } = saidBy(
    delta(0, { reasoningContent: { redactedContent: 'U0VDUkVU' } }),
    delta(1, { reasoningContent: { signature: 'a SECRET signature' } }),
  )
  expect(texts.get('block 0/delta/reasoningContent/redactedContent')).toBe('U0VDUkVU')
  expect(texts.get('block 1/delta/reasoningContent/signature')).toBe(`a ${GONE} signature`)
})

test('a signature over reasoning that was edited goes, and one over reasoning that was not stays', () => {
  const thought = (text: readonly string[]) =>
    saidBy(
      ...text.map((one) => delta(0, { reasoningContent: { text: one } })),
      delta(0, { reasoningContent: { signature: 'c2lnbmVk' } }),
      stop(0),
    ).texts.get('block 0/delta/reasoningContent/signature')
  expect(thought(['a SEC', 'RET'])).toBe('')
  expect(thought(['a SEC', 'OND'])).toBe('c2lnbmVk')
  expect(thought(['a SEC'])).toBe('c2lnbmVk')
})

test('each channel is told whose text it is', () => {
  const kinds: ChannelKind[] = []
  const stream = lens.openStream({
    guard(channel) {
      kinds.push(channel)
      return wordGuard()
    },
  })
  run(stream, [
    start(0, { toolUse: { toolUseId: 't', name: 'f' } }),
    delta(0, { toolUse: { input: '{}' } }),
    delta(1, { text: 'a' }),
    delta(2, { reasoningContent: { text: 'b' } }),
    delta(3, { toolResult: [{ text: 'c' }] }),
    delta(4, { citation: { title: 'd' } }),
  ])
  expect(kinds.map(({ role, isJson }) => [role, isJson])).toEqual([
    ['tool-call', false],
    ['tool-call', true],
    ['assistant', false],
    ['reasoning', false],
    ['tool', false],
    ['assistant', false],
  ])
})

test('a torn stream throws in the SDK: an exception with the code, and nothing that ends', () => {
  const stream = open()
  stream.push(delta(0, { text: 'a SEC' }))
  const [last, ...more] = decoded(stream.tear(refuse('content_blocked', 'log only')))
  expect(more).toEqual([])
  expect(last?.headers).toMatchObject({ ':message-type': 'exception', ':exception-type': 'modelStreamErrorException' })
  expect(JSON.parse(last?.payload ?? '')).toEqual({
    message: 'content_blocked: The content holds something that policy does not let pass.',
    originalStatusCode: 403,
    originalMessage: 'content_blocked',
  })
})

test('usage is read, what came from a cache too', () => {
  for (const guard of [undefined, wordGuard]) {
    const stream = lens.openStream({ guard })
    const usage = { inputTokens: 1, outputTokens: 2, cacheReadInputTokens: 30, cacheWriteInputTokens: 400 }
    run(stream, [event('messageStop', {}), event('metadata', { usage })])
    expect(stream.usage).toEqual({ inputTokens: 431, outputTokens: 2 })
  }
})

describe('in any cutting of any transcript', () => {
  const words = fc.array(fc.constantFrom('SEC', 'RET', 'SECRET', ' and ', '🔑', 'é', '\\u0053', '"', 'S'), {
    maxLength: 5,
  })
  const piece = fc.record({
    block: fc.nat(2),
    kind: fc.constantFrom('text', 'reasoning', 'result'),
    text: words.map((all) => all.join('')),
  })
  const said = (block: number, kind: string, text: string): Buffer => {
    if (kind === 'text') return delta(block, { text })
    return delta(block, kind === 'reasoning' ? { reasoningContent: { text } } : { toolResult: [{ text }] })
  }

  test('what passes is what a whole answer would say [stream.chunk-invariant]', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat()), (pieces, at) => {
        const whole = Buffer.concat([...pieces.map((one) => said(one.block, one.kind, one.text)), END])
        const { bytes, refusal } = run(open(), cut(whole, at))
        expect(refusal).toBeUndefined()
        const expected = [...channelsIn(whole)].map(([where, text]) => [where, text.replaceAll(WORD, GONE)])
        const read = [...channelsIn(bytes)]
        expect(read.filter(([, text]) => text !== '').sort()).toEqual(expected.filter(([, text]) => text !== '').sort())
        expect(bytes).toEqual(run(open(), [whole]).bytes)
      }),
      { numRuns: 300 },
    )
  })
})
