import { describe, expect, test } from 'vitest'
import {
  type IdentityProvider,
  type OpaqueProvider,
  type Principal,
  principalOf,
  proceed,
  type Step,
} from '../spec/index.js'
import { verifyByIssuer } from './providers.js'

function principal(issuer: string): Step<Principal> {
  return proceed(
    principalOf({ issuer, subject: 's', issuedAt: 0, expiresAt: 1, audiences: [], verifiedAtMs: 0, tokenDigest: '' }),
  )
}

function issuer(name: string, trustDomain?: string): IdentityProvider {
  return {
    issuer: name,
    ...(trustDomain === undefined ? {} : { trustDomain }),
    verify: () => principal(name),
    onRotation: () => () => undefined,
    close: async () => undefined,
  }
}

function opaque(prefix: string): OpaqueProvider {
  return {
    issuer: `opaque ${prefix}`,
    prefix,
    verify: ({ token, digest }) => principal(`opaque ${prefix} ${token} ${digest}`),
    close: async () => undefined,
  }
}

const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const jws = (payload: unknown): string => `${b64({ alg: 'ES256' })}.${b64(payload)}.AAAA`

function chosen(
  credential: string,
  providers: readonly IdentityProvider[],
  opaques: readonly OpaqueProvider[] = [],
): string {
  const step = verifyByIssuer({ providers, opaque: opaques })(credential, 'digest')
  if (step instanceof Promise) throw new Error('had to wait')
  return step.kind === 'proceed' ? step.value.actor.issuer : step.forLog
}

const IDP = 'https://idp.example'
const UNKNOWN = '`iss` is none of the configured issuers'

describe('a JWS', () => {
  const all = [issuer(IDP), issuer('spiffe', 'prod.example')]

  test.each([
    ['its exact issuer', { iss: IDP, sub: 'alice' }, IDP],
    ['nobody, of another', { iss: `${IDP}/`, sub: 'alice' }, UNKNOWN],
    ['the trust domain in `sub`, whatever its `iss` says', { iss: IDP, sub: 'spiffe://prod.example/db' }, 'spiffe'],
    ['the trust domain without any `iss`', { sub: 'spiffe://prod.example/db' }, 'spiffe'],
    ['its issuer, of a trust domain that nobody has', { iss: IDP, sub: 'spiffe://test.example/db' }, IDP],
    ['nobody, of a domain that only begins alike', { sub: 'spiffe://prod.example.evil.example/db' }, UNKNOWN],
    ['nobody, of a domain in capitals', { sub: 'spiffe://PROD.example/db' }, UNKNOWN],
    ['nobody, of a domain without a path', { sub: 'spiffe://prod.example' }, UNKNOWN],
    ['nobody, of an `iss` that names a trust domain’s provider', { iss: 'spiffe', sub: 'alice' }, UNKNOWN],
    ['nobody, with a `sub` that is a list', { sub: ['spiffe://prod.example/db'] }, UNKNOWN],
  ])('goes to %s', (_, payload, to) => {
    expect(chosen(jws(payload), all)).toBe(to)
  })

  test('goes to no provider of other credentials', () => {
    expect(chosen(jws({ iss: IDP, sub: 'alice' }), all, [opaque('')])).toBe(IDP)
    expect(chosen(jws({ iss: 'https://elsewhere.example' }), all, [opaque(''), opaque('ey')])).toBe(UNKNOWN)
  })
})

describe('another credential', () => {
  const all = [opaque(''), opaque('ost_'), opaque('ost_live_')]

  test.each([
    ['ost_live_1', 'opaque ost_live_ ost_live_1 digest'],
    ['ost_1', 'opaque ost_ ost_1 digest'],
    ['other', 'opaque  other digest'],
    ['a.b', 'opaque  a.b digest'],
    ['a.b.c.d', 'opaque  a.b.c.d digest'],
    ['a.b~.c', 'opaque  a.b~.c digest'],
  ])('%s goes by the longest prefix', (credential, to) => {
    expect(chosen(credential, [], all)).toBe(to)
  })

  test('goes to nobody where no prefix fits', () => {
    expect(chosen('other', [], [opaque('ost_')])).toBe('token malformed: not three parts')
    expect(chosen('ost_1', [], [])).toBe('token malformed: not three parts')
  })

  test('is no longer than a token', () => {
    expect(chosen('x'.repeat(16 * 1024), [], all)).toMatch(/^opaque /)
    expect(chosen('x'.repeat(16 * 1024 + 1), [], all)).toBe('token malformed: longer than 16 KiB')
  })
})

test('what two would take is an error', () => {
  expect(() => verifyByIssuer({ providers: [issuer(IDP), issuer(IDP)], opaque: [] })).toThrow(/configured twice/)
  expect(() => verifyByIssuer({ providers: [issuer('a', 'd'), issuer('b', 'd')], opaque: [] })).toThrow(/trust domain/)
  expect(() => verifyByIssuer({ providers: [], opaque: [opaque('a'), opaque('b'), opaque('a')] })).toThrow(/begin `a`/)
})
