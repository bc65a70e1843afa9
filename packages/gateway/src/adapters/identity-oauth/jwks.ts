import { isJsonObject, type Json, parseStrictJson } from '../../json/strict.js'
import type { Algorithm } from '../../jws/algorithms.js'
import { parseJwk, type VerifyKey } from '../../jws/jwk.js'

export const JWKS_MAX_BYTES: number = 256 * 1024
const KEYS_MAX = 100

export type Jwks =
  | { readonly kind: 'keys'; readonly keys: readonly VerifyKey[]; readonly dropped: readonly string[] }
  | { readonly kind: 'fault'; readonly why: string }

/**
 * Reads a JWK set. A key that is unfit is dropped and reported with the reason; the others count.
 *
 * @param bundle of a SPIFFE trust domain: its keys for JWT-SVIDs alone count
 */
export function parseJwks(bytes: Uint8Array, allowed: readonly Algorithm[], bundle = false): Jwks {
  const read = parseStrictJson(bytes, { maxDepth: 8, maxBytes: JWKS_MAX_BYTES })
  if (read.kind === 'fault') return { kind: 'fault', why: `key set is not strict JSON: ${read.why}` }
  const list = isJsonObject(read.value) ? read.value['keys'] : undefined
  if (!Array.isArray(list)) return { kind: 'fault', why: 'key set has no array `keys`' }
  if (list.length > KEYS_MAX) return { kind: 'fault', why: `key set has more than ${KEYS_MAX} keys` }
  const keys: VerifyKey[] = []
  const dropped: string[] = []
  for (const [index, jwk] of list.entries()) {
    if (bundle && isJsonObject(jwk) && jwk['use'] === 'x509-svid') continue
    const key = bundle ? parseSvidKey(jwk, allowed) : parseJwk(jwk, allowed)
    if (typeof key === 'string') dropped.push(`key ${index}: ${key}`)
    else if (!keys.some((one) => one.id === key.id)) keys.push(key)
  }
  return { kind: 'keys', keys, dropped }
}

/** SPIFFE Trust Domain and Bundle section 4.2.2: what its use calls neither kind of SVID is ignored. */
function parseSvidKey(jwk: Json, allowed: readonly Algorithm[]): VerifyKey | string {
  if (!isJsonObject(jwk) || jwk['use'] !== 'jwt-svid') return '`use` is not `jwt-svid`'
  return parseJwk({ ...jwk, use: 'sig' }, allowed)
}
