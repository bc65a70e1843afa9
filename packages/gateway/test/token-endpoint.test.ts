import { connect } from 'node:net'
import * as oauth from 'oauth4webapi'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { proceed, refuse } from '../src/spec/index.js'
import { type Answer, send } from './http.js'
import { principal } from './principals.js'
import { ACCESS_TOKEN, EXCHANGE, GATE, openTokenEndpoint, proofKey, type TokenEndpoint } from './token-endpoint.js'
import { until } from './until.js'

let at: TokenEndpoint
beforeEach(async () => {
  at = await openTokenEndpoint()
})
afterEach(() => at.close())

type Parameters = Readonly<Record<string, string>>

function post(path: string, parameters: Parameters | string, headers: Parameters = {}): Promise<Answer> {
  const text = typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString()
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return send(at.url, Buffer.from(text), { method: 'POST', path, headers: { ...type, ...headers } })
}

const exchanging = (subject: string, more: Parameters = {}): Parameters => ({
  grant_type: EXCHANGE,
  subject_token: subject,
  subject_token_type: ACCESS_TOKEN,
  ...more,
})

const acting = (token: string): Parameters => ({ actor_token: token, actor_token_type: ACCESS_TOKEN })

interface TokenAnswer {
  readonly access_token: string
  readonly token_type: string
  readonly expires_in: number
  readonly issued_token_type?: string
  readonly scope?: string
}

async function granted(parameters: Parameters, headers: Parameters = {}): Promise<TokenAnswer> {
  const answer = await post('/oauth/token', parameters, headers)
  expect(answer.text).toMatch('access_token')
  return answer.json() as TokenAnswer
}

function who(token: string) {
  const step = at.verify(token)
  if (step.kind === 'refuse') throw new Error(`${step.code}: ${step.forLog}`)
  return step.value
}

const summary = (answer: Answer): unknown => {
  const { error, code } = answer.json() as { error: string; code: string }
  return [answer.status, error, code]
}

describe('real clients at the token endpoint', () => {
  const server = (): oauth.AuthorizationServer => ({
    issuer: GATE,
    token_endpoint: `${at.url}/oauth/token`,
    revocation_endpoint: `${at.url}/oauth/revoke`,
  })
  const insecure = { [oauth.allowInsecureRequests]: true }

  test.each([
    ['Basic', oauth.ClientSecretBasic],
    ['a form', oauth.ClientSecretPost],
  ])('client credentials with an API key by %s [own-token.from-key]', async (_name, method) => {
    const client = { client_id: 'key-1' }
    const key = at.key('key-1', { scopes: new Set(['models:invoke']) })
    const parameters = { scope: 'models:invoke:gpt-5-mini' }
    const response = await oauth.clientCredentialsGrantRequest(server(), client, method(key), parameters, insecure)
    const answer = await oauth.processClientCredentialsResponse(server(), client, response)
    expect(answer).toMatchObject({ token_type: 'bearer', expires_in: 300, scope: 'models:invoke:gpt-5-mini' })
    const now = who(answer.access_token)
    expect(now.actor).toMatchObject({ kind: 'Service', uid: `${GATE}#owner` })
    expect(now.revocableBy).toContain('key key-1')
    expect(now.clientId).toBe('key-1')
  })

  it('client credentials with DPoP: the client learns of the nonce and comes again [own-token.dpop-nonce]', async () => {
    at.nonce = 'a-nonce-of-today'
    const { pair, jkt } = await proofKey()
    const client = { client_id: 'key-1' }
    const DPoP = oauth.DPoP({}, pair)
    const options = { ...insecure, DPoP }
    const method = oauth.ClientSecretBasic(at.key('key-1'))
    const ask = () => oauth.clientCredentialsGrantRequest(server(), client, method, new URLSearchParams(), options)
    const refused = await ask()
    expect([refused.status, refused.headers.get('dpop-nonce')]).toEqual([400, 'a-nonce-of-today'])
    await expect(oauth.processClientCredentialsResponse(server(), client, refused)).rejects.toSatisfy(
      oauth.isDPoPNonceError,
    )
    const answer = await oauth.processClientCredentialsResponse(server(), client, await ask())
    expect(answer.token_type).toBe('dpop')
    expect(who(answer.access_token).confirmation).toEqual({ jkt, certificate: undefined })
  })

  it('token exchange by an agent with a key of its own [exchange.answer]', async () => {
    const { pair, jkt } = await proofKey()
    const client = { client_id: 'scout' }
    const actor = at.token({ subject: 'scout', kind: 'Service', clientId: 'scout', scopes: new Set(['agents:act']) })
    const parameters = { ...exchanging(at.token(), acting(actor)), scope: 'models:list' }
    const { grant_type: grant, ...rest } = parameters as Record<string, string>
    const response = await oauth.genericTokenEndpointRequest(server(), client, oauth.None(), grant ?? '', rest, {
      ...insecure,
      DPoP: oauth.DPoP({}, pair),
    })
    const answer = await oauth.processGenericTokenEndpointResponse(server(), client, response)
    expect(answer).toMatchObject({ token_type: 'dpop', issued_token_type: ACCESS_TOKEN, scope: 'models:list' })
    const now = who(answer.access_token)
    expect(now).toMatchObject({ clientId: 'scout', confirmation: { jkt } })
    expect(now.actor).toMatchObject({ kind: 'Agent', uid: 'https://idp.example#scout', groups: ['agents'] })
    expect(now.onBehalfOf?.uid).toBe('https://idp.example#alice')
  })

  it('revocation of what it was given [revoke.own-token]', async () => {
    const client = { client_id: 'app' }
    const token = (await granted(exchanging(at.token()))).access_token
    const response = await oauth.revocationRequest(server(), client, oauth.None(), token, insecure)
    await oauth.processRevocationResponse(response)
    expect(at.revoked).toEqual([`token ${GATE} ${who(token).tokenId} (presented at /oauth/revoke)`])
  })
})

describe('the answer', () => {
  it('is never kept, names the token and what it is good for, and is told before it leaves [exchange.answer]', async () => {
    const subject = at.token()
    const answer = await post('/oauth/token', exchanging(subject))
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'application/json' })
    const { access_token: token, ...rest } = answer.json() as TokenAnswer
    expect(rest).toEqual({
      token_type: 'Bearer',
      expires_in: 240,
      issued_token_type: ACCESS_TOKEN,
      scope: 'models:invoke models:list',
    })
    const [told] = at.told
    expect(told?.what).toMatchObject({ did: 'issued', grant: 'token-exchange', scope: 'models:invoke models:list' })
    expect(told?.principal.tokenDigest).toBe(who(token).tokenDigest)
    expect(told?.others['subject']?.tokenDigest).toBe(who(subject).tokenDigest)
    expect(Object.keys(told?.others ?? {})).toEqual(['subject', 'actor'])
    expect(JSON.stringify(told?.what)).not.toContain(token)
  })

  it('gives no token that the log does not know of [own-token.told-first]', async () => {
    at.ill.set('audit', 'audit_unavailable')
    const answer = await post('/oauth/token', exchanging(at.token()))
    expect(summary(answer)).toEqual([503, 'temporarily_unavailable', 'audit_unavailable'])
    expect(answer.headers['retry-after']).toBe('5')
    expect(answer.text).not.toContain('access_token')
    at.ill.clear()
    await granted(exchanging(at.token()))
  })

  it('says of a scope or audience that was asked for only what was given', async () => {
    const asked = { scope: 'models:list', audience: 'https://ledger.example' }
    const { access_token: token, scope } = await granted(exchanging(at.token(), asked))
    expect(scope).toBe('models:list')
    // For the service behind the gate alone: the gate itself does not take it.
    expect(at.verify(token)).toMatchObject({ kind: 'refuse', forLog: '`aud` does not name us' })
  })
})

describe('what is refused at the token endpoint, in the words of OAuth [exchange.errors]', () => {
  const type = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`

  test.each<[string, () => Parameters | string, readonly unknown[]]>([
    ['a good one', () => exchanging(at.token()), [200, undefined, undefined]],
    ['no grant type', () => ({ subject_token: 'x' }), [400, 'invalid_request', 'invalid_request']],
    ['another grant', () => ({ grant_type: 'password' }), [400, 'unsupported_grant_type', 'invalid_request']],
    ['no token at all', () => exchanging(''), [400, 'invalid_request', 'invalid_request']],
    ['garbage', () => exchanging('x'), [400, 'invalid_request', 'invalid_token']],
    [
      'an ID token wanted',
      () => exchanging(at.token(), { requested_token_type: type('id_token') }),
      [400, 'invalid_request', 'invalid_request'],
    ],
    [
      'more scope',
      () => exchanging(at.token(), { scope: 'datasets:read' }),
      [400, 'invalid_scope', 'insufficient_scope'],
    ],
    [
      'more audience',
      () => exchanging(at.token(), { audience: 'https://vault.example' }),
      [400, 'invalid_target', 'invalid_request'],
    ],
    [
      'more by `resource`',
      () => exchanging(at.token(), { resource: 'https://vault.example' }),
      [400, 'invalid_target', 'invalid_request'],
    ],
    [
      'a bound token without its proof',
      () => exchanging(at.token({}, { jkt: 'A'.repeat(43), certificate: undefined })),
      [400, 'invalid_dpop_proof', 'invalid_dpop_proof'],
    ],
    [
      'a token of another network',
      () => exchanging(at.token({ networks: ['192.0.2.0/24'] })),
      [400, 'invalid_request', 'invalid_token'],
    ],
    ['a token of this network', () => exchanging(at.token({ networks: ['127.0.0.0/8'] })), [200, undefined, undefined]],
    [
      'an actor token that is garbage',
      () => exchanging(at.token(), acting('x')),
      [400, 'invalid_request', 'invalid_token'],
    ],
    ['a parameter twice', () => 'grant_type=x&grant_type=x', [400, 'invalid_request', 'invalid_request']],
    ['not a form', () => '{"grant_type":"x"}', [400, 'invalid_request', 'invalid_request']],
    ['UTF-8 that is none', () => 'grant_type=%FF', [400, 'invalid_request', 'invalid_request']],
    [
      'client credentials without any',
      () => ({ grant_type: 'client_credentials', client_id: 'key-1' }),
      [401, 'invalid_client', 'invalid_token'],
    ],
    [
      'client credentials with no key',
      () => ({ grant_type: 'client_credentials', client_id: 'key-1', client_secret: 'x' }),
      [401, 'invalid_client', 'invalid_token'],
    ],
    [
      "another key's id",
      () => ({ grant_type: 'client_credentials', client_id: 'key-2', client_secret: at.key('key-1') }),
      [401, 'invalid_client', 'invalid_token'],
    ],
    [
      'the right id',
      () => ({ grant_type: 'client_credentials', client_id: 'key-1', client_secret: at.key('key-1') }),
      [200, undefined, undefined],
    ],
    [
      'a key of another network',
      () => ({
        grant_type: 'client_credentials',
        client_id: 'key-1',
        client_secret: at.key('key-1', { networks: ['192.0.2.1'] }),
      }),
      [401, 'invalid_client', 'invalid_token'],
    ],
    [
      'a bound key without its proof',
      () => ({
        grant_type: 'client_credentials',
        client_id: 'key-1',
        client_secret: at.key('key-1', { confirmation: { jkt: 'A'.repeat(43), certificate: undefined } }),
      }),
      [400, 'invalid_dpop_proof', 'invalid_dpop_proof'],
    ],
    [
      'an exchange with credentials beside it, which nobody would have verified',
      () => exchanging(at.token(), { client_id: 'key-1', client_secret: 'x' }),
      [401, 'invalid_client', 'invalid_token'],
    ],
  ])('%s', async (_name, parameters, wants) => {
    const answer = await post('/oauth/token', parameters())
    expect(summary(answer)).toEqual(wants)
    expect(answer.headers['cache-control']).toBe('no-store')
    const { error_description: text } = answer.json() as { error_description?: string }
    // RFC 6749 section 5.2: the characters that a description may have.
    if (text !== undefined) expect(text).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(answer.headers['www-authenticate']).toBe(answer.status === 401 ? 'Basic realm="ostiary"' : undefined)
  })

  it.each([
    ['JSON', { 'content-type': 'application/json' }, [415, 'invalid_request', 'unsupported_media_type']],
    ['compressed', { 'content-encoding': 'gzip' }, [415, 'invalid_request', 'unsupported_media_type']],
  ])('a body that is %s', async (_name, headers, wants) => {
    expect(summary(await post('/oauth/token', exchanging(at.token()), headers))).toEqual(wants)
  })

  it('a body over 64 KiB, before it is read', async () => {
    const answer = await post('/oauth/token', `grant_type=${'x'.repeat(64 * 1024)}`)
    expect(summary(answer)).toEqual([413, 'invalid_request', 'body_too_large'])
  })

  it('a Bearer credential: nobody looks at it, so it is not passed over', async () => {
    const answer = await post('/oauth/token', exchanging(at.token()), { authorization: `Bearer ${at.token()}` })
    expect(summary(answer)).toEqual([401, 'invalid_client', 'invalid_token'])
  })

  it('a proof that does not hold, whatever the token', async () => {
    const answer = await post('/oauth/token', exchanging(at.token()), { dpop: 'x.y.z' })
    expect(summary(answer)).toEqual([400, 'invalid_dpop_proof', 'invalid_dpop_proof'])
  })

  it.each([
    ['token', () => exchanging(at.token())],
    ['key', () => ({ grant_type: 'client_credentials', client_id: 'k', client_secret: at.key('k') })],
    ['state', () => ({ grant_type: 'client_credentials', client_id: 'k', client_secret: at.key('k') })],
  ] as const)('what cannot be checked is not taken: %s [exchange.unavailable]', async (part, parameters) => {
    at.ill.set(part, 'overloaded')
    const answer = await post('/oauth/token', parameters())
    expect(summary(answer)).toEqual([503, 'temporarily_unavailable', 'overloaded'])
    expect(answer.headers['retry-after']).toBe('5')
    at.ill.clear()
    await granted(parameters())
  })

  it('a key that was revoked', async () => {
    at.ill.set('state', 'revoked_token')
    const key = at.key('k')
    const answer = await post('/oauth/token', { grant_type: 'client_credentials', client_id: 'k', client_secret: key })
    expect(summary(answer)).toEqual([401, 'invalid_client', 'revoked_token'])
  })

  it('tells of who was known, and counts who was not [exchange.told]', async () => {
    await post('/oauth/token', exchanging('x'))
    expect(at.strangers).toEqual(['invalid_token: token malformed: not three parts'])
    expect(at.told).toEqual([])
    await post('/oauth/token', exchanging(at.token(), { scope: 'datasets:read' }))
    await post('/oauth/token', exchanging(at.token(), acting('x')))
    expect(at.strangers).toHaveLength(1)
    expect(at.told.map(({ what, principal: { actor } }) => [what['did'], what['error'], actor.uid])).toEqual([
      ['refused', 'invalid_scope', 'https://idp.example#alice'],
      ['refused', 'invalid_request', 'https://idp.example#alice'],
    ])
  })

  it('of forms that never came whole there is one reason, whatever length was promised', async () => {
    const form = 'content-type: application/x-www-form-urlencoded'
    for (const length of [10, 2000, 65_000]) {
      const socket = connect(Number(new URL(at.url).port), '127.0.0.1')
      socket.write(`POST /oauth/token HTTP/1.1\r\nhost: x\r\n${form}\r\ncontent-length: ${length}\r\n\r\ngr`)
      socket.write('ant'.slice(0, length % 3))
      await new Promise((resolve) => setTimeout(resolve, 50))
      socket.destroy()
    }
    await until(() => at.strangers.length === 3)
    expect(new Set(at.strangers)).toEqual(new Set(['invalid_request: form: the caller left after n of n body bytes']))
  })

  it('takes no proof of who has neither token nor key: proofs are remembered [exchange.strangers-proofs]', async () => {
    let taken = 0
    const counting = await openTokenEndpoint({
      async proof() {
        taken += 1
        return proceed(undefined)
      },
    })
    const key = counting.key('k')
    const asKey = (secret: string): Parameters => ({
      grant_type: 'client_credentials',
      client_id: 'k',
      client_secret: secret,
    })
    const ask = (form: Parameters): Promise<Answer> =>
      send(counting.url, Buffer.from(new URLSearchParams(form).toString()), {
        path: '/oauth/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
    const refused = [exchanging('x'), exchanging(counting.token(), acting('x')), asKey(`${key}0`)]
    for (const form of refused) expect((await ask(form)).status).not.toBe(200)
    expect(taken).toBe(0)
    for (const form of [exchanging(counting.token()), asKey(key)]) expect((await ask(form)).status).toBe(200)
    expect(taken).toBe(2)
    await counting.close()
  })

  it('other methods and paths are not here', async () => {
    for (const [method, path] of [
      ['GET', '/oauth/token'],
      ['PUT', '/oauth/token'],
      ['POST', '/oauth/token/'],
      ['POST', '/oauth/tokens'],
      ['POST', '//oauth/token'],
    ] as const) {
      expect((await send(at.url, method === 'GET' ? undefined : Buffer.from(''), { method, path })).status).toBe(404)
    }
  })
})

describe('revocation by who holds the token', () => {
  test.each<[string, () => Parameters, number, number]>([
    ['a token of ours [revoke.own-token]', () => ({ token: at.token() }), 200, 1],
    ['whatever its kind is guessed to be', () => ({ token: at.token(), token_type_hint: 'refresh_token' }), 200, 1],
    ['a bound token, without its key: a thief may only end it', () => ({ token: bound() }), 200, 1],
    ['one that nobody knows [revoke.unknown-is-fine]', () => ({ token: 'x' }), 200, 0],
    ['one that has expired', () => ({ token: at.token({ expiresAt: at.nowMs / 1000 + 1 }) }), 200, 0],
    ['none', () => ({ token: '' }), 400, 0],
    [
      'one with credentials that nobody verified',
      () => ({ token: at.token(), client_id: 'k', client_secret: 'x' }),
      401,
      0,
    ],
  ])('%s', async (name, parameters, status, count) => {
    const asked = parameters()
    if (name.includes('expired')) at.nowMs += 10_000
    const answer = await post('/oauth/revoke', asked)
    expect([answer.status, at.revoked.length]).toEqual([status, count])
    if (status === 200) expect([answer.text, answer.headers['cache-control']]).toEqual(['', 'no-store'])
  })

  const bound = (): string => at.token({}, { jkt: 'A'.repeat(43), certificate: undefined })

  it('names a token by its issuer and id, or by its digest where it has none [revoke.by-name]', async () => {
    const opaque = { issuer: 'https://idp.example', tokenId: undefined, tokenDigest: 'ab'.repeat(32) }
    const own = { issuer: 'https://idp.example', tokenId: 'j1', tokenIssuer: 'https://broker.example' }
    for (const facts of [opaque, own]) {
      await at.close()
      at = await openTokenEndpoint({
        authenticateToken: async () => ({ kind: 'proceed', value: principal(facts) }),
      })
      await post('/oauth/revoke', { token: 'whatever' })
      const name = facts === opaque ? `digest ${'ab'.repeat(32)}` : 'token https://broker.example j1'
      expect(at.revoked).toEqual([`${name} (presented at /oauth/revoke)`])
    }
  })

  it('does not revoke API keys [revoke.unsupported-type]', async () => {
    const answer = await post('/oauth/revoke', { token: at.key('k') })
    expect(summary(answer)).toEqual([400, 'unsupported_token_type', 'invalid_request'])
    expect(at.revoked).toEqual([])
  })

  it.each(['revoke', 'token'] as const)(
    'never says yes while the store is away: %s [revoke.unavailable]',
    async (part) => {
      at.ill.set(part, 'overloaded')
      const token = at.token()
      const answer = await post('/oauth/revoke', { token })
      expect(summary(answer)).toEqual([503, 'temporarily_unavailable', 'overloaded'])
      expect(answer.headers['retry-after']).toBe('5')
      at.ill.clear()
      expect((await post('/oauth/revoke', { token })).status).toBe(200)
      expect(at.revoked).toHaveLength(1)
    },
  )

  it('nor while nobody can tell whether it is a token [revoke.unavailable]', async () => {
    await at.close()
    at = await openTokenEndpoint({
      authenticateToken: async () => refuse('invalid_token', 'no keys', { undecided: true }),
    })
    for (const [path, parameters] of [
      ['/oauth/revoke', { token: 'whatever' }],
      ['/oauth/token', exchanging('whatever')],
    ] as const) {
      const answer = await post(path, parameters)
      expect(summary(answer)).toEqual([503, 'temporarily_unavailable', 'overloaded'])
      expect(answer.headers['retry-after']).toBe('5')
    }
    expect(at.strangers).toEqual(['overloaded: no keys', 'overloaded: no keys'])
    expect(at.revoked).toEqual([])
  })
})
