import { createHash, randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type DevIdentityProvider,
  makeDpopKey,
  makeDpopProof,
  startDevBrowser,
  startDevIdentityProvider,
  type Visited,
} from './index.js'

const REDIRECT = 'http://127.0.0.1:50123/callback'
const VERIFIER = randomBytes(32).toString('base64url')

let idp: DevIdentityProvider
let strict: DevIdentityProvider

beforeAll(async () => {
  const parts = { issuerPath: '/refusals', audience: 'https://gateway.example' }
  idp = await startDevIdentityProvider(parts)
  strict = await startDevIdentityProvider({ ...parts, requireDpopNonce: true })
})
afterAll(async () => {
  await idp.close()
  await strict.close()
})

/** A parameter that is undefined is left out. */
type Changes = Readonly<Record<string, string | undefined>>

function authorize(changes: Changes = {}): URL {
  const url = new URL(`${idp.issuer}/auth`)
  const asked: Changes = {
    client_id: idp.app.clientId,
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'models:invoke',
    state: 's',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  }
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) url.searchParams.set(name, value)
  return url
}

function visit(changes: Changes = {}, as = 'alice'): Promise<Visited> {
  return startDevBrowser(idp).open(authorize(changes), as)
}

async function codeOf(changes: Changes = {}): Promise<string> {
  return (await visit(changes)).url.searchParams.get('code') ?? ''
}

interface Granted {
  readonly status: number
  readonly nonce: string | null
  readonly body: Readonly<Record<string, unknown>>
}

async function post(url: string, form: Changes, headers: Readonly<Record<string, string>> = {}): Promise<Granted> {
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(form)) if (value !== undefined) body.set(name, value)
  const response = await fetch(url, { method: 'POST', headers, body })
  return {
    status: response.status,
    nonce: response.headers.get('dpop-nonce'),
    body: (await response.json()) as Granted['body'],
  }
}

async function redeem(code: string, changes: Changes = {}): Promise<Granted> {
  return await post(idp.tokenEndpoint, {
    grant_type: 'authorization_code',
    client_id: idp.app.clientId,
    code,
    redirect_uri: REDIRECT,
    code_verifier: VERIFIER,
    ...changes,
  })
}

describe('an authorization request', () => {
  test.each([
    ['http://127.0.0.1:1/callback'],
    ['http://127.0.0.1:65535/'],
    ['http://127.0.0.1/oauth/callback'],
    ['http://[::1]:50123/callback'],
  ])('is answered at loopback, at any port: %s', async (redirect) => {
    const { left, url } = await visit({ redirect_uri: redirect })
    expect(left).toBe(true)
    expect(url.href.startsWith(`${new URL(redirect).href}?`)).toBe(true)
    expect(url.searchParams.get('code')).toMatch(/^[\w-]{40,}$/)
    expect(url.searchParams.get('iss')).toBe(idp.issuer)
    expect(url.searchParams.get('state')).toBe('s')
  })

  test.each([
    ['https://evil.example/callback'],
    ['http://evil.example:50123/callback'],
    ['http://localhost:50123/callback'],
    ['http://127.0.0.2:50123/callback'],
    ['http://127.0.0.1:50123/elsewhere'],
    ['http://127.0.0.1:50123/callback/'],
    ['http://127.0.0.1:50123/callback?x=1'],
    ['http://127.0.0.1:50123/callback#x'],
    ['http://user@127.0.0.1:50123/callback'],
    ['http://127.0.0.1:50123@evil.example/callback'],
    ['https://127.0.0.1:50123/callback'],
  ])('is answered nowhere else: %s', async (redirect) => {
    const { left, status, html } = await visit({ redirect_uri: redirect })
    expect({ left, status }).toEqual({ left: false, status: 400 })
    expect(html).toContain('invalid_redirect_uri')
    expect(html).not.toContain('evil')
  })

  test.each<[string, Changes, string]>([
    ['PKCE in plain', { code_challenge: VERIFIER, code_challenge_method: 'plain' }, 'invalid_request'],
    ['a challenge without a method', { code_challenge_method: undefined }, 'invalid_request'],
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['a short challenge', { code_challenge: 'short' }, 'invalid_request'],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['a prompt that does not exist', { prompt: 'create' }, 'invalid_request'],
    ['a max_age below zero', { scope: 'openid models:invoke', max_age: '-1' }, 'invalid_request'],
    ['no scope at all', { scope: undefined }, 'access_denied'],
  ])('with %s is refused at the redirect, without a code', async (_what, changes, error) => {
    const { left, url } = await visit(changes)
    expect(left).toBe(true)
    const answer = new URLSearchParams(url.search === '' ? url.hash.slice(1) : url.search)
    expect(answer.get('error')).toBe(error)
    expect(answer.has('code')).toBe(false)
  })

  test('of an unknown client, or of one that has no people, is a page', async () => {
    for (const client_id of ['mallory', 'batch', 'ostiary-gateway', 'scout']) {
      const { left, status } = await visit({ client_id })
      expect({ left, status }).toEqual({ left: false, status: 400 })
    }
  })
})

describe('a code', () => {
  test('is good once, and whoever uses it twice ends what came of it', async () => {
    const code = await codeOf()
    const first = await redeem(code)
    expect(first.status).toBe(200)
    expect(decodeJwt(String(first.body['access_token']))).toMatchObject({ sub: 'alice', scope: 'models:invoke' })
    expect(await redeem(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    const renewed = await post(idp.tokenEndpoint, {
      grant_type: 'refresh_token',
      client_id: idp.app.clientId,
      refresh_token: String(first.body['refresh_token']),
    })
    expect(renewed).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test.each<[string, Changes]>([
    ['another verifier', { code_verifier: randomBytes(32).toString('base64url') }],
    ['no verifier', { code_verifier: undefined }],
    ['another redirect', { redirect_uri: 'http://127.0.0.1:50124/callback' }],
    ['another code', { code: 'x'.repeat(43) }],
  ])('is refused with %s, and is good with its own', async (_what, changes) => {
    const code = await codeOf()
    expect(await redeem(code, changes)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect((await redeem(code)).status).toBe(200)
  })

  test('of one client is of no use to another', async () => {
    const basic = `Basic ${Buffer.from(`batch:${idp.batch.clientSecret}`).toString('base64')}`
    const theirs = await post(
      idp.tokenEndpoint,
      { grant_type: 'authorization_code', code: await codeOf(), redirect_uri: REDIRECT, code_verifier: VERIFIER },
      { authorization: basic },
    )
    expect(theirs).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  test('that was asked for with the key of a proof is refused without it', async () => {
    const [mine, theirs] = [makeDpopKey(), makeDpopKey()]
    const url = new URL(idp.tokenEndpoint)
    const redeemWith = async (code: string, proof: string): Promise<Granted> =>
      await post(
        idp.tokenEndpoint,
        {
          grant_type: 'authorization_code',
          client_id: idp.app.clientId,
          code,
          redirect_uri: REDIRECT,
          code_verifier: VERIFIER,
        },
        { dpop: proof },
      )
    const asked = { dpop_jkt: mine.jkt }
    expect(await redeem(await codeOf(asked))).toMatchObject({ body: { error: 'invalid_grant' } })
    const wrong = makeDpopProof({ key: theirs, method: 'POST', url })
    expect(await redeemWith(await codeOf(asked), wrong)).toMatchObject({ body: { error: 'invalid_grant' } })
    const good = await redeemWith(await codeOf(asked), makeDpopProof({ key: mine, method: 'POST', url }))
    expect(decodeJwt(String(good.body['access_token']))).toMatchObject({ cnf: { jkt: mine.jkt } })
  })
})

describe('a proof at the token endpoint', () => {
  const batch = async (from: DevIdentityProvider, proof: string): Promise<Granted> =>
    await post(
      from.tokenEndpoint,
      { grant_type: 'client_credentials', scope: 'models:invoke' },
      { authorization: `Basic ${Buffer.from(`batch:${from.batch.clientSecret}`).toString('base64')}`, dpop: proof },
    )

  test('is good once', async () => {
    const key = makeDpopKey()
    const proof = makeDpopProof({ key, method: 'POST', url: new URL(idp.tokenEndpoint) })
    const { status, body } = await batch(idp, proof)
    expect({ status, type: body['token_type'] }).toEqual({ status: 200, type: 'DPoP' })
    expect(decodeJwt(String(body['access_token']))).toMatchObject({ cnf: { jkt: key.jkt } })
    expect(await batch(idp, proof)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test.each([
    ['another method', 'GET', (url: string) => url, 0],
    ['another address', 'POST', (url: string) => `${url}/introspection`, 0],
    ['another time', 'POST', (url: string) => url, 3_600_000],
  ])('for %s is refused', async (_what, method, urlOf, laterMs) => {
    const clock = { now: () => Date.now() + laterMs }
    const proof = makeDpopProof({ key: makeDpopKey(), method, url: new URL(urlOf(idp.tokenEndpoint)), clock })
    const { status, body } = await batch(idp, proof)
    expect(status).toBe(400)
    expect(body['error']).toMatch(/^(invalid_dpop_proof|use_dpop_nonce)$/)
  })

  test('needs a nonce where that is demanded, and the refusal brings one', async () => {
    const url = new URL(strict.tokenEndpoint)
    const parts = { key: makeDpopKey(), method: 'POST', url }
    const refused = await batch(strict, makeDpopProof(parts))
    expect(refused).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } })
    const nonce = refused.nonce ?? ''
    expect(nonce).not.toBe('')
    expect((await batch(strict, makeDpopProof({ ...parts, nonce }))).status).toBe(200)
    // One issuer's nonce is not another's.
    const elsewhere = makeDpopProof({ ...parts, url: new URL(idp.tokenEndpoint), nonce })
    expect(await batch(idp, elsewhere)).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } })
  })
})
