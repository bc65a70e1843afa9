import {
  type Clock,
  type Revocable,
  type Revocably,
  type Revocations,
  type Row,
  revocableName,
  type Store,
} from '../spec/index.js'
import { Times } from './times.js'

export interface RevocationsParts {
  readonly store: Store
  readonly clock: Clock
  /** What it means that the store is away: `closed` takes no token then, `open` goes on with what is known. */
  readonly failure: 'closed' | 'open'
  /** Something was revoked, here or by another process: live grants are to be looked at. */
  readonly onRevoked: () => void
  /** The store went away, with a reason, or is back. */
  readonly onIll: (why: string | undefined) => void
}

export interface RevocationIndex extends Revocations {
  /** Holds here at once, and is persisted once it is fulfilled. Rejects where it could not be: then it holds here alone. */
  revoke(what: readonly Revocable[]): Promise<void>
  readonly size: number
  /** Forgets what ends no token any more; done hourly. */
  sweep(): void
  close(): void
}

const SPACE = 'revocations'
const HOUR_MS = 3_600_000
/** No token lives longer than a day, nor a stream longer than an hour after it. */
const KEPT_MS = 26 * HOUR_MS
/** A session may get new tokens, and API keys, which end with their owner and with all, live for up to 366 days. */
const KEPT_LONG_MS = 367 * 24 * HOUR_MS
/** Clocks of processes on one store differ by less: a time further ahead was no clock's that can be gone by. */
const CLOCKS_DIFFER_MS = 60_000

/** All that was revoked, in memory: asked at every exchange. Follows the store, so that what another process revoked counts too. */
export async function openRevocations(parts: RevocationsParts): Promise<RevocationIndex> {
  const { clock, failure, store } = parts
  /**
   * When it was revoked, milliseconds since the epoch. Negative: whenever a token was issued, it is ended; else those are that
   * were issued or seen up to then.
   */
  const revokedAt = new Times()
  /** Principals that were live at a version of the index need not be looked up again until it changes. */
  const live = new WeakMap<Revocably, number>()
  let version = 0
  let ill = false

  function take(rows: readonly Row[]): void {
    let news = false
    for (const { key, value } of rows) {
      const at = Number(value)
      if (value === undefined || !Number.isFinite(at)) revokedAt.delete(key)
      else {
        revokedAt.set(key, at, !SHORT.test(key))
        news = true
      }
    }
    version += 1
    if (news) parts.onRevoked()
  }

  function isRevoked(principal: Revocably): boolean {
    const issuedMs = principal.issuedAt * 1000
    const ends = (name: string): boolean => {
      const at = revokedAt.get(name)
      // An issuer's clock may be ahead of ours: what was seen here before is ended too.
      return at !== undefined && (at < 0 || issuedMs <= at || principal.verifiedAtMs <= at)
    }
    return ends(ALL) || principal.revocableBy.some(ends)
  }

  /** Whose clock is ahead of ours may have revoked the same just now: its row is not taken back by a smaller time. */
  function lastOf(name: string, now: number): number {
    const at = revokedAt.get(name) ?? now
    return at > now && at <= now + CLOCKS_DIFFER_MS ? at : now
  }

  function sweep(): void {
    const now = clock.now()
    revokedAt.forget((at, isLong) => Math.abs(at) + (isLong ? KEPT_LONG_MS : KEPT_MS) <= now)
  }

  const end = await store.follow(SPACE, take, (why) => {
    ill = why !== undefined
    parts.onIll(why)
  })
  const sweeping = setInterval(sweep, HOUR_MS).unref()

  return {
    state(principal) {
      if (ill && failure === 'closed') return 'unknown'
      if (revokedAt.size === 0 || live.get(principal) === version) return 'live'
      if (isRevoked(principal)) return 'revoked'
      live.set(principal, version)
      return 'live'
    },
    async revoke(what) {
      const now = Math.floor(clock.now())
      const rows = what.map((one) => {
        const key = revocableName(one)
        return { key, value: String(one.kind === 'subject' || one.kind === 'all' ? lastOf(key, now) : -now) }
      })
      const puts = rows.map(({ key, value }) => store.put(SPACE, key, value, { expiresAtMs: now + keptMs(key) }))
      // Before they are durable: a stream is cut while the disk still writes, and nobody is told that it holds until it has.
      take(rows)
      await Promise.all(puts)
    },
    sweep,
    get size() {
      return revokedAt.size
    },
    close() {
      clearInterval(sweeping)
      end()
    },
  }
}

const ALL = revocableName({ kind: 'all' })
const SHORT = /^(?:token|any-token|digest|signing-key) /

function keptMs(name: string): number {
  return SHORT.test(name) ? KEPT_MS : KEPT_LONG_MS
}
