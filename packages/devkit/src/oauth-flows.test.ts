import { type OAuthClient, type OAuthClientParts, oauth4webapiClient, openidClient, type Visit } from '@ostiary/testkit'
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type DevIdentityProvider, startDevBrowser, startDevIdentityProvider } from './index.js'

const AUDIENCE = 'https://gateway.example'
const OPAQUE = 'https://opaque.example/api'
const SCOPE = 'models:invoke models:list'

let idp: DevIdentityProvider
let strict: DevIdentityProvider
const said: unknown[] = []

beforeAll(async () => {
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((...args) => said.push(args))
  }
  const parts = { issuerPath: '/flows', audience: AUDIENCE, opaqueAudience: OPAQUE }
  idp = await startDevIdentityProvider(parts)
  strict = await startDevIdentityProvider({ ...parts, requireDpopNonce: true })
})
afterAll(async () => {
  vi.restoreAllMocks()
  await idp.close()
  await strict.close()
  expect(said).toEqual([])
})

async function verified(token: string, from: DevIdentityProvider = idp): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(from.jwksUri)), {
    issuer: from.issuer,
    audience: AUDIENCE,
    typ: 'at+jwt',
    algorithms: ['ES256'],
    requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
  })
  return payload
}

/** A browser of its own for each, so that nobody is logged in. */
function visitAs(as: string | undefined, from: DevIdentityProvider = idp): Visit {
  const browser = startDevBrowser(from)
  return async (url) => (await browser.open(url, as)).url
}

async function verify(address: URL, userCode: string, as = 'alice', from = idp): Promise<string> {
  address.searchParams.set('user_code', userCode)
  return (await startDevBrowser(from).open(address, as)).html
}

describe.each([
  ['oauth4webapi', oauth4webapiClient],
  ['openid-client', openidClient],
] as const)('%s', (_name, make) => {
  const app = (from: DevIdentityProvider = idp, more: Partial<OAuthClientParts> = {}): Promise<OAuthClient> =>
    make({ issuer: from.issuer, clientId: from.app.clientId, ...more })
  const batch = (from: DevIdentityProvider = idp, more: Partial<OAuthClientParts> = {}): Promise<OAuthClient> =>
    make({ issuer: from.issuer, ...from.batch, ...more })
  const gateway = (): Promise<OAuthClient> => make({ issuer: idp.issuer, ...idp.gateway })

  test('discovery says what it can do, and nothing weaker', async () => {
    const { metadata } = await app()
    expect(metadata).toMatchObject({
      issuer: idp.issuer,
      jwks_uri: idp.jwksUri,
      token_endpoint: idp.tokenEndpoint,
      introspection_endpoint: idp.introspectionEndpoint,
      revocation_endpoint: idp.revocationEndpoint,
      code_challenge_methods_supported: ['S256'],
      acr_values_supported: ['phr'],
      authorization_response_iss_parameter_supported: true,
    })
    expect(metadata['response_types_supported']).toEqual(['code'])
    expect(metadata['grant_types_supported']).not.toContain('implicit')
    expect(metadata['dpop_signing_alg_values_supported']).toContain('ES256')
  })

  test('client credentials', async () => {
    const { accessToken, tokenType, refreshToken } = await (await batch()).clientCredentials({ scope: SCOPE })
    expect(tokenType).toBe('bearer')
    expect(refreshToken).toBeUndefined()
    const { iat = 0, exp, jti, ...rest } = await verified(accessToken)
    expect(rest).toEqual({ iss: idp.issuer, aud: AUDIENCE, sub: 'batch', client_id: 'batch', scope: SCOPE })
    expect([exp, jti]).toEqual([iat + 300, expect.any(String)])
  })

  test.each([
    ['alice', ['analysts']],
    ['bob', ['support']],
    ['carol', ['security', 'approver']],
  ])('authorization code with PKCE: %s chooses herself on the page', async (as, groups) => {
    const tokens = await (await app()).authorizationCode({ scope: SCOPE }, visitAs(as))
    const { iat = 0, exp, jti, sid, auth_time: authTime, ...rest } = await verified(tokens.accessToken)
    expect(rest).toEqual({
      iss: idp.issuer,
      aud: AUDIENCE,
      sub: as,
      client_id: 'ostiary-dev-app',
      scope: SCOPE,
      groups,
      amr: ['user'],
    })
    expect([exp, jti, sid]).toEqual([iat + 300, expect.any(String), expect.any(String)])
    expect(Math.abs(iat - Number(authTime))).toBeLessThan(5)
    expect(tokens).toMatchObject({ tokenType: 'bearer', scope: SCOPE, idToken: undefined })
  })

  test('with openid there is an ID token too, and the access token does not have that scope', async () => {
    const tokens = await (await app()).authorizationCode({ scope: `openid ${SCOPE}` }, visitAs('alice'))
    expect(decodeJwt(String(tokens.idToken))).toMatchObject({ sub: 'alice', aud: 'ostiary-dev-app' })
    expect(await verified(tokens.accessToken)).toMatchObject({ scope: SCOPE })
  })

  test('device: nothing before the person has answered, then their token', async () => {
    let done = ''
    const tokens = await (await app()).device({ scope: SCOPE }, async (address, code) => {
      done = await verify(address, code, 'carol')
    })
    expect(done).toContain('The device has its answer')
    expect(await verified(tokens.accessToken)).toMatchObject({ sub: 'carol', scope: SCOPE, amr: ['user'] })
    expect(await verified(tokens.accessToken)).toHaveProperty('sid')
  })

  test('refresh: a new token of the same login, with less scope where less is asked; the old refresh token is used up', async () => {
    const client = await app()
    const first = await client.authorizationCode({ scope: SCOPE }, visitAs('alice'))
    const renewed = await client.refresh(String(first.refreshToken))
    const [before, after] = [decodeJwt(first.accessToken), await verified(renewed.accessToken)]
    expect(after.jti).not.toBe(before.jti)
    for (const claim of ['sub', 'sid', 'auth_time', 'amr', 'scope', 'groups'])
      expect(after[claim]).toEqual(before[claim])
    const narrow = await client.refresh(String(renewed.refreshToken), { scope: 'models:list' })
    expect(await verified(narrow.accessToken)).toMatchObject({ scope: 'models:list' })
    await expect(client.refresh(String(first.refreshToken))).rejects.toMatchObject({ error: 'invalid_grant' })
    await expect(client.refresh(String(narrow.refreshToken))).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  test('step-up: acr_values and max_age bring a better and a newer login', async () => {
    const client = await app()
    const browser = startDevBrowser(idp)
    const visit: Visit = async (url) => (await browser.open(url, 'alice')).url
    const scope = `openid ${SCOPE}`
    const plain = decodeJwt((await client.authorizationCode({ scope }, visit)).accessToken)
    expect(plain).not.toHaveProperty('acr')
    const better = decodeJwt((await client.authorizationCode({ scope, acr_values: 'phr' }, visit)).accessToken)
    expect(better).toMatchObject({ acr: 'phr', amr: ['hwk', 'user'], sid: plain['sid'] })
    // Somebody is logged in well enough: no question.
    const silent: Visit = async (url) => (await browser.open(url)).url
    const kept = await client.authorizationCode({ scope, acr_values: 'phr', max_age: '60' }, silent)
    expect(decodeJwt(kept.accessToken)).toMatchObject({ acr: 'phr', auth_time: better['auth_time'] })
    // 0: whoever logged in before does not count.
    const asked = await browser.open(await addressOf(client, { scope, max_age: '0' }))
    expect(asked).toMatchObject({ left: false, status: 200 })
    expect(asked.html).toContain('Who are you?')
  })

  test('a login_hint with the login code answers without a page, for another person than before too', async () => {
    const client = await app()
    const browser = startDevBrowser(idp)
    const silent: Visit = async (url) => (await browser.open(url)).url
    for (const as of ['carol', 'carol', 'bob']) {
      const { accessToken } = await client.authorizationCode(
        { scope: SCOPE, login_hint: as, login_code: idp.loginCode },
        silent,
      )
      expect(decodeJwt(accessToken).sub).toBe(as)
    }
    // Bob's session answers `prompt=none`; without one it is an error.
    const quiet = await client.authorizationCode({ scope: SCOPE, prompt: 'none' }, silent)
    expect(decodeJwt(quiet.accessToken).sub).toBe('bob')
    const stranger = await startDevBrowser(idp).open(await addressOf(client, { scope: SCOPE, prompt: 'none' }))
    expect(stranger.url.searchParams.get('error')).toBe('login_required')
    for (const prompt of ['login', 'consent']) {
      const asked = { scope: SCOPE, login_hint: 'bob', login_code: idp.loginCode, prompt }
      const page = await browser.open(await addressOf(client, asked))
      expect(/name="as" value="(\w+)"/.exec(page.html)?.[1]).toBe('bob')
    }
  })

  test('DPoP: tokens are bound to the key, whether nonces are demanded or only given', async () => {
    for (const from of [idp, strict]) {
      const client = await app(from, { dpop: true })
      const tokens = await client.authorizationCode({ scope: SCOPE }, visitAs('alice', from))
      expect(tokens.tokenType).toBe('dpop')
      const { cnf } = await verified(tokens.accessToken, from)
      expect(cnf).toEqual({ jkt: expect.stringMatching(/^[\w-]{43}$/) })
      const renewed = await client.refresh(String(tokens.refreshToken))
      expect(await verified(renewed.accessToken, from)).toMatchObject({ cnf })
      const service = await (await batch(from, { dpop: true })).clientCredentials({ scope: SCOPE })
      expect(await verified(service.accessToken, from)).toHaveProperty('cnf.jkt')
      const other = await client.device(
        { scope: SCOPE },
        async (address, code) => void (await verify(address, code, 'alice', from)),
      )
      expect(await verified(other.accessToken, from)).toMatchObject({ cnf })
      // RFC 9449 section 5: a public client's refresh token is bound too.
      const thief = await app(from, { dpop: true })
      await expect(thief.refresh(String(renewed.refreshToken))).rejects.toMatchObject({ error: 'invalid_grant' })
    }
  })

  test('an opaque token is known to the issuer alone: introspection tells the resource server, revocation ends it', async () => {
    const client = await app()
    const server = await gateway()
    const { accessToken } = await client.authorizationCode({ scope: SCOPE, resource: OPAQUE }, visitAs('alice'))
    expect(accessToken).toMatch(/^[\w-]{40,}$/)
    const facts = await server.introspect(accessToken)
    expect(facts).toMatchObject({
      active: true,
      iss: idp.issuer,
      aud: OPAQUE,
      sub: 'alice',
      client_id: 'ostiary-dev-app',
      scope: SCOPE,
      groups: ['analysts'],
      amr: ['user'],
      token_type: 'Bearer',
      auth_time: expect.any(Number),
      sid: expect.any(String),
    })
    await client.revoke(accessToken)
    expect(await server.introspect(accessToken)).toEqual({ active: false })
    await client.revoke(accessToken)

    const service = await (await batch()).clientCredentials({ scope: SCOPE, resource: OPAQUE })
    expect(await server.introspect(service.accessToken)).toMatchObject({ active: true, client_id: 'batch' })
    await server.revoke(service.accessToken)
    expect(await server.introspect(service.accessToken)).toEqual({ active: false })
    expect(await server.introspect('no-token-at-all')).toEqual({ active: false })
  })

  test('an opaque token that was made in process is introspected like any other', async () => {
    const token = await idp.token({ as: 'scout', audience: OPAQUE, acr: 'phr', authTime: 1_700_000_000, sid: 's-1' })
    expect(await (await gateway()).introspect(token)).toMatchObject({
      active: true,
      sub: 'alice',
      act: { sub: 'scout' },
      acr: 'phr',
      auth_time: 1_700_000_000,
      sid: 's-1',
    })
    const bound = await idp.token({ as: 'bob', audience: OPAQUE, jkt: 'k'.repeat(43) })
    expect(await (await gateway()).introspect(bound)).toMatchObject({
      cnf: { jkt: 'k'.repeat(43) },
      token_type: 'DPoP',
    })
    expect(await (await gateway()).introspect(await idp.token({ as: 'batch', audience: OPAQUE }))).toMatchObject({
      active: true,
      client_id: 'batch',
    })
  })

  test('what was bound to a key says so when it is introspected', async () => {
    const client = await app(idp, { dpop: true })
    const { accessToken } = await client.authorizationCode({ scope: SCOPE, resource: OPAQUE }, visitAs('bob'))
    expect(await (await gateway()).introspect(accessToken)).toMatchObject({
      sub: 'bob',
      token_type: 'DPoP',
      cnf: { jkt: expect.any(String) },
    })
  })

  test('a token is the business of its own client and of the resource server, and of nobody else', async () => {
    const { accessToken } = await (await app()).authorizationCode({ scope: SCOPE, resource: OPAQUE }, visitAs('alice'))
    const other = await batch()
    expect(await other.introspect(accessToken)).toEqual({ active: false })
    await expect(other.revoke(accessToken)).rejects.toMatchObject({ error: 'invalid_request' })
    expect(await (await gateway()).introspect(accessToken)).toMatchObject({ active: true })
    // A JWT speaks for itself: the issuer keeps no list of them.
    await expect((await gateway()).introspect(await idp.token({ as: 'alice' }))).rejects.toMatchObject({
      error: 'unsupported_token_type',
    })
    await expect((await gateway()).clientCredentials({ scope: SCOPE })).rejects.toMatchObject({
      error: 'invalid_request',
    })
  })
})

/** Where a client would send the browser. */
async function addressOf(client: OAuthClient, asked: Readonly<Record<string, string>>): Promise<URL> {
  let seen: URL | undefined
  const stop = client.authorizationCode(asked, async (url) => {
    seen = url
    throw new Error('stopped')
  })
  await expect(stop).rejects.toThrow('stopped')
  return seen ?? new URL('about:blank')
}
