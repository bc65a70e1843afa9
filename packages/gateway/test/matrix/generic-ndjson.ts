import { COMMON, USER } from './declared-fields.js'
import { absent, inThree, type Row, type Surface, said } from './fields.js'

const MODEL = 'llama3.2'
const ask = (more: object): object => ({ model: MODEL, messages: [USER], stream: false, ...more })
const saying = (more: object): object => ask({ messages: [USER, more] })
const called = (args: object): object => ({ function: { name: 'open', arguments: args } })

const OLLAMA_REQUEST: Row = {
  ...COMMON,
  system: [(text) => saying({ role: 'system', content: said(text) })],
  user: [(text) => saying({ role: 'user', content: said(text) })],
  assistant: [(text) => saying({ role: 'assistant', content: said(text) })],
  tools: [(text) => ask({ tools: [{ type: 'function', function: { name: 'open', description: said(text) } }] })],
  arguments: [(text) => saying({ role: 'assistant', content: '', tool_calls: [called({ key: [said(text)] })] })],
  results: [(text) => saying({ role: 'tool', content: said(text), tool_name: 'open' })],
  reasoning: [(text) => saying({ role: 'assistant', content: 'hi', thinking: said(text) })],
  probabilities: absent('only answers have them'),
  structured: [(text) => ask({ format: { type: 'object', description: said(text) } })],
  unknown: [(text) => ask({ novel: { deep: [said(text)] } }), (text) => saying({ ...USER, novel: said(text) })],
  names: [(text) => ask({ novel: { [said(text)]: 1 } })],
  otherFiles: [() => saying({ ...USER, images: ['iVBORw0KGgo='] })],
  errors: absent('only answers have them'),
}

const whole = (message: object, more: object = {}): object => ({
  model: MODEL,
  created_at: '2024-08-04T08:52:19.385406455-07:00',
  message: { role: 'assistant', content: '', ...message },
  done: true,
  done_reason: 'stop',
  prompt_eval_count: 3,
  eval_count: 4,
  ...more,
})
const likelihood = (text: string): object => ({
  logprobs: (said(text).match(/.{1,4}/g) ?? []).map((token) => ({
    token,
    logprob: -0.5,
    bytes: [...Buffer.from(token)],
  })),
})

const OLLAMA_ANSWER: Row = {
  ...COMMON,
  system: absent('requests alone have it'),
  user: absent('requests alone have it'),
  tools: absent('requests alone have it'),
  results: absent('requests alone have it'),
  assistant: [(text) => whole({ content: said(text) })],
  arguments: [(text) => whole({ tool_calls: [called({ key: [said(text)] })] })],
  reasoning: [(text) => whole({ content: 'hi', thinking: said(text) })],
  probabilities: [(text) => whole({ content: said(text) }, likelihood(text))],
  bytes: [(text) => whole({ content: said(text) }, likelihood(text))],
  structured: [(text) => whole({ content: JSON.stringify({ key: text, is: 'here' }) })],
  unknown: [(text) => whole({ content: 'hi' }, { novel: { deep: [said(text)] } })],
  names: [(text) => whole({ content: 'hi' }, { novel: { [said(text)]: 1 } })],
  errors: [(text) => ({ error: said(text) })],
}

const line = (message: object, more: object = {}): object => ({
  model: MODEL,
  created_at: '2024-08-04T08:52:19.385406455-07:00',
  message: { role: 'assistant', content: '', ...message },
  done: false,
  ...more,
})
const LAST = whole({})
const grown = (make: (piece: string) => object) => (text: string) => [
  ...inThree(text).map((one) => line(make(one))),
  LAST,
]

const OLLAMA_STREAM: Row = {
  ...OLLAMA_ANSWER,
  assistant: [grown((content) => ({ content }))],
  arguments: [(text) => [line({ tool_calls: [called({ key: [said(text)] })] }), LAST]],
  reasoning: [grown((thinking) => ({ thinking }))],
  probabilities: [(text) => [...inThree(text).map((content) => line({ content }, likelihood(content))), LAST]],
  bytes: [(text) => [...inThree(text).map((content) => line({ content }, likelihood(content))), LAST]],
  structured: [
    (text) => [
      line({ content: '{"is":"' }),
      ...inThree(text).map((content) => line({ content })),
      line({ content: '"}' }),
      LAST,
    ],
  ],
  unknown: [
    (text) => [line({ content: 'hi' }, { novel: { deep: [said(text)] } }), LAST],
    grown((novel) => ({ novel })),
  ],
  names: [(text) => [line({ content: 'hi' }, { novel: { [said(text)]: 1 } }), LAST]],
  events: absent('lines have no names'),
  errors: [(text) => [line({ content: 'hi' }), { error: said(text) }]],
}

export const GENERIC_NDJSON: Surface = {
  title: 'generic, lines of JSON (Ollama)',
  path: '/ollama/api/chat',
  model: MODEL,
  asking: ask({}),
  askingStream: ask({ stream: true }),
  streamType: 'application/x-ndjson',
  frame: (events) => Buffer.from(events.map((one) => `${JSON.stringify(one)}\n`).join('')),
  parse: (stream) =>
    stream
      .toString()
      .split('\n')
      .flatMap((one) => (one === '' ? [] : [JSON.parse(one)])),
  request: OLLAMA_REQUEST,
  answer: OLLAMA_ANSWER,
  stream: OLLAMA_STREAM,
}
