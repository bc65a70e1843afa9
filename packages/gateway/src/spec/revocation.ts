/**
 * What a revocation names. A token, subject or session without an issuer is that of any issuer. A subject ends with every token
 * that was issued, or seen here, up to the moment of the revocation; so does `all`.
 */
export type Revocable =
  | { readonly kind: 'token' | 'subject' | 'session'; readonly issuer?: string | undefined; readonly id: string }
  /** An API key, by its id. */
  | { readonly kind: 'key'; readonly id: string }
  /** A token that has no id of its own: its `signedDigest`. */
  | { readonly kind: 'digest'; readonly id: string }
  /** One of the keys that sign our own tokens, by its `kid`. */
  | { readonly kind: 'signing-key'; readonly id: string }
  | { readonly kind: 'all' }

/** One text for one thing that can be revoked. An issuer has no spaces, so no two things have one text. */
export function revocableName(one: Revocable): string {
  switch (one.kind) {
    case 'all':
      return 'all'
    case 'key':
    case 'digest':
    case 'signing-key':
      return `${one.kind} ${one.id}`
    case 'token':
    case 'subject':
    case 'session':
      return one.issuer === undefined ? `any-${one.kind} ${one.id}` : `${one.kind} ${one.issuer} ${one.id}`
  }
}
