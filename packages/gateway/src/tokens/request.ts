import { type Denied, deny } from './denied.js'
import { type Form, parameter } from './form.js'

export const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const CLIENT_GRANT = 'client_credentials'

/** RFC 8693 section 3. Ours are JWTs, so either name is true of them. */
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const TOKEN_TYPES: ReadonlySet<string> = new Set([ACCESS_TOKEN, 'urn:ietf:params:oauth:token-type:jwt'])

export interface ExchangeRequest {
  readonly subjectToken: string
  readonly actorToken: string | undefined
  /** What the answer calls the token. */
  readonly issuedTokenType: string
}

export interface Wanted {
  readonly scopes: ReadonlySet<string> | undefined
  readonly audiences: readonly string[]
}

/** RFC 8693 section 2.1. */
export function readExchange(form: Form): ExchangeRequest | Denied {
  const subjectToken = parameter(form, 'subject_token')
  const actorToken = parameter(form, 'actor_token')
  const actorType = parameter(form, 'actor_token_type')
  if (subjectToken === undefined) return bad('no subject token', 'A `subject_token` is needed.')
  if (!TOKEN_TYPES.has(parameter(form, 'subject_token_type') ?? '')) {
    return bad('subject token type', 'The `subject_token_type` must be that of an access token or a JWT.')
  }
  // "REQUIRED when the actor_token parameter is present in the request but MUST NOT be included otherwise."
  if ((actorToken === undefined) !== (actorType === undefined)) {
    return bad('actor token without its type, or the reverse', 'An `actor_token` needs its `actor_token_type`.')
  }
  if (actorType !== undefined && !TOKEN_TYPES.has(actorType)) {
    return bad('actor token type', 'The `actor_token_type` must be that of an access token or a JWT.')
  }
  const issuedTokenType = parameter(form, 'requested_token_type') ?? ACCESS_TOKEN
  if (!TOKEN_TYPES.has(issuedTokenType)) {
    return bad('requested token type', 'Only access tokens are issued here.')
  }
  return { subjectToken, actorToken, issuedTokenType }
}

// RFC 6749 section 3.3: "scope = scope-token *( SP scope-token )", "scope-token = 1*( %x21 / %x23-5B / %x5D-7E )".
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/
const SCOPE_MAX = 4096

/** What either grant may ask to be narrowed to. */
export function readWanted(form: Form): Wanted | Denied {
  const scope = parameter(form, 'scope')
  if (scope !== undefined && (scope.length > SCOPE_MAX || !SCOPE.test(scope))) {
    return deny('invalid_scope', 'invalid_request', 'scope is not well-formed', 'The `scope` is not well-formed.')
  }
  return {
    scopes: scope === undefined ? undefined : new Set(scope.split(' ')),
    audiences: [...(form.get('audience') ?? []), ...(form.get('resource') ?? [])],
  }
}

function bad(forLog: string, message: string): Denied {
  return deny('invalid_request', 'invalid_request', forLog, message)
}
