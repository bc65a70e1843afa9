import { readdir, readFile } from 'node:fs/promises'
import { dialectSuite, type LensCorpus } from '@ostiary/testkit'
import { messageOf } from '../../../test/anthropic-message.js'
import { createAnthropicDialect } from './dialect.js'

const corpus = new URL('./corpus/', import.meta.url)
const recorded = await Promise.all((await readdir(corpus)).map((name) => readFile(new URL(name, corpus))))

/** What a client reads: signatures apart, which are nobody's words. */
function textOf(stream: Buffer): string {
  return JSON.stringify(messageOf(stream.toString()).content.map(({ signature, ...block }) => block))
}

const REQUESTS: LensCorpus['requests'] = [
  {
    body: '{ "model": "claude-sonnet-5", "max_tokens": 1.0e2, "messages": [ {"role":"user","content":"h\\u00e9llo \\"there\\""} ] }',
    model: 'claude-sonnet-5',
    stream: false,
    texts: ['héllo "there"'],
  },
  {
    body: JSON.stringify({
      stream: true,
      system: [{ type: 'text', text: 'be kind', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'one' },
            {
              type: 'document',
              title: 'a title',
              context: 'of old',
              source: { type: 'text', media_type: 'text/plain', data: 'two' },
            },
            { type: 'search_result', source: 'a place', title: 'found', content: [{ type: 'text', text: 'three' }] },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'EqQBCgIYAhIM1gbcDa9GJw==' },
            { type: 'redacted_thinking', data: 'EmwKAhgBEgy3va3pzix/LafPsn4a' },
            { type: 'text', text: 'four', citations: null },
            { type: 'tool_use', id: 'toolu_1', name: 'f', input: { q: { deep: ['five'] } } },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_1',
              content: [{ type: 'text', text: 'six' }],
            },
          ],
        },
        { role: 'system', content: 'seven' },
      ],
      model: 'm',
      max_tokens: 100,
      metadata: { user_id: 'ann' },
      unknown_field: { deep: ['seen too'] },
    }),
    model: 'm',
    stream: true,
    texts: [
      ...['be kind', 'one', 'a title', 'of old', 'two', 'a place', 'found', 'three', 'hm', 'four', 'f', 'five', 'six'],
      ...['seven', 'ann', 'seen too'],
    ],
  },
]
const REFUSED = [
  '',
  'PASSWORD',
  '[]',
  '{"model":"m","messages":"PASSWORD","messages":[]}',
  '{"model":1,"messages":[]}',
  '{"model":"m","messages":["PASSWORD"]}',
  '{"model":"m","messages":[],"system":{"PASSWORD":1}}',
  '{"model":"m","messages":[],"fallbacks":[{"model":"PASSWORD"}]}',
  new Uint8Array([0x7b, 0xff, 0x7d]),
]

const MESSAGES: LensCorpus = {
  endpoint: { method: 'POST', path: '/anthropic/v1/messages' },
  requests: REQUESTS,
  refused: REFUSED,
  answers: [
    {
      body: JSON.stringify({
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-5',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'EqQBCgIYAhIM1gbcDa9GJw==' },
          { type: 'text', text: 'hello' },
          { type: 'tool_use', id: 'toolu_1', name: 'f', input: { city: 'Ulm' } },
        ],
        stop_reason: 'tool_use',
        stop_sequence: null,
        usage: { input_tokens: 1, output_tokens: 1 },
      }),
      texts: ['hm', 'hello', 'f', 'Ulm'],
    },
    {
      body: '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}',
      texts: ['Overloaded'],
    },
  ],
  streams: recorded,
  textOf,
}

const COUNT: LensCorpus = {
  endpoint: { method: 'POST', path: '/anthropic/v1/messages/count_tokens' },
  requests: REQUESTS,
  refused: REFUSED,
  answers: [{ body: '{"input_tokens":2095}', texts: [] }],
  streams: [],
  textOf,
}

dialectSuite('anthropic', createAnthropicDialect(), [MESSAGES, COUNT])
