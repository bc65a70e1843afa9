import { isJsonObject } from '../../json/strict.js'
import {
  type Actor,
  type AttributeValue,
  type Confirmation,
  type Principal,
  principalOf,
  proceed,
  type Step,
} from '../../spec/index.js'
import { bad, type Claims } from './claims.js'
import { clientIdsOf } from './kind.js'
import { claimAt, isName, type Payload } from './payload.js'
import type { ClaimMapping, ClaimType, PrincipalRules } from './rules.js'

const ACTORS_MAX = 8
const NO_ACTORS: readonly Actor[] = []
const NO_GROUPS: readonly string[] = []

/** Makes the principal of a token whose claims were checked. */
export function buildPrincipal(
  payload: Payload,
  claims: Claims,
  rules: PrincipalRules,
  digests: Pick<Principal, 'tokenDigest' | 'signedDigest'>,
  nowMs: number,
  recheckAtMs?: number,
): Step<Principal> {
  const groups = readGroups(payload, rules)
  if (groups === undefined) return bad('groups claim is no list of names, or incomplete')
  const attributes = readAttributes(payload, rules.claims)
  if (attributes === undefined) return bad('a mapped claim has another type than configured')
  const actors = readActors(payload['act'], rules.issuer)
  if (actors === undefined) return bad('`act` is no chain of at most 8 actors')

  const confirmation = readConfirmation(payload['cnf'])
  if (confirmation === 'unfit') return bad('`cnf` names no key, or one of a kind that cannot be checked')
  const mayAct = readActors(payload['may_act'], rules.issuer)
  if (mayAct === undefined || mayAct.length > 1) return bad('`may_act` names no actor')
  const outermost = actors[0]
  // Its uid is under our issuer, so that of another would take the place of ours.
  if (outermost !== undefined && outermost.issuer !== rules.issuer) return bad('outermost `act` is of another issuer')
  return proceed(
    principalOf({
      ...claims,
      issuer: rules.issuer,
      kind: isService(payload, claims, rules) ? 'Service' : 'User',
      groups,
      attributes,
      actors,
      agentGroups: (outermost && rules.agents.get(outermost.subject)?.groups) ?? NO_GROUPS,
      confirmation,
      mayAct: mayAct[0],
      streamGraceMs: rules.streamGraceMs,
      verifiedAtMs: nowMs,
      recheckAtMs,
      ...digests,
    }),
  )
}

// 256 bits in base64url.
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

function isThumbprint(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && THUMBPRINT.test(value))
}

/** RFC 7800 section 3.1: what is bound in a way that we cannot check must not pass as if it were not bound. */
function readConfirmation(cnf: unknown): Confirmation | undefined | 'unfit' {
  if (cnf === undefined) return undefined
  if (!isJsonObject(cnf)) return 'unfit'
  const { jkt, 'x5t#S256': certificate, ...others } = cnf
  if (Object.keys(others).length > 0 || (jkt === undefined && certificate === undefined)) return 'unfit'
  return isThumbprint(jkt) && isThumbprint(certificate) ? { jkt, certificate } : 'unfit'
}

/**
 * RFC 9068 section 5 warns of a client that gets itself a `sub` like a person's: a service is told by its own identifier, or, at
 * issuers whose services have another subject, by what says so there.
 */
function isService(payload: Payload, { subject, clientId }: Claims, { source, services }: PrincipalRules): boolean {
  if (services || source === 'spiffe') return true
  // Auth0, in either of its profiles.
  if (clientId !== undefined && subject === `${clientId}@clients`) return true
  if (source === 'rfc9068') return subject === clientId
  const { idtyp, gty } = payload
  // Entra ID, Auth0.
  if (clientIdsOf(payload).includes(subject) || idtyp === 'app' || gty === 'client-credentials') return true
  return isKeycloakServiceAccount(payload)
}

/** By two claims at once: anybody may register a name, and only Keycloak itself writes `client_id` for a service account. */
function isKeycloakServiceAccount({ client_id: client, preferred_username: name }: Payload): boolean {
  return typeof client === 'string' && name === `service-account-${client.toLowerCase()}`
}

function readGroups(payload: Payload, { claims, groups }: PrincipalRules): readonly string[] | undefined {
  const elsewhere = payload['_claim_names']
  const named = new Set<string>()
  for (const { kind, claim } of claims) {
    if (kind !== 'groups') continue
    // Where there are too many, Entra ID leaves the claim out and says where to ask. Without them a forbid would not find its group.
    if (isJsonObject(elsewhere) && elsewhere[claim] !== undefined) return undefined
    const said = claimAt(payload, claim)
    // The same, in tokens that came by the implicit grant.
    if (said === undefined && payload['hasgroups'] !== undefined) return undefined
    if (said === undefined) continue
    if (!Array.isArray(said) || !said.every(isName)) return undefined
    for (const name of said) {
      if (groups.kind === 'prefix') named.add(groups.prefix + name)
      else if (groups.names.includes(name)) named.add(name)
    }
  }
  return named.size === 0 ? NO_GROUPS : [...named]
}

function readAttributes(
  payload: Payload,
  mappings: readonly ClaimMapping[],
): Readonly<Record<string, AttributeValue>> | undefined {
  const all: Record<string, AttributeValue> = Object.create(null)
  for (const mapping of mappings) {
    if (mapping.kind !== 'attribute') continue
    const said = claimAt(payload, mapping.claim)
    if (said === undefined) continue
    const value = attributeValue(said, mapping.type)
    if (value === undefined) return undefined
    all[mapping.name] = value
  }
  return all
}

function attributeValue(said: unknown, type: ClaimType): AttributeValue | undefined {
  switch (type) {
    case 'String':
      return typeof said === 'string' ? said : undefined
    case 'Long':
      return typeof said === 'number' && Number.isSafeInteger(said) ? said : undefined
    case 'Bool':
      return typeof said === 'boolean' ? said : undefined
    case 'Set<String>':
      return isTexts(said) ? [...new Set(said)] : undefined
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

/** RFC 8693 section 4.1: the outermost actor acts now, the nested ones are history. */
function readActors(act: unknown, issuer: string): readonly Actor[] | undefined {
  if (act === undefined) return NO_ACTORS
  const actors: Actor[] = []
  for (let at: unknown = act; at !== undefined; at = at['act']) {
    if (!isJsonObject(at) || actors.length === ACTORS_MAX) return undefined
    const { sub, iss = issuer } = at
    if (!isName(sub) || !isName(iss)) return undefined
    actors.push({ issuer: iss, subject: sub })
  }
  return actors
}
