import { type Presented, proceed, refuse, type Step } from '../spec/index.js'

/**
 * Finds the credential in Node's `rawHeaders` (name, value, name, value). Not in `req.headers`, which keeps only the first of two
 * `Authorization` headers: the next system may keep the last. Never in the query or a form (RFC 6750 section 2: "header only").
 */
export function presentedCredential(rawHeaders: readonly string[]): Step<Presented | undefined> {
  let place: Place | undefined
  let value = ''
  let proofs = NO_PROOFS
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const found = placeOf(rawHeaders[at] ?? '')
    if (found === undefined) continue
    if (found === 'proof') {
      // Two are too many already; of thousands no list is made.
      if (proofs.length < 2) proofs = [...proofs, rawHeaders[at + 1] ?? '']
      continue
    }
    if (place !== undefined) return refuse('invalid_request', 'credential: presented twice or in two places')
    place = found
    value = rawHeaders[at + 1] ?? ''
  }
  if (place === undefined) return proceed(undefined)
  return place === 'authorization' ? readAuthorization(value, proofs) : readToken('bearer', value, proofs)
}

const NO_PROOFS: readonly string[] = []

/** Values of all `DPoP` headers, whatever stands beside them. */
export function proofsIn(rawHeaders: readonly string[]): readonly string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && placeOf(rawHeaders[at - 1] ?? '') === 'proof')
}

type Place = 'authorization' | 'key' | 'proof'

// Lengths first: this runs over every header of every request.
function placeOf(name: string): Place | undefined {
  switch (name.length) {
    case 4:
      return name.toLowerCase() === 'dpop' ? 'proof' : undefined
    case 13:
      return name.toLowerCase() === 'authorization' ? 'authorization' : undefined
    case 9:
      return name.toLowerCase() === 'x-api-key' ? 'key' : undefined
    case 14:
      return name.toLowerCase() === 'x-goog-api-key' ? 'key' : undefined
    default:
      return undefined
  }
}

function readAuthorization(value: string, proofs: readonly string[]): Step<Presented> {
  const space = value.indexOf(' ')
  if (space === 6 && value.slice(0, 6).toLowerCase() === 'bearer') return readToken('bearer', value.slice(7), proofs)
  if (space === 4 && value.slice(0, 4).toLowerCase() === 'dpop') return readToken('dpop', value.slice(5), proofs)
  return refuse('invalid_token', 'credential: Authorization is neither Bearer nor DPoP')
}

// RFC 6750 section 2.1: "b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=""
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

function readToken(scheme: Presented['scheme'], token: string, proofs: readonly string[]): Step<Presented> {
  if (!B64TOKEN.test(token)) {
    // The scheme was told all the same, so the challenge is in it.
    const challenge = scheme === 'dpop' ? { headers: { 'www-authenticate': 'DPoP error="invalid_token"' } } : {}
    return refuse('invalid_token', 'credential: not a b64token', challenge)
  }
  return proceed({ scheme, token, proofs })
}
