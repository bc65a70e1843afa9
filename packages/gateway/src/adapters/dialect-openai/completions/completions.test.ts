import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { GONE } from '../../../../test/guards.js'
import { lensAt } from '../../../../test/lens.js'
import { eventsIn, guarded, WORD, wordGuard } from '../../../../test/openai-events.js'
import type { RequestView } from '../../../spec/dialect.js'
import { createOpenAiDialect } from '../dialect.js'

const lens = lensAt(createOpenAiDialect(), '/v1/completions')
const transcript = (name: string): Buffer => readFileSync(new URL(`./corpus/${name}.chunks.txt`, import.meta.url))

function view(body: object): RequestView {
  const read = lens.read(Buffer.from(JSON.stringify({ model: 'm', ...body })))
  if (read.kind === 'refuse') throw new Error(read.forLog)
  return read.value
}

const seen = (body: object): string[] => view(body).parts.map(({ role, address, text }) => `${role} ${address} ${text}`)

describe('requests', () => {
  test('a prompt, several, and what is to come behind it', () => {
    expect(seen({ prompt: 'once', suffix: 'the end' })).toEqual(['user /prompt once', 'user /suffix the end'])
    expect(seen({ prompt: ['one', 'two'], extra: 'x' })).toEqual([
      'user /prompt/0 one',
      'user /prompt/1 two',
      'unknown /extra extra',
      'unknown /extra x',
    ])
  })

  test.each([[[1, 2, 3]], [[[1], [2, 3]]], [['text', [1]]], [[null]]])('tokens are read by nobody: %j', (prompt) => {
    expect(view({ prompt }).uninspectable).toEqual(['/prompt'])
  })

  test('no tokens', () => {
    expect(view({ prompt: [] }).uninspectable).toEqual([])
    expect(view({}).uninspectable).toEqual([])
  })

  test('stream, tokens, and usage that was not asked for', () => {
    const read = view({ prompt: 'x', stream: true, max_tokens: 5 })
    expect([read.stream, read.maxTokens, read.hasSystemMessage, read.hasEffects, read.takesSystem]).toEqual([
      ...[true, 5, false, false, false],
    ])
    expect(read.saysUsage).toBe(false)
    const asked = JSON.parse(String(read.edit({ model: 'other', edits: [], askUsage: true })))
    expect(asked).toEqual({
      model: 'other',
      prompt: 'x',
      stream: true,
      max_tokens: 5,
      stream_options: { include_usage: true },
    })
  })

  test.each([{ prompt: 7 }, { stream: 'yes' }, { max_tokens: 1.5 }, { model: '' }, { stream_options: [] }])(
    '%j is refused',
    (body) => {
      expect(lens.read(Buffer.from(JSON.stringify({ model: 'm', prompt: 'x', ...body })))).toMatchObject({
        kind: 'refuse',
        code: 'invalid_request',
      })
    },
  )
})

describe('streams', () => {
  test('choices stay apart, what is held goes out before a choice ends', () => {
    const texts = new Map<number, string>()
    for (const event of eventsIn(guarded(lens.openStream({ guard: wordGuard }), [transcript('choices-and-usage')]))) {
      for (const { index, text } of event['choices'] as { index: number; text: string }[]) {
        texts.set(index, (texts.get(index) ?? '') + text)
      }
    }
    expect(texts).toEqual(
      new Map([
        [0, `one ${GONE}`],
        [1, `two ${GONE}`],
      ]),
    )
    const half = (text: string, finish: string | null): string =>
      `data: ${JSON.stringify({ id: 'cmpl-1', choices: [{ index: 0, text, finish_reason: finish }] })}\n\n`
    const whole = Buffer.from(
      `${half('a PASS', null)}data: {"choices":[{"index":0,"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`,
    )
    const [, ours] = eventsIn(guarded(lens.openStream({ guard: wordGuard }), [whole]))
    expect(ours).toMatchObject({ choices: [{ index: 0, text: 'PASS', finish_reason: null }] })
  })

  test.each([undefined, wordGuard])('usage is told, and what was sent for it alone can go', (guard) => {
    const stream = lens.openStream({ guard, dropUsage: true })
    const text = guarded(stream, [transcript('choices-and-usage')])
    expect(stream.usage).toEqual({ inputTokens: 4, outputTokens: 9 })
    expect(text).not.toContain('"choices":[]')
    expect(guarded(lens.openStream({ guard }), [transcript('choices-and-usage')])).toContain('"choices":[]')
  })

  test('probabilities do not say the text again', () => {
    const text = guarded(lens.openStream({ guard: wordGuard }), [transcript('logprobs')])
    expect(text).not.toContain('top_logprobs')
    expect(text).toContain('"logprobs":null')
  })
})

test('whole answers: an edit takes the probabilities with it', () => {
  const body = JSON.stringify({
    choices: [{ index: 0, text: WORD, logprobs: { tokens: ['PASS', 'WORD'], top_logprobs: [{ PASS: -1 }] } }],
  })
  const read = lens.readAnswer(Buffer.from(body))
  if (read.kind === 'refuse') throw new Error(read.forLog)
  const index = read.value.parts.findIndex(({ text }) => text === WORD)
  expect(JSON.parse(String(read.value.edit([{ index, text: GONE }])))).toEqual({
    choices: [{ index: 0, text: GONE, logprobs: null }],
  })
})
