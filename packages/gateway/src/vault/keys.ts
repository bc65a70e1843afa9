import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** Whose session it is: a principal's subject, and what the caller calls the session. */
export interface Owner {
  /** `<iss>#<sub>`. */
  readonly uid: string
  readonly session: string | undefined
}

/** A value, and what stands in its place. */
export interface Held {
  readonly type: string
  readonly placeholder: string
  readonly value: string
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number
}

const NONCE_BYTES = 12
const TAG_BYTES = 16
const ROW_ID_LENGTH = 16

/**
 * All keys of a vault, made of the installation's secret (RFC 5869). Names of rows and placeholders are keyed digests: who reads
 * the store learns neither whose a row is nor what it stands for, and nobody can work a placeholder out.
 */
export class VaultKeys {
  /** Says which key it is, and nothing about it. */
  readonly id: string
  readonly #names: Buffer
  readonly #rows: Buffer

  constructor(secretsKey: Buffer) {
    this.id = derived(secretsKey, 'ostiary vault key id 1').toString('hex', 0, 4)
    this.#names = derived(secretsKey, 'ostiary vault names 1')
    this.#rows = derived(secretsKey, 'ostiary vault rows 1')
  }

  /** Of a session, in names of rows. */
  sessionId(owner: Owner): string {
    return this.digest(owner, 'session').toString('hex', 0, 16)
  }

  /** Of a row within its session. */
  rowId(owner: Owner, placeholder: string): string {
    return this.digest(owner, 'row', placeholder).toString('base64url').slice(0, ROW_ID_LENGTH)
  }

  /** 32 bytes that only this installation can make, others for each owner. */
  digest({ uid, session }: Owner, ...what: readonly (string | number)[]): Buffer {
    return createHmac('sha256', this.#names)
      .update(JSON.stringify([uid, session ?? null, ...what]))
      .digest()
  }

  /** AES-256-GCM. A row opens for its own owner, under its own name and expiry alone. */
  seal(owner: Owner, held: Held): string {
    const nonce = randomBytes(NONCE_BYTES)
    const id = this.rowId(owner, held.placeholder)
    const cipher = createCipheriv('aes-256-gcm', this.#keyOf(owner), nonce).setAAD(bound(owner, id, held.expiresAtMs))
    const text = JSON.stringify([held.type, held.placeholder, held.value])
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return JSON.stringify({
      v: 1,
      key: this.id,
      expires: held.expiresAtMs,
      nonce: nonce.toString('base64url'),
      sealed: sealed.toString('base64url'),
    })
  }

  /** Undefined where the row was sealed under another key, for another owner or name, or was changed. */
  unseal(owner: Owner, id: string, row: string): Held | undefined {
    const parts = partsOf(row)
    if (parts === undefined) return undefined
    const { expires, nonce, sealed } = parts
    const end = sealed.length - TAG_BYTES
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#keyOf(owner), nonce, { authTagLength: TAG_BYTES })
        .setAAD(bound(owner, id, expires))
        .setAuthTag(sealed.subarray(end))
      const text = Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]).toString('utf8')
      const [type, placeholder, value] = JSON.parse(text) as [string, string, string]
      return this.rowId(owner, placeholder) === id ? { type, placeholder, value, expiresAtMs: expires } : undefined
    } catch {
      return undefined
    }
  }

  // One key a session: random nonces are then safe for more rows than any session has (NIST SP 800-38D).
  #keyOf({ uid, session }: Owner): Buffer {
    return createHmac('sha256', this.#rows)
      .update(JSON.stringify([uid, session ?? null]))
      .digest()
  }
}

/** What a row says in the clear, to whoever does not open it: by which key it is sealed, and when to forget it. */
export function headOf(row: string): { readonly key: string; readonly expires: number } | undefined {
  return partsOf(row)
}

function bound({ uid, session }: Owner, id: string, expires: number): Buffer {
  return Buffer.from(JSON.stringify([uid, session ?? null, id, expires]))
}

interface RowParts {
  readonly key: string
  readonly expires: number
  readonly nonce: Buffer
  readonly sealed: Buffer
}

function partsOf(row: string): RowParts | undefined {
  let read: unknown
  try {
    read = JSON.parse(row)
  } catch {
    return undefined
  }
  if (typeof read !== 'object' || read === null || !('v' in read) || read.v !== 1) return undefined
  if (!('key' in read && 'expires' in read && 'nonce' in read && 'sealed' in read)) return undefined
  const { expires, key, nonce, sealed } = read
  if (typeof key !== 'string' || typeof expires !== 'number') return undefined
  if (typeof nonce !== 'string' || typeof sealed !== 'string') return undefined
  const parts = { key, expires, nonce: Buffer.from(nonce, 'base64url'), sealed: Buffer.from(sealed, 'base64url') }
  return parts.nonce.length === NONCE_BYTES && parts.sealed.length > TAG_BYTES ? parts : undefined
}

function derived(secretsKey: Buffer, what: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretsKey, Buffer.alloc(0), what, 32))
}
