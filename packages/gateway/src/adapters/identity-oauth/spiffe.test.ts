import { type KeyObject, sign } from 'node:crypto'
import { newKeyPair } from '@ostiary/testkit'
import { describe, expect, test } from 'vitest'
import { readToken } from '../../jws/read.js'
import type { Principal, Step } from '../../spec/index.js'
import { createJwtIssuer } from './issuer.js'
import type { JwtIssuerOptions } from './options.js'
import { trustDomainOf, trustDomainOfId } from './spiffe.js'

const NOW = 1_800_000_000
const US = 'https://gateway.example'
const TRUST = 'spiffe://example.org'
const ID = `${TRUST}/ns/prod/sa/batch`

type Json = Record<string, unknown>

const pair = () => newKeyPair({ type: 'ec', namedCurve: 'P-256' })
const first = pair()
const second = pair()
const rsa = newKeyPair({ type: 'rsa', modulusLength: 2048 })
const jwk = (key: KeyObject, more: Json): Json => ({ ...key.export({ format: 'jwk' }), ...more })

/** A bundle as a trust domain publishes it: keys of both kinds, a sequence and a hint. */
const BUNDLE: Json = {
  keys: [
    jwk(second.publicKey, { use: 'x509-svid', x5c: ['MIIB'] }),
    jwk(first.publicKey, { use: 'jwt-svid', kid: 'one' }),
    jwk(rsa.publicKey, { use: 'jwt-svid', kid: 'rsa' }),
  ],
  spiffe_sequence: 12,
  spiffe_refresh_hint: 300,
}

function bench(bundle: Json = BUNDLE, more: Partial<JwtIssuerOptions> = {}) {
  const reports: string[] = []
  const issuer = createJwtIssuer({
    issuer: TRUST,
    audience: US,
    keys: { kind: 'jwksUri', uri: 'https://spire.example/bundle' },
    algorithms: ['ES256', 'RS256'],
    profile: 'spiffe',
    maxTokenLifetimeMs: 900_000,
    clockToleranceMs: 5000,
    allowPrivateNetwork: false,
    jwksCooldownMs: 30_000,
    claims: [],
    scopes: { claims: undefined, map: undefined, always: ['models:invoke'] },
    agents: [],
    groups: { kind: 'prefix', prefix: '' },
    clock: { now: () => NOW * 1000 },
    report: (text) => void reports.push(text),
    fetchJson: async () => ({ kind: 'body', body: Buffer.from(JSON.stringify(bundle)) }),
    ...more,
  })
  const ask = async (payload: Json = {}, header: Json = {}, key = first.privateKey): Promise<Step<Principal>> => {
    const b64 = (json: Json): string => Buffer.from(JSON.stringify(json)).toString('base64url')
    const claims = { sub: ID, aud: [US], exp: NOW + 300, iat: NOW, ...payload }
    const input = `${b64({ alg: 'ES256', kid: 'one', typ: 'JWT', ...header })}.${b64(claims)}`
    const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
    const read = readToken(`${input}.${signature.toString('base64url')}`)
    return read.kind === 'refuse' ? read : issuer.verify(read.value)
  }
  const outcome = async (...said: Parameters<typeof ask>): Promise<string> => {
    const step = await ask(...said)
    return step.kind === 'refuse' ? step.forLog : 'proceed'
  }
  return { issuer, ask, outcome, reports }
}

describe('a SPIFFE ID has one spelling [svid.subject]', () => {
  test.each([
    ID,
    'spiffe://a/b',
    'spiffe://a_b-c.d9/A-Z_a.z09',
    'spiffe://example.org/..a/.b/...',
    `spiffe://${'d'.repeat(255)}/x`,
    `spiffe://a/${'x'.repeat(2037)}`,
  ])('%s', (id) => {
    expect(trustDomainOfId(id)).toBe(id.split('/')[2])
  })

  test.each([
    TRUST,
    `${TRUST}/`,
    `${ID}/`,
    'spiffe://example.org//x',
    'spiffe://example.org/./x',
    'spiffe://example.org/x/..',
    'spiffe://Example.org/x',
    'SPIFFE://example.org/x',
    'spiffe://example.org:443/x',
    'spiffe://user@example.org/x',
    'spiffe://example.org/x?q',
    'spiffe://example.org/x#f',
    'spiffe://example.org/x%20y',
    'spiffe://example.org/ä',
    'spiffe:///x',
    'https://example.org/x',
    `${ID}\n`,
    ` ${ID}`,
    `spiffe://${'d'.repeat(256)}/x`,
    `spiffe://a/${'x'.repeat(2038)}`,
    '',
    7,
    undefined,
    [ID],
  ])('%s is none', (id) => {
    expect(trustDomainOfId(id)).toBeUndefined()
  })

  test('an issuer is a trust domain alone', () => {
    expect(trustDomainOf(TRUST)).toBe('example.org')
    for (const other of [`${TRUST}/`, ID, 'spiffe://Example.org', 'https://example.org', `${TRUST}:1`]) {
      expect(trustDomainOf(other)).toBeUndefined()
    }
  })
})

describe('a JWT-SVID', () => {
  test('is a service of its trust domain, which takes its tokens whatever `iss` says [svid.keys]', async () => {
    const { issuer, ask, reports } = bench()
    expect(issuer.trustDomain).toBe('example.org')
    for (const iss of [undefined, 'https://spire.example', 'https://evil.example', TRUST]) {
      const step = await ask({ iss })
      expect(step).toMatchObject({
        kind: 'proceed',
        value: {
          actor: { kind: 'Service', uid: `${TRUST}#${ID}`, issuer: TRUST, subject: ID },
          scopes: new Set(['models:invoke']),
          audiences: [US],
        },
      })
    }
    // A bundle has keys for certificates: that is no news.
    expect(reports).toEqual([])
    await issuer.close()
  })

  test('needs neither `iat` nor a scope of its own', async () => {
    const { ask, issuer } = bench()
    expect(await ask({ iat: undefined })).toMatchObject({ kind: 'proceed', value: { issuedAt: NOW + 300 - 900 } })
    await issuer.close()
  })

  test.each<[string, Json, string]>([
    ['of another trust domain', { sub: 'spiffe://other.org/x' }, '`sub` is missing or no name'],
    ['whose domain begins the same', { sub: 'spiffe://example.org.evil/x' }, '`sub` is missing or no name'],
    ['of nobody', { sub: undefined }, '`sub` is missing or no name'],
    ['of the trust domain itself', { sub: TRUST }, '`sub` is missing or no name'],
    ['for somebody else', { aud: ['reports'] }, '`aud` does not name us'],
    ['for nobody', { aud: undefined }, '`aud` is neither a text nor a list of texts'],
    ['without end', { exp: undefined }, '`exp` or `iat` is missing or no number'],
    ['too long before its end', { exp: NOW + 3600, iat: undefined }, '`iat` is ahead'],
    ['that is over', { exp: NOW - 6, iat: NOW - 300 }, 'expired'],
    ['that is an ID token', { nonce: 'n' }, '`nonce` is of another kind of token'],
  ])('%s is refused [svid.claims]', async (_what, payload, why) => {
    const { outcome, issuer } = bench()
    expect(await outcome(payload)).toBe(why)
    expect(await outcome()).toBe('proceed')
    await issuer.close()
  })

  test.each<[string, Json, string]>([
    ['an access token', { typ: 'at+jwt' }, '`typ` is not that of an access token in profile spiffe'],
    ['another type', { typ: 'wit+jwt' }, '`typ` is not that of an access token in profile spiffe'],
    ['a parameter of no JWT-SVID', { x5t: 'x' }, 'header has what no JWT-SVID has'],
    ['an algorithm that is not allowed', { alg: 'ES384' }, "`alg` is not on the issuer's list"],
  ])('with the header of %s is refused [svid.header]', async (_what, header, why) => {
    const { outcome, issuer } = bench()
    expect(await outcome({}, header)).toBe(why)
    for (const typ of ['JWT', 'JOSE', undefined]) expect(await outcome({}, { typ })).toBe('proceed')
    await issuer.close()
  })
})

describe('a bundle', () => {
  test('verifies by its keys for JWT-SVIDs, never by those for certificates [svid.keys]', async () => {
    const bundle = {
      keys: [
        jwk(second.publicKey, { use: 'x509-svid', kid: 'one' }),
        jwk(first.publicKey, { use: 'jwt-svid', kid: 'two' }),
      ],
    }
    const { outcome, issuer } = bench(bundle)
    expect(await outcome({}, { kid: 'one' }, second.privateKey)).toBe('no key of the issuer fits `kid` and `alg`')
    expect(await outcome({}, { kid: 'two' })).toBe('proceed')
    await issuer.close()
  })

  test.each([undefined, 'sig', 'enc', 'jwt', 'JWT-SVID'])('drops a key of use %s, and says so', async (use) => {
    const bundle = { keys: [jwk(first.publicKey, { use, kid: 'one' }), jwk(rsa.publicKey, { use: 'jwt-svid' })] }
    const { outcome, issuer, reports } = bench(bundle)
    expect(await outcome()).toBe('no key of the issuer fits `kid` and `alg`')
    expect(reports).toContain(`issuer \`${TRUST}\`: key dropped: key 0: \`use\` is not \`jwt-svid\``)
    await issuer.close()
  })
})

test.each<[string, Partial<JwtIssuerOptions>]>([
  ['an issuer with a path', { issuer: `${TRUST}/x` }],
  ['an issuer by https', { issuer: 'https://example.org' }],
  ['discovery', { keys: { kind: 'discovery' } }],
  ['Ed25519', { algorithms: ['ES256', 'Ed25519'] }],
])('%s is nothing that a configuration may ask', (_what, more) => {
  expect(() => bench(BUNDLE, more)).toThrow(RangeError)
})
