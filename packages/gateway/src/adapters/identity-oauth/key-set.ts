import type { Algorithm } from '../../jws/algorithms.js'
import type { VerifyKey } from '../../jws/jwk.js'
import type { Clock } from '../../spec/index.js'
import type { Jwks } from './jwks.js'

export type Found =
  | { readonly kind: 'key'; readonly key: VerifyKey }
  /** No key of the set fits. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ambiguous' }
  /** There are no keys, or they are too old to be believed. */
  | { readonly kind: 'none' }

export interface KeySet {
  find(kid: string | undefined, algorithm: Algorithm): Found
  /** Fetches again on a caller's behalf, at most once in a cooldown. `false`: there is nothing new. */
  lookAgain(): Promise<boolean>
  /** Fetches now, whatever the cooldown says. `false`: failed. */
  refresh(): Promise<boolean>
  /** The last fetch failed: what is not held may be there all the same. */
  isAway(): boolean
  close(): void
}

export interface KeySetParts {
  /** Gets and reads the set. Never rejects. */
  readonly load: () => Promise<Jwks>
  readonly clock: Clock
  readonly cooldownMs: number
  readonly maxAgeMs: number
  /** Keys that verified until now do so no longer. */
  readonly onRemoved: () => void
  readonly report: (text: string) => void
}

interface Held {
  readonly byKid: ReadonlyMap<string, readonly VerifyKey[]>
  readonly all: readonly VerifyKey[]
  readonly untilMs: number
}

const RETRY_MIN_MS = 1000
const RETRY_MAX_MS = 30_000

/**
 * An issuer's keys. They are believed for `maxAgeMs` since the request that fetched them, so a removed key dies within that, the
 * issuer reachable or not. Refreshed in the background at half of it.
 */
export function createKeySet(parts: KeySetParts): KeySet {
  const { clock, cooldownMs, maxAgeMs } = parts
  let held: Held | undefined
  let inFlight: Promise<boolean> | undefined
  let askedAtMs = Number.NEGATIVE_INFINITY
  let failures = 0
  let refreshTimer: NodeJS.Timeout | undefined
  let expiryTimer: NodeJS.Timeout | undefined
  let closed = false

  function refreshIn(ms: number): void {
    clearTimeout(refreshTimer)
    refreshTimer = setTimeout(() => void refresh(), ms)
    refreshTimer.unref()
  }

  function expireIn(ms: number): void {
    clearTimeout(expiryTimer)
    expiryTimer = setTimeout(() => {
      held = undefined
      parts.report('keys expired: the issuer was not reached within their maximum age')
      // What they verified is remembered elsewhere, and must not outlive them there.
      parts.onRemoved()
    }, ms)
    expiryTimer.unref()
  }

  function refresh(): Promise<boolean> {
    inFlight ??= fetchOnce().finally(() => {
      inFlight = undefined
    })
    return inFlight
  }

  async function fetchOnce(): Promise<boolean> {
    // From before the request: a key removed while the answer was under way counts as removed after it.
    const begunMs = clock.now()
    const got = await parts.load()
    if (closed) return false
    if (got.kind === 'fault') {
      parts.report(`keys not fetched: ${got.why}`)
      refreshIn(Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** failures))
      failures = Math.min(failures + 1, 16)
      return false
    }
    failures = 0
    for (const why of got.dropped) parts.report(`key dropped: ${why}`)
    const before = held
    // The fetch that brought the first keys was no answer to an unknown `kid`: the next one may ask at once.
    if (before === undefined) askedAtMs = Number.NEGATIVE_INFINITY
    held = { byKid: byKid(got.keys), all: got.keys, untilMs: begunMs + maxAgeMs }
    refreshIn(maxAgeMs / 2)
    expireIn(Math.max(0, held.untilMs - clock.now()))
    const now = new Set(got.keys.map((key) => key.id))
    if (before?.all.some((key) => !now.has(key.id))) parts.onRemoved()
    return true
  }

  return {
    find(kid, algorithm) {
      if (held === undefined || clock.now() >= held.untilMs) return { kind: 'none' }
      return pick(kid === undefined ? held.all : (held.byKid.get(kid) ?? []), algorithm)
    },
    async lookAgain() {
      if (inFlight === undefined) {
        const nowMs = clock.now()
        if (closed || nowMs - askedAtMs < cooldownMs) return false
        askedAtMs = nowMs
      }
      return refresh()
    },
    refresh,
    isAway: () => failures > 0,
    close() {
      closed = true
      held = undefined
      clearTimeout(refreshTimer)
      clearTimeout(expiryTimer)
    },
  }
}

function pick(candidates: readonly VerifyKey[], algorithm: Algorithm): Found {
  let found: VerifyKey | undefined
  for (const key of candidates) {
    if (!fits(key, algorithm)) continue
    if (found !== undefined) return { kind: 'ambiguous' }
    found = key
  }
  return found === undefined ? { kind: 'unknown' } : { kind: 'key', key: found }
}

function fits(key: VerifyKey, algorithm: Algorithm): boolean {
  return key.algorithm === algorithm || (key.algorithm.kty === 'OKP' && algorithm.kty === 'OKP')
}

function byKid(keys: readonly VerifyKey[]): ReadonlyMap<string, readonly VerifyKey[]> {
  const map = new Map<string, VerifyKey[]>()
  for (const key of keys) {
    if (key.kid === undefined) continue
    const held = map.get(key.kid)
    if (held === undefined) map.set(key.kid, [key])
    else held.push(key)
  }
  return map
}
