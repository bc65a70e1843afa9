import { newKeyPair } from '@ostiary/testkit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ALGORITHMS, type Algorithm } from '../../jws/algorithms.js'
import { type Jwks, parseJwks } from './jwks.js'
import { createKeySet } from './key-set.js'

const ES256 = ALGORITHMS.get('ES256') as Algorithm
const MINUTE = 60_000

function jwksOf(...kids: string[]): Jwks {
  const keys = kids.map((kid) => ({ ...material(kid), kid }))
  return parseJwks(Buffer.from(JSON.stringify({ keys })), [ES256])
}

const made = new Map<string, object>()
function material(kid: string): object {
  const held = made.get(kid)
  if (held !== undefined) return held
  const fresh = newKeyPair({ type: 'ec', namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  made.set(kid, fresh)
  return fresh
}

function setting() {
  const state = { served: jwksOf('a') as Jwks, loads: 0, removed: 0, reports: [] as string[], takesMs: 0 }
  const set = createKeySet({
    load: async () => {
      state.loads += 1
      const { served } = state
      if (state.takesMs > 0) await new Promise((done) => setTimeout(done, state.takesMs))
      return served
    },
    clock: { now: () => Date.now() },
    cooldownMs: 30_000,
    maxAgeMs: 10 * MINUTE,
    onRemoved: () => {
      state.removed += 1
    },
    report: (text) => void state.reports.push(text),
  })
  return { state, set, found: (kid: string | undefined) => set.find(kid, ES256).kind }
}

const DOWN: Jwks = { kind: 'fault', why: 'ECONNREFUSED' }

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }))
afterEach(() => void vi.useRealTimers())

describe('finding', () => {
  test('by `kid`, else the only one that fits', async () => {
    const { set, state, found } = setting()
    expect(found('a')).toBe('none')
    await set.refresh()
    expect(found('a')).toBe('key')
    expect(found('b')).toBe('unknown')
    expect(found('__proto__')).toBe('unknown')
    expect(found(undefined)).toBe('key')
    expect(set.find('a', ALGORITHMS.get('ES384') as Algorithm).kind).toBe('unknown')
    state.served = jwksOf('a', 'b')
    await set.refresh()
    expect(found('b')).toBe('key')
    expect(found(undefined)).toBe('ambiguous')
    set.close()
    expect(found('a')).toBe('none')
  })
})

describe('an unknown `kid`', () => {
  test('fetches again: a rotation is no outage', async () => {
    const { set, state, found } = setting()
    await set.refresh()
    state.served = jwksOf('b')
    expect(found('b')).toBe('unknown')
    expect(await set.lookAgain()).toBe(true)
    expect(found('b')).toBe('key')
    expect(found('a')).toBe('unknown')
    expect(state.removed).toBe(1)
    set.close()
  })

  test('sprayed, does not flood the issuer: one fetch in a cooldown', async () => {
    const { set, state } = setting()
    await set.refresh()
    for (let i = 0; i < 1000; i += 1) await set.lookAgain()
    expect(state.loads).toBe(2)
    vi.advanceTimersByTime(29_999)
    expect(await set.lookAgain()).toBe(false)
    expect(state.loads).toBe(2)
    vi.advanceTimersByTime(1)
    expect(await set.lookAgain()).toBe(true)
    expect(state.loads).toBe(3)
    set.close()
  })

  test('at the same moment: single-flight, and all wait for it [jwks.no-flood]', async () => {
    const { set, state, found } = setting()
    state.takesMs = 100
    const waiting = Promise.all(Array.from({ length: 100 }, () => set.lookAgain()))
    await vi.advanceTimersByTimeAsync(100)
    expect(new Set(await waiting)).toEqual(new Set([true]))
    expect(state.loads).toBe(1)
    expect(found('a')).toBe('key')
    set.close()
  })

  test('while the issuer is down keeps the cooldown too', async () => {
    const { set, state } = setting()
    state.served = DOWN
    for (let i = 0; i < 100; i += 1) expect(await set.lookAgain()).toBe(false)
    expect(state.loads).toBe(1)
    set.close()
  })
})

describe('age', () => {
  test('keys are refreshed in the background at half of it', async () => {
    const { set, state, found } = setting()
    await set.refresh()
    await vi.advanceTimersByTimeAsync(5 * MINUTE - 1)
    expect(state.loads).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(state.loads).toBe(2)
    await vi.advanceTimersByTimeAsync(60 * MINUTE)
    expect(state.loads).toBe(14)
    expect(found('a')).toBe('key')
    expect(state.removed).toBe(0)
    set.close()
  })

  test('a removed key dies at the next refresh [jwks.removed-key-dies]', async () => {
    const { set, state, found } = setting()
    state.served = jwksOf('a', 'b')
    await set.refresh()
    state.served = jwksOf('b')
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(found('a')).toBe('unknown')
    expect(found('b')).toBe('key')
    expect(state.removed).toBe(1)
    set.close()
  })

  test('a key added is no rotation', async () => {
    const { set, state } = setting()
    await set.refresh()
    state.served = jwksOf('a', 'b')
    await set.refresh()
    expect(state.removed).toBe(0)
    set.close()
  })

  test('new material under an old `kid` is one', async () => {
    const { set, state } = setting()
    await set.refresh()
    made.delete('a')
    state.served = jwksOf('a')
    await set.refresh()
    expect(state.removed).toBe(1)
    set.close()
  })

  test('an issuer that is down keeps serving until the age, no longer, and what keys verified is forgotten then', async () => {
    const { set, state, found } = setting()
    await set.refresh()
    state.served = DOWN
    await vi.advanceTimersByTimeAsync(10 * MINUTE - 1)
    expect(found('a')).toBe('key')
    expect(state.removed).toBe(0)
    expect(state.loads).toBeGreaterThan(5)
    await vi.advanceTimersByTimeAsync(1)
    expect(found('a')).toBe('none')
    expect(state.removed).toBe(1)
    expect(state.reports.some((text) => text.startsWith('keys expired'))).toBe(true)
    state.served = jwksOf('a')
    await vi.advanceTimersByTimeAsync(30_000)
    expect(found('a')).toBe('key')
    set.close()
  })

  test('counts from before the request, not from its answer', async () => {
    const { set, state, found } = setting()
    state.takesMs = 4000
    const first = set.refresh()
    await vi.advanceTimersByTimeAsync(4000)
    await first
    state.takesMs = 0
    state.served = DOWN
    await vi.advanceTimersByTimeAsync(10 * MINUTE - 4001)
    expect(found('a')).toBe('key')
    await vi.advanceTimersByTimeAsync(1)
    expect(found('a')).toBe('none')
    set.close()
  })

  test('is asked of the clock too: a timer may sleep', async () => {
    const { set, found } = setting()
    await set.refresh()
    vi.setSystemTime(Date.now() + 10 * MINUTE)
    expect(found('a')).toBe('none')
    set.close()
  })

  test('a failed fetch is tried again soon, then every 30 s at most', async () => {
    const { set, state } = setting()
    state.served = DOWN
    await set.refresh()
    await vi.advanceTimersByTimeAsync(1000)
    expect(state.loads).toBe(2)
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    expect(state.loads).toBeGreaterThan(20)
    expect(state.loads).toBeLessThan(30)
    set.close()
    const after = state.loads
    await vi.advanceTimersByTimeAsync(10 * MINUTE)
    expect(state.loads).toBe(after)
  })
})

test('a set in which every key was dropped removes the old ones', async () => {
  const { set, state, found } = setting()
  await set.refresh()
  state.served = { kind: 'keys', keys: [], dropped: ['key 0: symmetric'] }
  await set.refresh()
  expect(found('a')).toBe('unknown')
  expect(state.removed).toBe(1)
  expect(state.reports).toContain('key dropped: key 0: symmetric')
  set.close()
})
