import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

export type KeyPairAsked =
  | { readonly type: 'ec'; readonly namedCurve: 'P-256' | 'P-384' | 'P-521' }
  | { readonly type: 'rsa'; readonly modulusLength: number; readonly publicExponent?: number }
  | { readonly type: 'ed25519' }

export interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/**
 * A new key pair that may be exported as a JWK. Of one that `generateKeyPairSync` hands out itself Node 20 may not: its export
 * and the collection of what generated it take the same lock, and where the one falls into the other the process stands still.
 */
export function newKeyPair(asked: KeyPairAsked): KeyPair {
  const der = generated(asked)
  return {
    privateKey: createPrivateKey({ key: der.privateKey, format: 'der', type: 'pkcs8' }),
    publicKey: createPublicKey({ key: der.publicKey, format: 'der', type: 'spki' }),
  }
}

const PUBLIC = { type: 'spki', format: 'der' } as const
const PRIVATE = { type: 'pkcs8', format: 'der' } as const

function generated(asked: KeyPairAsked): { readonly publicKey: Buffer; readonly privateKey: Buffer } {
  switch (asked.type) {
    case 'ec':
      return generateKeyPairSync('ec', {
        namedCurve: asked.namedCurve,
        publicKeyEncoding: PUBLIC,
        privateKeyEncoding: PRIVATE,
      })
    case 'rsa': {
      const { modulusLength, publicExponent = 65_537 } = asked
      return generateKeyPairSync('rsa', {
        modulusLength,
        publicExponent,
        publicKeyEncoding: PUBLIC,
        privateKeyEncoding: PRIVATE,
      })
    }
    case 'ed25519':
      return generateKeyPairSync('ed25519', { publicKeyEncoding: PUBLIC, privateKeyEncoding: PRIVATE })
  }
}
