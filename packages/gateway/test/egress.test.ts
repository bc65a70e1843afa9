import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LyingUpstream, startLyingUpstream } from '@ostiary/devkit'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Resolve } from '../src/adapters/identity-oauth/fetch.js'
import { fetchJsonBy } from '../src/adapters/identity-oauth/proxy.js'
import { createPools } from '../src/forward/pools.js'
import { selfSigned } from './certificate.js'
import { build, launch, ostiary, readyLine, type Started } from './command.js'
import { ANALYSTS, type House, MODEL_KEY, openHouse } from './house.js'
import { ask, errorOf, prompt, send } from './http.js'
import { type EgressProxy, startProxy, type Way } from './proxy.js'
import { until } from './until.js'

const MODELS_HTTP = 'http://models.example/v1'
const MODELS_HTTPS = 'https://models.example/v1'
/** A password that must not be seen. */
const HUSH = 'hush-hush'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function opened(...by: Parameters<typeof startProxy>): Promise<EgressProxy> {
  const proxy = await startProxy(...by)
  closers.push(() => proxy.close())
  return proxy
}

/** A port of loopback at which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createHttp()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => void server.close(() => resolve()))
  return port
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise<void>((resolve) => void server.close(() => resolve())))
  return (server.address() as AddressInfo).port
}

describe('a call of a provider', () => {
  /** A gateway whose only provider is at this address, and the upstream that a proxy may lead to. */
  async function houseFor(
    baseUrl: string | undefined,
    env: Readonly<Record<string, string>>,
    { upstream, timeouts = {} }: { upstream?: LyingUpstream; timeouts?: Readonly<Record<string, string>> } = {},
  ): Promise<House> {
    const providers = [{ name: 'lying', dialect: 'openai', baseUrl, apiKey: MODEL_KEY }]
    const config = { ...(baseUrl === undefined ? {} : { providers }), timeouts }
    const house = await openHouse({ env, config, ...(upstream === undefined ? {} : { upstream }) })
    closers.push(() => house.finish())
    return house
  }

  async function upstreamAlone(): Promise<LyingUpstream> {
    const upstream = await startLyingUpstream()
    closers.push(() => upstream.close())
    return upstream
  }

  /** Why the exchange failed, as the log says it. */
  async function whyOf(house: House, id: string | undefined): Promise<unknown> {
    return (await house.exchange(id)).outcome.own['reason_detail']
  }

  test('goes through the egress proxy that the environment names, which resolves the name', async () => {
    const upstream = await upstreamAlone()
    const proxy = await opened({ 'models.example:80': upstream.port })
    const { host } = new URL(proxy.url)
    const house = await houseFor(MODELS_HTTP, { HTTP_PROXY: `http://gate:${HUSH}@${host}` }, { upstream })
    expect((await ask(house, prompt('hello'))).status).toBe(200)
    expect((await ask(house, prompt('again'))).status).toBe(200)
    // The second call went through the tunnel of the first.
    expect(proxy.targets()).toEqual(['models.example:80'])
    expect(proxy.tunnels[0]?.headers['proxy-authorization']).toBe(
      `Basic ${Buffer.from(`gate:${HUSH}`).toString('base64')}`,
    )
    expect(upstream.requestCount).toBe(2)
    expect(upstream.received[0]?.headers.has('proxy-authorization')).toBe(false)
  })

  test('and not where NO_PROXY excepts the provider', async () => {
    const upstream = await upstreamAlone()
    const proxy = await opened()
    // Which is this machine, and not an address of loopback.
    const baseUrl = `http://0.0.0.0:${upstream.port}/v1`
    const through = await houseFor(baseUrl, { http_proxy: proxy.url }, { upstream })
    expect((await ask(through, prompt('hello'))).status).toBe(200)
    expect(proxy.targets()).toEqual([`0.0.0.0:${upstream.port}`])
    const past = await houseFor(baseUrl, { http_proxy: proxy.url, no_proxy: '0.0.0.0' }, { upstream })
    expect((await ask(past, prompt('hello'))).status).toBe(200)
    expect(proxy.targets()).toHaveLength(1)
  })

  test('never goes through it to loopback, which is another machine there', async () => {
    const proxy = await opened()
    const house = await houseFor(undefined, { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url })
    expect((await ask(house, prompt('hello'))).status).toBe(200)
    expect(house.upstream.requestCount).toBe(1)
    expect(proxy.targets()).toEqual([])
  })

  test.each<[Way, string]>([
    ['closes', 'PROXY_ECONNRESET'],
    ['hasty', 'PROXY_SPOKE_FIRST'],
    [{ status: 407 }, 'PROXY_STATUS_407'],
    [{ status: 503 }, 'PROXY_STATUS_503'],
    [1, 'PROXY_ECONNRESET'],
  ])('asks once where the proxy gives no tunnel (%j), and fails at once as %s', async (way, code) => {
    const upstream = await upstreamAlone()
    const proxy = await opened({ 'models.example:80': way, 'models.example:443': way })
    const { host } = new URL(proxy.url)
    const env = { HTTP_PROXY: `http://gate:${HUSH}@${host}` }
    for (const [baseUrl, target] of [
      [MODELS_HTTP, 'models.example:80'],
      [MODELS_HTTPS, 'models.example:443'],
    ] as const) {
      const house = await houseFor(baseUrl, env, { upstream, timeouts: { connect: '60s' } })
      const before = proxy.targets().length
      for (const calls of [1, 2]) {
        const answer = await ask(house, prompt('hello'))
        expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 502, code: 'upstream_failed' })
        expect(await whyOf(house, answer.id)).toBe(`upstream: ${code}`)
        expect(proxy.targets().slice(before)).toEqual(Array(calls).fill(target))
        const said = [answer.text, ...house.warnings, ...(await house.entries()).map(({ text }) => text)].join()
        expect(said).not.toMatch(HUSH)
        expect(said).not.toMatch(Buffer.from(`gate:${HUSH}`).toString('base64'))
      }
      await until(() => proxy.connected() === 0)
    }
    expect(upstream.requestCount).toBe(0)
  })

  test.each([
    [MODELS_HTTP, 'UND_ERR_SOCKET'],
    [MODELS_HTTPS, 'PROXY_HUNG_UP|ECONNRESET'],
  ])('asks once where the tunnel to %s is cut at the first byte, and fails at once as %s', async (baseUrl, codes) => {
    const proxy = await opened({ 'models.example:80': 'torn', 'models.example:443': 'torn' })
    const house = await houseFor(baseUrl, { HTTP_PROXY: proxy.url }, { timeouts: { connect: '60s' } })
    for (const calls of [1, 2]) {
      const answer = await ask(house, prompt('hello'))
      expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 502, code: 'upstream_failed' })
      expect(await whyOf(house, answer.id)).toMatch(new RegExp(`^upstream: (${codes})$`))
      expect(proxy.targets()).toHaveLength(calls)
    }
    await until(() => proxy.connected() === 0)
  })

  test.each([
    ['refuses connections', 'PROXY_ECONNREFUSED', async () => `http://127.0.0.1:${await closedPort()}`],
    ['is of another kind', 'PROXY_URL_INVALID', () => `socks5://gate:${HUSH}@127.0.0.1:1080`],
    ['is no URL', 'PROXY_URL_INVALID', () => `gate:${HUSH}@127.0.0.1:3128`],
  ])('fails where the proxy %s, as %s', async (_what, code, proxy) => {
    const house = await houseFor(MODELS_HTTPS, { HTTPS_PROXY: await proxy() })
    const answer = await ask(house, prompt('hello'))
    expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 502, code: 'upstream_failed' })
    const { outcome } = await house.exchange(answer.id)
    expect(outcome.own['reason_detail']).toBe(`upstream: ${code}`)
    expect(answer.text + outcome.text).not.toMatch(HUSH)
  })

  test.each<[Way, string]>([
    ['silent', MODELS_HTTP],
    ['silent', MODELS_HTTPS],
    ['hollow', MODELS_HTTPS],
  ])('fails in `timeouts.connect` where the proxy is %s, TLS through it included (%s)', async (way, baseUrl) => {
    const proxy = await opened({ 'models.example:80': way, 'models.example:443': way })
    const house = await houseFor(baseUrl, { HTTP_PROXY: proxy.url }, { timeouts: { connect: '150ms' } })
    const answer = await ask(house, prompt('hello'))
    expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 502, code: 'upstream_failed' })
    expect(await whyOf(house, answer.id)).toBe('upstream: PROXY_TIMEOUT')
    await until(() => proxy.connected() === 0)
    expect(proxy.targets()).toHaveLength(1)
  })

  test.each<[Way, string]>([
    ['silent', MODELS_HTTP],
    ['hollow', MODELS_HTTPS],
  ])('that its caller left lets go of a proxy that is %s (%s)', async (way, baseUrl) => {
    const proxy = await opened({ 'models.example:80': way, 'models.example:443': way })
    const house = await houseFor(baseUrl, { HTTP_PROXY: proxy.url }, { timeouts: { connect: '60s' } })
    const leaving = new AbortController()
    const asked = ask(house, prompt('hello'), { signal: leaving.signal })
    await until(() => proxy.connected() === 1)
    leaving.abort()
    await expect(asked).rejects.toThrow('abort')
    await until(() => proxy.connected() === 0)
    expect(proxy.targets()).toHaveLength(1)
  })

  test('whose time is over lets go of a proxy that is silent', async () => {
    const proxy = await opened({ 'models.example:80': 'silent' })
    const timeouts = { connect: '60s', firstByte: '100ms' }
    const house = await houseFor(MODELS_HTTP, { HTTP_PROXY: proxy.url }, { timeouts })
    const answer = await ask(house, prompt('hello'))
    expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 504, code: 'upstream_timeout' })
    await until(() => proxy.connected() === 0)
    expect(proxy.targets()).toHaveLength(1)
  })

  test('ends with the gateway where the proxy is silent', async () => {
    const proxy = await opened({ 'models.example:443': 'silent' })
    const pools = createPools({ HTTPS_PROXY: proxy.url }, { connectMs: 60_000, connections: 1 })
    const failures: string[] = []
    // Of a pool with one connection the second call waits for it.
    for (const path of ['/one', '/two']) {
      const onError = ({ message }: Error): void => void failures.push(message)
      const handler = { onConnect() {}, onHeaders: () => true, onData: () => true, onComplete() {}, onError }
      pools.dispatcherFor('https://models.example').dispatch({ path, method: 'GET' }, handler)
    }
    await until(() => proxy.connected() === 1)
    await pools.close()
    await until(() => proxy.connected() === 0 && failures.length === 2)
    expect(proxy.targets()).toHaveLength(1)
  })
})

const OUTSIDE = { loopback: false, privateNetwork: false } as const
const UNTRUSTED = { kind: 'failed', why: 'DEPTH_ZERO_SELF_SIGNED_CERT' } as const
const home: Resolve = (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }])
const nowhere: Resolve = () => {
  throw new Error('a name was resolved that was to go by the proxy')
}

describe('a key set of an issuer', () => {
  /** An issuer's host, whose certificate nobody in this process trusts: who comes as far as that has reached it. */
  async function untrusted(): Promise<number> {
    return await listening(createHttps(selfSigned('idp.example'), (_req, res) => void res.end('{}')))
  }

  test.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])(
    'is asked for by %s, which resolves the name; the certificate is checked here',
    async (variable) => {
      const proxy = await opened({ 'idp.example:443': await untrusted() })
      const fetchJson = fetchJsonBy({ [variable]: proxy.url }, nowhere)
      expect(await fetchJson(new URL('https://idp.example/jwks'), OUTSIDE)).toEqual(UNTRUSTED)
      expect(proxy.targets()).toEqual(['idp.example:443'])
    },
  )

  test('is asked for directly where NO_PROXY excepts it, and each address judged', async () => {
    const port = await untrusted()
    const proxy = await opened({ [`idp.example:${port}`]: port })
    const fetchJson = fetchJsonBy({ HTTPS_PROXY: proxy.url, NO_PROXY: 'idp.example' }, home)
    const url = new URL(`https://idp.example:${port}/jwks`)
    expect(await fetchJson(url, OUTSIDE)).toEqual({ kind: 'failed', why: 'name leads to loopback' })
    expect(await fetchJson(url, { ...OUTSIDE, privateNetwork: true })).toEqual(UNTRUSTED)
    expect(proxy.targets()).toEqual([])
  })

  test('is not asked for at an address that must not be asked, proxy or not [jwks.allowed-addresses]', async () => {
    const proxy = await opened()
    const fetchJson = fetchJsonBy({ HTTPS_PROXY: proxy.url })
    for (const [url, why] of [
      ['https://169.254.169.254/jwks', 'leads to a reserved address'],
      ['https://10.0.0.1/jwks', 'leads to a private address'],
      ['https://127.0.0.1/jwks', 'leads to loopback'],
      ['http://idp.example/jwks', 'not https'],
    ] as const) {
      expect(await fetchJson(new URL(url), OUTSIDE)).toEqual({ kind: 'failed', why })
    }
    expect(proxy.targets()).toEqual([])
  })

  test('on loopback is never asked for by a proxy, whose loopback is another', async () => {
    const port = await listening(createHttp((_req, res) => void res.end('{"keys":[]}')))
    const proxy = await opened()
    const fetchJson = fetchJsonBy({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url })
    const got = await fetchJson(new URL(`http://127.0.0.1:${port}/jwks`), { ...OUTSIDE, loopback: true })
    expect(got).toMatchObject({ kind: 'body' })
    expect(proxy.targets()).toEqual([])
  })

  test('fails where the proxy cannot be used, and its password is not told', async () => {
    const proxy = await opened({ 'idp.example:443': 1 })
    const { host } = new URL(proxy.url)
    const fetchJson = fetchJsonBy({ HTTPS_PROXY: `http://gate:hush-hush@${host}` })
    const got = await fetchJson(new URL('https://idp.example/jwks'), OUTSIDE)
    expect(got.kind).toBe('failed')
    expect(JSON.stringify(got)).not.toContain('hush')
    const said = Buffer.from('gate:hush-hush').toString('base64')
    expect(proxy.tunnels[0]?.headers['proxy-authorization']).toBe(`Basic ${said}`)
  })

  test('fails within 5 s where the proxy never answers [jwks.caps]', { timeout: 10_000 }, async () => {
    const proxy = await opened({ 'idp.example:443': 'silent' })
    const fetchJson = fetchJsonBy({ HTTPS_PROXY: proxy.url })
    const got = await fetchJson(new URL('https://idp.example/jwks'), OUTSIDE)
    expect(got).toEqual({ kind: 'failed', why: 'by the proxy: no answer in 5 s' })
  })
})

describe('a gateway that reaches the world by a proxy alone, and a private authority', () => {
  const AUDIENCE = 'https://gateway.example'
  const HOSTS = ['idp.example', 'keys.example', 'models.example'] as const
  const certificate = selfSigned(...HOSTS, 'localhost')
  let dir: string
  beforeAll(() => build(), 180_000)

  async function startedWith(
    config: string,
    env: Readonly<Record<string, string>>,
  ): Promise<{ readonly started: Started; readonly gateway: string }> {
    const started = launch(['start', '--json', '--config', config], { env })
    closers.push(async () => {
      started.child.kill('SIGTERM')
      await started.ran
    })
    const { gateway } = await readyLine(started)
    return { started, gateway }
  }

  async function setting(
    proxyIs: 'http' | 'https' = 'http',
  ): Promise<{ readonly proxy: EgressProxy; readonly config: string; readonly token: string }> {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const key: JWK = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }
    const documents: Readonly<Record<string, unknown>> = {
      'idp.example/.well-known/openid-configuration': {
        issuer: 'https://idp.example',
        jwks_uri: 'https://keys.example/jwks',
      },
      'keys.example/jwks': { keys: [key] },
      'models.example/v1/chat/completions': {
        id: 'one',
        object: 'chat.completion',
        created: 1,
        model: 'model',
        choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
      },
    }
    const server = createHttps(certificate, ({ headers, url }, res) => {
      const document = documents[`${headers.host}${url}`]
      res.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' })
      res.end(JSON.stringify(document ?? {}))
    })
    const port = await listening(server)
    const proxy = await opened(
      Object.fromEntries(HOSTS.map((host) => [`${host}:443`, port])),
      proxyIs === 'https' ? certificate : undefined,
    )
    dir = mkdtempSync(join(tmpdir(), 'ostiary-egress-'))
    closers.push(() => rmSync(dir, { recursive: true, force: true }))
    mkdirSync(join(dir, 'policies'))
    writeFileSync(join(dir, 'policies', 'test.cedar'), ANALYSTS)
    writeFileSync(join(dir, 'authority.pem'), certificate.cert)
    const config = join(dir, 'ostiary.yaml')
    writeFileSync(
      config,
      JSON.stringify({
        publicUrl: 'http://127.0.0.1:8787',
        listen: { port: 0 },
        admin: { port: 0 },
        issuers: [{ issuer: 'https://idp.example', audience: AUDIENCE, discovery: true, algorithms: ['ES256'] }],
        providers: [{ name: 'none', dialect: 'openai', baseUrl: 'https://models.example/v1' }],
        models: [{ name: 'model', provider: 'none' }],
        policy: { dir: './policies' },
        audit: { store: 'fs:./audit' },
        store: 'sqlite:./store/ostiary.db',
      }),
    )
    const token = await new SignJWT({ client_id: 'test', groups: ['analysts'], scope: 'models:invoke' })
      .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'at+jwt' })
      .setIssuer('https://idp.example')
      .setSubject('alice')
      .setAudience(AUDIENCE)
      .setJti('one')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
    return { proxy, config, token }
  }

  test.each(['http', 'https'] as const)(
    'reaches its issuer and its provider, by one of %s',
    { timeout: 30_000 },
    async (proxyIs) => {
      const { proxy, config, token } = await setting(proxyIs)
      const env = { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: join(dir, 'authority.pem') }
      const { started, gateway } = await startedWith(config, env)
      const headers = { authorization: `Bearer ${token}` }
      const answer = await send(gateway, undefined, { path: '/v1/models', headers })
      expect({ status: answer.status, told: started.stderr() }).toEqual({ status: 200, told: '' })
      expect(proxy.targets()).toEqual(['idp.example:443', 'keys.example:443'])
      const body = Buffer.from(JSON.stringify(prompt('hello')))
      for (const _call of [1, 2]) {
        const chat = await send(gateway, body, { headers: { ...headers, 'content-type': 'application/json' } })
        expect(chat.json()).toMatchObject({ choices: [{ message: { content: 'hello' } }] })
      }
      expect(proxy.targets()).toEqual(['idp.example:443', 'keys.example:443', 'models.example:443'])
    },
  )

  test('has the keys of its issuer found by `doctor`, which says where they are not', { timeout: 30_000 }, async () => {
    const { proxy, config } = await setting()
    const trusting = { NODE_EXTRA_CA_CERTS: join(dir, 'authority.pem') }
    const args = ['doctor', '--json', '--config', config]
    const ailing = async (env: Readonly<Record<string, string>>): Promise<unknown> =>
      (await ostiary(args, { env: { ...trusting, ...env } })).lines()[0]?.['ailments']
    expect(await ailing({ HTTPS_PROXY: proxy.url })).toEqual([])
    expect(proxy.targets()).toEqual(['idp.example:443', 'keys.example:443'])
    const refusing = await opened({ 'idp.example:443': { status: 403 } })
    const { host } = new URL(refusing.url)
    expect(await ailing({ HTTPS_PROXY: `http://gate:${HUSH}@${host}` })).toEqual([
      {
        what: 'issuer `https://idp.example`: keys not fetched: discovery: by the proxy: STATUS_403',
        mend: 'let this machine reach the issuer, or correct its address or that of its keys',
      },
    ])
    const text = readFileSync(config, 'utf8')
    writeFileSync(config, text.replace('"discovery":true', '"jwksUri":"https://10.0.0.1/jwks"'))
    expect(await ailing({ HTTPS_PROXY: proxy.url })).toMatchObject([{ what: expect.stringMatching(/private address/) }])
  })

  test('and believes no other authority', { timeout: 30_000 }, async () => {
    const { proxy, config, token } = await setting()
    const { started, gateway } = await startedWith(config, {
      HTTPS_PROXY: proxy.url,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    })
    const headers = { authorization: `Bearer ${token}` }
    const answer = await send(gateway, undefined, { path: '/v1/models', headers })
    expect(answer.status).toBe(401)
    await until(() => started.stderr().includes('DEPTH_ZERO_SELF_SIGNED_CERT'))
    expect(new Set(proxy.targets())).toEqual(new Set(['idp.example:443']))
  })
})
