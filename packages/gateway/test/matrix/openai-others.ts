import { absent, inThree, nothing, type Row, type Surface, said, tokensOf } from './fields.js'
import { framed, parsed } from './sse.js'

const MODEL = 'gpt'
const NO_CHAT = nothing('one plain text')
const ERROR = (text: string): object => ({
  error: { message: said(text), type: 'server_error', param: null, code: null },
})
const never = (): Row => nothing('never streams')

const prompted = (more: object): object => ({ model: MODEL, prompt: 'once upon', ...more })
const ENVELOPE = { id: 'cmpl-1', object: 'text_completion', created: 1, model: 'gpt-3.5' }
const completed = (choice: object, more: object = {}): object => ({
  ...ENVELOPE,
  choices: [{ index: 0, text: ' a time', logprobs: null, finish_reason: 'stop', ...choice }],
  ...more,
})
const grew = (text: string, more: object = {}): object => completed({ text, finish_reason: null, ...more })
const likelihood = (tokens: readonly string[]): object => ({
  tokens,
  token_logprobs: tokens.map(() => -0.5),
  top_logprobs: tokens.map((token) => ({ [token]: -0.5 })),
  text_offset: tokens.map(() => 0),
})
const END = grew('', { finish_reason: 'stop' })

export const OPENAI_COMPLETIONS: Surface = {
  title: 'OpenAI completions',
  path: '/v1/completions',
  model: MODEL,
  asking: prompted({}),
  askingStream: prompted({ stream: true }),
  streamType: 'text/event-stream',
  frame: (events) => framed(events, false, 'data: [DONE]\n\n'),
  parse: parsed,
  request: {
    ...NO_CHAT,
    user: [
      (text) => prompted({ prompt: said(text) }),
      (text) => prompted({ prompt: ['once', said(text)] }),
      (text) => prompted({ suffix: said(text) }),
    ],
    probabilities: absent('only answers have them'),
    bytes: absent('this format has none'),
    choices: absent('only answers have them'),
    labels: [(text) => prompted({ stop: [text] }), (text) => prompted({ user: text })],
    unknown: [(text) => prompted({ novel: { deep: [said(text)] } })],
    names: [(text) => prompted({ novel: { [said(text)]: 1 } })],
    // Tokens in place of text.
    otherFiles: [() => prompted({ prompt: [1, 2, 3] }), () => prompted({ prompt: [[1, 2], [3]] })],
    input: absent('another endpoint'),
    events: absent('only streams have events'),
    errors: absent('only answers have them'),
  },
  answer: {
    ...NO_CHAT,
    user: absent('requests alone have it'),
    assistant: [(text) => completed({ text: said(text) })],
    probabilities: [(text) => completed({ text: said(text), logprobs: likelihood(tokensOf(text)) })],
    bytes: absent('this format has none'),
    choices: [
      (text) => {
        const { choices } = completed({}) as { readonly choices: readonly object[] }
        return completed({}, { choices: [...choices, { ...choices[0], index: 1, text: said(text) }] })
      },
    ],
    structured: [(text) => completed({ text: JSON.stringify({ key: text, is: 'here' }) })],
    unknown: [(text) => completed({ novel: said(text) }), (text) => completed({}, { novel: said(text) })],
    names: [(text) => completed({}, { novel: { [said(text)]: 1 } })],
    input: absent('another endpoint'),
    events: absent('only streams have events'),
    errors: [ERROR],
  },
  stream: {
    ...NO_CHAT,
    user: absent('requests alone have it'),
    assistant: [(text) => [...inThree(text).map((piece) => grew(piece)), END]],
    probabilities: [(text) => [...tokensOf(text).map((token) => grew(token, { logprobs: likelihood([token]) })), END]],
    bytes: absent('this format has none'),
    choices: [
      (text) => [
        ...inThree(text).flatMap((piece) => [grew('hi '), grew(piece, { index: 1 })]),
        END,
        grew('', { index: 1, finish_reason: 'stop' }),
      ],
    ],
    structured: [
      (text) => [...inThree(text).map((piece, at) => grew((at === 0 ? '{"is":"' : '') + piece)), grew('"}'), END],
    ],
    unknown: [
      (text) => [...inThree(text).map((novel) => grew('hi', { novel })), END],
      (text) => [grew('hi'), { ...grew('hi'), novel: said(text) }, END],
    ],
    names: [(text) => [grew('hi', { novel: { [said(text)]: 1 } }), END]],
    input: absent('another endpoint'),
    events: [(text) => [grew('hi'), { event: 'novel', data: grew(said(text)) }, END]],
    errors: [(text) => [grew('hi'), ERROR(text)]],
  },
}

const NUMBERS = nothing('answers are numbers')
const embedding = (more: object): object => ({ model: MODEL, input: 'one text', ...more })
const embedded = (more: object): object => ({
  object: 'list',
  model: 'm',
  data: [{ object: 'embedding', index: 0, embedding: [0.5, -0.25] }],
  usage: { prompt_tokens: 2, total_tokens: 2 },
  ...more,
})

/** What all have that take a text and say no other. */
const SHORT_REQUEST: Row = {
  ...NO_CHAT,
  user: absent('see its input below'),
  probabilities: absent('only answers have them'),
  bytes: absent('only answers have them'),
  choices: absent('only answers have them'),
  events: absent('only streams have events'),
  errors: absent('only answers have them'),
}

export const OPENAI_EMBEDDINGS: Surface = {
  title: 'OpenAI embeddings',
  path: '/v1/embeddings',
  model: MODEL,
  asking: embedding({}),
  askingStream: embedding({}),
  streamType: 'text/event-stream',
  frame: () => Buffer.alloc(0),
  parse: parsed,
  request: {
    ...SHORT_REQUEST,
    labels: [(text) => embedding({ user: said(text) })],
    unknown: [(text) => embedding({ novel: { deep: [said(text)] } })],
    names: [(text) => embedding({ novel: { [said(text)]: 1 } })],
    otherFiles: [() => embedding({ input: [1, 2, 3] }), () => embedding({ input: [[1, 2], [3]] })],
    input: [(text) => embedding({ input: said(text) }), (text) => embedding({ input: ['one', said(text)] })],
  },
  answer: {
    ...NUMBERS,
    unknown: [(text) => embedded({ novel: said(text) })],
    names: [(text) => embedded({ novel: { [said(text)]: 1 } })],
    errors: [ERROR],
  },
  stream: never(),
}

const judging = (more: object): object => ({ model: MODEL, input: 'one text', ...more })
const judged = (more: object): object => ({
  id: 'modr-1',
  model: 'm',
  results: [{ flagged: false, categories: { violence: false }, category_scores: { violence: 0.1 } }],
  ...more,
})

export const OPENAI_MODERATIONS: Surface = {
  title: 'OpenAI moderations',
  path: '/v1/moderations',
  model: MODEL,
  asking: judging({}),
  askingStream: judging({}),
  streamType: 'text/event-stream',
  frame: () => Buffer.alloc(0),
  parse: parsed,
  request: {
    ...SHORT_REQUEST,
    unknown: [(text) => judging({ novel: { deep: [said(text)] } })],
    names: [(text) => judging({ novel: { [said(text)]: 1 } })],
    otherFiles: [
      () => judging({ input: [{ type: 'image_url', image_url: { url: 'https://x.example/a.png' } }] }),
      (text) => judging({ input: [{ type: 'novel', novel: said(text) }] }),
    ],
    input: [
      (text) => judging({ input: said(text) }),
      (text) => judging({ input: ['one', said(text)] }),
      (text) => judging({ input: [{ type: 'text', text: said(text) }] }),
    ],
  },
  answer: {
    ...NUMBERS,
    unknown: [
      (text) => judged({ results: [{ flagged: false, novel: said(text) }] }),
      (text) => judged({ novel: said(text) }),
    ],
    names: [(text) => judged({ novel: { [said(text)]: 1 } })],
    errors: [ERROR],
  },
  stream: never(),
}
