import { createAnthropic } from '@ai-sdk/anthropic'
import { ChatAnthropic } from '@langchain/anthropic'
import { AIMessage, type AIMessageChunk, HumanMessage, ToolMessage } from '@langchain/core/messages'
import { type LyingUpstream, startLyingUpstream } from '@ostiary/devkit'
import { APICallError, generateText, stepCountIs, streamText, tool } from 'ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { answers, type Block, seen } from './anthropic-provider.js'
import { type House, MODEL_KEY, openHouse } from './house.js'

const EMAIL = 'ann@example.com'
const GONE = '[redacted:pii.email]'
const POLICIES = `@id("analysts-use-models") @obligation("redact:pii.email, output:redact:pii.email")
permit (principal in Group::"analysts", action == Action::"invoke", resource is Model);
`
const THINKING: Block = { type: 'thinking', thinking: `Whom? ${EMAIL}.`, signature: 'EqQBCgIYAhIM1gbc+/==' }
const SURE: Block = { type: 'thinking', thinking: 'Sure.', signature: 'ErUBCkYIBBgCIkC7+/==' }
const SAYS: Block = { type: 'text', text: `I write to ${EMAIL} now.` }
const USES: Block = { type: 'tool_use', id: 'toolu_1', name: 'mail', input: { to: EMAIL } }
const DONE: Block = { type: 'text', text: `Sent to ${EMAIL}.` }

let upstream: LyingUpstream
let house: House

beforeAll(async () => {
  upstream = await startLyingUpstream()
  const providers = [{ name: 'lying', dialect: 'anthropic', baseUrl: upstream.origin, apiKey: MODEL_KEY }]
  house = await openHouse({ policies: POLICIES, upstream, config: { providers } })
})
afterAll(async () => {
  await house.finish()
  await upstream.close()
})

/** One call of the tool, then its answer. */
function loop(): void {
  answers(house, (request) =>
    request.body.includes('tool_result')
      ? { content: [DONE] }
      : { content: [THINKING, SURE, SAYS, USES], stopReason: 'tool_use' },
  )
}

describe('LangChain', () => {
  const parameters = z.object({ to: z.string() })
  const mail = { name: 'mail', description: 'sends mail', schema: parameters }

  async function chat(as = 'alice'): Promise<ChatAnthropic> {
    const anthropicApiUrl = `${house.url}/anthropic`
    return new ChatAnthropic({ model: 'model', apiKey: await house.token(as), anthropicApiUrl, maxRetries: 0 })
  }

  test('whole, with a tool, and round the loop', async () => {
    loop()
    const model = (await chat()).bindTools([mail])
    const asked = new HumanMessage(`write to ${EMAIL}`)
    const said = await model.invoke([asked])
    expect(said.text).toBe(`I write to ${GONE} now.`)
    expect(said.tool_calls).toMatchObject([{ name: 'mail', args: { to: GONE } }])
    expect(JSON.stringify(seen(house))).not.toContain('ann@')
    const result = new ToolMessage({ content: `sent to ${EMAIL}`, tool_call_id: said.tool_calls?.[0]?.id ?? '' })
    const done = await model.invoke([asked, said, result])
    expect(done.text).toBe(`Sent to ${GONE}.`)
    expect(JSON.stringify(seen(house))).not.toContain('ann@')
  })

  test('streamed, with a tool', async () => {
    loop()
    const model = (await chat()).bindTools([mail])
    let whole: AIMessageChunk | undefined
    for await (const chunk of await model.stream('hi')) whole = whole === undefined ? chunk : whole.concat(chunk)
    expect(whole?.text).toBe(`I write to ${GONE} now.`)
    expect(whole?.tool_calls).toMatchObject([{ name: 'mail', args: { to: GONE } }])
    expect(JSON.stringify(whole)).not.toContain('ann@')
  })

  test('a refusal is thrown with its code [wire.anthropic-clients]', async () => {
    const refused = (await chat('bob')).invoke([new AIMessage('x'), new HumanMessage('hi')])
    await expect(refused).rejects.toMatchObject({ status: 403 })
    await expect(refused).rejects.toThrow(/forbidden_by_policy: /)
  })
})

describe('the AI SDK', () => {
  const tools = {
    mail: tool({
      description: 'sends mail',
      inputSchema: z.object({ to: z.string() }),
      execute: ({ to }) => Promise.resolve(`sent to ${to} and ${EMAIL}`),
    }),
  }

  async function model(as = 'alice'): Promise<ReturnType<ReturnType<typeof createAnthropic>>> {
    return createAnthropic({ baseURL: `${house.url}/anthropic/v1`, apiKey: await house.token(as) })('model')
  }

  test('whole, round the loop of a tool', async () => {
    loop()
    const { text, steps } = await generateText({
      ...{ model: await model(), tools, maxRetries: 0, maxOutputTokens: 100 },
      ...{ prompt: `write to ${EMAIL}`, stopWhen: stepCountIs(3) },
    })
    expect(text).toBe(`Sent to ${GONE}.`)
    expect(steps[0]?.toolCalls).toMatchObject([{ toolName: 'mail', input: { to: GONE } }])
    expect(steps[0]?.reasoningText).toContain(`Whom? ${GONE}.`)
    expect(JSON.stringify(seen(house))).not.toContain('ann@')
    expect(JSON.stringify(seen(house))).toContain(`sent to ${GONE} and ${GONE}`)
    expect(sentThinking()).toEqual(THAT_GOES_ON)
  })

  test('streamed, round the loop of a tool', async () => {
    loop()
    const streamed = streamText({
      ...{ model: await model(), tools, maxRetries: 0, maxOutputTokens: 100 },
      ...{ prompt: `write to ${EMAIL}`, stopWhen: stepCountIs(3) },
    })
    let said = ''
    for await (const piece of streamed.textStream) said += piece
    expect(said).toBe(`I write to ${GONE} now.Sent to ${GONE}.`)
    expect((await streamed.steps)[0]?.toolCalls).toMatchObject([{ toolName: 'mail', input: { to: GONE } }])
    expect(JSON.stringify(seen(house))).not.toContain('ann@')
    expect(sentThinking()).toEqual(THAT_GOES_ON)
  })

  test('a refusal is an APICallError with its code, and is not asked for again [wire.anthropic-clients]', async () => {
    const before = house.upstream.requestCount
    const error: unknown = await generateText({ model: await model('bob'), prompt: 'hi', maxOutputTokens: 9 }).catch(
      (one: unknown) => one,
    )
    expect(APICallError.isInstance(error) && [error.statusCode, error.isRetryable]).toEqual([403, false])
    expect(String(error)).toContain('forbidden_by_policy: ')
    expect(house.upstream.requestCount).toBe(before)
  })

  test('a torn stream is an error', async () => {
    answers(house, { content: [SAYS], events: 6 })
    const errors: unknown[] = []
    const streamed = streamText({
      model: await model(),
      prompt: 'hi',
      maxRetries: 0,
      maxOutputTokens: 100,
      onError: (one) => void errors.push(one.error),
    })
    for await (const _ of streamed.textStream);
    expect(JSON.stringify(errors)).toContain('upstream_failed')
  })

  // The SDK sends back the other one too, whose signature was emptied: the provider would refuse the whole turn for it.
  const THAT_GOES_ON: readonly object[] = [SURE]

  /** Which thinking went back with the result of the tool. */
  function sentThinking(): unknown[] {
    const { messages } = seen(house) as { messages: { content: { type: string }[] }[] }
    return messages.flatMap(({ content }) => content).filter((one) => one.type === 'thinking')
  }
})
