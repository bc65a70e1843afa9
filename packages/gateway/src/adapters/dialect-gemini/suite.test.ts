import { readdir, readFile } from 'node:fs/promises'
import { dialectSuite, type LensCorpus } from '@ostiary/testkit'
import { createGeminiDialect } from './dialect.js'

const corpus = new URL('./corpus/', import.meta.url)
const recorded = await Promise.all((await readdir(corpus)).map((name) => readFile(new URL(name, corpus))))
const text = await readFile(new URL('text.chunks.txt', corpus))

const plain = { model: 'gemini-2.5-flash', query: '' }
const events = { model: 'gemini-2.5-flash', query: 'alt=sse' }

const SMALL =
  '{ "contents": [ {"role":"user","parts":[ {"text":"h\\u00e9llo \\"there\\""} ]} ], "generationConfig": {"temperature": 1.0e0} }'
const WHOLE = JSON.stringify({
  system_instruction: { parts: { text: 'be kind' } },
  contents: [
    { parts: [{ text: 'one' }, { text: 'two' }] },
    {
      role: 'model',
      parts: [
        { thought: true, text: 'hm' },
        { functionCall: { name: 'look', args: { q: 'x', deep: [{ y: 'args' }] } }, thoughtSignature: 'c2lnbmVk' },
      ],
    },
    { role: 'user', parts: [{ function_response: { name: 'look', response: { result: 'found' } } }] },
  ],
  tools: [
    {
      functionDeclarations: [
        {
          name: 'look',
          description: 'looks it up',
          parameters: { type: 'OBJECT', properties: { q: { type: 'STRING', description: 'what' } }, required: ['q'] },
        },
      ],
    },
  ],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['look'] } },
  safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
  generationConfig: { maxOutputTokens: 100, stopSequences: ['END'], responseMimeType: 'application/json' },
  unknownField: { deep: ['seen too'] },
})
const TEXTS = ['be kind', 'one', 'two', 'hm', 'x', 'args', 'found', 'looks it up', 'what', 'END', 'seen too']
const REFUSED = [
  '',
  'PASSWORD',
  '[]',
  '{}',
  '{"contents":"PASSWORD"}',
  '{"contents":[],"contents":[]}',
  '{"contents":["PASSWORD"]}',
  '{"contents":[[{"parts":[]}]]}',
  '{"contents":[{"parts":[[{"text":"PASSWORD"}]]}]}',
  '{"contents":[],"Contents":["PASSWORD"]}',
  '{"contents":[],"systemInstruction":{"parts":[]},"system_instruction":{"parts":[]}}',
  '{"contents":[],"model":"models/PASSWORD"}',
  new Uint8Array([0x7b, 0xff, 0x7d]),
]
const ANSWERED = JSON.stringify({
  candidates: [
    { content: { parts: [{ text: 'hello' }, { functionCall: { name: 'f', args: { a: 'arg' } } }], role: 'model' } },
  ],
  usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
})
const ERROR = JSON.stringify({ error: { code: 404, message: 'no such model', status: 'NOT_FOUND' } })
const answers = [
  { body: ANSWERED, texts: ['hello', 'arg'] },
  { body: ERROR, texts: ['no such model'] },
]

function corpora(version: string, streams: readonly Buffer[]): readonly LensCorpus[] {
  const at = (method: string) => ({ method: 'POST', path: `/gemini/${version}/models/{model}:${method}` })
  const none = { streams: [], textOf: () => '' }
  const asked = (body: string, texts: readonly string[], named = plain) => ({
    body,
    named,
    model: named.model,
    stream: named === events,
    texts,
  })
  const vector = { values: [0.25, -0.5] }
  return [
    {
      ...none,
      endpoint: at('generateContent'),
      requests: [asked(SMALL, ['héllo "there"']), asked(WHOLE, TEXTS)],
      refused: REFUSED,
      answers,
    },
    {
      endpoint: at('streamGenerateContent'),
      requests: [asked(SMALL, ['héllo "there"'], events), asked(WHOLE, TEXTS, events)],
      refused: REFUSED,
      answers,
      streams,
      textOf,
    },
    {
      ...none,
      endpoint: at('countTokens'),
      requests: [asked(SMALL, ['héllo "there"']), asked(`{"generateContentRequest":${WHOLE}}`, TEXTS)],
      refused: [...REFUSED, `{"contents":[],"generateContentRequest":${SMALL}}`],
      answers: [{ body: '{"totalTokens":31}', texts: [] }],
    },
    {
      ...none,
      endpoint: at('embedContent'),
      requests: [
        asked('{"content":{"parts":[{"text":"near"}]},"taskType":"RETRIEVAL_DOCUMENT","title":"a title"}', [
          'near',
          'a title',
        ]),
      ],
      refused: ['{}', '[]', '{"content":"PASSWORD"}', '{"content":{},"model":"PASSWORD"}'],
      answers: [{ body: JSON.stringify({ embedding: vector }), texts: [] }],
    },
    {
      ...none,
      endpoint: at('batchEmbedContents'),
      requests: [
        asked('{"requests":[{"content":{"parts":[{"text":"near"}]}},{"content":{"parts":{"text":"far"}}}]}', [
          'near',
          'far',
        ]),
      ],
      refused: ['{}', '{"requests":["PASSWORD"]}', '{"requests":[{"content":{},"model":"models/PASSWORD"}]}'],
      answers: [{ body: JSON.stringify({ embeddings: [vector, vector] }), texts: [] }],
    },
  ]
}

type Json = Readonly<Record<string, unknown>>
interface Part extends Json {
  readonly thought?: boolean
  readonly functionCall?: {
    readonly partialArgs?: readonly { readonly jsonPath: string; readonly stringValue?: string }[]
  }
}
interface Candidate {
  readonly index?: number
  readonly content?: { readonly parts?: readonly Part[] }
  readonly groundingMetadata?: Json
  readonly citationMetadata?: Json
}

/** What a client reads: texts and thoughts of each candidate, joined; arguments in pieces, joined; and all that comes whole. */
function textOf(stream: Buffer): string {
  const texts = new Map<string, string>()
  const say = (where: string, text: string): void => void texts.set(where, (texts.get(where) ?? '') + text)
  for (const block of stream.toString().split(/\r\n\r\n|\n\n|\r\r/)) {
    const data = block.split(/\r\n|\n|\r/).find((line) => line.startsWith('data:'))
    if (data === undefined) continue
    const { candidates = [] } = JSON.parse(data.slice(5)) as { readonly candidates?: readonly Candidate[] }
    for (const [at, { index = at, content, groundingMetadata, citationMetadata }] of candidates.entries()) {
      for (const { text, thought, functionCall, thoughtSignature: _, ...whole } of content?.parts ?? []) {
        if (typeof text === 'string') say(`${index} ${thought === true ? 'thought' : 'text'}`, text)
        const {
          partialArgs,
          willContinue: __,
          ...call
        } = (functionCall ?? {}) as Record<string, unknown> & NonNullable<Part['functionCall']>
        for (const { jsonPath, stringValue } of partialArgs ?? []) say(`${index} ${jsonPath}`, stringValue ?? '')
        say(`${index} whole`, wholeText([call, whole]))
      }
      const { searchEntryPoint: entry, ...grounds } = groundingMetadata ?? {}
      say(`${index} grounds`, wholeText([grounds, (entry as Json | undefined)?.['renderedContent'], citationMetadata]))
    }
  }
  return JSON.stringify([...texts].filter(([, text]) => text !== '').sort())
}

function wholeText(values: readonly unknown[]): string {
  const said = values.filter((one) => one !== undefined && JSON.stringify(one) !== '{}')
  return said.map((one) => JSON.stringify(one)).join('')
}

dialectSuite('gemini', createGeminiDialect(), [...corpora('v1beta', recorded), ...corpora('v1', [text])])
