import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isJsonObject, parseStrictJson } from '../json/strict.js'
import { type Actor, principalOf, subjectOf } from '../spec/index.js'
import { readClaims } from './own-claims.js'
import { type Grant, writeClaims } from './own-grant.js'
import { principalOfGrant, type Reading } from './own-principal.js'

const text = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '#', ' ', '"', '\\'), maxLength: 4 })
/** Mostly what is fit, so that each property sees both. */
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('alice', 'al#ice', 'é "x"') },
  { weight: 1, arbitrary: text },
)
const issuer = fc.oneof({ weight: 9, arbitrary: fc.constant('https://idp.example') }, { weight: 1, arbitrary: text })
const number = fc.oneof(
  { weight: 9, arbitrary: fc.integer() },
  {
    weight: 1,
    // JSON knows no negative zero.
    arbitrary: fc.double().map((one) => one + 0),
  },
)
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined })
const texts = fc.array(name, { maxLength: 2 })
const actors: fc.Arbitrary<readonly Actor[]> = fc.array(fc.record({ issuer, subject: name }), { maxLength: 9 })
const key = maybe(fc.oneof({ weight: 9, arbitrary: fc.constant('k'.repeat(43)) }, { weight: 1, arbitrary: text }))

const subjects = fc
  .record({
    issuer,
    subject: name,
    kind: fc.constantFrom('User' as const, 'Service' as const),
    groups: texts,
    attributes: fc.dictionary(
      fc.constantFrom('region', 'level', '__proto__', 'toString'),
      fc.oneof(name, number, fc.boolean(), texts),
    ),
    actors: fc.array(fc.record({ issuer, subject: name }), { maxLength: 1 }),
    mayAct: maybe(fc.record({ issuer, subject: name })),
    acr: maybe(name),
    amr: texts,
    authTime: maybe(number),
  })
  .map((facts) =>
    principalOf({ ...facts, issuedAt: 0, expiresAt: 0, audiences: [], verifiedAtMs: 0, tokenDigest: 'd' }),
  )

const grants: fc.Arbitrary<Grant> = fc.record({
  subject: subjects,
  actors,
  scopes: fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom('a:b', 'c') }, { weight: 1, arbitrary: text }), {
    maxLength: 3,
  }),
  audiences: texts,
  confirmation: maybe(fc.record({ jkt: key, certificate: key })),
  clientId: name,
  networks: texts,
  streamGraceMs: number,
  since: number,
  expiresAt: number,
  from: texts,
})

const READING: Reading = {
  issuer: 'https://gate.example',
  kid: 'k1',
  agentGroups: new Map([['https://idp.example#alice', ['agents']]]),
  verifiedAtMs: 1000,
  tokenDigest: 'digest',
}

/** What whoever reads the token finds in it. */
function readBack(grant: Grant): ReturnType<typeof readClaims> {
  const read = parseStrictJson(JSON.stringify(writeClaims(grant, READING.issuer, 'jti', 100)), {
    maxDepth: 16,
    maxBytes: 100_000,
  })
  return read.kind === 'value' && isJsonObject(read.value) ? readClaims(read.value, READING) : undefined
}

test('the principal that a token is given for is the one that its reader finds [own-token.same-principal]', () => {
  let given = 0
  let kept = 0
  fc.assert(
    fc.property(grants, (grant) => {
      const principal = principalOfGrant(grant, 'jti', READING)
      const found = readBack(grant)
      if (principal === undefined) {
        kept += 1
        // An empty scope is none, though beside others it would come back.
        const same =
          found !== undefined &&
          !grant.scopes.includes('') &&
          subjectOf(found).issuer === subjectOf(grant.subject).issuer &&
          JSON.stringify([...found.scopes]) === JSON.stringify([...new Set(grant.scopes)])
        expect(same).toBe(false)
        return
      }
      given += 1
      expect(found).toEqual(principal)
    }),
    { numRuns: 3000 },
  )
  expect(Math.min(given, kept)).toBeGreaterThan(100)
})
