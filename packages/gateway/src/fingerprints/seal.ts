import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Fingerprint } from './hashing.js'
import type { Batch } from './known.js'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const FINGERPRINT_BYTES = 8
const NEWLINE = 0x0a

/**
 * Rows of the store: AES-256-GCM under a key made of the installation's secret (RFC 5869), bound to their names. Who reads the
 * rows alone can try no value on them.
 */
export class Sealing {
  readonly #key: Buffer

  constructor(secret: Buffer) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'ostiary fingerprints rows 1', 32))
  }

  seal(name: string, batch: Batch): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(name))
    const sealed = Buffer.concat([cipher.update(bytesOf(batch)), cipher.final(), cipher.getAuthTag()])
    return JSON.stringify({ v: 1, nonce: nonce.toString('base64url'), sealed: sealed.toString('base64url') })
  }

  /** Undefined for what nobody of ours wrote under that name. */
  unseal(name: string, row: string): Batch | undefined {
    try {
      const { nonce, sealed, v } = JSON.parse(row) as { v: unknown; nonce: string; sealed: string }
      if (v !== 1) return undefined
      const bytes = Buffer.from(sealed, 'base64url')
      const end = bytes.length - TAG_BYTES
      const decipher = createDecipheriv('aes-256-gcm', this.#key, Buffer.from(nonce, 'base64url'), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(name))
        .setAuthTag(bytes.subarray(end))
      return batchOf(Buffer.concat([decipher.update(bytes.subarray(0, end)), decipher.final()]))
    } catch {
      return undefined
    }
  }
}

interface Head {
  readonly untilMs: number
  readonly groups: readonly { readonly labels: readonly string[]; readonly count: number }[]
  readonly fields: number
  readonly hasGrams: boolean
}

function bytesOf({ fields, groups, hasGrams, untilMs }: Batch): Buffer {
  const head: Head = {
    ...{ untilMs, hasGrams, fields: fields.length },
    groups: groups.map(({ known, labels }) => ({ labels, count: known.length })),
  }
  const all = [...groups.flatMap(({ known }) => known), ...fields]
  const body = Buffer.alloc(all.length * FINGERPRINT_BYTES)
  for (const [index, { a, b }] of all.entries()) {
    body.writeUInt32LE(a, index * FINGERPRINT_BYTES)
    body.writeUInt32LE(b, index * FINGERPRINT_BYTES + 4)
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body])
}

/** It is authentic, so it is as `bytesOf` made it. */
function batchOf(bytes: Buffer): Batch {
  const end = bytes.indexOf(NEWLINE)
  const { fields, groups, hasGrams, untilMs } = JSON.parse(bytes.toString('utf8', 0, end)) as Head
  let at = end + 1
  const take = (count: number): readonly Fingerprint[] => {
    const from = at
    at += count * FINGERPRINT_BYTES
    return Array.from({ length: count }, (_, index) => ({
      a: bytes.readUInt32LE(from + index * FINGERPRINT_BYTES),
      b: bytes.readUInt32LE(from + index * FINGERPRINT_BYTES + 4),
    }))
  }
  return {
    ...{ untilMs, hasGrams },
    groups: groups.map(({ count, labels }) => ({ labels, known: take(count) })),
    fields: take(fields),
  }
}
