import {
  AccessDeniedException,
  BedrockRuntimeClient,
  BedrockRuntimeServiceException,
  type ContentBlock,
  ConverseCommand,
  ConverseStreamCommand,
  type ConverseStreamOutput,
  ModelErrorException,
  ModelStreamErrorException,
  ResourceNotFoundException,
  ThrottlingException,
  ValidationException,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { event, exception, transcript } from './event-stream.js'
import { failureOf } from './failure.js'
import { type House, openHouse } from './house.js'
import { ask } from './http.js'
import { inPieces, type ScriptedProvider, startScriptedProvider } from './scripted-provider.js'

const STREAM = 'application/vnd.amazon.eventstream'
const MODEL = 'anthropic.claude-sonnet-4-v1:0'
const KEY_ID = ['AKIA', 'TESTTESTTEST', '0001'].join('')
const KEY = ['no-', 'credential/of+', 'anybody', '0123456789abcdef'].join('').replaceAll('-', '')
const CARD = '4111 1111 1111 1111'
const HIDDEN = '[redacted:pii.card]'

const POLICIES = `@id("analysts-use-models")
@obligation("redact:pii, output:redact:pii, output:block:secret")
permit (principal in Group::"analysts", action == Action::"invoke", resource is Model);
@id("support-has-no-models") @reason("support staff have no access to models")
forbid (principal in Group::"support", action == Action::"invoke", resource is Model);
`

let house: House
let provider: ScriptedProvider
let client: BedrockRuntimeClient

beforeAll(async () => {
  provider = await startScriptedProvider()
  house = await openHouse({
    policies: POLICIES,
    config: {
      providers: [
        {
          name: 'aws',
          dialect: 'bedrock',
          baseUrl: provider.origin,
          region: 'eu-central-1',
          apiKey: `${KEY_ID}:${KEY}`,
        },
      ],
      models: [{ name: MODEL, provider: 'aws', upstreamModel: `eu.${MODEL}` }],
    },
  })
  client = await clientOf('alice')
})
afterAll(async () => {
  client.destroy()
  await house.finish()
  await provider.close()
})
beforeEach(() => provider.behave((_request, response) => whole(response, answer([{ text: 'good morning' }]))))

async function clientOf(as: string): Promise<BedrockRuntimeClient> {
  const token = await house.token(as)
  return new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: `${house.url}/bedrock`,
    token: { token },
    authSchemePreference: ['httpBearerAuth'],
    // Left alone it speaks HTTP/2, and the gateway HTTP/1.1.
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  })
}

function answer(content: readonly object[], stopReason = 'end_turn'): object {
  return {
    metrics: { latencyMs: 7 },
    output: { message: { role: 'assistant', content } },
    stopReason,
    usage: { inputTokens: 12, outputTokens: 34, totalTokens: 46 },
  }
}

function whole(response: Parameters<typeof inPieces>[0], body: object, status = 200, type?: string): void {
  const headers = { 'content-type': 'application/json', ...(type === undefined ? {} : { 'x-amzn-errortype': type }) }
  response.writeHead(status, headers).end(JSON.stringify(body))
}

const said = (text: string, role: 'user' | 'assistant' = 'user') => ({ role, content: [{ text }] })
const asked = (text: string) => new ConverseCommand({ modelId: MODEL, messages: [said(text)] })
const askedToStream = (text: string) => new ConverseStreamCommand({ modelId: MODEL, messages: [said(text)] })

const failure = (call: PromiseLike<unknown>): Promise<BedrockRuntimeServiceException> =>
  failureOf(BedrockRuntimeServiceException, call)

async function eventsOf(stream: AsyncIterable<ConverseStreamOutput> | undefined): Promise<ConverseStreamOutput[]> {
  const events: ConverseStreamOutput[] = []
  for await (const one of stream ?? []) events.push(one)
  return events
}

describe('whole', () => {
  test('what is asked and what is answered is redacted, and the call is signed for the provider', async () => {
    provider.behave((_request, response) => whole(response, answer([{ text: `it is ${CARD}` }])))
    const { output, usage, $metadata } = await client.send(asked(`my card is ${CARD}`))
    expect(output?.message?.content).toEqual([{ text: `it is ${HIDDEN}` }])
    expect(usage).toMatchObject({ inputTokens: 12, outputTokens: 34 })
    const { path, headers, json } = provider.last
    expect(path).toBe('/model/eu.anthropic.claude-sonnet-4-v1%3A0/converse')
    expect(json()).toEqual({ messages: [said(`my card is ${HIDDEN}`)] })
    expect(headers.authorization).toContain(`Credential=${KEY_ID}/`)
    expect(headers.authorization).toContain('/eu-central-1/bedrock/aws4_request')
    expect(Object.keys(headers).filter((name) => name.startsWith('amz-') || name === 'x-amz-user-agent')).toEqual([])
    const { outcome } = await house.exchange($metadata.requestId)
    expect(outcome.own).toMatchObject({ outcome: 'done', status: 200, tokens: { input: 12, output: 34 } })
  })

  test('every kind of block, either way', async () => {
    const blocks: ContentBlock[] = [
      { text: CARD },
      { reasoningContent: { reasoningText: { text: `think of ${CARD}` } } },
      { toolUse: { toolUseId: 't1', name: 'pay', input: { card: { number: CARD } } } },
      {
        citationsContent: { content: [{ text: CARD }], citations: [{ title: CARD, sourceContent: [{ text: CARD }] }] },
      },
    ]
    provider.behave((_request, response) => whole(response, answer(blocks, 'tool_use')))
    const command = new ConverseCommand({
      modelId: MODEL,
      system: [{ text: `never say ${CARD}` }],
      messages: [
        said('pay'),
        { role: 'assistant', content: blocks },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 't1', content: [{ text: CARD }, { json: { was: [CARD] } }] } },
            { document: { name: 'Bill', format: 'txt', source: { text: CARD } } },
          ],
        },
      ],
      toolConfig: {
        tools: [{ toolSpec: { name: 'pay', description: `as ${CARD}`, inputSchema: { json: { description: CARD } } } }],
      },
      inferenceConfig: { maxTokens: 100, stopSequences: [CARD] },
      additionalModelRequestFields: { note: CARD },
      requestMetadata: { card: CARD },
    })
    const { output, stopReason } = await client.send(command)
    expect(stopReason).toBe('tool_use')
    expect(JSON.stringify(output)).toBe(
      JSON.stringify({ message: { role: 'assistant', content: blocks } }).replaceAll(CARD, HIDDEN),
    )
    const sent = JSON.stringify(provider.last.json())
    expect(sent).not.toContain('4111')
    expect(sent.split(HIDDEN)).toHaveLength(16)
  })

  test('a picture is refused: nobody can look into it', async () => {
    const content = [{ image: { format: 'png' as const, source: { bytes: new Uint8Array([137, 80, 78, 71]) } } }]
    const before = provider.received.length
    const error = await failure(
      client.send(new ConverseCommand({ modelId: MODEL, messages: [{ role: 'user', content }] })),
    )
    expect(error).toBeInstanceOf(AccessDeniedException)
    expect(error.message).toContain('content_uninspectable')
    expect(provider.received).toHaveLength(before)
  })
})

describe('streamed', () => {
  const stream = (text: string): void =>
    provider.behave((_request, response) => void inPieces(response, STREAM, transcript(text)))

  test('a value cut over events is redacted in every channel', async () => {
    stream(`
messageStart {"role":"assistant","p":"abc"}
contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"think of 4111 1111"}},"p":"ab"}
contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":" 1111 1111"}},"p":"abcde"}
contentBlockStop {"contentBlockIndex":0,"p":"ab"}
contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"it is 41"},"p":"abcd"}
contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"11 1111 1111 11"},"p":"abcd"}
contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"11"},"p":"abcd"}
contentBlockStop {"contentBlockIndex":1}
contentBlockStart {"contentBlockIndex":2,"start":{"toolUse":{"name":"pay","toolUseId":"t1"}}}
contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\\"card\\":\\"4111 "}}}
contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":"1111 1111 \\\\u0031111\\"}"}}}
contentBlockStop {"contentBlockIndex":2}
messageStop {"stopReason":"tool_use"}
metadata {"metrics":{"latencyMs":9},"usage":{"inputTokens":12,"outputTokens":34,"totalTokens":46}}
`)
    const answered = await client.send(askedToStream('hi'))
    const texts = new Map<string, string>()
    let usage: unknown
    for (const { contentBlockDelta, metadata } of await eventsOf(answered.stream)) {
      usage = metadata?.usage ?? usage
      const { delta, contentBlockIndex } = contentBlockDelta ?? {}
      const text = delta?.text ?? delta?.toolUse?.input ?? delta?.reasoningContent?.text ?? ''
      if (delta !== undefined) texts.set(`${contentBlockIndex}`, (texts.get(`${contentBlockIndex}`) ?? '') + text)
    }
    expect([...texts.values()]).toEqual([`think of ${HIDDEN}`, `it is ${HIDDEN}`, `{"card":"${HIDDEN}"}`])
    expect(usage).toMatchObject({ inputTokens: 12, outputTokens: 34 })
    expect(provider.last.path).toBe('/model/eu.anthropic.claude-sonnet-4-v1%3A0/converse-stream')
    const { outcome } = await house.exchange(answered.$metadata.requestId)
    expect(outcome.own).toMatchObject({
      outcome: 'done',
      stream: true,
      tokens: { input: 12, output: 34 },
      dropped_events: 0,
    })
  })

  test('what is blocked tears it: the SDK throws in the middle, with the code', async () => {
    const secret = ['AKIA', 'IOSFODNN7', 'EXAMPLQ'].join('')
    stream(`
messageStart {"role":"assistant"}
contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"the key: ${secret.slice(0, 9)}"}}
contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"${secret.slice(9)} and more"}}
contentBlockStop {"contentBlockIndex":0}
messageStop {"stopReason":"end_turn"}
`)
    const answered = await client.send(askedToStream('hi'))
    const error = await failure(eventsOf(answered.stream))
    expect(error).toBeInstanceOf(ModelStreamErrorException)
    expect(error).toMatchObject({ originalStatusCode: 403, originalMessage: 'content_blocked' })
  })

  test.each([
    ['torn in a message', (all: Buffer) => all.subarray(0, all.length - 3)],
    ['broken on the way', (all: Buffer) => Buffer.concat([all.subarray(0, -6), Buffer.from('broken')])],
    ['without its stop', (all: Buffer) => all],
  ])('%s: the SDK throws', async (_what, broken) => {
    const text = 'messageStart {"role":"assistant"}\ncontentBlockDelta {"contentBlockIndex":0,"delta":{"text":"half"}}'
    provider.behave((_request, response) => void inPieces(response, STREAM, broken(transcript(text))))
    const answered = await client.send(askedToStream('hi'))
    const error = await failure(eventsOf(answered.stream))
    expect(error).toBeInstanceOf(ModelStreamErrorException)
    expect(error).toMatchObject({ originalMessage: 'upstream_failed' })
  })

  test('an exception of the provider is its own class, its words judged', async () => {
    const events = Buffer.concat([
      event('messageStart', { role: 'assistant' }),
      exception('throttlingException', { message: `too many of ${CARD}` }),
    ])
    provider.behave((_request, response) => void inPieces(response, STREAM, events))
    const answered = await client.send(askedToStream('hi'))
    const error = await failure(eventsOf(answered.stream))
    expect(error).toBeInstanceOf(ThrottlingException)
    expect(error.message).toBe(`too many of ${HIDDEN}`)
  })
})

describe('refusals are the exceptions that an application catches [wire.sdk-errors]', () => {
  test('policy', async () => {
    const other = await clientOf('bob')
    const error = await failure(other.send(asked('hi')))
    expect(error).toBeInstanceOf(AccessDeniedException)
    expect(error).toMatchObject({ $metadata: { httpStatusCode: 403 } })
    expect(error.message).toMatch(/^forbidden_by_policy: .*support staff have no access to models/)
    expect((await house.exchange(error.$metadata.requestId)).outcome.own).toMatchObject({
      reason: 'forbidden_by_policy',
    })
    other.destroy()
  })

  test('a token that is none', async () => {
    const token = `${(await house.token('alice')).slice(0, -4)}AAAA`
    const answer = await ask(
      house,
      { messages: [] },
      { token, path: `/bedrock/model/${encodeURIComponent(MODEL)}/converse` },
    )
    expect(answer.status).toBe(401)
    expect(answer.headers['x-amzn-errortype']).toBe('UnrecognizedClientException')
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer /)
    expect(answer.json()).toMatchObject({ code: 'invalid_token' })
  })

  test('a model that is not served', async () => {
    const error = await failure(
      client.send(new ConverseCommand({ modelId: 'amazon.nova-pro-v1:0', messages: [said('hi')] })),
    )
    expect(error).toBeInstanceOf(ResourceNotFoundException)
  })

  test('a bad request', async () => {
    const command = new ConverseCommand({ modelId: MODEL, messages: [said('hi')], inferenceConfig: { maxTokens: -3 } })
    const error = await failure(client.send(command))
    expect(error).toBeInstanceOf(ValidationException)
    expect(error.message).toContain('inferenceConfig.maxTokens')
  })

  test('an operation that is not governed', async () => {
    const path = `/bedrock/model/${encodeURIComponent(MODEL)}/invoke`
    const answer = await ask(house, { prompt: 'hi' }, { path })
    expect(answer.status).toBe(404)
    expect(answer.headers['x-amzn-errortype']).toBe('ResourceNotFoundException')
    expect(answer.json()).toMatchObject({ code: 'endpoint_not_governed' })
  })

  test('the provider’s own, in its own words', async () => {
    const told = { message: 'The model said no.', originalStatusCode: 500, resourceName: 'm' }
    provider.behave((_request, response) => whole(response, told, 424, 'ModelErrorException'))
    const error = await failure(client.send(asked('hi')))
    expect(error).toBeInstanceOf(ModelErrorException)
    expect(error).toMatchObject({ message: 'The model said no.', originalStatusCode: 500 })
  })

  test('one about our account is no matter of the caller’s, and takes the key out of use', async () => {
    const told = { message: 'The security token included in the request is invalid.' }
    provider.behave((_request, response) => whole(response, told, 403, 'UnrecognizedClientException'))
    const error = await failure(client.send(asked('hi')))
    expect(error).toMatchObject({ name: 'InternalServerException', $metadata: { httpStatusCode: 502 } })
    expect(error.message).toMatch(/^upstream_failed: /)
    expect(house.warnings).toContainEqual(expect.stringContaining('key backing off'))
  })
})

test('an answer that quotes our secret is none, whole or streamed; one that says whose it is passes', async () => {
  const open = await openHouse({
    policies: POLICIES,
    config: {
      providers: [
        {
          name: 'aws',
          dialect: 'bedrock',
          baseUrl: provider.origin,
          region: 'eu-central-1',
          apiKey: `${KEY_ID}:${KEY}`,
        },
      ],
      models: [{ name: MODEL, provider: 'aws' }],
    },
  })
  const path = `/bedrock/model/${encodeURIComponent(MODEL)}/converse`
  const quoting = (text: string): void =>
    provider.behave((_request, response) => whole(response, { message: text }, 400))
  quoting(`signed by ${KEY}`)
  expect((await ask(open, { messages: [said('hi')] }, { path })).json()).toMatchObject({ code: 'upstream_failed' })
  quoting('no such model')
  expect((await ask(open, { messages: [said('hi')] }, { path })).json()).toEqual({ message: 'no such model' })
  const stream = transcript(`contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"by ${KEY}"}}\nmessageStop {}`)
  provider.behave((_request, response) => void inPieces(response, STREAM, stream))
  const streamed = await ask(open, { messages: [said('hi')] }, { path: `${path}-stream` })
  expect(streamed.text).not.toContain(KEY.slice(0, 16))
  expect(streamed.text).toContain('upstream_failed')
  await open.finish()
})
