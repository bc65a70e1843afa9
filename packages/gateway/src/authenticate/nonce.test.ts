import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createNonces, type Nonces } from './nonce.js'

const START = 1_800_000_000_000
const KEY = Buffer.alloc(32, 1)

function setting(key = KEY, startedAtMs = START) {
  const clock = { nowMs: START, now: () => clock.nowMs }
  const replica = (own = key, from = startedAtMs): Nonces => createNonces({ key: own, clock, startedAtMs: from })
  return { clock, nonces: replica(), replica }
}

describe('a nonce [dpop.nonce-stateless]', () => {
  test('holds for two minutes, and is renewed in the second', () => {
    const { clock, nonces } = setting()
    const nonce = nonces.now()
    const states = [0, 59_999, 60_000, 119_999, 120_000, 86_400_000].map((ageMs) => {
      clock.nowMs = START + ageMs
      return nonces.judge(nonce)
    })
    expect(states).toEqual(['good', 'good', 'renew', 'renew', 'unfit', 'unfit'])
    // The one that is handed out then holds.
    expect(nonces.judge(nonces.now())).toBe('good')
  })

  test('is that of every replica with the same key, and of no other', () => {
    const { nonces, replica } = setting()
    expect(replica().judge(nonces.now())).toBe('good')
    expect(replica(Buffer.alloc(32, 2)).judge(nonces.now())).toBe('unfit')
  })

  test('of another replica whose clock is ahead holds, of one far ahead does not', () => {
    const { clock, nonces, replica } = setting()
    clock.nowMs = START + 30_000
    const ahead = replica().now()
    clock.nowMs = START + 200_000
    const far = replica().now()
    clock.nowMs = START
    expect(nonces.judge(ahead)).toBe('good')
    expect(nonces.judge(far)).toBe('unfit')
  })

  test('from before the start does not hold, the first one after it does [dpop.after-start]', () => {
    const { clock, nonces, replica } = setting()
    const before = nonces.now()
    clock.nowMs = START + 700
    const restarted = replica(KEY, START + 700)
    expect(restarted.judge(before)).toBe('unfit')
    expect(restarted.judge(restarted.now())).toBe('good')
  })

  test('of one second is one', () => {
    const { clock, nonces } = setting()
    clock.nowMs = START + 5000
    const first = nonces.now()
    clock.nowMs = START + 5999
    expect(nonces.now()).toBe(first)
    clock.nowMs = START + 6000
    expect(nonces.now()).not.toBe(first)
  })

  test('has the characters that a nonce may have (RFC 9449 section 8.1)', () => {
    expect(setting().nonces.now()).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/)
  })

  test('cannot be made by who has seen others: no change of a character holds', () => {
    const { nonces } = setting()
    const nonce = nonces.now()
    fc.assert(
      fc.property(fc.nat({ max: nonce.length - 1 }), fc.string({ minLength: 0, maxLength: 2 }), (at, put) => {
        const changed = nonce.slice(0, at) + put + nonce.slice(at + 1)
        if (changed !== nonce) expect(nonces.judge(changed)).toBe('unfit')
      }),
    )
  })

  test('needs a key of 32 bytes', () => {
    expect(() => setting(Buffer.alloc(31))).toThrow(/32 bytes/)
  })
})
