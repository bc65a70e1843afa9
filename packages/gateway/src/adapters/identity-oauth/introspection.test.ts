import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { digestOf, readToken } from '../../jws/read.js'
import type { Principal, Step } from '../../spec/index.js'
import { createIntrospectedIssuer, type IntrospectedIssuer } from './introspection.js'
import type { IntrospectionOptions } from './options.js'

// A true endpoint on loopback. What it says is the test's, what is made of it is ours.

const ISSUER = 'https://idp.example'
const US = 'https://gateway.example'
const NOW = 1_800_000_000
// Assembled: scanners stop at what looks like one.
const SECRET = ['s', ':', '&', ' ', '+', 'ü'].join('')

type Json = Record<string, unknown>
interface Asked {
  readonly method: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly form: URLSearchParams
}
type Say = (asked: Asked) => Json | string | number | 'hang' | { readonly to: string }

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function endpoint(say: Say): Promise<{ readonly url: string; readonly asked: Asked[] }> {
  const asked: Asked[] = []
  const server = createServer((request, answer) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, headers } = request
      const one = { method, headers, form: new URLSearchParams(Buffer.concat(chunks).toString()) }
      asked.push(one)
      const said = say(one)
      if (said === 'hang') return
      if (typeof said === 'number') answer.writeHead(said).end('{"active":true}')
      else if (typeof said === 'string') answer.end(said)
      else if ('to' in said) answer.writeHead(307, { location: String(said['to']) }).end()
      else answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said))
    })
  })
  servers.push(server)
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/introspect`, asked }
}

const SOUND: Json = {
  active: true,
  iss: ISSUER,
  aud: US,
  sub: 'alice',
  client_id: 'app',
  token_type: 'Bearer',
  scope: 'models:invoke',
  iat: NOW - 60,
  exp: NOW + 600,
  jti: 'j1',
}

interface Bench {
  readonly asked: readonly Asked[]
  readonly issuer: IntrospectedIssuer
  readonly reports: string[]
  readonly clock: { nowMs: number }
  ask(token: string): Promise<Step<Principal>>
  outcome(token: string): Promise<string>
}

async function bench(
  say: Say,
  asking: Partial<IntrospectionOptions['introspection']> = {},
  more: Partial<IntrospectionOptions> = {},
): Promise<Bench> {
  const { url, asked } = await endpoint(say)
  const clock = { nowMs: NOW * 1000, now: () => clock.nowMs }
  const reports: string[] = []
  const issuer = createIntrospectedIssuer({
    issuer: ISSUER,
    audience: US,
    introspection: {
      endpoint: url,
      credential: { kind: 'basic', clientId: 'gate', clientSecret: () => SECRET },
      prefix: '',
      cacheMaxMs: 30_000,
      audience: 'required',
      ...asking,
    },
    maxTokenLifetimeMs: 900_000,
    clockToleranceMs: 5000,
    allowPrivateNetwork: false,
    claims: [
      { kind: 'groups', claim: 'groups' },
      { kind: 'attribute', claim: 'level', name: 'level', type: 'Long' },
    ],
    agents: [{ id: 'scout', groups: ['agents'] }],
    groups: { kind: 'prefix', prefix: 'idp:' },
    clock,
    report: (text) => void reports.push(text),
    ...more,
  })
  const ask = async (token: string): Promise<Step<Principal>> =>
    issuer.opaque.verify({ token, digest: digestOf(token) })
  const outcome = async (token: string): Promise<string> => {
    const step = await ask(token)
    return step.kind === 'refuse' ? `${step.code}: ${step.forLog}` : 'proceed'
  }
  return { asked, issuer, reports, clock, ask, outcome }
}

const value = (step: Step<Principal>): Principal => {
  if (step.kind === 'refuse') throw new Error(step.forLog)
  return step.value
}

describe('asking', () => {
  test('by POST, as a form, with Basic whose halves are form-encoded [introspection.posted]', async () => {
    const { asked, ask } = await bench(() => SOUND)
    value(await ask('opaque+/~token='))
    expect(asked).toHaveLength(1)
    const [one] = asked
    expect(one?.method).toBe('POST')
    expect(one?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    })
    expect([...(one?.form ?? [])]).toEqual([
      ['token', 'opaque+/~token='],
      ['token_type_hint', 'access_token'],
    ])
    const [scheme, pair = ''] = one?.headers.authorization?.split(' ') ?? []
    expect(scheme).toBe('Basic')
    expect(Buffer.from(pair, 'base64').toString()).toBe('gate:s%3A%26+%2B%C3%BC')
  })

  test('with a bearer token of ours, read at each call', async () => {
    let secret = 'first'
    const { asked, ask } = await bench(() => SOUND, { credential: { kind: 'bearer', token: () => secret } })
    await ask('one')
    secret = 'second'
    await ask('two')
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second'])
  })

  test('a credential of ours that cannot be read, or fits no header, asks nothing and is not told', async () => {
    const credentials = [
      () => {
        throw new Error('ENOENT, open /secret/place')
      },
      () => 'two\r\nlines',
    ]
    for (const token of credentials) {
      const { asked, ask, reports } = await bench(() => SOUND, { credential: { kind: 'bearer', token } })
      const step = await ask('one')
      expect(step).toMatchObject({ kind: 'refuse', code: 'overloaded' })
      expect(JSON.stringify([step, reports])).not.toMatch(/secret|lines/)
      expect(asked).toEqual([])
    }
  })

  test('is refused what no configuration may ask', async () => {
    const options = (endpoint: string, more: Partial<IntrospectionOptions> = {}) =>
      bench(() => SOUND, { endpoint }, more).then(
        () => 'made',
        (error: Error) => error.name,
      )
    expect(await options('https://idp.example/introspect')).toBe('made')
    expect(await options('http://idp.example/introspect')).toBe('RangeError')
    expect(await options('https://169.254.169.254/introspect')).toBe('RangeError')
    expect(await options('https://10.0.0.1/introspect')).toBe('RangeError')
    expect(await options('https://10.0.0.1/introspect', { allowPrivateNetwork: true })).toBe('made')
    expect(await options('https://name:word@idp.example/')).toBe('RangeError')
    expect(await options('nowhere')).toBe('RangeError')
  })
})

describe('an answer', () => {
  test('makes the principal that a JWT with these claims would make [introspection.still-checked]', async () => {
    const jkt = 'a'.repeat(43)
    const { ask, clock } = await bench(() => ({
      ...SOUND,
      aud: ['x', US],
      groups: ['analysts'],
      level: 3,
      act: { sub: 'scout' },
      sid: 's1',
      acr: 'urn:mfa',
      auth_time: NOW - 100,
      token_type: 'DPoP',
      cnf: { jkt },
    }))
    expect(value(await ask('t'))).toMatchObject({
      actor: { kind: 'Agent', uid: `${ISSUER}#scout`, groups: ['agents'] },
      onBehalfOf: { kind: 'User', uid: `${ISSUER}#alice`, groups: ['idp:analysts'], attributes: { level: 3 } },
      scopes: new Set(['models:invoke']),
      proof: 'dpop',
      confirmation: { jkt, certificate: undefined },
      audiences: ['x', US],
      clientId: 'app',
      tokenId: 'j1',
      acr: 'urn:mfa',
      authTime: NOW - 100,
      issuedAt: NOW - 60,
      expiresAt: NOW + 600,
      tokenDigest: digestOf('t'),
      verifiedAtMs: clock.nowMs,
      recheckAtMs: clock.nowMs + 30_000,
    })
  })

  test.each<[string, Json, string]>([
    ['of another issuer', { iss: 'https://other.example' }, '`iss` is another'],
    ['for somebody else', { aud: 'https://elsewhere.example' }, '`aud` does not name us'],
    ['for nobody', { aud: undefined }, '`aud` is neither a text nor a list of texts'],
    ['for an empty list', { aud: [] }, '`aud` does not name us'],
    ['without `sub`', { sub: undefined }, '`sub` is missing or no name'],
    ['with a number for `sub`', { sub: 7 }, '`sub` is missing or no name'],
    ['without `exp`', { exp: undefined }, '`exp` or `iat` is missing or no number'],
    ['with a text for `exp`', { exp: String(NOW + 600) }, '`exp` or `iat` is missing or no number'],
    ['that lives too long', { exp: NOW + 3600 }, '`exp - iat` is over the maximum lifetime'],
    ['that lives too long and hides since when', { exp: NOW + 3600, iat: undefined }, '`iat` is ahead'],
    ['that does not count yet', { nbf: NOW + 60 }, '`nbf` is ahead'],
    ['with no scope for scope', { scope: ['a'] }, '`scope` or `scp` is no scope, or the two differ'],
    [
      'bound to what cannot be checked',
      { cnf: { kid: 'x' } },
      '`cnf` names no key, or one of a kind that cannot be checked',
    ],
    ['with a claim of another type', { level: 'high' }, 'a mapped claim has another type than configured'],
    ['with groups of another type', { groups: 'admins' }, 'groups claim is no list of names, or incomplete'],
    ['with nine actors', { act: nested(9) }, '`act` is no chain of at most 8 actors'],
  ])('%s is refused as such a token is [introspection.still-checked]', async (_what, change, why) => {
    const { outcome } = await bench(() => ({ ...SOUND, ...change }))
    expect(await outcome('t')).toBe(`invalid_token: ${why}`)
  })

  test.each<[string, Json]>([
    ['without `iss`: the endpoint is the issuer’s own', { iss: undefined }],
    ['without `iat`', { iat: undefined }],
    [
      'without `jti`, `client_id`, `scope` and `token_type`',
      { jti: undefined, client_id: undefined, scope: undefined, token_type: undefined },
    ],
    ['with as many actors as there may be', { act: nested(8) }],
  ])('%s passes [introspection.still-checked]', async (_what, change) => {
    const { outcome } = await bench(() => ({ ...SOUND, ...change }))
    expect(await outcome('t')).toBe('proceed')
  })

  test('without `iat` counts from the earliest time that it can be from', async () => {
    const { ask } = await bench(() => ({ ...SOUND, iat: undefined }))
    expect(value(await ask('t')).issuedAt).toBe(NOW + 600 - 900)
  })

  test('that is over says so, only that', async () => {
    const { ask } = await bench(() => ({ ...SOUND, iat: NOW - 600, exp: NOW - 10 }))
    expect(await ask('t')).toMatchObject({ code: 'expired_token' })
  })

  test.each<[string, Json, string]>([
    ['an ID token', { nonce: 'n' }, '`nonce` is of another kind of token'],
    ['an ID token by its audience', { aud: [US, 'app'] }, '`aud` is the client: an ID token'],
    ['a refresh token of Keycloak', { typ: 'Refresh' }, 'claim `typ` names another kind of token'],
    ['a refresh token of Hydra', { token_use: 'refresh_token' }, 'claim `token_use` names another kind of token'],
    ['a token of a type that nobody knows', { token_type: 'mac' }, '`token_type` is not that of an access token'],
    ['a DPoP token without its key', { token_type: 'DPoP' }, 'DPoP token without `jkt`'],
  ])('about %s is refused [introspection.kinds]', async (_what, change, why) => {
    const { outcome } = await bench(() => ({ ...SOUND, ...change }))
    expect(await outcome('t')).toBe(`invalid_token: ${why}`)
  })

  test('without `aud` passes where the operator says so, and only with the type of an access token [introspection.kinds]', async () => {
    let claims: Json = { ...SOUND, aud: undefined }
    const { outcome } = await bench(() => claims, { audience: 'optional' })
    expect(await outcome('one')).toBe('proceed')
    // A refresh token's answer has no `token_type`.
    claims = { ...claims, token_type: undefined }
    expect(await outcome('two')).toBe('invalid_token: neither `aud` nor `token_type`')
    claims = { ...SOUND, aud: 'https://elsewhere.example' }
    expect(await outcome('three')).toBe('invalid_token: `aud` does not name us')
  })

  test('is needed to be bound where the issuer demands it', async () => {
    let claims: Json = SOUND
    const { outcome } = await bench(() => claims, {}, { dpop: 'required' })
    expect(await outcome('one')).toBe('invalid_token: not bound to a key (`dpop: required`)')
    claims = { ...SOUND, cnf: { jkt: 'a'.repeat(43) } }
    expect(await outcome('two')).toBe('proceed')
  })
})

function nested(depth: number): Json {
  return depth === 1 ? { sub: 'a' } : { sub: 'a', act: nested(depth - 1) }
}

describe('`active`', () => {
  test('true is the only yes, false is a token that is none [introspection.active]', async () => {
    const { ask } = await bench(({ form }) => (form.get('token') === 'good' ? SOUND : { active: false }))
    expect((await ask('good')).kind).toBe('proceed')
    expect(await ask('bad')).toMatchObject({ kind: 'refuse', code: 'invalid_token', status: 401 })
  })

  test.each<[string, Json | string | number]>([
    ['a text', { ...SOUND, active: 'true' }],
    ['a number', { ...SOUND, active: 1 }],
    ['null', { ...SOUND, active: null }],
    ['nothing', { ...SOUND, active: undefined }],
    ['a list around it', JSON.stringify([SOUND])],
    ['twice', '{"active":false,"active":true}'],
    ['no JSON', 'active'],
    ['a byte order mark', `\ufeff${JSON.stringify(SOUND)}`],
    ['64 KiB and more', JSON.stringify({ ...SOUND, more: 'x'.repeat(65_536) })],
    ['256 KiB and more', JSON.stringify({ ...SOUND, more: 'x'.repeat(300_000) })],
    ['201', 201],
    ['400', 400],
    ['401', 401],
    ['500', 500],
    ['503', 503],
  ])(
    'as %s is no answer: 503, told to the operator, and the next call asks again [introspection.ill]',
    async (_what, said) => {
      let ill = true
      const { ask, reports, asked } = await bench(() => (ill ? said : SOUND))
      expect(await ask('t')).toMatchObject({
        kind: 'refuse',
        code: 'overloaded',
        status: 503,
        message: 'What this access token means cannot be asked at the moment.',
        headers: { 'x-should-retry': 'false' },
      })
      expect(reports).toHaveLength(1)
      expect(reports[0]).toMatch(/^issuer `https:\/\/idp\.example`: introspection: /)
      ill = false
      expect((await ask('t')).kind).toBe('proceed')
      expect(asked).toHaveLength(2)
    },
  )
})

describe('redirects', () => {
  test('of a POST are followed nowhere, not even home [introspection.ill]', async () => {
    const elsewhere = await endpoint(() => SOUND)
    for (const to of [elsewhere.url, '/introspect?again', 'http://169.254.169.254/latest/meta-data/']) {
      const { outcome, asked } = await bench(() => ({ to }))
      expect(await outcome('t')).toBe('overloaded: introspection: redirect of a POST')
      expect(asked).toHaveLength(1)
    }
    expect(elsewhere.asked).toEqual([])
  })
})

describe('what was answered', () => {
  test('is believed for `cacheMax`, from when it was asked for [introspection.cache]', async () => {
    const { outcome, asked, clock } = await bench(() => SOUND)
    expect(await outcome('t')).toBe('proceed')
    clock.nowMs += 29_999
    expect(await outcome('t')).toBe('proceed')
    expect(asked).toHaveLength(1)
    clock.nowMs += 1
    expect(await outcome('t')).toBe('proceed')
    expect(asked).toHaveLength(2)
  })

  test('is not believed beyond `exp` [introspection.cache]', async () => {
    const { outcome, asked, clock } = await bench(() => ({ ...SOUND, exp: NOW + 10 }))
    expect(await outcome('t')).toBe('proceed')
    clock.nowMs += 16_000
    expect(await outcome('t')).toBe('expired_token: expired')
    expect(asked).toHaveLength(2)
  })

  test('a no is believed for less; a token that was revoked at its issuer is refused then [introspection.cache]', async () => {
    let said: Json = { active: false }
    const { outcome, asked, clock } = await bench(() => said)
    expect(await outcome('t')).toMatch(/^invalid_token/)
    said = SOUND
    clock.nowMs += 4999
    expect(await outcome('t')).toMatch(/^invalid_token/)
    clock.nowMs += 1
    expect(await outcome('t')).toBe('proceed')
    expect(asked).toHaveLength(2)
    said = { active: false }
    clock.nowMs += 30_000
    expect(await outcome('t')).toBe('invalid_token: the issuer calls the token inactive')
  })

  test('with `cacheMax: 0s` each call asks', async () => {
    const { outcome, asked } = await bench(() => SOUND, { cacheMaxMs: 0 })
    await outcome('t')
    await outcome('t')
    expect(asked).toHaveLength(2)
  })

  test('of many at once about one token is asked for once [introspection.single-flight]', async () => {
    const { outcome, asked } = await bench(() => SOUND)
    const all = await Promise.all(Array.from({ length: 50 }, () => outcome('t')))
    expect(new Set(all)).toEqual(new Set(['proceed']))
    expect(asked).toHaveLength(1)
  })

  test.each<[string, Json]>([
    ['subject', { sub: 'bob' }],
    ['client', { client_id: 'other' }],
    ['token', { jti: 'j2' }],
  ])('of another %s than before is believed neither now nor later [introspection.no-swap]', async (_what, change) => {
    let said = SOUND
    const { outcome, clock, reports } = await bench(() => said)
    expect(await outcome('t')).toBe('proceed')
    expect(await outcome('u')).toBe('proceed')
    clock.nowMs += 30_000
    said = { ...SOUND, ...change }
    expect(await outcome('t')).toBe('overloaded: introspection: answers about one token differ in whose it is')
    expect(await outcome('new')).toBe('proceed')
    said = { ...SOUND, scope: 'models:list' }
    expect(await outcome('u')).toBe('proceed')
    expect(reports).toHaveLength(1)
  })
})

describe('a JWT that is asked about', () => {
  const part = (json: Json): string => Buffer.from(JSON.stringify(json)).toString('base64url')
  const jwt = (payload: Json) => {
    const read = readToken(`${part({ alg: 'ES256' })}.${part({ ...SOUND, ...payload })}.AAAA`)
    if (read.kind === 'refuse') throw new Error(read.forLog)
    return read.value
  }

  test('is what the endpoint says, not what it says itself', async () => {
    const { issuer } = await bench(({ form }) => (form.get('token')?.includes('.') ? SOUND : { active: false }))
    const step = await issuer.jwt.verify(jwt({ scope: 'admin:policy', groups: ['admins'] }))
    expect(value(step)).toMatchObject({ actor: { subject: 'alice', groups: [] }, scopes: new Set(['models:invoke']) })
  })

  test.each<[string, Json]>([
    ['iss', { iss: 'https://other.example' }],
    ['sub', { sub: 'bob' }],
    ['jti', { jti: 'j2' }],
    ['iat', { iat: NOW - 61 }],
    ['exp', { exp: NOW + 601 }],
  ])(
    'whose `%s` is another than that of the answer was not what was asked about [introspection.no-swap]',
    async (_name, own) => {
      const { issuer } = await bench(() => SOUND)
      const step = await issuer.jwt.verify(jwt(own))
      expect(step).toMatchObject({
        code: 'overloaded',
        forLog: 'introspection: answer about another token than the JWT',
      })
      expect((await issuer.jwt.verify(jwt({}))).kind).toBe('proceed')
    },
  )
})

describe('an endpoint that hangs', () => {
  test('holds 64 callers at the most, refuses the others at once, and no other issuer waits [introspection.ill]', async () => {
    const ill = await bench(() => 'hang')
    const well = await bench(() => SOUND)
    const held = Array.from({ length: 64 }, (_, i) => ill.outcome(`t${i}`))
    expect(await ill.outcome('one more')).toBe('overloaded: introspection: more than 64 tokens asked about at once')
    // Whoever asks about the same token shares the wait instead.
    const shared = ill.outcome('t0')
    expect(await well.outcome('t')).toBe('proceed')
    const answers = new Set(await Promise.all([...held, shared]))
    expect(answers).toEqual(new Set(['overloaded: introspection: no answer in 5 s']))
    expect(ill.asked).toHaveLength(64)
  }, 15_000)
})

describe('refresh', () => {
  test('asks about a token that nobody issued', async () => {
    const { issuer, asked } = await bench(() => ({ active: false }))
    expect(await issuer.refresh()).toBe(true)
    expect(asked[0]?.form.get('token')).toHaveLength(43)
  })

  test.each<[string, Json | number]>([
    ['is ill', 401],
    ['calls everything active', SOUND],
  ])('fails where the endpoint %s', async (_what, said) => {
    const { issuer } = await bench(() => said)
    expect(await issuer.refresh()).toBe(false)
  })
})

test('closed, it asks nothing', async () => {
  const { issuer, outcome, asked } = await bench(() => SOUND)
  await issuer.opaque.close()
  expect(await outcome('t')).toMatch(/^overloaded/)
  expect(asked).toEqual([])
})
