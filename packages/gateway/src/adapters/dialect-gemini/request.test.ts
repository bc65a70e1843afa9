import { describe, expect, test } from 'vitest'
import { lensAt } from '../../../test/lens.js'
import type { Named, RequestView } from '../../spec/dialect.js'
import type { Step } from '../../spec/refusal.js'
import { createGeminiDialect } from './dialect.js'

const dialect = createGeminiDialect()
const at = (does: string) => lensAt(dialect, `/gemini/v1beta/models/{model}:${does}`)
const NAMED: Named = { model: 'gemini-2.5-flash', query: '' }
const EVENTS: Named = { ...NAMED, query: 'alt=sse' }

function read(body: unknown, does = 'generateContent', named = NAMED): Step<RequestView> {
  return at(does).read(Buffer.from(JSON.stringify(body)), named)
}

function view(body: unknown, does = 'generateContent', named = NAMED): RequestView {
  const got = read(body, does, named)
  if (got.kind === 'refuse') throw new Error(got.forLog)
  return got.value
}

function partsOf(body: unknown, does?: string): string[] {
  return view(body, does).parts.map(({ role, address, text, isName }) => `${role} ${address} ${isName ? 'NAME' : text}`)
}

function edited(body: unknown, from: string, to: string): unknown {
  const { parts, edit } = view(body)
  const index = parts.findIndex(({ text }) => text === from)
  expect(index).toBeGreaterThanOrEqual(0)
  return JSON.parse(String(edit({ model: undefined, edits: [{ index, text: to }] })))
}

const HI = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }
const withPart = (part: object) => ({ contents: [{ role: 'user', parts: [part] }] })
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('what is seen', () => {
  test('a conversation, with who speaks', () => {
    const body = {
      systemInstruction: { role: 'user', parts: [{ text: 'be terse' }] },
      contents: [
        { parts: [{ text: 'no role' }] },
        { role: 'model', parts: [{ text: 'hm', thought: true, thoughtSignature: 'c2ln' }, { text: 'said' }] },
        { role: 'function', parts: [{ text: 'given back' }] },
        { role: 'stranger', parts: [{ text: 'who?' }] },
        { parts: [{ text: 'role comes last' }], role: 'model' },
      ],
    }
    expect(partsOf(body)).toEqual([
      'system /systemInstruction/parts/0/text be terse',
      'user /contents/0/parts/0/text no role',
      'reasoning /contents/1/parts/0/text hm',
      'assistant /contents/1/parts/1/text said',
      'tool /contents/2/parts/0/text given back',
      'unknown /contents/3/parts/0/text who?',
      'assistant /contents/4/parts/0/text role comes last',
    ])
  })

  test('a single object in place of an array [content.spellings]', () => {
    expect(partsOf({ contents: { parts: { text: 'alone', thought: true } } })).toEqual([
      'reasoning /contents/parts/text alone',
    ])
  })

  test('both spellings of a field [content.spellings]', () => {
    const body = {
      system_instruction: { parts: [{ text: 'be terse' }] },
      contents: [
        { role: 'model', parts: [{ function_call: { name: 'f', args: { a: 'x' } }, thought_signature: 'c2ln' }] },
      ],
      generation_config: { stop_sequences: ['END'], response_mime_type: 'application/json', max_output_tokens: 5 },
    }
    expect(partsOf(body)).toEqual([
      'system /system_instruction/parts/0/text be terse',
      'tool-call /contents/0/parts/0/function_call/name f',
      'tool-call /contents/0/parts/0/function_call/args/a NAME',
      'tool-call /contents/0/parts/0/function_call/args/a x',
      'unknown /generation_config/stop_sequences/0 END',
    ])
    expect(view(body)).toMatchObject({ hasSystemMessage: true, maxTokens: 5 })
  })

  test('what tools are given and give back, at any depth, long numbers too', () => {
    const body = {
      contents: [
        {
          role: 'model',
          parts: [
            {
              functionCall: {
                id: 'call-1',
                name: 'pay',
                args: { card: 4111111111111111, n: 3, of: [['a'], 12345678] },
              },
            },
            { executableCode: { language: 'PYTHON', code: 'print(1)' } },
            { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } },
            { toolCall: { id: 't', toolType: 'GOOGLE_SEARCH', args: { q: 'asked' } } },
            { toolResponse: { id: 't', toolType: 'GOOGLE_SEARCH', response: { html: 'found' } } },
          ],
        },
        {
          role: 'user',
          parts: [
            {
              functionResponse: {
                id: 'call-1',
                name: 'pay',
                response: { by: 'ann', at: -1.25e9 },
                scheduling: 'SILENT',
              },
            },
          ],
        },
      ],
    }
    const names = /NAME$/
    expect(partsOf(body).filter((one) => !names.test(one))).toEqual([
      'tool-call /contents/0/parts/0/functionCall/name pay',
      'tool-call /contents/0/parts/0/functionCall/args/card 4111111111111111',
      'tool-call /contents/0/parts/0/functionCall/args/of/0/0 a',
      'tool-call /contents/0/parts/0/functionCall/args/of/1 12345678',
      'tool-call /contents/0/parts/1/executableCode/code print(1)',
      'tool /contents/0/parts/2/codeExecutionResult/output 1\n',
      'tool-call /contents/0/parts/3/toolCall/args/q asked',
      'tool /contents/0/parts/4/toolResponse/response/html found',
      'tool-call /contents/1/parts/0/functionResponse/name pay',
      'tool /contents/1/parts/0/functionResponse/response/by ann',
      'tool /contents/1/parts/0/functionResponse/response/at -1250000000',
    ])
    expect(partsOf(body).filter((one) => names.test(one))).toHaveLength(7)
    expect(edited(body, '4111111111111111', '[gone]')).toMatchObject({
      contents: [
        { parts: [{ functionCall: { args: { card: '[gone]', n: 3, of: [['a'], 12345678] } } }, {}, {}, {}, {}] },
        {},
      ],
    })
  })

  test('tools, with the names of what they take, and schemas of either kind', () => {
    const parameters = {
      type: 'OBJECT',
      properties: { city: { type: 'STRING', format: 'enum', enum: ['Ulm'], description: 'where' } },
      propertyOrdering: ['city'],
    }
    const body = {
      ...HI,
      tools: [{ functionDeclarations: [{ name: 'look', description: 'looks', parameters, behavior: 'BLOCKING' }] }],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['look'] } },
      generationConfig: {
        responseMimeType: 'application/json',
        responseJsonSchema: { type: ['object', 'null'], properties: { x: { const: 'only' } } },
      },
    }
    const below = '/tools/0/functionDeclarations/0'
    expect(partsOf(body)).toEqual([
      'user /contents/0/parts/0/text hi',
      `tool-definition ${below}/name look`,
      `tool-definition ${below}/description looks`,
      `tool-definition ${below}/parameters/properties/city NAME`,
      `tool-definition ${below}/parameters/properties/city/enum/0 Ulm`,
      `tool-definition ${below}/parameters/properties/city/description where`,
      `tool-definition ${below}/parameters/propertyOrdering NAME`,
      `tool-definition ${below}/parameters/propertyOrdering/0 city`,
      'tool-definition /toolConfig/functionCallingConfig/allowedFunctionNames/0 look',
      'tool-definition /generationConfig/responseJsonSchema/properties/x NAME',
      'tool-definition /generationConfig/responseJsonSchema/properties/x/const only',
    ])
  })

  test('a field that the format does not have, name and value', () => {
    expect(partsOf({ ...HI, later: { odd: 'text' } })).toEqual([
      'user /contents/0/parts/0/text hi',
      'unknown /later NAME',
      'unknown /later/odd NAME',
      'unknown /later/odd text',
    ])
  })

  test('prose in place of a signature, an id or an enumeration', () => {
    const part = { functionCall: { id: 'an id of words', name: 'f', args: {} }, thoughtSignature: 'not a signature' }
    const texts = view(withPart(part)).parts.map(({ text }) => text)
    expect(texts).toEqual(['an id of words', 'f', 'not a signature'])
  })
})

describe('what nobody can inspect', () => {
  test.each([
    ['a picture', { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }, '/contents/0/parts/0/inlineData'],
    [
      'a picture, in snake case',
      { inline_data: { mime_type: 'image/png', data: 'iVBORw0KGgo=' } },
      '/contents/0/parts/0/inline_data',
    ],
    ['data of no type', { inlineData: { data: base64('plain') } }, '/contents/0/parts/0/inlineData'],
    ['text that is none', { inlineData: { mimeType: 'text/plain', data: '//79' } }, '/contents/0/parts/0/inlineData'],
    [
      'a file',
      { fileData: { mimeType: 'text/plain', fileUri: 'https://example.com/a' } },
      '/contents/0/parts/0/fileData',
    ],
    ['a part of a new kind', { hologram: { ray: 1 } }, '/contents/0/parts/0'],
    ['a text with a new kind beside it', { text: 'hi', hologramUri: 'gs://x' }, '/contents/0/parts/0'],
    [
      'a picture that a tool gave back',
      {
        functionResponse: {
          name: 'f',
          response: {},
          parts: [{ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }],
        },
      },
      '/contents/0/parts/0/functionResponse/parts/0/inlineData',
    ],
    [
      'a new kind of thing that a tool gave back',
      { functionResponse: { name: 'f', response: {}, parts: { hologram: {} } } },
      '/contents/0/parts/0/functionResponse/parts',
    ],
  ])('%s', (_, part, address) => {
    expect(view(withPart(part)).uninspectable).toEqual([address])
  })

  test('what the provider kept from another time', () => {
    expect(view({ ...HI, cachedContent: 'cachedContents/4x7' }).uninspectable).toEqual(['/cachedContent'])
    expect(view({ ...HI, cached_content: 'cachedContents/4x7' }).uninspectable).toEqual(['/cached_content'])
    expect(view({ ...HI, continuationToken: 'abc' }).uninspectable).toEqual(['/continuationToken'])
    expect(view({ ...HI, cachedContent: null }).uninspectable).toEqual([])
  })

  test.each([
    [{ text: 'hi', thought: false, thoughtSignature: 'c2ln', mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } }],
    [{ text: 'hi', inlineData: null }],
    [{ functionCall: { name: 'f', args: { image_url: 'x', inlineData: {} } } }],
    [{ text: 'hi', video_metadata: { startOffset: '1s', endOffset: '2s' } }],
  ])('not %j', (part) => {
    expect(view(withPart(part)).uninspectable).toEqual([])
  })

  test('a text file is seen, and edited within its encoding', () => {
    const body = withPart({ inlineData: { mimeType: 'text/csv', data: base64('name,mail\nann,ann@example.com\n') } })
    expect(view(body).uninspectable).toEqual([])
    expect(partsOf(body)).toEqual(['user /contents/0/parts/0/inlineData/data name,mail\nann,ann@example.com\n'])
    const now = edited(body, 'name,mail\nann,ann@example.com\n', 'name,mail\nann,[gone]\n')
    expect(now).toEqual(withPart({ inlineData: { mimeType: 'text/csv', data: base64('name,mail\nann,[gone]\n') } }))
  })
})

describe('what is refused [content.spellings]', () => {
  test.each<[string, unknown, string]>([
    ['no contents', {}, 'contents'],
    ['contents that are text', { contents: 'hi' }, 'contents'],
    ['a content that is an array', { contents: [[{ text: 'hi' }]] }, 'contents'],
    ['parts that are text', { contents: [{ parts: 'hi' }] }, 'contents[0].parts'],
    ['a part that is an array', { contents: [{ parts: [[{ text: 'hi' }]] }] }, 'contents[0].parts'],
    ['an array in place of an object', withPart({ inlineData: [{ data: 'AAAA' }] }), '/contents/0/parts/0/inlineData'],
    ['a system instruction that is text', { ...HI, systemInstruction: 'be' }, 'systemInstruction'],
    ['a configuration that is none', { ...HI, generationConfig: [] }, 'generationConfig'],
    ['a count in quotes', { ...HI, generationConfig: { maxOutputTokens: '5' } }, 'generationConfig.maxOutputTokens'],
    ['tools that are none', { ...HI, tools: ['x'] }, 'tools'],
    ['one field twice', { ...HI, toolConfig: {}, tool_config: {} }, '/tool_config'],
    [
      'one field twice, below',
      withPart({ text: 'x', inlineData: {}, inline_data: {} }),
      '/contents/0/parts/0/inline_data',
    ],
    ['one field twice, once null', { ...HI, tool_config: null, toolConfig: {} }, '/tool_config'],
    ['another case', { ...HI, SystemInstruction: {} }, '/SystemInstruction'],
    ['another case, in snake case', { ...HI, System_instruction: {} }, '/System_instruction'],
    ['another case, below', withPart({ Text: 'hi' }), '/contents/0/parts/0/Text'],
    ['another model', { ...HI, model: 'models/gemini-2.5-pro' }, 'model'],
    ['a model that is none', { ...HI, model: 3 }, 'model'],
  ])('%s', (_, body, param) => {
    expect(read(body)).toMatchObject({ kind: 'refuse', code: 'invalid_request', param })
  })

  test('names of the caller may be alike', () => {
    const args = { a_b: 1, aB: 2, Text: 3, text: 4 }
    expect(read(withPart({ functionCall: { name: 'f', args } })).kind).toBe('proceed')
  })

  test.each(['', 'alt=json', 'alt=sse&alt=json', 'ALT=sse', 'alt=media', '$alt=sse'])(
    'a stream that is asked for with `%s`: only events are given',
    (query) => {
      const got = read(HI, 'streamGenerateContent', { ...NAMED, query })
      expect(got).toMatchObject({ kind: 'refuse', code: 'invalid_request', param: 'alt' })
    },
  )

  test('the rest of the query says nothing', () => {
    const query = 'key=abc&alt=sse&fields=candidates&prettyPrint=false'
    expect(view(HI, 'streamGenerateContent', { ...NAMED, query }).stream).toBe(true)
    expect(view(HI, 'generateContent', { ...NAMED, query: 'key=abc' }).stream).toBe(false)
  })
})

describe('facts', () => {
  test('of a plain request', () => {
    expect(view({ ...HI, generationConfig: { maxOutputTokens: 128 } }, 'streamGenerateContent', EVENTS)).toMatchObject({
      model: 'gemini-2.5-flash',
      stream: true,
      maxTokens: 128,
      hasSystemMessage: false,
      hasEffects: false,
      tools: 0,
      conversation: undefined,
      takesSystem: true,
      saysUsage: true,
    })
  })

  test.each<[object, number, boolean]>([
    [{ tools: [] }, 0, false],
    [
      { tools: [{ functionDeclarations: [{ name: 'a' }, { name: 'b' }] }, { function_declarations: { name: 'c' } }] },
      3,
      false,
    ],
    [{ tools: { functionDeclarations: [{ name: 'a' }], googleSearch: {} } }, 2, true],
    [{ tools: [{ google_search: {} }] }, 1, true],
    [{ tools: [{ codeExecution: {} }, { urlContext: {} }] }, 2, true],
    [{ tools: [{ computerUse: { environment: 'ENVIRONMENT_BROWSER' } }] }, 1, true],
    [{ tools: [{ mcpServers: [{ name: 'x' }] }] }, 1, true],
    [{ tools: [{ fileSearch: { fileSearchStoreNames: ['s'] } }] }, 1, true],
    [{ tools: [{ somethingNew: {} }] }, 1, true],
    [{ tools: [{ googleSearch: null }] }, 0, false],
    [{ store: true }, 0, true],
    [{ store: 'true' }, 0, true],
    [{ store: false }, 0, false],
    [{ generationOutputConfig: { outputUriPrefix: 'gs://b/' } }, 0, true],
  ])('%j: %i tools, effects %s', (more, tools, hasEffects) => {
    expect(view({ ...HI, ...more })).toMatchObject({ tools, hasEffects })
  })

  test.each(['system', 'developer'])('a turn that says it is the %s is system text', (role) => {
    const body = { contents: [{ role, parts: [{ text: 'be' }] }, ...HI.contents] }
    expect(view(body).hasSystemMessage).toBe(true)
    expect(partsOf(body)[0]).toBe('system /contents/0/parts/0/text be')
  })
})

describe('the model', () => {
  const rename = (body: unknown, does?: string): unknown =>
    JSON.parse(String(view(body, does).edit({ model: 'upstream', edits: [] })))

  test('is the path that names it, so a body without one stays as it is', () => {
    const body = Buffer.from(JSON.stringify(HI))
    const got = at('generateContent').read(body, NAMED)
    expect(got.kind === 'proceed' && got.value.edit({ model: 'upstream', edits: [] })).toBe(body)
  })

  test('is renamed in a body that names it too, in its own words', () => {
    expect(rename({ ...HI, model: 'models/gemini-2.5-flash' })).toEqual({ ...HI, model: 'models/upstream' })
    expect(rename({ ...HI, model: 'gemini-2.5-flash' })).toEqual({ ...HI, model: 'upstream' })
    expect(rename({ generateContentRequest: { ...HI, model: 'models/gemini-2.5-flash' } }, 'countTokens')).toEqual({
      generateContentRequest: { ...HI, model: 'models/upstream' },
    })
    const one = { model: 'models/gemini-2.5-flash', content: HI.contents[0] }
    const other = { ...one, model: 'models/upstream' }
    expect(rename({ requests: [one, one] }, 'batchEmbedContents')).toEqual({ requests: [other, other] })
  })

  test('is none where a caller names something else so', () => {
    const body = withPart({ functionCall: { name: 'f', args: { model: 'gemini-2.5-flash' } } })
    expect(rename(body)).toEqual(body)
  })

  test('is a segment of the path upstream, or what the operator calls by its kind', () => {
    const upstream = dialect.endpoints.map(({ upstreamPath }) => upstreamPath('gemini-2.5-flash', 'key=x&alt=sse'))
    expect(upstream.slice(0, 5)).toEqual([
      '/models/gemini-2.5-flash:generateContent',
      '/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
      '/models/gemini-2.5-flash:countTokens',
      '/models/gemini-2.5-flash:embedContent',
      '/models/gemini-2.5-flash:batchEmbedContents',
    ])
    expect(dialect.endpoints[0]?.upstreamPath('tunedModels/my model', '')).toBe(
      '/tunedModels/my%20model:generateContent',
    )
  })
})
