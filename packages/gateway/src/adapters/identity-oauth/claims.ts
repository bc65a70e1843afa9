import { proceed, type Refusal, refuse, type Step } from '../../spec/index.js'
import { checkKind, clientIdsOf } from './kind.js'
import { claimAt, isName, type Payload } from './payload.js'
import type { ClaimRules, RequiredClaim } from './rules.js'
import { trustDomainOfId } from './spiffe.js'

/** Claims whose types and values were checked; expiry was not. */
export interface Claims {
  readonly subject: string
  readonly clientId: string | undefined
  readonly tokenId: string | undefined
  readonly sessionId: string | undefined
  readonly audiences: readonly string[]
  readonly scopes: ReadonlySet<string>
  readonly issuedAt: number
  readonly expiresAt: number
  readonly acr: string | undefined
  readonly amr: readonly string[]
  readonly authTime: number | undefined
}

export function bad(why: string): Refusal {
  return refuse('invalid_token', why)
}

/** Checks everything but expiry, which has a code of its own and comes last. */
export function checkClaims(payload: Payload, rules: ClaimRules, nowMs: number): Step<Claims> {
  const audiences = readAudiences(payload['aud'], rules)
  const whose = checkIssuer(payload['iss'], rules) ?? checkAudiences(audiences, rules)
  if (whose !== undefined) return bad(whose)
  for (const one of rules.required) if (!has(payload, one)) return bad(`\`${one.claim}\` is required, or is another`)

  const { sub, jti, sid, client_id: clientId, acr, amr = [] } = payload
  if (!isSubject(sub, rules)) return bad('`sub` is missing or no name')
  if (jti !== undefined && !isName(jti)) return bad('`jti` is no name')
  if (sid !== undefined && !isName(sid)) return bad('`sid` is no name')
  if (clientId !== undefined && !isName(clientId)) return bad('`client_id` is no name')
  if (acr !== undefined && !isName(acr)) return bad('`acr` is no name')
  if (!Array.isArray(amr) || !amr.every(isName)) return bad('`amr` is no list of names')

  const times = readTimes(payload, rules, nowMs)
  if (typeof times === 'string') return bad(times)
  const scopes = rules.readScopes(payload)
  if (scopes === undefined) return bad('`scope` or `scp` is no scope, or the two differ')
  const kind = checkKind(payload, rules)
  if (kind !== undefined) return bad(kind)

  return proceed({
    subject: sub,
    // Whose other names for it were checked with the kind.
    clientId: rules.source === 'legacy' || rules.source === 'introspection' ? clientIdsOf(payload)[0] : clientId,
    tokenId: jti,
    sessionId: sid,
    audiences: audiences ?? [],
    scopes,
    ...times,
    acr,
    amr,
  })
}

function checkIssuer(iss: unknown, { issuer, source }: ClaimRules): string | undefined {
  // The keys of a JWT-SVID are found by the trust domain in `sub`: what its `iss` says means nothing.
  if (source === 'spiffe') return undefined
  // RFC 7662 section 2.2: "iss OPTIONAL". The endpoint that was asked is this issuer's own.
  if (source === 'introspection' && iss === undefined) return undefined
  return iss === issuer ? undefined : '`iss` is another'
}

/** Undefined: neither a text nor a list of texts. */
function readAudiences(aud: unknown, { audienceOptional }: ClaimRules): readonly string[] | undefined {
  if (aud === undefined && audienceOptional) return []
  const said: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return said.every((one) => typeof one === 'string' && one !== '') ? (said as readonly string[]) : undefined
}

function checkAudiences(said: readonly string[] | undefined, rules: ClaimRules): string | undefined {
  if (said === undefined) return '`aud` is neither a text nor a list of texts'
  if (said.length === 0 && rules.audienceOptional) return undefined
  return said.some((one) => rules.audiences.has(one)) ? undefined : '`aud` does not name us'
}

function has(payload: Payload, { claim, values }: RequiredClaim): boolean {
  const said = claimAt(payload, claim)
  if (values === undefined) return said !== undefined
  const all: readonly unknown[] = Array.isArray(said) ? said : [said]
  return all.some((one) => typeof one === 'string' && values.includes(one))
}

function isSubject(sub: unknown, { issuer, source }: ClaimRules): sub is string {
  if (source !== 'spiffe') return isName(sub)
  const domain = trustDomainOfId(sub)
  return domain !== undefined && issuer === `spiffe://${domain}`
}

type Times = Pick<Claims, 'issuedAt' | 'expiresAt' | 'authTime'>

function readTimes(payload: Payload, rules: ClaimRules, nowMs: number): Times | string {
  const { exp, nbf, auth_time: authTime } = payload
  // Neither RFC 7662 nor a JWT-SVID demands `iat`. The earliest time at which it can have been: so the bound on the lifetime holds
  // for what is left of it, and whatever revokes by time of issue ends too much rather than too little.
  const derived = rules.source === 'introspection' || rules.source === 'spiffe'
  const { iat = derived && isDate(exp) ? earliest(exp, rules) : undefined } = payload
  if (!isDate(exp) || !isDate(iat)) return '`exp` or `iat` is missing or no number'
  if (nbf !== undefined && !isDate(nbf)) return '`nbf` is no number'
  if (authTime !== undefined && !isDate(authTime)) return '`auth_time` is no number'
  const latest = nowMs + rules.clockToleranceMs
  if (exp <= iat) return '`exp` is not after `iat`'
  if ((exp - iat) * 1000 > rules.maxTokenLifetimeMs) return '`exp - iat` is over the maximum lifetime'
  // With the line above this also bounds `exp` from now.
  if (iat * 1000 > latest) return '`iat` is ahead'
  if (nbf !== undefined && nbf * 1000 > latest) return '`nbf` is ahead'
  if (authTime !== undefined && authTime * 1000 > latest) return '`auth_time` is ahead'
  return { issuedAt: iat, expiresAt: exp, authTime }
}

function earliest(exp: number, { maxTokenLifetimeMs }: ClaimRules): number {
  return Math.max(0, Math.ceil(exp - maxTokenLifetimeMs / 1000))
}

function isDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0
}
