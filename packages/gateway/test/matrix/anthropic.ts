import { absent, argumentsInThree, inBase64, inThree, nothing, type Row, type Surface, said } from './fields.js'
import { framed, parsed } from './sse.js'

const MODEL = 'claude'
const USER = { role: 'user', content: 'good morning' }
const ask = (more: object): object => ({ model: MODEL, max_tokens: 10, messages: [USER], ...more })
const saying = (...messages: readonly object[]): object => ask({ messages: [USER, ...messages] })
const blocks = (role: string, ...content: readonly object[]): object => saying({ role, content })
const block = (type: string, more: object): object => ({ type, ...more })
const called = (input: object): object => block('tool_use', { id: 't_1', name: 'open', input })
const result = (content: unknown): object => block('tool_result', { tool_use_id: 't_1', content })
const document = (source: object): object => blocks('user', block('document', { source }))
const cited = (text: string): object => ({
  type: 'char_location',
  cited_text: text,
  document_index: 0,
  document_title: 'keys',
  start_char_index: 0,
  end_char_index: 2,
})
const thought = (thinking: string): object => block('thinking', { thinking, signature: 'EqQBCgIYAg==' })

const REQUEST: Row = {
  system: [
    (text) => ask({ system: said(text) }),
    (text) => ask({ system: [block('text', { text: said(text) })] }),
    (text) => saying({ role: 'system', content: said(text) }),
  ],
  user: [
    (text) => saying({ role: 'user', content: said(text) }),
    (text) => blocks('user', block('text', { text: said(text) })),
  ],
  assistant: [(text) => saying({ role: 'assistant', content: said(text) })],
  tools: [
    (text) => ask({ tools: [{ name: 'open', description: said(text), input_schema: { type: 'object' } }] }),
    (text) => ask({ tools: [{ name: 'open', input_schema: { properties: { key: { default: said(text) } } } }] }),
    (text) => ask({ mcp_servers: [{ type: 'url', name: 's', url: 'https://x.example', authorization_token: text }] }),
  ],
  arguments: [
    (text) => blocks('assistant', called({ key: said(text) })),
    (text) =>
      blocks('assistant', block('server_tool_use', { id: 's_1', name: 'web_search', input: { query: said(text) } })),
  ],
  results: [
    (text) => blocks('user', result(said(text))),
    (text) => blocks('user', result([block('text', { text: said(text) })])),
    (text) =>
      blocks(
        'user',
        block('search_result', { source: 'a', title: 'b', content: [block('text', { text: said(text) })] }),
      ),
  ],
  reasoning: [(text) => blocks('assistant', thought(said(text)))],
  refusals: absent('no field of its own'),
  citations: [(text) => blocks('assistant', block('text', { text: 'hi', citations: [cited(said(text))] }))],
  probabilities: absent('this format has none'),
  bytes: absent('this format has none'),
  choices: absent('one answer'),
  structured: [
    (text) => ask({ output_config: { format: { type: 'json_schema', schema: { description: said(text) } } } }),
  ],
  unknown: [(text) => ask({ novel: { deep: [said(text)] } }), (text) => saying({ ...USER, novel: said(text) })],
  names: [(text) => ask({ novel: { [said(text)]: 1 } })],
  textFiles: [
    (text) => document({ type: 'base64', media_type: 'text/plain', data: inBase64(said(text)) }),
    (text) =>
      document({ type: 'base64', media_type: 'application/json', data: inBase64(JSON.stringify({ key: text })) }),
    (text) => document({ type: 'text', media_type: 'text/plain', data: said(text) }),
  ],
  otherFiles: [
    (text) => document({ type: 'base64', media_type: 'application/pdf', data: inBase64(`%PDF-1.7 ${text}`) }),
    () => blocks('user', block('image', { source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } })),
    () => document({ type: 'url', url: 'https://x.example/a.pdf' }),
    (text) => blocks('user', block('novel', { novel: said(text) })),
  ],
  kept: [
    () => document({ type: 'file', file_id: 'file_1' }),
    () => blocks('user', block('container_upload', { file_id: 'file_1' })),
    () => ask({ container: 'container_1' }),
  ],
  input: absent('another endpoint'),
  events: absent('only streams have events'),
  errors: absent('only answers have them'),
}

const ENVELOPE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-5' }
const USAGE = { input_tokens: 3, output_tokens: 4 }
const answer = (content: readonly object[], more: object = {}): object => ({
  ...ENVELOPE,
  content,
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: USAGE,
  ...more,
})
const HI = block('text', { text: 'hi' })
const failed = (text: string): object => ({ type: 'error', error: { type: 'api_error', message: said(text) } })
const refused = (text: string): object => ({
  stop_reason: 'refusal',
  stop_details: { type: 'refusal', category: 'cyber', explanation: said(text) },
})

const ran = {
  search: (text: string): object =>
    block('web_search_tool_result', {
      tool_use_id: 's_1',
      content: [{ type: 'web_search_result', url: 'https://x.example', title: text, encrypted_content: 'EqQB' }],
    }),
  code: (stdout: string): object =>
    block('code_execution_tool_result', {
      tool_use_id: 's_1',
      content: { type: 'code_execution_result', stdout, stderr: '', return_code: 0, content: [] },
    }),
  mcp: (text: string): object =>
    block('mcp_tool_result', { tool_use_id: 'm_1', is_error: false, content: [block('text', { text })] }),
  listed: (description: string): object =>
    block('mcp_tool_listing', { mcp_server_name: 's', tools: [{ name: 'ask', description, input_schema: {} }] }),
} as const

const ANSWER: Row = {
  ...nothing('requests alone have it'),
  assistant: [(text) => answer([block('text', { text: said(text) })])],
  tools: [(text) => answer([ran.listed(said(text))])],
  arguments: [
    (text) => answer([called({ key: said(text) })]),
    (text) =>
      answer([block('mcp_tool_use', { id: 'm_1', name: 'ask', server_name: 's', input: { key: [said(text)] } })]),
  ],
  results: [
    (text) => answer([ran.search(said(text))]),
    (text) => answer([ran.code(said(text))]),
    (text) => answer([ran.mcp(said(text))]),
  ],
  reasoning: [(text) => answer([thought(said(text)), HI])],
  refusals: [(text) => answer([HI], refused(text))],
  citations: [(text) => answer([block('text', { text: 'hi', citations: [cited(said(text))] })])],
  probabilities: absent('this format has none'),
  bytes: absent('this format has none'),
  choices: absent('one answer'),
  structured: [(text) => answer([block('text', { text: JSON.stringify({ keys: [{ key: text, is: 'here' }] }) })])],
  unknown: [(text) => answer([HI], { novel: said(text) }), (text) => answer([{ ...HI, novel: said(text) }])],
  names: [(text) => answer([HI], { novel: { [said(text)]: 1 } })],
  textFiles: absent('files stay with the provider'),
  otherFiles: absent('files stay with the provider'),
  kept: absent('ids alone'),
  input: absent('another endpoint'),
  events: absent('only streams have events'),
  errors: [failed],
}

const STARTED = { type: 'message_start', message: answer([], { stop_reason: null }) }
const ENDED = [
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 4 } },
  { type: 'message_stop' },
]
const started = (content_block: object, index = 0): object => ({ type: 'content_block_start', index, content_block })
const stopped = (index = 0): object => ({ type: 'content_block_stop', index })
const delta = (more: object, index = 0): object => ({ type: 'content_block_delta', index, delta: more })
const streamed = (...inner: readonly object[]): readonly object[] => [STARTED, ...inner, ...ENDED]
const grown = (begun: object, ...deltas: readonly object[]): readonly object[] =>
  streamed(started(begun), ...deltas.map((one) => delta(one)), stopped())
const text = (...pieces: readonly string[]): readonly object[] =>
  grown(block('text', { text: '' }), ...pieces.map((piece) => block('text_delta', { text: piece })))
const amid = (event: object): readonly object[] => {
  const [first = {}, second = {}, ...rest] = text('good ', 'morning')
  return [first, second, event, ...rest]
}
const jsonIn = (of: string): readonly string[] => {
  const json = JSON.stringify({ key: said(of) })
  const middle = json.indexOf(of) + 8
  return [json.slice(0, 9), json.slice(9, middle), json.slice(middle)]
}

function calls(pieces: readonly string[], type = 'tool_use'): readonly object[] {
  const begun = block(type, { id: 't_1', name: 'open', input: {} })
  return grown(begun, ...pieces.map((partial_json) => block('input_json_delta', { partial_json })))
}

const STREAM: Row = {
  ...nothing('requests alone have it'),
  assistant: [(of) => text(...inThree(of))],
  tools: [(of) => grown(ran.listed(said(of)))],
  arguments: ['tool_use', 'server_tool_use', 'mcp_tool_use'].map(
    (type) => (of: string) => calls(argumentsInThree(of), type),
  ),
  results: [(of) => grown(ran.search(said(of))), (of) => grown(ran.code(said(of))), (of) => grown(ran.mcp(said(of)))],
  reasoning: [
    (of) =>
      grown(
        block('thinking', { thinking: '', signature: '' }),
        ...inThree(of).map((thinking) => block('thinking_delta', { thinking })),
        block('signature_delta', { signature: 'EqQBCgIYAg==' }),
      ),
  ],
  refusals: [
    (of) => {
      const [first = {}, ...rest] = text('hi')
      return [first, ...rest.slice(0, -2), { ...ENDED[0], delta: refused(of) }, { type: 'message_stop' }]
    },
  ],
  citations: [
    (of) =>
      grown(
        block('text', { text: '', citations: [] }),
        block('text_delta', { text: 'hi' }),
        block('citations_delta', { citation: cited(said(of)) }),
      ),
  ],
  probabilities: absent('this format has none'),
  bytes: absent('this format has none'),
  choices: absent('one answer'),
  structured: [(of) => text(...jsonIn(of))],
  unknown: [
    (of) => amid({ ...delta(block('text_delta', { text: 'x' })), novel: said(of) }),
    (of) =>
      grown(block('text', { text: '' }), ...inThree(of).map((novel) => block('text_delta', { text: 'x', novel }))),
  ],
  names: [(of) => amid({ ...delta(block('text_delta', { text: 'x' })), novel: { [said(of)]: 1 } })],
  textFiles: absent('files stay with the provider'),
  otherFiles: absent('files stay with the provider'),
  kept: absent('ids alone'),
  input: absent('another endpoint'),
  events: [
    (of) => amid({ type: 'novel', text: said(of) }),
    (of) => amid(delta(block('novel_delta', { text: said(of) }))),
  ],
  errors: [(of) => [...text('hi').slice(0, 3), failed(of)]],
}

export const ANTHROPIC_MESSAGES: Surface = {
  title: 'Anthropic messages',
  path: '/anthropic/v1/messages',
  model: MODEL,
  asking: ask({}),
  askingStream: ask({ stream: true }),
  streamType: 'text/event-stream',
  frame: (events) => framed(events, true),
  parse: parsed,
  calls: (pieces) => calls(pieces),
  attaching: (data) => document({ type: 'base64', media_type: 'text/plain', data }),
  request: REQUEST,
  answer: ANSWER,
  stream: STREAM,
}

const counted = (more: object): object => ({ input_tokens: 7, ...more })

export const ANTHROPIC_COUNT: Surface = {
  ...ANTHROPIC_MESSAGES,
  title: 'Anthropic count_tokens',
  path: '/anthropic/v1/messages/count_tokens',
  askingStream: ask({}),
  answer: {
    ...nothing('answers are numbers'),
    unknown: [(text) => counted({ novel: said(text) })],
    names: [(text) => counted({ novel: { [said(text)]: 1 } })],
    errors: [failed],
  },
  stream: nothing('never streams'),
}
