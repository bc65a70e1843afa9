import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../../test/lens.js'
import type { RequestView } from '../../../spec/dialect.js'
import { createOpenAiDialect } from '../dialect.js'

const dialect = createOpenAiDialect()
const lens = lensAt(dialect, '/v1/embeddings')

function view(body: object): RequestView {
  const read = lens.read(Buffer.from(JSON.stringify({ model: 'm', ...body })))
  if (read.kind === 'refuse') throw new Error(read.forLog)
  return read.value
}

const seen = (body: object): string[] => view(body).parts.map(({ role, address, text }) => `${role} ${address} ${text}`)

test('it is an action of its own', () => {
  expect(dialect.endpoints.find(({ path }) => path === '/v1/embeddings')?.action).toBe('embed')
  expect(lens.streamType).toBeUndefined()
})

describe('input', () => {
  test('one text, several, and what nobody knows', () => {
    expect(seen({ input: 'one', user: 'ann@example.com' })).toEqual([
      'user /input one',
      'unknown /user ann@example.com',
    ])
    expect(seen({ input: ['one', 'two'], note: 'x' })).toEqual([
      'user /input/0 one',
      'user /input/1 two',
      'unknown /note note',
      'unknown /note x',
    ])
  })

  test.each([[[1, 2]], [[[1, 2], [3]]], [['a', 7]], [[{ type: 'image_url', image_url: { url: 'x' } }]]])(
    '%j is read by nobody',
    (input) => {
      expect(view({ input }).uninspectable).toEqual(['/input'])
    },
  )

  test('edits go where the texts stand, and nowhere else', () => {
    const body = '{"input" : ["one", "two"],\n "model":"m", "dimensions": 1.0e2}'
    const read = lens.read(Buffer.from(body))
    if (read.kind === 'refuse') throw new Error(read.forLog)
    expect(String(read.value.edit({ model: undefined, edits: [{ index: 1, text: '2' }] }))).toBe(
      body.replace('"two"', '"2"'),
    )
  })
})

test('an answer is numbers or their bytes, and what it says beside them is text', () => {
  const answer = (embedding: unknown): string[] => {
    const body = {
      object: 'list',
      model: 'm',
      data: [{ object: 'embedding', index: 0, embedding }],
      usage: { prompt_tokens: 3, total_tokens: 3 },
    }
    const read = lens.readAnswer(Buffer.from(JSON.stringify(body)))
    if (read.kind === 'refuse') throw new Error(read.forLog)
    expect(read.value.usage).toEqual({ inputTokens: 3, outputTokens: 0 })
    return read.value.parts.map(({ text }) => text)
  }
  expect(answer([0.25, -1])).toEqual([])
  expect(answer('AACAPwAAAEA=')).toEqual([])
  expect(answer('words, not bytes')).toEqual(['words, not bytes'])
})
