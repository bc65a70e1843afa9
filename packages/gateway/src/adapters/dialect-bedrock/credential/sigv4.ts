import { createHmac, hash } from 'node:crypto'
import type { SigningKeys } from './keys.js'

const ALGORITHM = 'AWS4-HMAC-SHA256'

export interface ToSign {
  readonly method: string
  /** As it is on the wire, with its query. */
  readonly path: string
  /** Those that the signature covers, `host` among them: name in small letters, value. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

export interface Scope {
  /** `YYYYMMDDTHHMMSSZ`, as in the header `x-amz-date`. */
  readonly at: string
  readonly region: string
  readonly service: string
}

/** The value of the header `authorization` by Signature Version 4. */
export function authorizationOf({ method, path, headers, body }: ToSign, keys: SigningKeys, scope: Scope): string {
  const sorted = [...headers].sort(([a], [b]) => (a < b ? -1 : 1))
  const names = sorted.map(([name]) => name).join(';')
  const lines = sorted.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}\n`).join('')
  const [plain = '', query = ''] = path.split('?')
  const of = [method, encodedAgain(plain), sortedQuery(query), lines, names, hash('sha256', body, 'hex')]
  const canonical = of.join('\n')
  const day = scope.at.slice(0, 8)
  const within = `${day}/${scope.region}/${scope.service}/aws4_request`
  const toSign = [ALGORITHM, scope.at, within, hash('sha256', canonical, 'hex')].join('\n')
  const key = [day, scope.region, scope.service, 'aws4_request'].reduce<Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from(`AWS4${keys.secret}`),
  )
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  return `${ALGORITHM} Credential=${keys.id}/${within}, SignedHeaders=${names}, Signature=${signature}`
}

export function amzDate(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '')
}

function sortedQuery(query: string): string {
  if (query === '') return ''
  const pairs = query.split('&').map((pair) => (pair.includes('=') ? pair : `${pair}=`))
  return pairs.sort().join('&')
}

/** "URI-encode each path segment twice": `:` is `%3A` on the wire, and `%253A` where it is signed. */
function encodedAgain(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(segment).replace(/[!'()*]/g, escaped))
    .join('/')
}

/** RFC 3986 leaves these no place in a segment's plain text, JavaScript does. */
function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
