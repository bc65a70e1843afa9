import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../../test/lens.js'
import type { RequestView } from '../../../spec/dialect.js'
import { createOpenAiDialect } from '../dialect.js'

const lens = lensAt(createOpenAiDialect(), '/v1/responses')

function view(body: object): RequestView {
  const read = lens.read(Buffer.from(JSON.stringify({ model: 'm', ...body })))
  if (read.kind === 'refuse') throw new Error(read.forLog)
  return read.value
}

function refusalOf(body: object): unknown {
  const read = lens.read(Buffer.from(JSON.stringify({ model: 'm', input: 'x', ...body })))
  return read.kind === 'refuse' ? [read.code, read.param] : 'read'
}

const seen = (body: object): string[] => view(body).parts.map(({ role, address, text }) => `${role} ${address} ${text}`)
const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('whose text is where', () => {
  test('plain input and instructions', () => {
    expect(seen({ instructions: 'be kind', input: 'hi' })).toEqual(['system /instructions be kind', 'user /input hi'])
  })

  test('items of a conversation', () => {
    const input = [
      { role: 'developer', content: 'one' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'two' }] },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'three' }], encrypted_content: 'gA_=' },
      { role: 'assistant', content: [{ type: 'output_text', text: 'four' }] },
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'find', arguments: '{"q":"\\u0034"}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'five' },
      { type: 'mcp_call', id: 'mcp', name: 'ask', server_label: 'docs', arguments: '{}', output: 'six' },
      { type: 'mcp_list_tools', id: 'l', server_label: 'docs', tools: [{ name: 'ask', description: 'seven' }] },
      { type: 'code_interpreter_call', id: 'ci', code: 'eight', outputs: [{ type: 'logs', logs: 'nine' }] },
      { type: 'web_search_call', id: 'ws', action: { type: 'search', query: 'ten' } },
      { type: 'shell_call_output', call_id: 's', output: [{ stdout: 'out', stderr: '' }] },
      { type: 'tool_search_output', tools: [{ type: 'function', name: 'f', description: 'eleven' }] },
    ]
    expect(seen({ input })).toEqual([
      'system /input/0/content one',
      'user /input/1/content/0/text two',
      'reasoning /input/2/summary/0/text three',
      'assistant /input/3/content/0/text four',
      'tool-call /input/4/name find',
      'tool-call /input/4/arguments {"q":"4"}',
      'tool /input/5/output five',
      'tool-call /input/6/name ask',
      'tool-call /input/6/server_label docs',
      'tool-call /input/6/arguments {}',
      'tool /input/6/output six',
      'tool-definition /input/7/server_label docs',
      'tool-definition /input/7/tools/0/name ask',
      'tool-definition /input/7/tools/0/description seven',
      'tool-call /input/8/code eight',
      'tool /input/8/outputs/0/logs nine',
      'tool-call /input/9/action/query ten',
      'tool /input/10/output/0/stdout out',
      'tool-definition /input/11/tools/0/name f',
      'tool-definition /input/11/tools/0/description eleven',
    ])
  })

  test('what nobody knows is text, in any item, and its names too', () => {
    expect(
      seen({ input: [{ type: 'message', role: 'user', content: 'x', note: 'one' }], extra: { 'a name': 'two' } }),
    ).toEqual([
      'user /input/0/content x',
      'unknown /input/0/note note',
      'unknown /input/0/note one',
      'unknown /extra extra',
      'unknown /extra/a name a name',
      'unknown /extra/a name two',
    ])
  })

  test('tokens of an answer that is sent back are text: they are read by nobody else', () => {
    const part = { type: 'output_text', text: 'x', logprobs: [{ token: '4111111111111111' }] }
    expect(seen({ input: [{ role: 'assistant', content: [part] }] })).toContain(
      'unknown /input/0/content/0/logprobs/0/token 4111111111111111',
    )
  })

  test('and where a text is edited they go, with the bytes that say them: in pieces nobody would find it', () => {
    const logprobs = [{ token: 'PASS', logprob: -1, bytes: [80, 65, 83, 83] }, { token: 'WORD' }]
    const part = { type: 'output_text', text: 'PASSWORD', logprobs }
    const read = view({ input: [{ role: 'assistant', content: [part] }] })
    const index = read.parts.findIndex(({ text }) => text === 'PASSWORD')
    expect(JSON.parse(read.edit({ model: undefined, edits: [{ index, text: 'gone' }] }).toString())).toMatchObject({
      input: [{ content: [{ type: 'output_text', text: 'gone', logprobs: [] }] }],
    })
  })
})

describe('what nobody can inspect [content.references]', () => {
  const inMessage = (part: object): readonly string[] =>
    view({ input: [{ role: 'user', content: [part] }] }).uninspectable

  test.each([
    ['an image', { type: 'input_image', image_url: 'data:image/png;base64,AA==' }],
    ['an image that the provider keeps', { type: 'input_image', file_id: 'file-1' }],
    ['a file that the provider keeps', { type: 'input_file', file_id: 'file-1' }],
    ['a file elsewhere', { type: 'input_file', file_url: 'https://example.com/a.txt' }],
    ['a file that is no text', { type: 'input_file', file_data: `data:application/pdf;base64,${base64('x')}` }],
    ['a file that says it is text and is not', { type: 'input_file', file_data: 'data:text/plain;base64,/w==' }],
    [
      'text, and a file beside it',
      { type: 'input_file', file_id: 'f', file_data: `data:text/plain;base64,${base64('x')}` },
    ],
    ['text with an image in it', { type: 'input_text', text: 'x', image_url: 'https://example.com' }],
    ['sound', { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }],
    ['a part of an unknown kind', { type: 'input_video', video: 'x' }],
  ])('%s', (_, part) => {
    expect(inMessage(part)).toEqual(['/input/0/content/0'])
  })

  test.each([
    ['an item of an unknown kind', { type: 'hologram_call', text: 'x' }, '/input/0'],
    ['a picture that was made', { type: 'image_generation_call', id: 'ig', result: 'AA==' }, '/input/0'],
    ['what only the provider can read', { type: 'compaction', encrypted_content: 'gAAA' }, '/input/0'],
    [
      'a picture that code made',
      { type: 'code_interpreter_call', outputs: [{ type: 'image', url: 'u' }] },
      '/input/0/outputs/0',
    ],
    [
      'a screen',
      { type: 'computer_call_output', output: { type: 'computer_screenshot', file_id: 'f' } },
      '/input/0/output',
    ],
    ['an item that the provider keeps', { type: 'item_reference', id: 'msg_1' }, '/input/0/id'],
    ['one that does not say so', { id: 'msg_1' }, '/input/0/id'],
  ])('%s', (_, item, address) => {
    expect(view({ input: [item] }).uninspectable).toEqual([address])
  })

  test.each([
    ['an earlier response', { previous_response_id: 'resp_1' }, '/previous_response_id'],
    ['a conversation', { conversation: 'conv_1' }, '/conversation'],
    ['a conversation, as an object', { conversation: { id: 'conv_1' } }, '/conversation/id'],
    ['a prompt that the provider keeps', { prompt: { id: 'pmpt_1', variables: { city: 'Ulm' } } }, '/prompt/id'],
    [
      'a store of documents',
      { tools: [{ type: 'file_search', vector_store_ids: ['vs_1'] }] },
      '/tools/0/vector_store_ids/0',
    ],
    [
      'files of a container',
      { tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: ['f'] } }] },
      '/tools/0/container/file_ids/0',
    ],
    ['a container', { tools: [{ type: 'code_interpreter', container: 'cntr_1' }] }, '/tools/0/container'],
    [
      'a skill that brings files along',
      {
        tools: [
          {
            type: 'shell',
            environment: {
              type: 'container_auto',
              skills: [{ type: 'inline', name: 's', source: { type: 'base64', data: 'AA==' } }],
            },
          },
        ],
      },
      '/tools/0/environment/skills/0/source',
    ],
    [
      'a mask',
      { tools: [{ type: 'image_generation', input_image_mask: { file_id: 'f' } }] },
      '/tools/0/input_image_mask',
    ],
  ])('%s', (_, body, address) => {
    expect(view({ input: 'x', ...body }).uninspectable).toEqual([address])
  })

  test('and nothing where these are null, or left out', () => {
    expect(
      view({
        input: 'x',
        previous_response_id: null,
        conversation: null,
        prompt: null,
        tools: [{ type: 'web_search' }],
      }).uninspectable,
    ).toEqual([])
  })

  test('a reference that is no id is text as well', () => {
    expect(seen({ previous_response_id: 'not an id, but words' })).toEqual([
      'unknown /previous_response_id not an id, but words',
    ])
  })

  test('a file that is text is read, and edited within', () => {
    const body = {
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_file', filename: 'notes.txt', file_data: `data:text/plain;base64,${base64('my PASSWORD')}` },
          ],
        },
      ],
    }
    const read = view(body)
    expect(read.uninspectable).toEqual([])
    expect(read.parts.map(({ role, text }) => [role, text])).toEqual([
      ['user', 'notes.txt'],
      ['user', 'my PASSWORD'],
    ])
    const edited = String(read.edit({ model: undefined, edits: [{ index: 1, text: 'my [gone]' }] }))
    expect(edited).toContain(`data:text/plain;base64,${base64('my [gone]')}`)
  })
})

describe('what else it says', () => {
  test('effects: what the provider keeps, or runs', () => {
    const effects = (body: object): boolean => view({ input: 'x', store: false, ...body }).hasEffects
    expect(effects({})).toBe(false)
    expect(effects({ store: true })).toBe(true)
    // It is what the provider does where it is told nothing.
    expect(effects({ store: null })).toBe(true)
    expect(view({ input: 'x' }).hasEffects).toBe(true)
    for (const tool of [{ type: 'function' }, { type: 'custom' }, { type: 'apply_patch' }, { type: 'computer' }])
      expect(effects({ tools: [tool] })).toBe(false)
    for (const tool of [
      { type: 'web_search' },
      { type: 'file_search' },
      { type: 'code_interpreter' },
      { type: 'mcp' },
      { type: 'image_generation' },
      { type: 'something_new' },
      {},
      { type: 'shell' },
      { type: 'tool_search' },
    ])
      expect(effects({ tools: [tool] })).toBe(true)
    expect(effects({ tools: [{ type: 'shell', environment: { type: 'local' } }] })).toBe(false)
    expect(effects({ tools: [{ type: 'tool_search', execution: 'client' }] })).toBe(false)
    expect(effects({ input: [{ type: 'additional_tools', role: 'developer', tools: [{ type: 'web_search' }] }] })).toBe(
      true,
    )
  })

  test('system text, stream, tokens, tools, conversation', () => {
    const { hasSystemMessage, stream, maxTokens, tools, conversation } = view({
      input: [
        { role: 'developer', content: 'x' },
        { type: 'additional_tools', role: 'developer', tools: [{ type: 'function' }] },
      ],
      stream: true,
      max_output_tokens: 7,
      tools: [{ type: 'function' }],
      conversation: { id: 'conv_1' },
    })
    expect([hasSystemMessage, stream, maxTokens, tools, conversation]).toEqual([true, true, 7, 2, 'conv_1'])
    expect(view({ instructions: 'x' }).hasSystemMessage).toBe(true)
    expect(view({ instructions: '', input: [{ role: 'user', content: 'x' }] }).hasSystemMessage).toBe(false)
    expect(view({ input: [{ type: 'additional_tools', role: 'developer' }] }).hasSystemMessage).toBe(false)
    expect(view({ input: 'x' }).saysUsage).toBe(true)
    expect(view({ input: 'x', stream: true }).saysUsage).toBe(true)
  })

  test.each([
    [{ background: true }, ['invalid_request', 'background']],
    [{ background: 'yes' }, ['invalid_request', 'background']],
    [{ store: 'no' }, ['invalid_request', 'store']],
    [{ stream: 1 }, ['invalid_request', 'stream']],
    [{ input: 7 }, ['invalid_request', 'input']],
    [{ input: ['x'] }, ['invalid_request', 'input[0]']],
    [{ tools: ['web_search'] }, ['invalid_request', 'tools']],
    [{ max_output_tokens: -1 }, ['invalid_request', 'max_output_tokens']],
    [{ model: '' }, ['invalid_request', 'model']],
    // Another model would see the prompt, and no policy was asked about it.
    [{ tools: [{ type: 'image_generation', model: 'gpt-image-1' }] }, ['invalid_request', 'tools']],
    [{ input: [{ type: 'additional_tools', tools: [{ model: 'm' }] }] }, ['invalid_request', 'tools']],
    [{ moderation: { model: 'omni-moderation-latest' } }, ['invalid_request', 'moderation']],
    [{ tools: [{ type: 'image_generation', model: null }], moderation: null }, 'read'],
    // Servers that read names without regard to case would take the last one.
    [{ Model: 'other' }, ['invalid_request', '/Model']],
    [{ input: [{ role: 'user', content: 'x', Content: 'y' }] }, ['invalid_request', '/input/0/Content']],
    [{ background: false, store: false }, 'read'],
  ])('%j: %j', (body, wanted) => {
    expect(refusalOf(body)).toEqual(wanted)
  })
})
