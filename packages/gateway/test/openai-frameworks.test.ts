import { createOpenAI } from '@ai-sdk/openai'
import { type AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages'
import { tool as langchainTool } from '@langchain/core/tools'
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { APICallError, embed, generateText, Output, stepCountIs, streamText, tool } from 'ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type House, openHouse } from './house.js'
import { functionCall, json, message, reasoning, says } from './scripted-openai.js'

const GONE = '[redacted:pii.email]'
const POLICIES = `@id("analysts-use-models") @obligation("redact:pii.email, output:redact:pii.email, output:block:secret.openai")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"embed"], resource == Model::"model");
`

let house: House
let apiKey: string
let baseURL: string

beforeAll(async () => {
  house = await openHouse({ policies: POLICIES })
  apiKey = await house.token('alice', { scope: 'models:invoke embeddings:create' })
  baseURL = `${house.url}/v1`
})
afterAll(() => house.finish())

function asked(): string {
  return String(house.upstream.received.at(-1)?.body)
}

const SECRET = `sk-${'proj'}-${'aB3'.repeat(16)}`
const MAILED = '{"to":"joe@example.com"}'

describe('the AI SDK, responses [wire.openai-clients]', () => {
  const model = (name = 'model') => createOpenAI({ baseURL, apiKey }).responses(name)
  const options = { providerOptions: { openai: { store: false } }, maxRetries: 0 } as const

  test('whole', async () => {
    house.upstream.behave(says([reasoning('ask zoe@example.com'), message('It is joe@example.com.')]))
    const answer = await generateText({
      ...options,
      model: model(),
      system: 'not eve@example.com',
      prompt: 'who is ann@example.com',
    })
    expect(answer.text).toBe(`It is ${GONE}.`)
    expect(answer.reasoningText).toBe(`ask ${GONE}`)
    expect(answer.usage).toMatchObject({ inputTokens: 12, outputTokens: 34 })
    expect(asked()).not.toContain('@example.com')
  })

  test('streamed', async () => {
    house.upstream.behave(says([reasoning('ask zoe@example.com'), message('It is joe@example.com, or j')]))
    const answer = streamText({ ...options, model: model(), prompt: 'who' })
    let seen = ''
    let thought = ''
    for await (const part of answer.fullStream) {
      if (part.type === 'error') throw part.error
      if (part.type === 'text-delta') seen += part.text
      if (part.type === 'reasoning-delta') thought += part.text
    }
    expect(seen).toBe(`It is ${GONE}, or j`)
    expect(thought).toBe(`ask ${GONE}`)
    expect(await answer.usage).toMatchObject({ inputTokens: 12, outputTokens: 34 })
  })

  test.each([false, true])('tools, over two turns; streamed: %s', async (streamed) => {
    const given: string[] = []
    const mail = tool({
      description: 'sends mail',
      inputSchema: z.object({ to: z.string() }),
      async execute({ to }) {
        given.push(to)
        return { sent: 'to joe@example.com' }
      },
    })
    let turns = 0
    house.upstream.behave((request) => {
      turns += 1
      const items = turns === 1 ? [functionCall('mail', MAILED)] : [message('mailed joe@example.com')]
      return says(items, { pieceSize: 2 })(request)
    })
    const body = { ...options, model: model(), tools: { mail }, stopWhen: stepCountIs(3), prompt: 'mail joe' }
    const text = streamed ? await streamText(body).text : (await generateText(body)).text
    expect(text).toBe(`mailed ${GONE}`)
    expect(given).toEqual([GONE])
    expect(asked()).toContain(`to ${GONE}`)
  })

  test('structured output', async () => {
    house.upstream.behave(says([message('{"name":"Joe","mail":"joe@example.com"}')]))
    const output = Output.object({ schema: z.object({ name: z.string(), mail: z.string() }) })
    const answer = await generateText({ ...options, model: model(), output, prompt: 'who' })
    expect(answer.output).toEqual({ name: 'Joe', mail: GONE })
  })

  test('a refusal, and a stream that is torn, are errors with the code', async () => {
    const refused = generateText({ ...options, model: model('other-model'), prompt: 'hi' })
    await expect(refused).rejects.toSatisfy(
      (error) =>
        APICallError.isInstance(error) &&
        error.statusCode === 403 &&
        error.message.length > 0 &&
        String(error.responseBody).includes('forbidden_by_policy'),
    )
    house.upstream.behave(says([message(`the key is ${SECRET}`)]))
    const errors: unknown[] = []
    const torn = streamText({
      ...options,
      model: model(),
      prompt: 'hi',
      onError: ({ error }) => void errors.push(error),
    })
    let seen = ''
    for await (const part of torn.textStream) seen += part
    expect('the key is '.startsWith(seen)).toBe(true)
    expect(JSON.stringify(errors)).toContain('content_blocked')
  })

  test('embeddings', async () => {
    house.upstream.behave(() =>
      json({
        object: 'list',
        model: 'm',
        data: [{ object: 'embedding', index: 0, embedding: [1, 2] }],
        usage: { prompt_tokens: 1, total_tokens: 1 },
      }),
    )
    const { embedding } = await embed({
      model: createOpenAI({ baseURL, apiKey }).embedding('model'),
      value: 'of ann@example.com',
    })
    expect(embedding).toEqual([1, 2])
    expect(asked()).toContain(`of ${GONE}`)
  })
})

describe('the AI SDK, chat', () => {
  const model = () => createOpenAI({ baseURL, apiKey }).chat('model')

  test('whole, streamed, and with tools', async () => {
    house.upstream.behave({ kind: 'honest', text: 'It is joe@example.com.' })
    expect((await generateText({ model: model(), prompt: 'who is ann@example.com' })).text).toBe(`It is ${GONE}.`)
    expect(asked()).not.toContain('@example.com')
    expect(await streamText({ model: model(), prompt: 'who' }).text).toBe(`It is ${GONE}.`)
    house.upstream.behave({ kind: 'tool-call-in-pieces', arguments: MAILED, pieceSize: 2 })
    const given: string[] = []
    const weather = tool({
      inputSchema: z.object({ to: z.string() }),
      async execute({ to }) {
        given.push(to)
        return 'sent'
      },
    })
    await generateText({ model: model(), tools: { weather }, prompt: 'mail joe' })
    for await (const part of streamText({ model: model(), tools: { weather }, prompt: 'mail joe' }).fullStream) {
      if (part.type === 'error') throw part.error
    }
    expect(given).toEqual([GONE, GONE])
  })
})

describe.each([false, true])('LangChain, responses: %s', (useResponsesApi) => {
  const model = (more: object = {}) =>
    new ChatOpenAI({
      model: 'model',
      apiKey,
      configuration: { baseURL },
      useResponsesApi,
      maxRetries: 0,
      zdrEnabled: true,
      ...more,
    })
  const behave = (text: string): void =>
    house.upstream.behave(useResponsesApi ? says([message(text)]) : { kind: 'honest', text })

  test('whole, and streamed', async () => {
    behave('It is joe@example.com.')
    const answer = await model().invoke([
      new SystemMessage('not eve@example.com'),
      new HumanMessage('who is ann@example.com'),
    ])
    expect(answer.text).toBe(`It is ${GONE}.`)
    expect(asked()).not.toContain('@example.com')
    expect(answer.usage_metadata).toMatchObject({ input_tokens: 12, output_tokens: 34 })
    let seen = ''
    for await (const chunk of await model().stream('who')) seen += chunk.text
    expect(seen).toBe(`It is ${GONE}.`)
  })

  test('tools, and what they gave back', async () => {
    house.upstream.behave(
      useResponsesApi
        ? says([functionCall('weather', MAILED)], { pieceSize: 2 })
        : { kind: 'tool-call-in-pieces', arguments: MAILED, pieceSize: 2 },
    )
    const weather = langchainTool(async () => 'sunny', { name: 'weather', schema: z.object({ to: z.string() }) })
    const bound = model().bindTools([weather])
    const answer = await bound.invoke('mail joe')
    expect(answer.tool_calls?.map(({ name, args }) => [name, args])).toEqual([['weather', { to: GONE }]])
    let whole: AIMessage | undefined
    for await (const chunk of await bound.stream('mail joe'))
      whole =
        whole === undefined ? chunk : (whole as never as { concat: (other: AIMessage) => AIMessage }).concat(chunk)
    expect(whole?.tool_calls?.map(({ args }) => args)).toEqual([{ to: GONE }])
    behave('done')
    const [call] = answer.tool_calls ?? []
    const result = new ToolMessage({ tool_call_id: call?.id ?? '', content: 'sent to joe@example.com' })
    expect((await bound.invoke([new HumanMessage('mail joe'), answer, result])).text).toBe('done')
    expect(asked()).toContain(`sent to ${GONE}`)
  })

  test('structured output', async () => {
    behave('{"name":"Joe","mail":"joe@example.com"}')
    const shaped = model().withStructuredOutput(z.object({ name: z.string(), mail: z.string() }), { name: 'person' })
    expect(await shaped.invoke('who')).toEqual({ name: 'Joe', mail: GONE })
  })

  test('a refusal is an error with the code, a torn stream too', async () => {
    await expect(model({ model: 'other-model' }).invoke('hi')).rejects.toMatchObject({
      status: 403,
      code: 'forbidden_by_policy',
    })
    behave(`the key is ${SECRET}`)
    const read = async (): Promise<void> => {
      for await (const chunk of await model().stream('hi')) expect('the key is '.includes(chunk.text)).toBe(true)
    }
    await expect(read()).rejects.toMatchObject({ code: 'content_blocked' })
  })
})

test('LangChain, embeddings', async () => {
  house.upstream.behave(() =>
    json({
      object: 'list',
      model: 'm',
      data: [{ object: 'embedding', index: 0, embedding: [1, 2] }],
      usage: { prompt_tokens: 1, total_tokens: 1 },
    }),
  )
  const embeddings = new OpenAIEmbeddings({
    model: 'model',
    apiKey,
    configuration: { baseURL },
    encodingFormat: 'float',
  })
  expect(await embeddings.embedQuery('of ann@example.com')).toEqual([1, 2])
  expect(asked()).toContain(`of ${GONE}`)
})
