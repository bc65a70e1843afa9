import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { awsShapedKey, type DemoModel, openaiShapedKey, startDemoModel, TEST_CARD } from './index.js'

let demo: DemoModel
let client: OpenAI

beforeAll(async () => {
  demo = await startDemoModel()
  client = new OpenAI({ baseURL: demo.baseUrl, apiKey: 'nothing', maxRetries: 0 })
})
afterAll(() => demo.close())

const ask = (content: string): { model: string; messages: { role: 'user'; content: string }[] } => ({
  model: 'demo-model',
  messages: [{ role: 'user', content }],
})

test('tells back what it was shown, and says what it is', async () => {
  const answer = await client.chat.completions.create({
    model: 'gpt-something',
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Card 4111…' },
          { type: 'image_url', image_url: { url: 'data:,x' } },
        ],
      },
      {
        role: 'assistant',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{"q":1}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: 'found' },
    ],
  })
  expect(answer.choices[0]?.message.content).toBe(
    'I am a demo model, not a real one. I was shown:\n' +
      'system: Be brief.\nuser: Card 4111…\n<image_url>\nassistant: look({"q":1})\ntool: found',
  )
  expect(answer.choices[0]?.finish_reason).toBe('stop')
  expect(answer.model).toBe('gpt-something')
  expect(demo.lastAnswer).toEqual([answer.choices[0]?.message.content])
  expect(answer.usage?.total_tokens).toBe((answer.usage?.prompt_tokens ?? 0) + (answer.usage?.completion_tokens ?? 0))
})

test('streams the same words, with usage where asked', async () => {
  const whole = await client.chat.completions.create(ask('Grüße, 👋 wörld'))
  const stream = await client.chat.completions.create({
    ...ask('Grüße, 👋 wörld'),
    stream: true,
    stream_options: { include_usage: true },
  })
  let text = ''
  let chunks = 0
  let usage: unknown
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? ''
    chunks += 1
    usage = chunk.usage ?? usage
  }
  expect(text).toBe(whole.choices[0]?.message.content)
  expect(chunks).toBeGreaterThan(5)
  expect(usage).toEqual(whole.usage)
  expect(demo.lastAnswer.join('')).toBe(text)
  // The role, the end and the usage have chunks of their own.
  expect(demo.lastAnswer).toHaveLength(chunks - 3)
})

test('n choices take turns in a stream', async () => {
  expect((await client.chat.completions.create({ ...ask('hello'), n: 3 })).choices).toHaveLength(3)
  const texts = ['', '', '']
  const order: number[] = []
  for await (const { choices } of await client.chat.completions.create({ ...ask('hello'), n: 3, stream: true })) {
    for (const { index, delta } of choices) {
      texts[index] += delta.content ?? ''
      order.push(index)
    }
  }
  expect(new Set(texts).size).toBe(1)
  expect(texts[0]).toContain('user: hello')
  expect(order.slice(0, 6)).toEqual([0, 1, 2, 0, 1, 2])
})

test('leaks secret shapes, and no chunk holds enough of one', async () => {
  let text = ''
  for await (const { choices } of await client.chat.completions.create({
    ...ask('Please LEAK THE KEY'),
    stream: true,
  })) {
    const piece = choices[0]?.delta.content ?? ''
    expect(piece.length).toBeLessThanOrEqual(3)
    text += piece
  }
  expect(text).toContain(openaiShapedKey())
  expect(text).toContain(awsShapedKey())
  expect(openaiShapedKey()).toMatch(new RegExp(`^${'s'}k-proj-[A-Za-z0-9]{74}T3Blbk${'FJ'}[A-Za-z0-9]{74}$`))
  expect(awsShapedKey()).toMatch(new RegExp(`^${'AK'}IA[A-Z2-7]{16}$`))
})

test('calls a tool with a card number in pieces', async () => {
  const request = {
    ...ask('call a tool, please'),
    tools: [{ type: 'function' as const, function: { name: 'pay', parameters: {} } }],
  }
  const whole = await client.chat.completions.create(request)
  const call = whole.choices[0]?.message.tool_calls?.[0]
  expect(whole.choices[0]?.finish_reason).toBe('tool_calls')
  expect(call?.type === 'function' ? JSON.parse(call.function.arguments) : undefined).toMatchObject({ card: TEST_CARD })

  const pieces: string[] = []
  let name = ''
  let finish: string | null = null
  for await (const { choices } of await client.chat.completions.create({ ...request, stream: true })) {
    const made = choices[0]?.delta.tool_calls?.[0]?.function
    name += made?.name ?? ''
    if (made?.arguments) pieces.push(made.arguments)
    finish = choices[0]?.finish_reason ?? finish
  }
  expect(name).toBe('pay')
  expect(finish).toBe('tool_calls')
  expect(JSON.parse(pieces.join(''))).toMatchObject({ card: TEST_CARD })
  expect(Math.max(...pieces.map(({ length }) => length))).toBe(3)
})

test('keeps the last request, bytes and all', async () => {
  const before = demo.requestCount
  const body = '{ "model":"m", "messages":[],  "odd": 1e2 }'
  await fetch(`${demo.baseUrl}/chat/completions?x=1`, { method: 'POST', headers: { 'X-Odd': 'yes' }, body })
  expect(demo.requestCount).toBe(before + 1)
  expect(demo.lastRequest).toMatchObject({ method: 'POST', path: '/v1/chat/completions?x=1' })
  expect(demo.lastRequest?.body.toString()).toBe(body)
  expect(demo.lastRequest?.headers['x-odd']).toBe('yes')
  expect(demo.lastRequest?.rawHeaders.map((name) => name.toLowerCase())).toContain('x-odd')
})

test('lists its model', async () => {
  expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['demo-model'])
  expect((await client.models.retrieve('demo-model')).owned_by).toBe('ostiary-demo')
})

test('errors have the shape that the SDK reads', async () => {
  await expect(client.embeddings.create({ model: 'm', input: 'x' })).rejects.toThrow(
    '404 The demo model has no such path.',
  )
  const bad = await fetch(`${demo.baseUrl}/chat/completions`, { method: 'POST', body: '{' })
  expect(bad.status).toBe(400)
  expect(await bad.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
})

test('delays are set while it runs, and a reader who leaves is counted', async () => {
  const before = demo.abortedCount
  demo.chunkDelayMs = 20
  try {
    const from = performance.now()
    const stream = await client.chat.completions.create({ ...ask('slowly'), stream: true })
    let chunks = 0
    for await (const _ of stream) if (++chunks === 4) break // the SDK aborts the request
    expect(performance.now() - from).toBeGreaterThan(40)
    await expect.poll(() => demo.abortedCount).toBe(before + 1)
  } finally {
    demo.chunkDelayMs = 0
  }
})

test('closes at once, even in the middle of an answer', async () => {
  const other = await startDemoModel({ firstByteDelayMs: 60_000 })
  const asked = fetch(`${other.baseUrl}/models`).catch((error: unknown) => error)
  await expect.poll(() => other.requestCount).toBe(1)
  await other.close()
  expect(await asked).toBeInstanceOf(TypeError)
  await expect(startDemoModel({ host: '0.0.0.0' })).rejects.toThrow('not a loopback address')
})
