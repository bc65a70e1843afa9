import { type Actor, type Principal, principalOf } from '../spec/index.js'
import { fromOf, seenSince } from './exchange.js'
import type { Grant } from './own-grant.js'

/** What a token that never leaves this process is for. */
export interface Errand {
  /** Ours: who does it, below our own `iss`, which is the audience too. */
  readonly doer: Actor
  /** The only one that it has. */
  readonly scope: string
  /** Milliseconds since the epoch. */
  readonly nowMs: number
  readonly lifetimeMs: number
}

/**
 * A token for what we do for a caller that has been verified: of the same identity, groups, claims, networks and revocations, never
 * longer alive. Bound to no key, as only this process presents it. An agent stays the one that acts, so that what policy denies it
 * it does not get done by us; for anybody else the doer acts. Undefined where the caller's own token is at its end.
 */
export function grantOnBehalf(caller: Principal, { doer, lifetimeMs, nowMs, scope }: Errand): Grant | undefined {
  const expiresAt = Math.floor(Math.min(caller.expiresAt, (nowMs + lifetimeMs) / 1000))
  if (expiresAt <= Math.floor(nowMs / 1000)) return undefined
  const actors = caller.actors.length === 0 ? [doer] : caller.actors
  return {
    subject: caller,
    actors,
    scopes: [scope],
    audiences: [doer.issuer],
    confirmation: undefined,
    clientId: `${doer.issuer}#${doer.subject}`,
    networks: caller.networks,
    streamGraceMs: 0,
    since: seenSince(caller),
    expiresAt,
    from: fromOf(caller, undefined, actors),
  }
}

/** A token for what we do for nobody: the doer is a service. */
export function grantOfOwn({ doer, lifetimeMs, nowMs, scope }: Errand): Grant {
  const expiresAt = Math.floor((nowMs + lifetimeMs) / 1000)
  const since = Math.floor(nowMs / 1000)
  return {
    subject: serviceOf(doer, { nowMs, expiresAt }),
    actors: [],
    scopes: [scope],
    audiences: [doer.issuer],
    confirmation: undefined,
    clientId: `${doer.issuer}#${doer.subject}`,
    networks: [],
    streamGraceMs: 0,
    since,
    expiresAt,
    from: [],
  }
}

function serviceOf(
  { issuer, subject }: Actor,
  { expiresAt, nowMs }: { readonly expiresAt: number; readonly nowMs: number },
): Principal {
  return principalOf({
    ...{ issuer, subject, kind: 'Service', audiences: [issuer], expiresAt },
    ...{ issuedAt: Math.floor(nowMs / 1000), verifiedAtMs: nowMs, tokenDigest: '' },
  })
}
