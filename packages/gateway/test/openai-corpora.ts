import { readdirSync, readFileSync } from 'node:fs'
import type { DialectRequest, LensCorpus } from '@ostiary/testkit'

const ADAPTER = new URL('../src/adapters/dialect-openai/', import.meta.url)

function transcripts(endpoint: string): Buffer[] {
  const folder = new URL(`${endpoint}/corpus/`, ADAPTER)
  return readdirSync(folder).map((name) => readFileSync(new URL(name, folder)))
}

const JSON_FAULTS: readonly (string | Uint8Array)[] = ['', 'PASSWORD', '[]', new Uint8Array([0x7b, 0xff, 0x7d])]

function request(body: object | string, texts: readonly string[], stream = false, model = 'm'): DialectRequest {
  return { body: typeof body === 'string' ? body : JSON.stringify(body), model, stream, texts }
}

export const RESPONSES: LensCorpus = {
  endpoint: { method: 'POST', path: '/v1/responses' },
  requests: [
    request(
      '{ "model" : "gpt-5-mini", "input": "h\\u00e9llo \\"there\\"", "temperature": 1.0e0 }',
      ['héllo "there"'],
      false,
      'gpt-5-mini',
    ),
    request(
      {
        model: 'm',
        stream: true,
        instructions: 'be kind',
        input: [
          { role: 'user', content: 'one' },
          { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'two' }] },
          {
            role: 'assistant',
            id: 'msg_1',
            content: [{ type: 'output_text', text: 'three', annotations: [] }],
          },
          {
            type: 'reasoning',
            id: 'rs_1',
            summary: [{ type: 'summary_text', text: 'four' }],
            encrypted_content: 'gAAA_x=',
          },
          { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{"q":"five"}' },
          { type: 'function_call_output', call_id: 'call_1', output: 'six' },
          { type: 'function_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'seven' }] },
          { type: 'custom_tool_call', call_id: 'call_3', name: 'c', input: 'eight' },
          { type: 'custom_tool_call_output', call_id: 'call_3', output: 'nine' },
          { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'ten' } },
          { type: 'file_search_call', id: 'fs_1', queries: ['eleven'], results: [{ file_id: 'f', text: 'twelve' }] },
          { type: 'code_interpreter_call', id: 'ci', code: 'thirteen', outputs: [{ type: 'logs', logs: 'fourteen' }] },
          { type: 'mcp_call', id: 'm', server_label: 's', name: 'ask', arguments: '{"q":"15"}', output: 'sixteen' },
          {
            type: 'mcp_list_tools',
            id: 'l',
            server_label: 's',
            tools: [{ name: 'ask', description: 'seventeen', input_schema: {} }],
          },
          { type: 'computer_call', id: 'c', call_id: 'c', action: { type: 'type', text: 'eighteen' } },
          {
            type: 'local_shell_call',
            id: 'l',
            call_id: 'l',
            action: { type: 'exec', command: ['nineteen'], env: { A: 'twenty' } },
          },
          {
            type: 'shell_call_output',
            call_id: 's',
            output: [{ stdout: 'out', stderr: 'err', outcome: { type: 'exit', exit_code: 0 } }],
          },
          { type: 'apply_patch_call', call_id: 'p', operation: { type: 'create_file', path: 'a.txt', diff: '+line' } },
        ],
        tools: [
          {
            type: 'function',
            name: 'f',
            description: 'says f',
            parameters: { type: 'object', properties: { q: { type: 'string' } } },
          },
          { type: 'mcp', server_label: 's', server_url: 'https://mcp.example', headers: { 'x-key': 'word' } },
        ],
        text: { format: { type: 'json_schema', name: 'shape', schema: { type: 'object', description: 'a shape' } } },
        metadata: { topic: 'weather' },
        unknown_field: { deep: ['seen too'] },
      },
      [
        ...['be kind', 'one', 'two', 'three', 'four', '{"q":"five"}', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven'],
        ...[
          'twelve',
          'thirteen',
          'fourteen',
          '{"q":"15"}',
          'sixteen',
          'seventeen',
          'eighteen',
          'nineteen',
          'twenty',
          'out',
          'err',
        ],
        ...['a.txt', '+line', 'says f', 'https://mcp.example', 'word', 'a shape', 'weather', 'seen too'],
      ],
      true,
    ),
  ],
  refused: [
    ...JSON_FAULTS,
    '{"model":"m","input":"PASSWORD","input":[]}',
    '{"model":1,"input":"PASSWORD"}',
    '{"model":"m","input":["PASSWORD"]}',
    '{"model":"m","input":{"role":"user"}}',
    '{"model":"m","instructions":[]}',
    '{"model":"m","input":"x","background":true}',
  ],
  answers: [
    {
      body: JSON.stringify({
        id: 'resp_1',
        object: 'response',
        status: 'completed',
        instructions: 'be kind',
        output: [
          { type: 'reasoning', id: 'rs', summary: [{ type: 'summary_text', text: 'thought' }] },
          {
            type: 'message',
            id: 'msg',
            role: 'assistant',
            content: [
              {
                type: 'output_text',
                text: 'hello',
                annotations: [{ type: 'url_citation', url: 'https://x.example', title: 'X' }],
              },
              { type: 'refusal', refusal: 'no' },
            ],
          },
          { type: 'function_call', id: 'fc', call_id: 'call', name: 'f', arguments: '{"q":1}' },
        ],
        usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
      }),
      texts: ['be kind', 'thought', 'hello', 'https://x.example', 'X', 'no', '{"q":1}'],
    },
    { body: '{"error":{"message":"No.","type":"invalid_request_error","param":null,"code":null}}', texts: ['No.'] },
  ],
  streams: transcripts('responses'),
  textOf: responsesTextOf,
}

export const COMPLETIONS: LensCorpus = {
  endpoint: { method: 'POST', path: '/v1/completions' },
  requests: [
    request({ model: 'm', prompt: 'once upon', suffix: 'the end', stop: ['\n'], user: 'a person' }, [
      'once upon',
      'the end',
      'a person',
    ]),
    request(
      { prompt: ['one', 'two'], stream: true, model: 'm', extra: { deep: 'seen too' } },
      ['one', 'two', 'seen too'],
      true,
    ),
    request({ model: 'm', prompt: [[1, 2], [3]] }, []),
  ],
  refused: [
    ...JSON_FAULTS,
    '{"model":"m","prompt":1}',
    '{"model":"m","prompt":"x","prompt":"PASSWORD"}',
    '{"prompt":"x"}',
  ],
  answers: [
    {
      body: JSON.stringify({
        id: 'cmpl',
        object: 'text_completion',
        choices: [{ index: 0, text: 'a time', logprobs: null, finish_reason: 'stop' }],
      }),
      texts: ['a time'],
    },
  ],
  streams: transcripts('completions'),
  textOf: completionsTextOf,
}

export const EMBEDDINGS: LensCorpus = {
  endpoint: { method: 'POST', path: '/v1/embeddings' },
  requests: [
    request({ model: 'm', input: 'one text', encoding_format: 'base64', user: 'a person' }, ['one text', 'a person']),
    request({ model: 'm', input: ['one', 'two'], dimensions: 3, extra: ['seen too'] }, ['one', 'two', 'seen too']),
    request({ model: 'm', input: [1, 2, 3] }, []),
  ],
  refused: [...JSON_FAULTS, '{"model":"m"}', '{"model":"m","input":{"text":"PASSWORD"}}', '{"input":"x"}'],
  answers: [
    {
      body: JSON.stringify({
        object: 'list',
        model: 'm',
        data: [{ object: 'embedding', index: 0, embedding: [0.1, -0.2] }],
        usage: { prompt_tokens: 2, total_tokens: 2 },
      }),
      texts: [],
    },
    {
      body: '{"object":"list","data":[{"object":"embedding","index":0,"embedding":"AACAPwAAAEA="}],"note":"seen"}',
      texts: ['seen'],
    },
  ],
  streams: [],
  textOf: String,
}

export const MODERATIONS: LensCorpus = {
  endpoint: { method: 'POST', path: '/v1/moderations' },
  requests: [
    request({ input: 'one text' }, ['one text'], false, 'omni-moderation-latest'),
    request({ model: 'm', input: ['one', 'two'] }, ['one', 'two']),
    request({ input: [{ type: 'text', text: 'three' }], model: 'm' }, ['three']),
  ],
  refused: [...JSON_FAULTS, '{"model":"m"}', '{"model":null,"input":"x"}', '{"model":"m","input":7}'],
  answers: [
    {
      body: '{"id":"modr-1","model":"m","results":[{"flagged":true,"categories":{"violence":true},"category_scores":{"violence":0.9},"category_applied_input_types":{"violence":["text"]},"note":"seen"}]}',
      texts: ['seen'],
    },
  ],
  streams: [],
  textOf: String,
}

interface Event {
  readonly [member: string]: unknown
  readonly type: string
}

/** Opaque, or of no weight to a reader. */
const UNREAD = new Set(['type', 'id', 'item_id', 'obfuscation', 'logprobs', 'sequence_number'])

/** What a client reads: texts that grow, and what is said as a whole. */
function responsesTextOf(stream: Buffer): string {
  const texts = new Map<string, string>()
  const wholes: string[] = []
  for (const event of eventsOf(stream) as Event[]) {
    const { type, delta } = event
    if (typeof delta === 'string') {
      const { output_index, content_index, summary_index } = event
      const where = `${type} ${output_index} ${content_index ?? summary_index ?? ''}`
      texts.set(where, (texts.get(where) ?? '') + delta)
    } else collect(event, '', wholes)
  }
  const read = [...texts].map(([where, text]) => [where, where.includes('arguments') ? unescaped(text) : text])
  return JSON.stringify([read.filter(([, text]) => text !== '').sort(), wholes])
}

function collect(value: unknown, member: string, into: string[]): void {
  if (typeof value === 'string') into.push(`${member}: ${member === 'arguments' ? unescaped(value) : value}`)
  else if (Array.isArray(value)) for (const one of value) collect(one, member, into)
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) if (!UNREAD.has(name)) collect(inner, name, into)
  }
}

interface Choice {
  readonly index: number
  readonly text: string
}

function completionsTextOf(stream: Buffer): string {
  const texts = new Map<number, string>()
  for (const event of eventsOf(stream)) {
    const { choices = [] } = event as { choices?: readonly Choice[] }
    for (const { index, text } of choices) texts.set(index, (texts.get(index) ?? '') + text)
  }
  return JSON.stringify([...texts].sort())
}

function eventsOf(stream: Buffer): unknown[] {
  return stream
    .toString()
    .split(/\r\n\r\n|\n\n|\r\r/)
    .map((block) => block.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:')))
    .map((lines) =>
      lines
        .map((line) => line.slice(5))
        .join('\n')
        .trim(),
    )
    .filter((data) => data !== '' && data !== '[DONE]')
    .flatMap((data, at, all) => (isTorn(data, all[at + 1]) ? [] : [JSON.parse(data)]))
}

/** Where nobody guards a stream, it may be torn amid an event: what ended it follows. */
function isTorn(data: string, next: string | undefined): boolean {
  return next?.includes('"error"') === true && !data.endsWith('}')
}

/** Arguments are JSON within JSON: a guarded stream may spell a letter without the escape it came with. */
export function unescaped(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json))
  } catch {
    return json
  }
}
