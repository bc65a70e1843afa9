import { randomBytes } from 'node:crypto'
import type { Clock } from '../spec/index.js'

// What a process has around it, and hands to those who must not reach for it.

export const CLOCK: Clock = { now: () => Date.now() }

const ID_BYTES = 16

/** 128 random bits as text; the randomness is fetched in bulk. */
export function idMaker(encoding: 'hex' | 'base64url' = 'hex'): () => string {
  let pool = Buffer.alloc(0)
  let at = 0
  return () => {
    if (at + ID_BYTES > pool.length) {
      pool = randomBytes(ID_BYTES * 256)
      at = 0
    }
    at += ID_BYTES
    return pool.toString(encoding, at - ID_BYTES, at)
  }
}
