import { absent, argumentsOf, inBase64, nothing, type Row, type Surface, said, tokensOf } from './fields.js'
import { calls, STREAM } from './openai-responses-stream.js'
import {
  answer,
  called,
  cited,
  HI,
  likely,
  message,
  mute,
  open,
  part,
  ran,
  replied,
  spoken,
  thought,
} from './responses-items.js'
import { framed, parsed } from './sse.js'

const MODEL = 'gpt'
const USER = { role: 'user', content: 'good morning' }
const ask = (more: object): object => ({ model: MODEL, input: [USER], store: false, ...more })
const saying = (...items: readonly object[]): object => ask({ input: [USER, ...items] })
const file = (data: string): object =>
  saying(message('user', part('input_file', { filename: 'keys', file_data: data })))

const REQUEST: Row = {
  system: [
    (text) => ask({ instructions: said(text) }),
    (text) => saying({ role: 'system', content: said(text) }),
    (text) => saying(message('developer', part('input_text', { text: said(text) }))),
  ],
  user: [
    (text) => ask({ input: said(text) }),
    (text) => saying(message('user', part('input_text', { text: said(text) }))),
  ],
  assistant: [(text) => saying(message('assistant', spoken(said(text))))],
  tools: [
    (text) => ask({ tools: [open(said(text))] }),
    (text) =>
      ask({ tools: [{ type: 'mcp', server_label: 's', server_url: 'https://x.example', headers: { key: text } }] }),
  ],
  arguments: [
    (text) => saying(called(argumentsOf(text))),
    (text) => saying({ type: 'custom_tool_call', call_id: 'c', name: 'open', input: said(text) }),
    (text) => saying({ type: 'shell_call', call_id: 'c', action: { commands: [said(text)] } }),
    (text) => saying({ type: 'web_search_call', id: 'ws_1', action: { type: 'search', query: said(text) } }),
    (text) => saying({ type: 'computer_call', id: 'c_1', call_id: 'c', action: { type: 'type', text: said(text) } }),
    (text) =>
      saying({
        type: 'apply_patch_call',
        call_id: 'c',
        operation: { type: 'create_file', path: 'a', diff: said(text) },
      }),
  ],
  results: [
    (text) => saying({ type: 'function_call_output', call_id: 'c', output: said(text) }),
    (text) =>
      saying({ type: 'function_call_output', call_id: 'c', output: [part('input_text', { text: said(text) })] }),
    (text) =>
      saying({ type: 'mcp_call', id: 'm', server_label: 's', name: 'ask', arguments: '{}', output: said(text) }),
  ],
  reasoning: [
    (text) => saying(thought(said(text))),
    (text) => saying({ ...thought('hm'), content: [part('reasoning_text', { text: said(text) })] }),
  ],
  refusals: [(text) => saying(message('assistant', part('refusal', { refusal: said(text) })))],
  citations: [(text) => saying(message('assistant', spoken('hi', { annotations: [cited(said(text))] })))],
  // Clients send back what an answer was made of.
  probabilities: [(text) => saying(message('assistant', spoken(said(text), { logprobs: tokensOf(text).map(likely) })))],
  bytes: [(text) => saying(message('assistant', spoken(said(text), { logprobs: tokensOf(text).map(mute) })))],
  choices: absent('one answer'),
  structured: [
    (text) => ask({ text: { format: { type: 'json_schema', name: 'keys', schema: { description: said(text) } } } }),
  ],
  labels: [(text) => ask({ metadata: { key: said(text) } }), (text) => ask({ user: text })],
  unknown: [(text) => ask({ novel: { deep: [said(text)] } }), (text) => saying({ ...USER, novel: said(text) })],
  names: [(text) => ask({ novel: { [said(text)]: 1 } })],
  textFiles: [
    (text) => file(`data:text/plain;base64,${inBase64(said(text))}`),
    (text) => file(`data:application/json;base64,${inBase64(JSON.stringify({ key: text }))}`),
  ],
  otherFiles: [
    (text) => file(`data:application/pdf;base64,${inBase64(`%PDF-1.7 ${text}`)}`),
    () => saying(message('user', part('input_image', { image_url: 'https://x.example/a.png' }))),
    (text) => saying(message('user', part('novel', { novel: said(text) }))),
    (text) => saying({ type: 'novel', novel: said(text) }),
  ],
  kept: [
    () => ask({ previous_response_id: 'resp_1' }),
    () => saying({ type: 'item_reference', id: 'msg_1' }),
    () => saying(message('user', part('input_file', { file_id: 'file-1' }))),
    () => ask({ conversation: 'conv_1' }),
    () => ask({ prompt: { id: 'pmpt_1' } }),
  ],
  input: absent('another endpoint'),
  events: absent('only streams have events'),
  errors: absent('only answers have them'),
}

const ANSWER: Row = {
  ...nothing('requests alone have it'),
  system: [(text) => answer([HI], { instructions: said(text) })],
  assistant: [(text) => answer([replied(spoken(said(text)))])],
  tools: [(text) => answer([HI], { tools: [open(said(text))] }), (text) => answer([ran.listed(said(text))])],
  arguments: [
    (text) => answer([called(argumentsOf(text))]),
    (text) => answer([{ type: 'custom_tool_call', id: 'c_1', call_id: 'c', name: 'open', input: said(text) }]),
  ],
  results: [
    (text) => answer([ran.mcp(said(text))]),
    (text) => answer([ran.search(said(text))]),
    (text) => answer([ran.interpreter(said(text))]),
  ],
  reasoning: [
    (text) => answer([thought(said(text)), HI]),
    (text) => answer([{ ...thought('hm'), content: [part('reasoning_text', { text: said(text) })] }, HI]),
  ],
  refusals: [(text) => answer([replied(part('refusal', { refusal: said(text) }))])],
  citations: [(text) => answer([replied(spoken('hi', { annotations: [cited(said(text))] }))])],
  probabilities: [(text) => answer([replied(spoken(said(text), { logprobs: tokensOf(text).map(likely) }))])],
  bytes: [(text) => answer([replied(spoken(said(text), { logprobs: tokensOf(text).map(mute) }))])],
  choices: absent('one answer'),
  structured: [(text) => answer([replied(spoken(JSON.stringify({ keys: [{ key: text, is: 'here' }] })))])],
  labels: [(text) => answer([HI], { metadata: { key: said(text) } })],
  unknown: [
    (text) => answer([HI], { novel: { deep: [said(text)] } }),
    (text) => answer([{ ...HI, novel: said(text) }]),
  ],
  names: [(text) => answer([HI], { novel: { [said(text)]: 1 } })],
  otherFiles: [
    () => answer([{ type: 'image_generation_call', id: 'ig_1', status: 'completed', result: 'iVBORw0KGgo=' }]),
  ],
  input: absent('another endpoint'),
  events: absent('only streams have events'),
  errors: [
    (text) => ({ error: { message: said(text), type: 'invalid_request_error', param: null, code: null } }),
    (text) => answer([], { status: 'failed', error: { code: 'server_error', message: said(text) } }),
  ],
}

export const OPENAI_RESPONSES: Surface = {
  title: 'OpenAI responses',
  path: '/v1/responses',
  model: MODEL,
  asking: ask({}),
  askingStream: ask({ stream: true }),
  streamType: 'text/event-stream',
  frame: (events) => framed(events, true),
  parse: parsed,
  calls,
  attaching: (base64) => file(`data:text/plain;base64,${base64}`),
  request: REQUEST,
  answer: ANSWER,
  stream: STREAM,
}
