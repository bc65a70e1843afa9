import type { ReadScopes, ScopeRules } from './scopes.js'

/** A claim that a token must have; `values`: one of which it must be, or hold where it is a list. */
export interface RequiredClaim {
  readonly claim: string
  readonly values: readonly string[] | undefined
}

export interface ClaimRules {
  readonly issuer: string
  readonly audiences: ReadonlySet<string>
  /** What shows that a token is an access token, and which claims it has then. */
  readonly source: 'rfc9068' | 'legacy' | 'spiffe' | 'introspection'
  /** Whether an introspection answer may leave `aud` out. */
  readonly audienceOptional: boolean
  readonly maxTokenLifetimeMs: number
  readonly clockToleranceMs: number
  readonly required: readonly RequiredClaim[]
  readonly scopes: ScopeRules
  readonly readScopes: ReadScopes
}

export interface PrincipalRules {
  readonly issuer: string
  readonly source: ClaimRules['source']
  /** Every subject of the issuer is a service. */
  readonly services: boolean
  readonly claims: readonly ClaimMapping[]
  readonly groups: GroupNames
  readonly agents: ReadonlyMap<string, AgentEntry>
  readonly streamGraceMs: number
}

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
