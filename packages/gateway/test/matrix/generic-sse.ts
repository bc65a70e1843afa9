import { COMMON, USER } from './declared-fields.js'
import { absent, argumentsInThree, argumentsOf, inThree, type Row, type Surface, said } from './fields.js'
import { framed, parsed } from './sse.js'

const requested = (more: object): object => ({ model: 'command-a', messages: [USER], ...more })
const turn = (more: object): object => requested({ messages: [USER, more] })
const called = (args: string): object => ({
  id: 'open_1',
  type: 'function',
  function: { name: 'open', arguments: args },
})

const COHERE_REQUEST: Row = {
  ...COMMON,
  system: [(text) => turn({ role: 'system', content: said(text) })],
  user: [(text) => turn({ role: 'user', content: [{ type: 'text', text: said(text) }] })],
  assistant: [(text) => turn({ role: 'assistant', content: said(text) })],
  tools: [(text) => requested({ tools: [{ type: 'function', function: { name: 'open', description: said(text) } }] })],
  arguments: [(text) => turn({ role: 'assistant', tool_calls: [called(argumentsOf(text))] })],
  results: [
    (text) =>
      turn({ role: 'tool', tool_call_id: 'open_1', content: [{ type: 'document', document: { data: said(text) } }] }),
    (text) => requested({ documents: [{ data: { snippet: said(text) } }] }),
  ],
  reasoning: [(text) => turn({ role: 'assistant', tool_plan: said(text) })],
  citations: [
    (text) => turn({ role: 'assistant', content: 'hi', citations: [{ start: 0, end: 2, text: said(text) }] }),
  ],
  probabilities: absent('only answers have them'),
  structured: [
    (text) => requested({ response_format: { type: 'json_object', json_schema: { description: said(text) } } }),
  ],
  unknown: [(text) => requested({ novel: { deep: [said(text)] } })],
  names: [(text) => requested({ novel: { [said(text)]: 1 } })],
  otherFiles: [
    () => turn({ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.example/a.png' } }] }),
  ],
  errors: absent('only answers have them'),
}

const replied = (message: object, more: object = {}): object => ({
  id: 'c14c80c3',
  finish_reason: 'COMPLETE',
  message: { role: 'assistant', ...message },
  usage: { tokens: { input_tokens: 3, output_tokens: 4 } },
  ...more,
})
const text = (of: string): object => ({ content: [{ type: 'text', text: of }] })
const tokens = (of: string): object => ({
  logprobs: (of.match(/.{1,4}/g) ?? []).map((one) => ({ token_ids: [1], text: one, logprobs: [-1] })),
})
const citation = (of: string): object => ({ start: 0, end: 2, text: of, sources: [{ type: 'tool', id: 'open_1' }] })

const COHERE_ANSWER: Row = {
  ...COMMON,
  system: absent('requests alone have it'),
  user: absent('requests alone have it'),
  tools: absent('requests alone have it'),
  results: absent('requests alone have it'),
  assistant: [(of) => replied(text(said(of)))],
  arguments: [(of) => replied({ tool_calls: [called(argumentsOf(of))] })],
  reasoning: [(of) => replied({ tool_plan: said(of) })],
  citations: [(of) => replied({ ...text('hi'), citations: [citation(said(of))] })],
  probabilities: [(of) => replied(text(said(of)), tokens(said(of)))],
  structured: [(of) => replied(text(JSON.stringify({ key: of, is: 'here' })))],
  unknown: [(of) => replied(text('hi'), { novel: { deep: [said(of)] } })],
  names: [(of) => replied(text('hi'), { novel: { [said(of)]: 1 } })],
  errors: [(of) => ({ message: said(of) })],
}

const event = (type: string, more: object = {}): object => ({ type, ...more })
const adds = (type: string, message: object, more: object = {}): object =>
  event(type, { index: 0, delta: { message }, ...more })
const BEGIN = event('message-start', { id: '29f14a5a', delta: { message: { role: 'assistant', content: [] } } })
const FINISH = event('message-end', {
  delta: { finish_reason: 'COMPLETE', usage: { tokens: { input_tokens: 3, output_tokens: 4 } } },
})
const block = (...inner: readonly object[]): readonly object[] => [
  BEGIN,
  adds('content-start', { content: { type: 'text', text: '' } }),
  ...inner,
  event('content-end', { index: 0 }),
  FINISH,
]
const piece = (of: string, more: object = {}): object => adds('content-delta', { content: { text: of } }, more)

function calls(pieces: readonly string[]): readonly object[] {
  const add = (args: string): object => adds('tool-call-delta', { tool_calls: { function: { arguments: args } } })
  const call = { id: 'open_1', type: 'function', function: { name: 'open', arguments: '' } }
  const begun = adds('tool-call-start', { tool_calls: call })
  return [BEGIN, begun, ...pieces.map(add), event('tool-call-end', { index: 0 }), FINISH]
}

const COHERE_STREAM: Row = {
  ...COHERE_ANSWER,
  assistant: [(of) => block(...inThree(of).map((one) => piece(one)))],
  arguments: [(of) => calls(argumentsInThree(of))],
  reasoning: [(of) => [BEGIN, ...inThree(of).map((one) => adds('tool-plan-delta', { tool_plan: one })), FINISH]],
  citations: [
    (of) =>
      block(
        piece('hi'),
        adds('citation-start', { citations: citation(said(of)) }),
        event('citation-end', { index: 0 }),
      ),
  ],
  probabilities: [(of) => block(...inThree(of).map((one) => piece(one, tokens(one))))],
  structured: [(of) => block(piece('{"is":"'), ...inThree(of).map((one) => piece(one)), piece('"}'))],
  unknown: [
    (of) => block(piece('hi', { novel: { deep: [said(of)] } })),
    (of) => block(...inThree(of).map((novel) => piece('x', { novel }))),
  ],
  names: [(of) => block(piece('hi', { novel: { [said(of)]: 1 } }))],
  events: [(of) => block(piece('hi'), event('novel', { text: said(of) }))],
  errors: [
    (of) =>
      block(piece('hi'))
        .slice(0, 3)
        .concat([event('message-end', { delta: { finish_reason: 'ERROR', error: said(of) } })]),
  ],
}

export const GENERIC_SSE: Surface = {
  title: 'generic, server-sent events (Cohere)',
  path: '/cohere/v2/chat',
  model: 'command-a',
  asking: requested({}),
  askingStream: requested({ stream: true }),
  streamType: 'text/event-stream',
  frame: (events) => framed(events, true),
  parse: parsed,
  calls,
  request: COHERE_REQUEST,
  answer: COHERE_ANSWER,
  stream: COHERE_STREAM,
}
