import { sha256 } from './sha256.js'

export type Hash = (data: Uint8Array) => Uint8Array

export type VerifyEd25519 = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>

/** What the mathematics needs of the machine. `webSuite` runs in a browser and in Node, `nodeSuite` (./node) is faster. */
export interface Suite {
  /** SHA-256. Must copy what it needs before it returns: callers reuse the input. */
  readonly hash: Hash
  readonly verify: VerifyEd25519
}

export const webSuite: Suite = {
  hash: sha256,
  async verify(publicKey, message, signature) {
    try {
      const key = await crypto.subtle.importKey('raw', publicKey.slice(), { name: 'Ed25519' }, false, ['verify'])
      return await crypto.subtle.verify({ name: 'Ed25519' }, key, signature.slice(), message.slice())
    } catch {
      // A public key that is no point of the curve verifies nothing.
      return false
    }
  },
}
