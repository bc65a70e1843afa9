import { expect, test } from 'vitest'
import { embeddingsBody, vectorsIn } from './wire.js'

const answer = (data: unknown): Buffer => Buffer.from(JSON.stringify({ object: 'list', data }))
const numbers = (body: Buffer, count: number): unknown => vectorsIn(body, count)?.map((one) => [...one])

test('texts are asked about by the name of the model', () => {
  expect(JSON.parse(String(embeddingsBody('m', ['one', 'two "x"'])))).toEqual({ model: 'm', input: ['one', 'two "x"'] })
})

test('vectors come in the order of the texts', () => {
  const data = [
    { index: 1, embedding: [0, 1] },
    { index: 0, embedding: [1, 0.5] },
  ]
  expect(numbers(answer(data), 2)).toEqual([
    [1, 0.5],
    [0, 1],
  ])
  expect(numbers(answer([{ embedding: [1] }, { embedding: [2] }]), 2)).toEqual([[1], [2]])
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['no JSON', Buffer.from('<html>')],
  ['no data', Buffer.from('{}')],
  ['no list', answer('AAAA')],
  ['too few', answer([])],
  ['too many', answer([{ embedding: [1] }, { embedding: [1] }])],
  ['another place', answer([{ index: 1, embedding: [1] }])],
  ['no place', answer([{ index: '0', embedding: [1] }])],
  ['no vector', answer([{ index: 0 }])],
  ['bytes', answer([{ index: 0, embedding: 'AACAPw==' }])],
  ['an empty vector', answer([{ index: 0, embedding: [] }])],
  ['no direction', answer([{ index: 0, embedding: [0, 0] }])],
  ['no number', answer([{ index: 0, embedding: [1, null] }])],
  ['what no float holds', answer([{ index: 0, embedding: [1e300, 1] }])],
  ['too long a vector', answer([{ index: 0, embedding: Array(20_000).fill(1) }])],
])('%s is no answer about one text', (_, body) => {
  expect(vectorsIn(body, 1)).toBeUndefined()
})
