import OpenAI, {
  APIConnectionError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from 'openai'
import type { ChatCompletionMessageParam } from 'openai/resources'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callControl } from '../src/cli/control.js'
import { failureOf } from './failure.js'
import { type House, MODELS, openHouse } from './house.js'
import { until } from './until.js'

const HONEST = 'This answer is honest from its first word to its last.'
const POLICIES = `@id("analysts-use-models") @obligation("redact:pii.email")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"listModels"], resource is Model);

@id("support-has-no-models") @reason("support staff have no access to models")
forbid (principal in Group::"support", action, resource);

@id("approvers-use-one-model")
permit (principal in Group::"approver", action in [Action::"invoke", Action::"listModels"], resource == Model::"model");
`

let house: House
let client: OpenAI

beforeAll(async () => {
  house = await openHouse({ policies: POLICIES, config: { timeouts: { firstByte: '1s', idle: '1s' } } })
  client = clientOf('alice')
})
afterAll(() => house.finish())
beforeEach(() => house.upstream.behave(undefined))

function clientOf(as: string, options: { readonly maxRetries?: number } = {}): OpenAI {
  return new OpenAI({
    baseURL: `${house.url}/v1`,
    apiKey: () => house.token(as),
    maxRetries: 0,
    logLevel: 'off',
    ...options,
  })
}

const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'good morning' }]

const failure = (call: PromiseLike<unknown>): Promise<APIError> => failureOf(APIError, call)

describe('answers', () => {
  test('whole', async () => {
    const { data, response, request_id } = await client.chat.completions
      .create({ model: 'model', messages })
      .withResponse()
    expect(data.choices[0]?.message.content).toBe(HONEST)
    expect(data.usage).toMatchObject({ prompt_tokens: 12, completion_tokens: 34 })
    expect(response.headers.get('ostiary-decision')).toBe('permit')
    const { intent, outcome } = await house.exchange(request_id)
    expect(response.headers.get('ostiary-receipt')).toBe(`127.0.0.1:8787/audit/${intent?.index}`)
    expect(outcome.own).toMatchObject({
      outcome: 'done',
      status: 200,
      upstream_status: 200,
      stream: false,
      tokens: { input: 12, output: 34 },
    })
  })

  test('streamed', async () => {
    const call = client.chat.completions.create({
      model: 'model',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    const { data, response, request_id } = await call.withResponse()
    let seen = ''
    let usage: unknown
    let chunks = 0
    for await (const chunk of data) {
      chunks += 1
      seen += chunk.choices[0]?.delta.content ?? ''
      usage = chunk.usage ?? usage
    }
    expect(seen).toBe(HONEST)
    expect(chunks).toBeGreaterThan(5)
    expect(usage).toMatchObject({ completion_tokens: 34 })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const { outcome } = await house.exchange(request_id)
    expect(outcome.own).toMatchObject({
      outcome: 'done',
      stream: true,
      tokens: { input: 12, output: 34 },
      dropped_events: 0,
    })
  })

  test('by the streaming helper, with tool calls', async () => {
    house.upstream.behave({ kind: 'tool-call-in-pieces', arguments: '{"city":"Ulm"}', pieceSize: 2 })
    const tools = [
      {
        type: 'function',
        function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
      },
    ] as const
    const runner = client.chat.completions.stream({ model: 'model', messages, tools: [...tools] })
    const final = await runner.finalChatCompletion()
    const [call] = final.choices[0]?.message.tool_calls ?? []
    expect(call).toMatchObject({ type: 'function', function: { name: 'weather', arguments: '{"city":"Ulm"}' } })
    expect(final.choices[0]?.finish_reason).toBe('tool_calls')
  })

  test('tools, whole, and their results in the next request', async () => {
    house.upstream.behave({ kind: 'tool-call-in-pieces', arguments: '{"city":"Ulm"}' })
    const tools: OpenAI.ChatCompletionTool[] = [
      { type: 'function', function: { name: 'weather', parameters: { type: 'object' } } },
    ]
    const first = await client.chat.completions.create({ model: 'model', messages, tools })
    const message = first.choices[0]?.message
    const [call] = message?.tool_calls ?? []
    if (message === undefined || call === undefined) throw new Error('no tool call')
    house.upstream.behave(undefined)
    const next: ChatCompletionMessageParam[] = [
      ...messages,
      message,
      { role: 'tool', tool_call_id: call.id, content: 'sunny; ask a@example.com' },
    ]
    const second = await client.chat.completions.create({ model: 'model', messages: next, tools })
    expect(second.choices[0]?.message.content).toBe(HONEST)
    const shown = house.upstream.received.at(-1)?.chat?.messages.at(-1)
    expect(shown).toEqual({ role: 'tool', text: 'sunny; ask [redacted:pii.email]' })
  })

  test('n > 1: choices that take turns stay apart', async () => {
    house.upstream.behave({ kind: 'choices-interleaved', texts: ['the first of two', 'and the second'], pieceSize: 3 })
    const whole = await client.chat.completions.create({ model: 'model', messages, n: 2 })
    expect(whole.choices.map((one) => one.message.content)).toEqual(['the first of two', 'and the second'])
    const seen = ['', '']
    for await (const chunk of await client.chat.completions.create({ model: 'model', messages, n: 2, stream: true })) {
      for (const one of chunk.choices) seen[one.index] += one.delta.content ?? ''
    }
    expect(seen).toEqual(['the first of two', 'and the second'])
  })

  test('multi-part content', async () => {
    const content = [
      { type: 'text', text: 'write to' },
      { type: 'text', text: 'alice@example.com' },
    ] as const
    await client.chat.completions.create({ model: 'model', messages: [{ role: 'user', content: [...content] }] })
    expect(house.upstream.received.at(-1)?.chat?.messages).toEqual([
      { role: 'user', text: 'write to\n[redacted:pii.email]' },
    ])
  })

  test('the token in x-api-key', async () => {
    const token = await house.token()
    const other = new OpenAI({
      baseURL: `${house.url}/v1`,
      apiKey: 'unused',
      defaultHeaders: { authorization: null, 'x-api-key': token },
      maxRetries: 0,
    })
    const answer = await other.chat.completions.create({ model: 'model', messages })
    expect(answer.choices[0]?.message.content).toBe(HONEST)
    const both = new OpenAI({
      baseURL: `${house.url}/v1`,
      apiKey: token,
      defaultHeaders: { 'x-api-key': token },
      maxRetries: 0,
    })
    expect(await failure(both.chat.completions.create({ model: 'model', messages }))).toBeInstanceOf(BadRequestError)
  })
})

test('a base URL that lacks its /v1 is told of in words that the SDK shows', async () => {
  const astray = new OpenAI({ baseURL: house.url, apiKey: await house.token(), maxRetries: 0 })
  const error = await failure(astray.chat.completions.create({ model: 'model', messages }))
  expect(error).toMatchObject({ status: 404, code: 'endpoint_not_governed' })
  expect(String(error)).toContain('ends in /v1')
})

describe('models', () => {
  test('only those that the caller may invoke [wire.models]', async () => {
    const listed = async (as: string): Promise<string[]> => {
      const ids: string[] = []
      for await (const model of clientOf(as).models.list()) ids.push(model.id)
      return ids
    }
    expect(await listed('alice')).toEqual(MODELS)
    expect(await listed('carol')).toEqual(['model'])
    expect(await listed('bob')).toEqual([])
  })

  test('its outcome is logged, without an intent: nothing was forwarded', async () => {
    const before = house.upstream.requestCount
    const { request_id } = await client.models.list().withResponse()
    const { intent, outcome } = await house.exchange(request_id)
    expect(intent).toBeUndefined()
    expect(outcome.own).toMatchObject({ outcome: 'done', status: 200 })
    expect(house.upstream.requestCount).toBe(before)
  })
})

describe('abort [forward.abort]', () => {
  test('in the middle of a stream: upstream sees it at once, and no socket stays', async () => {
    house.upstream.behave({ kind: 'endless-stream' })
    const aborted = house.upstream.abortedSockets
    const { data, request_id } = await client.chat.completions
      .create({ model: 'model', messages, stream: true })
      .withResponse()
    for await (const chunk of data) if (chunk.choices[0]?.delta.content !== undefined) break
    await until(() => house.upstream.abortedSockets === aborted + 1 && house.upstream.answering === 0)
    const { outcome } = await house.exchange(request_id)
    expect(outcome.own).toMatchObject({ outcome: 'left', status: 200, stream: true })
  })

  test('before the first byte', async () => {
    house.upstream.behave({ kind: 'answers-after-client-left' })
    const { requestCount, abortedSockets } = house.upstream
    const before = (await house.entries()).length
    const controller = new AbortController()
    const call = client.chat.completions.create({ model: 'model', messages }, { signal: controller.signal })
    await until(() => house.upstream.requestCount > requestCount)
    controller.abort()
    await expect(call).rejects.toBeInstanceOf(APIUserAbortError)
    await until(() => house.upstream.abortedSockets === abortedSockets + 1 && house.upstream.answering === 0)
    const outcome = await until(async () => (await house.entries()).slice(before).find((one) => one.type === 'outcome'))
    expect(outcome.own).toMatchObject({ outcome: 'left', status: 0, upstream_status: 0 })
  })

  test('forty at once leave nothing behind', async () => {
    house.upstream.behave({ kind: 'endless-stream', delayMs: 5 })
    await Promise.all(
      Array.from({ length: 40 }, async () => {
        const stream = await client.chat.completions.create({ model: 'model', messages, stream: true })
        for await (const _chunk of stream) break
      }),
    )
    await until(() => house.upstream.answering === 0)
    house.upstream.behave(undefined)
    expect((await client.chat.completions.create({ model: 'model', messages })).choices[0]?.message.content).toBe(
      HONEST,
    )
    // Aborted connections are closed, not kept: what is open now is what an idle pool holds.
    await until(() => house.upstream.openSockets <= 2)
  })
})

describe('errors [wire.sdk-errors]', () => {
  test('a refusal of policy is PermissionDeniedError, with the reason', async () => {
    const before = house.upstream.requestCount
    const error = await failure(clientOf('bob').chat.completions.create({ model: 'model', messages }))
    expect(error).toBeInstanceOf(PermissionDeniedError)
    expect(error).toMatchObject({ status: 403, code: 'forbidden_by_policy', type: 'permission_error' })
    expect(error.message).toContain('support staff have no access to models')
    expect(house.upstream.requestCount).toBe(before)
    const { intent, outcome } = await house.exchange(error.requestID)
    expect(intent).toBeUndefined()
    expect(outcome.own).toMatchObject({
      reason: 'forbidden_by_policy',
      decided: { determining: ['support-has-no-models'], kind: 'forbid' },
    })
  })

  test.each([
    ['expired', { expiresInSeconds: -60 }, 'expired_token'],
    ['for another audience', { audience: 'https://elsewhere.example' }, 'invalid_token'],
  ])('a token %s is AuthenticationError', async (_what, request, code) => {
    const token = await house.token('alice', request)
    const other = new OpenAI({ baseURL: `${house.url}/v1`, apiKey: token, maxRetries: 0 })
    const error = await failure(other.chat.completions.create({ model: 'model', messages }))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ status: 401, code, type: 'authentication_error' })
    expect(error.headers?.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/)
    expect(typeof error.requestID).toBe('string')
  })

  test('an unknown model is NotFoundError', async () => {
    const error = await failure(client.chat.completions.create({ model: 'no-such-model', messages }))
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ code: 'model_not_found', param: 'model' })
  })

  test('an endpoint that is not governed is NotFoundError', async () => {
    const error = await failure(client.images.generate({ model: 'model', prompt: 'hi' }))
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error.code).toBe('endpoint_not_governed')
  })

  test('a bad request is BadRequestError', async () => {
    const error = await failure(client.chat.completions.create({ model: 'model', messages: 'hello' as unknown as [] }))
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({ code: 'invalid_request', param: 'messages', type: 'invalid_request_error' })
  })

  test('429 of the provider is RateLimitError in its own words', async () => {
    house.upstream.behave({ kind: 'status', status: 429, retryAfter: '7' })
    const error = await failure(client.chat.completions.create({ model: 'model', messages }))
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error.code).toBe('upstream_429')
    expect(error.headers?.get('retry-after')).toBe('7')
    expect((await house.exchange(error.requestID)).outcome.own).toMatchObject({
      outcome: 'done',
      status: 429,
      upstream_status: 429,
    })
  })

  test('502 and 504 are InternalServerError with our codes', async () => {
    house.upstream.behave({ kind: 'not-json' })
    const broken = await failure(client.chat.completions.create({ model: 'model', messages }))
    expect(broken).toBeInstanceOf(InternalServerError)
    expect(broken).toMatchObject({ status: 502, code: 'upstream_failed', type: 'api_error' })
    expect((await house.exchange(broken.requestID)).outcome.own).toMatchObject({ reason: 'upstream_failed' })

    house.upstream.behave({ kind: 'never-answers' })
    const late = await failure(client.chat.completions.create({ model: 'model', messages }))
    expect(late).toBeInstanceOf(InternalServerError)
    expect(late).toMatchObject({ status: 504, code: 'upstream_timeout' })
    expect((await house.exchange(late.requestID)).outcome.own).toMatchObject({ reason: 'upstream_timeout' })
  })

  test('a torn stream throws in the middle of it, with the code', async () => {
    house.upstream.behave({ kind: 'cut-stream', afterEvents: 4 })
    const { data, request_id } = await client.chat.completions
      .create({ model: 'model', messages, stream: true })
      .withResponse()
    let seen = ''
    const read = async (): Promise<void> => {
      for await (const chunk of data) seen += chunk.choices[0]?.delta.content ?? ''
    }
    const error = await failure(read())
    expect(error).not.toBeInstanceOf(APIConnectionError)
    expect(error.code).toBe('upstream_failed')
    expect(HONEST.startsWith(seen)).toBe(true)
    expect((await house.exchange(request_id)).outcome.own).toMatchObject({
      outcome: 'refused',
      reason: 'upstream_failed',
      status: 200,
    })
  })

  test('what is refused for good is not tried again, and what may pass is [wire.no-futile-retries]', async () => {
    const retrying = clientOf('alice', { maxRetries: 1 })
    house.upstream.behave({ kind: 'status', status: 401 })
    let before = house.upstream.requestCount
    await failure(retrying.chat.completions.create({ model: 'model', messages }))
    expect(house.upstream.requestCount).toBe(before + 1)
    // The only key, which was refused, would wait for a second.
    await callControl(house.config.control.socket, 'POST /providers/rotate', { name: 'lying' })
    before = house.upstream.requestCount
    house.upstream.behave(() =>
      house.upstream.requestCount === before + 1 ? { kind: 'status', status: 500 } : undefined,
    )
    const answer = await retrying.chat.completions.create({ model: 'model', messages })
    expect(answer.choices[0]?.message.content).toBe(HONEST)
    expect(house.upstream.requestCount).toBe(before + 2)
  })
})
