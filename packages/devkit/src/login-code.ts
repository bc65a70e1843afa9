import { timingSafeEqual } from 'node:crypto'

/** 128 bits in hexadecimal; for people in groups of four, which whoever enters it may leave out. */
export function writeLoginCode(bits: Uint8Array): string {
  return Buffer.from(bits).toString('hex').match(/.{4}/g)?.join('-') ?? ''
}

/** @returns the 16 bytes; undefined where it is no login code */
export function readLoginCode(text: unknown): Buffer | undefined {
  if (typeof text !== 'string') return undefined
  const digits = text.replace(/[\s-]/g, '')
  return /^[0-9a-f]{32}$/i.test(digits) ? Buffer.from(digits, 'hex') : undefined
}

export type LoginVerdict = 'right' | 'wrong' | 'missing' | 'too many'
export type LoginCheck = (said: unknown) => LoginVerdict

const WRONG_PER_MINUTE_MAX = 5
const MINUTE_MS = 60_000

/**
 * Compares what somebody said with the login code.
 *
 * After five wrong codes in a minute none is looked at, the right one neither. It is one count for everybody: on
 * loopback callers cannot be told apart, so one of them can keep the others from logging in, not from `ostiary token`.
 */
export function loginCheck(loginCode: string, clock: { now(): number }): LoginCheck {
  const code = readLoginCode(loginCode)
  if (code === undefined) throw new Error('not a login code')
  let wrongAtMs: readonly number[] = []
  return (said) => {
    if (said === undefined || said === null || said === '') return 'missing'
    const nowMs = clock.now()
    wrongAtMs = wrongAtMs.filter((atMs) => nowMs - atMs < MINUTE_MS)
    if (wrongAtMs.length >= WRONG_PER_MINUTE_MAX) return 'too many'
    const theirs = readLoginCode(said)
    if (theirs !== undefined && timingSafeEqual(theirs, code)) return 'right'
    wrongAtMs = [...wrongAtMs, nowMs]
    return 'wrong'
  }
}
