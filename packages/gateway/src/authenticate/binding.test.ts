import { BlockList } from 'node:net'
import { createMemoryReplay } from '@ostiary/testkit'
import { describe, expect, test } from 'vitest'
import { athOf, clientKey, proofOf, withoutProofs } from '../../test/proofs.js'
import {
  type Confirmation,
  type IdentityProvider,
  type Presented,
  type Principal,
  principalOf,
  proceed,
  type Received,
  type Replay,
  type Step,
} from '../spec/index.js'
import { type Authenticate, createAuthenticate } from './authenticate.js'
import type { ProofParts } from './proofs.js'

const ISSUER = 'https://idp.example'
const US = 'https://gateway.example'
const START = 1_800_000_000_000
const PATH = '/v1/chat/completions'
const METADATA = `resource_metadata="${US}/.well-known/oauth-protected-resource${PATH}"`
const CERTIFICATE = 'A'.repeat(43)

const key = clientKey()
const other = clientKey()

const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function token(sub: string): string {
  return `${b64({ alg: 'ES256' })}.${b64({ iss: ISSUER, sub })}.AAAA`
}

interface Bound {
  readonly confirmation?: Confirmation
  readonly networks?: readonly string[]
}

// Whose token is bound to what, by its subject.
const PEOPLE: Readonly<Record<string, Bound>> = {
  free: {},
  key: { confirmation: { jkt: key.jkt, certificate: undefined } },
  certificate: { confirmation: { jkt: undefined, certificate: CERTIFICATE } },
  both: { confirmation: { jkt: key.jkt, certificate: CERTIFICATE } },
  home: { networks: ['10.0.0.0/8', '2001:db8::/32'] },
  nowhere: { networks: ['10.0.0.0/8', 'no network'] },
}

interface Setting {
  readonly stage: Authenticate
  readonly verified: () => number
  readonly unchecked: () => number
  ask(sub: string, how?: Partial<Asked>): Promise<Step<Principal>>
  proof(sub: string, claims?: Readonly<Record<string, unknown>>, by?: typeof key): string
  received(how?: Partial<Asked>): Received
  readonly carried: string[]
}

interface Asked {
  readonly scheme: Presented['scheme']
  readonly proofs: readonly string[]
  readonly certificate: string | undefined
  readonly sourceIp: string
}

function setting(changes: Partial<ProofParts> = {}): Setting {
  const clock = { nowMs: START, now: () => clock.nowMs }
  let verified = 0
  let unchecked = 0
  const provider: IdentityProvider = {
    issuer: ISSUER,
    verify(read) {
      verified += 1
      const subject = String(read.payload['sub'])
      return proceed(
        principalOf({
          issuer: ISSUER,
          subject,
          issuedAt: START / 1000,
          expiresAt: START / 1000 + 600,
          audiences: [US],
          verifiedAtMs: START,
          tokenDigest: read.digest,
          ...PEOPLE[subject],
        }),
      )
    },
    onRotation: () => () => undefined,
    close: async () => undefined,
  }
  const count = (): void => {
    unchecked += 1
  }
  const bare = withoutProofs(clock)
  const stage = createAuthenticate({
    ...bare,
    proofs: { ...bare.proofs, nonces: 'off', onUnchecked: count, ...changes },
    networksOf(networks) {
      const list = new BlockList()
      for (const one of networks) {
        const [address = '', bits] = one.split('/')
        list.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4')
      }
      return { has: (address) => list.check(address, address.includes(':') ? 'ipv6' : 'ipv4') }
    },
    providers: [provider],
    revocations: { state: () => 'live' as const },
    clock,
    cacheEntries: 100,
    publicUrl: US,
  })
  const carried: string[] = []
  const received = ({ proofs = [], certificate, sourceIp = '203.0.113.7' }: Partial<Asked> = {}): Received =>
    ({
      method: 'POST',
      path: PATH,
      sourceIp,
      rawHeaders: ['Host', 'elsewhere.example', ...proofs.flatMap((one) => ['DPoP', one])],
      certificate: () => certificate,
      caller: { carry: (name: string, value: string) => void carried.push(`${name}: ${value}`) },
    }) as unknown as Received
  return {
    stage,
    verified: () => verified,
    unchecked: () => unchecked,
    carried,
    received,
    ask: async (sub, how = {}) =>
      stage.authenticate(received(how), {
        scheme: how.scheme ?? 'bearer',
        token: token(sub),
        proofs: how.proofs ?? [],
      }),
    proof: (sub, claims = {}, by = key) =>
      proofOf({
        key: by,
        claims: { htm: 'POST', htu: US + PATH, iat: START / 1000, ath: athOf(token(sub)), ...claims },
      }),
  }
}

const code = (step: Step<unknown>): string => (step.kind === 'proceed' ? 'proceed' : step.code)
const challengeOf = (step: Step<unknown>): string | undefined =>
  step.kind === 'refuse' ? step.headers?.['www-authenticate'] : undefined

describe.each([
  ['freshly verified', false],
  ['remembered', true],
])('a token, %s', (_, warm) => {
  async function asked(sub: string, how: (held: Setting) => Partial<Asked> = () => ({})): Promise<Step<Principal>> {
    const held = setting()
    // Whatever it is presented as: a verification is remembered, and who may use it is not.
    if (warm) for (const scheme of ['bearer', 'dpop'] as const) await held.ask(sub, { scheme })
    const step = await held.ask(sub, how(held))
    expect(held.verified()).toBe(1)
    return step
  }

  test('bound to nothing passes as Bearer, with and without what it does not need', async () => {
    expect(code(await asked('free'))).toBe('proceed')
    expect(code(await asked('free', () => ({ proofs: ['no proof', 'nor this'] })))).toBe('proceed')
    expect(code(await asked('free', () => ({ certificate: CERTIFICATE })))).toBe('proceed')
  })

  test('bound to nothing does not pass as DPoP [dpop.unbound-as-dpop]', async () => {
    const step = await asked('free', (held) => ({ scheme: 'dpop', proofs: [held.proof('free')] }))
    expect(code(step)).toBe('invalid_token')
    expect(challengeOf(step)).toBe(`DPoP error="invalid_token", algs="ES256 Ed25519", ${METADATA}`)
  })

  test('bound to a key passes with its proof', async () => {
    const step = await asked('key', (held) => ({ scheme: 'dpop', proofs: [held.proof('key')] }))
    expect(step).toMatchObject({ kind: 'proceed', value: { proof: 'dpop', actor: { subject: 'key' } } })
  })

  test('bound to a key does not pass as Bearer, its proof beside it or not [token.bound-needs-proof]', async () => {
    for (const with_ of [false, true]) {
      const step = await asked('key', (held) => ({ proofs: with_ ? [held.proof('key')] : [] }))
      expect(code(step)).toBe('invalid_token')
      expect(challengeOf(step)).toBe(
        `Bearer realm="ostiary", ${METADATA}, error="invalid_token", DPoP algs="ES256 Ed25519", ${METADATA}`,
      )
    }
  })

  test('bound to a key does not pass with another’s proof, another token’s, two, or none', async () => {
    for (const proofs of [
      (held: Setting) => [held.proof('key', {}, other)],
      (held: Setting) => [held.proof('both')],
      (held: Setting) => [held.proof('key'), held.proof('key')],
      () => [],
    ]) {
      const step = await asked('key', (held) => ({ scheme: 'dpop', proofs: proofs(held) }))
      expect(code(step)).toBe('invalid_dpop_proof')
      expect(challengeOf(step)).toBe(`DPoP error="invalid_dpop_proof", algs="ES256 Ed25519", ${METADATA}`)
    }
  })

  test('bound to a certificate passes with that one alone [mtls.bound]', async () => {
    expect(await asked('certificate', () => ({ certificate: CERTIFICATE }))).toMatchObject({
      kind: 'proceed',
      value: { proof: 'mtls' },
    })
    for (const certificate of [undefined, 'B'.repeat(43), 'A'.repeat(42), '']) {
      const step = await asked('certificate', () => ({ certificate }))
      expect(code(step)).toBe('invalid_token')
      expect(challengeOf(step)).toBe(`Bearer realm="ostiary", ${METADATA}, error="invalid_token"`)
    }
  })

  test('bound to a certificate alone does not pass as DPoP', async () => {
    const step = await asked('certificate', (held) => ({
      scheme: 'dpop',
      certificate: CERTIFICATE,
      proofs: [held.proof('certificate')],
    }))
    expect(code(step)).toBe('invalid_token')
  })

  test('bound to both needs both', async () => {
    const both = (held: Setting): Partial<Asked> => ({
      scheme: 'dpop',
      certificate: CERTIFICATE,
      proofs: [held.proof('both')],
    })
    expect(code(await asked('both', both))).toBe('proceed')
    expect(code(await asked('both', (held) => ({ ...both(held), certificate: undefined })))).toBe('invalid_token')
    expect(code(await asked('both', (held) => ({ ...both(held), proofs: [] })))).toBe('invalid_dpop_proof')
    expect(code(await asked('both', (held) => ({ ...both(held), scheme: 'bearer' })))).toBe('invalid_token')
  })

  test('for some networks passes from there alone', async () => {
    for (const sourceIp of ['10.1.2.3', '2001:db8::7']) {
      expect(code(await asked('home', () => ({ sourceIp })))).toBe('proceed')
    }
    for (const sourceIp of ['11.1.2.3', '2001:db9::7', '']) {
      expect(code(await asked('home', () => ({ sourceIp })))).toBe('invalid_token')
    }
  })

  test('for networks that cannot be read passes from nowhere', async () => {
    expect(code(await asked('nowhere', () => ({ sourceIp: '10.1.2.3' })))).toBe('invalid_token')
  })
})

test('a token that is bound to nothing costs nothing: the remembered step itself, at once', () => {
  const { stage, received } = setting()
  const presented: Presented = { scheme: 'bearer', token: token('free'), proofs: [] }
  const first = stage.authenticate(received(), presented)
  expect(first).not.toBeInstanceOf(Promise)
  expect(stage.authenticate(received(), presented)).toBe(first)
})

describe('a proof is used once [dpop.replay]', () => {
  test('again it does not pass, another of the same key does', async () => {
    const held = setting()
    const proof = held.proof('key')
    expect(code(await held.ask('key', { scheme: 'dpop', proofs: [proof] }))).toBe('proceed')
    const again = await held.ask('key', { scheme: 'dpop', proofs: [proof] })
    expect(code(again)).toBe('invalid_dpop_proof')
    expect(code(await held.ask('key', { scheme: 'dpop', proofs: [held.proof('key')] }))).toBe('proceed')
  })

  test('nor at a replica that shares the memory', async () => {
    const replay = createMemoryReplay({ now: () => START })
    const [one, two] = [setting({ replay }), setting({ replay })]
    const proof = one.proof('key')
    expect(code(await one.ask('key', { scheme: 'dpop', proofs: [proof] }))).toBe('proceed')
    expect(code(await two.ask('key', { scheme: 'dpop', proofs: [proof] }))).toBe('invalid_dpop_proof')
  })

  test('a `jti` that was used is that of its key alone', async () => {
    const held = setting()
    const claims = { jti: 'the same' }
    expect(code(await held.ask('key', { scheme: 'dpop', proofs: [held.proof('key', claims)] }))).toBe('proceed')
    expect(code(await held.ask('key', { scheme: 'dpop', proofs: [held.proof('key', claims)] }))).toBe(
      'invalid_dpop_proof',
    )
    const theirs = proofOf({ key: other, claims: { htm: 'POST', htu: US + PATH, iat: START / 1000, ...claims } })
    expect(await held.stage.proofAt(held.received({ proofs: [theirs] }))).toMatchObject({ value: { jkt: other.jkt } })
  })

  test('is remembered as long as it could pass, under a key that says nothing', async () => {
    const asked: [string, number][] = []
    const replay: Replay = { firstUse: (...all) => asked.push(all) > 0, close: async () => undefined }
    const held = setting({ replay })
    await held.ask('key', { scheme: 'dpop', proofs: [held.proof('key', { jti: 'mine', iat: START / 1000 + 59 })] })
    expect(asked).toHaveLength(1)
    const [[name, untilMs]] = asked as [[string, number]]
    expect(name).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(untilMs).toBeGreaterThanOrEqual(START + 59_000 + 60_000)
  })

  test('one that does not hold is not used up', async () => {
    let asked = 0
    const held = setting({ replay: { firstUse: () => ++asked > 0, close: async () => undefined } })
    await held.ask('key', { scheme: 'dpop', proofs: [held.proof('key', { htm: 'GET' })] })
    await held.ask('key', { scheme: 'dpop', proofs: [held.proof('key', {}, other)] })
    expect(asked).toBe(0)
  })

  describe.each<[string, () => boolean | Promise<boolean>]>([
    [
      'throws',
      () => {
        throw new Error('away')
      },
    ],
    ['rejects', () => Promise.reject(new Error('away'))],
  ])('a memory that %s', (_, firstUse) => {
    const replay: Replay = { firstUse, close: async () => undefined }

    test('refuses [dpop.replay-failure]', async () => {
      const held = setting({ replay })
      const step = await held.ask('key', { scheme: 'dpop', proofs: [held.proof('key')] })
      expect(step).toMatchObject({ code: 'overloaded', status: 503, headers: { 'x-should-retry': 'false' } })
      expect(challengeOf(step)).toBeUndefined()
      expect(held.unchecked()).toBe(0)
      // Who needs no memory goes on.
      expect(code(await held.ask('free'))).toBe('proceed')
    })

    test('lets pass where the operator chose so, and says each time that it did', async () => {
      const held = setting({ replay, replayFailure: 'open' })
      for (let times = 0; times < 2; times += 1) {
        expect(code(await held.ask('key', { scheme: 'dpop', proofs: [held.proof('key')] }))).toBe('proceed')
      }
      expect(held.unchecked()).toBe(2)
      expect(code(await held.ask('key', { scheme: 'dpop', proofs: [held.proof('key', {}, other)] }))).toBe(
        'invalid_dpop_proof',
      )
    })
  })
})

describe('nonces', () => {
  test('are asked for, given once, and taken', async () => {
    const held = setting({ nonces: 'required' })
    const refused = await held.ask('key', { scheme: 'dpop', proofs: [held.proof('key')] })
    expect(refused).toMatchObject({
      code: 'use_dpop_nonce',
      status: 401,
      headers: {
        'www-authenticate': `DPoP error="use_dpop_nonce", algs="ES256 Ed25519", ${METADATA}`,
        'cache-control': 'no-store',
        'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate',
      },
    })
    const nonce = refused.kind === 'refuse' ? refused.headers?.['dpop-nonce'] : undefined
    expect(code(await held.ask('key', { scheme: 'dpop', proofs: [held.proof('key', { nonce })] }))).toBe('proceed')
    expect(held.carried).toEqual([])
  })
})

describe('a request without a token beside its proof [dpop.token-endpoint]', () => {
  const claims = { htm: 'POST', htu: US + PATH, iat: START / 1000 }

  test('proves its key, once', async () => {
    const held = setting()
    const proofs = [proofOf({ key, claims })]
    expect(await held.stage.proofAt(held.received({ proofs }))).toEqual({ kind: 'proceed', value: { jkt: key.jkt } })
    expect(code(await held.stage.proofAt(held.received({ proofs })))).toBe('invalid_dpop_proof')
  })

  test('proves nothing where there is no proof, and is refused with a bad one or two', async () => {
    const held = setting()
    const at = async (...proofs: readonly string[]): Promise<Step<unknown>> =>
      held.stage.proofAt(held.received({ proofs }))
    expect(await at()).toEqual({ kind: 'proceed', value: undefined })
    expect(code(await at(proofOf({ key, claims: { ...claims, htm: 'GET' } })))).toBe('invalid_dpop_proof')
    expect(code(await at(held.proof('key')))).toBe('invalid_dpop_proof')
    expect(code(await at(proofOf({ key, claims }), proofOf({ key, claims })))).toBe('invalid_dpop_proof')
    expect(challengeOf(await at('none'))).toBeUndefined()
  })

  test('is given a nonce', async () => {
    const held = setting({ nonces: 'required' })
    const step = await held.stage.proofAt(held.received({ proofs: [proofOf({ key, claims })] }))
    expect(step).toMatchObject({ code: 'use_dpop_nonce', headers: { 'dpop-nonce': expect.any(String) } })
  })
})

describe('later refusals', () => {
  const { stage, received } = setting()
  const principal = (sub: string): Principal =>
    principalOf({
      issuer: ISSUER,
      subject: sub,
      issuedAt: 0,
      expiresAt: 1,
      audiences: [],
      verifiedAtMs: 0,
      tokenDigest: '',
      ...PEOPLE[sub],
    })
  const refusal = (status: number, challenge?: string) => ({
    kind: 'refuse' as const,
    code: status === 401 ? ('insufficient_user_authentication' as const) : ('insufficient_scope' as const),
    status,
    message: '',
    forLog: '',
    ...(challenge === undefined ? {} : { headers: { 'www-authenticate': challenge } }),
  })

  test('a step-up is asked for under the scheme that was used', () => {
    const asked = refusal(401, 'Bearer error="insufficient_user_authentication", acr_values="phr"')
    expect(stage.challenged(asked, received(), principal('free')).headers?.['www-authenticate']).toBe(
      `Bearer realm="ostiary", ${METADATA}, error="insufficient_user_authentication", acr_values="phr"`,
    )
    expect(stage.challenged(asked, received(), principal('key')).headers?.['www-authenticate']).toBe(
      `DPoP error="insufficient_user_authentication", acr_values="phr", algs="ES256 Ed25519", ${METADATA}`,
    )
  })

  test('a scope that is missing is named, and another 403 stays as it is', () => {
    const asked = refusal(403, 'Bearer error="insufficient_scope", scope="models:invoke"')
    const told = stage.challenged(asked, received(), principal('key'))
    expect(told.headers).toEqual({
      'www-authenticate': `DPoP error="insufficient_scope", scope="models:invoke", algs="ES256 Ed25519", ${METADATA}`,
    })
    const plain = refusal(403)
    expect(stage.challenged(plain, received(), principal('key'))).toBe(plain)
  })
})
