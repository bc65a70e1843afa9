import { answer, block, cited, failed, ran, refused } from './anthropic-blocks.js'
import { absent, argumentsInThree, inThree, nothing, type Row, said } from './fields.js'

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

export function calls(pieces: readonly string[], type = 'tool_use'): readonly object[] {
  const begun = block(type, { id: 't_1', name: 'open', input: {} })
  return grown(begun, ...pieces.map((partial_json) => block('input_json_delta', { partial_json })))
}

export const STREAM: Row = {
  ...nothing('requests alone have it'),
  assistant: [(of) => text(...inThree(of))],
  tools: [(of) => grown(ran.listed(said(of)))],
  arguments: ['tool_use', 'server_tool_use', 'mcp_tool_use'].map(
    (type) => (of: string) => calls(argumentsInThree(of), type),
  ),
  results: [
    (of) => grown(ran.search(said(of))),
    (of) => grown(ran.code(said(of))),
    (of) => grown(ran.fetched(said(of))),
    (of) => grown(ran.mcp(said(of))),
  ],
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
  labels: [
    (of) => {
      const stop = { stop_reason: 'stop_sequence', stop_sequence: of }
      return [...text('hi').slice(0, -2), { ...ENDED[0], delta: stop }, { type: 'message_stop' }]
    },
  ],
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
