import { describe, expect, test } from 'vitest'
import {
  type IdentityProvider,
  type Presented,
  type Principal,
  principalOf,
  proceed,
  type Received,
  refuse,
  type Step,
  type TokenRead,
} from '../spec/index.js'
import { type Authenticate, createAuthenticate } from './authenticate.js'

const ISSUER = 'https://idp.example'
const NOW = 1_800_000_000
// Nothing of a request but its credential counts here.
const RECEIVED = {} as Received

const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function token(payload: Record<string, unknown> = {}): string {
  return `${b64({ alg: 'ES256' })}.${b64({ iss: ISSUER, sub: 'alice', exp: NOW + 600, ...payload })}.AAAA`
}

function bearer(text: string): Presented {
  return { scheme: 'bearer', token: text, proofs: [] }
}

function principal(read: TokenRead): Principal {
  return principalOf({
    issuer: ISSUER,
    subject: String(read.payload['sub']),
    issuedAt: NOW,
    expiresAt: Number(read.payload['exp']),
    audiences: ['https://gateway.example'],
    verifiedAtMs: NOW * 1000,
    tokenDigest: read.digest,
  })
}

function setting(cacheEntries = 100, waits = false) {
  const rotated = new Set<() => void>()
  const state = { nowMs: NOW * 1000, verified: 0, revoked: new Set<string>() }
  let release: () => void = () => undefined
  const gate = new Promise<void>((done) => {
    release = done
  })
  const verify = (read: TokenRead): Step<Principal> => {
    state.verified += 1
    if (read.payload['sub'] === 'mallory') return refuse('invalid_token', 'mallory')
    if (read.payload['sub'] === 'old') return refuse('expired_token', 'old')
    return proceed(principal(read))
  }
  const provider: IdentityProvider = {
    issuer: ISSUER,
    verify: (read) => (waits ? gate.then(() => verify(read)) : verify(read)),
    onRotation: (listener) => {
      rotated.add(listener)
      return () => void rotated.delete(listener)
    },
    close: async () => undefined,
  }
  const stage: Authenticate = createAuthenticate({
    providers: [provider],
    revocations: { state: (one) => (one.revocableBy.some((name) => state.revoked.has(name)) ? 'revoked' : 'live') },
    clock: { now: () => state.nowMs },
    cacheEntries,
    publicUrl: 'https://gateway.example',
  })
  return { stage, state, release, rotated, rotate: () => rotated.forEach((one) => void one()) }
}

function now(step: Step<Principal> | Promise<Step<Principal>>): Step<Principal> {
  if (step instanceof Promise) throw new Error('had to wait')
  return step
}

const METADATA = 'resource_metadata="https://gateway.example/.well-known/oauth-protected-resource"'

describe('refusals', () => {
  test('no credential: 401 without an `error` parameter (RFC 6750 section 3.1) [token.challenge]', () => {
    const { stage } = setting()
    expect(stage.authenticate(RECEIVED, undefined)).toMatchObject({
      code: 'missing_token',
      status: 401,
      headers: { 'www-authenticate': `Bearer realm="ostiary", ${METADATA}` },
    })
  })

  test.each([
    ['malformed', bearer('abc'), 'invalid_token'],
    ['longer than 16 KiB', bearer('a'.repeat(16 * 1024 + 1)), 'invalid_token'],
    ['of an unknown issuer', bearer(token({ iss: 'https://elsewhere.example' })), 'invalid_token'],
    ['of an issuer spelt otherwise [token.issuer-first]', bearer(token({ iss: `${ISSUER}/` })), 'invalid_token'],
    ['whose `iss` is no text', bearer(token({ iss: [ISSUER] })), 'invalid_token'],
    ['without `iss`', bearer(token({ iss: undefined })), 'invalid_token'],
    ['bound to a key, as Bearer [token.bound-needs-proof]', bearer(token({ cnf: { jkt: 'x' } })), 'invalid_token'],
    ['with a `cnf` that is null', bearer(token({ cnf: null })), 'invalid_token'],
    ['under DPoP', { scheme: 'dpop', token: token(), proofs: [] } satisfies Presented, 'invalid_token'],
    ['that the issuer refuses', bearer(token({ sub: 'mallory' })), 'invalid_token'],
    ['that has expired', bearer(token({ sub: 'old' })), 'expired_token'],
    ['that is revoked', bearer(token({ sub: 'revoked' })), 'revoked_token'],
  ])('a token %s', (_what, presented, code) => {
    const { stage, state } = setting()
    state.revoked.add('any-subject revoked')
    const refusal = stage.authenticate(RECEIVED, presented)
    expect(refusal).toMatchObject({
      kind: 'refuse',
      code,
      status: 401,
      headers: { 'www-authenticate': `Bearer realm="ostiary", ${METADATA}, error="invalid_token"` },
    })
    expect(now(stage.authenticate(RECEIVED, bearer(token()))).kind).toBe('proceed')
  })

  test('an unknown issuer gets no hint: the public text is that of any bad token [token.no-hint]', () => {
    const { stage } = setting()
    const unknown = now(stage.authenticate(RECEIVED, bearer(token({ iss: 'https://elsewhere.example' }))))
    const bad = now(stage.authenticate(RECEIVED, bearer(token({ sub: 'mallory' }))))
    expect({ ...unknown, forLog: '' }).toEqual({ ...bad, forLog: '' })
  })

  test('a malformed credential has its challenge; two credentials are a plain 400', () => {
    const { stage } = setting()
    expect(stage.credential(['Authorization', 'Basic YTpi'])).toMatchObject({
      code: 'invalid_token',
      headers: { 'www-authenticate': expect.stringContaining(METADATA) },
    })
    const twice = stage.credential(['Authorization', 'Bearer a', 'x-api-key', 'a'])
    expect(twice).toMatchObject({ code: 'invalid_request' })
    expect(twice).not.toHaveProperty('headers')
  })

  test('metadata goes between host and path (RFC 9728 section 3.1)', () => {
    const stage = createAuthenticate({
      providers: [],
      revocations: { state: () => 'live' as const },
      clock: { now: () => 0 },
      cacheEntries: 0,
      publicUrl: 'https://gateway.example/llm/',
    })
    expect(stage.authenticate(RECEIVED, undefined)).toMatchObject({
      headers: {
        'www-authenticate':
          'Bearer realm="ostiary", resource_metadata="https://gateway.example/.well-known/oauth-protected-resource/llm"',
      },
    })
  })

  test('an issuer configured twice is an error', () => {
    const provider: IdentityProvider = {
      issuer: ISSUER,
      verify: () => refuse('invalid_token', ''),
      onRotation: () => () => undefined,
      close: async () => undefined,
    }
    const revocations = { state: () => 'live' as const }
    const clock = { now: () => 0 }
    const publicUrl = 'https://gateway.example'
    expect(() =>
      createAuthenticate({ providers: [provider, provider], revocations, clock, cacheEntries: 1, publicUrl }),
    ).toThrow(/configured twice/)
  })
})

describe('the cache of verifications [token.cache]', () => {
  test('verifies once, answers with the same principal, synchronously', () => {
    const { stage, state } = setting()
    const first = now(stage.authenticate(RECEIVED, bearer(token())))
    const second = now(stage.authenticate(RECEIVED, bearer(token())))
    expect(state.verified).toBe(1)
    expect(second).toBe(first)
  })

  test('holds success only', () => {
    const { stage, state } = setting()
    for (let i = 0; i < 3; i += 1) now(stage.authenticate(RECEIVED, bearer(token({ sub: 'mallory' }))))
    expect(state.verified).toBe(3)
  })

  test('ends at `exp` to the millisecond, whatever the tolerance at the door', () => {
    const { stage, state } = setting()
    const short = bearer(token({ exp: NOW + 60 }))
    now(stage.authenticate(RECEIVED, short))
    state.nowMs = (NOW + 60) * 1000 - 1
    now(stage.authenticate(RECEIVED, short))
    expect(state.verified).toBe(1)
    state.nowMs += 1
    now(stage.authenticate(RECEIVED, short))
    now(stage.authenticate(RECEIVED, short))
    expect(state.verified).toBe(3)
  })

  test('believes no verification longer than five minutes', () => {
    const { stage, state } = setting()
    const long = bearer(token({ exp: NOW + 36_000 }))
    now(stage.authenticate(RECEIVED, long))
    state.nowMs += 5 * 60_000 - 1
    now(stage.authenticate(RECEIVED, long))
    expect(state.verified).toBe(1)
    state.nowMs += 1
    now(stage.authenticate(RECEIVED, long))
    expect(state.verified).toBe(2)
  })

  test('asks revocations at each hit', () => {
    const { stage, state } = setting()
    expect(now(stage.authenticate(RECEIVED, bearer(token()))).kind).toBe('proceed')
    state.revoked.add('any-subject alice')
    expect(now(stage.authenticate(RECEIVED, bearer(token())))).toMatchObject({ code: 'revoked_token' })
    expect(now(stage.authenticate(RECEIVED, bearer(token())))).toMatchObject({ code: 'revoked_token' })
    expect(now(stage.authenticate(RECEIVED, bearer(token({ sub: 'bob' })))).kind).toBe('proceed')
  })

  test('is emptied by a rotation and by clear', () => {
    const { stage, state, rotate } = setting()
    now(stage.authenticate(RECEIVED, bearer(token())))
    rotate()
    now(stage.authenticate(RECEIVED, bearer(token())))
    expect(state.verified).toBe(2)
    stage.clear()
    now(stage.authenticate(RECEIVED, bearer(token())))
    expect(state.verified).toBe(3)
  })

  test('takes nothing that was begun before a rotation and ended after it', async () => {
    const { stage, state, rotate, release } = setting(100, true)
    const waiting = stage.authenticate(RECEIVED, bearer(token()))
    rotate()
    release()
    expect((await waiting).kind).toBe('proceed')
    await stage.authenticate(RECEIVED, bearer(token()))
    expect(state.verified).toBe(2)
    expect(stage.authenticate(RECEIVED, bearer(token()))).not.toBeInstanceOf(Promise)
  })

  test('of a stage that was closed is empty and stays so, and no issuer holds the stage', async () => {
    const { stage, state, rotated, release } = setting(100, true)
    const waiting = stage.authenticate(RECEIVED, bearer(token()))
    expect(rotated.size).toBe(1)
    stage.close()
    expect(rotated.size).toBe(0)
    release()
    expect((await waiting).kind).toBe('proceed')
    for (let i = 0; i < 2; i += 1) await stage.authenticate(RECEIVED, bearer(token()))
    expect(state.verified).toBe(3)
  })

  test('is bounded: the oldest goes', () => {
    const { stage, state } = setting(2)
    for (const sub of ['a', 'b', 'c']) now(stage.authenticate(RECEIVED, bearer(token({ sub }))))
    expect(state.verified).toBe(3)
    for (const sub of ['b', 'c']) now(stage.authenticate(RECEIVED, bearer(token({ sub }))))
    expect(state.verified).toBe(3)
    now(stage.authenticate(RECEIVED, bearer(token({ sub: 'a' }))))
    expect(state.verified).toBe(4)
  })

  test('of size 0 remembers nothing', () => {
    const { stage, state } = setting(0)
    for (let i = 0; i < 2; i += 1) now(stage.authenticate(RECEIVED, bearer(token())))
    expect(state.verified).toBe(2)
  })
})
