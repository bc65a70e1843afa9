import type { Refusal } from '../spec/index.js'

/** Gives every 401 its `WWW-Authenticate` (RFC 6750 section 3, RFC 9728 section 5.1). */
export type Challenge401 = (refusal: Refusal) => Refusal

export function challenge401(publicUrl: string | URL): Challenge401 {
  const base = `Bearer realm="ostiary", resource_metadata="${metadataUrl(new URL(publicUrl))}"`
  // RFC 6750 section 3.1: "If the request lacks any authentication information [...] the resource server SHOULD NOT include an
  // error code or other error information."
  const bare = { 'www-authenticate': base }
  const named = { 'www-authenticate': `${base}, error="invalid_token"` }
  return (refusal) => {
    if (refusal.status !== 401) return refusal
    // A stage that asks for more than a token says what; where to ask for it is said here.
    const asked = refusal.headers?.['www-authenticate']
    const challenge = asked === undefined ? undefined : { 'www-authenticate': asked.replace(/^Bearer /, `${base}, `) }
    const other = refusal.code === 'missing_token' ? bare : named
    return { ...refusal, headers: { ...refusal.headers, ...(challenge ?? other) } }
  }
}

/** RFC 9728 section 3.1: the well-known part goes between host and path. */
function metadataUrl(publicUrl: URL): string {
  const path = publicUrl.pathname === '/' ? '' : publicUrl.pathname.replace(/\/$/, '')
  return `${publicUrl.origin}/.well-known/oauth-protected-resource${path}`
}
