import { readdirSync, readFileSync } from 'node:fs'
import { dialectSuite, type LensCorpus } from '@ostiary/testkit'
import { channelsIn, transcript } from '../../../test/event-stream.js'
import { createBedrockDialect } from './dialect.js'

const corpus = new URL('./converse/corpus/', import.meta.url)
const streams = readdirSync(corpus).map((name) => transcript(readFileSync(new URL(name, corpus), 'utf8')))

const NAMED = { model: 'anthropic.claude-sonnet-4-v1:0', query: '' }

const ASKED = {
  system: [{ text: 'be kind' }, { cachePoint: { type: 'default', ttl: '5m' } }],
  messages: [
    {
      role: 'user',
      content: [{ text: 'one' }, { document: { name: 'Notes', format: 'txt', source: { text: 'of a meeting' } } }],
    },
    {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'they mean two', signature: 'c2lnbmF0dXJl' } } },
        { toolUse: { toolUseId: 'tooluse_1', name: 'lookup', input: { q: ['deep', { down: 'asked' }] } } },
      ],
    },
    {
      role: 'user',
      content: [
        {
          toolResult: {
            toolUseId: 'tooluse_1',
            content: [{ text: 'found' }, { json: { row: 'and more' } }],
            status: 'success',
          },
        },
        { guardContent: { text: { text: 'guarded', qualifiers: ['grounding_source'] } } },
      ],
    },
  ],
  inferenceConfig: { maxTokens: 500, temperature: 0.1, stopSequences: ['STOP NOW'] },
  toolConfig: {
    tools: [
      {
        toolSpec: {
          name: 'lookup',
          description: 'looks up',
          inputSchema: { json: { type: 'object', properties: { q: { type: 'string', description: 'the query' } } } },
        },
      },
    ],
    toolChoice: { tool: { name: 'lookup' } },
  },
  additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 }, note: ['for the model'] },
  promptVariables: { city: { text: 'Ulm' } },
  requestMetadata: { team: 'billing office' },
  outputConfig: {
    textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{"title":"Order"}', name: 'order' } } },
  },
  unknownField: { deep: ['seen too'] },
}
const SEEN = [
  ...['be kind', 'one', 'Notes', 'of a meeting', 'they mean two', 'lookup', 'deep', 'asked', 'found', 'and more'],
  ...['guarded', 'STOP NOW', 'looks up', 'the query', 'for the model', 'Ulm', 'billing office', '{"title":"Order"}'],
  'seen too',
]

const ANSWERED = {
  metrics: { latencyMs: 2000 },
  output: {
    message: {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'hmm', signature: 'c2ln' } } },
        { text: 'hello' },
        { citationsContent: { content: [{ text: 'cited' }], citations: [{ title: 'A page', source: 'manual' }] } },
        { toolUse: { toolUseId: 't', name: 'lookup', input: { q: 'asked' } } },
      ],
    },
  },
  stopReason: 'tool_use',
  usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
  trace: { guardrail: { modelOutput: ['hello before'] } },
}

const answers = [
  {
    body: JSON.stringify(ANSWERED),
    texts: ['hmm', 'hello', 'cited', 'A page', 'asked', 'hello before'],
  },
  { body: '{"message":"The model said no to it."}', texts: ['The model said no to it.'] },
]

function corpusOf(operation: 'converse' | 'converse-stream'): LensCorpus {
  const stream = operation === 'converse-stream'
  return {
    endpoint: { method: 'POST', path: `/bedrock/model/{model}/${operation}` },
    requests: [
      {
        body: '{ "messages": [ {"role":"user","content":[{"text":"h\\u00e9llo \\"there\\""}]} ], "inferenceConfig": {"temperature": 1.0e0} }',
        named: NAMED,
        model: NAMED.model,
        stream,
        texts: ['héllo "there"'],
      },
      { body: JSON.stringify(ASKED), named: NAMED, model: NAMED.model, stream, texts: SEEN },
    ],
    refused: [
      '',
      'PASSWORD',
      '[]',
      '{"messages":"PASSWORD"}',
      '{"messages":[{"role":"user","content":"PASSWORD"}]}',
      '{"messages":[],"messages":[]}',
      '{"system":"PASSWORD"}',
      '{"inferenceConfig":{"maxTokens":"PASSWORD"}}',
      '{"toolConfig":{"tools":["PASSWORD"]}}',
      '{"modelId":"PASSWORD"}',
      new Uint8Array([0x7b, 0xff, 0x7d]),
    ],
    answers,
    streams: stream ? streams : [],
    textOf,
  }
}

function textOf(stream: Buffer): string {
  const read = [...channelsIn(stream)].map(([where, text]) => [where, where.endsWith('input') ? unescaped(text) : text])
  return JSON.stringify(read.filter(([, text]) => text !== '').sort())
}

/** Arguments are JSON within JSON: a guarded stream may spell a letter without the escape it came with. */
function unescaped(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json))
  } catch {
    return json
  }
}

dialectSuite('bedrock', createBedrockDialect(), [corpusOf('converse'), corpusOf('converse-stream')])
