import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, openHouse } from './house.js'
import { type Answer, ask, errorOf, onSocket, prompt, send } from './http.js'
import { until } from './until.js'

const LIMIT = 10 * 1024 * 1024

let house: House

beforeAll(async () => {
  house = await openHouse({ config: { timeouts: { requestHead: '700ms', requestBody: '1500ms' } } })
})
afterAll(() => house.finish())

/** Refused in the dialect's shape after authentication: nothing forwarded, one outcome with the code, no intent. */
async function expectRefused(answer: Answer, status: number, code: string): Promise<void> {
  expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status, code })
  expect(answer.headers['content-type']).toBe('application/json')
  expect(answer.headers['ostiary-decision']).toBe('forbid')
  expect(answer.headers['ostiary-receipt']).toBeUndefined()
  const { intent, outcome } = await house.exchange(answer.id)
  expect(intent).toBeUndefined()
  expect(outcome.own).toMatchObject({ outcome: 'refused', reason: code, status, upstream_status: 0 })
}

async function forwardsNothing(work: () => Promise<void>): Promise<void> {
  const before = house.upstream.requestCount
  await work()
  expect(house.upstream.requestCount).toBe(before)
}

const good = JSON.stringify(prompt('good morning'))

describe('a body that is no good request is refused as the dialect does [gate.bad-body]', () => {
  const nested = (depth: number): string =>
    `{"model":"model","messages":[],"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`
  test.each<[string, string | Buffer]>([
    ['empty', ''],
    ['malformed JSON', '{"model":"model","messages":['],
    ['something behind the JSON', `${good}}`],
    ['a byte order mark', `\ufeff${good}`],
    ['duplicate keys', '{"model":"model","model":"other-model","messages":[]}'],
    ['duplicate keys, one of them escaped', '{"model":"model","mo\\u0064el":"other-model","messages":[]}'],
    ['duplicate keys deep within', '{"model":"model","messages":[{"role":"user","content":"a","content":"b"}]}'],
    ['deeply nested arrays', nested(100_000)],
    [
      'invalid UTF-8',
      Buffer.concat([Buffer.from(good.slice(0, -5)), Buffer.from([0xc3, 0x28]), Buffer.from(good.slice(-5))]),
    ],
    [
      'an overlong encoding',
      Buffer.concat([Buffer.from(good.slice(0, -5)), Buffer.from([0xc0, 0xaf]), Buffer.from(good.slice(-5))]),
    ],
    ['a lone surrogate', '{"model":"model","messages":[{"role":"user","content":"\\ud800"}]}'],
    ['an array', '[]'],
    ['a string', '"model"'],
    ['null', 'null'],
    ['NaN', '{"model":"model","messages":[],"n":NaN}'],
  ])('%s', async (_what, body) => {
    await forwardsNothing(async () => expectRefused(await ask(house, body), 400, 'invalid_request'))
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['model', { model: 7, messages: [] }, 'model'],
    ['model, absent', { messages: [] }, 'model'],
    ['messages', { model: 'model', messages: 'hello' }, 'messages'],
    ['a message', { model: 'model', messages: ['hello'] }, 'messages[0]'],
    ['content', { model: 'model', messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    ['stream', prompt('hi', { stream: 'yes' }), 'stream'],
    ['max_tokens', prompt('hi', { max_tokens: -1 }), 'max_tokens'],
    ['tools', prompt('hi', { tools: {} }), 'tools'],
  ])('a wrong type: %s', async (_what, body, param) => {
    await forwardsNothing(async () => {
      const answer = await ask(house, body)
      await expectRefused(answer, 400, 'invalid_request')
      expect(errorOf(answer)).toMatchObject({ type: 'invalid_request_error', param })
    })
  })

  test('a model that is not here', async () => {
    await forwardsNothing(async () => {
      const answer = await ask(house, { ...prompt('hi'), model: 'constructor' })
      await expectRefused(answer, 404, 'model_not_found')
      expect(errorOf(answer)).toMatchObject({ type: 'not_found_error', param: 'model' })
    })
  })

  test('its nearest good neighbours pass', async () => {
    for (const body of [
      good,
      ` ${good}\n`,
      nested(30),
      '{"model":"model","messages":[{"role":"user","content":"\\ud83d\\ude00"}]}',
    ]) {
      const answer = await ask(house, body)
      expect(answer.status).toBe(200)
      expect(house.upstream.received.at(-1)?.body.toString('utf8')).toBe(body)
    }
  })
})

describe('the size of a body [gate.body-cap]', () => {
  const sized = (bytes: number): string => {
    const empty = JSON.stringify(prompt(''))
    return JSON.stringify(prompt('a'.repeat(bytes - empty.length)))
  }

  test('10 MiB and one byte, declared: 413 before any of it is read', async () => {
    await forwardsNothing(async () => expectRefused(await ask(house, sized(LIMIT + 1)), 413, 'body_too_large'))
  })

  test('10 MiB and one byte, in chunks', async () => {
    await forwardsNothing(async () => {
      const answer = await ask(house, sized(LIMIT + 1), { headers: { 'transfer-encoding': 'chunked' } })
      await expectRefused(answer, 413, 'body_too_large')
    })
  })

  test('10 MiB to the byte is read, and then is too many tokens', async () => {
    await forwardsNothing(async () => expectRefused(await ask(house, sized(LIMIT)), 400, 'prompt_too_large'))
  })
})

describe('what the head of a request gives away', () => {
  test('no length', async () => {
    await forwardsNothing(async () => {
      const token = await house.token()
      const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n`
      const { text } = await onSocket(house.port, [head])
      expect(text).toMatch(/^HTTP\/1\.1 411 /)
      expect(text).toContain('"code":"length_required"')
    })
  })

  test.each([
    ['content-type', 'text/plain'],
    ['content-type', 'application/json; charset=latin1'],
    ['content-type', 'multipart/form-data; boundary=x'],
    ['content-encoding', 'gzip'],
    ['content-encoding', 'identity, br'],
  ])('%s: %s', async (name, value) => {
    await forwardsNothing(async () =>
      expectRefused(await ask(house, good, { headers: { [name]: value } }), 415, 'unsupported_media_type'),
    )
  })

  test.each([
    ['content-type', 'application/json; charset=utf-8'],
    ['content-type', 'Application/JSON'],
    ['content-encoding', 'identity'],
  ])('%s: %s passes', async (name, value) => {
    expect((await ask(house, good, { headers: { [name]: value } })).status).toBe(200)
  })

  test('a slow body: 408 when its time is over [gate.slow-heads]', async () => {
    await forwardsNothing(async () => {
      const token = await house.token()
      const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${good.length}\r\n\r\n`
      const { text, elapsedMs } = await onSocket(house.port, [head, ...good.slice(0, 20)], 100)
      expect(text).toMatch(/^HTTP\/1\.1 408 /)
      expect(text).toContain('"code":"request_timeout"')
      expect(text.toLowerCase()).toContain('connection: close')
      expect(elapsedMs).toBeGreaterThanOrEqual(1450)
      const id = /x-request-id: (\w+)/i.exec(text)?.[1]
      expect((await house.exchange(id)).outcome.own).toMatchObject({ reason: 'request_timeout', status: 408 })
    })
  })

  test('a caller who leaves in the middle of its body: an outcome, and nothing forwarded', async () => {
    await forwardsNothing(async () => {
      const token = await house.token()
      const before = (await house.entries()).length
      const socket = connect(house.port, '127.0.0.1')
      socket.write(
        `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${good.length}\r\n\r\n{"model"`,
      )
      await until(async () => (await metric('ostiary_exchanges_running')) === 1)
      socket.destroy()
      const outcome = await until(async () =>
        (await house.entries()).slice(before).find((one) => one.type === 'outcome'),
      )
      expect(outcome.own).toMatchObject({ outcome: 'left', status: 0 })
    })
  })
})

describe('the credential', () => {
  test.each([
    ['two Authorization headers', ['Authorization: Bearer TOKEN', 'Authorization: Bearer TOKEN']],
    ['Authorization and x-api-key', ['Authorization: Bearer TOKEN', 'x-api-key: TOKEN']],
    ['x-api-key and x-goog-api-key', ['x-api-key: TOKEN', 'x-goog-api-key: TOKEN']],
  ])('%s: 400 in the dialect’s shape, counted', async (_what, lines) => {
    await forwardsNothing(async () => {
      const token = await house.token()
      const counted = await metric('ostiary_strangers_total{reason="invalid_request"}')
      const head = [
        'POST /v1/chat/completions HTTP/1.1',
        'Host: x',
        ...lines.map((one) => one.replace('TOKEN', token)),
        `Content-Length: ${good.length}`,
        'Content-Type: application/json',
        'Connection: close',
        '',
        '',
      ]
      const { text } = await onSocket(house.port, [head.join('\r\n') + good])
      expect(text).toMatch(/^HTTP\/1\.1 400 /)
      expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({
        error: { type: 'invalid_request_error', code: 'invalid_request' },
      })
      expect(await metric('ostiary_strangers_total{reason="invalid_request"}')).toBe(counted + 1)
    })
  })

  test('in one place, each of the three', async () => {
    const token = await house.token()
    for (const headers of [{ authorization: `bearer ${token}` }, { 'x-api-key': token }, { 'x-goog-api-key': token }]) {
      const answer = await send(house.url, Buffer.from(good), {
        headers: { 'content-type': 'application/json', ...headers },
      })
      expect(answer.status).toBe(200)
      const sent = JSON.stringify(house.upstream.received.at(-1)?.rawHeaders)
      expect(sent).not.toContain(token)
    }
  })

  test('a stranger gets a 401 with a challenge, and its body is never waited for [gate.body-after-credential]', async () => {
    const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${LIMIT}\r\n\r\n`
    const { text, elapsedMs } = await onSocket(house.port, [head, 'a'])
    expect(text).toMatch(/^HTTP\/1\.1 401 /)
    expect(text).toMatch(
      /www-authenticate: Bearer .*resource_metadata="http:\/\/127\.0\.0\.1:8787\/\.well-known\/oauth-protected-resource\/v1\/chat\/completions"/i,
    )
    expect(text).toContain('"code":"missing_token"')
    expect(text).not.toContain('ostiary-decision')
    expect(elapsedMs).toBeLessThan(3000)
  })

  test('a stranger who sends its 10 MiB all the same still gets to read the answer', async () => {
    const answer = await send(house.url, Buffer.alloc(LIMIT, 'a'), { headers: { 'content-type': 'application/json' } })
    expect(answer.status).toBe(401)
    expect(errorOf(answer)).toMatchObject({ code: 'missing_token', type: 'authentication_error', param: null })
  })
})

describe('Expect: 100-continue [gate.body-after-credential]', () => {
  const lines = [
    'POST /v1/chat/completions HTTP/1.1',
    'Host: x',
    'Expect: 100-continue',
    `Content-Length: ${good.length}`,
    'Content-Type: application/json',
    'Connection: close',
  ]

  test('answered after authentication', async () => {
    const head = [...lines, `Authorization: Bearer ${await house.token()}`, '', ''].join('\r\n')
    const { text } = await onSocket(house.port, [head, good], 100)
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
  })

  test('no 100 for a stranger', async () => {
    const { text } = await onSocket(house.port, [[...lines, '', ''].join('\r\n')])
    expect(text).toMatch(/^HTTP\/1\.1 401 /)
    expect(text).not.toContain('100 Continue')
  })

  test('no 100 where the head alone is a reason to refuse', async () => {
    const head = [
      ...lines.slice(0, 3),
      `Content-Length: ${LIMIT + 1}`,
      ...lines.slice(4),
      `Authorization: Bearer ${await house.token()}`,
      '',
      '',
    ].join('\r\n')
    const { text } = await onSocket(house.port, [head])
    expect(text).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('another expectation is refused barely', async () => {
    const { text } = await onSocket(house.port, ['GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: a-miracle\r\n\r\n'])
    expect(text).toMatch(/^HTTP\/1\.1 417 /)
  })
})

describe('what is not well-formed HTTP gets a bare answer, is counted, and reaches nobody [gate.bad-http]', () => {
  const start = 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n'
  test.each<[string, string, string, string]>([
    ['no HTTP at all', 'hello gateway\r\n\r\n', '400', 'bad_http'],
    [
      'a length beside chunks',
      `${start}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      '400',
      'bad_http',
    ],
    ['two lengths', `${start}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`, '400', 'bad_http'],
    ['a length that is no number', `${start}Content-Length: five\r\n\r\nhello`, '400', 'bad_http'],
    ['a header without a colon', `${start}Nonsense\r\n\r\n`, '400', 'bad_http'],
    ['a space before the colon', `${start}Content-Length : 0\r\n\r\n`, '400', 'bad_http'],
    ['a folded header', `${start}X-Folded: a\r\n b\r\n\r\n`, '400', 'bad_http'],
    ['a bare line feed', 'GET /v1/models HTTP/1.1\nHost: x\n\n', '400', 'bad_http'],
    ['no Host', 'GET /healthz HTTP/1.1\r\n\r\n', '400', 'bad_http'],
    ['two Hosts [gate.two-hosts]', 'GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n', '400', 'two_hosts'],
    ['an absolute target', 'GET http://elsewhere.example/healthz HTTP/1.1\r\nHost: x\r\n\r\n', '400', 'bad_target'],
    ['CONNECT', 'CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: x\r\n\r\n', '400', 'bad_target'],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', '400', 'bad_target'],
    ['a head too large', `${start}X-Large: ${'a'.repeat(70_000)}\r\n\r\n`, '431', 'head_too_large'],
  ])('%s', async (_what, bytes, status, reason) => {
    await forwardsNothing(async () => {
      const series = `ostiary_strangers_total{reason="${reason}"}`
      const counted = await metric(series)
      const { text } = await onSocket(house.port, [bytes])
      expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*\\r\\n\\r\\n$`))
      expect(text.toLowerCase()).toContain('connection: close')
      expect(text.toLowerCase()).not.toContain('x-request-id')
      expect(await metric(series)).toBe(counted + 1)
    })
  })

  test.each([
    [
      'a head that comes too slowly',
      [
        'GET /healthz HTTP/1.1\r\n',
        'Host: x\r\n',
        'X-A: a\r\n',
        'X-B: b\r\n',
        'X-C: c\r\n',
        'X-D: d\r\n',
        'X-E: e\r\n',
      ],
    ],
    ['a head that stops', ['GET /healthz HTTP/1.1\r\nHost:']],
    ['a connection that says nothing', []],
  ])('%s: 408', async (_what, writes) => {
    const counted = await metric('ostiary_strangers_total{reason="head_timeout"}')
    const { text, elapsedMs } = await onSocket(house.port, writes, 200)
    expect(text).toMatch(/^HTTP\/1\.1 408 [\s\S]*\r\n\r\n$/)
    expect(elapsedMs).toBeGreaterThanOrEqual(600)
    expect(await metric('ostiary_strangers_total{reason="head_timeout"}')).toBe(counted + 1)
  })
})

test('strangers who never hang up hold no socket, and no stop waits for them', async () => {
  const other = await openHouse({ issuer: house.issuer, upstream: house.upstream })
  const sockets = ['hello gateway\r\n\r\n', 'CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: x\r\n\r\n'].map(
    (bytes) => {
      const socket = connect({ port: other.port, host: '127.0.0.1', allowHalfOpen: true })
      socket.on('error', () => undefined)
      socket.write(bytes)
      return socket
    },
  )
  const answers = sockets.map(
    (socket) => new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(chunk.toString('latin1')))),
  )
  for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  // Its limit is the test's own: it used to wait for ever.
  await other.stop()
  for (const socket of sockets) socket.destroy()
  await other.close()
})

test('a connection is kept for the next request, also where a door answered at once', async () => {
  const token = await house.token()
  const next = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`
  const last = `GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
  const { text } = await onSocket(house.port, [next('/healthz'), next('/v1/models'), next('/v1/nothing'), last], 100)
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200'])
})

describe('a path that is not governed [gate.not-governed] [gate.no-credential-nothing]', () => {
  test.each([
    ['POST', '/v1/audio/speech'],
    ['GET', '/v1/chat/completions'],
    ['POST', '/v1/chat/completions/'],
    ['POST', '/v1/../v1/chat/completions'],
    ['POST', '/v1/chat%2Fcompletions'],
    ['DELETE', '/v1/models/model'],
    ['POST', '/v1/images/generations'],
    ['GET', '/v1/responses/resp_1'],
    ['GET', '/v1/embeddings'],
  ])('%s %s: 401 for a stranger, then 404', async (method, path) => {
    await forwardsNothing(async () => {
      const stranger = await send(house.url, Buffer.from('{}'), { method, path })
      expect(stranger.status).toBe(401)
      const answer = await ask(house, '{}', { method, path })
      await expectRefused(answer, 404, 'endpoint_not_governed')
      expect(errorOf(answer).type).toBe('not_found_error')
    })
  })

  test.each(['/anywhere', '/V1/chat/completions', '//v1/chat/completions', '/log/checkpoint', '/metrics'])(
    'outside /v1 the shape is problem details: %s',
    async (path) => {
      const answer = await ask(house, '{}', { path })
      expect(answer.status).toBe(404)
      expect(answer.headers['content-type']).toBe('application/problem+json')
      expect(answer.json()).toMatchObject({ code: 'endpoint_not_governed', status: 404 })
      expect((await house.exchange(answer.id)).outcome.own).toMatchObject({ reason: 'endpoint_not_governed' })
      expect((await send(house.url, Buffer.from('{}'), { path })).status).toBe(401)
    },
  )

  test('what is open: health and metadata [gate.no-credential-nothing]', async () => {
    expect((await send(house.url, undefined, { path: '/healthz' })).status).toBe(200)
    expect((await send(house.url, undefined, { path: '/readyz' })).text).toBe('ready\n')
    const metadata = await send(house.url, undefined, { path: '/.well-known/oauth-protected-resource' })
    expect(metadata.json()).toMatchObject({
      resource: 'http://127.0.0.1:8787',
      // Our own tokens are taken too.
      authorization_servers: [house.issuer.issuer, 'http://127.0.0.1:8787'],
    })
  })
})

test('a thousand strangers: the log grows by a summary, and a known caller is served meanwhile [gate.strangers]', async () => {
  await until(async () => (await metric('ostiary_exchanges_running')) === 0)
  // What earlier tests left to sum up.
  await new Promise((resolve) => setTimeout(resolve, 1100))
  const before = (await house.entries()).length
  const strangers = Array.from({ length: 1000 }, (_none, i) =>
    send(house.url, Buffer.from(good), {
      headers: { 'content-type': 'application/json', ...(i % 2 === 0 ? {} : { authorization: 'Bearer nobody' }) },
    }),
  )
  const known = await ask(house, good)
  expect(known.status).toBe(200)
  const statuses = (await Promise.all(strangers)).map((one) => one.status)
  expect(statuses).toEqual(statuses.map(() => 401))
  const added = await until(async () => {
    const fresh = (await house.entries()).slice(before)
    return total(fresh.filter((one) => one.type === 'refusals')) === 1000 && fresh
  })
  const summaries = added.filter((one) => one.type === 'refusals')
  expect(added.filter((one) => one.type !== 'refusals').map((one) => one.type)).toEqual(['intent', 'outcome'])
  // One a second at most, however long the machine takes for a thousand.
  const [first, last] = [summaries[0]?.own['since'], summaries.at(-1)?.own['until']]
  expect(summaries.length).toBeLessThanOrEqual(1 + Math.ceil((Number(last) - Number(first)) / 1000))
  expect(new Set(summaries.flatMap((one) => Object.keys(one.own['counts'] as object)))).toEqual(
    new Set(['missing_token', 'invalid_token']),
  )
})

function total(summaries: Awaited<ReturnType<House['entries']>>): number {
  return summaries
    .flatMap((one) => Object.values(one.own['counts'] as Record<string, number>))
    .reduce((sum, one) => sum + one, 0)
}

async function metric(series: string): Promise<number> {
  const { text } = await send(house.running.gateway.adminUrl, undefined, { path: '/metrics' })
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? 0 : Number(line.slice(series.length))
}
