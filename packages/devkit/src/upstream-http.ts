import { errorBody } from './chat-wire.js'
import { openaiShapedKey } from './secret-shapes.js'

export type Headers = readonly (readonly [name: string, value: string])[]

export const JSON_TYPE: readonly ['content-type', 'application/json'] = ['content-type', 'application/json']

export function head(status: number, headers: Headers): string {
  return `HTTP/1.1 ${status} Status\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

/** One chunk of the chunked transfer encoding. */
export function frame(bytes: string | Buffer): Buffer {
  const size = Buffer.byteLength(bytes).toString(16)
  return Buffer.concat([Buffer.from(`${size}\r\n`), Buffer.from(bytes), Buffer.from('\r\n')])
}

/** What tells about the account behind the gateway's own credential. */
export const ACCOUNT_HEADERS: Headers = [
  ['set-cookie', '__cf_bm=tracks-the-account; path=/; secure; httponly'],
  ['set-cookie', '_cfuvid=tracks-it-too; path=/'],
  ['x-ratelimit-limit-requests', '10000'],
  ['x-ratelimit-remaining-requests', '9999'],
  ['x-ratelimit-remaining-tokens', '149984'],
  ['x-ratelimit-reset-requests', '6ms'],
  ['openai-organization', 'org-of-the-operator'],
  ['openai-project', 'proj_of_the_operator'],
  ['openai-processing-ms', '318'],
  ['openai-version', '2020-10-01'],
  ['x-request-id', 'req_of_the_upstream'],
  ['cf-ray', '8f00ba4-FRA'],
  ['server', 'upstream/1.0'],
  ['alt-svc', 'h3=":443"; ma=86400'],
  ['strict-transport-security', 'max-age=31536000'],
]

export function headersOfStatus(status: number, retryAfter: string | undefined): Headers {
  const after: Headers = retryAfter === undefined ? [] : [['retry-after', retryAfter]]
  if (status === 401) return [['www-authenticate', 'Bearer realm="upstream"'], ...after]
  if (status === 407) return [['proxy-authenticate', 'Basic realm="upstream proxy"'], ...after]
  if (status === 429 && retryAfter === undefined) return [['retry-after', '7']]
  return after
}

/** A provider's error text may hold a part of the key that it refused, and the account's name. */
export function faultBody(status: number): string {
  const type = status === 429 ? 'rate_limit_error' : status >= 500 ? 'server_error' : 'invalid_request_error'
  const text = `Fault ${status} for key ${openaiShapedKey('operator')} of organization org-of-the-operator.`
  return errorBody(text, type, `upstream_${status}`)
}
