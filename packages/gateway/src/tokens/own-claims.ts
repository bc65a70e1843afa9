import { isJsonObject } from '../json/strict.js'
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
const OWN = 'ostiary'

/** Claims of a new token (RFC 9068 section 2.2, RFC 8693 section 4). */
export function writeClaims(grant: Grant, issuer: string, tokenId: string, issuedAt: number): Record<string, unknown> {
  const { subject, actors, audiences, confirmation, scopes } = grant
  const identity = subjectOf(subject)
  const { jkt, certificate } = confirmation ?? {}
  return {
    iss: issuer,
    // Not a name of ours: labels and revocations are of issuer and subject, and an exchange must not shed them.
    sub: identity.uid,
    aud: audiences.length === 1 ? audiences[0] : audiences,
    iat: issuedAt,
    exp: grant.expiresAt,
    jti: tokenId,
    client_id: grant.clientId,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...(actors.length === 0 ? {} : { act: chainOf(actors) }),
    ...(subject.mayAct === undefined ? {} : { may_act: chainOf([subject.mayAct]) }),
    ...(subject.acr === undefined ? {} : { acr: subject.acr }),
    ...(subject.amr.length === 0 ? {} : { amr: subject.amr }),
    ...(subject.authTime === undefined ? {} : { auth_time: subject.authTime }),
    ...(confirmation === undefined
      ? {}
      : {
          cnf: {
            ...(jkt === undefined ? {} : { jkt }),
            ...(certificate === undefined ? {} : { 'x5t#S256': certificate }),
          },
        }),
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
    (act, { issuer, subject }) => ({ iss: issuer, sub: subject, ...(act === undefined ? {} : { act }) }),
    undefined,
  )
}

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

const NO_GROUPS: readonly string[] = []

/** The principal of a token that we signed: the one that it was made for. Undefined where another version wrote it otherwise. */
export function readClaims(payload: Readonly<Record<string, unknown>>, reading: Reading): Principal | undefined {
  const { sub, jti, client_id: clientId, scope = '', exp, iat, acr, amr = [], auth_time: authTime } = payload
  const own = readOwn(payload[OWN])
  const actors = readChain(payload['act'])
  const mayAct = readChain(payload['may_act'])
  const confirmation = readConfirmation(payload['cnf'])
  const audiences = typeof payload['aud'] === 'string' ? [payload['aud']] : payload['aud']
  if (own === undefined || actors === undefined || mayAct === undefined || confirmation === 'unfit') return undefined
  if (!isText(sub) || !isText(jti) || !isText(clientId) || typeof scope !== 'string') return undefined
  if (!isNumber(exp) || !isNumber(iat) || !isTexts(audiences) || !isTexts(amr)) return undefined
  if (!(acr === undefined || isText(acr)) || !(authTime === undefined || isNumber(authTime))) return undefined
  // The first `#` is ours: no issuer holds one.
  const mark = sub.indexOf('#')
  if (mark < 1 || mark + 1 === sub.length) return undefined
  const [outermost] = actors
  return principalOf({
    ...own,
    // A key that is taken out ends what lives on its tokens, like any other revocation.
    revocableBy: [...own.revocableBy, revocableName({ kind: 'signing-key', id: reading.kid })],
    issuer: sub.slice(0, mark),
    subject: sub.slice(mark + 1),
    actors,
    agentGroups: (outermost && reading.agentGroups.get(`${outermost.issuer}#${outermost.subject}`)) ?? NO_GROUPS,
    scopes: new Set(scope === '' ? [] : scope.split(' ')),
    confirmation,
    mayAct: mayAct[0],
    acr,
    amr,
    authTime,
    expiresAt: exp,
    tokenId: jti,
    tokenIssuer: reading.issuer,
    clientId,
    audiences,
    verifiedAtMs: reading.verifiedAtMs,
    tokenDigest: reading.tokenDigest,
  })
}

type OwnFacts = Required<
  Pick<PrincipalFacts, 'kind' | 'groups' | 'attributes' | 'networks' | 'streamGraceMs' | 'issuedAt' | 'revocableBy'>
>

function readOwn(own: unknown): OwnFacts | undefined {
  if (!isJsonObject(own)) return undefined
  const { kind, groups, networks, grace_ms: streamGraceMs, since, from } = own
  const attributes = readAttributes(own['attributes'])
  if (kind !== 'User' && kind !== 'Service') return undefined
  if (!isTexts(groups) || !isTexts(networks) || !isTexts(from) || attributes === undefined) return undefined
  if (!isNumber(streamGraceMs) || !isNumber(since)) return undefined
  // `since`, not `iat`: a policy on a token's age, and a revocation of all that was issued up to now, must not be shed either.
  return { kind, groups, attributes, networks, streamGraceMs, issuedAt: since, revocableBy: from }
}

function readAttributes(value: unknown): Readonly<Record<string, AttributeValue>> | undefined {
  if (!isJsonObject(value)) return undefined
  const all: Record<string, AttributeValue> = Object.create(null)
  for (const [name, said] of Object.entries(value)) {
    if (typeof said !== 'string' && typeof said !== 'boolean' && !isNumber(said) && !isTexts(said)) return undefined
    all[name] = said
  }
  return all
}

function readChain(act: unknown): readonly Actor[] | undefined {
  const actors: Actor[] = []
  for (let at = act; at !== undefined; at = at['act']) {
    if (!isJsonObject(at) || actors.length === ACTORS_MAX) return undefined
    const { iss, sub } = at
    if (!isText(iss) || !isText(sub)) return undefined
    actors.push({ issuer: iss, subject: sub })
  }
  return actors
}

function readConfirmation(cnf: unknown): Confirmation | undefined | 'unfit' {
  if (cnf === undefined) return undefined
  if (!isJsonObject(cnf)) return 'unfit'
  const { jkt, 'x5t#S256': certificate, ...others } = cnf
  if (Object.keys(others).length > 0 || (jkt === undefined && certificate === undefined)) return 'unfit'
  const fit = (jkt === undefined || isText(jkt)) && (certificate === undefined || isText(certificate))
  return fit ? { jkt, certificate } : 'unfit'
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
