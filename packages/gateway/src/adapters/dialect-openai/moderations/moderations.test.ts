import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../../test/lens.js'
import type { RequestView } from '../../../spec/dialect.js'
import { createOpenAiDialect } from '../dialect.js'

const lens = lensAt(createOpenAiDialect(), '/v1/moderations')

function view(body: string): RequestView {
  const read = lens.read(Buffer.from(body))
  if (read.kind === 'refuse') throw new Error(read.forLog)
  return read.value
}

describe('the model', () => {
  test('is the provider\u2019s own choice where the body leaves it out, and can be named then', () => {
    const read = view('{"input":"x"}')
    expect(read.model).toBe('omni-moderation-latest')
    const edit = (model: string | undefined): string => String(read.edit({ model, edits: [] }))
    expect(edit(undefined)).toBe('{"input":"x"}')
    expect(edit('other')).toBe('{"model":"other","input":"x"}')
    expect(view('{"model":"m","input":"x"}').model).toBe('m')
  })

  test.each(['null', '7', '""'])('may not be %s', (model) => {
    const read = lens.read(Buffer.from(`{"model":${model},"input":"x"}`))
    expect(read).toMatchObject({ kind: 'refuse', code: 'invalid_request', param: 'model' })
  })
})

describe('input', () => {
  test.each([
    ['"one"', ['user /input one']],
    ['["one","two"]', ['user /input/0 one', 'user /input/1 two']],
    ['[{"type":"text","text":"one"}]', ['user /input/0/text one']],
  ])('%s', (input, wanted) => {
    const { parts, uninspectable } = view(`{"input":${input}}`)
    expect(parts.map(({ role, address, text }) => `${role} ${address} ${text}`)).toEqual(wanted)
    expect(uninspectable).toEqual([])
  })

  test.each([
    '{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}',
    '{"type":"video","video":"x"}',
    '{"type":"text","text":"x","image_url":"y"}',
  ])('%s is read by nobody', (part) => {
    expect(view(`{"input":[{"type":"text","text":"x"},${part}]}`).uninspectable).toEqual(['/input/1'])
  })
})

test('verdicts say nothing, and what stands beside them is text', () => {
  const read = lens.readAnswer(
    Buffer.from(
      JSON.stringify({
        id: 'modr-1',
        model: 'omni-moderation-2024-09-26',
        results: [
          {
            flagged: true,
            categories: { 'violence/graphic': true },
            category_scores: { 'violence/graphic': 0.9 },
            category_applied_input_types: { 'violence/graphic': ['image', 'text'] },
            excerpt: 'words',
          },
        ],
      }),
    ),
  )
  if (read.kind === 'refuse') throw new Error(read.forLog)
  expect(read.value.parts.map(({ text, isName }) => [text, isName])).toEqual([
    ['excerpt', true],
    ['words', false],
  ])
  expect(read.value.usage).toBeUndefined()
})
