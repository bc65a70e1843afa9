import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { isJsonObject, type JsonObject, parseStrictJson } from '../json/strict.js'
import { ALGORITHMS, type VerifySignature } from '../jws/algorithms.js'
import { parseJwk } from '../jws/jwk.js'
import { thumbprintOf } from '../jws/thumbprint.js'

export type SigningAlgorithm = 'ES256' | 'Ed25519'

/** One of our own keys, whole: it signs our tokens and verifies them. */
export interface SigningKey {
  /** Its RFC 7638 thumbprint: two replicas call one key the same, and no two keys have one name. */
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  /** The header of every token that it signs, as the first part of it. */
  readonly header: string
  /** Milliseconds since the epoch. Until then it is only published. */
  readonly signsFromMs: number
  /** As it stands in our key set. */
  readonly jwk: JsonObject
  readonly verify: VerifySignature
  /** A signature in the form of JWS: of ES256 r and s (RFC 7518 section 3.4). */
  sign(data: Buffer): Buffer
}

const ROW = { maxDepth: 2, maxBytes: 4096 }

// Not as a key object: exporting the one that was generated can stop Node 20 for good (docs/decisions/0016).
const PUBLIC = { type: 'spki', format: 'der' } as const
const PRIVATE = { type: 'pkcs8', format: 'der' } as const

/** A new key as it is kept. The text holds the private key. */
export function newKeyRow(algorithm: SigningAlgorithm, signsFromMs: number): string {
  const { privateKey: der } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: PUBLIC, privateKeyEncoding: PRIVATE })
      : generateKeyPairSync('ed25519', { publicKeyEncoding: PUBLIC, privateKeyEncoding: PRIVATE })
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return JSON.stringify({ algorithm, jwk: privateKey.export({ format: 'jwk' }), signs_from: signsFromMs })
}

/** Reads a kept key; undefined where the row holds none that this version can sign with. */
export function readKeyRow(row: string): SigningKey | undefined {
  const read = parseStrictJson(row, ROW)
  if (read.kind === 'fault' || !isJsonObject(read.value)) return undefined
  const { algorithm, jwk, signs_from: signsFromMs } = read.value
  if (algorithm !== 'ES256' && algorithm !== 'Ed25519') return undefined
  if (!isJsonObject(jwk) || typeof signsFromMs !== 'number') return undefined
  const privateKey = privateKeyOf(jwk)
  if (privateKey === undefined) return undefined
  const open = publicPart(jwk)
  const kid = thumbprintOf(open)
  if (kid === undefined) return undefined
  const published: JsonObject = { ...open, use: 'sig', alg: algorithm, kid }
  const allowed = ALGORITHMS.get(algorithm)
  const verifies = allowed === undefined ? 'unknown' : parseJwk(published, [allowed])
  if (typeof verifies === 'string') return undefined
  return {
    kid,
    algorithm,
    header: Buffer.from(JSON.stringify({ alg: algorithm, typ: 'at+jwt', kid })).toString('base64url'),
    signsFromMs,
    jwk: published,
    verify: verifies.verify,
    sign: signerOf(algorithm, privateKey),
  }
}

function publicPart({ kty, crv, x, y }: JsonObject): JsonObject {
  return y === undefined ? { kty, crv, x } : { kty, crv, x, y }
}

function privateKeyOf(jwk: JsonObject): KeyObject | undefined {
  try {
    return createPrivateKey({ key: { ...jwk }, format: 'jwk' })
  } catch {
    // OpenSSL's words could repeat what is in the row.
    return undefined
  }
}

function signerOf(algorithm: SigningAlgorithm, key: KeyObject): (data: Buffer) => Buffer {
  switch (algorithm) {
    case 'ES256':
      return (data) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' })
    case 'Ed25519':
      return (data) => sign(null, data, key)
  }
}
