import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../../test/lens.js'
import type { AnswerView } from '../../../spec/dialect.js'
import { createOpenAiDialect } from '../dialect.js'

const dialect = lensAt(createOpenAiDialect(), '/v1/chat/completions')

function view(body: unknown): AnswerView {
  const got = dialect.readAnswer(Buffer.from(JSON.stringify(body)))
  if (got.kind === 'refuse') throw new Error(got.forLog)
  return got.value
}

function answer(message: object, more: object = {}): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-5-mini',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, logprobs: null, finish_reason: 'stop', ...more }],
    usage: { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 },
    service_tier: 'default',
    system_fingerprint: 'fp_1',
  }
}

describe('readAnswer', () => {
  test('gives every text of a choice', () => {
    const message = {
      content: 'said',
      refusal: 'refused',
      reasoning_content: 'thought',
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":"\\u0041"}' } }],
      annotations: [{ type: 'url_citation', url_citation: { url: 'https://example.com', title: 't', start_index: 0 } }],
      audio: { id: 'audio_1', data: 'AAAA', transcript: 'spoken', expires_at: 1 },
      odd: 'new',
    }
    expect(view(answer(message)).parts.map((one) => `${one.role} ${one.isName ? 'NAME' : one.text}`)).toEqual([
      ...['assistant said', 'assistant refused', 'reasoning thought', 'assistant f', 'tool-call {"a":"A"}'],
      ...['assistant https://example.com', 'assistant t', 'assistant spoken', 'unknown NAME', 'unknown new'],
    ])
  })

  test('gives the text of an error', () => {
    const error = { message: 'no such thing', type: 'invalid_request_error', param: null, code: 'not_found' }
    expect(view({ error }).parts.map((one) => one.address)).toEqual(['/error/message'])
  })

  test('tells usage where there is one', () => {
    expect(view(answer({})).usage).toEqual({ inputTokens: 12, outputTokens: 34 })
    expect(view({ error: { message: 'x' } }).usage).toBeUndefined()
  })

  test('of nothing edited is the same bytes', () => {
    const body = Buffer.from(JSON.stringify(answer({ content: 'é' }), null, 1))
    const got = dialect.readAnswer(body)
    expect(got.kind === 'proceed' && got.value.edit([])).toBe(body)
  })

  test('an edit takes with it what repeats the text', () => {
    const logprobs = { content: [{ token: 'SEC', bytes: [83], logprob: 0, top_logprobs: [] }], refusal: null }
    const speech = { id: 'audio_1', data: 'AAAA', transcript: 'SECRET', expires_at: 1 }
    const { parts, edit } = view(answer({ content: 'SECRET', audio: speech }, { logprobs }))
    expect(parts.map((one) => one.text)).toEqual(['SECRET', 'SECRET'])
    const edited = JSON.parse(String(edit([{ index: 0, text: '[gone]' }])))
    expect(edited.choices[0].logprobs).toBeNull()
    expect(edited.choices[0].message.content).toBe('[gone]')
    expect(edited.choices[0].message.audio.data).toBe('')
    expect(edited.usage.total_tokens).toBe(46)
  })

  test('a sentence in place of a token is text, and is gone with the rest once edited', () => {
    const logprobs = { content: [{ token: `no token ${'x'.repeat(40)}`, bytes: null, logprob: 0, top_logprobs: [] }] }
    const { parts, edit } = view(answer({ content: '' }, { logprobs }))
    expect(parts).toHaveLength(1)
    expect(JSON.parse(String(edit([{ index: 0, text: '[gone]' }]))).choices[0].logprobs).toBeNull()
  })

  test.each(['<html>', '', '[]', '"x"', '{"a":1,"a":2}'])('refuses %j', (body) => {
    expect(dialect.readAnswer(Buffer.from(body))).toMatchObject({ kind: 'refuse', code: 'upstream_failed' })
    expect(dialect.readAnswer(Buffer.from('{"a":1}')).kind).toBe('proceed')
  })
})
