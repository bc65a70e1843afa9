import type { Presented, Refusal } from '../spec/index.js'
import { EXPOSED } from './proofs.js'

export type Scheme = Presented['scheme']

/**
 * Gives a refusal its whole `WWW-Authenticate` (RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5.1): every 401 has
 * one, and a 403 whose stage says what is missing.
 *
 * @param schemes the first is the one that was used, and has the error; others are only offered
 */
export type Challenge = (refusal: Refusal, path: string, schemes: readonly Scheme[]) => Refusal

/** Where nothing was presented that could be told apart, both ways are open. */
export const EITHER: readonly Scheme[] = ['bearer', 'dpop']

export function challenger(publicUrl: string | URL, algorithms: readonly string[]): Challenge {
  const at = new URL(publicUrl)
  const algs = `algs="${algorithms.join(' ')}"`

  function challenge(scheme: Scheme, error: string | undefined, metadata: string): string {
    if (scheme === 'bearer') return `Bearer realm="ostiary", ${metadata}${error === undefined ? '' : `, ${error}`}`
    return `DPoP ${error === undefined ? '' : `${error}, `}${algs}, ${metadata}`
  }

  return (refusal, path, schemes) => {
    // A stage that asks for more than a token says what; where to ask for it is said here.
    const asked = refusal.headers?.['www-authenticate']?.replace(/^(?:Bearer|DPoP) /, '')
    const isWhole = asked?.includes('resource_metadata=') === true
    if (isWhole || (refusal.status !== 401 && asked === undefined)) return refusal
    const metadata = `resource_metadata="${metadataUrl(at, path)}"`
    const error = asked ?? errorOf(refusal)
    const challenges = schemes.map((scheme, nth) => challenge(scheme, nth === 0 ? error : undefined, metadata))
    const own = { 'www-authenticate': challenges.join(', ') }
    return { ...refusal, headers: { ...refusal.headers, ...(refusal.status === 401 ? UNCACHED : {}), ...own } }
  }
}

/** RFC 9449 section 8.2: no answer with a nonce may serve another request, and browsers must show what it says. */
const UNCACHED = { 'cache-control': 'no-store', 'access-control-expose-headers': EXPOSED }

function errorOf(refusal: Refusal): string | undefined {
  switch (refusal.code) {
    // RFC 6750 section 3.1: "If the request lacks any authentication information [...] the resource server SHOULD NOT include an
    // error code or other error information."
    case 'missing_token':
      return undefined
    case 'invalid_dpop_proof':
    case 'use_dpop_nonce':
      return `error="${refusal.code}"`
    default:
      return 'error="invalid_token"'
  }
}

// Nothing that ends a quoted text, or that a client's own reader would write otherwise.
const PLAIN_PATH = /^\/[A-Za-z0-9/._~:@!$&'()*+,;=%-]*$/
const PATH_MAX = 256

/**
 * RFC 9728 section 3.1: the well-known part goes between host and path. Its document says that it is of the very address that
 * was asked for, so it is that path's own wherever the path is plain.
 */
function metadataUrl(publicUrl: URL, path: string): string {
  const base = publicUrl.pathname.replace(/\/$/, '')
  const own = path.length <= PATH_MAX && PLAIN_PATH.test(path) && !path.includes('/.') && path !== '/' ? path : ''
  return `${publicUrl.origin}/.well-known/oauth-protected-resource${base}${own}`
}
