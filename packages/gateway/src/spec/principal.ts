import { revocableName } from './revocation.js'

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

/**
 * What a token is bound to (RFC 7800 `cnf`): whoever presents it must show that it holds each of these keys. At least one is
 * there.
 */
export interface Confirmation {
  /** SHA-256 thumbprint of a DPoP key, base64url (RFC 9449 section 6.1). */
  readonly jkt: string | undefined
  /** SHA-256 of a client certificate in DER, base64url (RFC 8705 section 3.1). */
  readonly certificate: string | undefined
}

/** Who calls, verified. Lives as long as its token and is shared by every exchange that presents the same token. */
export interface Principal {
  /** Who acts: the user or service itself, or the agent. */
  readonly actor: Identity
  /** For whom: set where `actor` is an agent. Both must be permitted. */
  readonly onBehalfOf: Identity | undefined
  readonly scopes: ReadonlySet<string>
  /** How it is shown that the caller holds the key that the token is bound to; `bearer` where it is bound to none. */
  readonly proof: 'bearer' | 'dpop' | 'mtls'
  readonly confirmation: Confirmation | undefined
  /** The whole chain of `act`, outermost first; empty where nobody acts for another. */
  readonly actors: readonly Actor[]
  /** Who may get a token to act for the subject (RFC 8693 section 4.4); undefined where the token does not say. */
  readonly mayAct: Actor | undefined
  readonly acr: string | undefined
  readonly amr: readonly string[]
  /** Seconds since the epoch. */
  readonly authTime: number | undefined
  /** Seconds since the epoch. */
  readonly issuedAt: number
  /** Seconds since the epoch; a stream is cut at this plus `streamGraceMs`. */
  readonly expiresAt: number
  readonly streamGraceMs: number
  readonly tokenId: string | undefined
  /** Who issued the token: another than the subject's issuer, where the token was exchanged here. */
  readonly tokenIssuer: string
  readonly clientId: string | undefined
  /** All that the token is for (`aud`). */
  readonly audiences: readonly string[]
  /** Networks that it may be used from, in CIDR form; empty: any. */
  readonly networks: readonly string[]
  /** By what it can be revoked: `revocableName` of each. */
  readonly revocableBy: readonly string[]
  /** Milliseconds since the epoch. */
  readonly verifiedAtMs: number
  /** When the token must be verified anew though it has not expired, milliseconds since the epoch; undefined: it need not. */
  readonly recheckAtMs: number | undefined
  /** SHA-256 of the token as presented, hexadecimal. */
  readonly tokenDigest: string
  /** SHA-256 of what is signed of a JWS, of another token itself, hexadecimal: what ends a token without an id goes by it. */
  readonly signedDigest: string
}

/** Whose labels, groups and pseudonym count: the subject acted for, else the actor itself. */
export function subjectOf(principal: Principal): Identity {
  return principal.onBehalfOf ?? principal.actor
}

/** What a verified token says, in our words. What is left out is not said. */
export interface PrincipalFacts {
  readonly issuer: string
  readonly subject: string
  /** Whether the subject is the client itself. Default `User`. */
  readonly kind?: 'User' | 'Service'
  readonly groups?: readonly string[]
  readonly attributes?: Readonly<Record<string, AttributeValue>>
  /** Outermost first. The outermost acts: the principal is its agent. */
  readonly actors?: readonly Actor[]
  /** Groups of the outermost actor, by the names Cedar knows. */
  readonly agentGroups?: readonly string[]
  readonly scopes?: ReadonlySet<string>
  readonly confirmation?: Confirmation | undefined
  readonly mayAct?: Actor | undefined
  readonly acr?: string | undefined
  readonly amr?: readonly string[]
  readonly authTime?: number | undefined
  readonly issuedAt: number
  readonly expiresAt: number
  readonly streamGraceMs?: number
  readonly tokenId?: string | undefined
  readonly sessionId?: string | undefined
  readonly clientId?: string | undefined
  readonly audiences: readonly string[]
  readonly networks?: readonly string[]
  /** The issuer of the token, where its subject is another issuer's. Default `issuer`. */
  readonly tokenIssuer?: string
  /** By what else it can be revoked: the names of the tokens that it was exchanged from. */
  readonly revocableBy?: readonly string[]
  readonly verifiedAtMs: number
  readonly recheckAtMs?: number | undefined
  readonly tokenDigest: string
  /** Default `tokenDigest`. */
  readonly signedDigest?: string
}

const NO_TEXTS: readonly string[] = []
const NO_ACTORS: readonly Actor[] = []
const NO_ATTRIBUTES: Readonly<Record<string, AttributeValue>> = {}
const NO_SCOPES: ReadonlySet<string> = new Set()

/** Makes the principal of a verified token. */
export function principalOf(facts: PrincipalFacts): Principal {
  const { actors = NO_ACTORS, confirmation } = facts
  const { groups = NO_TEXTS, attributes = NO_ATTRIBUTES, agentGroups = NO_TEXTS } = facts
  const subject = identity(facts.kind ?? 'User', facts.issuer, facts.subject, groups, attributes)
  const [outermost] = actors
  const agent = outermost && identity('Agent', outermost.issuer, outermost.subject, agentGroups, NO_ATTRIBUTES)
  return {
    actor: agent ?? subject,
    onBehalfOf: agent === undefined ? undefined : subject,
    scopes: facts.scopes ?? NO_SCOPES,
    proof: confirmation === undefined ? 'bearer' : confirmation.jkt === undefined ? 'mtls' : 'dpop',
    confirmation,
    actors,
    mayAct: facts.mayAct,
    acr: facts.acr,
    amr: facts.amr ?? NO_TEXTS,
    authTime: facts.authTime,
    issuedAt: facts.issuedAt,
    expiresAt: facts.expiresAt,
    streamGraceMs: facts.streamGraceMs ?? 0,
    tokenId: facts.tokenId,
    tokenIssuer: facts.tokenIssuer ?? facts.issuer,
    clientId: facts.clientId,
    audiences: facts.audiences,
    networks: facts.networks ?? NO_TEXTS,
    revocableBy: revocableNames(facts),
    verifiedAtMs: facts.verifiedAtMs,
    recheckAtMs: facts.recheckAtMs,
    tokenDigest: facts.tokenDigest,
    signedDigest: facts.signedDigest ?? facts.tokenDigest,
  }
}

function identity(
  kind: PrincipalKind,
  issuer: string,
  subject: string,
  groups: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>>,
): Identity {
  return { kind, uid: `${issuer}#${subject}`, issuer, subject, groups, attributes }
}

/** Whoever is revoked in the chain ends the token: an actor that is history gave it on all the same. */
function revocableNames(facts: PrincipalFacts): readonly string[] {
  const { actors = NO_ACTORS, issuer, subject, tokenIssuer = issuer, tokenId, sessionId } = facts
  const names: string[] = []
  // A loop and no pieces joined: this is made anew for every token that is verified or issued.
  const add = (kind: 'subject' | 'token' | 'session', from: string, id: string): void => {
    names.push(revocableName({ kind, issuer: from, id }), revocableName({ kind, id }))
  }
  add('subject', issuer, subject)
  for (const one of actors) add('subject', one.issuer, one.subject)
  if (tokenId !== undefined) add('token', tokenIssuer, tokenId)
  if (sessionId !== undefined) add('session', tokenIssuer, sessionId)
  names.push(revocableName({ kind: 'digest', id: facts.signedDigest ?? facts.tokenDigest }))
  for (const name of facts.revocableBy ?? NO_TEXTS) names.push(name)
  return names
}
