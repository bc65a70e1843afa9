import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../spec/index.js'

export interface NonceParts {
  /** 32 bytes that every replica has. */
  readonly key: Buffer
  readonly clock: Clock
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number
}

/**
 * Nonces that need no memory (RFC 9449 section 8): a time, and a code over it by a key that all replicas share. One may serve many
 * proofs (section 11.1); that each proof serves once is for others to see.
 */
export interface Nonces {
  /** The nonce to hand out now. */
  now(): string
  /** `renew`: holds, but not for long. `unfit`: not of ours, too old, or handed out before this process started. */
  judge(nonce: string): 'good' | 'renew' | 'unfit'
}

/** A nonce holds through the minute in which it was handed out and the next. */
const RENEW_MS = 60_000
const HOLDS_MS = 2 * RENEW_MS
/** Another replica's clock may be ahead by this. */
const AHEAD_MS = 60_000
/** All that are handed out within a second are one. */
const STEP_MS = 1000
const TIME_BYTES = 6
const CODE_BYTES = 18
const SHAPE = /^[A-Za-z0-9_-]{32}$/
/** More than there are seconds in which a nonce holds. */
const KNOWN_MAX = 512

export function createNonces({ key, clock, startedAtMs }: NonceParts): Nonces {
  if (key.length !== 32) throw new RangeError('the key of nonces has 32 bytes')
  // What was computed and held: proofs come with few different nonces, and each would cost an HMAC.
  const known = new Map<number, string>()

  function nonceOf(atMs: number): string {
    const time = Buffer.alloc(TIME_BYTES)
    time.writeUIntBE(atMs, 0, TIME_BYTES)
    const code = createHmac('sha256', key).update('ostiary dpop-nonce ').update(time).digest()
    return Buffer.concat([time, code.subarray(0, CODE_BYTES)]).toString('base64url')
  }

  function remember(atMs: number, nonce: string): string {
    if (known.size >= KNOWN_MAX) known.clear()
    known.set(atMs, nonce)
    return nonce
  }

  return {
    now() {
      const nowMs = clock.now()
      // Never before the start, or the first ones would not hold.
      const atMs = Math.max(nowMs - (nowMs % STEP_MS), startedAtMs)
      return known.get(atMs) ?? remember(atMs, nonceOf(atMs))
    },
    judge(nonce) {
      if (!SHAPE.test(nonce)) return 'unfit'
      const atMs = Buffer.from(nonce, 'base64url').readUIntBE(0, TIME_BYTES)
      const ageMs = clock.now() - atMs
      // A proof with a nonce from before the start may have been used then, and what was used may be forgotten since.
      if (atMs < startedAtMs || ageMs >= HOLDS_MS || ageMs < -AHEAD_MS) return 'unfit'
      const ours = known.get(atMs) ?? nonceOf(atMs)
      if (!timingSafeEqual(Buffer.from(nonce, 'latin1'), Buffer.from(ours, 'latin1'))) return 'unfit'
      remember(atMs, ours)
      return ageMs >= RENEW_MS ? 'renew' : 'good'
    },
  }
}
