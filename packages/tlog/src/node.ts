import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import type { NoteSigner } from './note.js'
import type { Suite } from './suite.js'
import { ed25519Vkey } from './vkey.js'

/** RFC 8410: what stands before the 32 bytes of an Ed25519 key in SubjectPublicKeyInfo. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex')

export function nodeHash(data: Uint8Array): Uint8Array {
  return hash('sha256', data, 'buffer')
}

export const nodeSuite: Suite = {
  hash: nodeHash,
  verify(publicKey, message, signature) {
    try {
      const der = Buffer.concat([SPKI_HEAD, publicKey])
      return verify(null, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature)
    } catch {
      return false
    }
  },
}

/** A log's signer from its Ed25519 private key. Throws where the key is another kind: that is a faulty configuration. */
export function nodeSigner(name: string, key: KeyObject): NoteSigner {
  if (key.type !== 'private' || key.asymmetricKeyType !== 'ed25519') {
    throw new TypeError('the log key must be an Ed25519 private key')
  }
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    vkey: ed25519Vkey(name, der.subarray(SPKI_HEAD.length), nodeHash),
    sign: (message) => sign(null, message, key),
  }
}
