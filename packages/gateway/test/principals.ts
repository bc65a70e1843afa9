import { type Principal, type PrincipalFacts, principalOf } from '../src/spec/index.js'

export const NOW_MS = 1_800_000_000_000
export const NOW = NOW_MS / 1000

/** A principal as an issuer would give it: alice, for five minutes, of two audiences. */
export function principal(facts: Partial<PrincipalFacts> = {}): Principal {
  return principalOf({
    issuer: 'https://idp.example',
    subject: 'alice',
    scopes: new Set(['models:invoke', 'models:list']),
    audiences: ['https://gateway.example', 'https://ledger.example'],
    clientId: 'app',
    issuedAt: NOW - 60,
    expiresAt: NOW + 240,
    tokenId: `jti-of-${facts.subject ?? 'alice'}`,
    verifiedAtMs: NOW_MS,
    tokenDigest: 'd1'.repeat(32),
    ...facts,
  })
}

/** An agent with a token of its own. */
export function agent(facts: Partial<PrincipalFacts> = {}): Principal {
  return principal({
    subject: 'scout',
    kind: 'Service',
    clientId: 'scout',
    scopes: new Set(['agents:act']),
    audiences: ['https://gateway.example'],
    expiresAt: NOW + 120,
    tokenDigest: 'd2'.repeat(32),
    ...facts,
  })
}

export const JKT = 'A'.repeat(43)
export const OTHER_JKT = 'B'.repeat(43)
export const CERTIFICATE = 'C'.repeat(43)
