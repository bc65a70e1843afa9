import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../../test/lens.js'
import type { RequestView } from '../../../spec/dialect.js'
import type { TextPart } from '../../../spec/part.js'
import { createOpenAiDialect } from '../dialect.js'

const dialect = lensAt(createOpenAiDialect(), '/v1/chat/completions')

function view(body: unknown): RequestView {
  const got = dialect.read(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
  if (got.kind === 'refuse') throw new Error(got.forLog)
  return got.value
}

function partsOf(body: unknown): string[] {
  return view(body).parts.map(({ role, address, text, isName }) => {
    return `${role} ${address} ${isName ? 'NAME' : text}`
  })
}

function at(parts: readonly TextPart[], address: string): number {
  const index = parts.findIndex((one) => one.address === address)
  expect(index).toBeGreaterThanOrEqual(0)
  return index
}

function refusedParam(body: string | Buffer): string | undefined {
  const got = dialect.read(Buffer.from(body as string))
  if (got.kind !== 'refuse') return 'proceeds'
  expect(got.code).toBe('invalid_request')
  return got.param
}

const USER = { role: 'user', content: 'hi' }
const PLAIN = { model: 'm', messages: [USER] }

describe('read', () => {
  test('gives texts in document order, with their roles', () => {
    const body = {
      model: 'm',
      messages: [
        { role: 'system', content: 'be terse' },
        { role: 'developer', content: [{ type: 'text', text: 'be kind' }] },
        { content: 'role comes last', role: 'user', name: 'ann' },
        {
          role: 'assistant',
          content: null,
          refusal: 'no',
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"q":"x"}' } },
            { id: 'call_2', type: 'custom', custom: { name: 'run', input: 'free' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'found' },
        { role: 'stranger', content: 'who?' },
      ],
      stop: ['END'],
    }
    expect(partsOf(body)).toEqual([
      'system /messages/0/content be terse',
      'system /messages/1/content/0/text be kind',
      'user /messages/2/content role comes last',
      'user /messages/2/name ann',
      'assistant /messages/3/refusal no',
      'assistant /messages/3/tool_calls/0/function/name look',
      'tool-call /messages/3/tool_calls/0/function/arguments {"q":"x"}',
      'assistant /messages/3/tool_calls/1/custom/name run',
      'tool-call /messages/3/tool_calls/1/custom/input free',
      'tool /messages/4/content found',
      'unknown /messages/5/content who?',
      'unknown /stop/0 END',
    ])
  })

  test('gives tool definitions, names of their properties too', () => {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string', description: 'where', enum: ['Rome'] } },
      required: ['city'],
      additionalProperties: false,
    }
    const tools = [{ type: 'function', function: { name: 'f', description: 'd', strict: true, parameters: schema } }]
    expect(partsOf({ ...PLAIN, tools }).slice(1)).toEqual([
      'tool-definition /tools/0/function/name f',
      'tool-definition /tools/0/function/description d',
      'tool-definition /tools/0/function/parameters/properties/city NAME',
      'tool-definition /tools/0/function/parameters/properties/city/description where',
      'tool-definition /tools/0/function/parameters/properties/city/enum/0 Rome',
      'tool-definition /tools/0/function/parameters/required/0 city',
    ])
  })

  test('gives strings and names in fields it does not know [content.all-text]', () => {
    const body = { ...PLAIN, messages: [{ ...USER, note: { deep: ['x'] } }], extra: 'y', metadata: { who: 'z' } }
    expect(partsOf(body)).toEqual([
      'user /messages/0/content hi',
      'unknown /messages/0/note NAME',
      'unknown /messages/0/note/deep NAME',
      'unknown /messages/0/note/deep/0 x',
      'unknown /extra NAME',
      'unknown /extra y',
      'unknown /metadata/who NAME',
      'unknown /metadata/who z',
    ])
  })

  test('a field for a word or an id is opaque only while it looks like one', () => {
    const message = { role: 'tool', tool_call_id: 'call_1', content: 'x' }
    expect(partsOf({ ...PLAIN, messages: [message], service_tier: 'flex' })).toEqual(['tool /messages/0/content x'])
    expect(
      partsOf({ ...PLAIN, messages: [{ ...message, tool_call_id: 'ann@example.com' }], service_tier: '4111 1111' }),
    ).toEqual([
      'tool /messages/0/tool_call_id ann@example.com',
      'tool /messages/0/content x',
      'unknown /service_tier 4111 1111',
    ])
    // A structure where a word belongs is no word.
    expect(partsOf({ ...PLAIN, service_tier: { x: 'y' } })).toContain('unknown /service_tier/x y')
  })

  test('shows text that hides behind escapes inside of arguments', () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{"card":"\\u0034111\\/1"}' } }
    const messages = [{ role: 'assistant', tool_calls: [call] }]
    const body = JSON.stringify({ model: 'm', messages })
    const { parts, edit } = view(body)
    const index = at(parts, '/messages/0/tool_calls/0/function/arguments')
    expect(parts[index]?.text).toBe('{"card":"4111/1"}')
    const edited = JSON.parse(String(edit({ model: undefined, edits: [{ index, text: '{"card":"[gone]"}' }] })))
    expect(JSON.parse(edited.messages[0].tool_calls[0].function.arguments)).toEqual({ card: '[gone]' })
  })

  test('an edit that takes the place of a number leaves JSON', () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{"card":4111}' } }
    const { parts, edit } = view({ model: 'm', messages: [{ role: 'assistant', tool_calls: [call] }] })
    const index = at(parts, '/messages/0/tool_calls/0/function/arguments')
    const edited = JSON.parse(String(edit({ model: undefined, edits: [{ index, text: '{"card":****}' }] })))
    expect(JSON.parse(edited.messages[0].tool_calls[0].function.arguments)).toEqual({ card: '****' })
  })

  test('names what it cannot inspect, and what it can within', () => {
    const content = [
      { type: 'text', text: 'see' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      { type: 'file', file: { filename: 'cv.pdf', file_data: 'AAAA' } },
      { type: 'hologram', light: 'blue' },
      { text: 'no type' },
    ]
    const got = view({
      ...PLAIN,
      messages: [
        { role: 'user', content },
        { role: 'assistant', audio: { id: 'audio_1' } },
      ],
    })
    expect(got.uninspectable).toEqual([
      ...[1, 2, 3, 4, 5, 6].map((i) => `/messages/0/content/${i}`),
      '/messages/1/audio',
    ])
    expect(got.parts.filter((one) => !one.isName).map((one) => one.text)).toEqual([
      ...['see', 'https://example.com/a.png', 'cv.pdf', 'blue', 'no type'],
    ])
    expect(
      view({ ...PLAIN, messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] }).uninspectable,
    ).toEqual([])
  })

  test.each([
    ['image_url', { url: 'https://example.com/a.png' }],
    ['image_url', 'data:image/png;base64,AAAA'],
    ['Image_URL', { url: 'https://example.com/a.png' }],
    ['imageUrl', 'https://example.com/a.png'],
    ['input_image', { file_id: 'file-1' }],
    ['input_audio', { data: 'AAAA', format: 'wav' }],
    ['audio', { id: 'audio_1' }],
    ['audio_url', 'https://example.com/a.wav'],
    ['video_url', { url: 'https://example.com/a.mp4' }],
    ['file', { file_id: 'file-1' }],
    ['file_data', 'AAAA'],
    ['files', ['file-1']],
    ['inline_data', { mime_type: 'image/png', data: 'AAAA' }],
  ])(
    'text that carries %s beside is no plain text, whatever its type says [content.uninspectable]',
    (name, carried) => {
      const seen = (part: object): readonly string[] =>
        view({ ...PLAIN, messages: [USER, { role: 'user', content: [part] }] }).uninspectable
      expect(seen({ type: 'text', text: 'see', [name]: carried })).toEqual(['/messages/1/content/0'])
      expect(seen({ type: 'refusal', refusal: 'no', [name]: carried })).toEqual(['/messages/1/content/0'])
      expect(seen({ type: 'text', text: 'see', [name]: null })).toEqual([])
    },
  )

  test('text that carries what is no medium stays text', () => {
    const more = {
      cache_control: { type: 'ephemeral' },
      annotations: [],
      filename: 'cv.pdf',
      imagery: 'vivid',
      id: 'x',
    }
    const content = [{ type: 'text', text: 'see', ...more }]
    expect(view({ ...PLAIN, messages: [{ role: 'user', content }] }).uninspectable).toEqual([])
  })

  test.each([
    ['nothing', {}, 0],
    ['the old name', { max_tokens: 5 }, 5],
    ['the new name', { max_tokens: 5, max_completion_tokens: 7 }, 7],
    ['the larger one', { max_tokens: 7, max_completion_tokens: 5 }, 7],
    ['null', { max_tokens: null }, 0],
  ])('counts the tokens asked for: %s', (_, more, count) => {
    expect(view({ ...PLAIN, ...more }).maxTokens).toBe(count)
  })

  test.each([
    ['nothing', {}, false],
    ['storage', { store: true }, true],
    ['no storage', { store: false }, false],
    ['web search', { web_search_options: {} }, true],
    ['no web search', { web_search_options: null }, false],
    ['a function', { tools: [{ type: 'function', function: { name: 'f' } }, { type: 'custom' }] }, false],
    ['a tool of the provider', { tools: [{ type: 'mcp', server_url: 'https://example.com' }] }, true],
    ['a tool without a type', { tools: [{}] }, true],
  ])('tells effects: %s', (_, more, effects) => {
    expect(view({ ...PLAIN, ...more }).hasEffects).toBe(effects)
  })

  test('tells model, stream and system message', () => {
    expect(view({ ...PLAIN, stream: true })).toMatchObject({ model: 'm', stream: true, hasSystemMessage: false })
    const messages = [USER, { role: 'developer', content: 'x' }]
    expect(view({ ...PLAIN, messages, stream: null })).toMatchObject({ stream: false, hasSystemMessage: true })
  })

  test.each([
    ['model', { messages: [USER] }],
    ['model', { model: 1, messages: [USER] }],
    ['model', { model: '', messages: [USER] }],
    ['messages', { model: 'm' }],
    ['messages', { model: 'm', messages: 'hi' }],
    ['messages[1]', { model: 'm', messages: [USER, 'hi'] }],
    ['messages[0].content', { model: 'm', messages: [{ role: 'user', content: { text: 'hi' } }] }],
    ['stream', { ...PLAIN, stream: 'true' }],
    ['max_tokens', { ...PLAIN, max_tokens: '5' }],
    ['max_completion_tokens', { ...PLAIN, max_completion_tokens: -1 }],
    ['models', { ...PLAIN, models: ['another'] }],
    ['Models', { ...PLAIN, Models: ['another'] }],
    ['fallbacks', { ...PLAIN, fallbacks: [{ model: 'another' }] }],
    ['context_window_fallbacks', { ...PLAIN, context_window_fallbacks: [{ m: ['another'] }] }],
    ['tools', { ...PLAIN, tools: {} }],
    ['tools', { ...PLAIN, tools: ['f'] }],
    ['the request body', [PLAIN]],
  ])('refuses a wrong %s', (param, body) => {
    expect(refusedParam(JSON.stringify(body))).toBe(param)
    expect(refusedParam(JSON.stringify(PLAIN))).toBe('proceeds')
  })

  test.each([
    ['malformed', '{"model":"m","messages":[}'],
    ['empty', ''],
    ['a doubled name', '{"model":"m","messages":[],"model":"n"}'],
    ['too deep', `{"model":"m","messages":[],"x":${'['.repeat(100)}`],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('refuses a body that is %s', (_, body) => {
    expect(refusedParam(body)).toBeUndefined()
    expect(refusedParam(Buffer.from(body as string))).not.toBe('proceeds')
  })

  test('a refusal holds nothing of the body', () => {
    const got = dialect.read(Buffer.from('{"model":"m","messages":[],"hidden":"hidden" "hidden"}'))
    expect(JSON.stringify(got)).not.toContain('hidden')
  })
})

describe('edit', () => {
  const anyBody = fc
    .record({
      model: fc.string({ minLength: 1 }),
      messages: fc.array(fc.record({ role: fc.string(), content: fc.string({ unit: 'grapheme' }) })),
      extra: fc.jsonValue({ maxDepth: 3 }),
    })
    .map((body) => Buffer.from(JSON.stringify(body)))

  test('of nothing is the body itself', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const got = dialect.read(body)
        if (got.kind === 'refuse') return
        expect(got.value.edit({ model: undefined, edits: [] })).toBe(body)
        expect(got.value.edit({ model: got.value.model, edits: [] })).toBe(body)
      }),
    )
  })

  test('changes what it names and no byte else [content.lens]', () => {
    fc.assert(
      fc.property(anyBody, fc.nat(), fc.string(), (body, pick, text) => {
        const got = dialect.read(body)
        if (got.kind === 'refuse') return
        const { parts } = got.value
        const editable = parts.flatMap((one, index) => (one.isName ? [] : [index]))
        const index = editable[pick % Math.max(1, editable.length)]
        if (index === undefined) return
        const was = parts[index]?.text ?? ''
        const edited = got.value.edit({ model: undefined, edits: [{ index, text }] })
        expect(dialect.read(edited).kind).toBe('proceed')
        const grown = JSON.stringify(text).length - JSON.stringify(was).length
        expect(String(edited).length).toBe(String(body).length + grown)
        const same = got.value.edit({ model: undefined, edits: [{ index, text: was }] })
        expect(same.equals(body)).toBe(true)
      }),
    )
  })

  test('keeps spacing, numbers, order and unknown fields as they were', () => {
    const body =
      '{ "x": 1.0e0, "messages":[ {"content" : "ein Schlüssel 😀", "role":"user"}],\n"model":"a" , "z":"\\u00e9"}'
    const { edit, parts } = view(body)
    const index = at(parts, '/messages/0/content')
    expect(String(edit({ model: 'b', edits: [{ index, text: '[gone]' }] }))).toBe(
      '{ "x": 1.0e0, "messages":[ {"content" : "[gone]", "role":"user"}],\n"model":"b" , "z":"\\u00e9"}',
    )
  })

  test('takes several parts in any order, and no name', () => {
    const { edit, parts } = view({ model: 'm', messages: [USER, USER], odd: 'x' })
    expect(
      String(
        edit({
          model: undefined,
          edits: [
            { index: at(parts, '/messages/1/content'), text: '2' },
            { index: at(parts, '/messages/0/content'), text: '"1"' },
          ],
        }),
      ),
    ).toBe('{"model":"m","messages":[{"role":"user","content":"\\"1\\""},{"role":"user","content":"2"}],"odd":"x"}')
    const name = parts.findIndex((one) => one.isName)
    expect(() => edit({ model: undefined, edits: [{ index: name, text: 'y' }] })).toThrow(RangeError)
  })
})
