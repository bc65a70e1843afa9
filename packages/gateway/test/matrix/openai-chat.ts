import {
  absent,
  argumentsInThree,
  argumentsOf,
  bytesOf,
  inBase64,
  inThree,
  nothing,
  type Row,
  type Surface,
  said,
  tokensOf,
} from './fields.js'
import { framed, parsed } from './sse.js'

const MODEL = 'gpt'
const USER = { role: 'user', content: 'good morning' }
const ask = (more: object): object => ({ model: MODEL, messages: [USER], ...more })
const saying = (...messages: readonly object[]): object => ({ model: MODEL, messages: [USER, ...messages] })
const file = (data: string): object =>
  saying({ role: 'user', content: [{ type: 'file', file: { filename: 'keys', file_data: data } }] })

const REQUEST: Row = {
  system: [
    (text) => saying({ role: 'system', content: said(text) }),
    (text) => saying({ role: 'developer', content: [{ type: 'text', text: said(text) }] }),
  ],
  user: [
    (text) => saying({ role: 'user', content: said(text) }),
    (text) => saying({ role: 'user', content: [{ type: 'text', text: said(text) }], name: 'erika' }),
  ],
  assistant: [
    (text) => saying({ role: 'assistant', content: said(text) }),
    (text) => ask({ prediction: { type: 'content', content: said(text) } }),
  ],
  tools: [
    (text) => ask({ tools: [{ type: 'function', function: { name: 'open', description: said(text) } }] }),
    (text) => ask({ tools: [tool({ type: 'object', properties: { key: { type: 'string', default: said(text) } } })] }),
    (text) => ask({ functions: [{ name: 'open', description: said(text), parameters: {} }] }),
  ],
  arguments: [
    (text) => saying({ role: 'assistant', tool_calls: [called(argumentsOf(text))] }),
    (text) =>
      saying({
        role: 'assistant',
        tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'o', input: said(text) } }],
      }),
    (text) => saying({ role: 'assistant', function_call: { name: 'open', arguments: argumentsOf(text) } }),
  ],
  results: [
    (text) => saying({ role: 'tool', tool_call_id: 'c', content: said(text) }),
    (text) => saying({ role: 'function', name: 'open', content: said(text) }),
  ],
  reasoning: [
    (text) => saying({ role: 'assistant', content: 'hi', reasoning_content: said(text) }),
    (text) =>
      saying({ role: 'assistant', content: 'hi', reasoning_details: [{ type: 'reasoning.text', text: said(text) }] }),
  ],
  refusals: [
    (text) => saying({ role: 'assistant', refusal: said(text) }),
    (text) => saying({ role: 'assistant', content: [{ type: 'refusal', refusal: said(text) }] }),
  ],
  citations: [(text) => saying({ role: 'assistant', content: 'hi', annotations: [cited(said(text))] })],
  probabilities: absent('only answers have them'),
  bytes: absent('only answers have them'),
  choices: absent('only answers have them'),
  structured: [
    (text) =>
      ask({
        response_format: { type: 'json_schema', json_schema: { name: 'keys', schema: { description: said(text) } } },
      }),
  ],
  labels: [
    (text) => ask({ stop: [text] }),
    (text) => ask({ user: said(text) }),
    (text) => ask({ metadata: { key: said(text) } }),
    (text) => saying({ role: 'user', content: 'hi', name: text }),
  ],
  unknown: [
    (text) => ask({ novel: { deep: [said(text)] } }),
    (text) => saying({ role: 'user', content: 'hi', novel: said(text) }),
  ],
  names: [(text) => ask({ novel: { [said(text)]: 1 } })],
  textFiles: [
    (text) => file(`data:text/plain;base64,${inBase64(said(text))}`),
    (text) => file(`data:application/json;base64,${inBase64(JSON.stringify({ key: text }))}`),
  ],
  otherFiles: [
    (text) => file(`data:application/pdf;base64,${inBase64(`%PDF-1.7 ${text}`)}`),
    () => saying({ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.example/a.png' } }] }),
    () => saying({ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }] }),
    (text) => saying({ role: 'user', content: [{ type: 'novel', novel: said(text) }] }),
  ],
  kept: [
    () => saying({ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }),
    () => saying({ role: 'assistant', audio: { id: 'audio_1' } }),
  ],
  input: absent('another endpoint'),
  events: absent('only streams have events'),
  errors: absent('only answers have them'),
}

function tool(parameters: object): object {
  return { type: 'function', function: { name: 'open', parameters } }
}

function called(args: string): object {
  return { id: 'c', type: 'function', function: { name: 'open', arguments: args } }
}

function cited(title: string): object {
  return { type: 'url_citation', url_citation: { url: 'https://x.example', title, start_index: 0, end_index: 2 } }
}

const ENVELOPE = { id: 'chatcmpl-1', created: 1, model: 'gpt-5-mini' }
const USAGE = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }

function answer(message: object, more: object = {}): object {
  const whole = { role: 'assistant', content: 'hi', ...message }
  const choices = [{ index: 0, message: whole, finish_reason: 'stop', ...more }]
  return { ...ENVELOPE, object: 'chat.completion', choices, usage: USAGE }
}

const likely = (token: string, bytes: boolean): object => ({
  token,
  logprob: -0.5,
  bytes: bytes ? bytesOf(token) : null,
  top_logprobs: [{ token, logprob: -0.5, bytes: bytes ? bytesOf(token) : null }],
})
const likelihood = (tokens: readonly string[], bytes: boolean): object => ({
  content: tokens.map((token) => likely(token, bytes)),
  refusal: null,
})
/** A token that says nothing, so that its bytes alone could tell. */
const mute = (token: string): object => ({ ...likely('?', false), bytes: bytesOf(token) })

const ANSWER: Row = {
  ...nothing('requests alone have it'),
  assistant: [(text) => answer({ content: said(text) })],
  arguments: [
    (text) => answer({ content: null, tool_calls: [called(argumentsOf(text))] }),
    (text) => answer({ tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'open', input: said(text) } }] }),
  ],
  reasoning: [(text) => answer({ reasoning_content: said(text) }), (text) => answer({ reasoning: said(text) })],
  refusals: [(text) => answer({ content: null, refusal: said(text) })],
  citations: [(text) => answer({ annotations: [cited(said(text))] })],
  probabilities: [(text) => answer({ content: said(text) }, { logprobs: likelihood(tokensOf(text), false) })],
  bytes: [(text) => answer({ content: said(text) }, { logprobs: { content: tokensOf(text).map(mute) } })],
  choices: [
    (text) => {
      const second = { index: 1, message: { role: 'assistant', content: said(text) }, finish_reason: 'stop' }
      const first = answer({}) as { readonly choices: readonly object[] }
      return { ...first, choices: [...first.choices, second] }
    },
  ],
  structured: [(text) => answer({ content: JSON.stringify({ keys: [{ key: text, is: 'here' }] }) })],
  unknown: [(text) => answer({ novel: said(text) }), (text) => ({ ...answer({}), novel: { deep: [said(text)] } })],
  names: [(text) => answer({ novel: { [said(text)]: 1 } })],
  otherFiles: [
    (text) =>
      answer({ content: null, audio: { id: 'audio_1', data: 'c291bmQ=', transcript: said(text), expires_at: 1 } }),
  ],
  input: absent('another endpoint'),
  events: absent('only streams have events'),
  errors: [(text) => ({ error: { message: said(text), type: 'invalid_request_error', param: null, code: null } })],
}

interface Choice {
  readonly index?: number
  readonly finish_reason?: string
  readonly logprobs?: object
  readonly novel?: string
}

function chunk(delta: object, { index = 0, ...more }: Choice = {}): object {
  const choices = [{ index, delta, finish_reason: null, ...more }]
  return { ...ENVELOPE, object: 'chat.completion.chunk', choices }
}

const STOP = chunk({}, { finish_reason: 'stop' })
const grows = (make: (piece: string, at: number) => object) => (text: string) => [
  chunk({ role: 'assistant', content: '' }),
  ...inThree(text).map((piece, at) => chunk(make(piece, at))),
  STOP,
]

function calls(pieces: readonly string[]): readonly object[] {
  const piece = (args: string): object => chunk({ tool_calls: [{ index: 0, function: { arguments: args } }] })
  const begun = chunk({ tool_calls: [{ ...called(''), index: 0, function: { name: 'open', arguments: '' } }] })
  return [begun, ...pieces.map(piece), STOP]
}

const STREAM: Row = {
  ...nothing('requests alone have it'),
  assistant: [grows((content) => ({ content }))],
  arguments: [(text) => calls(argumentsInThree(text))],
  reasoning: [grows((piece) => ({ reasoning_content: piece })), grows((piece) => ({ reasoning: piece }))],
  refusals: [grows((refusal) => ({ refusal }))],
  citations: [(text) => [chunk({ content: 'hi', annotations: [cited(said(text))] }), STOP]],
  probabilities: [
    (text) => [
      ...tokensOf(text).map((token) => chunk({ content: token }, { logprobs: likelihood([token], false) })),
      STOP,
    ],
  ],
  bytes: [
    (text) => [
      ...tokensOf(text).map((token) => chunk({ content: token }, { logprobs: { content: [mute(token)] } })),
      STOP,
    ],
  ],
  choices: [
    (text) => [
      ...inThree(text).flatMap((piece) => [chunk({ content: 'hi ' }), chunk({ content: piece }, { index: 1 })]),
      STOP,
      chunk({}, { index: 1, finish_reason: 'stop' }),
    ],
  ],
  structured: [grows((content, at) => ({ content: [`{"is":"`, '', ''][at] + content + ['', '', '"}'][at] }))],
  unknown: [
    grows((novel) => ({ novel })),
    (text) => [chunk({ content: 'hi' }), { ...chunk({}), novel: said(text) }, STOP],
  ],
  names: [(text) => [chunk({ content: 'hi', novel: { [said(text)]: 1 } }), STOP]],
  otherFiles: [
    (text) => [...inThree(text).map((transcript) => chunk({ audio: { id: 'a', data: 'c291bmQ=', transcript } })), STOP],
  ],
  input: absent('another endpoint'),
  events: [(text) => [chunk({ content: 'hi' }), { event: 'novel', data: chunk({ content: said(text) }) }, STOP]],
  errors: [(text) => [chunk({ content: 'hi' }), { error: { message: said(text), type: 'server_error' } }]],
}

export const OPENAI_CHAT: Surface = {
  title: 'OpenAI chat completions',
  path: '/v1/chat/completions',
  model: MODEL,
  asking: ask({}),
  askingStream: ask({ stream: true }),
  streamType: 'text/event-stream',
  frame: (events) => framed(events, false, 'data: [DONE]\n\n'),
  parse: parsed,
  calls,
  attaching: (base64) => file(`data:text/plain;base64,${base64}`),
  request: REQUEST,
  answer: ANSWER,
  stream: STREAM,
}
