import {
  type Actor,
  type AttributeValue,
  type Confirmation,
  type Principal,
  type PrincipalFacts,
  principalOf,
  revocableName,
  subjectOf,
} from '../spec/index.js'
import { ACTORS_MAX, type Grant } from './own-grant.js'

/** What is not in a token: who reads it, when, and what its outermost actor is a member of here. */
export interface Reading {
  readonly issuer: string
  /** Of the key that signed it. */
  readonly kid: string
  /** By `<iss>#<sub>`. */
  readonly agentGroups: ReadonlyMap<string, readonly string[]>
  readonly verifiedAtMs: number
  readonly tokenDigest: string
}

/** What the claim of ours says. */
export type OwnFacts = Required<Pick<PrincipalFacts, 'kind' | 'groups' | 'attributes' | 'networks' | 'streamGraceMs'>> &
  Pick<Grant, 'since' | 'from'>

/** All that a token of ours says. */
export type Said = OwnFacts &
  Required<
    Pick<PrincipalFacts, 'issuer' | 'subject' | 'actors' | 'mayAct' | 'scopes' | 'confirmation' | 'acr' | 'amr'> &
      Pick<PrincipalFacts, 'authTime' | 'expiresAt' | 'tokenId' | 'clientId' | 'audiences'>
  >

const NO_GROUPS: readonly string[] = []

/**
 * The principal that `readClaims` would read from what `writeClaims` writes, without reading it. Undefined where that would be
 * another or none: such a token must not be given away. A test holds the two against each other.
 */
export function principalOfGrant(grant: Grant, tokenId: string, reading: Reading): Principal | undefined {
  const { subject, actors } = grant
  const identity = subjectOf(subject)
  const { kind } = identity
  if (kind === 'Agent' || !comesBack(grant)) return undefined
  return principalFrom(
    {
      kind,
      issuer: identity.issuer,
      subject: identity.subject,
      groups: identity.groups,
      attributes: identity.attributes,
      networks: grant.networks,
      streamGraceMs: grant.streamGraceMs,
      since: grant.since,
      from: grant.from,
      actors,
      mayAct: subject.mayAct,
      scopes: new Set(grant.scopes),
      confirmation: grant.confirmation,
      acr: subject.acr,
      amr: subject.amr,
      authTime: subject.authTime,
      expiresAt: grant.expiresAt,
      tokenId,
      clientId: grant.clientId,
      audiences: grant.audiences,
    },
    reading,
  )
}

function comesBack(grant: Grant): boolean {
  const { subject, actors, clientId, confirmation, expiresAt, scopes, since, streamGraceMs } = grant
  const { acr, authTime = 0, mayAct } = subject
  const identity = subjectOf(subject)
  // The first `#` is ours, and a scope with a space would be two.
  if (!isNamed(identity) || identity.issuer.includes('#') || !scopes.every(isOneScope)) return false
  if (actors.length > ACTORS_MAX || !actors.every(isNamed) || (mayAct !== undefined && !isNamed(mayAct))) return false
  if (clientId === '' || acr === '' || (confirmation !== undefined && !isKeyed(confirmation))) return false
  // JSON has no word for others.
  return [expiresAt, since, streamGraceMs, authTime, ...Object.values(identity.attributes)].every(isFiniteOrNoNumber)
}

function isOneScope(scope: string): boolean {
  return scope !== '' && !scope.includes(' ')
}

function isFiniteOrNoNumber(value: AttributeValue): boolean {
  return typeof value !== 'number' || Number.isFinite(value)
}

function isNamed({ issuer, subject }: Actor): boolean {
  return issuer !== '' && subject !== ''
}

function isKeyed({ jkt, certificate }: Confirmation): boolean {
  return jkt !== '' && certificate !== '' && !(jkt === undefined && certificate === undefined)
}

/** The principal of what a token says. */
export function principalFrom(said: Said, { issuer, kid, agentGroups, verifiedAtMs, tokenDigest }: Reading): Principal {
  const [outermost] = said.actors
  // Member by member: a spread of so many costs more than reading them all.
  return principalOf({
    issuer: said.issuer,
    subject: said.subject,
    kind: said.kind,
    groups: said.groups,
    attributes: said.attributes,
    actors: said.actors,
    agentGroups: (outermost && agentGroups.get(`${outermost.issuer}#${outermost.subject}`)) ?? NO_GROUPS,
    scopes: said.scopes,
    confirmation: said.confirmation,
    mayAct: said.mayAct,
    acr: said.acr,
    amr: said.amr,
    authTime: said.authTime,
    issuedAt: said.since,
    expiresAt: said.expiresAt,
    streamGraceMs: said.streamGraceMs,
    tokenId: said.tokenId,
    clientId: said.clientId,
    audiences: said.audiences,
    networks: said.networks,
    tokenIssuer: issuer,
    // A key that is taken out ends what lives on its tokens, like any other revocation.
    revocableBy: [...said.from, revocableName({ kind: 'signing-key', id: kid })],
    verifiedAtMs,
    tokenDigest,
  })
}
