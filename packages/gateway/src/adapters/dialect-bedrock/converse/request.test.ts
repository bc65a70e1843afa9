import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../../test/lens.js'
import { createBedrockDialect } from '../dialect.js'

const dialect = createBedrockDialect()
const lens = lensAt(dialect, '/bedrock/model/{model}/converse')
const NAMED = { model: 'm', query: '' }
const read = (body: unknown) => lens.read(Buffer.from(JSON.stringify(body)), NAMED)

function view(body: unknown) {
  const got = read(body)
  if (got.kind === 'refuse') throw new Error(got.forLog)
  return got.value
}

const asked = (...content: readonly object[]) => ({ messages: [{ role: 'user', content }] })
const texts = (body: unknown): readonly string[] => view(body).parts.map((part) => part.text)

test.each([
  ['a picture', { image: { format: 'png', source: { bytes: 'aGVsbG8=' } } }, '/messages/0/content/0'],
  [
    'a picture elsewhere',
    { image: { format: 'png', source: { s3Location: { uri: 's3://b/k' } } } },
    '/messages/0/content/0',
  ],
  ['video', { video: { format: 'mp4', source: { bytes: 'aGVsbG8=' } } }, '/messages/0/content/0'],
  ['sound', { audio: { format: 'mp3', source: { bytes: 'aGVsbG8=' } } }, '/messages/0/content/0'],
  ['a kind of its own', { hologram: { light: 'x' } }, '/messages/0/content/0'],
  ['another beside a text', { text: 'hi', hologram: {} }, '/messages/0/content/0'],
  [
    'a document elsewhere',
    { document: { name: 'd', format: 'txt', source: { s3Location: { uri: 's3://b/k' } } } },
    '/messages/0/content/0/document',
  ],
  [
    'a document that is no text',
    { document: { name: 'd', format: 'pdf', source: { bytes: 'JVBERi0xLjQK/w==' } } },
    '/messages/0/content/0/document',
  ],
  [
    'a document that says it is text, and is none',
    { document: { name: 'd', format: 'txt', source: { bytes: 'AAECAw==' } } },
    '/messages/0/content/0/document',
  ],
  [
    'a document in two places',
    { document: { name: 'd', format: 'txt', source: { bytes: 'aGk=', s3Location: { uri: 's3://b/k' } } } },
    '/messages/0/content/0/document',
  ],
  ['a document of no format', { document: { name: 'd', source: { bytes: 'aGk=' } } }, '/messages/0/content/0/document'],
  [
    'a picture among results',
    { toolResult: { toolUseId: 't', content: [{ text: 'see' }, { image: { format: 'png', source: { bytes: '' } } }] } },
    '/messages/0/content/0/toolResult/content/1',
  ],
  [
    'a guarded picture',
    { guardContent: { image: { format: 'png', source: { bytes: '' } } } },
    '/messages/0/content/0/guardContent',
  ],
])('%s cannot be inspected', (_what, block, address) => {
  expect(view(asked(block)).uninspectable).toEqual([address])
})

test.each(['txt', 'md', 'csv', 'html'])(
  'a document in bytes of format %s is text, seen and edited within',
  (format) => {
    const body = (text: string) =>
      asked({ document: { name: 'd', format, source: { bytes: Buffer.from(text).toString('base64') } } })
    const { edit, parts, uninspectable } = view(body('grüß Gott, 4111'))
    expect(uninspectable).toEqual([])
    expect(parts.map(({ role, text }) => [role, text])).toEqual([
      ['tool', 'd'],
      ['tool', 'grüß Gott, 4111'],
    ])
    const edited = edit({ model: undefined, edits: [{ index: 1, text: 'other' }] })
    expect(JSON.parse(String(edited))).toEqual(body('other'))
  },
)

test('a long number that a tool is given or gave back is text too', () => {
  const { edit, parts } = view(
    asked(
      { toolUse: { toolUseId: 't', name: 'f', input: { card: 4111111111111111, n: 1 } } },
      { toolResult: { toolUseId: 't', content: [{ json: [4111111111111111] }] } },
    ),
  )
  const found = parts.flatMap(({ role, text }, index) => (text === '4111111111111111' ? [{ role, index }] : []))
  expect(found.map(({ role }) => role)).toEqual(['tool-call', 'tool'])
  const edits = found.map(({ index }) => ({ index, text: '[gone]' }))
  expect(String(edit({ model: undefined, edits }))).not.toContain('4111')
})

test('what is text can be', () => {
  const body = asked(
    { text: 'a' },
    { document: { name: 'd', source: { content: [{ text: 'b' }] } } },
    { searchResult: { source: 'https://s.example', title: 't', content: [{ text: 'c' }] } },
    {
      toolResult: {
        toolUseId: 't',
        content: [{ searchResult: { source: 's', title: 't', content: [{ text: 'd' }] } }],
      },
    },
    { cachePoint: { type: 'default' } },
    { toolAddition: { tool: { type: 'tool', name: 'e' } } },
  )
  expect(view(body).uninspectable).toEqual([])
  expect(texts(body)).toEqual(['a', 'd', 'b', 'https://s.example', 't', 'c', 's', 't', 'd', 'e'])
})

test('each text has its speaker', () => {
  const { parts } = view({
    system: [{ text: 'rules' }],
    messages: [
      { role: 'system', content: [{ text: 'more rules' }] },
      {
        role: 'user',
        content: [{ text: 'ask' }, { toolResult: { toolUseId: 't', content: [{ json: { a: 'row' } }] } }],
      },
      {
        role: 'assistant',
        content: [
          { text: 'say' },
          { reasoningContent: { reasoningText: { text: 'think' } } },
          { toolUse: { toolUseId: 't', name: 'f', input: { key: 'call' } } },
        ],
      },
      { role: 'judge', content: [{ text: 'whose?' }] },
    ],
    toolConfig: { tools: [{ toolSpec: { name: 'f', description: 'tool', inputSchema: { json: {} } } }] },
    additionalModelRequestFields: { x: 'unknown' },
  })
  const byText = Object.fromEntries(parts.map(({ role, text }) => [text, role]))
  expect(byText).toEqual({
    ...{ rules: 'system', 'more rules': 'system', ask: 'user', row: 'tool', a: 'tool', say: 'assistant' },
    ...{ think: 'reasoning', call: 'tool-call', key: 'tool-call', tool: 'tool-definition', f: 'tool-definition' },
    ...{ 'whose?': 'unknown', x: 'unknown', unknown: 'unknown' },
  })
})

describe('facts', () => {
  test.each([
    ['nothing', {}, {}],
    ['maxTokens', { inferenceConfig: { maxTokens: 7 } }, { maxTokens: 7 }],
    [
      'more asked for in fields of the model’s own',
      { inferenceConfig: { maxTokens: 7 }, additionalModelRequestFields: { a: { max_tokens: 900 }, top_k: 5000 } },
      { maxTokens: 900 },
    ],
    ['a system message', { system: [{ text: 'x' }] }, { hasSystemMessage: true }],
    ['one among the messages', { messages: [{ role: 'system', content: [] }] }, { hasSystemMessage: true }],
    ['one in fields of the model’s own', { additionalModelRequestFields: { system: 'x' } }, { hasSystemMessage: true }],
    ['tools', { toolConfig: { tools: [{ toolSpec: {} }, { cachePoint: {} }, { toolSpec: {} }] } }, { tools: 2 }],
    [
      'a tool at the provider',
      { toolConfig: { tools: [{ systemTool: { name: 'nova_grounding' } }] } },
      { tools: 1, hasEffects: true },
    ],
    ['a tool of an unknown kind', { toolConfig: { tools: [{ robot: {} }] } }, { tools: 1, hasEffects: true }],
    ['a tool of the model’s own', { additionalModelRequestFields: { tools: [{}] } }, { hasEffects: true }],
  ])('%s', (_what, more, facts) => {
    const { model, stream, maxTokens, hasSystemMessage, hasEffects, tools, conversation } = view(more)
    expect({ model, stream, maxTokens, hasSystemMessage, hasEffects, tools, conversation }).toEqual({
      ...{ model: 'm', stream: false, maxTokens: 0, hasSystemMessage: false, hasEffects: false, tools: 0 },
      conversation: undefined,
      ...facts,
    })
  })

  test.each([
    ['messages', { messages: {} }],
    ['messages[0]', { messages: ['x'] }],
    ['messages[0].content', { messages: [{ role: 'user', content: 'x' }] }],
    ['messages[0].content', { messages: [{ role: 'user', content: ['x'] }] }],
    ['system', { system: 'x' }],
    ['inferenceConfig', { inferenceConfig: [] }],
    ['inferenceConfig.maxTokens', { inferenceConfig: { maxTokens: 1.5 } }],
    ['toolConfig', { toolConfig: [] }],
    ['toolConfig.tools', { toolConfig: { tools: {} } }],
    ['modelId', { modelId: 'other' }],
  ])('%s is refused where it is none', (param, body) => {
    expect(read(body)).toMatchObject({ kind: 'refuse', code: 'invalid_request', param })
  })
})

test.each([
  ['/Messages', { Messages: [] }],
  ['/inferenceconfig', { inferenceconfig: { maxTokens: 1 } }],
  ['/inferenceConfig/MaxTokens', { inferenceConfig: { MaxTokens: 1 } }],
  ['/messages/0/content/0/Text', asked({ Text: 'x' })],
  ['/toolConfig/tools/0/toolspec', { toolConfig: { tools: [{ toolspec: {} }] } }],
])('a member that other readers take for a known one is refused: %s', (param, body) => {
  expect(read(body)).toMatchObject({ kind: 'refuse', code: 'invalid_request', param })
})

test('names of the caller’s own may be spelt as they like', () => {
  const body = {
    ...asked({ toolUse: { toolUseId: 't', name: 'f', input: { Text: 1, text: 2 } } }),
    toolConfig: { tools: [{ toolSpec: { inputSchema: { json: { properties: { Type: { type: 'string' } } } } } }] },
    requestMetadata: { Messages: 'x' },
  }
  expect(read(body).kind).toBe('proceed')
})

test('signatures, ciphertext and ids are opaque, and prose in their place is text', () => {
  const thought = (signature: string) => asked({ reasoningContent: { reasoningText: { text: 'hm', signature } } })
  expect(texts(thought('RXJlSGVsbG8+/w=='))).toEqual(['hm'])
  expect(texts(thought('a plain sentence'))).toEqual(['hm', 'a plain sentence'])
  expect(texts(asked({ reasoningContent: { redactedContent: 'AAECAw==' } }))).toEqual([])
  expect(
    texts({
      guardrailConfig: { guardrailIdentifier: 'arn:aws:bedrock:us-east-1:1:guardrail/g', trace: 'enabled_full' },
    }),
  ).toEqual([])
  expect(texts({ additionalModelResponseFieldPaths: ['/stop_sequence', 'not a path'] })).toEqual(['not a path'])
})

test('a signature over reasoning that is edited goes with what it was over, and no other does', () => {
  const thought = (text: string) => ({ reasoningContent: { reasoningText: { text, signature: 'c2ln' } } })
  const { edit, parts } = view(asked(thought('one'), thought('two'), { text: 'three' }))
  const index = parts.findIndex((part) => part.text === 'two')
  expect(JSON.parse(String(edit({ model: undefined, edits: [{ index, text: 'other' }] })))).toEqual(
    asked(thought('one'), { reasoningContent: { reasoningText: { text: 'other', signature: '' } } }, { text: 'three' }),
  )
})

test('where the provider takes a turn without it, reasoning that is edited is left out', () => {
  const thought = (text: string, signature = 'c2ln') => ({ reasoningContent: { reasoningText: { text, signature } } })
  const unsigned = { reasoningContent: { reasoningText: { text: 'two' } } }
  const { edit, parts } = view(asked(thought('one'), thought('two'), unsigned, thought('four', ''), { text: 'five' }))
  const edits = parts.flatMap(({ text }, index) => (text === 'two' ? [{ index, text: 'other' }] : []))
  const sent = (leaveOut: 'edited' | 'emptied') => JSON.parse(String(edit({ model: undefined, edits, leaveOut })))
  // Nobody vouched for what has no signature, so it is sent as it is now.
  const other = { reasoningContent: { reasoningText: { text: 'other' } } }
  expect(sent('emptied')).toEqual(asked(thought('one'), other, { text: 'five' }))
  expect(sent('edited')).toEqual(asked(thought('one'), other, thought('four', ''), { text: 'five' }))
})

test('the path says the model, and the body stays as it was', () => {
  const body = Buffer.from('{"messages":[]}')
  const got = lens.read(body, { model: 'anthropic.claude-v2:1', query: 'model=x' })
  expect(got.kind === 'proceed' && got.value.model).toBe('anthropic.claude-v2:1')
  expect(got.kind === 'proceed' && got.value.edit({ model: 'other', edits: [] })).toBe(body)
  expect(dialect.endpoints.map((one) => one.upstreamPath('arn:aws:bedrock:us-east-1:1:prompt/P:1', 'x=1'))).toEqual([
    '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aprompt%2FP%3A1/converse',
    '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aprompt%2FP%3A1/converse-stream',
  ])
})
