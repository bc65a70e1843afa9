import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

// NIST SP 800-38D: 96 random bits under one key are safe for 2^32 texts; nobody stores that many secrets.
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A text sealed under a key and a name (AES-256-GCM, the name as additional data), as the row that is stored. */
export function seal(secretsKey: Buffer, name: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(secretsKey), nonce).setAAD(Buffer.from(name))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return JSON.stringify({ v: 1, nonce: nonce.toString('base64url'), sealed: sealed.toString('base64url') })
}

/** The text of a row, or undefined where it was sealed under another key or name, or was changed. */
export function unseal(secretsKey: Buffer, name: string, row: string): string | undefined {
  const parts = partsOf(row)
  if (parts === undefined) return undefined
  const { nonce, sealed } = parts
  const end = sealed.length - TAG_BYTES
  try {
    const decipher = createDecipheriv('aes-256-gcm', sealingKey(secretsKey), nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(name))
      .setAuthTag(sealed.subarray(end))
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

function partsOf(row: string): { readonly nonce: Buffer; readonly sealed: Buffer } | undefined {
  let read: unknown
  try {
    read = JSON.parse(row)
  } catch {
    return undefined
  }
  if (typeof read !== 'object' || read === null || !('v' in read && 'nonce' in read && 'sealed' in read))
    return undefined
  const { v, nonce, sealed } = read
  if (v !== 1 || typeof nonce !== 'string' || typeof sealed !== 'string') return undefined
  const parts = { nonce: Buffer.from(nonce, 'base64url'), sealed: Buffer.from(sealed, 'base64url') }
  return parts.nonce.length === NONCE_BYTES && parts.sealed.length > TAG_BYTES ? parts : undefined
}

/** RFC 5869: the file's key is for nothing but to make this one. */
function sealingKey(secretsKey: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secretsKey, Buffer.alloc(0), 'ostiary secrets-sealed 1', 32))
}
