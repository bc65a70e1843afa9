import { type Actor, type Confirmation, type Principal, subjectOf } from '../spec/index.js'

/** What a token of ours is to say. */
export interface Grant {
  /** Who was verified: whose identity, groups, claims and authentication it keeps. */
  readonly subject: Principal
  /** Outermost first. */
  readonly actors: readonly Actor[]
  readonly scopes: readonly string[]
  readonly audiences: readonly string[]
  readonly confirmation: Confirmation | undefined
  /** Who asked for it (RFC 8693 section 4.3). */
  readonly clientId: string
  /** Networks that it may be used from, in CIDR form; empty: any. */
  readonly networks: readonly string[]
  readonly streamGraceMs: number
  /** Seconds since the epoch: when the oldest token that it was made of was issued. */
  readonly since: number
  /** Seconds since the epoch, whole. */
  readonly expiresAt: number
  /** Revocable names of the tokens that it was made of. */
  readonly from: readonly string[]
}

/** Actors inside one another (RFC 8693 section 4.1). */
export const ACTORS_MAX = 8

/** The claim that only a gateway reads: what a principal is beyond what RFC 9068 has words for. */
export const OWN = 'ostiary'

/** Claims of a new token (RFC 9068 section 2.2, RFC 8693 section 4); those that are undefined stand in no token. */
export function writeClaims(grant: Grant, issuer: string, tokenId: string, issuedAt: number): Record<string, unknown> {
  const { subject, actors, audiences, confirmation, scopes } = grant
  const { acr, amr, authTime, mayAct } = subject
  const identity = subjectOf(subject)
  return {
    iss: issuer,
    // Not a name of ours: labels and revocations are of issuer and subject, and an exchange must not shed them.
    sub: identity.uid,
    aud: audiences.length === 1 ? audiences[0] : audiences,
    iat: issuedAt,
    exp: grant.expiresAt,
    jti: tokenId,
    client_id: grant.clientId,
    scope: scopes.length === 0 ? undefined : scopes.join(' '),
    act: chainOf(actors),
    may_act: mayAct === undefined ? undefined : chainOf([mayAct]),
    acr,
    amr: amr.length === 0 ? undefined : amr,
    auth_time: authTime,
    cnf: confirmation === undefined ? undefined : { jkt: confirmation.jkt, 'x5t#S256': confirmation.certificate },
    [OWN]: {
      kind: identity.kind,
      groups: identity.groups,
      attributes: identity.attributes,
      networks: grant.networks,
      grace_ms: grant.streamGraceMs,
      since: grant.since,
      from: grant.from,
    },
  }
}

function chainOf(actors: readonly Actor[]): Record<string, unknown> | undefined {
  return actors.reduceRight<Record<string, unknown> | undefined>(
    (act, { issuer, subject }) => ({ iss: issuer, sub: subject, act }),
    undefined,
  )
}
