import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PrincipalFacts, principalOf } from '../spec/index.js'
import { actorText } from './actor.js'
import { canonical } from './canonical.js'

const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined })
const hex = fc.constantFrom('00ff', 'a1b2')

const facts: fc.Arbitrary<PrincipalFacts> = fc.record({
  issuer: fc.string(),
  subject: fc.string(),
  kind: fc.constantFrom('User' as const, 'Service' as const),
  actors: fc.array(fc.record({ issuer: fc.string(), subject: fc.string() }), { maxLength: 2 }),
  acr: maybe(fc.string()),
  amr: fc.array(fc.string(), { maxLength: 2 }),
  authTime: maybe(fc.double({ noNaN: true, noDefaultInfinity: true })),
  confirmation: maybe(fc.record({ jkt: maybe(hex), certificate: hex })),
  issuedAt: fc.constant(0),
  expiresAt: fc.constant(0),
  audiences: fc.constant([]),
  verifiedAtMs: fc.constant(0),
  tokenDigest: hex,
})

test('what entries say of a principal is canonical JSON, and all of it', () => {
  const names = fc.record({
    subject: hex,
    actor: hex,
    actors: fc.array(hex),
    tokenId: maybe(hex),
    tokenDigest: hex,
    clientId: maybe(hex),
  })
  fc.assert(
    fc.property(facts, names, (said, named) => {
      const principal = principalOf(said)
      const isAgent = (said.actors?.length ?? 0) > 0
      expect(actorText(principal, named)).toBe(
        canonical({
          session: { issuer: said.issuer, uid: named.tokenDigest },
          user: { type: said.kind, uid: named.subject },
          ostiary: {
            acr: said.acr,
            actor: isAgent ? named.actor : undefined,
            actors: named.actors,
            amr: said.amr,
            auth_time: said.authTime,
            client: named.clientId,
            kind: isAgent ? 'Agent' : said.kind,
            proof: principal.proof,
            token: named.tokenId,
          },
        }),
      )
    }),
  )
})
