import { createECDH, createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { isObject } from './json.js'

/** A private P-256 key as a JWK. */
export interface EcKey {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
  readonly d: string
}

export function makeEcKey(): EcKey {
  // Not as a key object: exporting the one that was generated can stop Node 20 for good (docs/decisions/0016).
  const { privateKey: der } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  const key = parseEcKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' }))
  if (key === undefined) throw new Error('an EC key that is none')
  return key
}

/** @returns undefined for anything but a private P-256 key whose public part is its own */
export function parseEcKey(value: unknown): EcKey | undefined {
  if (!isObject(value)) return undefined
  const { kty, crv, x, y, d } = value
  if (kty !== 'EC' || crv !== 'P-256') return undefined
  if (typeof x !== 'string' || typeof y !== 'string' || typeof d !== 'string') return undefined
  return publicOf(d) === `${x}.${y}` ? { kty, crv, x, y, d } : undefined
}

function publicOf(d: string): string | undefined {
  const curve = createECDH('prime256v1')
  try {
    curve.setPrivateKey(d, 'base64url')
  } catch {
    return undefined
  }
  // An uncompressed point (SEC 1, 2.3.3): 0x04, then x and y, 32 bytes each.
  const point = curve.getPublicKey()
  return `${point.subarray(1, 33).toString('base64url')}.${point.subarray(33).toString('base64url')}`
}

/** RFC 7638 section 3.2: the required members alone, in lexicographic order, without white space. */
export function thumbprintOf({ crv, kty, x, y }: Omit<EcKey, 'd'>): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
}
