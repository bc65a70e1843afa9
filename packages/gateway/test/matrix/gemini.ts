import { absent, inBase64, inThree, nothing, type Row, type Surface, said, tokensOf } from './fields.js'
import { framed, parsed } from './sse.js'

export const MODEL = 'gemini'
export const at = (method: string): string => `/gemini/v1beta/models/${MODEL}:${method}`
export const USER = { role: 'user', parts: [{ text: 'good morning' }] }
const ask = (more: object): object => ({ contents: [USER], ...more })
const saying = (role: string, ...parts: readonly object[]): object => ask({ contents: [USER, { role, parts }] })
export const inline = (mimeType: string, data: string): object => ({ inlineData: { mimeType, data } })

const thought = (text: string): object => ({ text, thought: true, thoughtSignature: 'EqQBCgIYAg==' })

const REQUEST: Row = {
  system: [
    (text) => ask({ systemInstruction: { parts: [{ text: said(text) }] } }),
    (text) => ask({ system_instruction: { parts: { text: said(text) } } }),
  ],
  user: [(text) => saying('user', { text: said(text) }), (text) => ask({ contents: { parts: { text: said(text) } } })],
  assistant: [(text) => saying('model', { text: said(text) })],
  tools: [
    (text) => ask({ tools: [{ functionDeclarations: [{ name: 'open', description: said(text) }] }] }),
    (text) => ask({ tools: { function_declarations: { name: 'open', parameters: { description: said(text) } } } }),
  ],
  arguments: [
    (text) => saying('model', { functionCall: { name: 'open', args: { key: said(text) } } }),
    (text) => saying('model', { executable_code: { language: 'PYTHON', code: said(text) } }),
  ],
  results: [
    (text) => saying('user', { functionResponse: { name: 'open', response: { key: [said(text)] } } }),
    (text) => saying('model', { codeExecutionResult: { outcome: 'OUTCOME_OK', output: said(text) } }),
  ],
  reasoning: [(text) => saying('model', thought(said(text)))],
  refusals: absent('no field of its own'),
  citations: absent('only answers have them'),
  probabilities: absent('only answers have them'),
  bytes: absent('this format has none'),
  choices: absent('only answers have them'),
  structured: [
    (text) => ask({ generationConfig: { responseSchema: { type: 'OBJECT', description: said(text) } } }),
    (text) => ask({ generation_config: { response_json_schema: { description: said(text) } } }),
  ],
  labels: [(text) => ask({ labels: { key: text } }), (text) => ask({ generationConfig: { stopSequences: [text] } })],
  unknown: [
    (text) => ask({ novel: { deep: [said(text)] } }),
    (text) => ask({ contents: [{ ...USER, novel: said(text) }] }),
  ],
  names: [(text) => ask({ novel: { [said(text)]: 1 } })],
  textFiles: [
    (text) => saying('user', inline('text/plain', inBase64(said(text)))),
    (text) =>
      saying('user', { inline_data: { mime_type: 'application/json', data: inBase64(JSON.stringify({ key: text })) } }),
  ],
  otherFiles: [
    (text) => saying('user', inline('application/pdf', inBase64(`%PDF-1.7 ${text}`))),
    () => saying('user', inline('image/png', 'iVBORw0KGgo=')),
    (text) => saying('user', { novel: said(text) }),
  ],
  kept: [
    () => saying('user', { fileData: { mimeType: 'text/plain', fileUri: 'https://x.example/files/1' } }),
    () => ask({ cachedContent: 'cachedContents/1' }),
  ],
  input: absent('another endpoint'),
  events: absent('only streams have events'),
  errors: absent('only answers have them'),
}

const ENVELOPE = { modelVersion: 'gemini-2.5-flash', responseId: 'mLr3aJ2SLrOZ7M8P5ovrkAg' }
const USAGE = { promptTokenCount: 3, candidatesTokenCount: 4, totalTokenCount: 7 }
const event = (parts: readonly object[], more: object = {}): object => ({
  candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }],
  usageMetadata: USAGE,
  ...ENVELOPE,
})
const STOP = { finishReason: 'STOP' }
const answer = (parts: readonly object[], more: object = {}): object => event(parts, { ...STOP, ...more })
const HI = { text: 'hi' }
export const failed = (text: string): object => ({
  error: { code: 400, message: said(text), status: 'INVALID_ARGUMENT' },
})
const likelihood = (tokens: readonly string[]): object => {
  const chosenCandidates = tokens.map((token) => ({ token, tokenId: 7, logProbability: -0.5 }))
  return { logprobsResult: { chosenCandidates, topCandidates: chosenCandidates.map((one) => ({ candidates: [one] })) } }
}
const rests = {
  cites: (title: string): object => ({
    citationMetadata: { citations: [{ startIndex: 0, endIndex: 2, uri: 'https://x.example', title }] },
  }),
  grounded: (title: string): object => ({
    groundingMetadata: { groundingChunks: [{ web: { uri: 'https://x.example', title } }] },
  }),
  asked: (query: string): object => ({ groundingMetadata: { webSearchQueries: [query] } }),
  rendered: (renderedContent: string): object => ({ groundingMetadata: { searchEntryPoint: { renderedContent } } }),
  read: (retrievedUrl: string): object => ({ urlContextMetadata: { urlMetadata: [{ retrievedUrl }] } }),
  segment: (text: string): object => ({
    groundingMetadata: { groundingSupports: [{ segment: { endIndex: 2, text } }] },
  }),
} as const

const ANSWER: Row = {
  ...nothing('requests alone have it'),
  assistant: [(text) => answer([{ text: said(text) }])],
  arguments: [
    (text) => answer([{ functionCall: { name: 'open', args: { key: [said(text)] } } }]),
    (text) => answer([{ executableCode: { language: 'PYTHON', code: said(text) } }]),
  ],
  results: [(text) => answer([{ codeExecutionResult: { outcome: 'OUTCOME_OK', output: said(text) } }])],
  reasoning: [(text) => answer([thought(said(text)), HI])],
  refusals: [
    (text) => answer([], { finishReason: 'SAFETY', finishMessage: said(text) }),
    (text) => ({ promptFeedback: { blockReason: 'OTHER', blockReasonMessage: said(text) }, ...ENVELOPE }),
  ],
  citations: Object.values(rests).map((make) => (text: string) => answer([HI], make(said(text)))),
  probabilities: [(text) => answer([{ text: said(text) }], likelihood(tokensOf(text)))],
  bytes: absent('this format has none'),
  choices: [
    (text) => {
      const { candidates, ...rest } = answer([HI]) as { readonly candidates: readonly object[] }
      const second = { content: { parts: [{ text: said(text) }], role: 'model' }, index: 1, ...STOP }
      return { candidates: [...candidates, second], ...rest }
    },
  ],
  structured: [(text) => answer([{ text: JSON.stringify({ keys: [{ key: text, is: 'here' }] }) }])],
  unknown: [
    (text) => ({ ...answer([HI]), novel: { deep: [said(text)] } }),
    (text) => answer([{ text: 'hi', novel: said(text) }]),
  ],
  names: [(text) => ({ ...answer([HI]), novel: { [said(text)]: 1 } })],
  textFiles: [(text) => answer([inline('text/csv', inBase64(said(text)))])],
  otherFiles: [() => answer([HI, inline('image/png', 'iVBORw0KGgo=')])],
  input: absent('another endpoint'),
  events: absent('only streams have events'),
  errors: [failed],
}

const DONE = event([], STOP)
const grown = (make: (piece: string) => object) => (text: string) => [
  ...inThree(text).map((piece) => event([make(piece)])),
  DONE,
]

const STREAM: Row = {
  ...nothing('requests alone have it'),
  assistant: [grown((text) => ({ text }))],
  arguments: [
    (text) => [event([{ functionCall: { name: 'open', args: { key: said(text) } } }]), DONE],
    (text) => [event([{ executableCode: { language: 'PYTHON', code: said(text) } }]), DONE],
    (text) => [
      event([{ functionCall: { name: 'open', willContinue: true } }]),
      ...inThree(text).map((stringValue) =>
        event([
          {
            functionCall: { partialArgs: [{ jsonPath: '$.key', stringValue, willContinue: true }], willContinue: true },
          },
        ]),
      ),
      event([{ functionCall: {} }]),
      DONE,
    ],
  ],
  results: [(text) => [event([{ codeExecutionResult: { outcome: 'OUTCOME_OK', output: said(text) } }]), DONE]],
  reasoning: [
    (text) => [
      ...inThree(text).map((piece) => event([{ text: piece, thought: true }])),
      event([thought('')]),
      event([HI]),
      DONE,
    ],
  ],
  refusals: [
    (text) => [event([HI]), event([], { finishReason: 'SAFETY', finishMessage: said(text) })],
    (text) => [{ promptFeedback: { blockReason: 'OTHER', blockReasonMessage: said(text) }, ...ENVELOPE }],
  ],
  citations: Object.values(rests).map((make) => (text: string) => [
    event([HI]),
    event([], { ...STOP, ...make(said(text)) }),
  ]),
  probabilities: [(text) => [...tokensOf(text).map((token) => event([{ text: token }], likelihood([token]))), DONE]],
  bytes: absent('this format has none'),
  choices: [
    (text) => [
      ...inThree(text).flatMap((piece) => [event([{ text: 'hi ' }]), event([{ text: piece }], { index: 1 })]),
      DONE,
      event([], { index: 1, ...STOP }),
    ],
  ],
  structured: [
    (text) => [
      event([{ text: '{"is":"' }]),
      ...inThree(text).map((piece) => event([{ text: piece }])),
      event([{ text: '"}' }], STOP),
    ],
  ],
  unknown: [(text) => [{ ...event([HI]), novel: said(text) }, DONE], grown((novel) => ({ text: 'hi', novel }))],
  names: [(text) => [{ ...event([HI]), novel: { [said(text)]: 1 } }, DONE]],
  textFiles: [(text) => [event([inline('text/csv', inBase64(said(text)))]), DONE]],
  otherFiles: [() => [event([inline('image/png', 'iVBORw0KGgo=')]), DONE]],
  input: absent('another endpoint'),
  events: [(text) => [event([HI]), { novel: said(text) }, DONE]],
  errors: [(text) => [event([HI]), failed(text)]],
}

export const GEMINI_GENERATE: Surface = {
  title: 'Gemini generateContent, streamGenerateContent',
  path: at('generateContent'),
  streamPath: `${at('streamGenerateContent')}?alt=sse`,
  model: MODEL,
  asking: ask({}),
  askingStream: ask({}),
  streamType: 'text/event-stream',
  frame: (events) => framed(events, false),
  parse: parsed,
  attaching: (data) => saying('user', inline('text/plain', data)),
  request: REQUEST,
  answer: ANSWER,
  stream: STREAM,
}
