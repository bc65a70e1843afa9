import { createPublicKey, hash, type KeyObject } from 'node:crypto'
import { isJsonObject, type Json, type JsonObject } from '../json/strict.js'
import { ALGORITHMS, type Algorithm, signatureVerifier, type VerifySignature } from './algorithms.js'
import { isSoundEd25519Point } from './edwards.js'

/** One key with its one algorithm (8725bis 3.1). */
export interface VerifyKey {
  readonly kid: string | undefined
  readonly algorithm: Algorithm
  /** Names key and use: two keys with the same one verify the same tokens. */
  readonly id: string
  readonly verify: VerifySignature
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']
const KID = /^[\x20-\x7e]{1,128}$/

/** Whether a text may be a key id: it is compared and used for nothing else. */
export function isKid(value: unknown): value is string {
  return typeof value === 'string' && KID.test(value)
}

/** Reads one public key; a text says why it is unfit. */
export function parseJwk(jwk: Json, allowed: readonly Algorithm[]): VerifyKey | string {
  if (!isJsonObject(jwk)) return 'not an object'
  const kty = jwk['kty']
  if (kty === 'oct') return 'symmetric'
  if (PRIVATE_MEMBERS.some((name) => jwk[name] !== undefined)) return 'holds private members'
  const { use, key_ops: ops, kid, alg } = jwk
  if (use !== undefined && use !== 'sig') return '`use` is not `sig`'
  if (ops !== undefined && !(Array.isArray(ops) && ops.includes('verify'))) return '`key_ops` lacks `verify`'
  if (kid !== undefined && !isKid(kid)) return '`kid` is not 1 to 128 printable characters'

  const algorithm = algorithmOf(jwk, alg, allowed)
  if (algorithm === undefined) return 'no allowed algorithm fits `alg`, `kty` and `crv`'
  const key = publicKey(jwk, algorithm)
  if (typeof key === 'string') return key

  const id = hash('sha256', key.export({ format: 'der', type: 'spki' }), 'base64url')
  return {
    kid,
    algorithm,
    id: `${algorithm.name} ${id} ${kid ?? ''}`,
    verify: signatureVerifier(algorithm, key),
  }
}

/** The JWK's `alg`, else the first of the issuer's list that its type and curve fit. */
function algorithmOf(jwk: JsonObject, alg: Json | undefined, allowed: readonly Algorithm[]): Algorithm | undefined {
  return allowed.find((one) => {
    if (one.kty !== jwk['kty'] || ('crv' in one && one.crv !== jwk['crv'])) return false
    // The names `Ed25519` and `EdDSA` are one algorithm, so a key of either is a key of both.
    return alg === undefined || alg === one.name || (one.kty === 'OKP' && isEdName(alg))
  })
}

function isEdName(alg: Json): boolean {
  return typeof alg === 'string' && ALGORITHMS.get(alg)?.kty === 'OKP'
}

function publicKey(jwk: JsonObject, algorithm: Algorithm): KeyObject | string {
  // Only these members go on to OpenSSL.
  switch (algorithm.kty) {
    case 'EC': {
      const size = algorithm.order.length
      const x = octets(jwk['x'])
      const y = octets(jwk['y'])
      if (x?.length !== size || y?.length !== size) return 'coordinates of the wrong length'
      // Importing throws for a point off the curve.
      return imported({ kty: 'EC', crv: algorithm.crv, x: x.toString('base64url'), y: y.toString('base64url') })
    }
    case 'OKP': {
      const x = octets(jwk['x'])
      if (x === undefined || !isSoundEd25519Point(x)) return 'not a sound point of Ed25519'
      return imported({ kty: 'OKP', crv: algorithm.crv, x: x.toString('base64url') })
    }
    case 'RSA': {
      const n = octets(jwk['n'])
      const e = octets(jwk['e'])
      if (n === undefined || e === undefined) return 'modulus or exponent is not base64url'
      if (n.length > 1025 || e.length > 8) return 'modulus over 8192 bits or exponent over 64'
      const key = imported({ kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') })
      if (typeof key === 'string') return key
      const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
      if (modulusLength < 2048) return 'RSA modulus under 2048 bits'
      if (publicExponent < 65_537n || publicExponent % 2n === 0n) return 'RSA exponent under 65537 or even'
      return (n.at(-1) ?? 0) % 2 === 0 ? 'RSA modulus even' : key
    }
  }
}

function imported(key: Record<string, string>): KeyObject | string {
  try {
    return createPublicKey({ key, format: 'jwk' })
  } catch {
    return 'not a valid public key'
  }
}

function octets(value: Json | undefined): Buffer | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  const bytes = Buffer.from(value, 'base64url')
  return bytes.toString('base64url') === value ? bytes : undefined
}
