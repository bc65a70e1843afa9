import { readdir, readFile } from 'node:fs/promises'
import { dialectSuite, type LensCorpus } from '@ostiary/testkit'
import { COMPLETIONS, EMBEDDINGS, MODERATIONS, RESPONSES, unescaped } from '../../../test/openai-corpora.js'
import { createOpenAiDialect } from './dialect.js'

const corpus = new URL('./chat/corpus/', import.meta.url)
const recorded = await Promise.all((await readdir(corpus)).map((name) => readFile(new URL(name, corpus))))
const said = (delta: object): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`
const spoken = `${['It is PASS', 'WORD', ', or PASS', 'ING, or PA', 'SSWO', 'RD'].map((content) => said({ content })).join('')}data: [DONE]\n\n`

const CHAT: LensCorpus = {
  endpoint: { method: 'POST', path: '/v1/chat/completions' },
  requests: [
    {
      body: '{ "model": "gpt-5-mini", "messages": [ {"role":"user","content":"h\\u00e9llo \\"there\\""} ], "temperature": 1.0e0 }',
      model: 'gpt-5-mini',
      stream: false,
      texts: ['héllo "there"'],
    },
    {
      body: JSON.stringify({
        stream: true,
        messages: [
          { role: 'system', content: 'be kind' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'one' },
              { type: 'text', text: 'two' },
            ],
          },
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"q":"x"}' } }],
          },
          { role: 'tool', tool_call_id: 'call_1', content: 'found' },
        ],
        model: 'm',
        unknown_field: { deep: ['seen too'] },
      }),
      model: 'm',
      stream: true,
      texts: ['be kind', 'one', 'two', 'found', 'seen too'],
    },
  ],
  refused: [
    '',
    'PASSWORD',
    '[]',
    '{"model":"m","messages":"PASSWORD","messages":[]}',
    '{"model":1,"messages":[]}',
    new Uint8Array([0x7b, 0xff, 0x7d]),
  ],
  answers: [
    {
      body: JSON.stringify({
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      }),
      texts: ['hello'],
    },
  ],
  streams: [Buffer.from(spoken), ...recorded],
  textOf: chatTextOf,
}

interface Delta {
  readonly [member: string]: unknown
  readonly tool_calls?: readonly { readonly index: number; readonly function?: { readonly arguments?: string } }[]
}

/** What a client reads: each member of each choice is a text of its own. */
function chatTextOf(stream: Buffer): string {
  const texts = new Map<string, string>()
  const say = (where: string, text: string): void => void texts.set(where, (texts.get(where) ?? '') + text)
  for (const block of stream.toString().split(/\r\n\r\n|\n\n|\r\r/)) {
    const lines = block.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:'))
    const data = lines
      .map((line) => line.slice(5))
      .join('\n')
      .trim()
    if (data === '' || data === '[DONE]') continue
    const { choices = [] } = JSON.parse(data) as { choices?: readonly { index: number; delta: Delta }[] }
    for (const { index, delta } of choices) {
      for (const [member, value] of Object.entries(delta)) {
        if (typeof value === 'string' && member !== 'role') say(`${index}/${member}`, value)
      }
      for (const call of delta.tool_calls ?? []) say(`${index}/call ${call.index}`, call.function?.arguments ?? '')
    }
  }
  const read = [...texts].map(([where, text]) => [where, where.includes('call') ? unescaped(text) : text])
  return JSON.stringify(read.filter(([, text]) => text !== '').sort())
}

dialectSuite('openai', createOpenAiDialect(), [CHAT, RESPONSES, COMPLETIONS, EMBEDDINGS, MODERATIONS])
