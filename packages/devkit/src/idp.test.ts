import { createHash, X509Certificate } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { oauth4webapiClient } from '@ostiary/testkit'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type DevIdentityProvider,
  DevIssuerError,
  mintDevToken,
  startDevBrowser,
  startDevIdentityProvider,
} from './index.js'

const AUDIENCE = 'http://127.0.0.1:8787'
const PATH = '/ostiary-dev'

let dir: string
let idp: DevIdentityProvider
const said: unknown[] = []

beforeAll(async () => {
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((...args) => said.push(args))
  }
  dir = join(await mkdtemp(join(tmpdir(), 'ostiary-devkit-')), 'data')
  idp = await startDevIdentityProvider({ dataDir: dir, issuerPath: PATH, audience: AUDIENCE })
})

afterAll(async () => {
  vi.restoreAllMocks()
  await idp.close()
  await rm(join(dir, '..'), { recursive: true })
})

async function verify(token: string, from: DevIdentityProvider = idp): Promise<JWTPayload> {
  const keys = createRemoteJWKSet(new URL(from.jwksUri))
  const { payload } = await jwtVerify(token, keys, {
    issuer: from.issuer,
    audience: AUDIENCE,
    typ: 'at+jwt',
    algorithms: ['ES256'],
    requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
  })
  return payload
}

describe('the people', () => {
  test.each([
    ['alice', { sub: 'alice', client_id: 'ostiary-dev-app', groups: ['analysts'] }],
    ['bob', { sub: 'bob', client_id: 'ostiary-dev-app', groups: ['support'] }],
    ['carol', { sub: 'carol', client_id: 'ostiary-dev-app', groups: ['security', 'approver'] }],
    ['batch', { sub: 'batch', client_id: 'batch' }],
    ['scout', { sub: 'alice', client_id: 'scout', groups: ['analysts'], act: { sub: 'scout' } }],
  ])('%s gets exactly the claims of their kind', async (as, own) => {
    const payload = await verify(await idp.token({ as, expiresInSeconds: 60 }))
    const { iat = 0, exp, jti, ...rest } = payload
    expect(rest).toEqual({ iss: idp.issuer, aud: AUDIENCE, scope: 'models:invoke models:list', ...own })
    expect(exp).toBe(iat + 60)
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(5)
    expect(jti).toMatch(/^[\w-]{20,}$/)
  })

  test.each(['alice', 'batch'])('%s gets the scope that was asked for, or none', async (as) => {
    expect((await verify(await idp.token({ as, scope: 'audit:read admin:config' })))['scope']).toBe(
      'audit:read admin:config',
    )
    expect(await verify(await idp.token({ as, scope: '' }))).not.toHaveProperty('scope')
  })

  test.each(['alice', 'batch'])('%s: an expired token, a token for another audience, a bound token', async (as) => {
    await expect(verify(await idp.token({ as, expiresInSeconds: -1 }))).rejects.toThrow(
      '"exp" claim timestamp check failed',
    )
    const elsewhere = await idp.token({ as, audience: 'https://elsewhere.example' })
    await expect(verify(elsewhere)).rejects.toThrow('unexpected "aud" claim value')
    expect(decodeJwt(elsewhere).aud).toBe('https://elsewhere.example')
    expect(decodeJwt(await idp.token({ as, audience: 'no-uri' })).aud).toBe('no-uri')
    const jkt = 'k'.repeat(43)
    expect(decodeJwt(await idp.token({ as, jkt }))['cnf']).toEqual({ jkt })
  })

  test('what only the holder of the issuer can ask for is in the token, and nothing else', async () => {
    const asked = { acr: 'phr', authTime: 1_700_000_000, sid: 's-1', mayAct: 'scout' }
    for (const as of ['alice', 'batch', 'scout']) {
      const plain = await verify(await idp.token({ as }))
      const { iat: _iat, exp: _exp, jti: _jti, ...rest } = await verify(await idp.token({ as, ...asked }))
      const { iat: _iat2, exp: _exp2, jti: _jti2, ...before } = plain
      expect(rest).toEqual({
        ...before,
        acr: 'phr',
        auth_time: 1_700_000_000,
        sid: 's-1',
        may_act: { sub: 'scout' },
      })
    }
  })

  test('a list of audiences stands as it was given', async () => {
    for (const as of ['alice', 'batch']) {
      const { aud } = await verify(await idp.token({ as, audience: [AUDIENCE, 'https://second.example'] }))
      expect(aud).toEqual([AUDIENCE, 'https://second.example'])
      expect(decodeJwt(await idp.token({ as, audience: ['https://only.example'] })).aud).toEqual([
        'https://only.example',
      ])
    }
  })

  test('a certificate binds a token by its thumbprint, however it is given', async () => {
    const x5t = createHash('sha256')
      .update(new X509Certificate(rootCertificates[0] ?? '').raw)
      .digest('base64url')
    for (const certificate of [rootCertificates[0] ?? '', x5t]) {
      for (const as of ['carol', 'batch']) {
        expect(decodeJwt(await idp.token({ as, certificate }))['cnf']).toEqual({ 'x5t#S256': x5t })
      }
    }
  })

  test('every token is another', async () => {
    const tokens = await Promise.all([1, 2, 3].map(() => idp.token({ as: 'alice' })))
    expect(new Set(tokens.map((token) => decodeJwt(token).jti)).size).toBe(3)
  })

  test.each([
    [{ as: 'mallory' }, 'say alice, bob, carol, batch, scout'],
    [{ as: 'constructor' }, 'no `constructor` here'],
    [{ as: 'alice', scope: 'two  spaces' }, 'is not a scope'],
    [{ as: 'alice', expiresInSeconds: 1.5 }, 'whole number of seconds'],
    [{ as: 'alice', expiresInSeconds: 100_000 }, 'at most 86400'],
    [{ as: 'alice', audience: '' }, 'needs an audience'],
    [{ as: 'alice', audience: [AUDIENCE, ''] as const }, 'needs an audience'],
    [{ as: 'alice', acr: '' }, '`acr` is empty'],
    [{ as: 'alice', sid: '' }, '`sid` is empty'],
    [{ as: 'alice', mayAct: '' }, '`mayAct` is empty'],
    [{ as: 'alice', authTime: 1.5 }, 'seconds since the epoch'],
    [{ as: 'alice', authTime: -1 }, 'seconds since the epoch'],
    [{ as: 'alice', certificate: 'no certificate' }, 'is given as PEM'],
    [{ as: 'alice', certificate: 'c'.repeat(43), jkt: 'k'.repeat(43) }, 'not to both'],
  ])('%j is refused with a way out', async (request, text) => {
    const asked = Promise.resolve().then(() => idp.token(request))
    await expect(asked).rejects.toThrow(DevIssuerError)
    await expect(Promise.resolve().then(() => idp.token(request))).rejects.toThrow(text)
  })
})

describe('the server', () => {
  test.each([
    `${PATH}/.well-known/openid-configuration`,
    `/.well-known/oauth-authorization-server${PATH}`,
    `/.well-known/openid-configuration${PATH}`,
  ])('answers %s', async (path) => {
    const metadata: unknown = await (await fetch(new URL(path, idp.issuer))).json()
    expect(metadata).toMatchObject({ issuer: idp.issuer, jwks_uri: idp.jwksUri, token_endpoint: idp.tokenEndpoint })
  })

  test('shows no private part of its key', async () => {
    const { keys } = (await (await fetch(idp.jwksUri)).json()) as { keys: Record<string, unknown>[] }
    expect(keys).toHaveLength(1)
    expect(keys[0]).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' })
    expect(keys[0]).not.toHaveProperty('d')
    expect(decodeProtectedHeader(await idp.token({ as: 'bob' }))).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: keys[0]?.['kid'],
    })
  })

  test('hands batch a token by the real grant, and nobody else', async () => {
    const grant = async (id: string, secret: string): Promise<Response> =>
      fetch(idp.tokenEndpoint, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: AUDIENCE, scope: 'models:invoke' }),
      })
    const good = await grant(idp.batch.clientId, idp.batch.clientSecret)
    expect(good.status).toBe(200)
    const { access_token, expires_in } = (await good.json()) as { access_token: string; expires_in: number }
    expect(expires_in).toBe(300)
    expect(await verify(access_token)).toMatchObject({ sub: 'batch', scope: 'models:invoke' })
    expect((await grant('batch', 'wrong')).status).toBe(401)
    expect((await grant('scout', idp.batch.clientSecret)).status).toBe(401)
  })

  test('answers under its own name alone', async () => {
    expect(await statusFor({ host: new URL(idp.issuer).host })).toBe(200)
    expect(await statusFor({ host: 'rebound.example' })).toBe(421)
    expect((await fetch(new URL('/jwks', idp.issuer))).status).toBe(404)
    expect((await fetch(new URL(`${PATH}x/jwks`, idp.issuer))).status).toBe(404)
  })

  test('listens on loopback alone', async () => {
    const start = (host: string): Promise<DevIdentityProvider> =>
      startDevIdentityProvider({ host, issuerPath: PATH, audience: AUDIENCE })
    await expect(start('0.0.0.0')).rejects.toThrow('not a loopback address')
    await expect(start('localhost')).rejects.toThrow('not a loopback address')
    await (await start('127.0.0.2')).close()
  })

  test('starts fast and says nothing', async () => {
    const from = performance.now()
    const other = await startDevIdentityProvider({ issuerPath: PATH, audience: AUDIENCE })
    expect(performance.now() - from).toBeLessThan(1500)
    await other.close()
    expect(said).toEqual([])
  })

  test('two in one process share nothing', async () => {
    const other = await startDevIdentityProvider({ issuerPath: PATH, audience: AUDIENCE })
    const token = await other.token({ as: 'alice' })
    await expect(verify(token)).rejects.toThrow()
    expect((await verify(token, other)).sub).toBe('alice')
    await other.close()
  })

  test.each(['alice', 'batch'])('its tokens are of the time its clock shows (%s)', async (as) => {
    const nowMs = Date.UTC(2031, 0, 1)
    const other = await startDevIdentityProvider({ issuerPath: PATH, audience: AUDIENCE, clock: { now: () => nowMs } })
    const { iat, exp } = decodeJwt(await other.token({ as, expiresInSeconds: 90 }))
    await other.close()
    expect([iat, exp]).toEqual([nowMs / 1000, nowMs / 1000 + 90])
  })

  test('a login over HTTP is of that time too', async () => {
    const nowMs = Date.UTC(2031, 0, 1)
    const other = await startDevIdentityProvider({ issuerPath: PATH, audience: AUDIENCE, clock: { now: () => nowMs } })
    const client = await oauth4webapiClient({ issuer: other.issuer, clientId: other.app.clientId })
    const browser = startDevBrowser(other)
    const { accessToken } = await client.authorizationCode(
      { scope: 'models:invoke' },
      async (url) => (await browser.open(url, 'alice')).url,
    )
    await other.close()
    const { iat, exp, auth_time: authTime } = decodeJwt(accessToken)
    expect([iat, exp]).toEqual([nowMs / 1000, nowMs / 1000 + 300])
    expect(nowMs / 1000 - Number(authTime)).toBeLessThan(5)
    expect(nowMs / 1000 - Number(authTime)).toBeGreaterThanOrEqual(0)
  })

  test('a path that is none is refused', async () => {
    for (const issuerPath of ['', '/', 'x', '/a/', '/a?b']) {
      await expect(startDevIdentityProvider({ issuerPath, audience: AUDIENCE })).rejects.toThrow('is not a path')
    }
  })
})

describe('the data folder', () => {
  test('is the owner’s alone', async () => {
    expect((await stat(dir)).mode & 0o777).toBe(0o700)
    expect((await stat(join(dir, 'dev-keys.json'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(dir, 'dev.json'))).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(join(dir, 'dev.json'), 'utf8'))).toEqual({
      issuer: idp.issuer,
      audience: AUDIENCE,
    })
  })

  test('lets another process mint', async () => {
    expect(await verify(await mintDevToken(dir, { as: 'scout', expiresInSeconds: 30 }))).toMatchObject({
      sub: 'alice',
      act: { sub: 'scout' },
    })
    expect(await verify(await mintDevToken(dir, { as: 'batch', scope: 'audit:read' }))).toMatchObject({
      sub: 'batch',
      scope: 'audit:read',
    })
    await expect(mintDevToken(dir, { as: 'mallory' })).rejects.toThrow('no `mallory` here')
  })

  test('carries issuer and keys over a restart', async () => {
    const own = join(dir, 'restart')
    const first = await startDevIdentityProvider({ dataDir: own, issuerPath: PATH, audience: AUDIENCE })
    const token = await first.token({ as: 'carol' })
    await first.close()
    const second = await startDevIdentityProvider({ dataDir: own, issuerPath: PATH, audience: AUDIENCE })
    expect(second.issuer).toBe(first.issuer)
    expect((await verify(token, second)).sub).toBe('carol')
    await second.close()
  })

  test('a folder from before the client ostiary-gateway has one secret for it from then on', async () => {
    const own = join(dir, 'earlier')
    const first = await startDevIdentityProvider({ dataDir: own, issuerPath: PATH, audience: AUDIENCE })
    await first.close()
    const { gatewaySecret: _gone, ...earlier } = JSON.parse(await readFile(join(own, 'dev-keys.json'), 'utf8')) as {
      gatewaySecret: string
    }
    await writeFile(join(own, 'dev-keys.json'), JSON.stringify(earlier))
    const secrets: string[] = []
    for (let start = 0; start < 2; start += 1) {
      const again = await startDevIdentityProvider({ dataDir: own, issuerPath: PATH, audience: AUDIENCE })
      secrets.push(again.gateway.clientSecret)
      await again.close()
    }
    expect(secrets[0]).toMatch(/^[\w-]{32}$/)
    expect(secrets[1]).toBe(secrets[0])
    expect(secrets[0]).not.toBe(first.batch.clientSecret)
  })

  test('two starts at once agree on one key', async () => {
    const own = join(dir, 'race')
    const both = await Promise.all(
      [1, 2].map(() => startDevIdentityProvider({ dataDir: own, issuerPath: PATH, audience: AUDIENCE })),
    )
    const kids = await Promise.all(both.map(async (one) => decodeProtectedHeader(await one.token({ as: 'bob' })).kid))
    expect(new Set(kids).size).toBe(1)
    await Promise.all(both.map((one) => one.close()))
  })

  test('refusals say what to do', async () => {
    await expect(mintDevToken(join(dir, 'missing'), { as: 'alice' })).rejects.toThrow('start `ostiary dev` first')
    const other = join(dir, 'other')
    await mkdir(other, { mode: 0o700 })
    await expect(mintDevToken(other, { as: 'alice' })).rejects.toThrow('not the data folder of `ostiary dev`')
    await chmod(other, 0o755)
    await expect(mintDevToken(other, { as: 'alice' })).rejects.toThrow('chmod 700')
    await writeFile(join(other, 'somebody.txt'), 'else')
    const start = (): Promise<DevIdentityProvider> =>
      startDevIdentityProvider({ dataDir: other, issuerPath: PATH, audience: AUDIENCE })
    await expect(start()).rejects.toThrow('chmod 700')
    await rm(join(other, 'somebody.txt'))
    await (await start()).close()
    expect((await stat(other)).mode & 0o777).toBe(0o700)
    await chmod(join(other, 'dev-keys.json'), 0o644)
    await expect(mintDevToken(other, { as: 'alice' })).rejects.toThrow('chmod 600')
    await chmod(join(other, 'dev-keys.json'), 0o600)
    await writeFile(join(other, 'dev-keys.json'), '{"keys":[]}')
    await expect(mintDevToken(other, { as: 'alice' })).rejects.toThrow('is damaged')
    await writeFile(join(other, 'dev.json'), '{')
    await expect(mintDevToken(other, { as: 'alice' })).rejects.toThrow('is damaged')
  })
})

function statusFor(headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(idp.jwksUri, { headers, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('error', reject).end()
  })
}
