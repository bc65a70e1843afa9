import OpenAI, { APIError, BadRequestError, NotFoundError, PermissionDeniedError, RateLimitError } from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { failureOf } from './failure.js'
import { type House, openHouse } from './house.js'
import { functionCall, json, message, reasoning, says, stream } from './scripted-openai.js'

const GONE = '[redacted:pii.email]'
const POLICIES = `@id("analysts-use-models") @obligation("redact:pii.email, output:redact:pii.email, output:block:secret.openai")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"embed", Action::"listModels"], resource == Model::"model");

@id("analysts-may-continue") @obligation("pass:uninspectable")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"other-model");

@id("support-only-asks")
permit (principal in Group::"support", action == Action::"invoke", resource is Model);
`

let house: House
let client: OpenAI

beforeAll(async () => {
  house = await openHouse({ policies: POLICIES })
  client = clientOf('alice')
})
afterAll(() => house.finish())

function clientOf(as: string): OpenAI {
  return new OpenAI({
    baseURL: `${house.url}/v1`,
    apiKey: () => house.token(as, { scope: 'models:invoke embeddings:create' }),
    maxRetries: 0,
    logLevel: 'off',
  })
}

const failure = (call: PromiseLike<unknown>): Promise<APIError> => failureOf(APIError, call)

/** What the provider was asked last. */
function asked(): { readonly path: string; readonly body: Record<string, unknown> } {
  const last = house.upstream.received.at(-1)
  return { path: last?.target ?? '', body: JSON.parse(String(last?.body)) as Record<string, unknown> }
}

const ASKED = { model: 'model', input: 'write to ann@example.com', store: false } as const
const TOOLS: OpenAI.Responses.Tool[] = [
  {
    type: 'function',
    name: 'mail',
    description: 'tells bob@example.com',
    parameters: { type: 'object', properties: { to: { type: 'string' } } },
    strict: false,
  },
]

describe('responses [wire.openai-clients]', () => {
  test('whole', async () => {
    house.upstream.behave(
      says([
        reasoning('ask zoe@example.com'),
        message('It is joe@example.com.', 'msg_1', [
          {
            type: 'url_citation',
            url: 'https://example.com/joe@example.com',
            title: 'joe@example.com',
            start_index: 0,
            end_index: 5,
          },
        ]),
      ]),
    )
    const { data, response, request_id } = await client.responses
      .create({ ...ASKED, instructions: 'never name eve@example.com' })
      .withResponse()
    expect(data.output_text).toBe(`It is ${GONE}.`)
    expect(data.instructions).toBe(`never name ${GONE}`)
    expect(JSON.stringify(data.output)).not.toContain('@example.com')
    expect(data.usage).toMatchObject({ input_tokens: 12, output_tokens: 34 })
    expect(asked()).toMatchObject({
      path: '/v1/responses',
      body: { input: `write to ${GONE}`, instructions: `never name ${GONE}`, store: false },
    })
    expect(response.headers.get('ostiary-decision')).toBe('transform')
    const { intent, outcome } = await house.exchange(request_id)
    expect(intent?.own['decided']).toMatchObject({ kind: 'permit' })
    expect(outcome.own).toMatchObject({ outcome: 'done', stream: false, tokens: { input: 12, output: 34 } })
  })

  test('streamed: every event, and what the client puts together', async () => {
    house.upstream.behave(says([reasoning('ask zoe@example.com first'), message('It is joe@example.com, or j')]))
    const runner = client.responses.stream({ ...ASKED, instructions: 'be brief' })
    const seen: OpenAI.Responses.ResponseStreamEvent[] = []
    for await (const event of runner) seen.push(event)
    const final = await runner.finalResponse()
    expect(final.output_text).toBe(`It is ${GONE}, or j`)
    expect(final.output[0]).toMatchObject({ summary: [{ text: `ask ${GONE} first` }] })
    const text = (type: string): string =>
      seen.map((event) => (event.type === type && 'delta' in event ? event.delta : '')).join('')
    expect(text('response.output_text.delta')).toBe(final.output_text)
    expect(text('response.reasoning_summary_text.delta')).toBe(`ask ${GONE} first`)
    expect(seen.map((event) => event.sequence_number)).toEqual(seen.map((_event, at) => at))
    expect(JSON.stringify(seen)).not.toContain('@example.com')
  })

  test('streamed, as plain events, to their end, and the log has its tokens', async () => {
    house.upstream.behave(says([message('all of it')]))
    const { data, request_id } = await client.responses.create({ ...ASKED, stream: true }).withResponse()
    const types: string[] = []
    for await (const event of data) types.push(event.type)
    expect(types.slice(0, 2)).toEqual(['response.created', 'response.in_progress'])
    expect(types.at(-1)).toBe('response.completed')
    const { outcome } = await house.exchange(request_id)
    expect(outcome.own).toMatchObject({
      outcome: 'done',
      stream: true,
      tokens: { input: 12, output: 34 },
      dropped_events: 0,
    })
  })

  test.each([false, true])('tools, and what they gave back in the next turn; streamed: %s', async (streamed) => {
    house.upstream.behave(says([functionCall('mail', '{"to":"joe@example.com","n":1}')], { pieceSize: 2 }))
    const body = { ...ASKED, tools: TOOLS }
    const first = streamed ? await client.responses.stream(body).finalResponse() : await client.responses.create(body)
    const [call] = first.output
    if (call?.type !== 'function_call') throw new Error('no call of a tool')
    expect(JSON.parse(call.arguments)).toEqual({ to: GONE, n: 1 })
    expect(JSON.stringify(asked().body['tools'])).toContain(`tells ${GONE}`)
    house.upstream.behave(says([message('done')]))
    const { parsed_arguments: _parsed, ...plain } = call as typeof call & { parsed_arguments?: unknown }
    const second = await client.responses.create({
      ...body,
      input: [
        { role: 'user', content: 'mail joe' },
        plain,
        { type: 'function_call_output', call_id: call.call_id, output: 'sent to joe@example.com' },
      ],
    })
    expect(second.output_text).toBe('done')
    expect(asked().body['input']).toMatchObject([{}, { arguments: call.arguments }, { output: `sent to ${GONE}` }])
  })

  test('structured outputs are JSON after an edit, whole and streamed', async () => {
    const format = zodTextFormat(z.object({ name: z.string(), mail: z.string() }), 'person')
    const body = { ...ASKED, text: { format } }
    house.upstream.behave(says([message('{"name":"Joe \\"J\\"","mail":"joe@example.com"}')], { pieceSize: 1 }))
    const wanted = { name: 'Joe "J"', mail: GONE }
    expect((await client.responses.parse(body)).output_parsed).toEqual(wanted)
    expect((await client.responses.stream(body).finalResponse()).output_parsed).toEqual(wanted)
  })

  test('a file that is text is read within', async () => {
    house.upstream.behave(says([message('read')]))
    const file_data = `data:text/plain;base64,${Buffer.from('it is eve@example.com').toString('base64')}`
    const content = [{ type: 'input_file', filename: 'a.txt', file_data }] as const
    await client.responses.create({ ...ASKED, input: [{ role: 'user', content: [...content] }] })
    const sent = JSON.stringify(asked().body).match(/base64,([^"]*)/)?.[1] ?? ''
    expect(Buffer.from(sent, 'base64').toString()).toBe(`it is ${GONE}`)
  })
})

describe('refusals', () => {
  test.each([
    ['another person\u2019s conversation', { previous_response_id: 'resp_of_somebody' }, '/previous_response_id'],
    ['a conversation that the provider keeps', { conversation: 'conv_1' }, '/conversation'],
    [
      'a picture',
      {
        input: [
          {
            role: 'user' as const,
            content: [
              { type: 'input_image' as const, detail: 'auto' as const, image_url: 'data:image/png;base64,AA==' },
            ],
          },
        ],
      },
      '/input/0/content/0',
    ],
  ])('%s is refused, unless policy lets pass what nobody reads', async (_, more, param) => {
    const before = house.upstream.requestCount
    const error = await failure(client.responses.create({ ...ASKED, ...more }))
    expect(error).toBeInstanceOf(PermissionDeniedError)
    expect(error).toMatchObject({ status: 403, code: 'content_uninspectable', param })
    expect(house.upstream.requestCount).toBe(before)
    house.upstream.behave(says([message('continued')]))
    expect((await client.responses.create({ ...ASKED, model: 'other-model', ...more })).output_text).toBe('continued')
  })

  test('each is its own exception', async () => {
    expect(await failure(clientOf('carol').responses.create(ASKED))).toBeInstanceOf(PermissionDeniedError)
    expect(await failure(client.responses.create({ ...ASKED, model: 'no-such-model' }))).toBeInstanceOf(NotFoundError)
    const background = await failure(client.responses.create({ ...ASKED, background: true }))
    expect(background).toBeInstanceOf(BadRequestError)
    expect(background).toMatchObject({ code: 'invalid_request', param: 'background' })
    expect(await failure(client.responses.retrieve('resp_1'))).toMatchObject({ code: 'endpoint_not_governed' })
    house.upstream.behave(() =>
      json({ error: { message: 'slow down, ann@example.com', type: 'requests', code: 'rate', param: null } }, 429),
    )
    const limited = await failure(client.responses.create(ASKED))
    expect(limited).toBeInstanceOf(RateLimitError)
    expect(limited.message).toContain(`slow down, ${GONE}`)
  })

  test('a stream that is cut throws in the middle of it, with the code', async () => {
    house.upstream.behave(says([message('a long answer that does not end')], { cutAfter: 7 }))
    const { data, request_id } = await client.responses.create({ ...ASKED, stream: true }).withResponse()
    const error = await failure(
      (async () => {
        for await (const event of data) expect(event.type).not.toBe('response.completed')
      })(),
    )
    expect(error.code).toBe('upstream_failed')
    expect((await house.exchange(request_id)).outcome.own).toMatchObject({ reason: 'upstream_failed' })
  })

  test('a stream in which something is blocked throws, and nothing of it was seen', async () => {
    const key = `sk-${'proj'}-${'aB3'.repeat(16)}`
    house.upstream.behave(says([message(`the key is ${key}`)]))
    const runner = client.responses.stream(ASKED)
    let seen = ''
    runner.on('response.output_text.delta', ({ delta }) => {
      seen += delta
    })
    const error = await failure(runner.finalResponse())
    expect(error).toMatchObject({ code: 'content_blocked', type: 'permission_error' })
    expect(seen.length).toBeLessThanOrEqual('the key is '.length)
    expect('the key is '.startsWith(seen)).toBe(true)
  })
})

describe('completions', () => {
  test('whole and streamed', async () => {
    const choice = (text: string, finish: string | null): object => ({
      id: 'cmpl-1',
      object: 'text_completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, text, logprobs: null, finish_reason: finish }],
    })
    house.upstream.behave(() =>
      json({
        ...choice('to joe@example.com', 'stop'),
        usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
      }),
    )
    const body = { model: 'model', prompt: ['from ann@example.com'] }
    expect((await client.completions.create(body)).choices[0]?.text).toBe(`to ${GONE}`)
    expect(asked()).toMatchObject({ path: '/v1/completions', body: { prompt: [`from ${GONE}`] } })
    const writes = ['to jo', 'e@exam', 'ple.com', ''].map(
      (text, at) => `data: ${JSON.stringify(choice(text, at === 3 ? 'stop' : null))}\n\n`,
    )
    house.upstream.behave(() => stream([...writes, 'data: [DONE]\n\n']))
    let seen = ''
    for await (const event of await client.completions.create({ ...body, stream: true }))
      seen += event.choices[0]?.text ?? ''
    expect(seen).toBe(`to ${GONE}`)
    const tokens = await failure(client.completions.create({ model: 'model', prompt: [1, 2, 3] }))
    expect(tokens).toMatchObject({ status: 403, code: 'content_uninspectable', param: '/prompt' })
  })
})

describe('embeddings', () => {
  const vector = Buffer.from(new Float32Array([1, 2.5]).buffer).toString('base64')
  const answer = {
    object: 'list',
    model: 'm',
    data: [{ object: 'embedding', index: 0, embedding: vector }],
    usage: { prompt_tokens: 4, total_tokens: 4 },
  }

  test('are an action of their own', async () => {
    house.upstream.behave(() => json(answer))
    const { data, request_id } = await client.embeddings
      .create({ model: 'model', input: ['mail of ann@example.com'] })
      .withResponse()
    expect(data.data[0]?.embedding).toEqual([1, 2.5])
    expect(asked()).toMatchObject({ path: '/v1/embeddings', body: { input: [`mail of ${GONE}`] } })
    const { outcome, intent } = await house.exchange(request_id)
    expect(intent?.own['decided']).toMatchObject({ determining: ['analysts-use-models'] })
    expect(outcome.own).toMatchObject({ tokens: { input: 4, output: 0 } })
    const invoker = clientOf('bob')
    house.upstream.behave(says([message('hi')]))
    expect((await invoker.responses.create({ ...ASKED, input: 'hi' })).output_text).toBe('hi')
    expect(await failure(invoker.embeddings.create({ model: 'model', input: 'x' }))).toMatchObject({
      status: 403,
      code: 'forbidden_by_policy',
    })
  })

  test('of tokens are refused', async () => {
    const error = await failure(client.embeddings.create({ model: 'model', input: [[1, 2]] }))
    expect(error).toMatchObject({ status: 403, code: 'content_uninspectable', param: '/input' })
  })
})

test('moderations', async () => {
  house.upstream.behave(() =>
    json({ id: 'modr-1', model: 'm', results: [{ flagged: false, categories: {}, category_scores: {} }] }),
  )
  const answer = await client.moderations.create({ model: 'model', input: [{ type: 'text', text: 'eve@example.com' }] })
  expect(answer.results[0]?.flagged).toBe(false)
  expect(asked()).toMatchObject({ path: '/v1/moderations', body: { input: [{ text: GONE }] } })
  // The provider's own choice is a model like any other here.
  expect(await failure(client.moderations.create({ input: 'x' }))).toMatchObject({ code: 'model_not_found' })
})
