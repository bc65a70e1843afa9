import { ALGORITHMS, type Algorithm } from '../../jws/algorithms.js'
import type { Clock } from '../../spec/index.js'
import { type FetchJson, judgeUrl, type Reach } from './fetch.js'
import type { AgentEntry, ClaimMapping, ClaimRules, GroupNames, PrincipalRules, RequiredClaim } from './rules.js'
import { PLAIN_SCOPES, type ScopeRules, scopeReader } from './scopes.js'
import { trustDomainOf } from './spiffe.js'

/** What every issuer is told, however its tokens are verified. Shaped as the configuration's own entry. */
export interface IssuerOptions {
  /** Exact `iss`. */
  readonly issuer: string
  /** Our identifiers: `aud` must hold one of them exactly. */
  readonly audience: string | readonly string[]
  /** `exp - iat`: longer is refused. */
  readonly maxTokenLifetimeMs: number
  /** At the door only; 60 s at most. */
  readonly clockToleranceMs: number
  /** A stream is cut this long after its token expired. Default 0. */
  readonly streamGraceMs?: number
  /** `required`: a token that is not bound to a key is refused. */
  readonly dpop?: 'optional' | 'required'
  readonly allowPrivateNetwork: boolean
  readonly claims: readonly ClaimMapping[]
  /** Claims that must be there, or be something, besides those of the profile. */
  readonly required?: readonly RequiredClaim[]
  /** Default: `scope` or `scp`, as they are. */
  readonly scopes?: ScopeRules
  /** `services`: every subject is a service. Default: those that are their own client. */
  readonly subjects?: 'services' | undefined
  readonly agents: readonly AgentEntry[]
  readonly groups: GroupNames
  readonly clock: Clock
  readonly fetchJson?: FetchJson
  /** For the operator's log: dropped keys, failed fetches. */
  readonly report?: (text: string) => void
}

export interface JwtIssuerOptions extends IssuerOptions {
  readonly keys: KeysAt
  readonly algorithms: readonly string[]
  readonly profile: Profile
  readonly jwksCooldownMs: number
  /** How long keys are believed after they were fetched: 10 minutes, which is also the most. */
  readonly jwksMaxAgeMs?: number
}

export interface IntrospectionOptions extends IssuerOptions {
  readonly introspection: {
    readonly endpoint: string
    /** How we show the endpoint who asks; read at each call, so that a rotated secret counts. */
    readonly credential:
      | { readonly kind: 'basic'; readonly clientId: string; readonly clientSecret: () => string }
      | { readonly kind: 'bearer'; readonly token: () => string }
    /** Opaque tokens that begin so are this issuer's. */
    readonly prefix: string
    /** An answer is believed this long at most. */
    readonly cacheMaxMs: number
    /** `optional`: an answer without `aud` passes, since the endpoint decides who may ask about what. */
    readonly audience: 'required' | 'optional'
  }
}

/** `spiffe`: JWT-SVIDs of the trust domain that the issuer names. */
export type Profile = 'rfc9068' | 'legacy' | 'spiffe'

export type KeysAt = { readonly kind: 'jwksUri'; readonly uri: string } | { readonly kind: 'discovery' }

const TOLERANCE_MAX_MS = 60_000
export const JWKS_MAX_AGE_MS: number = 10 * 60_000

/** Throws for what no configuration may ask; gives the issuer's algorithms. */
export function checkOptions(options: JwtIssuerOptions): readonly Algorithm[] {
  demand(options, faultOf(options) ?? keysFault(options))
  return options.algorithms.map((name) => {
    const algorithm = ALGORITHMS.get(name)
    if (algorithm === undefined) throw new RangeError(`issuer \`${options.issuer}\`: unknown algorithm \`${name}\``)
    return algorithm
  })
}

/** Throws for what no configuration may ask; gives the endpoint. */
export function checkIntrospection(options: IntrospectionOptions): URL {
  const { endpoint, cacheMaxMs } = options.introspection
  const why = URL.canParse(endpoint) ? judgeUrl(new URL(endpoint), reachOf(options)) : 'not an URL'
  const asked = why === undefined ? undefined : `endpoint cannot be asked: ${why}`
  demand(options, faultOf(options) ?? asked ?? (cacheMaxMs >= 0 ? undefined : 'no time for answers to be believed'))
  return new URL(endpoint)
}

function demand({ issuer }: IssuerOptions, fault: string | undefined): void {
  if (fault !== undefined) throw new RangeError(`issuer \`${issuer}\`: ${fault}`)
}

function faultOf(options: IssuerOptions): string | undefined {
  const { issuer, clockToleranceMs, maxTokenLifetimeMs } = options
  if (!URL.canParse(issuer)) return 'not an URL'
  // Identities are `<iss>#<sub>`: the first `#` must be ours.
  if (issuer.includes('#')) return 'an issuer has no fragment'
  if (audiencesOf(options.audience).some((one) => one === '') || audiencesOf(options.audience).length === 0) {
    return 'no audience'
  }
  if (!(clockToleranceMs >= 0 && clockToleranceMs <= TOLERANCE_MAX_MS)) return 'clock tolerance over 60 s'
  return maxTokenLifetimeMs > 0 ? undefined : 'no maximum token lifetime'
}

function keysFault(options: JwtIssuerOptions): string | undefined {
  const { issuer, keys, profile, algorithms, jwksMaxAgeMs = JWKS_MAX_AGE_MS } = options
  if (algorithms.length === 0) return 'no algorithms'
  if (!(jwksMaxAgeMs > 0 && jwksMaxAgeMs <= JWKS_MAX_AGE_MS)) return 'keys may be believed for 10 minutes at most'
  if (profile === 'spiffe') {
    if (trustDomainOf(issuer) === undefined) return 'not `spiffe://` and a trust domain alone'
    if (keys.kind === 'discovery') return 'a trust domain has no metadata: its bundle is named'
    // JWT-SVID section 2.1 lists those of RFC 7518 sections 3.3 to 3.5.
    if (algorithms.some((name) => ALGORITHMS.get(name)?.kty === 'OKP')) return 'no JWT-SVID is signed by Ed25519'
  }
  const asked = keys.kind === 'jwksUri' ? keys.uri : issuer
  if (!URL.canParse(asked)) return '`jwksUri` is not an URL'
  const why = judgeUrl(new URL(asked), reachOf(options))
  return why === undefined ? undefined : `keys cannot be fetched: ${why}`
}

/** How far what the configuration itself names may lead. */
export function reachOf({ allowPrivateNetwork }: Pick<IssuerOptions, 'allowPrivateNetwork'>): Reach {
  return { loopback: true, privateNetwork: allowPrivateNetwork }
}

export function claimRulesOf(
  options: IssuerOptions,
  source: ClaimRules['source'],
  audienceOptional: boolean,
): ClaimRules {
  const { issuer, maxTokenLifetimeMs, clockToleranceMs, scopes = PLAIN_SCOPES, required = [] } = options
  const audiences = new Set(audiencesOf(options.audience))
  const readScopes = scopeReader(scopes)
  return {
    issuer,
    source,
    audiences,
    audienceOptional,
    maxTokenLifetimeMs,
    clockToleranceMs,
    required,
    scopes,
    readScopes,
  }
}

export function principalRulesOf(options: IssuerOptions, source: ClaimRules['source']): PrincipalRules {
  const { issuer, claims, groups, streamGraceMs = 0, subjects } = options
  const agents = new Map(options.agents.map((one) => [one.id, one]))
  return { issuer, source, services: subjects === 'services', claims, groups, agents, streamGraceMs }
}

function audiencesOf(audience: string | readonly string[]): readonly string[] {
  return typeof audience === 'string' ? [audience] : audience
}
