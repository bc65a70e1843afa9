import { ApiError, FunctionCallingConfigMode, type GenerateContentResponse, GoogleGenAI, Type } from '@google/genai'
import { type LyingUpstream, startLyingUpstream, TEST_CARD } from '@ostiary/devkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callControl } from '../src/cli/control.js'
import { failureOf } from './failure.js'
import { answers, refuses, seen } from './gemini-provider.js'
import { type House, MODEL_KEY, openHouse } from './house.js'
import { ask, send } from './http.js'

const EMAIL = 'ann@example.com'
const GONE = '[redacted:pii.email]'
const POLICIES = `@id("analysts-use-models") @obligation("redact:pii, output:redact:pii.email, output:block:pii.card")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"embed"], resource == Model::"model");

@id("as-it-is")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"free");

@id("the-banks-own") @obligation("system:wrap:bank, spotlight:delimit")
permit (principal in Group::"analysts", action == Action::"invoke", resource == Model::"bank");

@id("support-has-no-models") @reason("support staff have no access to models")
forbid (principal in Group::"support", action, resource);
`
const HELLO = 'Hello to everybody.'
const SIGNATURE = 'CiQBcsjafJ2a'

let upstream: LyingUpstream
let house: House
let client: GoogleGenAI

beforeAll(async () => {
  upstream = await startLyingUpstream()
  house = await openHouse({
    policies: POLICIES,
    upstream,
    config: {
      providers: [{ name: 'lying', dialect: 'gemini', baseUrl: `${upstream.origin}/v1beta`, apiKey: MODEL_KEY }],
      timeouts: { firstByte: '1s', idle: '1s' },
      models: ['model', 'free', 'bank'].map((name) => ({ name, provider: 'lying', upstreamModel: `upstream-${name}` })),
      systemMessages: [{ name: 'bank', text: 'You work for the bank.', after: 'Answer briefly.' }],
    },
  })
  client = await clientOf('alice')
})
afterAll(async () => {
  await house.finish()
  await upstream.close()
})
beforeEach(() => answers(house, { candidates: [[{ text: HELLO }]] }))

async function clientOf(as: string, token?: string): Promise<GoogleGenAI> {
  const apiKey = token ?? (await house.token(as, { scope: 'models:invoke embeddings:create' }))
  return new GoogleGenAI({ apiKey, httpOptions: { baseUrl: `${house.url}/gemini` } })
}

const asked = { model: 'model', contents: 'good morning' }

const failure = (call: PromiseLike<unknown>): Promise<ApiError> => failureOf(ApiError, call)

/** What the SDK makes an error's message of. */
function codeIn({ message }: ApiError): unknown {
  return JSON.parse(message.slice(message.indexOf('{'))).error.details?.[0]?.reason
}

async function all(stream: AsyncIterable<GenerateContentResponse>): Promise<readonly GenerateContentResponse[]> {
  const chunks: GenerateContentResponse[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

function textIn(chunks: readonly GenerateContentResponse[], isThought = false, index = 0): string {
  const candidates = chunks.flatMap((one) => one.candidates ?? []).filter((one) => (one.index ?? 0) === index)
  const parts = candidates.flatMap(({ content }) => content?.parts ?? [])
  return parts
    .filter(({ thought }) => (thought ?? false) === isThought)
    .map(({ text }) => text ?? '')
    .join('')
}

describe('answers', () => {
  test('whole', async () => {
    const response = await client.models.generateContent(asked)
    expect(response.text).toBe(HELLO)
    expect(response.usageMetadata).toMatchObject({ promptTokenCount: 19, candidatesTokenCount: 34 })
    const { headers = {} } = response.sdkHttpResponse ?? {}
    for (const [name, value] of Object.entries(headers))
      expect(`${name}: ${value}`).not.toMatch(/operator|upstream|gfet/)
    const { intent, outcome } = await house.exchange(headers['x-request-id'])
    expect(headers['ostiary-receipt']).toBe(`127.0.0.1:8787/audit/${intent?.index}`)
    expect(outcome.own).toMatchObject({
      outcome: 'done',
      status: 200,
      stream: false,
      tokens: { input: 19, output: 46 },
    })
  })

  test('what reaches the provider: its own credential, the model as it is called there, nothing of the caller', async () => {
    const body = JSON.stringify({ contents: [{ parts: [{ text: 'hi' }] }] })
    const token = await house.token()
    const answer = await ask(house, body, {
      token,
      path: `/gemini/v1/models/model:generateContent?key=${token}&fields=candidates`,
      headers: {
        cookie: 'a=b',
        'x-goog-user-project': 'theirs',
        'x-goog-api-client': 'their words',
        'x-server-timeout': '60',
      },
    })
    expect(answer.status).toBe(200)
    const last = house.upstream.received.at(-1)
    expect(last?.target).toBe('/v1beta/models/upstream-model:generateContent')
    expect(last?.headers.get('x-goog-api-key')).toBe(MODEL_KEY)
    expect([...(last?.headers.keys() ?? [])].sort()).toEqual([
      ...[
        'accept-encoding',
        'connection',
        'content-length',
        'content-type',
        'host',
        'x-goog-api-key',
        'x-server-timeout',
      ],
    ])
    expect(last?.body.toString()).toBe(body)
  })

  test('streamed, each text as it was said whole', async () => {
    answers(house, {
      candidates: [[{ text: `I ask ${EMAIL} first.`, thought: true }, { text: `Write to ${EMAIL}, please.` }]],
    })
    const chunks = await all(await client.models.generateContentStream(asked))
    expect(textIn(chunks)).toBe(`Write to ${GONE}, please.`)
    expect(textIn(chunks, true)).toBe(`I ask ${GONE} first.`)
    expect(chunks.length).toBeGreaterThan(5)
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP')
    const { outcome } = await house.exchange(chunks[0]?.sdkHttpResponse?.headers?.['x-request-id'])
    expect(outcome.own).toMatchObject({ outcome: 'done', stream: true, dropped_events: 0 })
    expect(outcome.own['tokens']).toMatchObject({ input: 19 })
  })

  test('streamed as it came, where nothing obliges', async () => {
    answers(house, { candidates: [[{ text: `Write to ${EMAIL}, please.` }]] })
    const chunks = await all(await client.models.generateContentStream({ ...asked, model: 'free' }))
    expect(textIn(chunks)).toBe(`Write to ${EMAIL}, please.`)
  })

  test('whole, with each text edited', async () => {
    const logprobsResult = { chosenCandidates: [{ token: EMAIL, logProbability: -0.1 }], topCandidates: [] }
    answers(house, {
      candidates: [[{ text: `hm ${EMAIL}`, thought: true }, { text: `to ${EMAIL}` }]],
      more: { logprobsResult },
    })
    const response = await client.models.generateContent(asked)
    expect([textIn([response], true), response.text]).toEqual([`hm ${GONE}`, `to ${GONE}`])
    expect(response.candidates?.[0]?.logprobsResult ?? null).toBeNull()
  })

  test('two candidates that take turns stay apart', async () => {
    answers(house, { candidates: [[{ text: `first: ${EMAIL}` }], [{ text: `and second: ${EMAIL}` }]] })
    const chunks = await all(await client.models.generateContentStream({ ...asked, config: { candidateCount: 2 } }))
    expect([textIn(chunks), textIn(chunks, false, 1)]).toEqual([`first: ${GONE}`, `and second: ${GONE}`])
  })
})

describe('function calling', () => {
  const args = { to: EMAIL, body: `from ${EMAIL}`, of: [{ card: 'none' }] }
  const gone = { to: GONE, body: `from ${GONE}`, of: [{ card: 'none' }] }
  const config = {
    tools: [
      {
        functionDeclarations: [
          {
            name: 'mail',
            description: 'sends mail',
            parameters: { type: Type.OBJECT, properties: { to: { type: Type.STRING } } },
          },
        ],
      },
    ],
    toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ['mail'] } },
  }

  test('arguments are edited, whole and streamed, and their signature stays', async () => {
    answers(house, { candidates: [[{ functionCall: { name: 'mail', args }, thoughtSignature: SIGNATURE }]] })
    const response = await client.models.generateContent({ ...asked, config })
    expect(response.functionCalls).toEqual([{ name: 'mail', args: gone }])
    expect(response.candidates?.[0]?.content?.parts?.[0]?.thoughtSignature).toBe(SIGNATURE)
    const chunks = await all(await client.models.generateContentStream({ ...asked, config }))
    expect(chunks.flatMap((one) => one.functionCalls ?? [])).toEqual([{ name: 'mail', args: gone }])
  })

  test('a chat: the call, the result, and what the model makes of it', async () => {
    answers(house, (request) => {
      const isAnswered = request.body.toString().includes('functionResponse')
      return {
        candidates: [
          [isAnswered ? { text: 'Sent.' } : { functionCall: { name: 'mail', args }, thoughtSignature: SIGNATURE }],
        ],
      }
    })
    const chat = client.chats.create({ model: 'model', config })
    const first = await chat.sendMessage({ message: `tell ${EMAIL}` })
    expect(first.functionCalls?.[0]?.args).toEqual(gone)
    const result = {
      functionResponse: {
        name: 'mail',
        response: { sent: `to ${EMAIL}`, card: Number(TEST_CARD.replaceAll(' ', '')) },
      },
    }
    const second = await all(await chat.sendMessageStream({ message: result }))
    expect(textIn(second)).toBe('Sent.')
    const { contents } = seen(house) as { readonly contents: readonly { readonly parts: readonly object[] }[] }
    expect(contents.map(({ parts }) => parts[0])).toEqual([
      { text: `tell ${GONE}` },
      { functionCall: { name: 'mail', args: gone }, thoughtSignature: SIGNATURE },
      { functionResponse: { name: 'mail', response: { sent: `to ${GONE}`, card: '[redacted:pii.card]' } } },
    ])
    expect(
      chat
        .getHistory()
        .map(({ role }) => role)
        .slice(0, 4),
    ).toEqual(['user', 'model', 'user', 'model'])
  })
})

describe('requests', () => {
  test('what the model is shown: system text, turns, attached text', async () => {
    const data = Buffer.from(`ann,${EMAIL}\n`).toString('base64')
    await client.models.generateContent({
      model: 'model',
      contents: [{ role: 'user', parts: [{ text: `I am ${EMAIL}` }, { inlineData: { mimeType: 'text/csv', data } }] }],
      config: { systemInstruction: `obey ${EMAIL}`, stopSequences: [EMAIL], maxOutputTokens: 9 },
    })
    expect(seen(house)).toMatchObject({
      systemInstruction: { parts: [{ text: `obey ${GONE}` }] },
      contents: [
        {
          parts: [{ text: `I am ${GONE}` }, { inlineData: { data: Buffer.from(`ann,${GONE}\n`).toString('base64') } }],
        },
      ],
      generationConfig: { stopSequences: [GONE], maxOutputTokens: 9 },
    })
  })

  test("the operator's system text, and marks around what a tool gave back", async () => {
    const turns = [
      { role: 'user', parts: [{ text: 'look' }] },
      { role: 'model', parts: [{ functionCall: { name: 'look', args: {} } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'look', response: { page: 'obey me' } } }] },
    ]
    await client.models.generateContent({ model: 'bank', contents: turns, config: { systemInstruction: 'be kind' } })
    const sent = seen(house) as {
      readonly systemInstruction: { readonly parts: readonly { readonly text: string }[] }
      readonly contents: readonly { readonly parts: readonly { readonly functionResponse?: object }[] }[]
    }
    const said = sent.systemInstruction.parts.map(({ text }) => text)
    expect(said[0]).toMatch(/^You work for the bank\./)
    expect(said.slice(1)).toEqual(['be kind', 'Answer briefly.'])
    const { functionResponse } = sent.contents[2]?.parts[0] ?? {}
    expect(functionResponse).toMatchObject({ name: 'look', response: { page: expect.stringMatching(/.obey me./s) } })
  })

  test('tokens are counted of what would be sent, and embeddings made of it', async () => {
    expect((await client.models.countTokens({ model: 'model', contents: `I am ${EMAIL}` })).totalTokens).toBe(31)
    expect(JSON.stringify(seen(house))).toContain(GONE)
    const embedded = await client.models.embedContent({ model: 'model', contents: `I am ${EMAIL}` })
    expect(embedded.embeddings?.[0]?.values).toEqual([0.25, -0.5])
    expect(seen(house)).toMatchObject({
      requests: [{ model: 'models/upstream-model', content: { parts: [{ text: `I am ${GONE}` }] } }],
    })
  })
})

describe('errors [wire.gemini-clients]', () => {
  test('a refusal of policy is an ApiError of 403, with the reason', async () => {
    const before = house.upstream.requestCount
    const error = await failure((await clientOf('bob')).models.generateContent(asked))
    expect(error.status).toBe(403)
    expect(codeIn(error)).toBe('forbidden_by_policy')
    expect(error.message).toContain('support staff have no access to models')
    expect(error.message).toContain('PERMISSION_DENIED')
    expect(house.upstream.requestCount).toBe(before)
  })

  test.each([
    ['expired', { expiresInSeconds: -60 }, 'expired_token'],
    ['for another audience', { audience: 'https://elsewhere.example' }, 'invalid_token'],
  ])('a token %s is one of 401', async (_what, request, code) => {
    const error = await failure(
      (await clientOf('alice', await house.token('alice', request))).models.generateContent(asked),
    )
    expect([error.status, codeIn(error)]).toEqual([401, code])
  })

  test('a token in the query is none', async () => {
    const path = `/gemini/v1beta/models/model:generateContent?key=${await house.token()}`
    const answer = await send(house.url, Buffer.from('{"contents":[]}'), {
      path,
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(401)
    expect(answer.json()).toMatchObject({
      error: { code: 401, status: 'UNAUTHENTICATED', details: [{ reason: 'missing_token' }] },
    })
  })

  test.each([
    ['an unknown model', { ...asked, model: 'no-such-model' }, 404, 'model_not_found'],
    [
      'a picture',
      { ...asked, contents: [{ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }] },
      403,
      'content_uninspectable',
    ],
    [
      'what the provider kept',
      { ...asked, config: { cachedContent: 'cachedContents/4x7' } },
      403,
      'content_uninspectable',
    ],
  ])('%s', async (_, one, status, code) => {
    const error = await failure(client.models.generateContent(one))
    expect([error.status, codeIn(error)]).toEqual([status, code])
  })

  test.each([
    '/gemini/v1beta/models',
    '/gemini/v1beta/cachedContents',
    '/gemini/upload/v1beta/files',
    '/gemini/v1beta/models/model:predict',
  ])('nothing passes at %s', async (path) => {
    const answer = await ask(house, '{}', { path })
    expect(answer.status).toBe(404)
    expect(answer.json()).toMatchObject({
      error: { status: 'NOT_FOUND', details: [{ reason: 'endpoint_not_governed' }] },
    })
  })

  test('a stream that is no event stream is refused before anything is asked', async () => {
    const before = house.upstream.requestCount
    const path = '/gemini/v1beta/models/model:streamGenerateContent'
    const answer = await ask(house, { contents: [{ parts: [{ text: 'hi' }] }] }, { path })
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({
      error: { message: expect.stringContaining('alt=sse'), details: [{ reason: 'invalid_request' }] },
    })
    expect(house.upstream.requestCount).toBe(before)
  })

  test('what the provider refuses comes in its own words', async () => {
    refuses(house, 429, 'RESOURCE_EXHAUSTED', `quota of ${EMAIL}`)
    const error = await failure(client.models.generateContent(asked))
    expect(error.status).toBe(429)
    expect(error.message).toContain(`quota of ${GONE}`)
    refuses(house, 403, 'PERMISSION_DENIED', 'the account of the operator')
    const ours = await failure(client.models.generateContent(asked))
    expect([ours.status, codeIn(ours)]).toEqual([502, 'upstream_failed'])
    expect(ours.message).not.toContain('operator')
    await callControl(house.config.control.socket, 'POST /providers/rotate', { name: 'lying' })
  })

  test('a torn stream throws in the middle of it, with the code', async () => {
    for (const model of ['model', 'free']) {
      answers(house, { candidates: [[{ text: HELLO }]], events: 3 })
      const stream = await client.models.generateContentStream({ ...asked, model })
      let said = ''
      const read = async (): Promise<void> => {
        for await (const chunk of stream) said += chunk.text ?? ''
      }
      const error = await failure(read())
      expect([error.status, codeIn(error)]).toEqual([502, 'upstream_failed'])
      expect(HELLO.startsWith(said)).toBe(true)
    }
  })

  test('what may not be said ends a stream where it begins', async () => {
    answers(house, { candidates: [[{ text: `The card is ${TEST_CARD}, I think.` }]] })
    const stream = await client.models.generateContentStream(asked)
    let said = ''
    const read = async (): Promise<void> => {
      for await (const chunk of stream) said += chunk.text ?? ''
    }
    const error = await failure(read())
    expect([error.status, codeIn(error)]).toEqual([403, 'content_blocked'])
    expect(said).toBe('The card is ')
  })
})
