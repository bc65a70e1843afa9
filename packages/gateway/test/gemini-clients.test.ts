import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { type AIMessageChunk, HumanMessage, ToolMessage } from '@langchain/core/messages'
import { ChatGoogleGenerativeAI } from '@langchain/google-genai'
import { type LyingUpstream, startLyingUpstream } from '@ostiary/devkit'
import { APICallError, embed, generateText, stepCountIs, streamText, tool } from 'ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { answers, type Part, seen } from './gemini-provider.js'
import { type House, MODEL_KEY, openHouse } from './house.js'

const EMAIL = 'ann@example.com'
const GONE = '[redacted:pii.email]'
const POLICIES = `@id("analysts-use-models") @obligation("redact:pii.email, output:redact:pii.email")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"embed"], resource is Model);
`
const THOUGHT: Part = { text: `Whom? ${EMAIL}.`, thought: true }
const SAYS: Part = { text: `I write to ${EMAIL} now.` }
const CALLS: Part = { functionCall: { name: 'mail', args: { to: EMAIL } }, thoughtSignature: 'CiQBcsjafJ2a' }
const SENT: Part = { text: `Sent to ${EMAIL}.` }

let upstream: LyingUpstream
let house: House

beforeAll(async () => {
  upstream = await startLyingUpstream()
  const providers = [{ name: 'lying', dialect: 'gemini', baseUrl: `${upstream.origin}/v1beta`, apiKey: MODEL_KEY }]
  const models = ['gemini-2.5-flash', 'gemini-embedding-001'].map((name) => ({ name, provider: 'lying' }))
  house = await openHouse({ policies: POLICIES, upstream, config: { providers, models } })
})
afterAll(async () => {
  await house.finish()
  await upstream.close()
})

const token = (as: string) => house.token(as, { scope: 'models:invoke embeddings:create' })

/** One call of the tool, then its answer. */
function loop(): void {
  answers(house, (request) => ({
    candidates: [request.body.includes('functionResponse') ? [SENT] : [THOUGHT, SAYS, CALLS]],
  }))
}

describe('LangChain', () => {
  const mail = { name: 'mail', description: 'sends mail', schema: z.object({ to: z.string() }) }

  async function chat(as = 'alice'): Promise<ChatGoogleGenerativeAI> {
    const baseUrl = `${house.url}/gemini`
    return new ChatGoogleGenerativeAI({ model: 'gemini-2.5-flash', apiKey: await token(as), baseUrl, maxRetries: 0 })
  }

  test('whole, with a tool, and round the loop', async () => {
    loop()
    const model = (await chat()).bindTools([mail])
    const asked = new HumanMessage(`write to ${EMAIL}`)
    const said = await model.invoke([asked])
    expect(said.text).toContain(`I write to ${GONE} now.`)
    expect(said.tool_calls).toMatchObject([{ name: 'mail', args: { to: GONE } }])
    expect(JSON.stringify(seen(house))).not.toContain('ann@')
    const id = said.tool_calls?.[0]?.id ?? ''
    const result = new ToolMessage({ content: `sent to ${EMAIL}`, tool_call_id: id, name: 'mail' })
    expect((await model.invoke([asked, said, result])).text).toBe(`Sent to ${GONE}.`)
    expect(JSON.stringify(seen(house))).not.toContain('ann@')
  })

  test('streamed, with a tool', async () => {
    loop()
    const model = (await chat()).bindTools([mail])
    let whole: AIMessageChunk | undefined
    for await (const chunk of await model.stream('hi')) whole = whole === undefined ? chunk : whole.concat(chunk)
    expect(whole?.text).toContain(`I write to ${GONE} now.`)
    expect(whole?.tool_calls).toMatchObject([{ name: 'mail', args: { to: GONE } }])
    expect(JSON.stringify(whole)).not.toContain('ann@')
  })

  test('a refusal is thrown with its status and code [wire.gemini-clients]', async () => {
    const refused = (await chat('bob')).invoke('hi')
    await expect(refused).rejects.toMatchObject({ status: 403 })
    await expect(refused).rejects.toThrow(/forbidden_by_policy/)
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

  async function provider(as = 'alice'): Promise<ReturnType<typeof createGoogleGenerativeAI>> {
    return createGoogleGenerativeAI({ baseURL: `${house.url}/gemini/v1beta`, apiKey: await token(as) })
  }
  const model = async (as?: string) => (await provider(as))('gemini-2.5-flash')

  test('whole, round the loop of a tool', async () => {
    loop()
    const { text, steps } = await generateText({
      ...{ model: await model(), tools, maxRetries: 0 },
      ...{ prompt: `write to ${EMAIL}`, system: `obey ${EMAIL}`, stopWhen: stepCountIs(3) },
    })
    expect(text).toBe(`Sent to ${GONE}.`)
    expect(steps[0]?.toolCalls).toMatchObject([{ toolName: 'mail', input: { to: GONE } }])
    expect(steps[0]?.reasoningText).toBe(`Whom? ${GONE}.`)
    const sent = JSON.stringify(seen(house))
    expect(sent).not.toContain('ann@')
    expect(sent).toContain(`sent to ${GONE} and ${GONE}`)
    expect(sent).toContain('CiQBcsjafJ2a')
  })

  test('streamed, round the loop of a tool', async () => {
    loop()
    const streamed = streamText({
      ...{ model: await model(), tools, maxRetries: 0 },
      ...{ prompt: `write to ${EMAIL}`, stopWhen: stepCountIs(3) },
    })
    let said = ''
    for await (const piece of streamed.textStream) said += piece
    expect(said).toBe(`I write to ${GONE} now.Sent to ${GONE}.`)
    const [first] = await streamed.steps
    expect(first?.toolCalls).toMatchObject([{ toolName: 'mail', input: { to: GONE } }])
    expect(first?.reasoningText).toBe(`Whom? ${GONE}.`)
    expect(await streamed.totalUsage).toMatchObject({ inputTokens: 38 })
    expect(JSON.stringify(seen(house))).not.toContain('ann@')
  })

  test('an embedding of what is left of a text', async () => {
    answers(house, { candidates: [] })
    const { embedding } = await embed({
      model: (await provider()).embedding('gemini-embedding-001'),
      value: `I am ${EMAIL}`,
      maxRetries: 0,
    })
    expect(embedding).toEqual([0.25, -0.5])
    expect(seen(house)).toMatchObject({ content: { parts: [{ text: `I am ${GONE}` }] } })
  })

  test('a refusal is an APICallError with its code, and is not asked for again [wire.gemini-clients]', async () => {
    const before = house.upstream.requestCount
    const error: unknown = await generateText({ model: await model('bob'), prompt: 'hi' }).catch((one: unknown) => one)
    if (!APICallError.isInstance(error)) throw error
    expect([error.statusCode, error.isRetryable]).toEqual([403, false])
    expect(error.responseBody).toContain('forbidden_by_policy')
    expect(house.upstream.requestCount).toBe(before)
  })

  test('a torn stream is an error', async () => {
    answers(house, { candidates: [[SAYS]], events: 4 })
    const errors: unknown[] = []
    const streamed = streamText({
      ...{ model: await model(), prompt: 'hi', maxRetries: 0 },
      onError: (one) => void errors.push(one.error),
    })
    for await (const _ of streamed.textStream);
    expect(errors).not.toEqual([])
    expect(await streamed.finishReason).not.toBe('stop')
  })
})
