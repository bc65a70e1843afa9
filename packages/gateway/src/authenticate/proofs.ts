import { hash } from 'node:crypto'
import {
  type Clock,
  NO_RETRY,
  proceed,
  type Received,
  type Refusal,
  type Replay,
  refuse,
  type Step,
} from '../spec/index.js'
import { type Proof, proofVerifier } from './dpop.js'
import { normalUri } from './htu.js'
import { createNonces } from './nonce.js'

/** What of a gateway decides over proofs of possession. Outlives a reload. */
export interface ProofParts {
  /** Signature algorithms that proofs may have, by name. */
  readonly algorithms: readonly string[]
  readonly windowMs: number
  readonly nonces: 'required' | 'off'
  /** 32 bytes that every replica has: nonces are made under it. */
  readonly nonceKey: Buffer
  readonly replay: Replay
  /** What happens to a proof of which nobody can tell whether it was used before. */
  readonly replayFailure: 'closed' | 'open'
  /** Called for each that passed so because of `open`. */
  readonly onUnchecked: () => void
  /** When the process began to remember which proofs were used, milliseconds since the epoch. */
  readonly startedAtMs: number
}

/** The access token that a proof comes along with. */
export interface Beside {
  /** SHA-256 of the token as presented, hexadecimal. */
  readonly digest: string
  /** Thumbprint of the key that it is bound to. */
  readonly jkt: string
}

export interface Proofs {
  /**
   * Whether the request proves that its sender holds a key, of a token beside the proof or of any; gives the key's thumbprint.
   * What it proves it proves once. A refusal has no `WWW-Authenticate` yet.
   *
   * @param proofs values of all DPoP headers of the request
   * @param origin where the request was made to: configuration, never a header
   */
  take(
    received: Received,
    proofs: readonly string[],
    origin: string,
    beside: Beside | undefined,
  ): Step<string> | Promise<Step<string>>
}

/** Clocks of replicas may differ by this: until then a used proof is remembered beyond its window. */
const CLOCKS_DIFFER_MS = 10_000

/** Of what says so, browsers show a page's script these headers (RFC 9449 sections 7.1 and 8). */
export const EXPOSED = 'DPoP-Nonce, WWW-Authenticate'

export function createProofs(parts: ProofParts, clock: Clock): Proofs {
  const { startedAtMs, replay, windowMs, algorithms } = parts
  const nonces = parts.nonces === 'off' ? undefined : createNonces({ key: parts.nonceKey, clock, startedAtMs })
  const verify = proofVerifier({ algorithms, windowMs, nonces, startedAtMs, clock })

  function used(received: Received, proof: Proof, first: boolean): Step<string> {
    if (!first) return refuse('invalid_dpop_proof', 'proof: used before')
    if (proof.renew && nonces !== undefined) {
      received.caller.carry('dpop-nonce', nonces.now())
      // RFC 9449 section 8.2: "Responses that include the DPoP-Nonce HTTP header should be uncacheable".
      received.caller.carry('cache-control', 'no-store')
      received.caller.carry('access-control-expose-headers', EXPOSED)
    }
    return proceed(proof.jkt)
  }

  function unchecked(received: Received, proof: Proof): Step<string> {
    if (parts.replayFailure === 'closed') return UNKNOWN
    parts.onUnchecked()
    return used(received, proof, true)
  }

  return {
    take(received, proofs, origin, beside) {
      const uri = normalUri(origin + received.path)
      const ath = beside === undefined ? undefined : Buffer.from(beside.digest, 'hex').toString('base64url')
      const verified = verify(proofs, { method: received.method, uri, ath, jkt: beside?.jkt })
      if (verified.kind === 'refuse') return verified
      const proof = verified.value
      // Last, so that nobody uses up a proof without having made it.
      const name = hash('sha256', `${proof.jkt} ${uri} ${proof.jti}`, 'base64url')
      let first: boolean | Promise<boolean>
      try {
        first = replay.firstUse(name, Math.ceil(proof.endsAtMs) + CLOCKS_DIFFER_MS)
      } catch {
        return unchecked(received, proof)
      }
      if (typeof first === 'boolean') return used(received, proof, first)
      return first.then(
        (isFirst) => used(received, proof, isFirst),
        () => unchecked(received, proof),
      )
    },
  }
}

const UNKNOWN: Refusal = refuse('overloaded', 'proof: whether it was used before cannot be told: the store is away', {
  message: 'Whether this DPoP proof was used before cannot be checked at the moment.',
  headers: NO_RETRY,
})
