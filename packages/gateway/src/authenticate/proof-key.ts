import { isJsonObject } from '../json/strict.js'
import { ALGORITHMS, type Algorithm, type VerifySignature } from '../jws/algorithms.js'
import { parseJwk } from '../jws/jwk.js'
import { decodePart, readObject } from '../jws/read.js'
import { thumbprintOf } from '../jws/thumbprint.js'

/** The key that the header of a proof brings along. */
export interface ProofKey {
  /** SHA-256 thumbprint, base64url (RFC 7638). */
  readonly jkt: string
  readonly verify: VerifySignature
}

/** Algorithms of proofs by the names that a header may have. Throws for one that there is not. */
export function proofAlgorithms(names: readonly string[]): ReadonlyMap<string, Algorithm> {
  const allowed = new Map<string, Algorithm>()
  for (const name of names) {
    const algorithm = ALGORITHMS.get(name)
    if (algorithm === undefined) throw new RangeError(`unknown algorithm \`${name}\``)
    allowed.set(name, algorithm)
    // RFC 9864 deprecates the old name of the same thing; libraries go on sending it.
    if (name === 'Ed25519') allowed.set('EdDSA', algorithm)
  }
  return allowed
}

// As for tokens: what is not understood, what changes what was signed, and what brings a key along by another way.
const FORBIDDEN = ['crit', 'b64', 'zip', 'cty', 'jku', 'x5u', 'x5c']

/** RFC 9449 section 4.3, points 4, 5 and 7: reads the first part of a proof. A text says why it is unfit. */
export function readProofKey(part: string, allowed: ReadonlyMap<string, Algorithm>): ProofKey | string {
  const bytes = decodePart(part)
  if (bytes === undefined) return 'header is not canonical base64url'
  const header = readObject(bytes)
  if (typeof header === 'string') return `header: ${header}`
  for (const name of FORBIDDEN) if (header[name] !== undefined) return `header has \`${name}\``
  const { typ, alg, jwk } = header
  if (typeof typ !== 'string' || !TYPES.has(typ.toLowerCase())) return '`typ` is not `dpop+jwt`'
  const algorithm = typeof alg === 'string' ? allowed.get(alg) : undefined
  if (algorithm === undefined) return '`alg` is not on the list'
  if (jwk === undefined || !isJsonObject(jwk)) return '`jwk` is missing or no object'
  const key = parseJwk(jwk, [algorithm])
  if (typeof key === 'string') return `\`jwk\`: ${key}`
  const jkt = thumbprintOf(jwk)
  return jkt === undefined ? '`jwk` has no thumbprint' : { jkt, verify: key.verify }
}

/** Both spellings are one media type (RFC 7515 section 4.1.9). */
const TYPES: ReadonlySet<string> = new Set(['dpop+jwt', 'application/dpop+jwt'])
