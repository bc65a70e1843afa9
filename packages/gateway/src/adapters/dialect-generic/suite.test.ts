import { dialectSuite, type LensCorpus } from '@ostiary/testkit'
import { dialectOf } from '../../../test/declared.js'

const line = (event: object): string => `${JSON.stringify(event)}\n`

const said = (message: object, more: object = {}): string =>
  line({
    model: 'llama3.2',
    created_at: '2024-08-04T08:52:19.385406455-07:00',
    message: { role: 'assistant', ...message },
    done: false,
    ...more,
  })
const DONE = { done: true, done_reason: 'stop', total_duration: 4883583458, prompt_eval_count: 26, eval_count: 282 }

const OLLAMA: LensCorpus = {
  endpoint: { method: 'POST', path: '/ollama/api/chat' },
  requests: [
    {
      body: '{ "model": "llama3.2", "messages": [ {"role":"user","content":"h\\u00e9llo \\"there\\""} ], "options": {"temperature": 1.0e0} }',
      model: 'llama3.2',
      stream: true,
      texts: ['héllo "there"'],
    },
    {
      body: JSON.stringify({
        model: 'm',
        stream: false,
        messages: [
          { role: 'system', content: 'be kind' },
          { role: 'user', content: 'one' },
          {
            role: 'assistant',
            content: '',
            thinking: 'they ask',
            tool_calls: [{ function: { name: 'f', arguments: { q: 'x' } } }],
          },
          { role: 'tool', content: 'found', tool_name: 'f' },
        ],
        tools: [{ type: 'function', function: { name: 'f', description: 'finds', parameters: { type: 'object' } } }],
        unknown_field: { deep: ['seen too'] },
      }),
      model: 'm',
      stream: false,
      texts: ['be kind', 'one', 'they ask', 'x', 'found', 'finds', 'seen too'],
    },
  ],
  refused: [
    '',
    'PASSWORD',
    '[]',
    '{"messages":[]}',
    '{"model":1}',
    '{"model":"m","stream":"PASSWORD"}',
    '{"model":"m","model":"n"}',
  ],
  answers: [
    { body: said({ content: 'hello' }, DONE).trim(), texts: ['hello'] },
    { body: '{"error":"model not found"}', texts: ['model not found'] },
  ],
  streams: [
    Buffer.from(
      ['It is PASS', 'WORD', ', or PASS', 'ING, or PA', 'SSWO', 'RD'].map((content) => said({ content })).join('') +
        said({ content: '' }, DONE),
    ),
    // No break behind the last line, and a blank one on the way.
    Buffer.from(
      `${said({ content: '', thinking: 'they said PASS' })}\r\n${said({ content: '', thinking: 'WORD' })}${said({ content: 'ok PASSWO' })}${said({ content: '', tool_calls: [{ function: { name: 'f', arguments: { q: 'a PASSWORD' } } }] })}${said({ content: 'RD PASS' }, DONE).trim()}`,
    ),
  ],
  textOf: (stream) =>
    textsIn(
      stream
        .toString()
        .split('\n')
        .filter((one) => one.trim() !== ''),
    ),
}

const token = (text: string, more: object = {}): string =>
  `data:${JSON.stringify({ index: 1, token: { id: 264, text, logprob: -1.25, special: false }, generated_text: null, details: null, ...more })}\n\n`

function tgi(path: '/generate' | '/generate_stream'): LensCorpus {
  const streams = path === '/generate_stream'
  return {
    endpoint: { method: 'POST', path: `/tgi${path}` },
    requests: [
      {
        body: '{"inputs":"What is PASSWORD?","parameters":{"max_new_tokens":20,"stop":["END"],"details":true}}',
        model: 'mistral',
        isFixed: true,
        stream: streams,
        texts: ['What is PASSWORD?', 'END'],
      },
    ],
    refused: ['', '[]', '{"inputs":"a","parameters":{"max_new_tokens":"PASSWORD"}}', '{"inputs":"a","inputs":"b"}'],
    answers: [
      {
        body: '{"generated_text":"hello","details":{"finish_reason":"length","generated_tokens":1}}',
        texts: ['hello'],
      },
      { body: '{"error":"Input validation error","error_type":"validation"}', texts: ['Input validation error'] },
    ],
    streams: streams
      ? [
          Buffer.from(
            token(' It is PA') +
              token('SSW') +
              token('ORD', {
                generated_text: ' It is PASSWORD',
                details: { finish_reason: 'eos_token', generated_tokens: 3, seed: null, input_length: 5 },
              }),
          ),
        ]
      : [],
    textOf: (stream) =>
      textsIn(
        stream
          .toString()
          .split('\n\n')
          .filter((one) => one !== '')
          .map((one) => one.replace(/^data:/, ''))
          .filter(isWhole),
      ),
  }
}

/** Torn, a stream may end within an event: clients read nothing of that. */
function isWhole(json: string): boolean {
  try {
    return JSON.parse(json) !== null
  } catch {
    return false
  }
}

/** Each member that holds text, joined over the events. */
function textsIn(events: readonly string[]): string {
  const texts = new Map<string, string>()
  const walk = (where: string, value: unknown): void => {
    if (typeof value === 'string') texts.set(where, (texts.get(where) ?? '') + value)
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) walk(`${where}/${name}`, inner)
    }
  }
  for (const event of events) {
    const { model: _, created_at: __, ...said } = JSON.parse(event)
    if (said.message?.role !== undefined) delete said.message.role
    walk('', said)
  }
  return JSON.stringify([...texts].filter(([, text]) => text !== '').sort())
}

dialectSuite('declared: Ollama', dialectOf('Ollama', 'ollama'), [OLLAMA])
dialectSuite('declared: Text Generation Inference', dialectOf('Text Generation Inference', 'tgi'), [
  tgi('/generate'),
  tgi('/generate_stream'),
])
