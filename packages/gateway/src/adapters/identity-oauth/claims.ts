import { proceed, type Refusal, refuse, type Step } from '../../spec/index.js'
import type { Profile } from './options.js'

export type Payload = Readonly<Record<string, unknown>>

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

export interface ClaimRules {
  readonly issuer: string
  readonly audiences: ReadonlySet<string>
  readonly profile: Profile
  readonly maxTokenLifetimeMs: number
  readonly clockToleranceMs: number
  readonly required: readonly string[]
}

const TEXT_MAX = 512
const SCOPE_MAX = 4096
// C0, DEL and C1: such names would forge lines in logs.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** A text that names somebody or something: not empty, at most 512 characters, no control character. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= TEXT_MAX && !CONTROL.test(value)
}

export function bad(why: string): Refusal {
  return refuse('invalid_token', why)
}

/** Checks everything but expiry, which has a code of its own and comes last. */
export function checkClaims(payload: Payload, rules: ClaimRules, nowMs: number): Step<Claims> {
  if (payload['iss'] !== rules.issuer) return bad('`iss` is another')
  const audiences = readAudiences(payload['aud'])
  if (audiences === undefined) return bad('`aud` is neither a text nor a list of texts')
  if (!audiences.some((one) => rules.audiences.has(one))) return bad('`aud` does not name us')
  for (const name of rules.required) if (payload[name] === undefined) return bad(`\`${name}\` is required`)

  const { sub, jti, sid, client_id: clientId, acr, amr = [], exp, iat, nbf, auth_time: authTime } = payload
  if (!isName(sub)) return bad('`sub` is missing or no name')
  if (jti !== undefined && !isName(jti)) return bad('`jti` is no name')
  if (sid !== undefined && !isName(sid)) return bad('`sid` is no name')
  if (clientId !== undefined && !isName(clientId)) return bad('`client_id` is no name')
  if (acr !== undefined && !isName(acr)) return bad('`acr` is no name')
  if (!Array.isArray(amr) || !amr.every(isName)) return bad('`amr` is no list of names')

  if (!isDate(exp) || !isDate(iat)) return bad('`exp` or `iat` is missing or no number')
  if (nbf !== undefined && !isDate(nbf)) return bad('`nbf` is no number')
  if (authTime !== undefined && !isDate(authTime)) return bad('`auth_time` is no number')
  const times = checkTimes(exp, iat, nbf, authTime, rules, nowMs)
  if (times !== undefined) return bad(times)

  const scopes = readScopes(payload)
  if (scopes === undefined) return bad('`scope` or `scp` is no scope, or the two differ')
  const kind = checkKind(payload, rules.profile)
  if (kind !== undefined) return bad(kind)

  return proceed({
    subject: sub,
    clientId: rules.profile === 'legacy' ? clientIdsOf(payload)[0] : clientId,
    tokenId: jti,
    sessionId: sid,
    audiences,
    scopes,
    issuedAt: iat,
    expiresAt: exp,
    acr,
    amr,
    authTime,
  })
}

function isDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0
}

function readAudiences(aud: unknown): readonly string[] | undefined {
  const said: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return said.every((one) => typeof one === 'string' && one !== '') ? (said as readonly string[]) : undefined
}

function checkTimes(
  exp: number,
  iat: number,
  nbf: number | undefined,
  authTime: number | undefined,
  rules: ClaimRules,
  nowMs: number,
): string | undefined {
  const latest = nowMs + rules.clockToleranceMs
  if (exp <= iat) return '`exp` is not after `iat`'
  if ((exp - iat) * 1000 > rules.maxTokenLifetimeMs) return '`exp - iat` is over the maximum lifetime'
  // With the line above this also bounds `exp` from now.
  if (iat * 1000 > latest) return '`iat` is ahead'
  if (nbf !== undefined && nbf * 1000 > latest) return '`nbf` is ahead'
  if (authTime !== undefined && authTime * 1000 > latest) return '`auth_time` is ahead'
  return undefined
}

// RFC 6749 section 3.3: "scope = scope-token *( SP scope-token )", "scope-token = 1*( %x21 / %x23-5B / %x5D-7E )".
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/

function readScopes(payload: Payload): ReadonlySet<string> | undefined {
  const { scope, scp } = payload
  if (scp === undefined) return scope === undefined ? new Set() : scopeText(scope)
  const listed = Array.isArray(scp) ? scopeList(scp) : scopeText(scp)
  if (scope === undefined || listed === undefined) return listed
  // Two answers to one question: which of them the issuer means, nobody can tell.
  const written = scopeText(scope)
  if (written?.size !== listed.size) return undefined
  return [...written].every((one) => listed.has(one)) ? written : undefined
}

function scopeText(value: unknown): ReadonlySet<string> | undefined {
  if (typeof value !== 'string' || value.length > SCOPE_MAX || !SCOPE.test(value)) return undefined
  return new Set(value.split(' '))
}

function scopeList(value: readonly unknown[]): ReadonlySet<string> | undefined {
  const all = new Set<string>()
  for (const one of value) {
    if (typeof one !== 'string' || !SCOPE_TOKEN.test(one)) return undefined
    all.add(one)
  }
  return all
}

/** Client identifiers by the names that issuers without `at+jwt` give them. */
const LEGACY_CLIENT = ['client_id', 'azp', 'cid', 'appid']

export function clientIdsOf(payload: Payload): readonly string[] {
  return LEGACY_CLIENT.map((name) => payload[name]).filter((id) => typeof id === 'string')
}

// Keycloak says `Bearer` in an access token and `ID`, `Refresh`, `Offline`, `Logout` in the others.
const CLAIM_TYPES: ReadonlySet<unknown> = new Set(['bearer', 'dpop', 'jwt', 'at+jwt', 'access', 'access_token'])

/** Kinds of token must not be confused (8725bis 3.11, 3.12). */
function checkKind(payload: Payload, profile: Profile): string | undefined {
  const { typ, token_use: use } = payload
  if (typ !== undefined && !(typeof typ === 'string' && CLAIM_TYPES.has(typ.toLowerCase()))) {
    return 'claim `typ` names another kind of token'
  }
  if (use !== undefined && use !== 'access') return 'claim `token_use` names another kind of token'
  if (profile === 'rfc9068') {
    // RFC 9068 section 2.2: "client_id REQUIRED", "jti REQUIRED"; the others were demanded above.
    return payload['client_id'] === undefined || payload['jti'] === undefined
      ? '`client_id` or `jti` is missing'
      : undefined
  }
  if (payload['scope'] === undefined && payload['scp'] === undefined) return 'neither `scope` nor `scp`'
  for (const name of ['nonce', 'at_hash', 'c_hash', 'events']) {
    if (payload[name] !== undefined) return `\`${name}\` is of another kind of token`
  }
  for (const name of LEGACY_CLIENT) {
    const id = payload[name]
    if (id !== undefined && !isName(id)) return `\`${name}\` is no name`
  }
  const aud = payload['aud']
  const said: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return clientIdsOf(payload).some((id) => said.includes(id)) ? '`aud` is the client: an ID token' : undefined
}
