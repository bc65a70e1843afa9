import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Lie, TEST_CARD } from '@ostiary/devkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callControl } from '../src/cli/control.js'
import { type House, openHouse } from './house.js'
import { type Answer, ask, errorOf, prompt } from './http.js'
import { until } from './until.js'

/** alice's answers are judged; carol's pass as they come. */
const POLICIES = `@id("judged") @obligation("output:redact:pii.card, output:redact:secret")
permit (principal in Group::"analysts", action, resource);

@id("as-they-come")
permit (principal in Group::"security", action, resource);
`
const BOTH = ['alice', 'carol'] as const

let house: House

beforeAll(async () => {
  house = await openHouse({
    policies: POLICIES,
    config: { timeouts: { connect: '1s', firstByte: '500ms', idle: '500ms', total: '1500ms' } },
  })
})
afterAll(async () => {
  await until(() => house.upstream.answering === 0)
  // That the provider refused our key, where a test has it do so.
  expect(house.warnings.filter((one) => !one.startsWith('provider lying: key '))).toEqual([])
  await house.finish()
})
beforeEach(() => house.upstream.behave(undefined))

async function told(lie: Lie, as: string, stream: boolean): Promise<Answer> {
  house.upstream.behave(lie)
  return await ask(house, prompt('good morning', { stream }), { as })
}

/** Refused before a byte of the answer left: in the dialect's shape, with nothing of the provider's. */
async function expectRefused(answer: Answer, status: number, code: string): Promise<void> {
  expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status, code })
  expect(errorOf(answer).type).toBe('api_error')
  expect(Object.keys(answer.headers).filter((name) => !OWN_HEADERS.has(name))).toEqual([])
  const { intent, outcome } = await house.exchange(answer.id)
  expect(answer.headers['ostiary-receipt']).toBe(`127.0.0.1:8787/audit/${intent?.index}`)
  expect(outcome.own).toMatchObject({ outcome: 'refused', reason: code, status, intent: intent?.index })
}

const OWN_HEADERS = new Set([
  'connection',
  'content-length',
  'content-type',
  'date',
  'ostiary-decision',
  'ostiary-receipt',
  'x-request-id',
  'x-should-retry',
])

/** A stream whose head had left: it ends in good form, with the error event, and without the mark of a whole answer. */
async function expectTorn(answer: Answer, code: string): Promise<void> {
  expect(answer.status).toBe(200)
  expect(answer.text).not.toContain('[DONE]')
  const last = answer.text.trimEnd().split('\n\n').at(-1) ?? ''
  expect(JSON.parse(last.replace(/^data: /, ''))).toMatchObject({ error: { code, type: 'api_error' } })
  expect(answer.text.endsWith('\n\n')).toBe(true)
  const { outcome } = await house.exchange(answer.id)
  expect(outcome.own).toMatchObject({
    outcome: 'refused',
    reason: code,
    status: 200,
    upstream_status: 200,
    stream: true,
  })
}

async function expectDone(answer: Answer, status = 200): Promise<void> {
  expect(answer.status).toBe(status)
  expect((await house.exchange(answer.id)).outcome.own).toMatchObject({
    outcome: 'done',
    status,
    upstream_status: status,
  })
}

type Tell = Extract<Lie, { kind: 'custom' }>['tell']

const WORD = 'data: {"choices":[{"index":0,"delta":{"content":"and on "}}]}\n\n'
const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'

const frame = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

const goOn: Tell = async (wire) => {
  await wire.write(STREAM_HEAD)
  while (await wire.write(frame(WORD))) await wire.sleep(5)
  return 'close'
}

const resetAtOnce: Tell = async (wire) => {
  wire.reset()
  return 'close'
}

const stopWithin: Tell = async (wire) => {
  await wire.write(STREAM_HEAD + frame(WORD + WORD.slice(0, 40)))
  return 'close'
}

describe.each(BOTH)('whole answers, %s [forward.liar]', (as) => {
  test.each<[string, Lie, number, string]>([
    ['never comes', { kind: 'never-answers' }, 504, 'upstream_timeout'],
    ['comes too late', { kind: 'late', delayMs: 1400 }, 504, 'upstream_timeout'],
    ['is shorter than it says', { kind: 'length-too-large' }, 502, 'upstream_failed'],
    [
      'is shorter than it says, and then nothing',
      { kind: 'length-too-large', ending: 'silence' },
      504,
      'upstream_timeout',
    ],
    ['is longer than it says', { kind: 'length-too-small' }, 502, 'upstream_failed'],
    ['has two lengths', { kind: 'two-lengths' }, 502, 'upstream_failed'],
    ['is cut', { kind: 'cut-body' }, 502, 'upstream_failed'],
    ['is a page', { kind: 'not-json', contentType: 'text/html' }, 502, 'upstream_failed'],
    ['is no JSON', { kind: 'not-json' }, 502, 'upstream_failed'],
    ['is no HTTP', { kind: 'not-http' }, 502, 'upstream_failed'],
    ['is empty', { kind: 'empty-body' }, 502, 'upstream_failed'],
    ['is not UTF-8', { kind: 'invalid-utf8' }, 502, 'upstream_failed'],
    ['is compressed', { kind: 'gzip' }, 502, 'upstream_failed'],
    ['has a huge head', { kind: 'huge-headers' }, 502, 'upstream_failed'],
    ['is a reset', { kind: 'custom', tell: resetAtOnce }, 502, 'upstream_failed'],
    [
      'is an array',
      { kind: 'raw', writes: ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]'] },
      502,
      'upstream_failed',
    ],
    [
      'switches protocols',
      { kind: 'raw', writes: ['HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'] },
      502,
      'upstream_failed',
    ],
  ])('one that %s', async (_what, lie, status, code) => {
    await expectRefused(await told(lie, as, false), status, code)
  })

  test.each<[string, Lie]>([
    ['a little late', { kind: 'late', delayMs: 50 }],
    ['in slow pieces', { kind: 'slow-chunks', delayMs: 60 }],
    ['after early hints', { kind: 'early-hints' }],
  ])('one that comes %s passes', async (_what, lie) => {
    await expectDone(await told(lie, as, false))
  })
})

describe.each(BOTH)('streams, %s', (as) => {
  test.each<[string, Lie, string]>([
    ['stalls', { kind: 'stalls' }, 'upstream_timeout'],
    ['is cut', { kind: 'cut-stream' }, 'upstream_failed'],
    ['is reset', { kind: 'cut-stream', by: 'reset' }, 'upstream_failed'],
    ['ends before its first event', { kind: 'cut-stream', afterEvents: 0 }, 'upstream_failed'],
    ['ends without its mark', { kind: 'no-done' }, 'upstream_failed'],
    ['is malformed', { kind: 'malformed-sse' }, 'upstream_failed'],
    ['has malformed chunks', { kind: 'malformed-chunks' }, 'upstream_failed'],
    ['never ends', { kind: 'custom', tell: goOn }, 'upstream_timeout'],
    ['is cut within an event', { kind: 'custom', tell: stopWithin }, 'upstream_failed'],
  ])('one that %s is torn [stream.torn]', async (_what, lie, code) => {
    await expectTorn(await told(lie, as, true), code)
  })

  test.each<[string, Lie, number, string]>([
    ['never begins', { kind: 'never-answers' }, 504, 'upstream_timeout'],
    ['is compressed', { kind: 'gzip' }, 502, 'upstream_failed'],
    ['has a huge head', { kind: 'huge-headers' }, 502, 'upstream_failed'],
    ['is a page', { kind: 'not-json', contentType: 'text/html' }, 502, 'upstream_failed'],
  ])('one that %s is refused', async (_what, lie, status, code) => {
    await expectRefused(await told(lie, as, true), status, code)
  })

  test('one in slow pieces is passed on as it comes', async () => {
    const answer = await told({ kind: 'slow-chunks', delayMs: 40 }, as, true)
    await expectDone(answer)
    expect(answer.text.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  test('an error event of the provider passes, and is not doubled', async () => {
    const answer = await told({ kind: 'error-event' }, as, true)
    expect(answer.text).not.toContain('[DONE]')
    expect(answer.text.match(/"error":/g)).toHaveLength(1)
    await expectDone(answer)
  })
})

describe('streams that are judged', () => {
  test('a line that never ends is torn before it fills the memory', async () => {
    await expectTorn(await told({ kind: 'endless-line' }, 'alice', true), 'upstream_failed')
  })

  test('text that is not UTF-8 is torn', async () => {
    await expectTorn(await told({ kind: 'invalid-utf8' }, 'alice', true), 'upstream_failed')
  })

  test('unknown events, comments and fields are not passed on, and counted [stream.unknown-events]', async () => {
    const answer = await told({ kind: 'strange-events' }, 'alice', true)
    await expectDone(answer)
    expect(answer.text).not.toContain(TEST_CARD)
    expect(answer.text).not.toMatch(/weather\n|: a comment|^id: 41|unknown-field/m)
    expect((await house.exchange(answer.id)).outcome.own['dropped_events']).toBeGreaterThan(0)
  })
})

describe('what the provider says about our account stays here [forward.account-stays-ours]', () => {
  test.each([401, 403, 407])('%i is a 502 that is not tried again', async (status) => {
    for (const stream of [false, true]) {
      const answer = await told({ kind: 'status', status }, 'alice', stream)
      await expectRefused(answer, 502, 'upstream_failed')
      expect(answer.headers['x-should-retry']).toBe('false')
      expect(answer.text).not.toContain('organization')
      expect((await house.exchange(answer.id)).outcome.own['upstream_status']).toBe(status)
      // After a 401 the only key would wait for a second.
      await callControl(house.config.control.socket, 'POST /providers/rotate', { name: 'lying' })
    }
  })

  test.each([205, 600, 999])('%i, which no answer may have, is a 502', async (status) => {
    const raw = `HTTP/1.1 ${status} Odd\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`
    const answer = await told({ kind: 'raw', writes: [raw] }, 'carol', false)
    await expectRefused(answer, 502, 'upstream_failed')
  })

  test.each([
    ['text/event-stream; x=y', 200],
    ['TEXT/EVENT-STREAM', 200],
    ['text/event-streaming', 502],
  ])('events called %s are events to the caller too, or no answer', async (type, status) => {
    const events = 'data: {"id":"1","object":"chat.completion.chunk","choices":[]}\n\ndata: [DONE]\n\n'
    const raw = `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${events.length}\r\nconnection: close\r\n\r\n${events}`
    const answer = await told({ kind: 'raw', writes: [raw] }, 'carol', true)
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toMatch(status === 200 ? /^text\/event-stream$/i : /^application\/json$/)
  })

  test.each([301, 302, 303, 307, 308])('%i is a 502, and nobody follows it', async (status) => {
    const before = house.upstream.requestCount
    const answer = await told({ kind: 'redirect', status }, 'carol', false)
    await expectRefused(answer, 502, 'upstream_failed')
    expect(answer.headers['x-should-retry']).toBe('false')
    expect(house.upstream.requestCount).toBe(before + 1)
  })

  test.each([false, true])('cookies and account headers are not passed on (stream: %s)', async (stream) => {
    const answer = await told({ kind: 'account-headers' }, 'carol', stream)
    await expectDone(answer)
    const passed = Object.keys(answer.headers).filter((name) => !OWN_HEADERS.has(name))
    expect(passed.sort()).toEqual([
      ...(stream ? ['cache-control'] : []),
      'openai-processing-ms',
      'openai-version',
      ...(stream ? ['transfer-encoding'] : []),
    ])
    expect(answer.id).not.toBe('req_of_the_upstream')
    expect(JSON.stringify(answer.headers)).not.toContain('operator')
  })

  test.each([400, 404, 409, 422, 429, 500, 503])('%i passes in the provider’s own shape', async (status) => {
    const answer = await told({ kind: 'status', status, retryAfter: '3' }, 'carol', status === 500)
    await expectDone(answer, status)
    expect(errorOf(answer).code).toBe(`upstream_${status}`)
    expect(answer.headers['retry-after']).toBe('3')
    expect(answer.headers['x-ratelimit-limit-requests']).toBeUndefined()
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('the text of an error is judged too [forward.own-errors]', async () => {
    const answer = await told({ kind: 'status', status: 500 }, 'alice', false)
    await expectDone(answer, 500)
    expect(errorOf(answer).message).toContain('[redacted:secret.openai]')
    expect(answer.headers['ostiary-decision']).toBe('transform')
  })
})

test('a provider that is not there', async () => {
  const alone = await openHouse({
    issuer: house.issuer,
    upstream: house.upstream,
    config: { providers: [{ name: 'lying', dialect: 'openai', baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'unused' }] },
  })
  const answer = await ask(alone, prompt('hi'))
  expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 502, code: 'upstream_failed' })
  expect((await alone.exchange(answer.id)).outcome.own).toMatchObject({ reason: 'upstream_failed', upstream_status: 0 })
  await alone.close()
})

test('an answer larger than can be held is refused', async () => {
  const piece = Buffer.alloc(1024 * 1024, ' ')
  const tell: Tell = async (wire) => {
    await wire.write(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${40 * piece.length}\r\n\r\n`,
    )
    for (let i = 0; i < 40; i += 1) if (!(await wire.write(piece))) break
    return 'close'
  }
  await expectRefused(await told({ kind: 'custom', tell }, 'carol', false), 502, 'upstream_failed')
})

describe('a caller who reads slowly [forward.backpressure]', () => {
  test.each(BOTH)(
    'holds the provider back, is not taken for an idle one, and gets all of it in the end (%s)',
    async (as) => {
      const slow = await openHouse({
        issuer: house.issuer,
        upstream: house.upstream,
        policies: POLICIES,
        config: { timeouts: { idle: '400ms' } },
      })
      const event = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'word '.repeat(3000) } }] })}\n\n`
      const frame = `${event.length.toString(16)}\r\n${event}\r\n`
      const count = 3000
      let sent = 0
      const tell: Tell = async (wire) => {
        await wire.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n')
        for (; sent < count; sent += 1) if (!(await wire.write(frame))) return 'close'
        await wire.write('e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n')
        return 'keep'
      }
      house.upstream.behave({ kind: 'custom', tell })
      const body = JSON.stringify(prompt('hi', { stream: true }))
      const socket = connect(slow.port, '127.0.0.1')
      socket.write(
        `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${await slow.token(as)}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
      // Nobody reads: buffers on the way fill, and then the provider must wait.
      let settled = -1
      await until(async () => {
        const before = sent
        await sleep(500)
        settled = sent
        return before > 0 && before === sent
      })
      expect(settled).toBeLessThan(count)
      await sleep(900)
      expect(sent).toBe(settled)

      let received = 0
      let tail = ''
      socket.on('data', (chunk) => {
        received += chunk.length
        tail = (tail + chunk.toString('latin1')).slice(-40)
      })
      await new Promise((resolve) => socket.on('close', resolve))
      expect(tail).toContain('data: [DONE]')
      expect(received).toBeGreaterThan(count * event.length)
      await until(async () =>
        (await slow.entries()).find((one) => one.type === 'outcome' && one.own['outcome'] === 'done'),
      )
      await slow.close()
    },
  )
})
