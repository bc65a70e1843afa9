import { digestOf, readToken, TOKEN_MAX_BYTES } from '../jws/read.js'
import {
  type Clock,
  type IdentityProvider,
  type Presented,
  type Principal,
  type Received,
  type Refusal,
  type Revocations,
  refuse,
  type Step,
} from '../spec/index.js'
import { VerifiedCache } from './cache.js'
import { challenge401 } from './challenge.js'
import { presentedCredential } from './credential.js'

export interface AuthenticateParts {
  readonly providers: readonly IdentityProvider[]
  readonly revocations: Revocations
  readonly clock: Clock
  /** Verified tokens remembered at most; 0 remembers none. */
  readonly cacheEntries: number
  readonly publicUrl: string | URL
}

export interface Authenticate {
  /** The credential of a request, from Node's `rawHeaders`; a 401 has its challenge. */
  credential(rawHeaders: readonly string[]): Step<Presented | undefined>
  /** Synchronous where the token was verified before or the issuer's key is at hand. */
  authenticate(received: Received, presented: Presented | undefined): Step<Principal> | Promise<Step<Principal>>
  /** A refusal of a later stage, with a whole challenge where it is a 401. */
  challenged(refusal: Refusal): Refusal
  /** Forgets every verification, for instance at a reload. */
  clear(): void
  /** Once another takes its place: listens to no issuer any more, and so remembers nothing from here on. */
  close(): void
}

export function createAuthenticate(parts: AuthenticateParts): Authenticate {
  const { clock, revocations } = parts
  const challenged = challenge401(parts.publicUrl)
  const cache = new VerifiedCache(parts.cacheEntries)
  const providers = new Map<string, IdentityProvider>()
  // Counts what emptied the cache: a verification begun before that must not enter it after.
  let epoch = 0
  const clear = (): void => {
    epoch += 1
    cache.clear()
  }
  for (const provider of parts.providers) {
    if (providers.has(provider.issuer)) throw new Error(`issuer \`${provider.issuer}\` is configured twice`)
    providers.set(provider.issuer, provider)
  }
  const unlisten = parts.providers.map((provider) => provider.onRotation(clear))

  const missing = challenged(refuse('missing_token', 'no credential'))
  const revoked = challenged(refuse('revoked_token', 'revoked'))
  const unknown = refuse('overloaded', 'revocations cannot be checked: the store is away', {
    message: 'Whether this token was revoked cannot be checked at the moment.',
    headers: { 'x-should-retry': 'false' },
  })
  const invalid = (forLog: string): Refusal => challenged(refuse('invalid_token', forLog))

  function settle(verified: Step<Principal>, digest: string, begun: number): Step<Principal> {
    if (verified.kind === 'refuse') return challenged(verified)
    const state = revocations.state(verified.value)
    if (state !== 'live') return state === 'revoked' ? revoked : unknown
    if (begun === epoch) cache.put(digest, verified, clock.now())
    return verified
  }

  function verify(token: string, digest: string): Step<Principal> | Promise<Step<Principal>> {
    const read = readToken(token, digest)
    if (read.kind === 'refuse') return challenged(read)
    const { payload } = read.value
    // RFC 9449 section 7.2: a token bound to a key "MUST NOT" pass as a bearer token; nor may another kind of `cnf` be shed.
    if (payload['cnf'] !== undefined) return invalid('bound token (`cnf`) presented as Bearer')
    // The issuer chooses the keys, and it is chosen by exact `iss` before anything is trusted.
    const iss = payload['iss']
    const provider = typeof iss === 'string' ? providers.get(iss) : undefined
    if (provider === undefined) return invalid('`iss` is none of the configured issuers')
    const begun = epoch
    const verified = provider.verify(read.value)
    return verified instanceof Promise
      ? verified.then((step) => settle(step, digest, begun))
      : settle(verified, digest, begun)
  }

  return {
    credential(rawHeaders) {
      const found = presentedCredential(rawHeaders)
      return found.kind === 'refuse' ? challenged(found) : found
    },
    authenticate(_received, presented) {
      if (presented === undefined) return missing
      if (presented.scheme === 'dpop') return invalid('DPoP is not served')
      if (presented.token.length > TOKEN_MAX_BYTES) return invalid('token malformed: longer than 16 KiB')
      const digest = digestOf(presented.token)
      const held = cache.get(digest, clock.now())
      if (held === undefined) return verify(presented.token, digest)
      const state = revocations.state(held.value)
      if (state === 'live') return held
      if (state === 'unknown') return unknown
      cache.delete(digest)
      return revoked
    },
    challenged,
    clear,
    close() {
      for (const off of unlisten) off()
      clear()
      // Equal to nothing, itself included: no verification that is under way enters the cache.
      epoch = Number.NaN
    },
  }
}
