import { type KeyObject, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newKeyPair } from '@ostiary/testkit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { withoutProofs } from '../../../test/proofs.js'
import { createAuthenticate } from '../../authenticate/authenticate.js'
import { readToken } from '../../jws/read.js'
import type { Principal, Received, Step } from '../../spec/index.js'
import { subjectOf } from '../../spec/index.js'
import type { Fetched, FetchJson } from './fetch.js'
import { createJwtIssuer } from './issuer.js'
import type { JwtIssuerOptions } from './options.js'

const ISSUER = 'https://idp.example'
const US = 'https://gateway.example'
const RECEIVED = { path: '/' } as Received
const MINUTE = 60_000

type Json = Record<string, unknown>

const pair = () => newKeyPair({ type: 'ec', namedCurve: 'P-256' })
const first = pair()
const second = pair()
const jwk = (key: KeyObject, kid?: string): Json => ({ ...key.export({ format: 'jwk' }), ...(kid && { kid }) })
const body = (value: unknown): Fetched => ({ kind: 'body', body: Buffer.from(JSON.stringify(value)) })
const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const seconds = (): number => Math.floor(Date.now() / 1000)

function mint(payload: Json = {}, key = first.privateKey, header: Json = { kid: 'first' }): string {
  const claims = {
    iss: ISSUER,
    aud: US,
    sub: 'alice',
    client_id: 'app',
    jti: 'j1',
    iat: seconds(),
    exp: seconds() + 900,
  }
  const input = `${b64({ alg: 'ES256', typ: 'at+jwt', ...header })}.${b64({ ...claims, ...payload })}`
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

function options(more: Partial<JwtIssuerOptions> = {}): JwtIssuerOptions {
  return {
    issuer: ISSUER,
    audience: [US, 'urn:gateway'],
    keys: { kind: 'jwksUri', uri: `${ISSUER}/jwks` },
    algorithms: ['ES256', 'RS256'],
    profile: 'rfc9068',
    maxTokenLifetimeMs: 900_000,
    clockToleranceMs: 5000,
    allowPrivateNetwork: false,
    jwksCooldownMs: 30_000,
    claims: [
      { kind: 'groups', claim: 'groups' },
      { kind: 'groups', claim: 'realm_access.roles' },
      { kind: 'attribute', claim: 'dept', name: 'department', type: 'String' },
      { kind: 'attribute', claim: 'level', name: 'level', type: 'Long' },
      { kind: 'attribute', claim: 'staff', name: 'staff', type: 'Bool' },
      { kind: 'attribute', claim: 'regions', name: 'regions', type: 'Set<String>' },
    ],
    agents: [{ id: 'scout', groups: ['agents'] }],
    groups: { kind: 'prefix', prefix: 'corp/' },
    clock: { now: () => Date.now() },
    ...more,
  }
}

function gate(more: Partial<JwtIssuerOptions> = {}) {
  const state = { keys: [jwk(first.publicKey, 'first')], down: false, asked: [] as string[] }
  const fetchJson: FetchJson = async (url) => {
    state.asked.push(url.href)
    return state.down ? { kind: 'failed', why: 'down' } : body({ keys: state.keys })
  }
  const issuer = createJwtIssuer(options({ fetchJson, ...more }))
  const stage = createAuthenticate({
    ...withoutProofs(),
    providers: [issuer],
    revocations: { state: () => 'live' as const },
    clock: { now: () => Date.now() },
    cacheEntries: 100,
    publicUrl: US,
  })
  const ask = async (token: string): Promise<Step<Principal>> =>
    stage.authenticate(RECEIVED, { scheme: 'bearer', token, proofs: [] })
  const outcome = async (token: string): Promise<string> => {
    const step = await ask(token)
    return step.kind === 'refuse' ? step.forLog : 'proceed'
  }
  const who = async (payload: Json, header?: Json): Promise<Principal> => {
    const step = await ask(mint(payload, first.privateKey, { kid: 'first', ...header }))
    if (step.kind === 'refuse') throw new Error(step.forLog)
    return step.value
  }
  return { state, issuer, ask, outcome, who }
}

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['Date', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

describe('who it is', () => {
  test('a user, with groups by the names of this house and mapped claims [principal.identity]', async () => {
    const { who } = gate()
    const principal = await who({
      scope: 'models:invoke models:list',
      groups: ['analysts', 'analysts'],
      realm_access: { roles: ['ops'] },
      dept: 'research',
      level: 3,
      staff: true,
      regions: ['eu', 'us', 'eu'],
      acr: 'urn:mfa',
      amr: ['pwd', 'otp'],
      auth_time: seconds() - 60,
    })
    expect(principal).toMatchObject({
      actor: {
        kind: 'User',
        uid: `${ISSUER}#alice`,
        issuer: ISSUER,
        subject: 'alice',
        groups: ['corp/analysts', 'corp/ops'],
        attributes: { department: 'research', level: 3, staff: true, regions: ['eu', 'us'] },
      },
      onBehalfOf: undefined,
      proof: 'bearer',
      actors: [],
      acr: 'urn:mfa',
      amr: ['pwd', 'otp'],
      authTime: seconds() - 60,
      issuedAt: seconds(),
      expiresAt: seconds() + 900,
      tokenId: 'j1',
      clientId: 'app',
    })
    expect([...principal.scopes]).toEqual(['models:invoke', 'models:list'])
    expect(principal.tokenDigest).toMatch(/^[0-9a-f]{64}$/)
    expect(subjectOf(principal)).toBe(principal.actor)
  })

  test('nothing more than the token says', async () => {
    const { who } = gate()
    const principal = await who({})
    expect(principal.actor.groups).toEqual([])
    expect({ ...principal.actor.attributes }).toEqual({})
    expect(principal.scopes.size).toBe(0)
    expect(principal).toMatchObject({ acr: undefined, amr: [], authTime: undefined })
  })

  test('a service, where `sub` is the client itself', async () => {
    const { who } = gate()
    expect((await who({ sub: 'app' })).actor.kind).toBe('Service')
    expect((await who({ sub: 'app', client_id: 'App' })).actor.kind).toBe('User')
  })

  test('an agent: in its own groups, acting within those of its subject [principal.agent]', async () => {
    const { who } = gate()
    const principal = await who({
      groups: ['analysts'],
      dept: 'research',
      act: { sub: 'scout', groups: ['admins'], act: { sub: 'older', iss: 'https://elsewhere.example' } },
    })
    expect(principal).toMatchObject({
      actor: { kind: 'Agent', uid: `${ISSUER}#scout`, subject: 'scout', groups: ['agents'], attributes: {} },
      onBehalfOf: {
        kind: 'User',
        uid: `${ISSUER}#alice`,
        groups: ['corp/analysts'],
        attributes: { department: 'research' },
      },
      actors: [
        { issuer: ISSUER, subject: 'scout' },
        { issuer: 'https://elsewhere.example', subject: 'older' },
      ],
    })
    expect(subjectOf(principal).subject).toBe('alice')
  })

  test('an agent that nobody configured is in no group; it may act for a service', async () => {
    const { who } = gate()
    const principal = await who({ sub: 'app', act: { sub: 'unknown' } })
    expect(principal.actor).toMatchObject({ kind: 'Agent', groups: [] })
    expect(principal.onBehalfOf).toMatchObject({ kind: 'Service', subject: 'app' })
  })

  test('an allow-list of groups drops the others', async () => {
    const { who } = gate({ groups: { kind: 'allow', names: ['analysts'] } })
    expect((await who({ groups: ['admins', 'analysts'] })).actor.groups).toEqual(['analysts'])
  })

  test('any of our identifiers will do', async () => {
    const { who } = gate()
    expect((await who({ aud: ['x', 'urn:gateway'] })).actor.subject).toBe('alice')
  })

  test.each<[string, Json, string, string[]]>([
    ['Entra ID, a person', { azp: 'app', scp: 'chat read' }, 'User', ['chat', 'read']],
    ['Entra ID, an app', { azp: 'app', idtyp: 'app', scp: ['chat'] }, 'Service', ['chat']],
    [
      'Auth0, an app',
      { azp: 'app', sub: 'app@clients', gty: 'client-credentials', scope: 'chat' },
      'Service',
      ['chat'],
    ],
    ['Okta, an app', { cid: 'app', sub: 'app', scp: ['chat'] }, 'Service', ['chat']],
    ['Keycloak, a person', { azp: 'app', typ: 'Bearer', scope: 'chat' }, 'User', ['chat']],
  ])('profile legacy: %s', async (_what, payload, kind, scopes) => {
    const { who } = gate({ profile: 'legacy' })
    const principal = await who({ client_id: undefined, jti: undefined, ...payload }, { typ: 'JWT' })
    expect(principal.actor.kind).toBe(kind)
    expect([...principal.scopes]).toEqual(scopes)
    expect(principal.clientId).toBe('app')
  })
})

describe('keys that come and go', () => {
  test('nothing is fetched before a token comes; then once', async () => {
    const { state, outcome, issuer } = gate()
    expect(state.asked).toEqual([])
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => outcome(mint({ jti: `j${i}` }))))
    expect(new Set(all)).toEqual(new Set(['proceed']))
    expect(state.asked).toEqual([`${ISSUER}/jwks`])
    await issuer.close()
  })

  test('a rotation is no outage, and the old key and all it verified are forgotten [jwks.rotation] [jwks.removed-key-dies]', async () => {
    const { state, outcome, issuer } = gate()
    const old = mint()
    expect(await outcome(old)).toBe('proceed')
    state.keys = [jwk(second.publicKey, 'second')]
    expect(await outcome(mint({}, second.privateKey, { kid: 'second' }))).toBe('proceed')
    expect(await outcome(old)).toBe('no key of the issuer fits `kid` and `alg`')
    await issuer.close()
  })

  test('sprayed `kid`s cost the issuer one fetch in a cooldown [jwks.no-flood]', async () => {
    const { state, outcome, issuer } = gate()
    await issuer.refresh()
    for (let i = 0; i < 50; i += 1)
      expect(await outcome(mint({}, second.privateKey, { kid: `k${i}` }))).not.toBe('proceed')
    expect(state.asked).toHaveLength(2)
    await issuer.close()
  })

  test('an issuer that is down serves for ten minutes, then nobody passes, not even from the cache [jwks.issuer-down]', async () => {
    const { state, outcome, issuer } = gate()
    const token = mint()
    expect(await outcome(token)).toBe('proceed')
    state.down = true
    await vi.advanceTimersByTimeAsync(10 * MINUTE - 1)
    expect(await outcome(token)).toBe('proceed')
    await vi.advanceTimersByTimeAsync(1)
    expect(await outcome(token)).toMatch(/never fetched, or expired/)
    state.down = false
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await outcome(token)).toBe('proceed')
    await issuer.close()
  })

  test('without `kid` a rotation shows in a signature that does not hold, and is looked for once', async () => {
    const { state, outcome, issuer } = gate()
    state.keys = [jwk(first.publicKey)]
    expect(await outcome(mint({}, first.privateKey, {}))).toBe('proceed')
    state.keys = [jwk(second.publicKey)]
    vi.setSystemTime(Date.now() + 30_000)
    expect(await outcome(mint({}, second.privateKey, {}))).toBe('proceed')
    expect(await outcome(mint({}, first.privateKey, {}))).toBe('signature does not hold')
    expect(state.asked).toHaveLength(2)
    await issuer.close()
  })

  test('closed, it verifies nothing and fetches nothing', async () => {
    const { state, outcome, issuer } = gate()
    await issuer.refresh()
    await issuer.close()
    expect(await outcome(mint())).toMatch(/never fetched, or expired/)
    expect(state.asked).toHaveLength(1)
  })

  test('what was dropped or failed is reported with the issuer', async () => {
    const reports: string[] = []
    const { state, issuer } = gate({ report: (text) => void reports.push(text) })
    state.keys.push({ kty: 'oct', k: 'AAAA' })
    await issuer.refresh()
    state.down = true
    await issuer.refresh()
    expect(reports).toEqual([
      `issuer \`${ISSUER}\`: key dropped: key 1: symmetric`,
      `issuer \`${ISSUER}\`: keys not fetched: jwks_uri: down`,
    ])
    await issuer.close()
  })
})

describe('discovery', () => {
  function discovered(documents: Record<string, unknown>, more: Partial<JwtIssuerOptions> = {}) {
    const asked: string[] = []
    const fetchJson: FetchJson = async (url) => {
      asked.push(url.href)
      const found = documents[url.href]
      return found === undefined ? { kind: 'failed', why: 'status 404' } : body(found)
    }
    const reports: string[] = []
    const report = (text: string): void => void reports.push(text)
    const issuer = createJwtIssuer(options({ keys: { kind: 'discovery' }, fetchJson, report, ...more }))
    return { issuer, asked, reports }
  }
  const keys = { keys: [jwk(first.publicKey, 'first')] }

  test('by OpenID Connect', async () => {
    const { issuer } = discovered({
      [`${ISSUER}/.well-known/openid-configuration`]: { issuer: ISSUER, jwks_uri: 'https://keys.example/set' },
      'https://keys.example/set': keys,
    })
    expect(await issuer.refresh()).toBe(true)
    await issuer.close()
  })

  test('by RFC 8414, between host and path', async () => {
    const name = `${ISSUER}/tenant`
    const { issuer, asked } = discovered(
      {
        [`${ISSUER}/.well-known/oauth-authorization-server/tenant`]: { issuer: name, jwks_uri: `${ISSUER}/set` },
        [`${ISSUER}/set`]: keys,
      },
      { issuer: name },
    )
    expect(await issuer.refresh()).toBe(true)
    expect(asked[0]).toBe(`${ISSUER}/tenant/.well-known/openid-configuration`)
    await issuer.close()
  })

  test.each([
    ['another issuer', { issuer: `${ISSUER}/`, jwks_uri: `${ISSUER}/set` }],
    ['no issuer', { jwks_uri: `${ISSUER}/set` }],
    ['no `jwks_uri`', { issuer: ISSUER }],
    ['a `jwks_uri` that is no URL', { issuer: ISSUER, jwks_uri: '/set' }],
    ['http', { issuer: ISSUER, jwks_uri: 'http://idp.example/set' }],
    ['loopback', { issuer: ISSUER, jwks_uri: 'http://127.0.0.1:9000/set' }],
    ['localhost', { issuer: ISSUER, jwks_uri: 'https://localhost/set' }],
    ['the metadata service', { issuer: ISSUER, jwks_uri: 'https://169.254.169.254/set' }],
    ['a private address', { issuer: ISSUER, jwks_uri: 'https://10.0.0.1/set' }],
    ['a list', [ISSUER]],
  ])('metadata with %s is refused before keys are fetched [jwks.discovery]', async (_what, metadata) => {
    const { issuer, asked, reports } = discovered({ [`${ISSUER}/.well-known/openid-configuration`]: metadata })
    expect(await issuer.refresh()).toBe(false)
    expect(asked).toHaveLength(1)
    expect(reports[0]).toMatch(/discovery|jwks_uri/)
    await issuer.close()
  })
})

describe('over a true loopback server', () => {
  test('discovery, keys, a token', async () => {
    vi.useRealTimers()
    const server = createServer((request, answer) => {
      const { port } = server.address() as AddressInfo
      const origin = `http://127.0.0.1:${port}`
      const metadata = { issuer: origin, jwks_uri: `${origin}/jwks` }
      if (request.url === '/.well-known/openid-configuration') answer.end(JSON.stringify(metadata))
      else answer.end(JSON.stringify({ keys: [jwk(first.publicKey, 'first')] }))
    })
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
    const name = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const issuer = createJwtIssuer(options({ issuer: name, keys: { kind: 'discovery' } }))
    const stage = createAuthenticate({
      ...withoutProofs(),
      providers: [issuer],
      revocations: { state: () => 'live' as const },
      clock: { now: () => Date.now() },
      cacheEntries: 10,
      publicUrl: US,
    })
    const waited = stage.authenticate(RECEIVED, { scheme: 'bearer', proofs: [], token: mint({ iss: name }) })
    expect(waited).toBeInstanceOf(Promise)
    expect(await waited).toMatchObject({ kind: 'proceed', value: { actor: { uid: `${name}#alice` } } })
    await issuer.close()
    await new Promise((done) => server.close(done))
  })
})

describe('options that no configuration may ask', () => {
  test.each<[string, Partial<JwtIssuerOptions>]>([
    ['HMAC', { algorithms: ['HS256'] }],
    ['none', { algorithms: ['none'] }],
    ['no algorithms', { algorithms: [] }],
    ['a tolerance over 60 s', { clockToleranceMs: 60_001 }],
    ['keys believed over 10 minutes', { jwksMaxAgeMs: 10 * MINUTE + 1 }],
    ['no audience', { audience: [] }],
    ['an empty audience', { audience: '' }],
    ['an issuer with a fragment', { issuer: `${ISSUER}#x` }],
    ['an issuer that is no URL', { issuer: 'idp' }],
    ['keys over http', { keys: { kind: 'jwksUri', uri: 'http://idp.example/jwks' } }],
    ['keys at a private address', { keys: { kind: 'jwksUri', uri: 'https://10.0.0.1/jwks' } }],
    ['discovery over http', { issuer: 'http://idp.example', keys: { kind: 'discovery' } }],
  ])('%s', (_what, more) => {
    expect(() => createJwtIssuer(options(more))).toThrow(RangeError)
    expect(() => createJwtIssuer(options())).not.toThrow()
  })

  test('what is at the border is allowed', () => {
    expect(() => createJwtIssuer(options({ clockToleranceMs: 60_000, jwksMaxAgeMs: 10 * MINUTE }))).not.toThrow()
    const inside = { keys: { kind: 'jwksUri', uri: 'https://10.0.0.1/jwks' }, allowPrivateNetwork: true } as const
    expect(() => createJwtIssuer(options(inside))).not.toThrow()
  })
})

test('a no that came of keys which could not be fetched says that it is none [revoke.unavailable]', async () => {
  const { state, issuer } = gate({ jwksCooldownMs: 1000 })
  const undecided = async (token: string): Promise<unknown> => {
    const read = readToken(token)
    if (read.kind === 'refuse') throw new Error(read.forLog)
    const step = await issuer.verify(read.value)
    return step.kind === 'refuse' ? [step.code, step.undecided] : 'proceed'
  }
  const other = mint({}, second.privateKey, { kid: 'second' })
  const forged = mint({}, second.privateKey, { kid: 'first' })
  state.down = true
  // In the cooldown it is not asked again, and not known any better.
  for (let times = 0; times < 2; times += 1) expect(await undecided(mint())).toEqual(['invalid_token', true])
  state.down = false
  await vi.advanceTimersByTimeAsync(2000)
  expect(await undecided(mint())).toBe('proceed')
  expect(await undecided(other)).toEqual(['invalid_token', undefined])

  state.down = true
  await vi.advanceTimersByTimeAsync(2000)
  expect(await undecided(other)).toEqual(['invalid_token', true])
  expect(await undecided(forged)).toEqual(['invalid_token', undefined])
  expect(await undecided(mint({ aud: 'another' }))).toEqual(['invalid_token', undefined])
  state.down = false
  state.keys = [jwk(second.publicKey, 'second')]
  await vi.advanceTimersByTimeAsync(2000)
  expect(await undecided(other)).toBe('proceed')
  await issuer.close()
})
