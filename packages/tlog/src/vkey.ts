import { base64, concatBytes, equalBytes, hex, parseBase64, utf8, utf8Text } from './bytes.js'
import { sha256 } from './sha256.js'
import type { Hash } from './suite.js'

const ED25519 = 0x01

/** A C2SP verifier key of type 0x01, Ed25519. */
export interface VerifierKey {
  readonly name: string
  readonly id: Uint8Array
  readonly publicKey: Uint8Array
}

/** "Key names MUST be non-empty and MUST NOT contain any Unicode spaces or plus (U+002B) characters." */
export function isKeyName(name: string): boolean {
  return /^[^\s+\u0000-\u001f\u007f\u0085]+$/u.test(name) && utf8Text(utf8(name)) === name
}

export function ed25519Vkey(name: string, publicKey: Uint8Array, hash: Hash = sha256): VerifierKey {
  if (!isKeyName(name)) throw new TypeError('a key name has at least one character, and no space or plus')
  if (publicKey.length !== 32) throw new TypeError('an Ed25519 public key has 32 bytes')
  // "key ID = SHA-256(key name || 0x0A || 0x01 || 32-byte Ed25519 public key)[:4]"
  const id = hash(concatBytes([utf8(`${name}\n`), Uint8Array.of(ED25519), publicKey])).slice(0, 4)
  return { name, id, publicKey: publicKey.slice() }
}

export function formatVkey(key: VerifierKey): string {
  return `${key.name}+${hex(key.id)}+${base64(concatBytes([Uint8Array.of(ED25519), key.publicKey]))}`
}

/** Undefined where the text is no verifier key, is not Ed25519, or names another id than its key has. */
export function parseVkey(text: string, hash: Hash = sha256): VerifierKey | undefined {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text)
  const [, name = '', id = '', encoded = ''] = parts ?? []
  const material = parseBase64(encoded)
  if (!isKeyName(name) || material === undefined || material.length !== 33 || material[0] !== ED25519) return undefined
  const key = ed25519Vkey(name, material.subarray(1), hash)
  return hex(key.id) === id ? key : undefined
}

export function sameKey(a: VerifierKey, b: VerifierKey): boolean {
  return a.name === b.name && equalBytes(a.publicKey, b.publicKey)
}
