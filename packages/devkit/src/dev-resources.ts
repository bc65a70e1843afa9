import type { KoaContextWithOIDC, ResourceServer } from 'oidc-provider'

/** What the authorization server itself understands: never in an access token for a resource. */
export const OWN_SCOPES: readonly string[] = ['openid', 'offline_access']

export interface Resources {
  /** Whom tokens are for where a client names nobody. */
  readonly audience: string
  /** The one resource whose tokens are opaque: it must introspect them. */
  readonly opaqueAudience: string | undefined
}

/** RFC 9068 by way of RFC 8707. The development issuer grants every scope that is asked of it. */
export function resourceServer(
  { opaqueAudience }: Resources,
  audience: string,
  scope: string,
): ResourceServer & { identifier(): string } {
  const granted = scope.split(' ').filter((name) => !OWN_SCOPES.includes(name))
  return {
    audience,
    scope: granted.join(' '),
    accessTokenFormat: audience === opaqueAudience ? 'opaque' : 'jwt',
    jwt: { sign: { alg: 'ES256' } },
    identifier: () => audience,
  }
}

/** RFC 8707 section 2: "Its value MUST be an absolute URI [...] and MUST NOT include a fragment component." */
export function isResource(audience: string): boolean {
  return URL.canParse(audience) && !audience.includes('#')
}

/** Asked for now, or when the grant was given that is used now. */
export function scopeAsked({ oidc }: KoaContextWithOIDC): string {
  const asked = oidc.params?.['scope']
  if (typeof asked === 'string') return asked
  const { AuthorizationCode, DeviceCode, RefreshToken } = oidc.entities
  return (AuthorizationCode ?? DeviceCode ?? RefreshToken)?.scope ?? ''
}
