import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { createMemoryReplay } from '@ostiary/testkit'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Replay } from '../src/spec/index.js'
import { CLIENTS, call, type Flows, flowsOf } from './clients.js'
import { type House, openHouse } from './house.js'
import { type Answer, errorOf, onSocket, prompt, send } from './http.js'
import { gatewayWith, HeldLog } from './parts.js'
import { athOf, clientKey, proofOf } from './proofs.js'

const US = 'http://127.0.0.1:8787'
const CHAT = '/v1/chat/completions'
const ALGS = 'algs="ES256 Ed25519"'
const METADATA = `resource_metadata="${US}/.well-known/oauth-protected-resource${CHAT}"`

const key = clientKey()
const body = Buffer.from(JSON.stringify(prompt('good morning')))
const now = (): number => Math.floor(Date.now() / 1000)

let house: House
let bound: string

beforeAll(async () => {
  house = await openHouse()
  bound = await house.token('alice', { jkt: key.jkt })
})
afterAll(() => house.finish())

interface Sent {
  readonly token?: string
  readonly scheme?: string
  readonly claims?: Readonly<Record<string, unknown>>
  readonly proof?: string
  readonly url?: string
}

function proof(claims: Readonly<Record<string, unknown>> = {}, token = bound): string {
  return proofOf({ key, claims: { htm: 'POST', htu: US + CHAT, iat: now(), ath: athOf(token), ...claims } })
}

function chat({ token = bound, scheme = 'DPoP', claims, proof: made, url = house.url }: Sent = {}): Promise<Answer> {
  return send(url, body, {
    headers: {
      authorization: `${scheme} ${token}`,
      'content-type': 'application/json',
      dpop: made ?? proof(claims, token),
    },
  })
}

async function nonceOf(url?: string): Promise<string> {
  const answer = await chat(url === undefined ? {} : { url })
  expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 401, code: 'use_dpop_nonce' })
  return answer.headers['dpop-nonce'] ?? ''
}

const told = (answer: Answer): unknown => ({ status: answer.status, code: errorOf(answer).code })

describe('a bound token', () => {
  test('is asked for a nonce, and passes with it as often as there is a new proof [dpop.nonce-given]', async () => {
    const before = house.upstream.requestCount
    const asked = await chat()
    expect(told(asked)).toEqual({ status: 401, code: 'use_dpop_nonce' })
    expect(asked.headers).toMatchObject({
      'www-authenticate': `DPoP error="use_dpop_nonce", ${ALGS}, ${METADATA}`,
      'dpop-nonce': expect.stringMatching(/^[\x21-\x7e]+$/),
      'cache-control': 'no-store',
      'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate',
    })
    expect(house.upstream.requestCount).toBe(before)
    const nonce = asked.headers['dpop-nonce']
    for (let times = 0; times < 3; times += 1) {
      const answer = await chat({ claims: { nonce } })
      expect(answer.status).toBe(200)
      expect(answer.headers['dpop-nonce']).toBeUndefined()
    }
    expect(house.upstream.requestCount).toBe(before + 3)
    // Neither the proof nor the token goes on to the provider.
    expect(JSON.stringify(house.upstream.received.at(-1)?.rawHeaders)).not.toMatch(/dpop/i)
  })

  test('passes with a client of jose’s making, by either kind of key', async () => {
    for (const alg of ['ES256', 'EdDSA']) {
      const { publicKey, privateKey } = await generateKeyPair(alg, alg === 'EdDSA' ? { crv: 'Ed25519' } : {})
      const jwk: JWK = await exportJWK(publicKey)
      const token = await house.token('alice', { jkt: await calculateJwkThumbprint(jwk) })
      const made = (nonce?: string): Promise<string> =>
        new SignJWT({ htm: 'POST', htu: US + CHAT, ath: athOf(token), ...(nonce === undefined ? {} : { nonce }) })
          .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk })
          .setJti(randomBytes(8).toString('hex'))
          .setIssuedAt()
          .sign(privateKey)
      const asked = await chat({ token, proof: await made() })
      expect((await chat({ token, proof: await made(asked.headers['dpop-nonce']) })).status).toBe(200)
    }
  })

  test('says so to policies and to the log: `proof` is `dpop`', async () => {
    const own = await openHouse({
      policies: `@id("bound-only") permit (principal in Group::"analysts", action, resource) when { principal.proof == "dpop" };`,
    })
    try {
      const token = await own.token('alice', { jkt: key.jkt })
      const asked = await chat({ token, url: own.url })
      const nonce = asked.headers['dpop-nonce']
      expect((await chat({ token, url: own.url, claims: { nonce } })).status).toBe(200)
      const free = await own.token('alice')
      expect(told(await chat({ token: free, scheme: 'Bearer', url: own.url }))).toEqual({
        status: 403,
        code: 'forbidden_by_policy',
      })
    } finally {
      await own.finish()
    }
  })

  test('passes at the admin port by that port’s own address, and by no other', async () => {
    const token = await house.token('alice', { jkt: key.jkt, scope: 'audit:read' })
    const { adminUrl } = house.running.gateway
    const path = '/log/checkpoint'
    const ask = (origin: string, nonce?: string): Promise<Answer> =>
      send(adminUrl, undefined, {
        path,
        headers: {
          host: new URL(adminUrl).host,
          authorization: `DPoP ${token}`,
          dpop: proof({ htm: 'GET', htu: origin + path, nonce }, token),
        },
      })
    const asked = await ask(adminUrl)
    expect(asked.headers['www-authenticate']).toMatch(/^DPoP error="use_dpop_nonce"/)
    const nonce = asked.headers['dpop-nonce']
    expect((await ask(adminUrl, nonce)).status).toBe(200)
    expect((await ask(US, nonce)).headers['www-authenticate']).toMatch(/^DPoP error="invalid_dpop_proof"/)
  })
})

describe('is refused', () => {
  test.each<[string, Sent, string, string]>([
    ['a bound token as Bearer, its proof beside it', { scheme: 'Bearer' }, 'invalid_token', 'Bearer'],
    ['a proof for another path', { claims: { htu: `${US}/v1/models` } }, 'invalid_dpop_proof', 'DPoP'],
    ['a proof for the address that Host names', { claims: { htu: 'HOUSE' } }, 'invalid_dpop_proof', 'DPoP'],
    ['a proof for another method', { claims: { htm: 'GET' } }, 'invalid_dpop_proof', 'DPoP'],
    ['a proof by a clock five minutes late', { claims: { iat: now() - 300 } }, 'invalid_dpop_proof', 'DPoP'],
    ['a proof by a clock five minutes ahead', { claims: { iat: now() + 300 } }, 'invalid_dpop_proof', 'DPoP'],
    ['a proof with a `jti` of 40 KiB', { claims: { jti: 'j'.repeat(40_960) } }, 'invalid_dpop_proof', 'DPoP'],
    ['a proof for another token', { claims: { ath: athOf('another') } }, 'invalid_dpop_proof', 'DPoP'],
    ['no proof', { proof: '' }, 'invalid_dpop_proof', 'DPoP'],
    ['a nonce that is none', { claims: { nonce: 'x'.repeat(32) } }, 'use_dpop_nonce', 'DPoP'],
  ])('%s', async (_, sent, code, scheme) => {
    const nonce = await nonceOf()
    const claims = {
      nonce,
      ...sent.claims,
      ...(sent.claims?.['htu'] === 'HOUSE' ? { htu: house.url + CHAT } : {}),
    }
    const before = house.upstream.requestCount
    const answer = await chat({ ...sent, claims })
    expect(told(answer)).toEqual({ status: 401, code })
    const error = scheme === 'Bearer' ? 'invalid_token' : code
    expect(answer.headers['www-authenticate']).toMatch(new RegExp(`^${scheme} .*error="${error}"`))
    expect(house.upstream.requestCount).toBe(before)
    // Its nearest neighbour.
    expect((await chat({ claims: { nonce } })).status).toBe(200)
  })

  test('an unbound token as DPoP', async () => {
    const token = await house.token('alice')
    const answer = await chat({ token, claims: { nonce: await nonceOf() } })
    expect(told(answer)).toEqual({ status: 401, code: 'invalid_token' })
    expect(answer.headers['www-authenticate']).toBe(`DPoP error="invalid_token", ${ALGS}, ${METADATA}`)
    expect((await chat({ token, scheme: 'Bearer' })).status).toBe(200)
  })

  test('a bound token in a key header', async () => {
    const headers = { 'x-api-key': bound, 'content-type': 'application/json', dpop: proof({ nonce: await nonceOf() }) }
    expect(told(await send(house.url, body, { headers }))).toEqual({ status: 401, code: 'invalid_token' })
  })

  test('two DPoP headers, on the wire', async () => {
    const nonce = await nonceOf()
    const head = (...proofs: readonly string[]): string =>
      [
        `POST ${CHAT} HTTP/1.1`,
        'Host: 127.0.0.1',
        `Authorization: DPoP ${bound}`,
        ...proofs.map((one) => `DPoP: ${one}`),
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        'Connection: close',
        '\r\n',
      ].join('\r\n')
    const two = await onSocket(house.port, [head(proof({ nonce }), proof({ nonce })), body])
    expect(two.text).toMatch(/^HTTP\/1\.1 401 /)
    expect(two.text).toContain('error="invalid_dpop_proof"')
    const one = await onSocket(house.port, [head(proof({ nonce })), body])
    expect(one.text).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('two Authorization headers, Bearer and DPoP: 400 [dpop.two-credentials]', async () => {
    const free = await house.token('alice')
    const { text } = await onSocket(house.port, [
      `GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: DPoP ${bound}\r\nAuthorization: Bearer ${free}\r\nConnection: close\r\n\r\n`,
    ])
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
    expect(text).not.toMatch(/www-authenticate/i)
  })
})

describe('a proof that was used', () => {
  test('does not pass again [dpop.replay]', async () => {
    const made = proof({ nonce: await nonceOf() })
    expect((await chat({ proof: made })).status).toBe(200)
    const again = await chat({ proof: made })
    expect(told(again)).toEqual({ status: 401, code: 'invalid_dpop_proof' })
    expect(again.headers['dpop-nonce']).toBeUndefined()
  })

  test('passes once of many at once', async () => {
    const made = proof({ nonce: await nonceOf() })
    const answers = await Promise.all(Array.from({ length: 10 }, () => chat({ proof: made })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(9)
  })

  test('does not pass at another replica, whose nonces are ours', async () => {
    const replay = createMemoryReplay(Date)
    const proofs = { replay, nonceKey: randomBytes(32), startedAtMs: Date.now() }
    const logs = [new HeldLog(), new HeldLog()] as const
    const [one, two] = await Promise.all(logs.map((log) => gatewayWith(log, house.config, { proofs })))
    if (one === undefined || two === undefined) throw new Error('no gateways')
    try {
      const nonce = await nonceOf(one.url)
      const made = proof({ nonce })
      expect((await chat({ url: one.url, proof: made })).status).toBe(200)
      expect(told(await chat({ url: two.url, proof: made }))).toEqual({ status: 401, code: 'invalid_dpop_proof' })
      expect((await chat({ url: two.url, claims: { nonce } })).status).toBe(200)
    } finally {
      await Promise.all([one.close(), two.close()])
    }
  })

  test('does not pass after a restart, nor does any other from before it [dpop.after-start]', async () => {
    const first = await openHouse()
    const token = await first.token('alice', { jkt: key.jkt })
    const nonce = (await chat({ token, url: first.url })).headers['dpop-nonce']
    const used = proof({ nonce }, token)
    const unused = proof({ nonce }, token)
    expect((await chat({ token, proof: used, url: first.url })).status).toBe(200)
    await first.stop()
    const second = await openHouse({ dir: first.dir, upstream: first.upstream, issuer: first.issuer })
    try {
      for (const made of [used, unused]) {
        expect(told(await chat({ token, proof: made, url: second.url }))).toEqual({
          status: 401,
          code: 'use_dpop_nonce',
        })
      }
      const fresh = (await chat({ token, proof: used, url: second.url })).headers['dpop-nonce']
      expect((await chat({ token, claims: { nonce: fresh }, url: second.url })).status).toBe(200)
    } finally {
      await second.finish()
      await first.close()
    }
  })

  test('and a memory that is away: refused, or counted and logged where the operator chose so [dpop.replay-failure]', async () => {
    const replay: Replay = { firstUse: () => Promise.reject(new Error('away')), close: async () => undefined }
    for (const replayFailure of ['closed', 'open'] as const) {
      const log = new HeldLog()
      const gateway = await gatewayWith(log, house.config, { proofs: { replay, replayFailure } })
      try {
        const answer = await chat({ url: gateway.url, claims: { nonce: await nonceOf(gateway.url) } })
        const metrics = await send(gateway.adminUrl, undefined, {
          path: '/metrics',
          headers: { host: new URL(gateway.adminUrl).host },
        })
        if (replayFailure === 'open') expect(answer.status).toBe(200)
        else {
          expect(told(answer)).toEqual({ status: 503, code: 'overloaded' })
          expect(answer.headers['x-should-retry']).toBe('false')
          expect(errorOf(answer).message).toMatch(/DPoP proof was used before/)
        }
        expect(metrics.text.includes('ostiary_dpop_unchecked_total 1')).toBe(replayFailure === 'open')
        const said = log.entries.filter((entry) => entry.includes('"check":"dpop_replay"'))
        expect(said).toHaveLength(replayFailure === 'open' ? 1 : 0)
      } finally {
        await gateway.close()
      }
    }
  })
})

test('a nonce that ages is renewed with the answer, refusals too, once [dpop.nonce-renewed]', async () => {
  // Ninety seconds of uptime, by a clock that all parts of this gateway share.
  let aheadMs = 0
  const clock = { now: () => Date.now() + aheadMs }
  const gateway = await gatewayWith(new HeldLog(), house.config, { clock, proofs: { startedAtMs: Date.now() } })
  try {
    const nonce = await nonceOf(gateway.url)
    aheadMs = 90_000
    const at = { nonce, iat: now() + 90 }
    for (const [path, sent, status] of [
      [CHAT, body, 200],
      [CHAT, Buffer.from(JSON.stringify(prompt('x', { model: 'none' }))), 404],
      ['/v1/nowhere', body, 404],
    ] as const) {
      const answer = await send(gateway.url, sent, {
        path,
        headers: {
          authorization: `DPoP ${bound}`,
          'content-type': 'application/json',
          dpop: proof({ ...at, htu: US + path }),
        },
      })
      expect(answer.status).toBe(status)
      expect(answer.headers['dpop-nonce']).toMatch(/^[A-Za-z0-9_-]{32}$/)
      expect(answer.headers['dpop-nonce']).not.toBe(nonce)
      expect(answer.headers['cache-control']).toBe('no-store')
    }
    aheadMs = 130_000
    expect(told(await chat({ url: gateway.url, claims: { nonce, iat: now() + 130 } }))).toEqual({
      status: 401,
      code: 'use_dpop_nonce',
    })
  } finally {
    await gateway.close()
  }
})

describe('a 401', () => {
  test('without a credential offers both ways, and no error [dpop.challenge]', async () => {
    const answer = await send(house.url, body)
    expect(answer.headers['www-authenticate']).toBe(`Bearer realm="ostiary", ${METADATA}, DPoP ${ALGS}, ${METADATA}`)
  })

  test('of a bound token as Bearer tells of DPoP too', async () => {
    expect((await chat({ scheme: 'Bearer' })).headers['www-authenticate']).toBe(
      `Bearer realm="ostiary", ${METADATA}, error="invalid_token", DPoP ${ALGS}, ${METADATA}`,
    )
  })

  test('leads to metadata whose `resource` is the very address that was used [metadata.per-path]', async () => {
    for (const path of [CHAT, '/v1/models', '/anything/else']) {
      const { headers } = await send(house.url, undefined, { path })
      const url = new URL(/resource_metadata="([^"]+)"/.exec(headers['www-authenticate'] ?? '')?.[1] ?? '')
      const document = await send(house.url, undefined, { path: url.pathname })
      expect(document.json()).toMatchObject({ resource: US + path })
    }
  })
})

describe('metadata', () => {
  const at = async (path: string, from = house): Promise<unknown> => {
    const answer = await send(from.url, undefined, { path: `/.well-known/oauth-protected-resource${path}` })
    return answer.status === 200 ? answer.json() : answer.status
  }

  test('says what can be done here [metadata.members]', async () => {
    expect(await at('')).toEqual({
      resource: US,
      authorization_servers: [house.issuer.issuer, US],
      scopes_supported: expect.arrayContaining(['models:invoke', 'models:list']),
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: ['ES256', 'Ed25519'],
      dpop_bound_access_tokens_required: false,
      tls_client_certificate_bound_access_tokens: false,
      resource_name: 'Ostiary',
    })
  })

  test('names no resource that a client could not have used', async () => {
    for (const path of ['x', '-other', '/a"b', '/a%"b', `/${'a'.repeat(256)}`]) expect(await at(path)).toBe(404)
    expect(await at(`/${'a'.repeat(255)}`)).toMatchObject({ resource: `${US}/${'a'.repeat(255)}` })
  })

  test('says that only bound tokens pass where every issuer asks for them', async () => {
    const { issuers } = house.config
    const section = { issuer: issuers[0]?.issuer, audience: issuers[0]?.audience, jwksUri: house.issuer.jwksUri }
    const strict = await openHouse({
      issuer: house.issuer,
      config: { issuers: [{ ...section, algorithms: ['ES256'], dpop: 'required' }] },
    })
    try {
      expect(await at('', strict)).toMatchObject({ dpop_bound_access_tokens_required: true })
      const free = await strict.token('alice')
      expect(told(await chat({ token: free, scheme: 'Bearer', url: strict.url }))).toEqual({
        status: 401,
        code: 'invalid_token',
      })
      const nonce = await nonceOf(strict.url)
      expect((await chat({ url: strict.url, claims: { nonce } })).status).toBe(200)
    } finally {
      await strict.finish()
    }
  })
})

describe.each(CLIENTS)('%s, with tokens that are bound to its key', (_name, make) => {
  let own: House
  let flows: Flows
  beforeAll(async () => {
    // Its proofs are for the address that it calls, so that must be the public one.
    const port = await freePort()
    own = await openHouse({
      issuer: house.issuer,
      config: { publicUrl: `http://127.0.0.1:${port}`, listen: { host: '127.0.0.1', port } },
    })
    flows = await flowsOf(own.issuer, make, true)
  })
  afterAll(() => own.finish())

  test('repeats its first call with the nonce by itself, and is served', async () => {
    for (const tokens of [await flows.code('alice'), await flows.device('alice')]) {
      for (let times = 0; times < 2; times += 1) {
        expect(await call(own, flows.app, tokens.accessToken)).toMatchObject({ status: 200 })
      }
    }
  })

  test('and whoever else has its token is not', async () => {
    const { accessToken } = await flows.code('alice')
    const thief = await flowsOf(own.issuer, make, true)
    expect(await call(own, thief.app, accessToken)).toMatchObject({ status: 401, code: 'invalid_dpop_proof' })
    expect(told(await chat({ token: accessToken, scheme: 'Bearer', url: own.url }))).toEqual({
      status: 401,
      code: 'invalid_token',
    })
    expect(await call(own, flows.app, accessToken)).toMatchObject({ status: 200 })
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
