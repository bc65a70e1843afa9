import { answer, block, called, cited, failed, HI, ran, refused, thought } from './anthropic-blocks.js'
import { calls, STREAM } from './anthropic-stream.js'
import { absent, inBase64, nothing, type Row, type Surface, said } from './fields.js'
import { framed, parsed } from './sse.js'

const MODEL = 'claude'
const USER = { role: 'user', content: 'good morning' }
const ask = (more: object): object => ({ model: MODEL, max_tokens: 10, messages: [USER], ...more })
const saying = (...messages: readonly object[]): object => ask({ messages: [USER, ...messages] })
const blocks = (role: string, ...content: readonly object[]): object => saying({ role, content })
const result = (content: unknown): object => block('tool_result', { tool_use_id: 't_1', content })
const document = (source: object): object => blocks('user', block('document', { source }))

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
  labels: [(text) => ask({ stop_sequences: [text] }), (text) => ask({ metadata: { user_id: text } })],
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
    (text) => answer([ran.fetched(said(text))]),
    (text) => answer([ran.mcp(said(text))]),
  ],
  reasoning: [(text) => answer([thought(said(text)), HI])],
  refusals: [(text) => answer([HI], refused(text))],
  citations: [(text) => answer([block('text', { text: 'hi', citations: [cited(said(text))] })])],
  probabilities: absent('this format has none'),
  bytes: absent('this format has none'),
  choices: absent('one answer'),
  structured: [(text) => answer([block('text', { text: JSON.stringify({ keys: [{ key: text, is: 'here' }] }) })])],
  labels: [(text) => answer([HI], { stop_reason: 'stop_sequence', stop_sequence: text })],
  unknown: [(text) => answer([HI], { novel: said(text) }), (text) => answer([{ ...HI, novel: said(text) }])],
  names: [(text) => answer([HI], { novel: { [said(text)]: 1 } })],
  textFiles: absent('files stay with the provider'),
  otherFiles: absent('files stay with the provider'),
  kept: absent('ids alone'),
  input: absent('another endpoint'),
  events: absent('only streams have events'),
  errors: [failed],
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
