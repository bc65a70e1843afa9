import { CLIENT_GRANT, EXCHANGE_GRANT } from './request.js'

export const TOKEN_PATH = '/oauth/token'
export const REVOKE_PATH = '/oauth/revoke'
export const JWKS_PATH = '/.well-known/jwks.json'
/** RFC 8414 section 3: our issuer has no path, so nothing follows. */
export const SERVER_PATH = '/.well-known/oauth-authorization-server'

export interface MetadataParts {
  /** Our own `iss`: an origin. */
  readonly issuer: string
  readonly scopes: readonly string[]
  /** Algorithms that a DPoP proof may have. */
  readonly dpopAlgorithms: readonly string[]
}

/** Authorization server metadata (RFC 8414 section 2, RFC 9449 section 5.1). */
export function serverMetadata({ issuer, scopes, dpopAlgorithms }: MetadataParts): Buffer {
  return Buffer.from(
    JSON.stringify({
      issuer,
      token_endpoint: issuer + TOKEN_PATH,
      revocation_endpoint: issuer + REVOKE_PATH,
      jwks_uri: issuer + JWKS_PATH,
      // "REQUIRED"; there is no authorization endpoint that would give any.
      response_types_supported: [],
      grant_types_supported: [EXCHANGE_GRANT, CLIENT_GRANT],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      revocation_endpoint_auth_methods_supported: ['none'],
      // Section 3.2: "Claims with zero elements MUST be omitted from the response."
      ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
      ...(dpopAlgorithms.length === 0 ? {} : { dpop_signing_alg_values_supported: dpopAlgorithms }),
    }),
  )
}
