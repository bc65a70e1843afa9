import { readToken, TOKEN_MAX_BYTES } from '../jws/read.js'
import {
  type IdentityProvider,
  type OpaqueProvider,
  type Principal,
  type Refusal,
  refuse,
  type Step,
} from '../spec/index.js'

export interface ProviderParts {
  readonly providers: readonly IdentityProvider[]
  readonly opaque: readonly OpaqueProvider[]
}

/** Verifies a credential by whoever issued it. Says nothing of who presents it. */
export type VerifyCredential = (token: string, digest: string) => Step<Principal> | Promise<Step<Principal>>

/** Of letters of base64url alone; the strict reader judges the rest. */
const THREE_PARTS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** Chooses by what a credential says of its issuer, before anything of it is trusted. Throws where two would be chosen. */
export function verifyByIssuer(parts: ProviderParts): VerifyCredential {
  const byIssuer = new Map<string, IdentityProvider>()
  const byDomain = new Map<string, IdentityProvider>()
  for (const provider of parts.providers) {
    const { issuer, trustDomain } = provider
    if (byIssuer.has(issuer)) throw new Error(`issuer \`${issuer}\` is configured twice`)
    byIssuer.set(issuer, provider)
    if (trustDomain === undefined) continue
    if (byDomain.has(trustDomain)) throw new Error(`trust domain \`${trustDomain}\` is configured twice`)
    byDomain.set(trustDomain, provider)
  }
  // Of those that fit the longest prefix counts, so the longest are tried first.
  const opaque = [...parts.opaque].sort((a, b) => b.prefix.length - a.prefix.length)
  const prefixes = new Set<string>()
  for (const { prefix } of opaque) {
    if (prefixes.has(prefix)) throw new Error(`two providers take credentials that begin \`${prefix}\``)
    prefixes.add(prefix)
  }

  function providerOf(payload: Readonly<Record<string, unknown>>): IdentityProvider | undefined {
    const { iss, sub } = payload
    // Keys of a workload go by the trust domain in `sub`: what its `iss` says is anybody's word.
    const domain = typeof sub === 'string' ? SPIFFE.exec(sub)?.[1] : undefined
    const trusted = domain === undefined ? undefined : byDomain.get(domain)
    if (trusted !== undefined) return trusted
    const named = typeof iss === 'string' ? byIssuer.get(iss) : undefined
    // Whoever speaks for a trust domain speaks for nobody else.
    return named?.trustDomain === undefined ? named : undefined
  }

  return (token, digest) => {
    if (token.length > TOKEN_MAX_BYTES) return TOO_LONG
    if (!THREE_PARTS.test(token)) {
      const provider = opaque.find(({ prefix }) => token.startsWith(prefix))
      if (provider !== undefined) return provider.verify({ token, digest })
    }
    const read = readToken(token, digest)
    if (read.kind === 'refuse') return read
    return providerOf(read.value.payload)?.verify(read.value) ?? UNKNOWN_ISSUER
  }
}

const SPIFFE = /^spiffe:\/\/([a-z0-9._-]{1,255})\//

const TOO_LONG: Refusal = refuse('invalid_token', 'token malformed: longer than 16 KiB')
const UNKNOWN_ISSUER: Refusal = refuse('invalid_token', '`iss` is none of the configured issuers')
