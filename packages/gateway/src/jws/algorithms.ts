import { constants, type KeyObject, verify } from 'node:crypto'

/** A signature algorithm for tokens. Asymmetric only: an issuer with a JWKS has no HMAC, so no public key can become a secret. */
export type Algorithm = EcAlgorithm | RsaAlgorithm | EdAlgorithm

interface EcAlgorithm {
  readonly kty: 'EC'
  readonly name: string
  readonly crv: string
  readonly hash: string
  /** Order of the group: both halves of a signature are from 1 to it, exclusive. Its length is theirs. */
  readonly order: Buffer
}

interface RsaAlgorithm {
  readonly kty: 'RSA'
  readonly name: string
  readonly hash: string
  readonly pss: boolean
}

interface EdAlgorithm {
  readonly kty: 'OKP'
  readonly name: string
  readonly crv: 'Ed25519'
}

const P256 = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'
const P384 = 'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973'
const P521 =
  '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409'

function ec(name: string, crv: string, hash: string, order: string): [string, Algorithm] {
  return [name, { kty: 'EC', name, crv, hash, order: Buffer.from(order, 'hex') }]
}

function rsa(name: string, hash: string, pss: boolean): [string, Algorithm] {
  return [name, { kty: 'RSA', name, hash, pss }]
}

function ed(name: string): [string, Algorithm] {
  return [name, { kty: 'OKP', name, crv: 'Ed25519' }]
}

// A Map, not an object: `constructor` and `__proto__` come from callers too.
export const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ec('ES256', 'P-256', 'sha256', P256),
  ec('ES384', 'P-384', 'sha384', P384),
  ec('ES512', 'P-521', 'sha512', P521),
  rsa('RS256', 'sha256', false),
  rsa('RS384', 'sha384', false),
  rsa('RS512', 'sha512', false),
  rsa('PS256', 'sha256', true),
  rsa('PS384', 'sha384', true),
  rsa('PS512', 'sha512', true),
  // RFC 9864: two names of one thing. A token may use one only where the issuer's list has that very name.
  ed('Ed25519'),
  ed('EdDSA'),
])

/** Verifies one signature by one key. Never throws. */
export type VerifySignature = (data: Buffer, signature: Buffer) => boolean

/** The checks that OpenSSL may or may not make are made here, so that a library's change cannot lift them. */
export function signatureVerifier(algorithm: Algorithm, key: KeyObject): VerifySignature {
  switch (algorithm.kty) {
    case 'EC': {
      const { hash, order } = algorithm
      const input = { key, dsaEncoding: 'ieee-p1363' as const }
      return (data, signature) => inRange(signature, order) && verified(hash, data, input, signature)
    }
    case 'RSA': {
      const { hash, pss } = algorithm
      const size = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
      const input = pss
        ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
        : { key, padding: constants.RSA_PKCS1_PADDING }
      return (data, signature) => signature.length === size && verified(hash, data, input, signature)
    }
    case 'OKP':
      return (data, signature) => signature.length === 64 && verified(null, data, { key }, signature)
  }
}

type VerifyInput = Parameters<typeof verify>[2]

function verified(hash: string | null, data: Buffer, input: VerifyInput, signature: Buffer): boolean {
  try {
    return verify(hash, data, input, signature)
  } catch {
    return false
  }
}

/**
 * Exactly r‖s, both from 1 to the order, exclusive: the all-zero signature, DER and trailing bytes fail.
 *
 * Cannot refuse the twin: of s and order - s both hold, and signers give either. So a digest names what was presented, and whatever
 * must end a token goes by `jti` or `sub`.
 */
function inRange(signature: Buffer, order: Buffer): boolean {
  const size = order.length
  if (signature.length !== 2 * size) return false
  return halfInRange(signature, 0, size, order) && halfInRange(signature, size, 2 * size, order)
}

function halfInRange(signature: Buffer, from: number, to: number, order: Buffer): boolean {
  if (signature.compare(order, 0, order.length, from, to) >= 0) return false
  for (let at = from; at < to; at += 1) if (signature[at] !== 0) return true
  return false
}
