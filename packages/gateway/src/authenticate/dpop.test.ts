import { createHmac, createPrivateKey } from 'node:crypto'
import fc from 'fast-check'
import * as jose from 'jose'
import { describe, expect, test } from 'vitest'
import { athOf, type ClientKey, clientKey, part, proofOf } from '../../test/proofs.js'
import { type Demand, type ProofRules, proofVerifier } from './dpop.js'
import { createNonces } from './nonce.js'

const START = 1_800_000_000_000
const NOW_MS = START + 300_000
const NOW = NOW_MS / 1000
const TOKEN = 'an.access.token'
const URI = 'https://gateway.example/v1/chat/completions'
const clock = { now: () => NOW_MS }
const nonces = createNonces({ key: Buffer.alloc(32, 1), clock, startedAtMs: START })
const RULES: ProofRules = {
  algorithms: ['ES256', 'Ed25519'],
  windowMs: 60_000,
  nonces,
  startedAtMs: START,
  clock,
}

const key = clientKey()
const other = clientKey()
const ed = clientKey('Ed25519')
const rsa = clientKey('RS256')

const CLAIMS = { htm: 'POST', htu: URI, iat: NOW, ath: athOf(TOKEN), nonce: nonces.now() }
const DEMAND: Demand = { method: 'POST', uri: URI, ath: athOf(TOKEN), jkt: key.jkt }

const verify = proofVerifier(RULES)

interface Changes {
  readonly key?: ClientKey
  readonly header?: Readonly<Record<string, unknown>> | string
  readonly claims?: Readonly<Record<string, unknown>> | string
  readonly signature?: (good: Buffer) => Buffer
}

function proof({ key: by = key, header = {}, claims = {}, signature = (good) => good }: Changes = {}): string {
  return proofOf({
    key: by,
    header,
    claims: typeof claims === 'string' ? claims : { ...CLAIMS, ...claims },
    signature,
  })
}

function outcome(sent: string | readonly string[], demand: Partial<Demand> = {}, by = verify): string {
  const step = by(typeof sent === 'string' ? [sent] : sent, { ...DEMAND, ...demand })
  return step.kind === 'proceed' ? 'proceed' : step.code
}

const INVALID = 'invalid_dpop_proof'

test('a sound proof holds, and says whose it is [dpop.proof]', () => {
  const sent = proof({ claims: { jti: 'one' } })
  expect(verify([sent], DEMAND)).toEqual({
    kind: 'proceed',
    value: { jkt: key.jkt, jti: 'one', endsAtMs: NOW_MS + 60_000, renew: false },
  })
})

describe('one header, well-formed [dpop.one-header] [dpop.well-formed]', () => {
  const good = proof()
  const [header = '', payload = '', signature = ''] = good.split('.')
  test.each<[string, string | readonly string[]]>([
    ['no proof', []],
    ['two', [good, proof()]],
    ['the same twice', [good, good]],
    ['two in one header', `${good}, ${proof()}`],
    ['an empty one', ''],
    ['the access token', TOKEN],
    ['two parts', `${header}.${payload}`],
    ['four parts', `${good}.${signature}`],
    ['padding', `${good}==`],
    ['a space before', ` ${good}`],
    ['no signature', `${header}.${payload}.`],
    ['spare bits in the payload', `${header}.${spare(payload)}.${signature}`],
    ['JSON serialization', JSON.stringify({ protected: header, payload, signature })],
    ['more than 8 KiB', proof({ claims: { jti: 'j', filler: 'x'.repeat(8192) } })],
    ['a `jti` of a megabyte', proof({ claims: { jti: 'j'.repeat(1024 * 1024) } })],
    ['a member twice', proof({ claims: JSON.stringify({ ...CLAIMS, jti: 'a' }).replace('{', '{"jti":"b",') })],
    ['a header with a member twice', proof({ header: headerText().replace('{', '{"alg":"none",') })],
    ['a payload that is a list', proof({ claims: JSON.stringify([CLAIMS]) })],
    [
      'a payload that is no UTF-8',
      `${header}.${Buffer.from('{"a":"\xff"}', 'latin1').toString('base64url')}.${signature}`,
    ],
  ])('%s', (_, sent) => {
    expect(outcome(sent)).toBe(INVALID)
  })

  test('its neighbours pass', () => {
    expect(outcome(good)).toBe('proceed')
    expect(outcome(proof({ claims: { filler: 'x'.repeat(4000) } }))).toBe('proceed')
  })
})

describe('claims are there, and of their types [dpop.claims]', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['no `jti`', { jti: undefined }],
    ['a `jti` that is a number', { jti: 7 }],
    ['an empty `jti`', { jti: '' }],
    ['a `jti` of 257 characters', { jti: 'j'.repeat(257) }],
    ['no `htm`', { htm: undefined }],
    ['an `htm` that is a list', { htm: ['POST'] }],
    ['no `htu`', { htu: undefined }],
    ['an `htu` that is an object', { htu: { href: URI } }],
    ['no `iat`', { iat: undefined }],
    ['an `iat` that is a text', { iat: String(NOW) }],
    ['no `ath`', { ath: undefined }],
    ['an `ath` that is a list', { ath: [athOf(TOKEN)] }],
    ['a nonce that is a number', { nonce: 7 }],
    ['a nonce that is null', { nonce: null }],
    ['an `exp` that has passed', { exp: NOW }],
    ['an `exp` that is a text', { exp: String(NOW + 60) }],
    ['an `nbf` that is far ahead', { nbf: NOW + 61 }],
  ])('%s', (_, claims) => {
    expect(outcome(proof({ claims }))).toBe(INVALID)
  })

  test('their neighbours pass', () => {
    for (const claims of [{ jti: 'j'.repeat(256) }, { exp: NOW + 1 }, { nbf: NOW }, { extra: { any: 'thing' } }]) {
      expect(outcome(proof({ claims }))).toBe('proceed')
    }
  })
})

describe('kind, algorithm and key [dpop.typ] [dpop.algorithm] [dpop.jwk]', () => {
  const { d } = createPrivateKey(key.privateKey.export({ format: 'pem', type: 'pkcs8' })).export({ format: 'jwk' })
  test.each<[string, Changes]>([
    ['no `typ`', { header: { typ: undefined } }],
    ['an access token’s `typ`', { header: { typ: 'at+jwt' } }],
    ['`typ` JWT', { header: { typ: 'JWT' } }],
    ['a `typ` that is a list', { header: { typ: ['dpop+jwt'] } }],
    ['`alg` none', { header: { alg: 'none' } }],
    ['`alg` NoNe', { header: { alg: 'NoNe' } }],
    ['`alg` in small letters', { header: { alg: 'es256' } }],
    ['`alg` that is no text', { header: { alg: ['ES256'] } }],
    ['an algorithm that is not allowed here', { key: rsa }],
    ['an algorithm that is not the key’s', { header: { alg: 'Ed25519' } }],
    ['a name of an object’s own', { header: { alg: 'constructor' } }],
    ['no `jwk`', { header: { jwk: undefined } }],
    ['a `jwk` that is a text', { header: { jwk: JSON.stringify(key.jwk) } }],
    ['a `jwk` that is null', { header: { jwk: null } }],
    ['a `jwk` with its private member', { header: { jwk: { ...key.jwk, d } } }],
    ['a private member that is empty', { header: { jwk: { ...key.jwk, d: '' } } }],
    ['a member of RSA’s private key', { header: { jwk: { ...key.jwk, p: 'AAAA' } } }],
    ['a symmetric `jwk`', { header: { jwk: { kty: 'oct', k: part('secret') } } }],
    ['a point off the curve', { header: { jwk: { ...key.jwk, y: key.jwk['x'] } } }],
    ['a key for encryption', { header: { jwk: { ...key.jwk, use: 'enc' } } }],
    ['a key of another algorithm', { header: { jwk: { ...key.jwk, alg: 'ES384' } } }],
    ['`crit`', { header: { crit: ['exp'], exp: NOW } }],
    ['`b64`', { header: { b64: true } }],
    ['`zip`', { header: { zip: 'DEF' } }],
    ['`jku`', { header: { jku: 'https://elsewhere.example/jwks' } }],
    ['`x5c`', { header: { x5c: [] } }],
  ])('%s', (_, changes) => {
    expect(outcome(proof(changes))).toBe(INVALID)
  })

  test('a public key as an HMAC secret', () => {
    const signed = proof({ header: { alg: 'HS256' } })
      .split('.')
      .slice(0, 2)
      .join('.')
    const forged = createHmac('sha256', JSON.stringify(key.jwk)).update(signed).digest('base64url')
    expect(outcome(`${signed}.${forged}`)).toBe(INVALID)
  })

  test('their neighbours pass', () => {
    expect(outcome(proof({ header: { typ: 'DPoP+JWT' } }))).toBe('proceed')
    expect(outcome(proof({ header: { typ: 'application/dpop+jwt' } }))).toBe('proceed')
    expect(outcome(proof({ header: { kid: 'mine' } }))).toBe('proceed')
    expect(outcome(proof({ header: { jwk: { ...key.jwk, use: 'sig', alg: 'ES256', key_ops: ['verify'] } } }))).toBe(
      'proceed',
    )
    expect(outcome(proof({ key: ed }), { jkt: ed.jkt })).toBe('proceed')
    // RFC 9864: the old name of the same thing.
    expect(outcome(proof({ key: ed, header: { alg: 'EdDSA' } }), { jkt: ed.jkt })).toBe('proceed')
  })

  test('what the configuration allows, and nothing else', () => {
    const own = proofVerifier({ ...RULES, algorithms: ['RS256'] })
    expect(outcome(proof({ key: rsa }), { jkt: rsa.jkt }, own)).toBe('proceed')
    expect(outcome(proof(), {}, own)).toBe(INVALID)
    expect(() => proofVerifier({ ...RULES, algorithms: ['HS256'] })).toThrow(/HS256/)
  })
})

describe('the signature [dpop.signature]', () => {
  test.each<[string, (good: Buffer) => Buffer]>([
    ['one bit flipped', (good) => Buffer.from(good.map((byte, at) => (at === 40 ? byte ^ 1 : byte)))],
    ['all zero', (good) => Buffer.alloc(good.length)],
    ['a byte behind it', (good) => Buffer.concat([good, Buffer.alloc(1)])],
    ['cut', (good) => good.subarray(0, -1)],
  ])('%s', (_, signature) => {
    expect(outcome(proof({ signature }))).toBe(INVALID)
  })

  test('by another key than `jwk`', () => {
    expect(outcome(proof({ key: other, header: { jwk: key.jwk } }))).toBe(INVALID)
  })

  test('of a header that held before: the key is remembered, never that a proof held', () => {
    const own = proofVerifier(RULES)
    const good = proof()
    expect(outcome(good, {}, own)).toBe('proceed')
    const [header] = good.split('.')
    const forged = `${header}.${part({ ...CLAIMS, jti: 'forged' })}.${good.split('.')[2]}`
    expect(outcome(forged, {}, own)).toBe(INVALID)
    expect(outcome(proof(), {}, own)).toBe('proceed')
  })
})

describe('this request, this token, this key [dpop.htm] [dpop.htu] [dpop.ath] [dpop.key-is-token-s]', () => {
  test.each<[string, Changes]>([
    ['another method', { claims: { htm: 'GET' } }],
    ['the method in small letters', { claims: { htm: 'post' } }],
    ['another path', { claims: { htu: 'https://gateway.example/v1/models' } }],
    ['another case of the path', { claims: { htu: 'https://gateway.example/v1/Chat/completions' } }],
    ['another host', { claims: { htu: 'https://elsewhere.example/v1/chat/completions' } }],
    ['plain http', { claims: { htu: 'http://gateway.example/v1/chat/completions' } }],
    ['a path without a host', { claims: { htu: '/v1/chat/completions' } }],
    ['another token', { claims: { ath: athOf('another.access.token') } }],
    ['the digest in hexadecimal', { claims: { ath: Buffer.from(athOf(TOKEN), 'base64url').toString('hex') } }],
    ['the digest with padding', { claims: { ath: `${athOf(TOKEN)}=` } }],
    ['another key', { key: other }],
    ['another kind of key', { key: ed }],
  ])('%s', (_, changes) => {
    expect(outcome(proof(changes))).toBe(INVALID)
  })

  test('their neighbours pass', () => {
    expect(outcome(proof({ claims: { htm: 'GET' } }), { method: 'GET' })).toBe('proceed')
    expect(outcome(proof({ claims: { htu: 'HTTPS://gateway.example:443/v1/./chat/completions?a=b#c' } }))).toBe(
      'proceed',
    )
    expect(outcome(proof({ key: other }), { jkt: other.jkt })).toBe('proceed')
    expect(outcome(proof({ key: other }), { jkt: undefined })).toBe('proceed')
  })

  test('without a token a proof for one does not pass, nor the other way round (RFC 9449 section 7)', () => {
    expect(outcome(proof(), { ath: undefined, jkt: undefined })).toBe(INVALID)
    expect(outcome(proof({ claims: { ath: undefined } }), { ath: undefined, jkt: undefined })).toBe('proceed')
  })

  test('of an address that is none of ours no proof is', () => {
    expect(outcome(proof(), { uri: undefined })).toBe(INVALID)
  })
})

describe('time [dpop.iat]', () => {
  test.each([
    ['a minute ago', NOW - 60, INVALID],
    ['just within the minute', NOW - 59, 'proceed'],
    ['a minute ahead', NOW + 60, INVALID],
    ['just within the minute ahead', NOW + 59, 'proceed'],
    ['by a clock five minutes late', NOW - 300, INVALID],
    ['by a clock five minutes ahead', NOW + 300, INVALID],
    ['in milliseconds', NOW_MS, INVALID],
    ['negative', -NOW, INVALID],
    ['with a fraction', NOW - 0.5, 'proceed'],
  ])('%s', (_, iat, result) => {
    expect(outcome(proof({ claims: { iat } }))).toBe(result)
  })

  test('of the configuration', () => {
    const own = proofVerifier({ ...RULES, windowMs: 300_000 })
    expect(outcome(proof({ claims: { iat: NOW - 299 } }), {}, own)).toBe('proceed')
    expect(outcome(proof({ claims: { iat: NOW - 300 } }), {}, own)).toBe(INVALID)
  })
})

describe('nonces', () => {
  const made = (ageMs: number, keyByte = 1): string =>
    createNonces({ key: Buffer.alloc(32, keyByte), clock: { now: () => NOW_MS - ageMs }, startedAtMs: 0 }).now()

  test.each([
    ['none [dpop.nonce-no-downgrade]', undefined],
    ['an empty one', ''],
    ['one that we did not make', 'eyJ7S_zG.eyJH0-Z.HX4w-7v'],
    ['one by another key', made(0, 2)],
    ['two minutes old', made(120_000)],
    ['of yesterday [dpop.nonce-age]', made(86_400_000)],
    ['from before the start [dpop.after-start]', made(NOW_MS - START + 1000)],
  ])('%s: `use_dpop_nonce`, with one that holds', (_, nonce) => {
    const step = verify([proof({ claims: { nonce } })], DEMAND)
    expect(step).toMatchObject({ code: 'use_dpop_nonce', status: 401 })
    const given = step.kind === 'refuse' ? step.headers?.['dpop-nonce'] : undefined
    expect(outcome(proof({ claims: { nonce: given } }))).toBe('proceed')
  })

  test('one that is over a minute old holds, and is to be renewed [dpop.nonce-renewed]', () => {
    expect(verify([proof({ claims: { nonce: made(60_000) } })], DEMAND)).toMatchObject({ value: { renew: true } })
    expect(verify([proof({ claims: { nonce: made(59_000) } })], DEMAND)).toMatchObject({ value: { renew: false } })
  })

  describe('off', () => {
    const own = proofVerifier({ ...RULES, nonces: undefined })
    test('none is needed, and one that is sent is not judged', () => {
      expect(outcome(proof({ claims: { nonce: undefined } }), {}, own)).toBe('proceed')
      expect(outcome(proof({ claims: { nonce: 'any' } }), {}, own)).toBe('proceed')
    })

    test('a proof from before the start is invalid: it may have been used then', () => {
      const young = proofVerifier({ ...RULES, nonces: undefined, startedAtMs: NOW_MS - 10_000 })
      expect(outcome(proof({ claims: { nonce: undefined, iat: NOW - 11 } }), {}, young)).toBe(INVALID)
      expect(outcome(proof({ claims: { nonce: undefined, iat: NOW - 10 } }), {}, young)).toBe('proceed')
    })
  })
})

describe('second opinions', () => {
  test('proofs that jose makes hold', async () => {
    for (const [by, alg] of [
      [key, 'ES256'],
      [ed, 'Ed25519'],
      [ed, 'EdDSA'],
    ] as const) {
      const made = await new jose.SignJWT({ ...CLAIMS, jti: `jose-${alg}` })
        .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk: by.jwk as jose.JWK })
        .sign(by.privateKey)
      expect(outcome(made, { jkt: by.jkt })).toBe('proceed')
    }
  })

  test('and proofs of our tests satisfy jose', async () => {
    const { payload } = await jose.jwtVerify(proof(), jose.EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ['ES256'],
      currentDate: new Date(NOW_MS),
    })
    expect(payload['htu']).toBe(URI)
  })

  test('the proof of RFC 9449 section 4.2 holds at its own time', () => {
    const at = { now: () => 1_562_262_616_000 }
    const own = proofVerifier({ ...RULES, nonces: undefined, startedAtMs: 0, clock: at })
    const sent =
      'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg'
    const demand: Demand = {
      method: 'POST',
      uri: 'https://server.example.com/token',
      ath: undefined,
      jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
    }
    expect(own([sent], demand)).toMatchObject({ kind: 'proceed', value: { jti: '-BwC3ESc6acc2lTc' } })
    expect(own([sent], { ...demand, method: 'GET' })).toMatchObject({ code: INVALID })
  })
})

test('what the log is told is ours, and never what was sent', () => {
  const marked = 'MARKED-BY-THE-CALLER'
  for (const changes of [
    { header: { typ: marked } },
    { header: { alg: marked } },
    { header: { jwk: { ...key.jwk, kty: marked } } },
    { header: `{"${marked}":1,"${marked}":2}` },
    { claims: { htm: marked } },
    { claims: { htu: marked } },
    { claims: { nonce: marked } },
    { claims: `{"${marked}":1,"${marked}":2}` },
  ] satisfies Changes[]) {
    const step = verify([proof(changes)], DEMAND)
    expect(step.kind).toBe('refuse')
    expect(JSON.stringify(step)).not.toContain(marked)
  }
})

test('no change of one character leaves a proof that holds', () => {
  const good = proof()
  expect(outcome(good)).toBe('proceed')
  fc.assert(
    fc.property(fc.nat({ max: good.length - 1 }), fc.string({ minLength: 0, maxLength: 2 }), (at, put) => {
      const changed = good.slice(0, at) + put + good.slice(at + 1)
      if (changed !== good) expect(outcome(changed)).not.toBe('proceed')
    }),
    { numRuns: 500 },
  )
})

test('never throws, whatever it is given', () => {
  const anyPart = fc.oneof(
    fc.base64String(),
    fc.string({ unit: 'binary' }),
    fc.json().map((text) => part(text)),
    fc
      .dictionary(fc.constantFrom('typ', 'alg', 'jwk', 'htm', 'htu', 'iat', 'jti', 'ath', 'nonce'), fc.jsonValue())
      .map(part),
    fc.constant(proof().split('.')[0] ?? ''),
  )
  fc.assert(
    fc.property(fc.array(anyPart, { maxLength: 4 }), (parts) => {
      expect(outcome(parts.join('.'))).not.toBe('proceed')
    }),
    { numRuns: 500 },
  )
})

function headerText(): string {
  return JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk })
}

/** The same bytes by a reader that is lax about the last character. */
function spare(base64url: string): string {
  const bytes = Buffer.from(base64url, 'base64url')
  for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
    const spelt = base64url.slice(0, -1) + last
    if (spelt !== base64url && Buffer.from(spelt, 'base64url').equals(bytes)) return spelt
  }
  return `${base64url}=`
}
