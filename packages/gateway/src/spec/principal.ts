export type PrincipalKind = 'User' | 'Service' | 'Agent'

/** A claim mapped to a Cedar attribute, already of the type that the configuration names. */
export type AttributeValue = string | number | boolean | readonly string[]

/** A member of the chain `act` (RFC 8693 section 4.1). Only the outermost decides; the rest is history. */
export interface Actor {
  readonly issuer: string
  readonly subject: string
}

/** One identity that Cedar is asked about. */
export interface Identity {
  readonly kind: PrincipalKind
  /** `<iss>#<sub>`: identity is issuer and subject, never the subject alone. */
  readonly uid: string
  readonly issuer: string
  readonly subject: string
  /** Groups by the names Cedar knows them by (issuer's prefix or allow-list applied). */
  readonly groups: readonly string[]
  /** Mapped claims: they belong to the subject, so an agent has none. */
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** Who calls, verified. Lives as long as its token and is shared by every exchange that presents the same token. */
export interface Principal {
  /** Who acts: the user or service itself, or the agent. */
  readonly actor: Identity
  /** For whom: set where `actor` is an agent. Both must be permitted. */
  readonly onBehalfOf: Identity | undefined
  readonly scopes: ReadonlySet<string>
  readonly proof: 'bearer' | 'dpop' | 'mtls'
  /** The whole chain of `act`, outermost first; empty where nobody acts for another. */
  readonly actors: readonly Actor[]
  readonly acr: string | undefined
  readonly amr: readonly string[]
  /** Seconds since the epoch. */
  readonly authTime: number | undefined
  readonly issuedAt: number
  /** Seconds since the epoch; a stream is cut at this plus the issuer's grace. */
  readonly expiresAt: number
  readonly tokenId: string | undefined
  readonly clientId: string | undefined
  /** SHA-256 of the token as presented, hexadecimal. */
  readonly tokenDigest: string
}

/** Whose labels, groups and pseudonym count: the subject acted for, else the actor itself. */
export function subjectOf(principal: Principal): Identity {
  return principal.onBehalfOf ?? principal.actor
}
