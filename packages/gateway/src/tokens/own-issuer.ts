import {
  type IdentityProvider,
  type Principal,
  proceed,
  type Refusal,
  refuse,
  type Step,
  subjectOf,
  type TokenRead,
} from '../spec/index.js'
import type { Issuing } from './issue.js'
import type { SigningKey } from './key.js'
import { readClaims } from './own-claims.js'

export interface OwnIssuerParts extends Omit<Issuing, 'newTokenId'> {
  /** `aud` must hold one of them exactly. */
  readonly audiences: ReadonlySet<string>
  /** Issuers whose subjects and actors are taken: what one that is no longer configured once said must not live on in ours. */
  readonly origins: ReadonlySet<string>
}

/** Clocks of replicas differ by less. */
const TOLERANCE_MS = 5000

const HEADER = new Set(['alg', 'typ', 'kid'])

/** The issuer of our own tokens. */
export function createOwnIssuer(parts: OwnIssuerParts): IdentityProvider {
  const { keys, issuer } = parts
  return {
    issuer,
    verify(token) {
      const key = keyOf(token, parts)
      if (key === undefined) return bad('header is none of ours, or its key is not published any more')
      // Nothing that a payload says is believed, or told to the caller, before this holds.
      if (!key.verify(token.signingInput, token.signature)) return bad('signature does not hold')
      return judge(token, key.kid, parts)
    },
    onRotation: (listener) => keys.onRemoved(listener),
    // The keys outlive it: a reload makes another issuer of them.
    async close() {},
  }
}

/** We write one form of header, so any other was written by somebody else. */
function keyOf({ header }: TokenRead, { keys }: OwnIssuerParts): SigningKey | undefined {
  const { alg, typ, kid } = header
  if (typ !== 'at+jwt' || typeof kid !== 'string' || Object.keys(header).some((name) => !HEADER.has(name)))
    return undefined
  const key = keys.find(kid)
  return key?.algorithm === alg ? key : undefined
}

function judge({ payload, digest }: TokenRead, kid: string, parts: OwnIssuerParts): Step<Principal> {
  const { issuer, agentGroups, audiences, origins, clock } = parts
  const nowMs = clock.now()
  if (payload['iss'] !== issuer) return bad('`iss` is another')
  const principal = readClaims(payload, { issuer, kid, agentGroups, verifiedAtMs: nowMs, tokenDigest: digest })
  if (principal === undefined) return bad('claims are not of the form that this version writes')
  if (!principal.audiences.some((one) => audiences.has(one))) return bad('`aud` does not name us')
  if (![subjectOf(principal), principal.actor].every((one) => origins.has(one.issuer))) {
    return bad('its subject or actor is of an issuer that is none of those configured')
  }
  if (Number(payload['iat']) * 1000 > nowMs + TOLERANCE_MS) return bad('`iat` is ahead')
  return nowMs >= principal.expiresAt * 1000 + TOLERANCE_MS ? refuse('expired_token', 'expired') : proceed(principal)
}

function bad(why: string): Refusal {
  return refuse('invalid_token', why)
}
