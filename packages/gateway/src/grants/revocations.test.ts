import { createMemoryStore } from '@ostiary/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  type Clock,
  type Principal,
  type PrincipalFacts,
  principalOf,
  revocableName,
  type Store,
} from '../spec/index.js'
import { openRevocations, type RevocationIndex } from './revocations.js'

const ISSUER = 'https://idp.example'
const HOUR_MS = 3_600_000
let nowMs = 0
const clock: Clock = { now: () => nowMs }
let store: Store
let told: (string | undefined)[]
let looked: number

beforeEach(() => {
  nowMs = 1_800_000_000_000
  store = createMemoryStore(clock)
  told = []
  looked = 0
})

function open(failure: 'closed' | 'open' = 'closed', from: Store = store): Promise<RevocationIndex> {
  const onRevoked = (): void => {
    looked += 1
  }
  return openRevocations({ store: from, clock, failure, onRevoked, onIll: (why) => told.push(why) })
}

function who(more: Partial<PrincipalFacts> = {}): Principal {
  return principalOf({
    issuer: ISSUER,
    subject: 'alice',
    issuedAt: nowMs / 1000 - 60,
    expiresAt: nowMs / 1000 + 240,
    tokenId: 'token-1',
    sessionId: 'session-1',
    audiences: ['https://gateway.example'],
    verifiedAtMs: nowMs - 1000,
    tokenDigest: 'ab'.repeat(32),
    ...more,
  })
}

describe('what a revocation ends', () => {
  test.each([
    ['its id, of its issuer', { kind: 'token', issuer: ISSUER, id: 'token-1' }],
    ['its id, of any issuer', { kind: 'token', id: 'token-1' }],
    ['its subject', { kind: 'subject', issuer: ISSUER, id: 'alice' }],
    ['its subject, of any issuer', { kind: 'subject', id: 'alice' }],
    ['its session', { kind: 'session', id: 'session-1' }],
    ['its digest', { kind: 'digest', id: 'ab'.repeat(32) }],
    ['everything', { kind: 'all' }],
  ] as const)('%s', async (_what, revocable) => {
    const index = await open()
    const principal = who()
    expect(index.state(principal)).toBe('live')
    await index.revoke([revocable])
    expect(index.state(principal)).toBe('revoked')
    expect(looked).toBeGreaterThan(0)
  })

  test.each([
    ['the id of another token', { kind: 'token', id: 'token-2' }],
    ['that id of another issuer', { kind: 'token', issuer: 'https://other.example', id: 'token-1' }],
    ['another subject', { kind: 'subject', id: 'bob' }],
    ['that subject of another issuer', { kind: 'subject', issuer: 'https://other.example', id: 'alice' }],
    ['a subject named like the session', { kind: 'subject', id: 'session-1' }],
    ['a key', { kind: 'key', id: 'token-1' }],
  ] as const)('not by %s', async (_what, revocable) => {
    const index = await open()
    await index.revoke([revocable])
    expect(index.state(who())).toBe('live')
  })

  test('a subject ends with what was issued up to now, and not with what comes after', async () => {
    const index = await open()
    await index.revoke([{ kind: 'subject', id: 'alice' }])
    nowMs += 1000
    const after = { issuedAt: nowMs / 1000, verifiedAtMs: nowMs, tokenId: 'token-2' }
    expect(index.state(who(after))).toBe('live')
    expect(index.state(who({ ...after, issuedAt: nowMs / 1000 - 1 }))).toBe('revoked')
  })

  test("a token that was seen here before is ended, though its issuer's clock is ahead", async () => {
    const index = await open()
    const ahead = who({ issuedAt: nowMs / 1000 + 4, verifiedAtMs: nowMs - 1 })
    await index.revoke([{ kind: 'subject', id: 'alice' }])
    expect(index.state(ahead)).toBe('revoked')
  })

  test('everybody in the chain of actors ends the token, and so does what it was exchanged from', async () => {
    const index = await open()
    const chain = { actors: ['scout', 'broker'].map((subject) => ({ issuer: ISSUER, subject })) }
    await index.revoke([{ kind: 'subject', id: 'broker' }])
    expect(index.state(who(chain))).toBe('revoked')
    expect(index.state(who())).toBe('live')
    await index.revoke([{ kind: 'token', id: 'parent' }])
    expect(index.state(who({ revocableBy: [revocableName({ kind: 'token', id: 'parent' })] }))).toBe('revoked')
  })

  test('a principal that was found live is looked up again after the next revocation', async () => {
    const index = await open()
    await index.revoke([{ kind: 'subject', id: 'somebody' }])
    const principal = who()
    expect([index.state(principal), index.state(principal)]).toEqual(['live', 'live'])
    await index.revoke([{ kind: 'token', id: 'token-1' }])
    expect(index.state(principal)).toBe('revoked')
  })
})

describe('the store', () => {
  test('what was revoked outlives the process, and what another revokes counts here', async () => {
    const [here, there] = [await open(), await open()]
    await here.revoke([{ kind: 'token', id: 'token-1' }])
    expect(there.state(who())).toBe('revoked')
    here.close()
    there.close()
    expect((await open()).state(who())).toBe('revoked')
  })

  test('a subject that is revoked again by a process whose clock is behind is not revoked for less [grant.never-less]', async () => {
    const [here, there] = [await open(), await open()]
    const between = { issuedAt: nowMs / 1000 + 5, verifiedAtMs: nowMs + 5000 }
    nowMs += 10_000
    await here.revoke([{ kind: 'subject', id: 'alice' }])
    nowMs -= 10_000
    await there.revoke([{ kind: 'subject', id: 'alice' }])
    expect([here.state(who(between)), there.state(who(between))]).toEqual(['revoked', 'revoked'])
    expect((await open()).state(who(between))).toBe('revoked')
    expect(here.state(who({ issuedAt: nowMs / 1000 + 11, verifiedAtMs: nowMs + 11_000 }))).toBe('live')
  })

  test('a revocation that could not be persisted is not confirmed, and holds here all the same', async () => {
    const broken: Store = { ...store, put: () => Promise.reject(new Error('disk full')) }
    const index = await open('closed', broken)
    await expect(index.revoke([{ kind: 'token', id: 'token-1' }])).rejects.toThrow('disk full')
    expect(index.state(who())).toBe('revoked')
  })

  test('while it is away nobody can be said to be live, unless the operator chose so [grant.store-away]', async () => {
    let ill: (why: string | undefined) => void = () => undefined
    const from: Store = {
      ...store,
      follow: (space, see, whenIll) => {
        ill = whenIll ?? ill
        return store.follow(space, see)
      },
    }
    const closed = await open('closed', from)
    const sayClosed = ill
    const opened = await open('open', from)
    const sayOpen = ill
    await closed.revoke([{ kind: 'token', id: 'token-9' }])
    sayClosed('database is gone')
    sayOpen('database is gone')
    expect([closed.state(who()), opened.state(who())]).toEqual(['unknown', 'live'])
    expect(opened.state(who({ tokenId: 'token-9' }))).toBe('revoked')
    sayClosed(undefined)
    expect(closed.state(who())).toBe('live')
    expect(told).toEqual(['database is gone', 'database is gone', undefined])
  })

  test('what ends no token any more is forgotten', async () => {
    const index = await open()
    await index.revoke([
      { kind: 'token', id: 'short' },
      { kind: 'session', id: 'long' },
    ])
    expect(index.size).toBe(2)
    nowMs += 27 * HOUR_MS
    index.sweep()
    expect(index.size).toBe(1)
    expect(index.state(who({ sessionId: 'long' }))).toBe('revoked')
  })

  test.each([
    ['its owner', { kind: 'subject', id: 'alice' }],
    ['everything', { kind: 'all' }],
    ['the key itself', { kind: 'key', id: 'key_1' }],
  ] as const)('what lives for a year stays ended for a year: an API key, by %s', async (_what, revocable) => {
    const index = await open()
    const made = nowMs / 1000 - 60
    const key = (): Principal =>
      who({
        tokenId: undefined,
        sessionId: undefined,
        issuedAt: made,
        expiresAt: made + 366 * 86_400,
        verifiedAtMs: nowMs,
        revocableBy: ['key key_1'],
      })
    await index.revoke([revocable])
    nowMs += 365 * 24 * HOUR_MS
    index.sweep()
    expect(index.state(key())).toBe('revoked')
    const again = await open()
    expect(again.state(key())).toBe('revoked')
  })
})
