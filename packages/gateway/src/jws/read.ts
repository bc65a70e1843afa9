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
 * SHA-256 of what is signed, hexadecimal: one for a token and its twin. Whoever holds an ECDSA signature can write another that
 * holds as well, so a digest of the whole names no token.
 */
export function signedDigestOf({ signingInput }: Pick<TokenRead, 'signingInput'>): string {
  return hash('sha256', signingInput, 'hex')
}

/** The parts of a compact JWS as they are spelt; nothing is decoded yet. */
export interface JwsParts {
  readonly header: string
  readonly payload: string
  readonly signature: string
  /** What is signed: `header.payload`. */
  readonly signed: string
}

export function partsOf(jws: string): JwsParts | undefined {
  const first = jws.indexOf('.')
  const second = jws.indexOf('.', first + 1)
  if (first < 0 || second < 0 || jws.indexOf('.', second + 1) >= 0) return undefined
  return {
    header: jws.slice(0, first),
    payload: jws.slice(first + 1, second),
    signature: jws.slice(second + 1),
    signed: jws.slice(0, second),
  }
}

/**
 * Reads a compact JWS so strictly that a token has one spelling: caches, revocations and digests are keyed on the string, and Node's
 * own base64url decoder takes padding, spaces, the other alphabet and spare bits. Verifies nothing.
 */
export function readToken(token: string, digest: string = digestOf(token)): Step<TokenRead> {
  if (token.length > TOKEN_MAX_BYTES) return malformed('longer than 16 KiB')
  const parts = partsOf(token)
  if (parts === undefined) return malformed('not three parts')

  const headerBytes = decodePart(parts.header)
  const payloadBytes = decodePart(parts.payload)
  const signature = decodePart(parts.signature)
  if (headerBytes === undefined || payloadBytes === undefined || signature === undefined) {
    return malformed('a part is empty or not canonical base64url')
  }

  const header = readObject(headerBytes)
  if (typeof header === 'string') return malformed(`header: ${header}`)
  const payload = readObject(payloadBytes)
  if (typeof payload === 'string') return malformed(`payload: ${payload}`)

  return proceed({
    jws: token as CompactJws,
    digest,
    header,
    payload,
    signingInput: Buffer.from(parts.signed, 'latin1'),
    signature,
  })
}

/** The bytes of a part in its one spelling. */
export function decodePart(part: string): Buffer | undefined {
  if (part === '') return undefined
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : undefined
}

/** The object that a header or payload is; a text says why it is none, and repeats nothing of it. */
export function readObject(bytes: Buffer): JsonObject | string {
  const read = parseStrictJson(bytes, LIMITS)
  if (read.kind === 'fault') return read.why
  return isJsonObject(read.value) ? read.value : 'not an object'
}

function malformed(why: string): Refusal {
  return refuse('invalid_token', `token malformed: ${why}`)
}
