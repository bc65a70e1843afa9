import { createHmac, type KeyObject, sign } from 'node:crypto'
import { newKeyPair } from '@ostiary/testkit'
import * as jose from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { withoutProofs } from '../../../test/proofs.js'
import { createAuthenticate } from '../../authenticate/authenticate.js'
import { presentedCredential } from '../../authenticate/credential.js'
import type { Principal, Received, Step } from '../../spec/index.js'
import { createJwtIssuer } from './issuer.js'
import type { JwtIssuerOptions, Profile } from './options.js'

// Every class of hostile token, each beside its nearest good neighbour: a check that refuses everything proves nothing.

const ISSUER = 'https://idp.example'
const OTHER = 'https://other.example'
const LEGACY = 'https://legacy.example'
const US = 'https://gateway.example'
const NOW = 1_800_000_000
const clock = { now: () => NOW * 1000 }
// Nothing of a request but its credential counts here.
const RECEIVED = { path: '/' } as Received

type Json = Record<string, unknown>

const ec = newKeyPair({ type: 'ec', namedCurve: 'P-256' })
const ec384 = newKeyPair({ type: 'ec', namedCurve: 'P-384' })
const ec521 = newKeyPair({ type: 'ec', namedCurve: 'P-521' })
const rsa = newKeyPair({ type: 'rsa', modulusLength: 2048 })
const pss = newKeyPair({ type: 'rsa', modulusLength: 2048 })
const ed = newKeyPair({ type: 'ed25519' })
const stranger = newKeyPair({ type: 'ec', namedCurve: 'P-256' })
const others = newKeyPair({ type: 'ec', namedCurve: 'P-256' })

const jwk = (key: KeyObject, kid: string, more: Json = {}): Json => ({ ...key.export({ format: 'jwk' }), kid, ...more })
const KEYS: Json[] = [
  jwk(ec.publicKey, 'ec', { alg: 'ES256', use: 'sig' }),
  jwk(ec384.publicKey, 'ec384', { alg: 'ES384' }),
  jwk(ec521.publicKey, 'ec521'),
  jwk(rsa.publicKey, 'rsa'),
  jwk(pss.publicKey, 'pss', { alg: 'PS256', key_ops: ['verify'] }),
  jwk(ed.publicKey, 'ed', { alg: 'EdDSA' }),
]

const ALL = ['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'Ed25519']

function issuer(name: string, keys: Json[], more: Partial<JwtIssuerOptions> = {}) {
  return createJwtIssuer({
    issuer: name,
    audience: US,
    keys: { kind: 'jwksUri', uri: `${name}/jwks` },
    algorithms: ALL,
    profile: 'rfc9068',
    maxTokenLifetimeMs: 900_000,
    clockToleranceMs: 5000,
    allowPrivateNetwork: false,
    jwksCooldownMs: 30_000,
    claims: [
      { kind: 'groups', claim: 'groups' },
      { kind: 'attribute', claim: 'clearance', name: 'clearance', type: 'Long' },
    ],
    required: [{ claim: 'groups', values: undefined }],
    agents: [],
    groups: { kind: 'prefix', prefix: '' },
    clock,
    fetchJson: async () => ({ kind: 'body', body: Buffer.from(JSON.stringify({ keys })) }),
    ...more,
  })
}

const providers = [
  issuer(ISSUER, KEYS),
  issuer(OTHER, [jwk(others.publicKey, 'ec')]),
  issuer(LEGACY, KEYS, { profile: 'legacy', required: [] }),
]
const stage = createAuthenticate({
  ...withoutProofs(),
  providers,
  revocations: { state: () => 'live' as const },
  clock,
  cacheEntries: 0,
  publicUrl: US,
})

beforeAll(async () => {
  for (const one of providers) expect(await one.refresh()).toBe(true)
})

type Signer = (input: Buffer) => Buffer

const es256 =
  (key: KeyObject = ec.privateKey): Signer =>
  (input) =>
    sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' })
const b64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

function claimsOf(profile: Profile): Json {
  const common = { aud: US, sub: 'alice', iat: NOW - 10, exp: NOW + 600, scope: 'models:invoke', groups: ['analysts'] }
  return profile === 'legacy'
    ? { iss: LEGACY, azp: 'app', ...common }
    : { iss: ISSUER, client_id: 'app', jti: 'j1', ...common }
}

interface Change {
  readonly profile?: Profile
  /** Members set; `undefined` takes one away. A text replaces the whole JSON. */
  readonly header?: Json | string
  readonly payload?: Json | string
  readonly signer?: Signer
}

function mint({ profile = 'rfc9068', header = {}, payload = {}, signer = es256() }: Change = {}): string {
  const plain = { alg: 'ES256', kid: 'ec', ...(profile === 'rfc9068' ? { typ: 'at+jwt' } : {}) }
  const head = typeof header === 'string' ? header : { ...plain, ...header }
  const body = typeof payload === 'string' ? payload : { ...claimsOf(profile), ...payload }
  const input = `${b64(head)}.${b64(body)}`
  return `${input}.${signer(Buffer.from(input)).toString('base64url')}`
}

async function present(token: string): Promise<Step<Principal>> {
  const found = presentedCredential(['Authorization', `Bearer ${token}`])
  if (found.kind === 'refuse') return found
  return stage.authenticate(RECEIVED, found.value)
}

async function code(token: string): Promise<string> {
  const step = await present(token)
  return step.kind === 'refuse' ? step.code : 'proceed'
}

const withSignature = (token: string, change: (signature: Buffer) => Buffer): string => {
  const at = token.lastIndexOf('.') + 1
  return token.slice(0, at) + change(Buffer.from(token.slice(at), 'base64url')).toString('base64url')
}

const hmac =
  (secret: string | Buffer): Signer =>
  (input) =>
    createHmac('sha256', secret).update(input).digest()

const ORDER = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
const halves = (r: Buffer, s: Buffer): Signer => {
  return () => Buffer.concat([r, s])
}
const half = (last: number): Buffer => Buffer.concat([Buffer.alloc(31), Buffer.from([last])])

type Case = readonly [what: string, hostile: () => string, good: () => string]
const PLAIN = (): string => mint()
const legacy = (change: Change = {}): string => mint({ ...change, profile: 'legacy' })

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'algorithm and key [token.algorithm-allow-list]': [
    ['`none`', () => mint({ header: { alg: 'none' }, signer: () => Buffer.alloc(0) }), PLAIN],
    ['`none` with a signature', () => mint({ header: { alg: 'none' } }), PLAIN],
    ['`noNE`', () => mint({ header: { alg: 'noNE' }, signer: () => Buffer.alloc(0) }), PLAIN],
    ['an empty signature', () => withSignature(mint(), () => Buffer.alloc(0)), PLAIN],
    ['`es256`', () => mint({ header: { alg: 'es256' } }), PLAIN],
    ['no `alg`', () => mint({ header: { alg: undefined } }), PLAIN],
    ['`alg` that is a list', () => mint({ header: { alg: ['ES256'] } }), PLAIN],
    ['`alg` `__proto__`', () => mint({ header: '{"alg":"__proto__","typ":"at+jwt","kid":"ec"}' }), PLAIN],
    [
      '`EdDSA` where the list says `Ed25519`',
      () => mint({ header: { alg: 'EdDSA', kid: 'ed' }, signer: (input) => sign(null, input, ed.privateKey) }),
      () => mint({ header: { alg: 'Ed25519', kid: 'ed' }, signer: (input) => sign(null, input, ed.privateKey) }),
    ],
    [
      'an algorithm that is not on the list',
      () => mint({ header: { alg: 'RS512', kid: 'rsa' }, signer: (input) => sign('sha512', input, rsa.privateKey) }),
      () => mint({ header: { alg: 'RS256', kid: 'rsa' }, signer: (input) => sign('sha256', input, rsa.privateKey) }),
    ],
    [
      'a key without `alg` used for another than its one algorithm [token.one-algorithm-per-key]',
      () =>
        mint({
          header: { alg: 'PS256', kid: 'rsa' },
          signer: (input) => sign('sha256', input, { key: rsa.privateKey, padding: 6, saltLength: 32 }),
        }),
      () =>
        mint({
          header: { alg: 'PS256', kid: 'pss' },
          signer: (input) => sign('sha256', input, { key: pss.privateKey, padding: 6, saltLength: 32 }),
        }),
    ],
    [
      'a salt of another length',
      () =>
        mint({
          header: { alg: 'PS256', kid: 'pss' },
          signer: (input) => sign('sha256', input, { key: pss.privateKey, padding: 6, saltLength: 0 }),
        }),
      () =>
        mint({
          header: { alg: 'PS256', kid: 'pss' },
          signer: (input) => sign('sha256', input, { key: pss.privateKey, padding: 6, saltLength: 32 }),
        }),
    ],
    [
      'a key of another curve',
      () => mint({ header: { alg: 'ES256', kid: 'ec384' } }),
      () => mint({ header: { alg: 'ES384', kid: 'ec384' }, signer: signer384 }),
    ],
    [
      'ES512 signed as ES384',
      () => mint({ header: { alg: 'ES512', kid: 'ec521' }, signer: signer384 }),
      () =>
        mint({
          header: { alg: 'ES512', kid: 'ec521' },
          signer: (input) => sign('sha512', input, { key: ec521.privateKey, dsaEncoding: 'ieee-p1363' }),
        }),
    ],
    ['a stranger who names our `kid`', () => mint({ signer: es256(stranger.privateKey) }), PLAIN],
    [
      "another issuer's key under the same `kid` [token.issuer-first]",
      () => mint({ signer: es256(others.privateKey) }),
      () => mint({ payload: { iss: OTHER }, signer: es256(others.privateKey) }),
    ],
    [
      'HMAC by the public key as PEM [token.no-key-confusion]',
      () => confusion(ec.publicKey.export({ format: 'pem', type: 'spki' })),
      PLAIN,
    ],
    ['HMAC by the public key as DER', () => confusion(ec.publicKey.export({ format: 'der', type: 'spki' })), PLAIN],
    ['HMAC by the RSA key as PEM', () => confusion(rsa.publicKey.export({ format: 'pem', type: 'spki' })), PLAIN],
    [
      'HMAC by the JWK text [token.no-key-confusion]',
      () => confusion(JSON.stringify(ec.publicKey.export({ format: 'jwk' }))),
      PLAIN,
    ],
    ['HMAC by the JWK as served', () => confusion(JSON.stringify(KEYS[0])), PLAIN],
    ['HMAC by nothing', () => confusion(''), PLAIN],
    ['HMAC that says ES256', () => mint({ signer: hmac('secret') }), PLAIN],
  ],
  signature: [
    [
      'all zero ("psychic") [token.ecdsa-exact]',
      () => mint({ signer: halves(Buffer.alloc(32), Buffer.alloc(32)) }),
      PLAIN,
    ],
    ['r = 0', () => mint({ signer: halves(Buffer.alloc(32), half(1)) }), PLAIN],
    ['s = 0', () => mint({ signer: halves(half(1), Buffer.alloc(32)) }), PLAIN],
    ['r = s = 1', () => mint({ signer: halves(half(1), half(1)) }), PLAIN],
    ['r = n', () => mint({ signer: halves(ORDER, half(1)) }), PLAIN],
    ['r = s = n', () => mint({ signer: halves(ORDER, ORDER) }), PLAIN],
    ['all ones', () => mint({ signer: halves(Buffer.alloc(32, 255), Buffer.alloc(32, 255)) }), PLAIN],
    ['DER [token.ecdsa-exact]', () => mint({ signer: (input) => sign('sha256', input, ec.privateKey) }), PLAIN],
    ['a trailing byte', () => withSignature(mint(), (held) => Buffer.concat([held, Buffer.alloc(1)])), PLAIN],
    ['a leading byte', () => withSignature(mint(), (held) => Buffer.concat([Buffer.alloc(1), held])), PLAIN],
    ['cut short', () => withSignature(mint(), (held) => held.subarray(0, 63)), PLAIN],
    ['one bit changed', () => withSignature(mint(), flipped), PLAIN],
    ['that of another token', () => withSignature(mint(), () => signatureOf(mint({ payload: { jti: 'j2' } }))), PLAIN],
    [
      'RSA with a leading zero',
      () => withSignature(rs256(), (held) => Buffer.concat([Buffer.alloc(1), held])),
      () => rs256(),
    ],
    ['RSA cut short', () => withSignature(rs256(), (held) => held.subarray(1)), () => rs256()],
    ['Ed25519 with S + L [token.eddsa-exact]', () => withSignature(ed25519(), plusL), () => ed25519()],
    ['Ed25519 with a trailing byte', () => withSignature(ed25519(), (s) => Buffer.concat([s, s])), () => ed25519()],
  ],
  header: [
    ['`crit` of something unknown', () => mint({ header: { crit: ['exp'], exp: 1 } }), PLAIN],
    ['an empty `crit` [token.crit]', () => mint({ header: { crit: [] } }), PLAIN],
    ['`crit` that is a text', () => mint({ header: { crit: 'b64' } }), PLAIN],
    ['`crit` with `b64` [token.crit]', () => mint({ header: { crit: ['b64'], b64: true } }), PLAIN],
    ['`b64` true', () => mint({ header: { b64: true } }), PLAIN],
    ['`b64` false', () => mint({ header: { b64: false } }), PLAIN],
    ['`zip` [token.crit]', () => mint({ header: { zip: 'DEF' } }), PLAIN],
    ['`cty` JWT', () => mint({ header: { cty: 'JWT' } }), PLAIN],
    ['`jku` [token.no-key-in-header]', () => mint({ header: { jku: `${ISSUER}/jwks` } }), PLAIN],
    ['`x5u`', () => mint({ header: { x5u: `${ISSUER}/cert` } }), PLAIN],
    ['`x5c`', () => mint({ header: { x5c: ['MIIB'] } }), PLAIN],
    [
      'an embedded `jwk`, signed by it [token.no-key-in-header]',
      () =>
        mint({
          header: { kid: undefined, jwk: stranger.publicKey.export({ format: 'jwk' }) },
          signer: es256(stranger.privateKey),
        }),
      PLAIN,
    ],
    ['an embedded `jwk` that is the right one', () => mint({ header: { jwk: KEYS[0] } }), PLAIN],
    ['`kid` that is a number', () => mint({ header: { kid: 1 } }), PLAIN],
    ['`kid` that is an object', () => mint({ header: { kid: {} } }), PLAIN],
    ['an empty `kid`', () => mint({ header: { kid: '' } }), PLAIN],
    ['`kid` of 129 characters', () => mint({ header: { kid: 'k'.repeat(129) } }), PLAIN],
    ['`kid` with a line break', () => mint({ header: { kid: 'ec\n' } }), PLAIN],
    [
      '`kid` that is a path [token.kid]',
      () => mint({ header: { kid: '../../../../dev/null' }, signer: hmac('') }),
      PLAIN,
    ],
    ['`kid` `__proto__`', () => mint({ header: '{"alg":"ES256","typ":"at+jwt","kid":"__proto__"}' }), PLAIN],
    ['an unknown `kid`', () => mint({ header: { kid: 'ec2' } }), PLAIN],
    ['`kid` null', () => mint({ header: { kid: null } }), PLAIN],
    [
      'a header parameter twice',
      () => mint({ header: '{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"ec"}' }),
      () => mint({ header: '{"alg":"ES256","typ":"at+jwt","kid":"ec","x5t":"abc"}' }),
    ],
  ],
  'kind of token, profile rfc9068 [token.kinds] [token.rfc9068]': [
    ...['JWT', 'jwt', 'dpop+jwt', 'logout+jwt', 'secevent+jwt', 'token-introspection+jwt', 'oauth-id-jag+jwt'].map(
      (typ): Case => [`\`typ\` ${typ}`, () => mint({ header: { typ } }), () => mint({ header: { typ: 'AT+JWT' } })],
    ),
    ['no `typ`', () => mint({ header: { typ: undefined } }), PLAIN],
    ['an empty `typ`', () => mint({ header: { typ: '' } }), PLAIN],
    ['`typ` that is a list', () => mint({ header: { typ: ['at+jwt'] } }), PLAIN],
    [
      '`typ` text/at+jwt',
      () => mint({ header: { typ: 'text/at+jwt' } }),
      () => mint({ header: { typ: 'application/at+jwt' } }),
    ],
    ['claim `typ` Refresh', () => mint({ payload: { typ: 'Refresh' } }), () => mint({ payload: { typ: 'Bearer' } })],
    ['claim `typ` ID', () => mint({ payload: { typ: 'ID' } }), PLAIN],
    [
      'claim `token_use` id',
      () => mint({ payload: { token_use: 'id' } }),
      () => mint({ payload: { token_use: 'access' } }),
    ],
    ...['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti', 'groups'].map(
      (name): Case => [`no \`${name}\``, () => mint({ payload: { [name]: undefined } }), PLAIN],
    ),
  ],
  'kind of token, profile legacy [token.kinds] [token.legacy]': [
    ['neither `scope` nor `scp`', () => legacy({ payload: { scope: undefined } }), () => legacy()],
    ['`nonce`', () => legacy({ payload: { nonce: 'n' } }), () => legacy({ header: { typ: 'JWT' } })],
    ['`at_hash`', () => legacy({ payload: { at_hash: 'h' } }), () => legacy({ header: { typ: 'at+jwt' } })],
    ['`events`', () => legacy({ payload: { events: {} } }), () => legacy({ payload: { events: undefined } })],
    ...['dpop+jwt', 'logout+jwt', 'secevent+jwt', 'wit+jwt', 'wpt+jwt', 'statuslist+jwt', 'txntoken+jwt', 'JOSE'].map(
      (typ): Case => [`\`typ\` ${typ}`, () => legacy({ header: { typ } }), () => legacy({ header: { typ: 'jwt' } })],
    ),
    ['`aud` that is the client', () => legacy({ payload: { azp: US } }), () => legacy()],
    [
      '`aud` with the client in it',
      () => legacy({ payload: { aud: [US, 'app'] } }),
      () => legacy({ payload: { aud: [US, 'https://api.example'] } }),
    ],
    ['no `iat`', () => legacy({ payload: { iat: undefined } }), () => legacy({ payload: { jti: undefined } })],
    [
      '`scope` and `scp` that differ',
      () => legacy({ payload: { scp: ['models:invoke', 'admin:all'] } }),
      () => legacy({ payload: { scp: ['models:invoke'] } }),
    ],
    [
      '`scp` with a number',
      () => legacy({ payload: { scope: undefined, scp: ['a', 1] } }),
      () => legacy({ payload: { scope: undefined, scp: ['a', 'b'] } }),
    ],
    [
      '`azp` that is no text',
      () => legacy({ payload: { azp: 1 } }),
      () => legacy({ payload: { azp: undefined, cid: 'app' } }),
    ],
  ],
  'audience [token.audience]': [
    ['another', () => mint({ payload: { aud: 'https://other.example' } }), PLAIN],
    ['a prefix of ours', () => mint({ payload: { aud: US.slice(0, -1) } }), PLAIN],
    ['ours and more', () => mint({ payload: { aud: `${US}/` } }), PLAIN],
    ['another case', () => mint({ payload: { aud: US.toUpperCase() } }), PLAIN],
    ['a list without us', () => mint({ payload: { aud: ['a', 'b'] } }), () => mint({ payload: { aud: ['a', US] } })],
    ['an empty list', () => mint({ payload: { aud: [] } }), PLAIN],
    ['a list with a number', () => mint({ payload: { aud: [US, 1] } }), () => mint({ payload: { aud: [US] } })],
    ['an object', () => mint({ payload: { aud: { [US]: 1 } } }), PLAIN],
    ['a list in a list', () => mint({ payload: { aud: [[US]] } }), PLAIN],
    ['an empty text', () => mint({ payload: { aud: ['', US] } }), PLAIN],
  ],
  'times and numbers [token.finite-numbers]': [
    ['`exp` that is a text', () => mint({ payload: { exp: `${NOW + 600}` } }), PLAIN],
    ['`exp` in milliseconds', () => mint({ payload: { exp: (NOW + 600) * 1000 } }), PLAIN],
    ['`exp` of 1e400', () => mint({ payload: rawPayload('"exp":1e400') }), () => mint({ payload: rawPayload('') })],
    [
      'an hour to live',
      () => mint({ payload: { iat: NOW, exp: NOW + 3600 } }),
      () => mint({ payload: { iat: NOW, exp: NOW + 900 } }),
    ],
    ['`exp` null', () => mint({ payload: { exp: null } }), PLAIN],
    ['`exp` before `iat`', () => mint({ payload: { exp: NOW + 1, iat: NOW + 2 } }), PLAIN],
    ['negative `iat`', () => mint({ payload: { iat: -1 } }), PLAIN],
    [
      'lifetime over the maximum [token.lifetime]',
      () => mint({ payload: { iat: NOW - 10, exp: NOW + 891 } }),
      () => mint({ payload: { iat: NOW - 10, exp: NOW + 890 } }),
    ],
    [
      '`iat` further ahead than the tolerance [token.not-ahead]',
      () => mint({ payload: { iat: NOW + 6 } }),
      () => mint({ payload: { iat: NOW + 5 } }),
    ],
    [
      '`nbf` further ahead than the tolerance [token.not-ahead]',
      () => mint({ payload: { nbf: NOW + 6 } }),
      () => mint({ payload: { nbf: NOW + 5 } }),
    ],
    ['`nbf` that is a text', () => mint({ payload: { nbf: `${NOW}` } }), () => mint({ payload: { nbf: NOW - 0.5 } })],
    ['`iat` that is a text', () => mint({ payload: { iat: `${NOW}` } }), PLAIN],
    [
      '`auth_time` ahead',
      () => mint({ payload: { auth_time: NOW + 6 } }),
      () => mint({ payload: { auth_time: NOW - 100 } }),
    ],
    ['`auth_time` that is a text', () => mint({ payload: { auth_time: 'now' } }), PLAIN],
  ],
  'types of claims [token.claim-types]': [
    ['an empty `sub`', () => mint({ payload: { sub: '' } }), PLAIN],
    ['`sub` that is a number', () => mint({ payload: { sub: 1 } }), PLAIN],
    [
      '`sub` of 513 characters',
      () => mint({ payload: { sub: 'x'.repeat(513) } }),
      () => mint({ payload: { sub: 'x'.repeat(512) } }),
    ],
    ['`sub` with a line break', () => mint({ payload: { sub: 'a\nb' } }), () => mint({ payload: { sub: 'a b é #' } })],
    ['`jti` that is a number', () => mint({ payload: { jti: 1 } }), PLAIN],
    ['`client_id` that is a list', () => mint({ payload: { client_id: ['app'] } }), PLAIN],
    ['`scope` that is a list', () => mint({ payload: { scope: ['a'] } }), PLAIN],
    ['`scope` that is an object', () => mint({ payload: { scope: { a: 1 } } }), PLAIN],
    ['an empty `scope`', () => mint({ payload: { scope: '' } }), () => mint({ payload: { scope: undefined } })],
    ['two spaces in `scope`', () => mint({ payload: { scope: 'a  b' } }), () => mint({ payload: { scope: 'a b' } })],
    ['a quote in `scope`', () => mint({ payload: { scope: 'a"b' } }), PLAIN],
    ['`acr` that is a number', () => mint({ payload: { acr: 1 } }), () => mint({ payload: { acr: 'urn:mfa' } })],
    ['`amr` that is a text', () => mint({ payload: { amr: 'pwd' } }), () => mint({ payload: { amr: ['pwd'] } })],
    ['groups that are a text', () => mint({ payload: { groups: 'admins' } }), PLAIN],
    ['groups with a number', () => mint({ payload: { groups: ['a', 1] } }), () => mint({ payload: { groups: [] } })],
    [
      'groups that are elsewhere (overage)',
      () => mint({ payload: { _claim_names: { groups: 'src1' } } }),
      () => mint({ payload: { _claim_names: { address: 'src1' } } }),
    ],
    [
      'a mapped claim of another type',
      () => mint({ payload: { clearance: '3' } }),
      () => mint({ payload: { clearance: 3 } }),
    ],
    ['a mapped Long with a fraction', () => mint({ payload: { clearance: 1.5 } }), PLAIN],
    ['a mapped Long beyond 2^53', () => mint({ payload: { clearance: 2 ** 53 } }), PLAIN],
    ['`act` that is a text', () => mint({ payload: { act: 'scout' } }), () => mint({ payload: { act: { sub: 'x' } } })],
    ['`act` that is a list', () => mint({ payload: { act: [{ sub: 'scout' }] } }), PLAIN],
    ['`act` without `sub`', () => mint({ payload: { act: { iss: ISSUER } } }), PLAIN],
    ['`act` null', () => mint({ payload: { act: null } }), PLAIN],
    ['nine actors', () => mint({ payload: { act: actors(9) } }), () => mint({ payload: { act: actors(8) } })],
    [
      'an actor of another issuer in the place of ours',
      () => mint({ payload: { act: { sub: 'scout', iss: OTHER } } }),
      () => mint({ payload: { act: { sub: 'scout', act: { sub: 'x', iss: OTHER } } } }),
    ],
    ['`cnf`', () => mint({ payload: { cnf: { jkt: 'x' } } }), PLAIN],
    ['`iss` with a slash more', () => mint({ payload: { iss: `${ISSUER}/` } }), PLAIN],
    ['`iss` that is a list', () => mint({ payload: { iss: [ISSUER] } }), PLAIN],
    [
      'a claim twice',
      () => mint({ payload: rawPayload('"sub":"admin"') }),
      () => mint({ payload: rawPayload('"name":"admin"') }),
    ],
    [
      '`__proto__` that would bring `client_id` along [token.proto-harmless]',
      () => mint({ payload: rawPayload('"__proto__":{"client_id":"app"}').replace('"client_id":"app",', '') }),
      () => mint({ payload: rawPayload('"__proto__":{"client_id":"app"}') }),
    ],
  ],
}

function signer384(input: Buffer): Buffer {
  return sign('sha384', input, { key: ec384.privateKey, dsaEncoding: 'ieee-p1363' })
}

function confusion(secret: string | Buffer): string {
  return mint({ header: { alg: 'HS256' }, signer: hmac(secret) })
}

function rs256(): string {
  return mint({ header: { alg: 'RS256', kid: 'rsa' }, signer: (input) => sign('sha256', input, rsa.privateKey) })
}

function ed25519(): string {
  return mint({ header: { alg: 'Ed25519', kid: 'ed' }, signer: (input) => sign(null, input, ed.privateKey) })
}

function flipped(signature: Buffer): Buffer {
  signature[40] = (signature[40] ?? 0) ^ 1
  return signature
}

function signatureOf(token: string): Buffer {
  return Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url')
}

/** The same signature to a verifier that does not demand S < L. */
function plusL(signature: Buffer): Buffer {
  const l = 2n ** 252n + 27742317777372353535851937790883648493n
  let s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + l
  for (let at = 32; at < 64; at += 1, s >>= 8n) signature[at] = Number(s & 255n)
  return signature
}

function rawPayload(more: string): string {
  const text = JSON.stringify(claimsOf('rfc9068'))
  return more === ''
    ? text
    : `${text.slice(0, -1)},${more}}`.replace(more.startsWith('"exp"') ? /"exp":\d+,/ : /$^/, '')
}

function actors(count: number): Json | undefined {
  return count === 0 ? undefined : { sub: `agent${count}`, act: actors(count - 1) }
}

for (const [section, cases] of Object.entries(CASES)) {
  describe(section, () => {
    test.each(cases)('%s', async (_what, hostile, good) => {
      expect(await present(hostile())).toMatchObject({
        kind: 'refuse',
        code: 'invalid_token',
        message: 'The access token is not valid here.',
      })
      expect(await code(good())).toBe('proceed')
    })
  })
}

describe('expiry', () => {
  test('has its own code, and only where the signature and all else hold [token.expiry]', async () => {
    const times = { iat: NOW - 600, exp: NOW - 5 }
    expect(await code(mint({ payload: times }))).toBe('expired_token')
    expect(await code(mint({ payload: { ...times, exp: NOW - 4 } }))).toBe('proceed')
    expect(await code(mint({ payload: times, signer: es256(stranger.privateKey) }))).toBe('invalid_token')
    expect(await code(mint({ payload: { ...times, aud: 'https://other.example' } }))).toBe('invalid_token')
    expect(await code(mint({ payload: { ...times, act: 1 } }))).toBe('invalid_token')
  })
})

describe('a token without `kid`', () => {
  test('passes where exactly one key fits', async () => {
    expect(await code(mint({ header: { kid: undefined } }))).toBe('proceed')
    expect(await code(mint({ header: { kid: undefined }, signer: es256(stranger.privateKey) }))).toBe('invalid_token')
  })

  test('is refused where two fit [token.kid]', async () => {
    const two = issuer(ISSUER, [jwk(ec.publicKey, 'a'), jwk(stranger.publicKey, 'b')])
    await two.refresh()
    const own = createAuthenticate({
      ...withoutProofs(),
      providers: [two],
      revocations: { state: () => 'live' as const },
      clock,
      cacheEntries: 0,
      publicUrl: US,
    })
    const ask = async (token: string): Promise<string> =>
      (await own.authenticate(RECEIVED, { scheme: 'bearer', token, proofs: [] })).kind
    expect(await ask(mint({ header: { kid: undefined } }))).toBe('refuse')
    expect(await ask(mint({ header: { kid: 'a' } }))).toBe('proceed')
    await two.close()
  })
})

describe('a second opinion: tokens that jose makes', () => {
  test.each([
    ['ES256', 'ec', ec.privateKey],
    ['ES384', 'ec384', ec384.privateKey],
    ['ES512', 'ec521', ec521.privateKey],
    ['RS256', 'rsa', rsa.privateKey],
    ['PS256', 'pss', pss.privateKey],
    ['Ed25519', 'ed', ed.privateKey],
  ])('%s', async (alg, kid, key) => {
    const token = await new jose.SignJWT(claimsOf('rfc9068')).setProtectedHeader({ alg, kid, typ: 'at+jwt' }).sign(key)
    expect(await code(token)).toBe('proceed')
  })

  test('and tokens of ours satisfy jose', async () => {
    const { payload } = await jose.jwtVerify(mint(), ec.publicKey, {
      issuer: ISSUER,
      audience: US,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      currentDate: new Date(NOW * 1000),
    })
    expect(payload.sub).toBe('alice')
  })
})

test('`dpop: required` refuses a token that is bound to nothing', async () => {
  const strict = issuer(ISSUER, KEYS, { dpop: 'required' })
  await strict.refresh()
  const own = createAuthenticate({
    ...withoutProofs(),
    providers: [strict],
    revocations: { state: () => 'live' as const },
    clock,
    cacheEntries: 0,
    publicUrl: US,
  })
  expect(await own.authenticate(RECEIVED, { scheme: 'bearer', token: mint(), proofs: [] })).toMatchObject({
    code: 'invalid_token',
  })
  await strict.close()
})

test('verifies synchronously where the key is at hand', () => {
  expect(stage.authenticate(RECEIVED, { scheme: 'bearer', token: mint(), proofs: [] })).not.toBeInstanceOf(Promise)
})
