import { digestOf } from '../jws/read.js'
import {
  type Clock,
  NO_RETRY,
  type Presented,
  type Principal,
  proceed,
  type Received,
  type Refusal,
  type Revocations,
  refuse,
  type Step,
} from '../spec/index.js'
import { createBinding, NEEDS_PROOF, type NetworksOf, type Verified } from './binding.js'
import { VerifiedCache } from './cache.js'
import { challenger, EITHER, type Scheme } from './challenge.js'
import { presentedCredential, proofsIn } from './credential.js'
import { createProofs, type ProofParts } from './proofs.js'
import { type ProviderParts, verifyByIssuer } from './providers.js'
import { createSightings } from './sightings.js'

export interface AuthenticateParts extends ProviderParts {
  readonly revocations: Revocations
  readonly clock: Clock
  /** Verified tokens remembered at most; 0 remembers none. */
  readonly cacheEntries: number
  readonly publicUrl: string | URL
  readonly proofs: ProofParts
  readonly networksOf: NetworksOf
}

/** A key that a request proved to hold. */
export interface ProvenKey {
  /** SHA-256 thumbprint, base64url. */
  readonly jkt: string
}

export interface Authenticate {
  /** The credential of a request; a 401 has its challenge. */
  credential(received: Received): Step<Presented | undefined>
  /**
   * Synchronous where the token was verified before or the issuer's key is at hand.
   *
   * @param origin where the request was made to, where that is not below `publicUrl`: the admin port
   */
  authenticate(
    received: Received,
    presented: Presented | undefined,
    origin?: string,
  ): Step<Principal> | Promise<Step<Principal>>
  /**
   * What a request proves by a DPoP header and no token beside it (RFC 9449 section 5); undefined where it has none. Refusals have
   * `DPoP-Nonce` where one is wanted, and no challenge: the token endpoint words its own.
   */
  proofAt(received: Received): Promise<Step<ProvenKey | undefined>>
  /**
   * Verifies a token that came in a body, revocation included. What it is bound to, and where it may be used from, is not asked: for a
   * door that has rules of its own for that. Refusals have no challenge.
   */
  verified(token: string): Promise<Step<Principal>>
  /** A refusal of a later stage, with a whole challenge where it is a 401 or says what is missing. */
  challenged(refusal: Refusal, received: Received, principal: Principal): Refusal
  /** Forgets every verification, for instance at a reload. */
  clear(): void
  /** Once another takes its place: listens to no issuer any more, and so remembers nothing from here on. */
  close(): void
}

const BEARER: readonly Scheme[] = ['bearer']
const DPOP: readonly Scheme[] = ['dpop']

export function createAuthenticate(parts: AuthenticateParts): Authenticate {
  const { clock, revocations } = parts
  const challenge = challenger(parts.publicUrl, parts.proofs.algorithms)
  const cache = new VerifiedCache(parts.cacheEntries)
  const asFirstSeen = createSightings()
  const verifyCredential = verifyByIssuer(parts)
  const proofs = createProofs(parts.proofs, clock)
  const binding = createBinding({ proofs, networksOf: parts.networksOf })
  const publicUrl = String(parts.publicUrl).replace(/\/$/, '')
  // Counts what emptied the cache: a verification begun before that must not enter it after.
  let epoch = 0
  const clear = (): void => {
    epoch += 1
    cache.clear()
  }
  const unlisten = parts.providers.map((provider) => provider.onRotation(clear))

  function settle(found: Step<Principal>, digest: string, begun: number): Step<Principal> {
    if (found.kind === 'refuse') return found
    const verified = asFirstSeen(found)
    const state = revocations.state(verified.value)
    if (state !== 'live') return state === 'revoked' ? REVOKED : UNKNOWN
    if (begun === epoch) cache.put(digest, verified, clock.now())
    return verified
  }

  /** Of the token alone, remembered or not; who presents it is not asked. */
  function verify(token: string): Step<Principal> | Promise<Step<Principal>> {
    const digest = digestOf(token)
    const held = cache.get(digest, clock.now())
    if (held === undefined) {
      const begun = epoch
      const verified = verifyCredential(token, digest)
      return verified instanceof Promise
        ? verified.then((step) => settle(step, digest, begun))
        : settle(verified, digest, begun)
    }
    const state = revocations.state(held.value)
    if (state === 'live') return held
    if (state === 'unknown') return UNKNOWN
    cache.delete(digest)
    return REVOKED
  }

  function told(step: Step<Principal>, { path }: Received, { scheme }: Presented): Step<Principal> {
    if (step.kind === 'proceed') return step
    if (step === NEEDS_PROOF) return challenge(step, path, EITHER)
    return challenge(step, path, scheme === 'dpop' ? DPOP : BEARER)
  }

  return {
    credential(received) {
      const found = presentedCredential(received.rawHeaders)
      if (found.kind === 'proceed') return found
      return challenge(found, received.path, found.headers?.['www-authenticate']?.startsWith('DPoP ') ? DPOP : BEARER)
    },
    authenticate(received, presented, origin = publicUrl) {
      if (presented === undefined) return challenge(MISSING, received.path, EITHER)
      const judge = (step: Step<Principal>): Step<Principal> | Promise<Step<Principal>> => {
        if (step.kind === 'refuse') return told(step, received, presented)
        const bound = binding.shown(step as Verified, received, presented, origin)
        if (bound === step) return step
        return bound instanceof Promise
          ? bound.then((one) => told(one, received, presented))
          : told(bound, received, presented)
      }
      const verified = verify(presented.token)
      return verified instanceof Promise ? verified.then(judge) : judge(verified)
    },
    async proofAt(received) {
      const sent = proofsIn(received.rawHeaders)
      if (sent.length === 0) return proceed(undefined)
      const taken = await proofs.take(received, sent, publicUrl, undefined)
      return taken.kind === 'refuse' ? taken : proceed({ jkt: taken.value })
    },
    verified: async (token) => verify(token),
    challenged: (refusal, { path }, { confirmation }) =>
      challenge(refusal, path, confirmation?.jkt === undefined ? BEARER : DPOP),
    clear,
    close() {
      for (const off of unlisten) off()
      clear()
      // Equal to nothing, itself included: no verification that is under way enters the cache.
      epoch = Number.NaN
    },
  }
}

const MISSING: Refusal = refuse('missing_token', 'no credential')
const REVOKED: Refusal = refuse('revoked_token', 'revoked')
const UNKNOWN: Refusal = refuse('overloaded', 'revocations cannot be checked: the store is away', {
  message: 'Whether this token was revoked cannot be checked at the moment.',
  headers: NO_RETRY,
})
