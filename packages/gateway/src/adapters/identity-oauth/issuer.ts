import type { Algorithm } from '../../jws/algorithms.js'
import type { VerifyKey } from '../../jws/jwk.js'
import { signedDigestOf } from '../../jws/read.js'
import {
  type IdentityProvider,
  type Principal,
  type Refusal,
  refuse,
  type Step,
  type TokenRead,
} from '../../spec/index.js'
import { bad, checkClaims } from './claims.js'
import { fetchJson } from './fetch.js'
import { type Head, readHead } from './header.js'
import { createKeySet, type Found } from './key-set.js'
import { checkOptions, claimRulesOf, JWKS_MAX_AGE_MS, type JwtIssuerOptions, principalRulesOf } from './options.js'
import { buildPrincipal } from './principal.js'
import { loadKeys } from './source.js'
import { trustDomainOf } from './spiffe.js'

export interface JwtIssuer extends IdentityProvider {
  /** Fetches the keys now, so that the first token need not wait. `false`: the issuer was not reached. */
  refresh(): Promise<boolean>
}

/** An issuer of JWT access tokens whose keys are a JWK set. Fetches nothing until it is asked. */
export function createJwtIssuer(options: JwtIssuerOptions): JwtIssuer {
  const { issuer, profile, clock, clockToleranceMs, dpop = 'optional' } = options
  const algorithms = checkOptions(options)
  const allowed: ReadonlyMap<string, Algorithm> = new Map(algorithms.map((one) => [one.name, one]))
  const claimRules = claimRulesOf(options, profile, false)
  const principalRules = principalRulesOf(options, profile)
  const trustDomain = profile === 'spiffe' ? trustDomainOf(issuer) : undefined

  const listeners = new Set<() => void>()
  const source = {
    issuer,
    keys: options.keys,
    allowPrivateNetwork: options.allowPrivateNetwork,
    algorithms,
    bundle: profile === 'spiffe',
    fetchJson: options.fetchJson ?? fetchJson,
  }
  const report = options.report ?? (() => undefined)
  const keys = createKeySet({
    load: () => loadKeys(source),
    clock,
    cooldownMs: options.jwksCooldownMs,
    maxAgeMs: options.jwksMaxAgeMs ?? JWKS_MAX_AGE_MS,
    onRemoved: () => {
      for (const listener of listeners) listener()
    },
    report: (text) => report(`issuer \`${issuer}\`: ${text}`),
  })

  /** The signature first: nothing that a payload says is believed, or told to the caller, before it holds. */
  function judge(token: TokenRead, key: VerifyKey): Step<Principal> {
    if (!key.verify(token.signingInput, token.signature)) return bad(SIGNATURE)
    if (dpop === 'required' && token.payload['cnf'] === undefined) return bad('not bound to a key (`dpop: required`)')
    const nowMs = clock.now()
    const claims = checkClaims(token.payload, claimRules, nowMs)
    if (claims.kind === 'refuse') return claims
    const principal = buildPrincipal(token.payload, claims.value, principalRules, digestsOf(token), nowMs)
    if (principal.kind === 'refuse') return principal
    // RFC 7519 section 4.1.4: "the expiration time on or after which the JWT MUST NOT be accepted".
    return nowMs >= claims.value.expiresAt * 1000 + clockToleranceMs ? refuse('expired_token', 'expired') : principal
  }

  async function judgeAnew(token: TokenRead, head: Head, otherwise: Refusal): Promise<Step<Principal>> {
    // A key that could not be asked for may fit: that is a no here, and none for who wants the token ended.
    if (!(await keys.lookAgain())) return keys.isAway() ? { ...otherwise, undecided: true } : otherwise
    const found = keys.find(head.kid, head.algorithm)
    return found.kind === 'key' ? judge(token, found.key) : keyless(found)
  }

  return {
    issuer,
    ...(trustDomain === undefined ? {} : { trustDomain }),
    verify(token) {
      const head = readHead(token.header, allowed, profile)
      if (head.kind === 'refuse') return head
      const found = keys.find(head.value.kid, head.value.algorithm)
      switch (found.kind) {
        case 'key': {
          const judged = judge(token, found.key)
          // Without a `kid` a rotation shows only in signatures that do not hold.
          if (head.value.kid === undefined && judged.kind === 'refuse' && judged.forLog === SIGNATURE) {
            return judgeAnew(token, head.value, judged)
          }
          return judged
        }
        case 'ambiguous':
          return keyless(found)
        case 'unknown':
        case 'none':
          return judgeAnew(token, head.value, keyless(found))
      }
    },
    onRotation(listener) {
      // One of its own for each call: who listens twice stops twice.
      const own = (): void => listener()
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    refresh: () => keys.refresh(),
    async close() {
      keys.close()
    },
  }
}

function digestsOf(token: TokenRead): Parameters<typeof buildPrincipal>[3] {
  return { tokenDigest: token.digest, signedDigest: signedDigestOf(token) }
}

const SIGNATURE = 'signature does not hold'

function keyless(found: Exclude<Found, { kind: 'key' }>): Refusal {
  switch (found.kind) {
    case 'unknown':
      return bad('no key of the issuer fits `kid` and `alg`')
    case 'ambiguous':
      return bad('more than one key of the issuer fits')
    case 'none':
      return bad("the issuer's keys were never fetched, or expired while it could not be reached")
  }
}
