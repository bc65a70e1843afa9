export interface MetadataParts {
  readonly publicUrl: URL
  /** Issuers whose tokens are accepted. */
  readonly issuers: readonly string[]
  /** Scopes that policies or doors ask for by name. */
  readonly scopes: readonly string[]
  /** Algorithms that DPoP proofs may be signed by. */
  readonly proofAlgorithms: readonly string[]
  /** No token passes that is bound to no key. */
  readonly boundOnly: boolean
  /** Callers are asked for a certificate, so tokens can be bound to one. */
  readonly certificates: boolean
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
/** What names a resource here is what names one in a challenge. */
const RESOURCE_PATH = /^\/[A-Za-z0-9/._~:@!$&'()*+,;=%-]{0,255}$/

/**
 * Metadata of the protected resource that this gateway is (RFC 9728). The path stands behind the well-known part (section 3.1), and
 * the document's `resource` is what the client used (section 3.3), so each path has a document of its own.
 *
 * @returns the document for the path of a request; undefined where it asks for another
 */
export function resourceMetadata(parts: MetadataParts): (path: string) => Buffer | undefined {
  const { issuers, scopes } = parts
  const always = {
    // Section 2: "Parameters with zero elements MUST be omitted".
    ...(issuers.length === 0 ? {} : { authorization_servers: issuers }),
    ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: parts.proofAlgorithms,
    dpop_bound_access_tokens_required: parts.boundOnly,
    tls_client_certificate_bound_access_tokens: parts.certificates,
    resource_name: 'Ostiary',
  }
  const base = parts.publicUrl.href.replace(/\/$/, '')
  return (path) => {
    if (!path.startsWith(WELL_KNOWN)) return undefined
    const own = path.slice(WELL_KNOWN.length)
    if (own !== '' && !RESOURCE_PATH.test(own)) return undefined
    return Buffer.from(JSON.stringify({ resource: base + own, ...always }))
  }
}
