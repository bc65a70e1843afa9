import { describe, expect, test } from 'vitest'
import { type PrincipalFacts, principalOf, revocableName } from '../spec/index.js'
import { grantOfOwn, grantOnBehalf } from './on-behalf.js'
import { principalOfGrant, type Reading } from './own-principal.js'

const NOW_MS = 1_000_000_500
const GATE = 'https://gate.example'
const doer = { issuer: GATE, subject: 'dataset:handbook' }
const errand = { doer, scope: 'embeddings:create:embedder', nowMs: NOW_MS, lifetimeMs: 5000 }

function caller(more: Partial<PrincipalFacts> = {}) {
  return principalOf({
    ...{ issuer: 'https://idp.example', subject: 'alice', groups: ['analysts'], audiences: ['https://api.example'] },
    ...{ scopes: new Set(['datasets:read', 'models:*']), issuedAt: 999_000, expiresAt: 1_000_300, tokenId: 't1' },
    ...{ sessionId: 's1', verifiedAtMs: NOW_MS, tokenDigest: 'digest', attributes: { region: 'north' } },
    ...{ confirmation: { jkt: 'k'.repeat(43), certificate: undefined }, networks: ['10.0.0.0/8'], acr: 'high' },
    ...more,
  })
}

const READING: Reading = {
  ...{ issuer: GATE, kid: 'k1', agentGroups: new Map(), verifiedAtMs: NOW_MS, tokenDigest: 'd' },
}

describe('a token for what we do for a caller', () => {
  test('is of the same identity, for one scope, and ends with what the caller came with [embedding.as-the-caller]', () => {
    const grant = grantOnBehalf(caller(), errand)
    const made = grant && principalOfGrant(grant, 'jti', READING)
    expect(made).toMatchObject({
      actor: { kind: 'Agent', uid: `${GATE}#dataset:handbook`, groups: [] },
      onBehalfOf: {
        kind: 'User',
        uid: 'https://idp.example#alice',
        groups: ['analysts'],
        attributes: { region: 'north' },
      },
      audiences: [GATE],
      confirmation: undefined,
      networks: ['10.0.0.0/8'],
      acr: 'high',
      issuedAt: 999_000,
      expiresAt: 1_000_005,
    })
    expect([...(made?.scopes ?? [])]).toEqual(['embeddings:create:embedder'])
    for (const [kind, id] of [
      ['token', 't1'],
      ['session', 's1'],
      ['subject', 'alice'],
    ] as const) {
      expect(made?.revocableBy).toContain(revocableName({ kind, issuer: 'https://idp.example', id }))
    }
    expect(made?.revocableBy).toContain(revocableName({ kind: 'digest', id: 'digest' }))
  })

  test('is never alive for longer than the caller', () => {
    expect(grantOnBehalf(caller({ expiresAt: 1_000_002 }), errand)?.expiresAt).toBe(1_000_002)
    expect(grantOnBehalf(caller({ expiresAt: 1_000_000 }), errand)).toBeUndefined()
  })

  test('leaves an agent the one that acts', () => {
    const scout = { issuer: 'https://idp.example', subject: 'scout' }
    const grant = grantOnBehalf(caller({ actors: [scout] }), errand)
    expect(grant && principalOfGrant(grant, 'jti', READING)).toMatchObject({
      actor: { kind: 'Agent', uid: 'https://idp.example#scout' },
      onBehalfOf: { uid: 'https://idp.example#alice' },
      actors: [scout],
    })
  })
})

test('a token for what we do for nobody is of a service', () => {
  const made = principalOfGrant(grantOfOwn(errand), 'jti', READING)
  expect(made).toMatchObject({
    actor: { kind: 'Service', uid: `${GATE}#dataset:handbook`, groups: [] },
    onBehalfOf: undefined,
    audiences: [GATE],
    expiresAt: 1_000_005,
  })
  expect([...(made?.scopes ?? [])]).toEqual(['embeddings:create:embedder'])
})
