import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc, decoded, encoded, event, framed, type Message } from '../../../../test/event-stream.js'
import { run, wordGuard } from '../../../../test/guards.js'
import { lensAt } from '../../../../test/lens.js'
import type { StreamLens } from '../../../spec/dialect.js'
import { createBedrockDialect } from '../dialect.js'

const lens = lensAt(createBedrockDialect(), '/bedrock/model/{model}/converse-stream')
const guarded = (): StreamLens => lens.openStream({ guard: wordGuard })
const watched = (): StreamLens => lens.openStream({ guard: undefined })
const both = [
  ['guarded', guarded],
  ['watched', watched],
] as const

const said = (text: string): Buffer => event('contentBlockDelta', { contentBlockIndex: 0, delta: { text } })
const END = Buffer.concat([event('messageStop', { stopReason: 'end_turn' }), event('metadata', { usage: {} })])

describe.each(both)('%s', (_how, open) => {
  test('any changed bit is a refusal, and nothing of that message passes', () => {
    const [before, broken] = [said('one'), said('two and three')]
    for (let at = 0; at < broken.length * 8; at += 5) {
      const changed = Buffer.from(broken)
      changed[at >> 3] = (changed[at >> 3] as number) ^ (1 << (at & 7))
      const { bytes, refusal } = run(open(), [before, changed, END])
      // A length that grew is waited for, within its limit, and what comes does not fit it.
      expect(refusal?.code, `bit ${at}`).toBe('upstream_failed')
      expect(decoded(bytes)).toHaveLength(1)
    }
  })

  test.each([
    ['no length', 0, 0],
    ['less than a message has', 15, 0],
    ['headers that outgrow it', 64, 49],
    ['a gigabyte', 1 << 30, 0],
    ['four gigabytes', 0xffffffff, 0],
    ['headers without end', 1 << 20, 1 << 19],
  ])('a length that cannot be is a refusal at once: %s', (_what, total, headers) => {
    const prelude = Buffer.alloc(12)
    prelude.writeUInt32BE(total)
    prelude.writeUInt32BE(headers, 4)
    prelude.writeUInt32BE(crc(prelude.subarray(0, 8)), 8)
    expect(open().push(prelude)).toMatchObject({ code: 'upstream_failed' })
  })

  test('a message in a thousand pieces passes whole, and no piece of one does', () => {
    const whole = Buffer.concat([said('a'.repeat(900)), END])
    const stream = open()
    const out: Buffer[] = []
    for (const byte of whole) {
      const got = stream.push(Buffer.from([byte]))
      expect(Buffer.isBuffer(got)).toBe(true)
      if (Buffer.isBuffer(got) && got.length > 0) {
        expect(decoded(got)).toHaveLength(1)
        out.push(Buffer.from(got))
      }
    }
    expect(Buffer.concat(out)).toEqual(whole)
  })

  test('the stream ends behind the usage, whatever follows', () => {
    const { bytes, refusal } = run(open(), [said('x'), END, said('more'), Buffer.from('and noise')])
    expect(refusal).toBeUndefined()
    expect(bytes).toEqual(Buffer.concat([said('x'), END]))
  })

  test('it may end behind its stop: usage is no part of the answer', () => {
    const stop = event('messageStop', { stopReason: 'end_turn' })
    expect(run(open(), [said('x'), stop])).toEqual({ bytes: Buffer.concat([said('x'), stop]), refusal: undefined })
    expect(run(open(), [said('x')]).refusal?.code).toBe('upstream_failed')
    // Usage before the stop ends nothing.
    expect(run(open(), [event('metadata', { usage: {} })]).refusal?.code).toBe('upstream_failed')
  })
})

test.each([
  ['a message of type error', { ':message-type': 'error', ':error-code': 'SECRET', ':error-message': 'SECRET' }],
  ['no type', { ':content-type': 'application/json', ':message-type': 'event' }],
  ['no message type', { ':event-type': 'messageStart', ':content-type': 'application/json' }],
  ['another content type', { ':event-type': 'messageStart', ':content-type': 'text/plain', ':message-type': 'event' }],
  ['an unknown event', { ':event-type': 'thought', ':content-type': 'application/json', ':message-type': 'event' }],
  [
    'an exception by the name of an event',
    { ':exception-type': 'contentBlockDelta', ':content-type': 'application/json', ':message-type': 'exception' },
  ],
])('what nobody can judge is dropped, counted, and passes unguarded: %s', (_what, headers) => {
  const odd = encoded({ headers: headers as Message['headers'], payload: '{"delta":{"text":"SECRET"}}' })
  const stream = guarded()
  expect(run(stream, [odd, END]).bytes).toEqual(END)
  expect(stream.dropped).toBe(1)
  const passes = run(watched(), [odd, END])
  expect(passes.bytes.subarray(0, odd.length)).toEqual(odd)
})

test('headers that say more are not passed on, whatever their types', () => {
  const known = { ':event-type': 'contentBlockDelta', ':content-type': 'application/json', ':message-type': 'event' }
  const payload = JSON.stringify({ contentBlockIndex: 0, delta: { text: 'hi' } })
  const plain = encoded({ headers: known, payload })
  const lines = plain.subarray(12, 12 + plain.readUInt32BE(4))
  const more: readonly number[][] = [
    [0],
    [1],
    [2, 9],
    [3, 0, 9],
    [4, 0, 0, 0, 9],
    [5, 0, 0, 0, 0, 0, 0, 0, 9],
    [6, 0, 2, 83, 69],
    [7, 0, 6, ...Buffer.from('SECRET')],
    [8, 0, 0, 0, 0, 0, 0, 0, 9],
    [9, ...new Array<number>(16).fill(7)],
  ]
  for (const value of more) {
    const odd = framed(Buffer.concat([Buffer.from([1, 120]), Buffer.from(value), lines]), Buffer.from(payload))
    const { bytes, refusal } = run(guarded(), [odd, END])
    expect(refusal).toBeUndefined()
    expect(decoded(bytes)[0]).toEqual({ headers: known, payload })
    expect(bytes.includes('SECRET')).toBe(false)
  }
})

test.each([
  ['cut off in a name', [200, 97]],
  ['without a value', [1, 97]],
  ['of no type', [1, 97, 10]],
  ['cut off in a length', [1, 97, 7, 0]],
  ['longer than there is', [1, 97, 7, 1, 0, 97]],
  ['cut off in a number', [1, 97, 4, 0, 0]],
  ['twice', [1, 97, 0, 1, 97, 1]],
])('headers that are none are a refusal: %s', (_what, line) => {
  const odd = framed(Buffer.from(line), Buffer.from('{}'))
  expect(run(guarded(), [odd, END]).refusal?.code).toBe('upstream_failed')
})

test('an edited message has its checksums, and its type', () => {
  const { bytes } = run(guarded(), [said('the SECRET of a é 🔑'), END])
  const [first] = decoded(bytes)
  expect(JSON.parse(first?.payload ?? '')).toEqual({ contentBlockIndex: 0, delta: { text: 'the [gone] of a é 🔑' } })
  expect(first?.headers).toMatchObject({ ':event-type': 'contentBlockDelta', ':message-type': 'event' })
})

test('any bytes at all: nothing throws, and nothing passes that is no message', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), (chunks) => {
      const { bytes, refusal } = run(
        watched(),
        chunks.map((one) => Buffer.from(one)),
      )
      expect(refusal?.code).toBe('upstream_failed')
      expect(bytes).toHaveLength(0)
    }),
  )
})
