import { decoded, event, exception } from '../event-stream.js'
import { absent, argumentsInThree, inBase64, inThree, nothing, type Row, type Surface, said } from './fields.js'

const MODEL = 'converse'
const USER = { role: 'user', content: [{ text: 'good morning' }] }
const ask = (more: object): object => ({ messages: [USER], ...more })
const saying = (role: string, ...content: readonly object[]): object => ask({ messages: [USER, { role, content }] })
const called = (input: object): object => ({ toolUse: { toolUseId: 't1', name: 'open', input } })
const result = (...content: readonly object[]): object => ({ toolResult: { toolUseId: 't1', content } })
const document = (format: string, source: object): object =>
  saying('user', { document: { name: 'Keys', format, source } })
const thought = (text: string): object => ({ reasoningContent: { reasoningText: { text, signature: 'EqQBCgIYAg==' } } })
const citation = (text: string): object => ({
  title: 'keys',
  sourceContent: [{ text }],
  location: { documentChar: { documentIndex: 0, start: 0, end: 2 } },
})
const cited = (text: string): object => ({
  citationsContent: { content: [{ text: 'hi' }], citations: [citation(text)] },
})

const REQUEST: Row = {
  system: [(text) => ask({ system: [{ text: said(text) }] })],
  user: [
    (text) => saying('user', { text: said(text) }),
    (text) => ask({ promptVariables: { key: { text: said(text) } } }),
  ],
  assistant: [(text) => saying('assistant', { text: said(text) })],
  tools: [
    (text) =>
      ask({
        toolConfig: { tools: [{ toolSpec: { name: 'open', description: said(text), inputSchema: { json: {} } } }] },
      }),
    (text) =>
      ask({
        toolConfig: { tools: [{ toolSpec: { name: 'open', inputSchema: { json: { description: said(text) } } } }] },
      }),
  ],
  arguments: [(text) => saying('assistant', called({ key: [said(text)] }))],
  results: [
    (text) => saying('user', result({ text: said(text) })),
    (text) => saying('user', result({ json: { key: [said(text)] } })),
    (text) => saying('user', { searchResult: { source: 'a', title: 'b', content: [{ text: said(text) }] } }),
  ],
  reasoning: [(text) => saying('assistant', thought(said(text)))],
  refusals: absent('no field of its own'),
  citations: [(text) => saying('assistant', cited(said(text)))],
  probabilities: absent('this format has none'),
  bytes: absent('this format has none'),
  choices: absent('one answer'),
  structured: [
    (text) => {
      const jsonSchema = { name: 'keys', schema: JSON.stringify({ description: said(text) }) }
      return ask({ outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema } } } })
    },
  ],
  labels: [
    (text) => ask({ inferenceConfig: { stopSequences: [text] } }),
    (text) => ask({ requestMetadata: { key: said(text) } }),
  ],
  unknown: [
    (text) => ask({ novel: { deep: [said(text)] } }),
    (text) => ask({ additionalModelRequestFields: { novel: said(text) } }),
  ],
  names: [(text) => ask({ novel: { [said(text)]: 1 } })],
  textFiles: [
    (text) => document('txt', { bytes: inBase64(said(text)) }),
    (text) => document('csv', { bytes: inBase64(`a,b\n1,${text}\n`) }),
    (text) => document('txt', { text: said(text) }),
  ],
  otherFiles: [
    (text) => document('pdf', { bytes: inBase64(`%PDF-1.7 ${text}`) }),
    () => saying('user', { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } }),
    (text) => saying('user', { novel: { text: said(text) } }),
  ],
  kept: [() => document('txt', { s3Location: { uri: 's3://bucket/keys.txt' } })],
  input: absent('another endpoint'),
  events: absent('only streams have events'),
  errors: absent('only answers have them'),
}

const USAGE = { inputTokens: 3, outputTokens: 4, totalTokens: 7 }
const answer = (content: readonly object[], more: object = {}): object => ({
  metrics: { latencyMs: 7 },
  output: { message: { role: 'assistant', content } },
  stopReason: 'end_turn',
  usage: USAGE,
  ...more,
})
const HI = { text: 'hi' }

const ANSWER: Row = {
  ...nothing('requests alone have it'),
  assistant: [(text) => answer([{ text: said(text) }])],
  arguments: [(text) => answer([called({ key: [said(text)] })])],
  results: [(text) => answer([result({ text: said(text) })])],
  reasoning: [(text) => answer([thought(said(text)), HI])],
  refusals: absent('no field of its own'),
  citations: [(text) => answer([cited(said(text))])],
  probabilities: absent('this format has none'),
  bytes: absent('this format has none'),
  choices: absent('one answer'),
  structured: [(text) => answer([{ text: JSON.stringify({ keys: [{ key: text, is: 'here' }] }) }])],
  unknown: [
    (text) => answer([HI], { novel: { deep: [said(text)] } }),
    (text) => answer([HI], { additionalModelResponseFields: { novel: said(text) } }),
    (text) => answer([HI], { trace: { guardrail: { modelOutput: [said(text)] } } }),
  ],
  names: [(text) => answer([HI], { novel: { [said(text)]: 1 } })],
  textFiles: absent('answers bring none'),
  otherFiles: [() => answer([HI, { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } }])],
  input: absent('another endpoint'),
  events: absent('only streams have events'),
  errors: [(text) => ({ message: said(text) })],
}

type Event = readonly [type: string, payload: object]

const START: Event = ['messageStart', { role: 'assistant' }]
const END: readonly Event[] = [
  ['contentBlockStop', { contentBlockIndex: 0 }],
  ['messageStop', { stopReason: 'end_turn' }],
  ['metadata', { metrics: { latencyMs: 9 }, usage: USAGE }],
]
const delta = (of: object): Event => ['contentBlockDelta', { contentBlockIndex: 0, delta: of }]
const grown = (make: (piece: string) => object) => (text: string) => [
  START,
  ...inThree(text).map((one) => delta(make(one))),
  ...END,
]
const amid = (...events: readonly Event[]): readonly Event[] => [START, delta({ text: 'good ' }), ...events, ...END]
const begun = (start: object): Event => ['contentBlockStart', { contentBlockIndex: 0, start }]

function calls(pieces: readonly string[]): readonly Event[] {
  const start = begun({ toolUse: { toolUseId: 't1', name: 'open' } })
  return [START, start, ...pieces.map((input) => delta({ toolUse: { input } })), ...END]
}

const STREAM: Row = {
  ...nothing('requests alone have it'),
  assistant: [grown((text) => ({ text }))],
  arguments: [(text) => calls(argumentsInThree(text))],
  results: [
    (text) => {
      const start = begun({ toolResult: { toolUseId: 't1', status: 'success' } })
      return [START, start, ...inThree(text).map((piece) => delta({ toolResult: [{ text: piece }] })), ...END]
    },
    (text) => [
      START,
      begun({ toolResult: { toolUseId: 't1' } }),
      delta({ toolResult: [{ json: { key: said(text) } }] }),
      ...END,
    ],
  ],
  reasoning: [
    (text) => [
      START,
      ...inThree(text).map((piece) => delta({ reasoningContent: { text: piece } })),
      delta({ reasoningContent: { signature: 'EqQBCgIYAg==' } }),
      ...END,
    ],
  ],
  refusals: absent('no field of its own'),
  citations: [(text) => amid(delta({ citation: citation(said(text)) }))],
  probabilities: absent('this format has none'),
  bytes: absent('this format has none'),
  choices: absent('one answer'),
  structured: [
    (text) => [
      START,
      delta({ text: '{"is":"' }),
      ...inThree(text).map((piece) => delta({ text: piece })),
      delta({ text: '"}' }),
      ...END,
    ],
  ],
  unknown: [
    (text) => amid(['contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'x' }, novel: said(text) }]),
    grown((novel) => ({ text: 'x', novel })),
    (text) => [
      START,
      delta({ text: 'x' }),
      ...END.slice(0, 2),
      ['metadata', { usage: USAGE, trace: { deep: [said(text)] } }],
    ],
  ],
  names: [
    (text) => amid(['contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'x' }, novel: { [said(text)]: 1 } }]),
  ],
  textFiles: absent('answers bring none'),
  otherFiles: [
    () => [START, begun({ image: { format: 'png' } }), delta({ image: { source: { bytes: 'iVBORw0KGgo=' } } }), ...END],
  ],
  input: absent('another endpoint'),
  events: [(text) => amid(['novel', { text: said(text) }])],
  errors: [(text) => [START, delta(HI), ['!throttlingException', { message: said(text) }]]],
}

export const BEDROCK: Surface = {
  title: 'Bedrock Converse, ConverseStream',
  path: `/bedrock/model/${MODEL}/converse`,
  streamPath: `/bedrock/model/${MODEL}/converse-stream`,
  model: MODEL,
  asking: ask({}),
  askingStream: ask({}),
  streamType: 'application/vnd.amazon.eventstream',
  // What begins with `!` is an exception.
  frame: (events) =>
    Buffer.concat(
      (events as readonly Event[]).map(([type, payload]) =>
        type.startsWith('!') ? exception(type.slice(1), payload) : event(type, payload),
      ),
    ),
  parse: (stream) =>
    decoded(stream).map(({ headers, payload }) => ({
      event: headers[':event-type'] ?? headers[':exception-type'],
      data: JSON.parse(payload),
    })),
  calls,
  attaching: (bytes) => document('txt', { bytes }),
  request: REQUEST,
  answer: ANSWER,
  stream: STREAM,
}
