import type { Algorithm } from '../../jws/algorithms.js'
import { isKid } from '../../jws/jwk.js'
import { proceed, type Refusal, refuse, type Step } from '../../spec/index.js'
import type { Profile } from './options.js'

export interface Head {
  readonly algorithm: Algorithm
  readonly kid: string | undefined
}

// `crit`: we understand no extension, so any list names one that we do not (RFC 7515 section 4.1.11). `b64`, `zip` and `cty` change
// what was signed or what it holds. The others bring a key along, and the issuer chooses the keys (8725bis 3.10).
const FORBIDDEN = ['crit', 'b64', 'zip', 'cty', 'jku', 'jwk', 'x5u', 'x5c']

const TYPES: Readonly<Record<Profile, ReadonlySet<string>>> = {
  rfc9068: new Set(['application/at+jwt']),
  // Told from the other kinds by its claims instead.
  legacy: new Set(['application/at+jwt', 'application/jwt']),
  // JWT-SVID section 2.3: "its value MUST be either JWT or JOSE".
  spiffe: new Set(['application/jwt', 'application/jose']),
}

// JWT-SVID section 2: "Any header not described here, registered or private, MUST NOT be included".
const SVID_HEADER: ReadonlySet<string> = new Set(['alg', 'kid', 'typ'])

/** Checks a token's header; `allowed` are the issuer's algorithms by exact name. */
export function readHead(
  header: Readonly<Record<string, unknown>>,
  allowed: ReadonlyMap<string, Algorithm>,
  profile: Profile,
): Step<Head> {
  for (const name of FORBIDDEN) if (header[name] !== undefined) return bad(`header has \`${name}\``)
  if (profile === 'spiffe') {
    for (const name of Object.keys(header)) if (!SVID_HEADER.has(name)) return bad('header has what no JWT-SVID has')
  }
  const { alg, kid, typ } = header
  const algorithm = typeof alg === 'string' ? allowed.get(alg) : undefined
  if (algorithm === undefined) return bad("`alg` is not on the issuer's list")
  if (kid !== undefined && !isKid(kid)) return bad('`kid` is not 1 to 128 printable characters')
  if (!typeFits(typ, profile)) return bad(`\`typ\` is not that of an access token in profile ${profile}`)
  return proceed({ algorithm, kid })
}

function typeFits(typ: unknown, profile: Profile): boolean {
  if (typ === undefined) return profile !== 'rfc9068'
  if (typeof typ !== 'string') return false
  const type = typ.toLowerCase()
  return TYPES[profile].has(type.includes('/') ? type : `application/${type}`)
}

function bad(why: string): Refusal {
  return refuse('invalid_token', why)
}
