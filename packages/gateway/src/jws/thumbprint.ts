import { hash } from 'node:crypto'
import type { JsonObject } from '../json/strict.js'

/** RFC 7638 section 3.2 and RFC 8037 section 2: the members that make a key, in lexicographic order. */
const REQUIRED: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['EC', ['crv', 'kty', 'x', 'y']],
  ['OKP', ['crv', 'kty', 'x']],
  ['RSA', ['e', 'kty', 'n']],
])

/**
 * SHA-256 thumbprint of a public key, base64url (RFC 7638). Over the members as they are spelt, so of a key that was read strictly
 * there is one.
 *
 * @returns undefined for another type of key, or where a member is missing
 */
export function thumbprintOf(jwk: JsonObject): string | undefined {
  const names = REQUIRED.get(jwk['kty'])
  if (names === undefined || names.some((name) => typeof jwk[name] !== 'string')) return undefined
  return hash('sha256', JSON.stringify(Object.fromEntries(names.map((name) => [name, jwk[name]]))), 'base64url')
}
