import { hash } from 'node:crypto'
import { isJsonObject, type JsonObject, parseStrictJson } from '../json/strict.js'
import { type CompactJws, proceed, type Refusal, refuse, type Step, type TokenRead } from '../spec/index.js'

export const TOKEN_MAX_BYTES: number = 16 * 1024

/** Eight actors inside one another (RFC 8693 section 4.1), and room for a claim that is an object. */
const LIMITS: { readonly maxDepth: number; readonly maxBytes: number } = { maxDepth: 16, maxBytes: TOKEN_MAX_BYTES }

export function digestOf(token: string): string {
  return hash('sha256', token, 'hex')
}

/**
 * Reads a compact JWS so strictly that a token has one spelling: caches, revocations and digests are keyed on the string, and Node's
 * own base64url decoder takes padding, spaces, the other alphabet and spare bits. Verifies nothing.
 */
export function readToken(token: string, digest: string = digestOf(token)): Step<TokenRead> {
  if (token.length > TOKEN_MAX_BYTES) return malformed('longer than 16 KiB')
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 0 || second < 0 || token.indexOf('.', second + 1) >= 0) return malformed('not three parts')

  const headerBytes = decodePart(token.slice(0, first))
  const payloadBytes = decodePart(token.slice(first + 1, second))
  const signature = decodePart(token.slice(second + 1))
  if (headerBytes === undefined || payloadBytes === undefined || signature === undefined) {
    return malformed('a part is empty or not canonical base64url')
  }

  const header = readObject(headerBytes, 'header')
  if (header.kind === 'refuse') return header
  const payload = readObject(payloadBytes, 'payload')
  if (payload.kind === 'refuse') return payload

  return proceed({
    jws: token as CompactJws,
    digest,
    header: header.value,
    payload: payload.value,
    signingInput: Buffer.from(token.slice(0, second), 'latin1'),
    signature,
  })
}

function decodePart(part: string): Buffer | undefined {
  if (part === '') return undefined
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : undefined
}

function readObject(bytes: Buffer, what: string): Step<JsonObject> {
  const read = parseStrictJson(bytes, LIMITS)
  if (read.kind === 'fault') return malformed(`${what}: ${read.why}`)
  return isJsonObject(read.value) ? proceed(read.value) : malformed(`${what}: not an object`)
}

function malformed(why: string): Refusal {
  return refuse('invalid_token', `token malformed: ${why}`)
}
