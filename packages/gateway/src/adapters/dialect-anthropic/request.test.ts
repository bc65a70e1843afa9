import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../test/lens.js'
import type { Change, RequestView } from '../../spec/dialect.js'
import { createAnthropicDialect } from './dialect.js'

const dialect = lensAt(createAnthropicDialect(), '/anthropic/v1/messages')

function view(body: unknown): RequestView {
  const got = dialect.read(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
  if (got.kind === 'refuse') throw new Error(got.forLog)
  return got.value
}

const USER = { role: 'user', content: 'hi' }
const PLAIN = { model: 'm', max_tokens: 7, messages: [USER] }

/** Parts of a body that says nothing else. */
function partsOf(more: object): string[] {
  return view({ ...PLAIN, messages: [], ...more }).parts.map(({ role, address, text, isName }) => {
    return `${role} ${address} ${isName ? 'NAME' : text}`
  })
}

function inContent(...blocks: readonly object[]): string[] {
  const parts = partsOf({ messages: [{ role: 'user', content: blocks }] })
  return parts.map((one) => one.replace('/messages/0/content/', ''))
}

function unseen(more: object): readonly string[] {
  return view({ ...PLAIN, ...more }).uninspectable
}

function unseenIn(...blocks: readonly object[]): readonly string[] {
  return unseen({ messages: [{ role: 'user', content: blocks }] }).map((one) => one.replace('/messages/0/content/', ''))
}

function refused(body: unknown): string | undefined {
  const got = dialect.read(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
  if (got.kind !== 'refuse') return 'proceeds'
  expect(got.code).toBe('invalid_request')
  return got.param
}

describe('texts', () => {
  test('in document order, with their roles', () => {
    const system = [{ type: 'text', text: 'be terse', cache_control: { type: 'ephemeral', ttl: '5m' } }]
    const messages = [
      USER,
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'EqQB+/==' },
          { type: 'redacted_thinking', data: 'EmwK+/==' },
          { type: 'text', text: 'let me look' },
          { type: 'tool_use', id: 'toolu_1', name: 'look', input: { q: 'x', deep: [{ at: 'y' }] } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'found' }] },
      { role: 'system', content: 'be kind' },
      { role: 'stranger', content: 'who?' },
    ]
    expect(partsOf({ system, messages, stop_sequences: ['END'], metadata: { user_id: 'ann' } })).toEqual([
      'user /messages/0/content hi',
      'reasoning /messages/1/content/0/thinking hm',
      'assistant /messages/1/content/2/text let me look',
      'assistant /messages/1/content/3/name look',
      'tool-call /messages/1/content/3/input/q NAME',
      'tool-call /messages/1/content/3/input/q x',
      'tool-call /messages/1/content/3/input/deep NAME',
      'tool-call /messages/1/content/3/input/deep/0/at NAME',
      'tool-call /messages/1/content/3/input/deep/0/at y',
      'tool /messages/2/content/0/content found',
      'system /messages/3/content be kind',
      'unknown /messages/4/content who?',
      'system /system/0/text be terse',
      'unknown /stop_sequences/0 END',
      'unknown /metadata/user_id ann',
    ])
    expect(partsOf({ system: 'be terse' })).toEqual(['system /system be terse'])
  })

  test('of documents, found passages and results within results', () => {
    const passage = { type: 'search_result', source: 'wiki', title: 't', content: [{ type: 'text', text: 'found' }] }
    const note = {
      type: 'document',
      title: 'note',
      context: 'of old',
      citations: { enabled: true },
      source: { type: 'text', media_type: 'text/plain', data: 'words' },
    }
    const parts = { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'part' }] } }
    expect(inContent(passage, note, parts)).toEqual([
      'tool 0/source wiki',
      'tool 0/title t',
      'tool 0/content/0/text found',
      'tool 1/title note',
      'tool 1/context of old',
      'tool 1/source/data words',
      'tool 2/source/content/0/text part',
    ])
    const result = { type: 'tool_result', tool_use_id: 't', is_error: false, content: [passage, note] }
    expect(inContent(result).every((one) => one.startsWith('tool 0/content/'))).toBe(true)
    expect(inContent(result)).toHaveLength(6)
  })

  test('of what tools of the provider gave: pages, output, errors', () => {
    const search = {
      type: 'web_search_tool_result',
      tool_use_id: 's',
      caller: { type: 'direct' },
      content: [
        {
          type: 'web_search_result',
          title: 'T',
          url: 'https://a.example/x y',
          encrypted_content: 'Ei8=',
          page_age: 'May 1',
        },
      ],
    }
    const failed = {
      type: 'web_search_tool_result',
      tool_use_id: 's',
      content: { type: 'web_search_tool_result_error', error_code: 'max_uses_exceeded' },
    }
    const fetched = {
      type: 'web_fetch_tool_result',
      tool_use_id: 's',
      content: {
        type: 'web_fetch_result',
        url: 'https://a.example',
        retrieved_at: '2026-11-02T10:00:00Z',
        content: { type: 'document', title: 'D', source: { type: 'text', media_type: 'text/plain', data: 'page' } },
      },
    }
    const ran = {
      type: 'bash_code_execution_tool_result',
      tool_use_id: 's',
      content: {
        type: 'bash_code_execution_result',
        stdout: 'out',
        stderr: 'err',
        return_code: 0,
        content: [{ type: 'bash_code_execution_output', file_id: 'file_1' }],
      },
    }
    const viewed = {
      type: 'text_editor_code_execution_tool_result',
      tool_use_id: 's',
      content: { type: 'text_editor_code_execution_view_result', content: 'lines', file_type: 'text', num_lines: 1 },
    }
    const replaced = {
      type: 'text_editor_code_execution_tool_result',
      tool_use_id: 's',
      content: { type: 'text_editor_code_execution_str_replace_result', lines: ['-a', '+b'] },
    }
    expect(inContent(search, failed, fetched, ran, viewed, replaced)).toEqual([
      'assistant 0/content/0/title T',
      'assistant 0/content/0/url https://a.example/x y',
      'assistant 0/content/0/page_age May 1',
      'assistant 2/content/url https://a.example',
      'assistant 2/content/retrieved_at 2026-11-02T10:00:00Z',
      'tool 2/content/content/title D',
      'tool 2/content/content/source/data page',
      'tool 3/content/stdout out',
      'tool 3/content/stderr err',
      'tool 4/content/content lines',
      'tool 5/content/lines/0 -a',
      'tool 5/content/lines/1 +b',
    ])
    expect(unseenIn(search, failed, fetched, ran, viewed, replaced)).toEqual([])
  })

  test('of tools, names of their properties too; and of MCP servers, their secret too', () => {
    const input_schema = {
      type: 'object',
      properties: { city: { type: 'string', description: 'where', enum: ['Rome'] } },
      required: ['city'],
    }
    const tools = [
      { name: 'f', description: 'd', strict: true, input_schema, input_examples: [{ city: 'Ulm' }] },
      {
        type: 'web_search_20260318',
        name: 'web_search',
        allowed_domains: ['a.example'],
        user_location: { city: 'Ulm' },
      },
      { type: 'mcp_toolset', mcp_server_name: 'srv', configs: { tool_a: { enabled: true } } },
    ]
    const mcp_servers = [{ type: 'url', name: 'srv', url: 'https://m.example', authorization_token: 'tok' }]
    expect(partsOf({ tools, mcp_servers, tool_choice: { type: 'tool', name: 'f' } })).toEqual([
      'tool-definition /tools/0/name f',
      'tool-definition /tools/0/description d',
      'tool-definition /tools/0/input_schema/properties/city NAME',
      'tool-definition /tools/0/input_schema/properties/city/description where',
      'tool-definition /tools/0/input_schema/properties/city/enum/0 Rome',
      'tool-definition /tools/0/input_schema/required/0 city',
      'tool-definition /tools/0/input_examples/0/city NAME',
      'tool-definition /tools/0/input_examples/0/city Ulm',
      'tool-definition /tools/1/name web_search',
      'tool-definition /tools/1/allowed_domains/0 a.example',
      'tool-definition /tools/1/user_location/city Ulm',
      'tool-definition /tools/2/mcp_server_name srv',
      'tool-definition /tools/2/configs/tool_a NAME',
      'tool-definition /tools/2/configs/tool_a/enabled NAME',
      'tool-definition /mcp_servers/0/name srv',
      'tool-definition /mcp_servers/0/url https://m.example',
      'tool-definition /mcp_servers/0/authorization_token tok',
      'unknown /tool_choice/name f',
    ])
  })

  test('of numbers that a tool is told, where they are long', () => {
    const input = { card: 4111111111111111, copies: 2, all: [5500005555555559] }
    const body = {
      model: 'm',
      messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input }] }],
    }
    const { parts, edit } = view(body)
    const said = parts.flatMap(({ role, text, isName }) => (isName ? [] : [`${role} ${text}`]))
    expect(said).toEqual(['assistant f', 'tool-call 4111111111111111', 'tool-call 5500005555555559'])
    const index = parts.findIndex(({ text }) => text.startsWith('4111'))
    const out = JSON.parse(String(edit({ model: undefined, edits: [{ index, text: '[gone]' }] })))
    expect(out.messages[0].content[0].input).toEqual({ ...input, card: '[gone]' })
  })

  test('in fields that the format does not have [content.all-text]', () => {
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'hi', note: { deep: ['x'] } }] }]
    expect(partsOf({ messages, extra: 'y', metadata: { user_id: 'ann', who: 'z' } })).toEqual([
      'user /messages/0/content/0/text hi',
      'unknown /messages/0/content/0/note NAME',
      'unknown /messages/0/content/0/note/deep NAME',
      'unknown /messages/0/content/0/note/deep/0 x',
      'unknown /extra NAME',
      'unknown /extra y',
      'unknown /metadata/user_id ann',
      'unknown /metadata/who NAME',
      'unknown /metadata/who z',
    ])
  })

  test('a field for a word, an id or ciphertext is opaque only while it looks like one', () => {
    const block = (more: object): string[] => inContent({ type: 'thinking', thinking: '', ...more })
    expect(block({ signature: 'EqQBCgIYAhIM+/==' })).toEqual([])
    expect(block({ signature: 'my card number is' })).toEqual(['user 0/signature my card number is'])
    expect(partsOf({ service_tier: 'standard_only', speed: 'fast', container: 'container_1' })).toEqual([])
    expect(partsOf({ service_tier: 'Ask Ann', container: 'ann@example.com' })).toEqual([
      'unknown /service_tier Ask Ann',
      'unknown /container ann@example.com',
    ])
  })
})

describe('what cannot be inspected is named', () => {
  const PDF = { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' }

  test.each([
    ['an image', { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBO' } }, ['0']],
    ['an image by its address', { type: 'image', source: { type: 'url', url: 'https://a.example/p.png' } }, ['0']],
    ['a PDF', { type: 'document', source: PDF }, ['0/source']],
    [
      'a document by its address',
      { type: 'document', source: { type: 'url', url: 'https://a.example' } },
      ['0/source'],
    ],
    ['a file at the provider', { type: 'document', source: { type: 'file', file_id: 'file_1' } }, ['0/source']],
    ['a source of an unknown kind', { type: 'document', source: { type: 'vault', at: 'x' } }, ['0/source']],
    [
      'a text source with a file beside it',
      { type: 'document', source: { type: 'text', data: 'x', file_id: 'f' } },
      ['0/source'],
    ],
    ['a document with its data in the wrong place', { type: 'document', data: 'JVBERi0=' }, ['0']],
    ['a file for the container', { type: 'container_upload', file_id: 'file_1' }, ['0']],
    ['a block of an unknown type', { type: 'hologram', text: 'x' }, ['0']],
    ['a block without a type', { text: 'x' }, ['0']],
    ['a text block that has a source', { type: 'text', text: 'x', source: PDF }, ['0']],
    ['a text block in another spelling', { type: 'text', text: 'x', image_url: 'data:image/png;base64,iVBO' }, ['0']],
    [
      'an image in a result',
      { type: 'tool_result', tool_use_id: 't', content: [{ type: 'image', source: PDF }] },
      ['0/content/0'],
    ],
    [
      'a PDF that was fetched',
      {
        type: 'web_fetch_tool_result',
        tool_use_id: 't',
        content: { type: 'web_fetch_result', url: 'u', content: { type: 'document', source: PDF } },
      },
      ['0/content/content/source'],
    ],
    [
      'an image in a document of blocks',
      { type: 'document', source: { type: 'content', content: [{ type: 'image', source: PDF }] } },
      ['0/source/content/0'],
    ],
  ])('%s', (_, block, addresses) => {
    expect(unseenIn(block)).toEqual(addresses)
  })

  test('what the provider keeps: a thread, a machine with its files, skills', () => {
    expect(unseen({ thread: { type: 'continue', previous_message_id: 'msg_1' } })).toEqual([
      '/thread/previous_message_id',
    ])
    expect(unseen({ container: 'container_1' })).toEqual(['/container'])
    const skills = [{ type: 'custom', skill_id: 'skill_1', version: 'latest' }]
    expect(unseen({ container: { id: 'container_1', skills } })).toEqual([
      '/container/id',
      '/container/skills/0/skill_id',
    ])
    expect(
      unseen({ container: null, thread: { type: 'create' }, diagnostics: { previous_message_id: 'msg_1' } }),
    ).toEqual([])
  })

  test('an attachment that says it is text is seen, and edited where it stands', () => {
    const source = (mediaType: string, bytes: string | Buffer): object => ({
      type: 'base64',
      media_type: mediaType,
      data: Buffer.from(bytes as string).toString('base64'),
    })
    const content = [
      { type: 'document', source: source('text/plain', 'ask ann') },
      {
        type: 'tool_result',
        tool_use_id: 't',
        content: [{ type: 'document', source: source('application/json', '{"a":"\\u0062"}') }],
      },
      { type: 'document', source: source('text/plain', Buffer.from([0xff, 0xfe])) },
      { type: 'document', source: { ...source('text/plain', 'x'), file_id: 'file_1' } },
      { type: 'image', source: source('text/plain', 'ask ann') },
    ]
    const { parts, uninspectable, edit } = view({ model: 'm', messages: [{ role: 'user', content }] })
    expect(parts.slice(0, 3).map(({ role, address, text, isJson }) => [role, address, text, isJson])).toEqual([
      ['tool', '/messages/0/content/0/source/data', 'ask ann', false],
      ['tool', '/messages/0/content/1/content/0/source/data', '{"a":"b"}', true],
      ['tool', '/messages/0/content/3/source/data', 'x', false],
    ])
    expect(uninspectable).toEqual([2, 3, 4].map((at) => `/messages/0/content/${at}${at === 4 ? '' : '/source'}`))
    const out = JSON.parse(String(edit({ model: undefined, edits: [{ index: 0, text: '[gone]' }] })))
    expect(out.messages[0].content[0]).toEqual({ type: 'document', source: source('text/plain', '[gone]') })
  })

  test('in the system prompt too', () => {
    expect(unseen({ system: [{ type: 'image', source: PDF }] })).toEqual(['/system/0'])
  })

  test('text and what tools say are none of it', () => {
    expect(
      unseenIn(
        { type: 'text', text: 'x', citations: [{ type: 'char_location', cited_text: 'x', file_id: null }] },
        { type: 'tool_use', id: 't', name: 'n', input: { image_url: 'x', source: 'y' } },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } },
        { type: 'document', source: { type: 'content', content: 'x' } },
      ),
    ).toEqual([])
  })
})

describe('facts', () => {
  test('what the pipeline asks for', () => {
    expect(view({ ...PLAIN, stream: true })).toMatchObject({
      model: 'm',
      stream: true,
      maxTokens: 7,
      hasSystemMessage: false,
      hasEffects: false,
      tools: 0,
      conversation: undefined,
    })
    expect(view({ model: 'm', messages: [] })).toMatchObject({ stream: false, maxTokens: 0 })
  })

  test.each([
    [{ system: 'x' }, true],
    [{ system: [{ type: 'text', text: 'x' }] }, true],
    [{ messages: [USER, { role: 'system', content: 'x' }] }, true],
    [{ system: '' }, false],
    [{ system: [] }, false],
    [{ system: null }, false],
  ])('%j has a system message: %s', (more, has) => {
    expect(view({ ...PLAIN, ...more }).hasSystemMessage).toBe(has)
  })

  const added = (definition: object): object => ({
    type: 'tool_addition',
    tool: { type: 'tool_definition', definition },
  })
  test.each([
    [
      'tools of the caller',
      { tools: [{ name: 'f' }, { type: 'custom', name: 'g' }, { type: null, name: 'h' }] },
      false,
    ],
    ['what callers run for the model', { tools: [{ type: 'bash_20250124' }, { type: 'computer_20251124' }] }, false],
    ['a browser of the caller', { tools: [{ type: 'browser_toolset_20260801' }] }, false],
    ['search', { tools: [{ name: 'f' }, { type: 'web_search_20260318', name: 'web_search' }] }, true],
    ['code', { tools: [{ type: 'code_execution_20260521' }] }, true],
    ['MCP tools', { tools: [{ type: 'mcp_toolset', mcp_server_name: 's' }] }, true],
    ['a tool of an unknown kind', { tools: [{ type: 'teleport_20300101' }] }, true],
    ['what only begins like a tool of the caller', { tools: [{ type: 'bash_20250124_remote' }] }, true],
    ['MCP servers', { mcp_servers: [{ type: 'url', name: 's', url: 'https://s.example' }] }, true],
    ['no MCP servers', { mcp_servers: [] }, false],
    ['a container', { container: 'container_1' }, true],
    ['no container', { container: null }, false],
    ['a thread that is kept', { thread: { type: 'create' } }, true],
    [
      'a search that comes with a message',
      { messages: [{ role: 'system', content: [added({ type: 'web_search_1' })] }] },
      true,
    ],
    [
      'a search that was summed up',
      {
        messages: [
          { role: 'user', content: [{ type: 'compaction', tool_changes: [added({ type: 'web_search_1' })] }] },
        ],
      },
      true,
    ],
    [
      'a tool of the caller that comes with a message',
      { messages: [{ role: 'system', content: [added({ name: 'f' })] }] },
      false,
    ],
  ])('effects of %s: %s', (_, more, has) => {
    expect(view({ ...PLAIN, ...more }).hasEffects).toBe(has)
  })

  test('counts tools, those that come with messages too', () => {
    const messages = [
      { role: 'system', content: [added({ name: 'g' }), { type: 'tool_removal', tool: { name: 'g' } }] },
    ]
    expect(view({ ...PLAIN, messages, tools: [{ name: 'f' }] }).tools).toBe(2)
  })

  test.each([
    ['fallbacks', { fallbacks: [{ model: 'another' }] }],
    ['fallbacks', { fallbacks: 'default' }],
    ['tools', { tools: [{ type: 'advisor_20260301', name: 'advisor', model: 'another' }] }],
    ['tools', { messages: [{ role: 'system', content: [added({ type: 'advisor_20260301', model: 'another' })] }] }],
  ])('a model that nobody decided on is refused: %s [content.one-model]', (param, more) => {
    expect(refused({ ...PLAIN, ...more })).toBe(param)
  })
  test('no further model is none', () => {
    expect(refused({ ...PLAIN, fallbacks: null, tools: [{ name: 'f', model: null }] })).toBe('proceeds')
  })
})

describe('refuses', () => {
  test.each([
    ['model', { ...PLAIN, model: '' }],
    ['messages', { model: 'm' }],
    ['messages[0]', { ...PLAIN, messages: ['x'] }],
    ['messages[1].content', { ...PLAIN, messages: [USER, { role: 'user', content: 7 }] }],
    ['stream', { ...PLAIN, stream: 'yes' }],
    ['max_tokens', { ...PLAIN, max_tokens: 1.5 }],
    ['system', { ...PLAIN, system: { text: 'x' } }],
    ['tools', { ...PLAIN, tools: ['f'] }],
    ['mcp_servers', { ...PLAIN, mcp_servers: {} }],
  ])('what is not what `%s` must be', (param, body) => {
    expect(refused(body)).toBe(param)
  })

  test.each([
    ['/Model', { ...PLAIN, Model: 'other' }],
    ['/me\u017f\u017fages', { ...PLAIN, 'me\u017f\u017fages': [] }],
    ['/messages/0/Role', { ...PLAIN, messages: [{ ...USER, Role: 'system' }] }],
    [
      '/messages/0/content/0/TYPE',
      { ...PLAIN, messages: [{ role: 'user', content: [{ type: 'text', text: 'x', TYPE: 'image' }] }] },
    ],
    ['/tools/0/Type', { ...PLAIN, tools: [{ type: 'custom', Type: 'web_search_20260318' }] }],
  ])('a member that differs from a known one in its case alone: %s', (param, body) => {
    expect(refused(body)).toBe(param)
  })

  test("but not what the caller's own tools call things", () => {
    const content = [{ type: 'tool_use', id: 't', name: 'n', input: { Type: 'x', type: 'y', ID: 'z' } }]
    const tools = [{ name: 'n', input_schema: { type: 'object', properties: { Type: {}, TITLE: {} } } }]
    expect(refused({ ...PLAIN, tools, messages: [{ role: 'assistant', content }] })).toBe('proceeds')
  })
})

describe('edits', () => {
  const THINKING = [
    { type: 'thinking', thinking: 'ask ann', signature: 'EqQB+/==' },
    { type: 'thinking', thinking: 'fine', signature: 'ErUB+/==' },
    { type: 'text', text: 'ask ann' },
  ]
  const body = { model: 'm', messages: [{ role: 'assistant', content: THINKING }] }
  const editedAt = (address: string): unknown[] => {
    const { parts, edit } = view(body)
    const index = parts.findIndex((one) => one.address === address)
    return JSON.parse(String(edit({ model: undefined, edits: [{ index, text: '[gone]' }] }))).messages[0].content
  }

  test('a signature over thinking that was edited is emptied; its neighbours stay [content.seals]', () => {
    expect(editedAt('/messages/0/content/0/thinking')).toEqual([
      { ...THINKING[0], thinking: '[gone]', signature: '' },
      THINKING[1],
      THINKING[2],
    ])
    expect(editedAt('/messages/0/content/2/text')).toEqual([THINKING[0], THINKING[1], { type: 'text', text: '[gone]' }])
  })

  describe('of what the provider takes a turn without [content.unsealed]', () => {
    const [first, second, third] = THINKING
    const EMPTY = { ...first, signature: '' }
    const sent = (content: readonly unknown[], change: Partial<Change>): unknown[] => {
      const { edit } = view({ model: 'm', messages: [{ role: 'assistant', content }] })
      return JSON.parse(String(edit({ model: undefined, edits: [], ...change }))).messages[0].content
    }
    const both = (...indices: readonly number[]) => indices.map((index) => ({ index, text: '[gone]' }))

    test.each([
      [[first, second, third], both(0), [second, third]],
      [[second, first, third], both(1), [second, third]],
      [[third, first], both(0, 1), [{ type: 'text', text: '[gone]' }]],
      [[first, third, first], both(0, 2), [third]],
    ])('thinking that is edited is left out, and what stands beside it stays %#', (content, edits, left) => {
      expect(sent(content, { edits, leaveOut: 'edited' })).toEqual(left)
    })

    test('where nothing else is in the turn, it stays with its signature emptied: a turn of nothing is none', () => {
      expect(sent([first], { edits: both(0), leaveOut: 'edited' })).toEqual([{ ...EMPTY, thinking: '[gone]' }])
    })

    test('thinking whose signature was emptied before goes too, where answers are edited', () => {
      expect(sent([EMPTY, third], { leaveOut: 'emptied' })).toEqual([third])
      expect(sent([EMPTY, third], { leaveOut: 'edited' })).toEqual([EMPTY, third])
      expect(sent([EMPTY, third], {})).toEqual([EMPTY, third])
    })

    test('a summary is not left out: nobody would know what it was of', () => {
      const block = { type: 'compaction', content: 'ask ann', signature: 'EqQB', encrypted_content: null }
      const emptied = { ...block, content: '[gone]', signature: '' }
      expect(sent([block, third], { edits: both(0), leaveOut: 'emptied' })).toEqual([emptied, third])
    })

    test('in time with the length of the body, however many turns there are', () => {
      const turn = { role: 'assistant', content: [{ type: 'thinking', thinking: '', signature: '' }, third] }
      const { edit } = view({ model: 'm', messages: Array.from({ length: 20_000 }, () => turn) })
      const from = performance.now()
      expect(String(edit({ model: undefined, edits: [], leaveOut: 'emptied' }))).not.toContain('thinking')
      expect(performance.now() - from).toBeLessThan(4000)
    })

    test("nothing is taken out twice, where the operator's system text takes the turn", () => {
      const { edit } = view({
        model: 'm',
        messages: [
          { role: 'system', content: [first, third] },
          { role: 'user', content: 'hi' },
        ],
      })
      const system = { before: 'ours', after: '', callers: 'drop' } as const
      const out = JSON.parse(String(edit({ model: undefined, edits: both(0), system, leaveOut: 'edited' })))
      expect(out).toEqual({ system: 'ours', model: 'm', messages: [{ role: 'user', content: 'hi' }] })
    })
  })

  test('a signature over a summary that was edited is emptied', () => {
    const block = { type: 'compaction', content: 'ask ann', signature: 'EqQB', encrypted_content: null }
    const { edit } = view({ model: 'm', messages: [{ role: 'user', content: [block] }] })
    const out = JSON.parse(String(edit({ model: 'other', edits: [{ index: 0, text: '[gone]' }] })))
    expect(out.messages[0].content).toEqual([{ ...block, content: '[gone]', signature: '' }])
    expect(out.model).toBe('other')
  })
})

test('what is counted is read as what is sent', () => {
  const counting = lensAt(createAnthropicDialect(), '/anthropic/v1/messages/count_tokens')
  const body = Buffer.from(JSON.stringify({ ...PLAIN, max_tokens: undefined, system: 'x' }))
  const [sent, counted] = [dialect.read(body), counting.read(body)]
  if (sent.kind === 'refuse' || counted.kind === 'refuse') throw new Error('refused')
  expect(counted.value.parts).toEqual(sent.value.parts)
  const answer = counting.readAnswer(
    Buffer.from('{"input_tokens":12,"context_management":{"original_input_tokens":40}}'),
  )
  expect(answer.kind === 'proceed' && answer.value.parts).toEqual([])
})
