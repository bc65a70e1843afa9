import { refuse } from '../spec/index.js'
import { answered, type Denied, deny } from './denied.js'
import { decodeForm, type Form, parameter } from './form.js'

/** A client that says who it is (RFC 6749 section 2.3.1): an API key by its id. */
export interface ClientCredentials {
  readonly id: string
  readonly secret: string
}

/** Undefined: the client says nothing of itself, or its name alone. */
export function readClient(rawHeaders: readonly string[], form: Form): ClientCredentials | undefined | Denied {
  const said = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'authorization')
  const secret = parameter(form, 'client_secret')
  const [authorization] = said
  // "The client MUST NOT use more than one authentication method in each request."
  if (said.length > 1 || (authorization !== undefined && secret !== undefined)) {
    return deny('invalid_request', 'invalid_request', 'client authenticates twice', 'Authenticate in one way only.')
  }
  const id = parameter(form, 'client_id')
  if (authorization !== undefined) return readBasic(authorization, id)
  // Signed assertions are another method: what is not verified must not look as if it were.
  if (form.has('client_assertion') || form.has('client_assertion_type')) return notTaken('client assertion')
  if (secret === undefined) return undefined
  return id === undefined ? notTaken('secret without `client_id`') : { id, secret }
}

// RFC 7617 section 2.
const BASIC = /^basic ([A-Za-z0-9+/]+={0,2})$/i

function readBasic(authorization: string, named: string | undefined): ClientCredentials | Denied {
  const encoded = BASIC.exec(authorization)?.[1]
  if (encoded === undefined) return notTaken('Authorization is not Basic')
  const bytes = Buffer.from(encoded, 'base64')
  const text = bytes.toString('latin1')
  const mark = text.indexOf(':')
  const id = decodeForm(text.slice(0, Math.max(mark, 0)))
  const secret = decodeForm(text.slice(mark + 1))
  if (bytes.toString('base64') !== encoded || mark < 1 || !id || !secret) return notTaken('Basic is not well-formed')
  if (named !== undefined && named !== id) return notTaken('`client_id` is another than that of Basic')
  return { id, secret }
}

/** RFC 6749 section 5.2: with "the "WWW-Authenticate" response header field matching the authentication scheme". */
export function notAuthenticated(denied: Denied): Denied {
  const headers = { ...denied.refusal.headers, 'www-authenticate': 'Basic realm="ostiary"' }
  return denied.error === 'invalid_client' ? { ...denied, refusal: { ...denied.refusal, headers } } : denied
}

export function notTaken(forLog: string): Denied {
  const refusal = refuse('invalid_token', `client: ${forLog}`, { message: 'The client is not authenticated.' })
  return notAuthenticated(answered('invalid_client', refusal))
}
