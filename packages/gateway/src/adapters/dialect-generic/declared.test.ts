import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadSections } from '../../../test/declared.js'
import { cut, GONE, run, WORD, wordGuard } from '../../../test/guards.js'
import { type LensAt, lensAt } from '../../../test/lens.js'
import type { Dialect } from '../../spec/dialect.js'
import { refuse } from '../../spec/refusal.js'
import { createGenericDialect } from './dialect.js'

/** A dialect with one endpoint, at `/plain/ask`. */
function declared(endpoint: string, more = ''): Dialect {
  const { config, said } = loadSections(`dialects:
  - name: plain
    endpoints:
      - { path: /ask, upstreamPath: /up, ${endpoint.replaceAll(/\s*\n\s*/g, ' ')} }
${more}providers: [{ name: p, dialect: plain, baseUrl: "https://p.example" }]
models: [{ name: m, provider: p }]
`)
  const [dialect] = config?.dialects ?? []
  if (dialect === undefined) throw new Error(said.join('\n'))
  return createGenericDialect(dialect)
}

const lensOf = (endpoint: string, more = ''): LensAt => lensAt(declared(endpoint, more), '/plain/ask')

function view(lens: LensAt, body: unknown) {
  const read = lens.read(Buffer.from(JSON.stringify(body)))
  if (read.kind === 'refuse') throw new Error(read.forLog)
  return read.value
}

describe('requests', () => {
  const ASK = lensOf(`model: { member: /options/model }, request: {
    speakers: ["/turns/*"],
    text: { /question: user, /rules: system, "/turns/*/calls": tool-call },
    json: ["/turns/*/calls/*"],
    opaque: { /id: id, /mode: enum, /data: blob, "/turns/*/role": enum },
    uninspectable: ["/turns/*/pictures/*", /sound],
    maxTokens: [/options/most, /options/length], tools: /tools, conversation: /id, system: /system }`)

  test('each text has its speaker, and what nobody listed is text of nobody known', () => {
    const { parts } = view(ASK, {
      options: { model: 'm', style: 'free' },
      question: 'q',
      rules: ['r'],
      turns: [
        { role: 'assistant', text: 'a', calls: ['{"x":"\\u0063"}'] },
        { role: 'user', text: 'u' },
        { role: 'narrator', text: 'n' },
      ],
      id: 'id-1',
      mode: 'fast',
      data: 'aGk=',
      else: { 'a name': ['deep'] },
    })
    expect(
      parts.map(({ role, text, isJson, isName }) => [
        role,
        text,
        ...(isJson ? ['json'] : []),
        ...(isName ? ['name'] : []),
      ]),
    ).toEqual([
      ['unknown', 'style', 'name'],
      ['unknown', 'free'],
      ['user', 'q'],
      ['system', 'r'],
      ['assistant', 'text', 'name'],
      ['assistant', 'a'],
      ['tool-call', '{"x":"c"}', 'json'],
      ['user', 'text', 'name'],
      ['user', 'u'],
      ['unknown', 'text', 'name'],
      ['unknown', 'n'],
      ['unknown', 'else', 'name'],
      ['unknown', 'a name', 'name'],
      ['unknown', 'deep'],
    ])
  })

  test('what is opaque is so while it is spelt like it', () => {
    const { parts } = view(ASK, {
      options: { model: 'any model at all' },
      id: 'two words',
      mode: 'Fast!',
      data: 'not base64',
    })
    expect(parts.map(({ text }) => text)).toEqual(['two words', 'Fast!', 'not base64'])
  })

  test('facts', () => {
    const body = {
      options: { model: 'm', most: 20, length: 30 },
      tools: [{}, {}],
      id: 'c-7',
      turns: [{ role: 'user', pictures: ['x', { url: 'y' }] }],
      sound: 'zzz',
    }
    expect(view(ASK, body)).toMatchObject({
      ...{ model: 'm', stream: false, maxTokens: 30, tools: 2, conversation: 'c-7' },
      ...{ hasSystemMessage: false, hasEffects: true, takesSystem: true },
      uninspectable: ['/turns/0/pictures/1', '/turns/0/pictures/0', '/sound'],
    })
    expect(view(ASK, { options: { model: 'm', most: -1 } }).maxTokens).toBe(0)
  })

  test.each([
    ['a system text', { system: 'x' }],
    ['a text by that role', { rules: ['x'] }],
    ['a turn of the system', { turns: [{ role: 'system' }] }],
    ['a turn of the developer', { turns: [{ role: 'developer' }] }],
  ])('%s is a system message', (_what, body) => {
    expect(view(ASK, { options: { model: 'm' }, ...body }).hasSystemMessage).toBe(true)
  })

  test.each([
    ['options.model', {}],
    ['options.model', { options: { model: 7 } }],
    ['options.most', { options: { model: 'm', most: 'many' } }],
    ['options.most', { options: { model: 'm', most: 1.5 } }],
    ['tools', { options: { model: 'm' }, tools: {} }],
    ['system', { options: { model: 'm' }, system: ['x'] }],
    ['/Question', { options: { model: 'm' }, Question: 'x' }],
    ['/options/Model', { options: { model: 'm', Model: 'n' } }],
    ['/turns/0/ROLE', { options: { model: 'm' }, turns: [{ ROLE: 'x' }] }],
  ])('%s is refused where it is none', (param, body) => {
    expect(ASK.read(Buffer.from(JSON.stringify(body)))).toMatchObject({
      kind: 'refuse',
      code: 'invalid_request',
      param,
    })
  })

  test('another model takes its place, and no other string of that name', () => {
    const body = { model: 'not this', x: { options: { model: 'nor this' } }, options: { model: 'm' } }
    const edited = view(ASK, body).edit({ model: 'n', edits: [] })
    expect(JSON.parse(String(edited))).toEqual({ ...body, options: { model: 'n' } })
  })

  test('the operator’s system text stands in its member', () => {
    const system = { before: 'ours', after: '', callers: 'drop' } as const
    const edited = view(ASK, { options: { model: 'm' }, system: 'theirs' }).edit({
      model: undefined,
      edits: [],
      system,
    })
    expect(JSON.parse(String(edited))).toMatchObject({ system: 'ours' })
  })

  test('names that every object inherits are names like any other', () => {
    const lens = lensOf('model: { fixed: m }, request: { opaque: { /__proto__: id, /constructor/x: id } }')
    const body = '{"__proto__":"an-id","constructor":{"x":"an-id","y":"text"},"toString":"text too"}'
    const read = lens.read(Buffer.from(body))
    expect(read.kind === 'proceed' && read.value.parts.map(({ text }) => text)).toEqual([
      'y',
      'text',
      'toString',
      'text too',
    ])
  })
})

describe('streams', () => {
  const SSE = 'model: { fixed: m }, stream: { framing: sse, end: { data: "[DONE]" }'
  const sse = (event: unknown, name = ''): Buffer =>
    Buffer.from(`${name === '' ? '' : `event: ${name}\n`}data: ${JSON.stringify(event)}\n\n`)
  const END = Buffer.from('data: [DONE]\n\n')

  function said(lens: LensAt, events: readonly Buffer[]) {
    const stream = lens.openStream({ guard: wordGuard })
    const { bytes, refusal } = run(stream, [...events, END])
    const data = [...String(bytes).matchAll(/^data: (.*)$/gm)].map(([, one = '']) => one)
    const parsed = data.filter((one) => one !== '[DONE]').map((one) => JSON.parse(one))
    return { events: parsed, refusal, dropped: stream.dropped, isEnded: data.at(-1) === '[DONE]' }
  }

  test('a text that nobody listed is found though it is cut: every text goes on, unless it is said to be whole', () => {
    const lens = lensOf(`${SSE}, whole: [/w] }`)
    const { events } = said(lens, [sse({ a: { b: 'x SEC' }, w: 'SEC' }), sse({ a: { b: 'RET y' }, w: 'RET' })])
    expect(events.map((one) => one.a?.b ?? '').join('')).toBe(`x ${GONE} y`)
    expect(events.map((one) => one.w)).toEqual(['SEC', 'RET'])
  })

  test('an event of ours says what was held, and of the rest only what says nothing', () => {
    const lens = lensOf(`${SSE}, event: { opaque: { /id: id } }, whole: [/tool] }`)
    const event = {
      id: 'e-1',
      n: 7,
      ok: true,
      none: null,
      other: 'words',
      tool: { name: 'f' },
      list: [1],
      text: 'a SEC',
    }
    const { events, isEnded } = said(lens, [sse(event)])
    expect(events).toEqual([
      { ...event, text: 'a ' },
      { id: 'e-1', n: 7, ok: true, none: null, text: 'SEC' },
    ])
    expect(isEnded).toBe(true)
  })

  test('items that say their place keep it, others stand where they stood', () => {
    const lens = lensOf(`${SSE} }`)
    expect(said(lens, [sse({ choices: [{ index: 1, d: { t: 'SEC' } }] })]).events.at(-1)).toEqual({
      choices: [{ index: 1, d: { t: 'SEC' } }],
    })
    expect(said(lens, [sse({ items: ['a', { t: 'SEC' }] })]).events.at(-1)).toEqual({ items: [null, { t: 'SEC' }] })
  })

  test('choices that take turns are texts of their own', () => {
    const lens = lensOf(`${SSE} }`)
    const choice = (index: number, t: string) => sse({ choices: [{ index, t }] })
    const { events } = said(lens, [choice(0, 'SEC'), choice(1, 'RET'), choice(0, 'RET'), choice(1, 'x')])
    const joined = (index: number) =>
      events
        .map((one) => one.choices?.[0])
        .filter((one) => one?.index === index)
        .map((one) => one.t)
        .join('')
    expect([joined(0), joined(1)]).toEqual([GONE, 'RETx'])
  })

  test('blocks end where it is said, each below its own path', () => {
    const lens = lensOf(`${SSE}, event: { opaque: { /type: enum } }, index: /i, ends: [
      { member: /type, is: [a-end], below: /a }, { member: /type, is: b-end, below: /b }] }`)
    const { events, refusal } = said(lens, [
      sse({ type: 'a', i: 0, a: 'SEC' }),
      sse({ type: 'b', i: 0, b: 'SEC' }),
      sse({ type: 'a', i: 1, a: 'SEC' }),
      sse({ type: 'a-end', i: 0 }),
      sse({ type: 'b', i: 0, b: 'RET' }),
    ])
    expect(refusal).toBeUndefined()
    expect(events.map(({ type, i, a, b }) => [type, i, a ?? b])).toEqual([
      ...[
        ['a', 0, ''],
        ['b', 0, ''],
        ['a', 1, ''],
        ['a', 0, 'SEC'],
        ['a-end', 0, undefined],
      ],
      ...[
        ['b', 0, GONE],
        ['a', 1, 'SEC'],
      ],
    ])
    expect(said(lens, [sse({ type: 'a-end', i: 0 }), sse({ i: 0, a: 'x' })]).refusal?.code).toBe('upstream_failed')
  })

  test('events of other names are dropped, and counted', () => {
    const lens = lensOf(`${SSE}, events: [known] }`)
    const { events, dropped } = said(lens, [sse({ t: 'a' }, 'known'), sse({ t: WORD }, 'unknown'), sse({ t: 'b' })])
    expect(events).toEqual([{ t: 'a' }, { t: 'b' }])
    expect(dropped).toBe(1)
  })

  test('a name in which the word is found is a refusal', () => {
    expect(said(lensOf(`${SSE} }`), [sse({ [WORD]: 1 })]).refusal?.code).toBe('obligation_failed')
  })

  test.each([
    ['{ member: /done, is: true }', { done: true }, [{ done: false }, { done: 'true' }, {}]],
    ['{ member: /state, is: [over, gone] }', { state: 'gone' }, [{ state: 'on' }, { state: null }]],
    ['{ member: /whole/text }', { whole: { text: '' } }, [{ whole: { text: null } }, { whole: {} }]],
  ])('a stream ends by %s, whole only then', (end, last, others) => {
    const lens = lensOf(`model: { fixed: m }, stream: { framing: ndjson, end: ${end} }`)
    const lines = (...events: readonly object[]) =>
      Buffer.from(events.map((one) => `${JSON.stringify(one)}\n`).join(''))
    for (const guard of [undefined, wordGuard]) {
      expect(run(lens.openStream({ guard }), [lines(...others, last)]).refusal).toBeUndefined()
      expect(run(lens.openStream({ guard }), [lines(...others)]).refusal?.code).toBe('upstream_failed')
      // A name may be spelt with escapes, which no letter of it shows.
      const escaped = Buffer.from(
        String(lines(last)).replace(/"(\w)/, (_all, one: string) => `"\\u00${one.charCodeAt(0).toString(16)}`),
      )
      expect(run(lens.openStream({ guard }), [escaped]).refusal).toBeUndefined()
    }
  })

  test('where the end of the body is the end, what is held goes out there', () => {
    const lens = lensOf('model: { fixed: m }, stream: { framing: ndjson, end: close }')
    const { bytes, refusal } = run(lens.openStream({ guard: wordGuard }), [Buffer.from('{"t":"a SEC"}')])
    expect(refusal).toBeUndefined()
    expect(String(bytes)).toBe('{"t":"a "}\n{"t":"SEC"}\n')
  })

  test('what failed ends nothing, and nothing follows it', () => {
    const lens = lensOf(`${SSE}, error: /oops }`)
    const { events } = said(lens, [sse({ t: 'a' }), sse({ oops: `no ${WORD}` }), sse({ t: 'b' })])
    expect(events).toEqual([{ t: 'a' }, { oops: `no ${GONE}` }])
  })

  test('in any cutting it says what a whole answer would', () => {
    const lens = lensOf(`${SSE} }`)
    const words = fc.array(fc.constantFrom('SEC', 'RET', 'SECRET', ' and ', '🔑', '"', 'S'), { maxLength: 4 })
    const piece = fc.record({ where: fc.constantFrom('a', 'b'), text: words.map((all) => all.join('')) })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), fc.array(fc.nat()), (pieces, at) => {
        const whole = Buffer.concat([...pieces.map(({ where, text }) => sse({ [where]: text })), END])
        const texts = (bytes: Buffer, where: string) =>
          [...String(bytes).matchAll(/^data: (\{.*)$/gm)].map(([, one = '']) => JSON.parse(one)[where] ?? '').join('')
        const { bytes, refusal } = run(lens.openStream({ guard: wordGuard }), cut(whole, at))
        expect(refusal).toBeUndefined()
        for (const where of ['a', 'b']) expect(texts(bytes, where)).toBe(texts(whole, where).replaceAll(WORD, GONE))
      }),
      { numRuns: 200 },
    )
  })
})

describe('the wire', () => {
  const no = refuse('body_too_large', 'log only', { message: 'Too "large".', param: 'inputs' })
  const said = (more: string) => JSON.parse(String(declared('model: { fixed: m }', more).refusal(no, 'r').body))

  test('a refusal is worded as declared', () => {
    expect(said('')).toEqual({
      error: { message: 'Too "large".', type: 'invalid_request_error', param: 'inputs', code: 'body_too_large' },
    })
    const template =
      '{ detail: [{ msg: "{code} ({status}): {message}", at: "{param}" }], status: "{status}", ok: false }'
    expect(said(`    refusal: ${template}\n`)).toEqual({
      detail: [{ msg: 'body_too_large (413): Too "large".', at: 'inputs' }],
      status: 413,
      ok: false,
    })
  })

  test('our key is shown as declared', () => {
    const call = { method: 'POST', origin: '', path: '/', headers: [], body: Buffer.alloc(0), nowMs: 0 }
    expect(declared('model: { fixed: m }').credential('k', call)).toEqual(['authorization', 'Bearer k'])
    const header = '    authentication: { header: X-Key }\n'
    expect(declared('model: { fixed: m }', header).credential('k', call)).toEqual(['x-key', 'k'])
  })

  test('the provider’s name for a model stands in its path, encoded', () => {
    const { config } =
      loadSections(`dialects: [{ name: plain, prefix: /a/b/, endpoints: [{ path: "/{model}:run", upstreamPath: "/m/{model}/run", model: path }] }]
providers: [{ name: p, dialect: plain, baseUrl: "https://p.example" }]
models: [{ name: m, provider: p }]
`)
    const [dialect] = config?.dialects ?? []
    const [endpoint] = dialect === undefined ? [] : createGenericDialect(dialect).endpoints
    expect(endpoint?.path).toBe('/a/b/{model}:run')
    expect(endpoint?.upstreamPath('a/b $& c', '')).toBe('/m/a%2Fb%20%24%26%20c/run')
  })

  test('headers pass where they can say nothing', () => {
    const { requestHeaders, responseHeaders } = declared(
      'model: { fixed: m }, stream: { framing: ndjson, end: { data: x } }',
    )
    const accepts = (value: string) => requestHeaders.get('accept')?.test(value)
    expect(['application/json', '*/*', 'application/x-ndjson, application/json'].map(accepts)).toEqual([
      true,
      true,
      true,
    ])
    expect(['text/html', 'application/xxndjson', 'application/json; q=a@b.example'].map(accepts)).toEqual([
      false,
      false,
      false,
    ])
    expect(responseHeaders.get('content-type')?.test('application/x-ndjson; charset=utf-8')).toBe(true)
  })
})
