import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { GUIDE_ENTRIES } from './declared.js'
import { type House, openHouse } from './house.js'
import { type Answer, ask } from './http.js'
import { inPieces, type ScriptedProvider, startScriptedProvider } from './scripted-provider.js'

// The entries of the guide `any-model-server.md`, as they are printed, in front of servers that speak these protocols as their
// public documentation describes them.

const CARD = '4111 1111 1111 1111'
const HIDDEN = '[redacted:pii.card]'
const POLICIES = `@id("analysts-use-models")
@obligation("redact:pii, output:redact:pii, output:block:secret")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"embed"], resource is Model);
`

interface Entry {
  readonly dialects: readonly Readonly<Record<string, unknown>>[]
  readonly providers: readonly { readonly name: string; readonly apiKey?: string }[]
  readonly models: readonly unknown[]
}

const TITLES = [...GUIDE_ENTRIES.keys()]
let house: House
let server: ScriptedProvider

beforeAll(async () => {
  server = await startScriptedProvider()
  const entries = [...GUIDE_ENTRIES.values()].map((entry) => parse(entry) as Entry)
  house = await openHouse({
    policies: POLICIES,
    config: {
      dialects: entries.flatMap((one) => one.dialects),
      providers: entries.flatMap((one) =>
        one.providers.map((provider) => ({
          ...provider,
          baseUrl: `${server.origin}/${provider.name}`,
          ...(provider.apiKey === undefined ? {} : { apiKey: 'the-key-of-this-server' }),
        })),
      ),
      models: entries.flatMap((one) => one.models),
    },
  })
})
afterAll(async () => {
  await house.finish()
  await server.close()
})

function answers(body: unknown, status = 200): void {
  server.behave((_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
  )
}

function streams(type: string, text: string): void {
  server.behave((_request, response) => void inPieces(response, type, Buffer.from(text), 11))
}

const post = (path: string, body: unknown, as = 'alice'): Promise<Answer> => ask(house, body, { path, as })
const outcomeOf = async ({ id }: Answer) => (await house.exchange(id)).outcome.own

test('the guide has an entry for each', () => {
  expect(TITLES).toEqual([
    'Any model server',
    'Ollama',
    'Text Generation Inference',
    'Cohere',
    'KServe, and other predictors',
  ])
})

describe('a plain predictor', () => {
  test('text in, text out', async () => {
    answers({ label: 'positive', why: `it says ${CARD}` })
    const answer = await post('/classifier/predict', { text: `my card is ${CARD}` })
    expect(answer.json()).toEqual({ label: 'positive', why: `it says ${HIDDEN}` })
    expect(server.last.path).toBe('/sentiment-server/predict')
    expect(server.last.json()).toEqual({ text: `my card is ${HIDDEN}` })
  })

  test('refusals in the words of OpenAI, where nothing else is declared', async () => {
    expect((await post('/classifier/predict', { text: 'x' }, 'bob')).json()).toEqual({
      error: expect.objectContaining({ code: 'forbidden_by_policy', type: 'permission_error', param: null }),
    })
    expect((await post('/classifier/other', {})).json()).toMatchObject({ error: { code: 'endpoint_not_governed' } })
    expect((await post('/classifier/predict', [])).json()).toMatchObject({ error: { code: 'invalid_request' } })
  })

  test('what is no JSON from the server is none for the caller', async () => {
    server.behave((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hi</p>'))
    expect((await post('/classifier/predict', { text: 'x' })).json()).toMatchObject({
      error: { code: 'upstream_failed' },
    })
  })
})

describe('Ollama', () => {
  const said = (message: object, more: object = {}): object => ({
    model: 'llama3.2',
    created_at: '2024-08-04T08:52:19.385406455-07:00',
    message: { role: 'assistant', ...message },
    done: false,
    ...more,
  })
  const DONE = { done: true, done_reason: 'stop', prompt_eval_count: 26, eval_count: 282 }
  const lines = (...events: readonly object[]): string => events.map((one) => `${JSON.stringify(one)}\n`).join('')
  const asked = (content: string, more: object = {}) => ({
    model: 'llama3.2',
    messages: [{ role: 'user', content }],
    ...more,
  })

  test('whole', async () => {
    answers(
      said({ content: `it is ${CARD}`, tool_calls: [{ function: { name: 'pay', arguments: { card: CARD } } }] }, DONE),
    )
    const answer = await post('/ollama/api/chat', asked(`my card is ${CARD}`, { stream: false }))
    expect(answer.json()).toMatchObject({
      message: { content: `it is ${HIDDEN}`, tool_calls: [{ function: { name: 'pay', arguments: { card: HIDDEN } } }] },
    })
    expect(server.last.json()).toMatchObject({ messages: [{ role: 'user', content: `my card is ${HIDDEN}` }] })
    expect(await outcomeOf(answer)).toMatchObject({
      outcome: 'done',
      tokens: { input: 26, output: 282 },
      stream: false,
    })
  })

  test('streamed, as it is where nobody asks: a value cut over lines, in every channel', async () => {
    const text = lines(
      said({ content: '', thinking: 'think of 4111 11' }),
      said({ content: '', thinking: '11 1111 1111' }),
      said({ content: 'it is 41' }),
      said({ content: '11 1111 1111 11' }),
      said({ content: '', tool_calls: [{ function: { name: 'pay', arguments: { card: CARD } } }] }),
      said({ content: '11' }),
      said({ content: '' }, DONE),
    )
    streams('application/x-ndjson', text)
    const answer = await post('/ollama/api/chat', asked('hi'))
    expect(answer.headers['content-type']).toBe('application/x-ndjson')
    const events = answer.text
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one))
    const joined = (member: string) => events.map((one) => one.message[member] ?? '').join('')
    expect([joined('thinking'), joined('content')]).toEqual([`think of ${HIDDEN}`, `it is ${HIDDEN}`])
    expect(events.flatMap((one) => one.message.tool_calls ?? [])).toEqual([
      { function: { name: 'pay', arguments: { card: HIDDEN } } },
    ])
    expect(events.at(-1)).toEqual(said({ content: '' }, DONE))
    for (const one of events) expect(one).toMatchObject({ model: 'llama3.2', message: { role: 'assistant' } })
    expect(await outcomeOf(answer)).toMatchObject({ outcome: 'done', stream: true, tokens: { input: 26, output: 282 } })
  })

  test.each([
    ['torn', lines(said({ content: 'half' }))],
    ['broken in a line', `${lines(said({ content: 'half' }))}{"model":`],
    ['of something else', 'hello\n'],
  ])('a stream that is %s ends in an error of the dialect', async (_what, text) => {
    streams('application/x-ndjson', text)
    const answer = await post('/ollama/api/chat', asked('hi'))
    const last = JSON.parse(answer.text.trim().split('\n').at(-1) ?? '')
    expect(last).toEqual({ error: expect.stringMatching(/^upstream_failed: /) })
  })

  test('a picture is refused, and says so as the server would', async () => {
    const body = asked('what is this?')
    const answer = await post('/ollama/api/chat', {
      ...body,
      messages: [{ ...body.messages[0], images: ['aGVsbG8='] }],
    })
    expect(answer.status).toBe(403)
    expect(answer.json()).toEqual({ error: expect.stringMatching(/^content_uninspectable: /) })
    expect(
      (await post('/ollama/api/chat', { ...body, messages: [{ ...body.messages[0], images: [] }], stream: false }))
        .status,
    ).toBe(200)
  })

  test('a model that is served elsewhere is none here', async () => {
    const answer = await post('/ollama/api/chat', { ...asked('hi'), model: 'mistral' })
    expect(answer.status).toBe(404)
    expect(answer.json()).toEqual({ error: expect.stringMatching(/^model_not_found: /) })
  })
})

describe('Text Generation Inference', () => {
  const token = (text: string, more: object = {}): string =>
    `data:${JSON.stringify({ index: 1, token: { id: 264, text, logprob: -1.25, special: false }, top_tokens: [{ id: 1, text: '4111' }], generated_text: null, details: null, ...more })}\n\n`

  test('whole, and its tokens do not say it again', async () => {
    answers({
      generated_text: `it is ${CARD}`,
      details: { finish_reason: 'length', generated_tokens: 7, tokens: [{ id: 1, text: '4111', logprob: -1 }] },
    })
    const answer = await post('/tgi/generate', { inputs: `card ${CARD}`, parameters: { details: true } })
    expect(answer.json()).toEqual({
      generated_text: `it is ${HIDDEN}`,
      details: { finish_reason: 'length', generated_tokens: 7, tokens: null },
    })
    expect(server.last.json()).toMatchObject({ inputs: `card ${HIDDEN}` })
    expect(await outcomeOf(answer)).toMatchObject({ tokens: { input: 0, output: 7 } })
  })

  test('streamed: its last event says the whole text, and it is the same', async () => {
    const details = { finish_reason: 'eos_token', generated_tokens: 3, input_length: 5, seed: null }
    streams(
      'text/event-stream',
      token('it is 4111 11') + token('11 1111 11') + token('11', { generated_text: `it is ${CARD}`, details }),
    )
    const answer = await post('/tgi/generate_stream', { inputs: 'hi' })
    const events = answer.text
      .trim()
      .split('\n\n')
      .map((one) => JSON.parse(one.replace(/^data:/, '')))
    expect(events.map((one) => one.token.text).join('')).toBe(`it is ${HIDDEN}`)
    expect(events.at(-1)).toMatchObject({ generated_text: `it is ${HIDDEN}`, details, top_tokens: null })
    expect(await outcomeOf(answer)).toMatchObject({ outcome: 'done', stream: true, tokens: { input: 5, output: 3 } })
  })

  test('an error of the server in the stream is its own, its words judged', async () => {
    streams(
      'text/event-stream',
      `${token('a')}data:${JSON.stringify({ error: `no room for ${CARD}`, error_type: 'overloaded' })}\n\n`,
    )
    const answer = await post('/tgi/generate_stream', { inputs: 'hi' })
    expect(answer.text).toContain(`{"error":"no room for ${HIDDEN}","error_type":"overloaded"}`)
  })

  test('what is blocked ends in the words of the declaration', async () => {
    const secret = ['AKIA', 'IOSFODNN7', 'EXAMPLQ'].join('')
    streams(
      'text/event-stream',
      token(`key ${secret.slice(0, 8)}`) + token(`${secret.slice(8)} and`) + token('so', { generated_text: 'x' }),
    )
    const answer = await post('/tgi/generate_stream', { inputs: 'hi' })
    expect(answer.text).not.toContain(secret.slice(8))
    expect(answer.text).toMatch(/data: \{"error":"content_blocked: [^"]*","error_type":"content_blocked"\}\n\n$/)
  })
})

describe('Cohere', () => {
  const event = (type: string, more: object = {}): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`
  const message = (of: object): object => ({ delta: { message: of } })

  test('whole', async () => {
    answers({
      id: 'c14c80c3-18eb-4519-9460-6c92edd8cfb4',
      finish_reason: 'TOOL_CALL',
      message: {
        role: 'assistant',
        tool_plan: `pay with ${CARD}`,
        tool_calls: [{ id: 'pay_1', type: 'function', function: { name: 'pay', arguments: `{"card":"${CARD}"}` } }],
        content: [{ type: 'text', text: CARD }],
        citations: [{ start: 0, end: 4, text: CARD, sources: [{ type: 'tool', id: 'pay_1' }] }],
      },
      logprobs: [{ token_ids: [1], text: '4111', logprobs: [-1] }],
      usage: { tokens: { input_tokens: 71, output_tokens: 418 } },
    })
    const answer = await post('/cohere/v2/chat', {
      model: 'command-a',
      messages: [
        { role: 'user', content: [{ type: 'text', text: CARD }] },
        { role: 'tool', tool_call_id: 'pay_1', content: [{ type: 'document', document: { data: CARD } }] },
      ],
      documents: [{ data: { snippet: CARD } }],
      max_tokens: 50,
    })
    expect(answer.json()).toMatchObject({
      message: {
        tool_plan: `pay with ${HIDDEN}`,
        tool_calls: [{ function: { arguments: `{"card":"${HIDDEN}"}` } }],
        content: [{ type: 'text', text: HIDDEN }],
        citations: [{ text: HIDDEN }],
      },
      logprobs: null,
    })
    expect(answer.text).not.toContain('4111')
    const sent = server.last
    expect(sent.headers.authorization).toBe('Bearer the-key-of-this-server')
    expect(sent.json()).toMatchObject({ model: 'command-a-03-2025' })
    expect(sent.body.toString()).not.toContain('4111')
    expect(await outcomeOf(answer)).toMatchObject({ tokens: { input: 71, output: 418 } })
  })

  test('streamed: each block its own text, what is held goes out before its block ends', async () => {
    streams(
      'text/event-stream',
      event('message-start', { id: '29f14a5a', ...message({ role: 'assistant', content: [], tool_calls: [] }) }) +
        event('tool-plan-delta', message({ tool_plan: 'I will use 4111' })) +
        event('tool-plan-delta', message({ tool_plan: ' 1111 1111 1111 to pay' })) +
        event('tool-call-start', {
          index: 0,
          ...message({ tool_calls: { id: 'pay_1', type: 'function', function: { name: 'pay', arguments: '' } } }),
        }) +
        event('tool-call-delta', {
          index: 0,
          ...message({ tool_calls: { function: { arguments: '{"card": "4111 1111' } } }),
        }) +
        event('tool-call-delta', {
          index: 0,
          ...message({ tool_calls: { function: { arguments: ' 1111 1111"}' } } }),
        }) +
        event('tool-call-end', { index: 0 }) +
        event('content-start', { index: 0, ...message({ content: { type: 'text', text: '' } }) }) +
        event('content-delta', { index: 0, ...message({ content: { text: 'Paid. It was 4111 11' } }) }) +
        event('content-end', { index: 0 }) +
        event('surprise', { text: CARD }) +
        event('message-end', {
          delta: { finish_reason: 'COMPLETE', usage: { tokens: { input_tokens: 71, output_tokens: 40 } } },
        }),
    )
    const answer = await post('/cohere/v2/chat', {
      model: 'command-a',
      messages: [{ role: 'user', content: 'pay' }],
      stream: true,
    })
    const events = answer.text
      .trim()
      .split('\n\n')
      .map((one) => JSON.parse(/^data: (.*)$/m.exec(one)?.[1] ?? ''))
    const joined = (pick: (message: Record<string, Record<string, Record<string, string>>>) => unknown): string =>
      events.map((one) => pick(one.delta?.message ?? {}) ?? '').join('')
    expect(joined((one) => one['tool_plan'])).toBe(`I will use ${HIDDEN} to pay`)
    expect(joined((one) => one['tool_calls']?.['function']?.['arguments'])).toBe(`{"card": "${HIDDEN}"}`)
    expect(joined((one) => one['content']?.['text'])).toBe('Paid. It was 4111 11')
    const types = events.map((one) => one.type)
    expect(types.lastIndexOf('content-delta')).toBeLessThan(types.indexOf('content-end'))
    expect(types.filter((one) => one === 'content-delta')).toHaveLength(2)
    expect(types).not.toContain('surprise')
    expect(await outcomeOf(answer)).toMatchObject({
      outcome: 'done',
      dropped_events: 1,
      tokens: { input: 71, output: 40 },
    })
  })
})

describe('KServe and embeddings', () => {
  test('a model in the path, on version 1', async () => {
    answers({ predictions: [`${CARD} is fine`, { score: 0.25 }] })
    const answer = await post('/kserve/v1/models/fraud:predict', { instances: [`pay by ${CARD}`, [1, 2, 3]] })
    expect(answer.json()).toEqual({ predictions: [`${HIDDEN} is fine`, { score: 0.25 }] })
    expect(server.last.path).toBe('/kserve/v1/models/fraud-v3:predict')
    expect(server.last.json()).toEqual({ instances: [`pay by ${HIDDEN}`, [1, 2, 3]] })
  })

  test('and on version 2', async () => {
    const tensor = (data: readonly unknown[]) => [{ name: 'text', shape: [1], datatype: 'BYTES', data }]
    answers({ model_name: 'fraud-v3', model_version: '1', outputs: tensor([`no to ${CARD}`]) })
    const answer = await post('/kserve/v2/models/fraud/infer', { inputs: tensor([CARD]) })
    expect(answer.json()).toMatchObject({ outputs: tensor([`no to ${HIDDEN}`]) })
    expect(server.last.json()).toEqual({ inputs: tensor([HIDDEN]) })
  })

  test('vectors are a list, asked for as what they are', async () => {
    answers([[0.1, 0.2]])
    const token = await house.token('alice', { scope: 'embeddings:create' })
    const answer = await ask(house, { inputs: ['one', CARD] }, { path: '/embedder/embed', token })
    expect(answer.json()).toEqual([[0.1, 0.2]])
    expect(server.last.json()).toEqual({ inputs: ['one', HIDDEN] })
    const refused = await post('/embedder/embed', { inputs: ['one'] })
    expect(refused.json()).toMatchObject({
      error: { code: 'insufficient_scope', message: expect.stringContaining('embeddings:create') },
    })
  })
})
