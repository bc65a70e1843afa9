import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  awsShapedKey,
  LIE_NAMES,
  type Lie,
  type LyingUpstream,
  lieOfModel,
  openaiShapedKey,
  startLyingUpstream,
  TEST_CARD,
} from './index.js'

const HONEST = 'This answer is honest from its first word to its last.'
let upstream: LyingUpstream
let client: OpenAI

beforeAll(async () => {
  upstream = await startLyingUpstream()
  client = new OpenAI({ baseURL: upstream.baseUrl, apiKey: 'nothing', maxRetries: 0, logLevel: 'off' })
})
afterAll(() => upstream.close())
beforeEach(() => upstream.behave(undefined))

interface Raw {
  readonly head: string
  /** After the head, as it came; chunked encoding not undone. */
  readonly body: Buffer
  readonly how: 'end' | 'reset' | 'open'
}

/** One request over a bare socket: everything that comes until the end, a reset, or `waitMs` of silence. */
function ask(lie: Lie | string, stream = false, waitMs = 100): Promise<Raw> {
  if (typeof lie !== 'string') upstream.behave(lie)
  const model = typeof lie === 'string' ? lie : 'm'
  const body = JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'hi' }] })
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect(upstream.port, '127.0.0.1')
    const finish = (how: Raw['how']): void => {
      clearTimeout(timer)
      socket.destroy()
      const all = Buffer.concat(chunks)
      const at = all.indexOf('\r\n\r\n')
      resolve({ head: all.toString('latin1', 0, Math.max(at, 0)), body: at === -1 ? all : all.subarray(at + 4), how })
    }
    const timer = setTimeout(() => finish('open'), waitMs)
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      timer.refresh()
    })
    socket.on('end', () => finish('end'))
    socket.on('error', () => finish('reset'))
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
  })
}

function undoChunks(body: Buffer): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < body.length; ) {
    const lineEnd = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16)
    if (lineEnd === -1 || Number.isNaN(size) || size === 0) break
    pieces.push(body.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
  return Buffer.concat(pieces)
}

function lengthOf({ head }: Raw): number {
  return Number(/content-length: (\d+)/.exec(head)?.[1])
}

const request = (model: string): { model: string; messages: { role: 'user'; content: string }[] } => ({
  model,
  messages: [{ role: 'user', content: 'hi' }],
})

async function streamed(model: string): Promise<string[]> {
  const texts: string[] = []
  for await (const { choices } of await client.chat.completions.create({ ...request(model), stream: true })) {
    for (const { index, delta } of choices) texts[index] = (texts[index] ?? '') + (delta.content ?? '')
  }
  return texts
}

describe('who lies, and how, is said by', () => {
  test('the model’s name', () => {
    for (const name of LIE_NAMES) expect(lieOfModel(`lie-${name}`)).toHaveProperty('kind')
    expect(lieOfModel('lie-late-5')).toEqual({ kind: 'late', delayMs: 5 })
    expect(lieOfModel('lie-status-429')).toEqual({ kind: 'status', status: 429 })
    expect(lieOfModel('lie-reset-stream')).toEqual({ kind: 'cut-stream', by: 'reset' })
    for (const model of ['gpt', 'lie-', 'lie-unknown', 'lie-late-', 'lie-constructor'])
      expect(lieOfModel(model)).toBeUndefined()
  })

  test('a function, which may leave it to the name', async () => {
    upstream.behave(({ chat }) => (chat?.model === 'mine' ? { kind: 'honest', text: 'mine alone' } : undefined))
    const said = async (model: string): Promise<unknown> =>
      (await client.chat.completions.create(request(model))).choices[0]?.message.content
    expect(await said('mine')).toBe('mine alone')
    expect(await said('lie-honest')).toBe(HONEST)
  })

  test('a script of one’s own', async () => {
    const raw = await ask({
      kind: 'custom',
      tell: async (wire) => {
        await wire.write(`HTTP/1.1 200 OK\r\n\r\n${wire.request.method} at ${wire.origin}`)
        return 'close'
      },
    })
    expect(raw.body.toString()).toBe(`POST at ${upstream.origin}`)
    expect((await ask({ kind: 'raw', writes: ['HTTP/1.1 200 OK\r\n\r\na', Buffer.from('b')] })).body.toString()).toBe(
      'ab',
    )
  })
})

describe('honest answers satisfy the SDK', () => {
  test('whole and streamed', async () => {
    expect((await client.chat.completions.create(request('m'))).choices[0]?.message.content).toBe(HONEST)
    expect(await streamed('m')).toEqual([HONEST])
  })

  test.each([
    'lie-account-headers',
    'lie-early-hints',
    'lie-gzip',
    'lie-no-done',
    'lie-slow-chunks-1',
    'lie-huge-headers-4000',
  ])('also with %s', async (model) => {
    expect((await client.chat.completions.create(request(model))).choices[0]?.message.content).toBe(HONEST)
    expect(await streamed(model)).toEqual([HONEST])
  })

  test('secrets and tool calls in pieces', async () => {
    const [text] = await streamed('lie-secret-in-pieces-2')
    expect(text).toContain(openaiShapedKey())
    expect(text).toContain(awsShapedKey())
    const raw = undoChunks((await ask('lie-secret-in-pieces-2', true)).body).toString()
    expect(raw).not.toContain(awsShapedKey().slice(0, 4))
    let given = ''
    const stream = await client.chat.completions.create({ ...request('lie-tool-call-in-pieces'), stream: true })
    for await (const { choices } of stream) given += choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? ''
    expect(JSON.parse(given)).toEqual({ card: TEST_CARD, amount: 42 })
  })

  test('two choices take turns', async () => {
    expect(await streamed('lie-choices-interleaved')).toEqual([
      `The card is ${TEST_CARD}.`,
      `The key is ${awsShapedKey()}.`,
    ])
    const indexes = [
      ...undoChunks((await ask('lie-choices-interleaved', true)).body)
        .toString()
        .matchAll(/"index":(\d)/g),
    ]
    expect(indexes.slice(0, 4).map(([, index]) => index)).toEqual(['0', '1', '0', '1'])
  })

  test('one connection serves one request after the other', async () => {
    const before = upstream.connectionCount
    for (const model of ['m', 'm', 'm']) await client.chat.completions.create(request(model))
    expect(upstream.connectionCount - before).toBeLessThanOrEqual(1)
  })
})

describe('lies about length and end', () => {
  test('never-answers', async () => {
    expect(await ask('lie-never-answers')).toMatchObject({ head: '', how: 'open' })
  })

  test('late', async () => {
    const from = performance.now()
    await client.chat.completions.create(request('lie-late-60'))
    expect(performance.now() - from).toBeGreaterThan(55)
  })

  test('length-too-large, closing and in silence', async () => {
    const closed = await ask('lie-length-too-large')
    expect([closed.how, lengthOf(closed) - closed.body.length]).toEqual(['end', 1000])
    expect((await ask('lie-length-too-large-silence')).how).toBe('open')
  })

  test('length-too-small, two-lengths, empty-body', async () => {
    const small = await ask('lie-length-too-small')
    expect(small.body.length - lengthOf(small)).toBe(40)
    expect((await ask('lie-two-lengths')).head.match(/content-length/g)).toHaveLength(2)
    expect(lengthOf(await ask('lie-empty-body'))).toBe(0)
  })

  test('cut-body, cut-stream, reset-stream, stalls', async () => {
    const cut = await ask('lie-cut-body')
    expect(cut.how).toBe('end')
    expect(cut.body.length).toBeLessThan(lengthOf(cut))
    const ends = await ask('lie-cut-stream-2', true)
    expect([
      ends.how,
      undoChunks(ends.body)
        .toString()
        .match(/data: /g)?.length,
    ]).toEqual(['end', 2])
    expect(ends.body.toString()).not.toContain('0\r\n\r\n')
    const reset = await ask('lie-reset-stream-2', true)
    expect([
      reset.how,
      undoChunks(reset.body)
        .toString()
        .match(/data: /g)?.length,
    ]).toEqual(['reset', 2])
    const stalls = await ask('lie-stalls-2', true)
    expect([
      stalls.how,
      undoChunks(stalls.body)
        .toString()
        .match(/data: /g)?.length,
    ]).toEqual(['open', 2])
  })

  test('endless-stream, endless-line', async () => {
    for (const model of ['lie-endless-stream', 'lie-endless-line']) {
      const before = upstream.abortedSockets
      const response = await post(model)
      const reader = response.body?.getReader()
      let bytes = 0
      while (bytes < 100_000) bytes += (await reader?.read())?.value?.length ?? Number.POSITIVE_INFINITY
      await reader?.cancel()
      await expect.poll(() => upstream.abortedSockets).toBe(before + 1)
    }
  })
})

describe('lies about form', () => {
  test('not-http, not-json, malformed-chunks', async () => {
    expect((await ask('lie-not-http')).body.toString()).toContain('ESMTP')
    expect((await ask('lie-not-json')).body.toString()).toContain('<html>')
    expect((await ask('lie-malformed-chunks', true)).body.toString()).toContain('XYZ\r\n')
    await expect(client.chat.completions.create({ ...request('lie-not-http') })).rejects.toThrow('Connection error')
  })

  test('malformed-sse and error-event stop the SDK', async () => {
    await expect(streamed('lie-malformed-sse')).rejects.toThrow()
    await expect(streamed('lie-error-event')).rejects.toThrow('Fault 500')
  })

  test('invalid-utf8', async () => {
    for (const stream of [false, true]) {
      const raw = await ask('lie-invalid-utf8', stream)
      const body = stream ? undoChunks(raw.body) : raw.body
      expect(() => new TextDecoder('utf-8', { fatal: true }).decode(body)).toThrow()
    }
  })

  test('strange-events hold what a naive guard passes on', async () => {
    const text = undoChunks((await ask('lie-strange-events', true)).body).toString()
    for (const part of [': a comment\r\n', 'retry: ', 'id: 41\r\n', 'event: thread.weather\r\n', 'unknown-field: ']) {
      expect(text).toContain(part)
    }
    expect(text.split(TEST_CARD).length - 1).toBe(4)
  })

  test('gzip', async () => {
    const raw = await ask('lie-gzip')
    expect(raw.head).toContain('content-encoding: gzip')
    expect(gunzipSync(raw.body).toString()).toContain(HONEST)
  })

  test('huge-headers', async () => {
    expect((await ask('lie-huge-headers')).head.length).toBeGreaterThan(131_072)
  })
})

describe('faults', () => {
  test.each([
    [401, 'www-authenticate: Bearer'],
    [403, 'openai-organization: org-'],
    [407, 'proxy-authenticate: Basic'],
    [429, 'retry-after: 7'],
    [500, 'x-ratelimit-remaining-tokens'],
  ])('status %i comes with %s', async (status, header) => {
    const raw = await ask(`lie-status-${status}`)
    expect(raw.head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(raw.head).toContain(header)
    expect(raw.head.match(/set-cookie/g)).toHaveLength(2)
    expect(JSON.parse(raw.body.toString())).toMatchObject({ error: { code: `upstream_${status}` } })
  })

  test('the SDK sees its own error classes', async () => {
    await expect(client.chat.completions.create(request('lie-status-429'))).rejects.toBeInstanceOf(
      OpenAI.RateLimitError,
    )
    upstream.behave({ kind: 'status', status: 503, retryAfter: '11' })
    const failed: unknown = await client.chat.completions.create(request('m')).catch((error: unknown) => error)
    expect(failed instanceof OpenAI.InternalServerError && failed.headers?.get('retry-after')).toBe('11')
  })

  test('redirect leads to a place that remembers who came', async () => {
    const raw = await ask('lie-redirect-307')
    expect(raw.head).toContain(`location: ${upstream.origin}/elsewhere`)
    await fetch(`${upstream.origin}/elsewhere`, { headers: { connection: 'close' } })
    expect(upstream.received.at(-1)?.target).toBe('/elsewhere')
  })
})

describe('what it records', () => {
  test('requests as they came', async () => {
    const before = upstream.requestCount
    await client.chat.completions.create(request('m'))
    expect(upstream.requestCount).toBe(before + 1)
    const last = upstream.received.at(-1)
    expect(last?.headers.get('authorization')).toBe('Bearer nothing')
    expect(JSON.parse(last?.body.toString() ?? '')).toEqual(request('m'))
  })

  test('who left, and that nothing stays open', async () => {
    const other = await startLyingUpstream()
    const body = JSON.stringify(request('lie-never-answers'))
    const socket = connect(other.port, '127.0.0.1')
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    await expect.poll(() => other.requestCount).toBe(1)
    expect([other.openSockets, other.answering, other.abortedSockets]).toEqual([1, 1, 0])
    socket.destroy()
    await expect.poll(() => other.openSockets).toBe(0)
    expect([other.answering, other.abortedSockets]).toEqual([0, 1])
    await (await post('m', undefined, other)).text()
    await (await post('lie-reset-stream', undefined, other)).text().catch(() => '')
    expect(other.abortedSockets).toBe(1)
    await other.close()
    expect(other.openSockets).toBe(0)
  })

  test('an answer to a client that left harms nobody', async () => {
    const before = upstream.abortedSockets
    const leaver = new AbortController()
    const left = post('lie-answers-after-client-left', leaver.signal).catch((error: unknown) => error)
    const requests = upstream.requestCount
    await expect.poll(() => upstream.requestCount).toBe(requests + 1)
    leaver.abort()
    await left
    await expect.poll(() => upstream.abortedSockets).toBe(before + 1)
    expect(await streamed('m')).toEqual([HONEST])
  })

  test('what is not HTTP', async () => {
    const before = upstream.badRequests
    const socket = connect(upstream.port, '127.0.0.1')
    socket.on('error', () => undefined).write('\x16\x03\x01 hello\r\n\r\n')
    await expect.poll(() => upstream.badRequests).toBe(before + 1)
    socket.destroy()
  })

  test('a script that throws, when it is closed', async () => {
    const other = await startLyingUpstream({
      behave: ({ chat }) => {
        if (chat?.model === 'faulty') throw new Error('the script is at fault')
        return undefined
      },
    })
    await expect(post('faulty', undefined, other)).rejects.toThrow(TypeError)
    expect(await (await post('m', undefined, other)).text()).toContain('[DONE]')
    expect(other.answering).toBe(0)
    await expect(other.close()).rejects.toThrow('the script is at fault')
    expect(other.openSockets).toBe(0)
  })

  test('closes at once with answers under way', async () => {
    const other = await startLyingUpstream()
    const asked = post('lie-never-answers', undefined, other).catch((error: unknown) => error)
    await expect.poll(() => other.requestCount).toBe(1)
    await other.close()
    expect(await asked).toBeInstanceOf(TypeError)
    expect(other.abortedSockets).toBe(0)
  })
})

function post(model: string, signal?: AbortSignal, to: LyingUpstream = upstream): Promise<Response> {
  return fetch(`${to.baseUrl}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ ...request(model), stream: true }),
    headers: { connection: 'close' },
    ...(signal === undefined ? {} : { signal }),
  })
}
