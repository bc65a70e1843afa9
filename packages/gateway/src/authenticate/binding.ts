import { timingSafeEqual } from 'node:crypto'
import {
  type Presented,
  type Principal,
  proceed,
  type Received,
  type Refusal,
  refuse,
  type Step,
} from '../spec/index.js'
import type { Proofs } from './proofs.js'

/** Addresses as one asks for them; whoever hands it in reads the networks (CIDR) and throws for what is none. */
export type NetworksOf = (networks: readonly string[]) => { has(address: string): boolean }

export interface BindingParts {
  readonly proofs: Proofs
  readonly networksOf: NetworksOf
}

export type Verified = Step<Principal> & { readonly kind: 'proceed' }

/** Judges whether who presents a token is who may: asked at every request, of remembered verifications too. */
export interface Binding {
  /** A token in a header. Gives the very step that it was given where nothing is against it. */
  shown(
    verified: Verified,
    received: Received,
    presented: Presented,
    origin: string,
  ): Step<Principal> | Promise<Step<Principal>>
}

/** RFC 9449 section 7.2: "such a protected resource MUST reject a DPoP-bound access token received as a bearer token". */
export const NEEDS_PROOF: Refusal = refuse('invalid_token', 'bound to a key, and presented as Bearer')
const NOT_BOUND = refuse('invalid_token', 'not bound to a key, and presented as DPoP')
const OTHER_CERTIFICATE = refuse('invalid_token', 'bound to a certificate that the caller did not show')
const OTHER_NETWORK = refuse('invalid_token', 'used from an address outside its networks')

export function createBinding({ proofs, networksOf }: BindingParts): Binding {
  const networks = new WeakMap<Principal, ReturnType<NetworksOf>>()

  function isWithin(principal: Principal, address: string): boolean {
    let held = networks.get(principal)
    if (held === undefined) {
      held = readNetworks(principal.networks, networksOf)
      networks.set(principal, held)
    }
    return held.has(address)
  }

  /** What needs no proof. */
  function refusalFor(principal: Principal, received: Received): Refusal | undefined {
    if (principal.networks.length > 0 && !isWithin(principal, received.sourceIp)) return OTHER_NETWORK
    const bound = principal.confirmation?.certificate
    if (bound !== undefined && !isSame(bound, received.certificate())) return OTHER_CERTIFICATE
    return undefined
  }

  return {
    shown(verified, received, { scheme, proofs: sent }, origin) {
      const principal = verified.value
      const { confirmation } = principal
      if (scheme === 'bearer' && confirmation === undefined && principal.networks.length === 0) return verified
      const jkt = confirmation?.jkt
      if (scheme === 'bearer' && jkt !== undefined) return NEEDS_PROOF
      if (scheme === 'dpop' && jkt === undefined) return NOT_BOUND
      const refusal = refusalFor(principal, received)
      if (refusal !== undefined) return refusal
      if (jkt === undefined) return verified
      const taken = proofs.take(received, sent, origin, { digest: principal.tokenDigest, jkt })
      return taken instanceof Promise ? taken.then((step) => settled(step, verified)) : settled(taken, verified)
    },
  }
}

function settled(taken: Step<string>, verified: Verified): Step<Principal> {
  return taken.kind === 'refuse' ? taken : proceed(verified.value)
}

/** RFC 8705 section 3: the certificate of the connection must be the one that the token is bound to. */
function isSame(bound: string, shown: string | undefined): boolean {
  if (shown === undefined || shown.length !== bound.length) return false
  return timingSafeEqual(Buffer.from(bound), Buffer.from(shown))
}

function readNetworks(networks: readonly string[], networksOf: NetworksOf): { has(address: string): boolean } {
  try {
    return networksOf(networks)
  } catch {
    // What cannot be read confines to nowhere.
    return { has: () => false }
  }
}
