import { ALGORITHMS, type Algorithm } from '../../jws/algorithms.js'
import type { Clock } from '../../spec/index.js'
import { type FetchJson, judgeUrl } from './fetch.js'

/** Shaped as the configuration's own entry, so that an entry and a clock make an issuer. */
export interface JwtIssuerOptions {
  /** Exact `iss`. */
  readonly issuer: string
  /** Our identifiers: `aud` must hold one of them exactly. */
  readonly audience: string | readonly string[]
  readonly keys: KeysAt
  readonly algorithms: readonly string[]
  readonly profile: Profile
  /** `exp - iat`: longer is refused. */
  readonly maxTokenLifetimeMs: number
  /** At the door only; 60 s at most. */
  readonly clockToleranceMs: number
  /** A stream is cut this long after its token expired. Default 0. */
  readonly streamGraceMs?: number
  /** `required`: a token that is not bound to a key is refused. */
  readonly dpop?: 'optional' | 'required'
  readonly allowPrivateNetwork: boolean
  readonly jwksCooldownMs: number
  /** How long keys are believed after they were fetched: 10 minutes, which is also the most. */
  readonly jwksMaxAgeMs?: number
  readonly claims: readonly ClaimMapping[]
  /** Claims that must be there besides those of the profile. */
  readonly requiredClaims?: readonly string[]
  readonly agents: readonly AgentEntry[]
  readonly groups: GroupNames
  readonly clock: Clock
  readonly fetchJson?: FetchJson
  /** For the operator's log: dropped keys, failed fetches. */
  readonly report?: (text: string) => void
}

export type Profile = 'rfc9068' | 'legacy'

export type KeysAt = { readonly kind: 'jwksUri'; readonly uri: string } | { readonly kind: 'discovery' }

/** The types a claim can be mapped to: Cedar's. */
export type ClaimType = 'String' | 'Long' | 'Bool' | 'Set<String>'

/** A dot in `claim` leads into an object where no claim has the whole name (`realm_access.roles`). */
export type ClaimMapping =
  | { readonly kind: 'groups'; readonly claim: string }
  | { readonly kind: 'attribute'; readonly claim: string; readonly name: string; readonly type: ClaimType }

/** How an issuer's groups become ours, so that one issuer cannot name another's. */
export type GroupNames =
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'allow'; readonly names: readonly string[] }

export interface AgentEntry {
  /** The token's outermost `act.sub`. */
  readonly id: string
  /** Groups by the names Cedar knows: neither prefixed nor filtered. */
  readonly groups: readonly string[]
}

const TOLERANCE_MAX_MS = 60_000
export const JWKS_MAX_AGE_MS: number = 10 * 60_000

/** Throws for what no configuration may ask; gives the issuer's algorithms. */
export function checkOptions(options: JwtIssuerOptions): readonly Algorithm[] {
  const fault = faultOf(options)
  if (fault !== undefined) throw new RangeError(`issuer \`${options.issuer}\`: ${fault}`)
  return options.algorithms.map((name) => {
    const algorithm = ALGORITHMS.get(name)
    if (algorithm === undefined) throw new RangeError(`issuer \`${options.issuer}\`: unknown algorithm \`${name}\``)
    return algorithm
  })
}

function faultOf(options: JwtIssuerOptions): string | undefined {
  const { issuer, keys, clockToleranceMs, maxTokenLifetimeMs, jwksMaxAgeMs = JWKS_MAX_AGE_MS } = options
  const reach = { loopback: true, privateNetwork: options.allowPrivateNetwork }
  if (!URL.canParse(issuer)) return 'not an URL'
  // Identities are `<iss>#<sub>`: the first `#` must be ours.
  if (issuer.includes('#')) return 'an issuer has no fragment'
  if (audiencesOf(options.audience).some((one) => one === '') || audiencesOf(options.audience).length === 0) {
    return 'no audience'
  }
  if (options.algorithms.length === 0) return 'no algorithms'
  if (!(clockToleranceMs >= 0 && clockToleranceMs <= TOLERANCE_MAX_MS)) return 'clock tolerance over 60 s'
  if (!(maxTokenLifetimeMs > 0)) return 'no maximum token lifetime'
  if (!(jwksMaxAgeMs > 0 && jwksMaxAgeMs <= JWKS_MAX_AGE_MS)) return 'keys may be believed for 10 minutes at most'
  const asked = keys.kind === 'jwksUri' ? keys.uri : issuer
  if (!URL.canParse(asked)) return '`jwksUri` is not an URL'
  const why = judgeUrl(new URL(asked), reach)
  return why === undefined ? undefined : `keys cannot be fetched: ${why}`
}

export function audiencesOf(audience: string | readonly string[]): readonly string[] {
  return typeof audience === 'string' ? [audience] : audience
}
