import type { Brand } from './brand.js'

/** A compact JWS that passed the strict reader: its spelling is the only one, header and payload are plain JSON objects. */
export type CompactJws = Brand<string, 'CompactJws'>

export interface TokenRead {
  readonly jws: CompactJws
  /** SHA-256 of the token as presented, hexadecimal. */
  readonly digest: string
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Readonly<Record<string, unknown>>
  /** What is signed: `header.payload`, ASCII. */
  readonly signingInput: Buffer
  readonly signature: Buffer
}

/** A credential that is no JWS: only whoever issued it can say what it means. */
export interface OpaqueToken {
  readonly token: string
  /** SHA-256 of the token as presented, hexadecimal. */
  readonly digest: string
}
