import {
  type Clock,
  Deadlines,
  type Principal,
  type Refusal,
  type Revocations,
  refuse,
  type Timed,
} from '../spec/index.js'
import type { Permitted } from './permitted.js'

export interface GrantsParts {
  readonly clock: Clock
  readonly revocations: Revocations
}

/** What holds a grant, and is told once when it ends. */
export interface Holder {
  readonly principal: Principal
  /** Undefined: nothing of it can be decided again; it lives on its credential alone. */
  readonly permitted: Permitted | undefined
  ended(refusal: Refusal): void
}

export interface Grant {
  /** From now on the token's expiry counts too: the answer streams. */
  streams(): void
  /** The exchange is over. */
  close(): void
}

/** How late at most a stream is cut that outlives its token. */
const TICK_MS = 25

/** All grants of this gateway that an exchange lives on. */
export class Grants {
  readonly #parts: GrantsParts
  readonly #deadlines: Deadlines
  readonly #ends: Ends
  /** An array with places, not a Set: see `Deadlines`. */
  readonly #live: LiveGrant[] = []

  constructor(parts: GrantsParts) {
    this.#parts = parts
    const deadlines = new Deadlines(parts.clock, TICK_MS)
    this.#deadlines = deadlines
    this.#ends = { clock: parts.clock, deadlines, remove: (grant) => this.#remove(grant) }
  }

  /** Asked at the last moment before anything leaves: the token may have been revoked while the body came in. */
  open(holder: Holder): Grant | Refusal {
    const refusal = this.#revoked(holder.principal)
    if (refusal !== undefined) return refusal
    const grant = new LiveGrant(holder, this.#ends)
    grant.at = this.#live.length
    this.#live.push(grant)
    return grant
  }

  get size(): number {
    return this.#live.length
  }

  /** Something was revoked. */
  checkRevoked(): void {
    this.#endThose(({ principal }) => this.#revoked(principal))
  }

  /**
   * Policies changed, labels rose, or time went by under a policy that reads it.
   *
   * @param again decides anew what was permitted: undefined where it still is
   */
  decideAgain(again: (permitted: Permitted) => Refusal | undefined): void {
    this.#endThose(({ permitted }) => (permitted === undefined ? undefined : again(permitted)))
  }

  stop(): void {
    this.#deadlines.stop()
  }

  #revoked(principal: Principal): Refusal | undefined {
    switch (this.#parts.revocations.state(principal)) {
      case 'live':
      // Who is under way goes on while the store is away: a revocation that reaches us still ends it.
      case 'unknown':
        return undefined
      case 'revoked':
        return refuse('revoked_token', 'revoked while the exchange went on')
    }
  }

  #endThose(why: (holder: Holder) => Refusal | undefined): void {
    // From the end, and on a copy of nothing: what takes an ended one's place was looked at already.
    for (let at = this.#live.length - 1; at >= 0; at -= 1) {
      const grant = this.#live[at]
      const refusal = grant === undefined ? undefined : why(grant.holder)
      if (grant !== undefined && refusal !== undefined) grant.end(refusal)
    }
  }

  #remove(grant: LiveGrant): void {
    const { at } = grant
    if (at < 0) return
    const last = this.#live.pop()
    if (last !== undefined && last !== grant) {
      this.#live[at] = last
      last.at = at
    }
    grant.at = -1
  }
}

/** What all grants end by. */
interface Ends {
  readonly clock: Clock
  readonly deadlines: Deadlines
  readonly remove: (grant: LiveGrant) => void
}

class LiveGrant implements Grant, Timed {
  readonly holder: Holder
  readonly deadlineMs: number
  place = -1
  /** Where it stands among the live ones, or -1. */
  at = -1
  readonly #ends: Ends

  constructor(holder: Holder, ends: Ends) {
    const { expiresAt, streamGraceMs } = holder.principal
    this.holder = holder
    this.deadlineMs = expiresAt * 1000 + streamGraceMs
    this.#ends = ends
  }

  streams(): void {
    if (this.at < 0) return
    // Not a tick later: of a stream that comes too late nothing is released.
    if (this.#ends.clock.now() >= this.deadlineMs) this.expire()
    else this.#ends.deadlines.add(this)
  }

  expire(): void {
    this.end(refuse('expired_token', 'expired while the answer streamed'))
  }

  end(refusal: Refusal): void {
    if (this.at < 0) return
    this.close()
    this.holder.ended(refusal)
  }

  close(): void {
    if (this.at < 0) return
    this.#ends.deadlines.remove(this)
    this.#ends.remove(this)
  }
}
