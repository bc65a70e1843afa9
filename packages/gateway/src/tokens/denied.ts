import { type Refusal, type RefusalCode, refuse } from '../spec/index.js'

/** RFC 6749 section 5.2, RFC 7009 section 2.2.1, RFC 8693 section 2.2.2, RFC 9449 section 5. */
export type OAuthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'unsupported_grant_type'
  | 'unsupported_token_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'temporarily_unavailable'

/** A refusal in the words of OAuth; `refusal` has the house's, and the status that is answered. */
export interface Denied {
  readonly kind: 'deny'
  readonly error: OAuthError
  readonly refusal: Refusal
}

/** @param message public: what the client reads as `error_description` */
export function deny(error: OAuthError, code: RefusalCode, forLog: string, message: string): Denied {
  return answered(error, refuse(code, forLog, { message }))
}

/** RFC 6749 section 5.2: "400 (Bad Request) status code (unless specified otherwise)". */
export function answered(error: OAuthError, refusal: Refusal): Denied {
  // The challenges of a resource server are not those of a token endpoint.
  const { 'www-authenticate': _challenge, ...headers } = refusal.headers ?? {}
  return { kind: 'deny', error, refusal: { ...refusal, status: statusOf(error, refusal), headers } }
}

function statusOf(error: OAuthError, { status }: Refusal): number {
  if (error === 'invalid_client') return 401
  if (error === 'temporarily_unavailable') return 503
  // What HTTP has a status for keeps it: too large, too slow, another media type.
  return error === 'invalid_request' && status >= 405 && status < 500 ? status : 400
}

/** What a stage refused (a body, a token, a proof), told as the error that OAuth has for it. */
export function denied(refusal: Refusal, otherwise: 'invalid_request' | 'invalid_client' = 'invalid_request'): Denied {
  if (refusal.undecided === true) return denied(refuse('overloaded', refusal.forLog, { message: UNDECIDED }))
  if (refusal.status >= 500) {
    const headers = { ...refusal.headers, 'retry-after': RETRY_AFTER_SECONDS }
    return answered('temporarily_unavailable', { ...refusal, headers })
  }
  const { code } = refusal
  return answered(code === 'invalid_dpop_proof' || code === 'use_dpop_nonce' ? code : otherwise, refusal)
}

const UNDECIDED = 'Whether this is valid cannot be told at the moment.'
const RETRY_AFTER_SECONDS = '5'
