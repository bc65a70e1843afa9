import { awsShapedKey, type Lie, openaiShapedKey, TEST_CARD } from '@ostiary/devkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type House, MODEL_KEY, openHouse } from './house.js'
import { type Answer, ask, errorOf, prompt } from './http.js'

const EMAIL = 'erika.mustermann@example.com'
const CARD = TEST_CARD
const KEY = awsShapedKey()

/** Each person has a policy of their own, so that one house shows every act. */
const POLICIES = `@id("redact") @obligation("redact:pii, redact:secret, output:redact:pii, output:redact:secret")
permit (principal in Group::"analysts", action, resource is Model) when { resource.mode == "redact" };

@id("mask") @obligation("mask:pii, mask:secret, output:mask:pii, output:mask:secret")
permit (principal in Group::"analysts", action, resource is Model) when { resource.mode == "mask" };

@id("block") @obligation("block:pii, block:secret, output:block:pii, output:block:secret")
permit (principal in Group::"analysts", action, resource is Model) when { resource.mode == "block" };

@id("flag") @obligation("flag:pii, flag:secret, output:flag:pii, output:flag:secret")
permit (principal in Group::"analysts", action, resource is Model) when { resource.mode == "flag" };

@id("nothing")
permit (principal in Group::"analysts", action, resource is Model) when { resource.mode == "nothing" };

@id("pictures") @obligation("pass:uninspectable, redact:pii")
permit (principal in Group::"analysts", action, resource is Model) when { resource.mode == "pictures" };

@id("answers-only") @obligation("output:redact:pii, output:redact:secret")
permit (principal in Group::"analysts", action, resource is Model) when { resource.mode == "answers-only" };
`
const MODES = ['redact', 'mask', 'block', 'flag', 'nothing', 'pictures', 'answers-only']

let house: House

beforeAll(async () => {
  house = await openHouse({
    policies: POLICIES,
    config: { models: MODES.map((mode) => ({ name: mode, provider: 'lying', attributes: { mode } })) },
  })
})
afterAll(async () => {
  const log = (await house.entries()).map((one) => one.text).join('\n')
  for (const secret of [EMAIL, CARD, KEY, openaiShapedKey()]) expectNothingOf(log, secret)
  await house.finish()
})
beforeEach(() => house.upstream.behave(undefined))

/** Not the text, nor half of it: what stays when a mask keeps four characters is less than this. */
function expectNothingOf(where: string, secret: string): void {
  const length = Math.max(9, Math.ceil(secret.length / 2))
  for (let at = 0; at + length <= secret.length; at += 1) expect(where).not.toContain(secret.slice(at, at + length))
}

function sentUpstream(): string {
  return house.upstream.received.at(-1)?.body.toString('utf8') ?? ''
}

/** A request body with protected text at one place, by where that place is. */
const PLACES = new Map<string, (text: string) => Record<string, unknown>>([
  ['text of the user', (text) => prompt(`see ${text} there`)],
  [
    'a system message',
    (text) => ({
      messages: [
        { role: 'system', content: text },
        { role: 'user', content: 'hi' },
      ],
    }),
  ],
  ['a developer message', (text) => ({ messages: [{ role: 'developer', content: `know ${text}` }] })],
  [
    'a text part',
    (text) =>
      prompt([
        { type: 'text', text: 'first' },
        { type: 'text', text: `(${text})` },
      ]),
  ],
  ['a tool result', (text) => ({ messages: [{ role: 'tool', tool_call_id: 'call_1', content: `row: ${text}` }] })],
  [
    'a tool result in parts',
    (text) => ({ messages: [{ role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text }] }] }),
  ],
  [
    'tool-call arguments',
    (text) => ({
      messages: [
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'pay', arguments: JSON.stringify({ to: text }) } },
          ],
        },
        { role: 'user', content: 'hi' },
      ],
    }),
  ],
  ['an earlier answer', (text) => ({ messages: [{ role: 'assistant', content: `as said: ${text}` }] })],
  [
    'a tool’s description',
    (text) =>
      prompt('hi', {
        tools: [{ type: 'function', function: { name: 'pay', description: `ask ${text}`, parameters: {} } }],
      }),
  ],
  [
    'a schema’s default',
    (text) =>
      prompt('hi', {
        tools: [
          {
            type: 'function',
            function: {
              name: 'pay',
              parameters: { type: 'object', properties: { to: { type: 'string', default: text } } },
            },
          },
        ],
      }),
  ],
  ['the name of a speaker', (text) => ({ messages: [{ role: 'user', name: text, content: 'hi' }] })],
  ['the field `user`', (text) => prompt('hi', { user: text })],
  ['metadata', (text) => prompt('hi', { metadata: { ticket: text } })],
  ['a field nobody knows', (text) => prompt('hi', { vendor_extension: { deep: [{ note: text }] } })],
  ['a field nobody knows, of a message', (text) => ({ messages: [{ role: 'user', content: 'hi', thoughts: text }] })],
  ['an identifier', (text) => ({ messages: [{ role: 'tool', tool_call_id: `call ${text}`, content: 'hi' }] })],
  ['a stop sequence', (text) => prompt('hi', { stop: [text] })],
])

const SECRETS = [
  ['an address', EMAIL, 'pii.email'],
  ['a card', CARD, 'pii.card'],
  ['a key', KEY, 'secret.aws'],
] as const

/** With every character escaped: what a guard that reads bytes would not see. */
function escaped(body: string, secret: string): string {
  const hidden = [...secret].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
  return body.replaceAll(secret, hidden)
}

describe.each(SECRETS)('requests with %s [content.acts]', (_what, secret, type) => {
  describe.each([...PLACES])('in %s', (_where, body) => {
    test.each(['redact', 'mask'])('%s: it never reaches the provider', async (model) => {
      for (const spelt of [
        JSON.stringify({ ...body(secret), model }),
        escaped(JSON.stringify({ ...body(secret), model }), secret),
      ]) {
        const answer = await ask(house, spelt)
        expect(answer.status).toBe(200)
        expect(answer.headers['ostiary-decision']).toBe('transform')
        const sent = JSON.stringify(JSON.parse(sentUpstream()))
        expectNothingOf(sent, secret)
        if (model === 'redact') expect(sent).toContain(`[redacted:${type}]`)
        const { intent } = await house.exchange(answer.id)
        expect(intent?.own).toMatchObject({ carried_out: { [`${model}:${type}`]: 1 }, findings: { [type]: 1 } })
      }
    })

    test('block: nothing is forwarded', async () => {
      const before = house.upstream.requestCount
      const answer = await ask(house, { ...body(secret), model: 'block' })
      expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 403, code: 'content_blocked' })
      expect(errorOf(answer).type).toBe('permission_error')
      expectNothingOf(answer.text, secret)
      expect(house.upstream.requestCount).toBe(before)
      const { intent, outcome } = await house.exchange(answer.id)
      expect(intent).toBeUndefined()
      expect(outcome.own).toMatchObject({ reason: 'content_blocked', decided: { determining: ['block'] } })
    })

    test('flag: byte for byte, and counted', async () => {
      const sent = JSON.stringify({ ...body(secret), model: 'flag' })
      const answer = await ask(house, sent)
      expect(sentUpstream()).toBe(sent)
      expect(answer.headers['ostiary-decision']).toBe('permit')
      expect((await house.exchange(answer.id)).intent?.own['carried_out']).toEqual({ [`flag:${type}`]: 1 })
    })
  })
})

describe('what cannot be edited or seen', () => {
  test('a finding in a member’s name refuses [content.names]', async () => {
    const before = house.upstream.requestCount
    const answer = await ask(house, prompt('hi', { model: 'redact', metadata: { [EMAIL]: 'x' } }))
    expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 422, code: 'obligation_failed' })
    expect(house.upstream.requestCount).toBe(before)
    expect((await house.exchange(answer.id)).outcome.own).toMatchObject({ reason: 'obligation_failed' })
    expect((await ask(house, prompt('hi', { model: 'redact', metadata: { ticket: 'x' } }))).status).toBe(200)
  })

  test.each<[string, Record<string, unknown>]>([
    ['a picture', { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
    ['a picture by its address', { type: 'image_url', image_url: { url: 'https://pictures.example/1.png' } }],
    ['sound', { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }],
    ['a file', { type: 'file', file: { file_id: 'file-1' } }],
    ['a part of an unknown kind', { type: 'hologram', hologram: 'AAAA' }],
  ])('%s is refused, but where a policy lets it pass [content.uninspectable]', async (_what, part) => {
    const before = house.upstream.requestCount
    const content = [{ type: 'text', text: `look, ${EMAIL}` }, part]
    const answer = await ask(house, prompt(content, { model: 'redact' }))
    expect({ status: answer.status, code: errorOf(answer).code }).toEqual({
      status: 403,
      code: 'content_uninspectable',
    })
    expect(errorOf(answer).param).toBe('/messages/0/content/1')
    expect(house.upstream.requestCount).toBe(before)

    expect((await ask(house, prompt(content, { model: 'pictures' }))).status).toBe(200)
    const sent = JSON.parse(sentUpstream()) as { messages: { content: unknown[] }[] }
    expect(sent.messages[0]?.content).toEqual([{ type: 'text', text: 'look, [redacted:pii.email]' }, part])
  })
})

describe('what nobody edits passes byte for byte [content.lens]', () => {
  const strange =
    '{ "model":"redact",\n\t"messages":[ {"role":"user","content":"h\\u00e9llo \\/ \\ud83d\\ude00 é"} ] , "n":1.0e0,"unknown":{"a":[1,2.50,-0,1E40,null]},"seed":12345678901234567890 }\n'

  test('requests', async () => {
    const answer = await ask(house, strange)
    expect(answer.status).toBe(200)
    expect(sentUpstream()).toBe(strange)
    const { intent } = await house.exchange(answer.id)
    const bodies = intent?.own['bodies'] as { received: string; sent: string }
    expect(bodies.sent).toBe(bodies.received)
  })

  test('and where one string is edited, all around it', async () => {
    await ask(house, strange.replace('h\\u00e9llo', EMAIL))
    expect(sentUpstream()).toBe(strange.replace(/"h\\u00e9llo[^"]*"/, '"[redacted:pii.email] / 😀 é"'))
  })

  test.each(['redact', 'nothing'])('answers (%s)', async (model) => {
    const body =
      '{ "id":"x", "choices":[ {"index":0,"message":{"role":"assistant","content":"h\\u00e9 \\/"}} ],"unknown":[1.0, 2E3] }\n'
    house.upstream.behave({
      kind: 'raw',
      writes: [`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`],
    })
    const answer = await ask(house, prompt('hi', { model }))
    expect(answer.text).toBe(body)
    expect(answer.headers['ostiary-decision']).toBe('permit')
  })

  test.each(['redact', 'nothing'])('streams, in whatever pieces they come (%s)', async (model) => {
    const stream =
      'data: {"id":"x","choices":[{"index":0,"delta":{"content":"h\\u00e9 \\/ and "}}],"unknown":[1.0]}\n\ndata: {"id":"x","choices":[{"index":0,"delta":{"content":"on"},"finish_reason":"stop"}]}\r\n\r\ndata: [DONE]\n\n'
    for (const size of [1, 7, 1000]) {
      const pieces = stream.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? []
      const frames = pieces.map((one) => `${one.length.toString(16)}\r\n${one}\r\n`)
      house.upstream.behave({
        kind: 'raw',
        writes: [
          'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n',
          ...frames,
          '0\r\n\r\n',
        ],
      })
      expect((await ask(house, prompt('hi', { model, stream: true }))).text).toBe(stream)
    }
  })
})

/** Answers with protected text, by where it is. */
const ANSWERS = new Map<string, (secret: string, pieceSize: number) => Lie>([
  ['text', (secret, pieceSize) => ({ kind: 'honest', text: `It is ${secret}, as you asked.`, pieceSize })],
  ['text that is nothing else', (secret, pieceSize) => ({ kind: 'honest', text: secret, pieceSize })],
  [
    'tool-call arguments',
    (secret, pieceSize) => ({
      kind: 'tool-call-in-pieces',
      arguments: JSON.stringify({ card: secret, amount: 42 }),
      pieceSize,
    }),
  ],
  [
    'tool-call arguments, escaped',
    (secret, pieceSize) => ({
      kind: 'tool-call-in-pieces',
      arguments: escaped(JSON.stringify({ card: secret, amount: 42 }), secret),
      pieceSize,
    }),
  ],
  [
    'one of two choices that take turns',
    (secret, pieceSize) => ({
      kind: 'choices-interleaved',
      texts: ['It was a sunny day, and all the better for it.', `The thing is ${secret}.`],
      pieceSize,
    }),
  ],
])

const CARD_NUMBER = Number(`4${'1'.repeat(15)}`)

describe('a card number that is a number, in the arguments of a tool call', () => {
  test.each([
    ['redact', '[redacted:pii.card]'],
    ['mask', '************1111'],
  ])('%s leaves JSON, with a text in its place, streamed or whole or asked', async (model, instead) => {
    const args = `{"pay":[${CARD_NUMBER}, {"card":-${CARD_NUMBER}}],"amount":42.50}`
    const wanted = { pay: [instead, { card: `-${instead}` }], amount: 42.5 }
    for (const stream of [true, false]) {
      for (const pieceSize of stream ? [1, 5, 10_000] : [1]) {
        house.upstream.behave({ kind: 'tool-call-in-pieces', arguments: args, pieceSize })
        const answer = await ask(house, prompt('hi', { model, stream }))
        expect(answer.status).toBe(200)
        expect(JSON.parse(assembled(answer, stream))).toEqual(wanted)
        expectNothingOf(answer.text, String(CARD_NUMBER))
      }
    }
    house.upstream.behave(undefined)
    const call = { id: 'call_1', type: 'function', function: { name: 'pay', arguments: args } }
    const messages = [{ role: 'assistant', content: null, tool_calls: [call] }]
    expect((await ask(house, { model, messages })).status).toBe(200)
    const sent = JSON.parse(sentUpstream()) as { messages: { tool_calls: { function: { arguments: string } }[] }[] }
    expect(JSON.parse(sent.messages[0]?.tool_calls[0]?.function.arguments ?? '')).toEqual(wanted)
  })
})

/** What a client puts together: each choice's text, and its tool calls' arguments with their escapes undone. */
function assembled(answer: Answer, stream: boolean): string {
  interface Piece {
    index: number
    delta?: Said
    message?: Said
  }
  interface Said {
    content?: string | null
    tool_calls?: { function: { arguments: string } }[]
  }
  const events: { choices: Piece[] }[] = stream
    ? answer.text
        .split('\n\n')
        .filter((one) => one.startsWith('data: {'))
        .map((one) => JSON.parse(one.slice(6)) as { choices: Piece[] })
    : [answer.json() as { choices: Piece[] }]
  const texts = new Map<number, { text: string; args: string }>()
  for (const { index, delta, message } of events.flatMap((one) => one.choices ?? [])) {
    const held = texts.get(index) ?? { text: '', args: '' }
    texts.set(index, held)
    const said = delta ?? message
    held.text += said?.content ?? ''
    for (const call of said?.tool_calls ?? []) held.args += call.function.arguments
  }
  return [...texts.values()]
    .map(({ text, args }) => (args === '' ? text : `${text}${JSON.stringify(JSON.parse(args))}`))
    .join('\n')
}

describe.each(SECRETS)('answers with %s [content.acts]', (_what, secret, type) => {
  describe.each([...ANSWERS])('in %s', (_where, lie) => {
    const ways: [string, boolean, number][] = [
      ['whole', false, 1],
      ['streamed in one event', true, 10_000],
      ['streamed in pieces', true, 5],
      ['streamed, one character an event', true, 1],
    ]
    test.each(ways)('redact, %s', async (_way, stream, pieceSize) => {
      house.upstream.behave(lie(secret, pieceSize))
      const answer = await ask(house, prompt('hi', { model: 'redact', stream }))
      expect(answer.status).toBe(200)
      const seen = assembled(answer, stream)
      expect(seen).toContain(`[redacted:${type}]`)
      expectNothingOf(seen, secret)
      expectNothingOf(answer.text, secret)
      const { outcome } = await house.exchange(answer.id)
      expect(outcome.own).toMatchObject({
        outcome: 'done',
        carried_out: { [`redact:${type}`]: 1 },
        findings: { [type]: 1 },
      })
      if (stream) expect(answer.text.endsWith('data: [DONE]\n\n')).toBe(true)
    })

    test.each(ways)('mask, %s', async (_way, stream, pieceSize) => {
      house.upstream.behave(lie(secret, pieceSize))
      const answer = await ask(house, prompt('hi', { model: 'mask', stream }))
      expectNothingOf(assembled(answer, stream), secret)
      expect(assembled(answer, stream)).toContain('***')
    })

    test.each(ways)('block, %s', async (_way, stream, pieceSize) => {
      house.upstream.behave(lie(secret, pieceSize))
      const answer = await ask(house, prompt('hi', { model: 'block', stream }))
      expectNothingOf(answer.text, secret)
      expect(answer.text).not.toContain('[DONE]')
      const { outcome } = await house.exchange(answer.id)
      expect(outcome.own).toMatchObject({ outcome: 'refused', reason: 'content_blocked' })
      if (stream) {
        expect(answer.status).toBe(200)
        expect(answer.text.trimEnd().split('\n\n').at(-1)).toContain('"code":"content_blocked"')
      } else {
        expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 403, code: 'content_blocked' })
        expect(answer.headers['ostiary-decision']).toBe('forbid')
      }
    })

    test('flag: as it came, and counted', async () => {
      house.upstream.behave(lie(secret, 3))
      const answer = await ask(house, prompt('hi', { model: 'flag', stream: true }))
      expect(assembled(answer, true).replaceAll('\\', '')).toContain(secret)
      expect((await house.exchange(answer.id)).outcome.own['carried_out']).toEqual({ [`flag:${type}`]: 1 })
    })
  })
})

test('an obligation for answers leaves requests as they are, and the other way round', async () => {
  const body = JSON.stringify(prompt(EMAIL, { model: 'answers-only' }))
  house.upstream.behave({ kind: 'honest', text: `for ${EMAIL}` })
  const answer = await ask(house, body)
  expect(sentUpstream()).toBe(body)
  expect(answer.text).toContain('for [redacted:pii.email]')
  expect((await ask(house, prompt(EMAIL, { model: 'pictures' }))).text).toContain(`for ${EMAIL}`)
  expect(sentUpstream()).not.toContain(EMAIL)
})

test('two findings that overlap in one text, and many in one body', async () => {
  const text = Array.from({ length: 50 }, (_none, i) => `${i}: ${EMAIL} ${CARD} ${KEY}`).join('\n')
  const answer = await ask(house, prompt(text, { model: 'redact' }))
  const sent = sentUpstream()
  for (const secret of [EMAIL, CARD, KEY]) expect(sent).not.toContain(secret)
  expect((await house.exchange(answer.id)).intent?.own['findings']).toEqual({
    'pii.card': 50,
    'pii.email': 50,
    'secret.aws': 50,
  })
})

test('only our own credential and what the dialect needs reach the provider [forward.own-credential]', async () => {
  const token = await house.token()
  const trace = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`
  const answer = await ask(house, prompt('hi', { model: 'nothing' }), {
    token,
    headers: {
      accept: 'application/json',
      cookie: 'session=of-the-caller',
      forwarded: 'for=192.0.2.1',
      'idempotency-key': 'once',
      'ostiary-session': 's1',
      'proxy-authorization': 'Basic Og==',
      te: 'trailers',
      traceparent: trace,
      'user-agent': 'a-browser',
      via: '1.1 somewhere',
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-host': 'elsewhere.example',
      'x-real-ip': '192.0.2.1',
      'x-stainless-lang': 'js',
    },
  })
  expect(answer.status).toBe(200)
  const names = house.upstream.received.at(-1)?.rawHeaders.map(([name]) => name.toLowerCase())
  expect(names?.toSorted()).toEqual([
    'accept',
    'accept-encoding',
    'authorization',
    'connection',
    'content-length',
    'content-type',
    'host',
    'idempotency-key',
    'traceparent',
  ])
  const headers = house.upstream.received.at(-1)?.headers
  expect(headers?.get('authorization')).toBe(`Bearer ${MODEL_KEY}`)
  expect(headers?.get('traceparent')).toBe(trace)
  expect(headers?.get('host')).toBe(new URL(house.upstream.origin).host)
  expect(JSON.stringify(house.upstream.received.at(-1)?.rawHeaders)).not.toContain(token)
  const { intent } = await house.exchange(answer.id)
  expect(intent?.text).toContain(`"traceparent":"${trace}"`)
})
