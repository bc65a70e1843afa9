import { decodePart, partsOf, readObject } from '../jws/read.js'
import { type Clock, proceed, Recent, type Refusal, refuse, type Step } from '../spec/index.js'
import { normalUri } from './htu.js'
import type { Nonces } from './nonce.js'
import { type ProofKey, proofAlgorithms, readProofKey } from './proof-key.js'

export interface ProofRules {
  /** Signature algorithms by name (RFC 7518, RFC 9864). */
  readonly algorithms: readonly string[]
  /** How far from now `iat` may be, before or after. */
  readonly windowMs: number
  /** Undefined: proofs need no nonce. */
  readonly nonces: Nonces | undefined
  readonly startedAtMs: number
  readonly clock: Clock
}

/** What a proof must be for. */
export interface Demand {
  readonly method: string
  /** Our own address of what is asked for, in normal form; undefined: it has none, so no proof fits. */
  readonly uri: string | undefined
  /** SHA-256 of the access token beside it, base64url; undefined where none stands beside it. */
  readonly ath: string | undefined
  /** Thumbprint that the token is bound to; undefined: any key will do. */
  readonly jkt: string | undefined
}

export interface Proof {
  readonly jkt: string
  readonly jti: string
  /** Milliseconds since the epoch: from then on `iat` lies outside the window. */
  readonly endsAtMs: number
  /** Its nonce is soon too old. */
  readonly renew: boolean
}

/** A proof has a key, seven claims and a signature: nothing honest comes near. */
const PROOF_MAX_BYTES = 8 * 1024
const JTI_MAX = 256
const KEYS_MAX = 10_000

/**
 * Verifies one proof by RFC 9449 section 4.3, the cheap points first and the signature last. That it is used once is not asked
 * here. Synchronous: by the thread pool each costs a tenth more, and the log's flushes, which go by the same pool, would wait
 * behind whoever sends proofs.
 */
export function proofVerifier(rules: ProofRules): (proofs: readonly string[], demand: Demand) => Step<Proof> {
  const { windowMs, nonces, startedAtMs, clock } = rules
  const allowed = proofAlgorithms(rules.algorithms)
  // All proofs of a client have one header. Only the key is remembered, never that a proof held.
  const keys = new Recent<ProofKey>(KEYS_MAX)

  /** RFC 9449 section 9: "Resource servers use an HTTP 401 [...] with an accompanying [...] DPoP-Nonce value". */
  function wantsNonce(held: Nonces, why: string): Refusal {
    return refuse('use_dpop_nonce', `proof: ${why}`, { headers: { 'dpop-nonce': held.now() } })
  }

  return (proofs, demand) => {
    // Point 1: "There is not more than one DPoP HTTP request header field."
    const [proof] = proofs
    if (proof === undefined) return bad('none was sent')
    if (proofs.length > 1) return bad('more than one was sent')
    if (proof.length > PROOF_MAX_BYTES) return bad('longer than 8 KiB')
    // Point 2: "The DPoP HTTP request header field value is a single and well-formed JWT."
    const parts = partsOf(proof)
    if (parts === undefined) return bad('not three parts')
    const payloadBytes = decodePart(parts.payload)
    const signature = decodePart(parts.signature)
    if (payloadBytes === undefined || signature === undefined) return bad('a part is empty or not canonical base64url')

    const remembered = keys.get(parts.header)
    const key = remembered ?? readProofKey(parts.header, allowed)
    if (typeof key === 'string') return bad(key)
    const claims = readObject(payloadBytes)
    if (typeof claims === 'string') return bad(`payload: ${claims}`)

    // Point 3, "All required claims per Section 4.2 are contained in the JWT", and their types.
    const { jti, htm, htu, iat, exp, nbf, nonce, ath } = claims
    if (typeof jti !== 'string' || jti === '' || jti.length > JTI_MAX)
      return bad('`jti` is no text of 1 to 256 characters')
    if (typeof iat !== 'number') return bad('`iat` is missing or no number')
    // Points 8 and 9.
    if (htm !== demand.method) return bad('`htm` is not the method of this request')
    if (typeof htu !== 'string' || demand.uri === undefined) return bad('`htu` is missing or no text')
    if (htu !== demand.uri && normalUri(htu) !== demand.uri) return bad('`htu` is not the address of this request')
    // Point 12. Section 7: "a proof intended for use with the access token is not usable without an access token, or vice-versa".
    if (ath !== demand.ath) return bad('`ath` is not the digest of the token beside it')
    if (demand.jkt !== undefined && key.jkt !== demand.jkt)
      return bad('signed by another key than the token is bound to')

    // Point 11. Section 11.1: "the server MAY accept DPoP proofs that carry an iat time in the reasonably near future".
    const nowMs = clock.now()
    const endsAtMs = iat * 1000 + windowMs
    if (endsAtMs <= nowMs || iat * 1000 - windowMs >= nowMs) return bad('`iat` is outside the window')
    // RFC 7519 sections 4.1.4 and 4.1.5, where a client says more than it must.
    if (exp !== undefined && !(typeof exp === 'number' && nowMs < exp * 1000)) return bad('`exp` has passed')
    if (nbf !== undefined && !(typeof nbf === 'number' && nbf * 1000 - windowMs < nowMs)) return bad('`nbf` is ahead')

    // Point 10. Section 11.3: "A server MUST NOT accept any DPoP proofs without the nonce claim when a DPoP nonce has been provided
    // to the client." To whom it was provided nobody remembers, so that is everybody.
    let renew = false
    if (nonces !== undefined) {
      if (nonce === undefined) return wantsNonce(nonces, 'no nonce')
      if (typeof nonce !== 'string') return bad('`nonce` is no text')
      const state = nonces.judge(nonce)
      if (state === 'unfit') return wantsNonce(nonces, 'the nonce is none of ours, or too old')
      renew = state === 'renew'
    } else if (iat * 1000 < startedAtMs) {
      // What was used before this process started may be forgotten.
      return bad('`iat` is before the start of the gateway')
    }

    // Point 6: "The JWT signature verifies with the public key contained in the jwk JOSE Header Parameter."
    if (!key.verify(Buffer.from(parts.signed, 'latin1'), signature)) return bad('signature does not hold')
    if (remembered === undefined) keys.put(parts.header, key)
    return proceed({ jkt: key.jkt, jti, endsAtMs, renew })
  }
}

function bad(why: string): Refusal {
  return refuse('invalid_dpop_proof', `proof: ${why}`)
}
