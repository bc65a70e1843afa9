import type { LookupAddress } from 'node:dns'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { fetchJson, guardedLookup, judgeUrl, type Reach } from './fetch.js'

const HOME: Reach = { loopback: true, privateNetwork: false }
const OUTSIDE: Reach = { loopback: false, privateNetwork: false }
const PRIVATE: Reach = { loopback: false, privateNetwork: true }

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(listener: RequestListener): Promise<{ origin: string; port: number }> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return { origin: `http://127.0.0.1:${port}`, port }
}

describe('a true server on loopback', () => {
  test('is asked over http, for plain JSON', async () => {
    const seen: unknown[] = []
    const { origin } = await serve((request, answer) => {
      seen.push(request.method, request.url, request.headers.accept, request.headers['accept-encoding'])
      answer.end('{"keys":[]}')
    })
    const got = await fetchJson(new URL(`${origin}/jwks?v=1`), HOME)
    expect(got).toEqual({ kind: 'body', body: Buffer.from('{"keys":[]}') })
    expect(seen).toEqual(['GET', '/jwks?v=1', 'application/json', 'identity'])
  })

  test('by the name localhost too', async () => {
    const { port } = await serve((_request, answer) => answer.end('{}'))
    expect(await fetchJson(new URL(`http://localhost:${port}/`), HOME)).toMatchObject({ kind: 'body' })
  })

  test.each([404, 500, 204, 206])('status %i fails', async (status) => {
    const { origin } = await serve((_request, answer) => answer.writeHead(status).end())
    expect(await fetchJson(new URL(origin), HOME)).toEqual({ kind: 'failed', why: `status ${status}` })
  })

  test('a redirect within the origin is followed, to another it is not [jwks.allowed-addresses]', async () => {
    const other = await serve((_request, answer) => answer.end('{"keys":["stolen"]}'))
    const { origin } = await serve((request, answer) => {
      if (request.url === '/there') return answer.end('{}')
      const location = request.url === '/elsewhere' ? `${other.origin}/` : '/there'
      return answer.writeHead(302, { location }).end()
    })
    expect(await fetchJson(new URL(`${origin}/here`), HOME)).toMatchObject({ kind: 'body' })
    expect(await fetchJson(new URL(`${origin}/elsewhere`), HOME)).toEqual({
      kind: 'failed',
      why: 'redirect to another origin',
    })
  })

  test('a circle of redirects ends', async () => {
    let asked = 0
    const { origin } = await serve((_request, answer) => {
      asked += 1
      answer.writeHead(307, { location: '/' }).end()
    })
    expect(await fetchJson(new URL(origin), HOME)).toEqual({ kind: 'failed', why: 'too many redirects' })
    expect(asked).toBe(4)
  })

  test('256 KiB pass, a byte more does not, said or unsaid [jwks.caps]', async () => {
    const { origin } = await serve((request, answer) => {
      const size = 256 * 1024 + (request.url === '/more' ? 1 : 0)
      answer.write(Buffer.alloc(1000))
      answer.end(Buffer.alloc(size - 1000))
    })
    expect(await fetchJson(new URL(`${origin}/just`), HOME)).toMatchObject({ kind: 'body' })
    expect(await fetchJson(new URL(`${origin}/more`), HOME)).toEqual({ kind: 'failed', why: 'answer over 256 KiB' })
  })

  test('a compressed answer fails', async () => {
    const { origin } = await serve((_request, answer) => answer.writeHead(200, { 'content-encoding': 'gzip' }).end('x'))
    expect(await fetchJson(new URL(origin), HOME)).toEqual({ kind: 'failed', why: 'compressed answer' })
  })

  test('a torn answer fails', async () => {
    const { origin } = await serve((_request, answer) => {
      answer.writeHead(200, { 'content-length': '100' })
      answer.write('{')
      setTimeout(() => answer.destroy(), 20)
    })
    expect((await fetchJson(new URL(origin), HOME)).kind).toBe('failed')
  })

  test('nobody there fails', async () => {
    const { origin } = await serve(() => undefined)
    await new Promise((done) => servers.pop()?.close(done))
    expect(await fetchJson(new URL(origin), HOME)).toEqual({ kind: 'failed', why: 'ECONNREFUSED' })
  })

  test('no answer in 5 s fails, though bytes drip [jwks.caps]', { timeout: 10_000 }, async () => {
    const { origin } = await serve((_request, answer) => {
      answer.writeHead(200)
      const drip = setInterval(() => answer.write(' '), 200)
      answer.on('close', () => clearInterval(drip))
    })
    const from = performance.now()
    expect(await fetchJson(new URL(origin), HOME)).toEqual({ kind: 'failed', why: 'no answer in 5 s' })
    expect(performance.now() - from).toBeLessThan(8000)
  })

  test('is not reached by an URL that a stranger gave', async () => {
    let asked = 0
    const { origin, port } = await serve((_request, answer) => {
      asked += 1
      answer.end('{}')
    })
    for (const url of [
      origin,
      `http://localhost:${port}/`,
      `http://[::ffff:127.0.0.1]:${port}/`,
      `http://2130706433:${port}/`,
    ]) {
      expect(await fetchJson(new URL(url), OUTSIDE)).toMatchObject({ kind: 'failed' })
    }
    expect(asked).toBe(0)
  })
})

describe('URLs judged before anything is resolved [jwks.allowed-addresses]', () => {
  const why = (url: string, reach: Reach): string | undefined => judgeUrl(new URL(url), reach)

  test.each([
    'https://169.254.169.254/latest/meta-data/',
    'https://0.0.0.0/',
    'https://[fe80::1]/',
    'https://[::]/',
    'https://[::ffff:169.254.169.254]/',
    'https://0xa9fea9fe/',
    'http://idp.example/jwks',
    'http://10.0.0.1/jwks',
    'ftp://127.0.0.1/jwks',
    'file:///etc/passwd',
    'https://user:pass@idp.example/jwks',
  ])('%s: never', (url) => {
    expect(why(url, { loopback: true, privateNetwork: true })).toBeDefined()
  })

  test.each(['https://10.0.0.1/', 'https://192.168.1.1/', 'https://[fd00::1]/', 'https://0xa000001/'])(
    '%s: only where private addresses are allowed',
    (url) => {
      expect(why(url, HOME)).toBe('leads to a private address')
      expect(why(url, PRIVATE)).toBeUndefined()
    },
  )

  test.each(['http://127.0.0.1:9000/', 'http://[::1]/', 'https://localhost/', 'http://0x7f.1/'])(
    '%s: only from home',
    (url) => {
      expect(why(url, OUTSIDE)).toBe('leads to loopback')
      expect(why(url, HOME)).toBeUndefined()
    },
  )

  test('https://idp.example/jwks: always', () => {
    expect(why('https://idp.example/jwks', OUTSIDE)).toBeUndefined()
  })
})

describe('names, judged by what they resolve to [jwks.allowed-addresses]', () => {
  const resolved = (reach: Reach, host: string, ...addresses: string[]): Promise<string> =>
    new Promise((done) => {
      const answer: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
      const lookup = guardedLookup(reach, (_host, _options, reply) => reply(null, answer))
      lookup(host, { all: true }, (error, found) => {
        done(error?.message ?? (typeof found === 'string' ? found : found.map((one) => one.address).join()))
      })
    })

  test('public addresses are handed on, and just those', async () => {
    expect(await resolved(OUTSIDE, 'idp.example', '1.1.1.1', '2606:4700::1111')).toBe('1.1.1.1,2606:4700::1111')
  })

  test.each([
    ['loopback', '127.0.0.1'],
    ['loopback in IPv6', '::1'],
    ['a private address', '10.0.0.1'],
    ['a mapped private address', '::ffff:10.0.0.1'],
    ['the metadata service', '169.254.169.254'],
    ['a good address and a bad one', '1.1.1.1', '192.168.0.1'],
  ])('%s spoils the answer', async (_what, ...addresses) => {
    expect(await resolved(OUTSIDE, 'idp.example', ...addresses)).toMatch(/^name leads to/)
  })

  test('a private address passes where allowed, the metadata service never', async () => {
    expect(await resolved(PRIVATE, 'idp.internal', '10.0.0.1')).toBe('10.0.0.1')
    expect(await resolved(PRIVATE, 'idp.internal', '169.254.169.254')).toBe('name leads to a reserved address')
  })

  test('localhost is loopback whatever a resolver says', async () => {
    expect(await resolved(HOME, 'localhost', '1.1.1.1')).toBe('127.0.0.1,::1')
  })

  test('one address where one is asked for, and errors as they come', async () => {
    const one = guardedLookup(OUTSIDE, (_host, _options, reply) => reply(null, [{ address: '1.1.1.1', family: 4 }]))
    const got = await new Promise((done) =>
      one('idp.example', {}, (_error, address, family) => done([address, family])),
    )
    expect(got).toEqual(['1.1.1.1', 4])
    const none = guardedLookup(OUTSIDE, (_host, _options, reply) => reply(new Error('ENOTFOUND'), []))
    expect(await new Promise((done) => none('idp.example', {}, (error) => done(error?.message)))).toBe('ENOTFOUND')
  })
})
