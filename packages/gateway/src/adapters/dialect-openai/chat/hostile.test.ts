import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../../test/lens.js'
import { Intervals } from '../../../lens/parts.js'
import { createOpenAiDialect } from '../dialect.js'

const dialect = lensAt(createOpenAiDialect({ depthMax: 64, placesMax: 1000 }), '/v1/chat/completions')
const read = (body: unknown) => dialect.read(Buffer.from(JSON.stringify(body)))
const body = (more: object, message: object = {}) => ({
  model: 'm',
  messages: [{ role: 'user', content: 'hi', ...message }],
  ...more,
})

describe('a member that other readers take for a known one', () => {
  test.each([
    ['/Model', body({ Model: 'other' })],
    ['/STREAM', body({ STREAM: true })],
    ['/me\u017f\u017fages', body({ 'me\u017f\u017fages': [] })],
    ['/messages/0/Content', body({}, { Content: 'x' })],
  ])('%s is refused', (param, one) => {
    expect(read(one)).toMatchObject({ kind: 'refuse', code: 'invalid_request', param })
  })

  test('an unknown name is none, nor is a known one at another place', () => {
    expect(read(body({ models: 1, metadata: { Model: 'x' } }, { contents: 'x' })).kind).toBe('proceed')
  })
})

test('a body with more places than the limit is refused before anything is made of it', () => {
  expect(read(body({ x: Array.from({ length: 2000 }, () => 'a') }))).toMatchObject({
    kind: 'refuse',
    code: 'invalid_request',
  })
  expect(read(body({ x: Array.from({ length: 500 }, () => 'a') })).kind).toBe('proceed')
})

test('a model name is compared with the list of models, so it is no text however it is spelt', () => {
  const view = read({ ...body({}), model: 'a model with spaces' })
  expect(view.kind === 'proceed' && view.value.parts.map((part) => part.text)).toEqual(['hi'])
})

test('what calls itself ciphertext and is prose is text', () => {
  const texts = (value: string): readonly string[] => {
    const view = read(body({}, { encrypted_content: value }))
    return view.kind === 'proceed' ? view.value.parts.map((part) => part.text) : []
  }
  expect(texts('my card number is')).toContain('my card number is')
  expect(texts('gAAAAABk-x_y/z+0==')).not.toContain('gAAAAABk-x_y/z+0==')
})

test('an empty finish_reason finishes nothing', () => {
  const lens = dialect.openStream({ guard: () => ({ push: (text) => text, end: () => '', held: 0 }) })
  const event = (content: string) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: '' }] })}\n\n`
  const out = lens.push(Buffer.from(event('a') + event('b')))
  expect(Buffer.isBuffer(out) ? out.toString() : out.code).toBe(event('a') + event('b'))
})

test('intervals hold what lies within one of them, however they nest', () => {
  const intervals = new Intervals([
    { start: 50, end: 60 },
    { start: 10, end: 40 },
    { start: 12, end: 14 },
  ])
  for (const [start, end] of [
    [10, 40],
    [20, 30],
    [12, 14],
    [50, 60],
  ] as const)
    expect(intervals.hold(start, end)).toBe(true)
  for (const [start, end] of [
    [0, 5],
    [41, 45],
    [55, 61],
    [5, 12],
  ] as const)
    expect(intervals.hold(start, end)).toBe(false)
  expect(new Intervals([]).hold(0, 0)).toBe(false)
})
