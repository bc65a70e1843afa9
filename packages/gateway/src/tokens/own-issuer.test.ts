import { createHash, randomBytes } from 'node:crypto'
import { createMemoryStore, identityProviderSuite } from '@ostiary/testkit'
import { afterEach, describe, expect, it, test } from 'vitest'
import { agent, CERTIFICATE, JKT, principal } from '../../test/principals.js'
import { readToken } from '../jws/read.js'
import {
  type IdentityProvider,
  type Principal,
  type PrincipalFacts,
  type Step,
  subjectOf,
  type TokenRead,
} from '../spec/index.js'
import { exchange } from './exchange.js'
import { type Issued, type Issuing, issue, TOKEN_BYTES_MAX } from './issue.js'
import type { Grant } from './own-grant.js'
import { createOwnIssuer } from './own-issuer.js'
import { openSigningKeys, type SigningKeys } from './signing-keys.js'

const GATEWAY = 'https://gate.example'
const AUDIENCES = new Set([GATEWAY, 'https://gateway.example'])
const ORIGINS = new Set([GATEWAY, 'https://idp.example', 'https://other.example'])
const NOTHING = { jkt: undefined, certificate: undefined }

const opened: SigningKeys[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

interface Bench extends Issuing {
  readonly own: IdentityProvider
  nowMs: number
}

async function bench(algorithm: 'ES256' | 'Ed25519' = 'ES256'): Promise<Bench> {
  const clock = { now: () => all.nowMs }
  const all = { nowMs: Date.now() } as { -readonly [K in keyof Bench]: Bench[K] }
  const store = createMemoryStore(clock)
  const keys = await openSigningKeys({
    store,
    clock,
    algorithm,
    rotationMs: 86_400_000,
    note: async () => undefined,
    report: () => undefined,
  })
  opened.push(keys)
  const agentGroups = new Map([['https://idp.example#scout', ['agents', 'crawlers']]])
  const newTokenId = (): string => randomBytes(16).toString('base64url')
  Object.assign(all, { keys, clock, issuer: GATEWAY, agentGroups, newTokenId })
  all.own = createOwnIssuer({ keys, clock, issuer: GATEWAY, agentGroups, audiences: AUDIENCES, origins: ORIGINS })
  return all
}

/** Of now, by the bench's clock. */
function live({ nowMs }: Bench, facts: Partial<PrincipalFacts> = {}): Principal {
  const now = Math.floor(nowMs / 1000)
  return principal({ issuedAt: now - 60, expiresAt: now + 240, verifiedAtMs: nowMs, ...facts })
}

function grantOf(at: Bench, subject: Principal, actor?: Principal, jkt?: string): Grant {
  const ruled = exchange(
    { subject, actor, scopes: undefined, audiences: [], shown: { ...NOTHING, jkt } },
    { nowMs: at.nowMs, lifetimeMs: 300_000 },
  )
  if (ruled.kind === 'deny') throw new Error(ruled.refusal.forLog)
  return ruled.grant
}

function issued(at: Bench, grant: Grant): Issued {
  const done = issue(at, grant)
  if (done.kind === 'deny') throw new Error(done.refusal.forLog)
  return done
}

function read(token: string): TokenRead {
  const step = readToken(token)
  if (step.kind === 'refuse') throw new Error(step.forLog)
  return step.value
}

function verified({ own }: Bench, token: string): Principal {
  const step = own.verify(read(token)) as Step<Principal>
  if (step.kind === 'refuse') throw new Error(`${step.code}: ${step.forLog}`)
  return step.value
}

function saidOf({ own }: Bench, token: string): string {
  const step = own.verify(read(token)) as Step<Principal>
  return step.kind === 'refuse' ? `${step.code}: ${step.forLog}` : 'proceed'
}

const partOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token that our own key signed over whatever a test wants. */
function signedBy({ keys }: Bench, payload: unknown, header: Readonly<Record<string, unknown>> = {}): string {
  const key = keys.current()
  const input = `${partOf({ alg: key.algorithm, typ: 'at+jwt', kid: key.kid, ...header })}.${partOf(payload)}`
  return `${input}.${key.sign(Buffer.from(input)).toString('base64url')}`
}

identityProviderSuite('our own', async () => {
  const at = await bench()
  const other = await bench()
  const mint = async (by: Bench, subject: string, ageSeconds = 0): Promise<TokenRead> => {
    const grant = grantOf(by, live(by, { issuer: GATEWAY, subject }))
    return read(issued(by, { ...grant, expiresAt: grant.expiresAt - ageSeconds }).token)
  }
  return {
    provider: at.own,
    good: (subject) => mint(at, subject),
    forged: (subject) => mint(other, subject),
    expired: (subject) => mint(at, subject, 100_000),
    async rotate() {
      await at.keys.rotate(true)
    },
  }
})

describe('a token of ours', () => {
  test.each(['ES256', 'Ed25519'] as const)('is an RFC 9068 access token: %s [own-token.rfc9068]', async (algorithm) => {
    const at = await bench(algorithm)
    const { token, expiresInSeconds } = issued(at, grantOf(at, live(at), agent({ expiresAt: at.nowMs / 1000 + 99 })))
    const { header, payload } = read(token)
    expect(header).toEqual({ alg: algorithm, typ: 'at+jwt', kid: at.keys.current().kid })
    const iat = Math.floor(at.nowMs / 1000)
    expect(payload).toMatchObject({
      iss: GATEWAY,
      sub: 'https://idp.example#alice',
      aud: ['https://gateway.example', 'https://ledger.example'],
      client_id: 'scout',
      scope: 'models:invoke models:list',
      act: { iss: 'https://idp.example', sub: 'scout' },
      iat,
      exp: iat + expiresInSeconds,
    })
    expect(Buffer.from(String(payload['jti']), 'base64url')).toHaveLength(16)
    expect(expiresInSeconds).toBeLessThanOrEqual(99)
    const again = read(issued(at, grantOf(at, live(at))).token)
    expect(again.payload['jti']).not.toBe(payload['jti'])
  })

  it('comes back as the very principal that it was made for [own-token.same-principal]', async () => {
    const at = await bench()
    const subject = live(at, {
      kind: 'Service',
      groups: ['analysts', 'eu#west'],
      attributes: { clearance: 3, region: 'eu', cleared: true, teams: ['a', 'b'] },
      networks: ['10.0.0.0/8'],
      streamGraceMs: 1500,
      acr: 'phr',
      amr: ['hwk', 'pin'],
      authTime: 1_700_000_000,
      mayAct: { issuer: 'https://idp.example', subject: 'scout' },
      confirmation: { jkt: JKT, certificate: undefined },
      sessionId: 's1',
    })
    const now = verified(at, issued(at, grantOf(at, subject, undefined, JKT)).token)
    expect({ ...now.actor, attributes: { ...now.actor.attributes } }).toEqual(subject.actor)
    for (const name of [
      'onBehalfOf',
      'scopes',
      'proof',
      'confirmation',
      'actors',
      'mayAct',
      'acr',
      'amr',
      'authTime',
    ] as const) {
      expect([name, now[name]]).toEqual([name, subject[name]])
    }
    for (const name of ['issuedAt', 'streamGraceMs', 'clientId', 'audiences', 'networks'] as const) {
      expect([name, now[name]]).toEqual([name, subject[name]])
    }
    expect(now.tokenIssuer).toBe(GATEWAY)
  })

  it('is bound to a certificate where its holder is', async () => {
    const at = await bench()
    const grant = { ...grantOf(at, live(at)), confirmation: { jkt: undefined, certificate: CERTIFICATE } }
    const { token } = issued(at, grant)
    expect(read(token).payload['cnf']).toEqual({ 'x5t#S256': CERTIFICATE })
    expect(verified(at, token)).toMatchObject({ proof: 'mtls', confirmation: { certificate: CERTIFICATE } })
  })

  it('is never of somebody new: issuer and subject are those of the first token, however often it is exchanged [own-token.identity-stays]', async () => {
    const at = await bench()
    // With a `#` of its own: the first one is ours.
    let now = live(at, { subject: 'al#ice' })
    for (let round = 0; round < 3; round += 1) now = verified(at, issued(at, grantOf(at, now)).token)
    expect(now.actor).toMatchObject({
      issuer: 'https://idp.example',
      subject: 'al#ice',
      uid: 'https://idp.example#al#ice',
    })
    expect(now.revocableBy).toContain('subject https://idp.example al#ice')
    expect(now.issuedAt).toBe(live(at).issuedAt)
  })

  it('ends with each token behind it, by its own id, and by those who act [own-token.revocable]', async () => {
    const at = await bench()
    const first = issued(at, grantOf(at, live(at, { sessionId: 's1', revocableBy: ['key k1'] }))).principal
    const last = verified(at, issued(at, grantOf(at, first, agent({ expiresAt: first.expiresAt }))).token)
    for (const name of [
      'subject https://idp.example alice',
      'subject https://idp.example scout',
      'token https://idp.example jti-of-alice',
      'token https://idp.example jti-of-scout',
      'session https://idp.example s1',
      'key k1',
      `token ${GATEWAY} ${first.tokenId}`,
      `token ${GATEWAY} ${last.tokenId}`,
    ]) {
      expect(last.revocableBy).toContain(name)
    }
    expect(new Set(last.revocableBy).size).toBe(last.revocableBy.length)
  })

  it("gives an agent the groups of its own issuer's entry, and nobody else's of that name", async () => {
    const at = await bench()
    const expiresAt = live(at).expiresAt
    const scout = verified(at, issued(at, grantOf(at, live(at), agent({ expiresAt }))).token)
    expect(scout.actor).toMatchObject({
      kind: 'Agent',
      uid: 'https://idp.example#scout',
      groups: ['agents', 'crawlers'],
    })
    expect(subjectOf(scout).uid).toBe('https://idp.example#alice')
    const other = agent({ issuer: 'https://other.example', expiresAt })
    const namesake = verified(at, issued(at, grantOf(at, live(at), other)).token)
    expect(namesake.actor).toMatchObject({ uid: 'https://other.example#scout', groups: [] })
  })

  it('stays under 8 KiB through the longest chain, and is refused beyond [own-token.size]', async () => {
    const at = await bench()
    let now = live(at)
    for (let depth = 0; depth < 8; depth += 1) {
      const actor = agent({
        subject: `agent-${depth}`,
        tokenId: `jti-${depth}`.padEnd(36, '0'),
        expiresAt: now.expiresAt,
      })
      const tokenDigest = createHash('sha256').update(String(depth)).digest('hex')
      const { token } = issued(at, grantOf(at, now, { ...actor, tokenDigest }))
      expect(token.length).toBeLessThanOrEqual(TOKEN_BYTES_MAX)
      now = verified(at, token)
    }
    expect(now.actors).toHaveLength(8)
    const groups = Array.from({ length: 700 }, (_, index) => `group-${index}`)
    expect(issue(at, grantOf(at, live(at, { groups })))).toMatchObject({ kind: 'deny', error: 'invalid_request' })
  })

  it('is taken until it expires, and as long as clocks may differ', async () => {
    const at = await bench()
    const { token, expiresInSeconds } = issued(at, grantOf(at, live(at)))
    const end = (Math.floor(at.nowMs / 1000) + expiresInSeconds) * 1000
    at.nowMs = end + 4999
    expect(saidOf(at, token)).toBe('proceed')
    at.nowMs = end + 5000
    expect(saidOf(at, token)).toBe('expired_token: expired')
  })
})

describe('what our own key signed, and what it did not [own-token.strict]', () => {
  test.each<[string, (at: Bench, token: TokenRead) => string, string]>([
    ['as it was', (at, { payload }) => signedBy(at, payload), 'proceed'],
    ['another `typ`', (at, { payload }) => signedBy(at, payload, { typ: 'JWT' }), 'header is none of ours'],
    ['no `kid`', (at, { payload }) => signedBy(at, payload, { kid: undefined }), 'header is none of ours'],
    ['an unknown `kid`', (at, { payload }) => signedBy(at, payload, { kid: 'x' }), 'header is none of ours'],
    [
      'another `alg` for the key',
      (at, { payload }) => signedBy(at, payload, { alg: 'Ed25519' }),
      'header is none of ours',
    ],
    ['`alg` none', (at, { payload }) => signedBy(at, payload, { alg: 'none' }), 'header is none of ours'],
    ['`crit`', (at, { payload }) => signedBy(at, payload, { crit: ['x'] }), 'header is none of ours'],
    ['a key of its own', (at, { payload }) => signedBy(at, payload, { jwk: {} }), 'header is none of ours'],
    [
      'another `iss`',
      (at, { payload }) => signedBy(at, { ...payload, iss: 'https://idp.example' }),
      '`iss` is another',
    ],
    [
      'for another',
      (at, { payload }) => signedBy(at, { ...payload, aud: 'https://x.example' }),
      '`aud` does not name us',
    ],
    ['for the gateway by its own name', (at, { payload }) => signedBy(at, { ...payload, aud: GATEWAY }), 'proceed'],
    ['issued later', (at, { payload }) => signedBy(at, { ...payload, iat: at.nowMs / 1000 + 60 }), '`iat` is ahead'],
    [
      '`sub` without `#`',
      (at, { payload }) => signedBy(at, { ...payload, sub: 'alice' }),
      'claims are not of the form',
    ],
    [
      '`sub` without a subject',
      (at, { payload }) => signedBy(at, { ...payload, sub: 'x#' }),
      'claims are not of the form',
    ],
    [
      'a subject of an issuer that is configured no more [own-token.origins]',
      (at, { payload }) => signedBy(at, { ...payload, sub: 'https://gone.example#alice' }),
      'of an issuer that is none of those configured',
    ],
    [
      'an actor of one',
      (at, { payload }) => signedBy(at, { ...payload, act: { iss: 'https://gone.example', sub: 'scout' } }),
      'of an issuer that is none of those configured',
    ],
    [
      'an actor of another that is configured',
      (at, { payload }) => signedBy(at, { ...payload, act: { iss: 'https://other.example', sub: 'scout' } }),
      'proceed',
    ],
    [
      'no claim of ours',
      (at, { payload }) => signedBy(at, { ...payload, ostiary: undefined }),
      'claims are not of the form',
    ],
    [
      'an agent as the subject',
      (at, { payload }) => signedBy(at, { ...payload, ostiary: { ...(payload['ostiary'] as object), kind: 'Agent' } }),
      'claims are not of the form',
    ],
    [
      '`cnf` of an unknown kind',
      (at, { payload }) => signedBy(at, { ...payload, cnf: { kid: 'x' } }),
      'claims are not',
    ],
    ['an empty `cnf`', (at, { payload }) => signedBy(at, { ...payload, cnf: {} }), 'claims are not of the form'],
    [
      'a chain of nine',
      (at, { payload }) => {
        let act: unknown
        for (let depth = 0; depth < 9; depth += 1) act = { iss: 'https://idp.example', sub: 'x', act }
        return signedBy(at, { ...payload, act })
      },
      'claims are not of the form',
    ],
    [
      'an actor without an issuer',
      (at, { payload }) => signedBy(at, { ...payload, act: { sub: 'x' } }),
      'claims are not',
    ],
  ])('%s', async (_name, make, wants) => {
    const at = await bench()
    const token = make(at, read(issued(at, grantOf(at, live(at))).token))
    expect(saidOf(at, token)).toMatch(wants)
  })

  it('one bit of the signature, and of the payload', async () => {
    const at = await bench()
    const { token } = issued(at, grantOf(at, live(at)))
    const { signature, ...rest } = read(token)
    const bent = Buffer.from(signature)
    bent[7] = (bent[7] ?? 0) ^ 1
    expect(at.own.verify({ ...rest, signature: bent })).toMatchObject({ forLog: 'signature does not hold' })
    const [head, , tail] = token.split('.')
    const grown = partOf({ ...rest.payload, scope: 'admin:*' })
    expect(saidOf(at, `${head}.${grown}.${tail}`)).toMatch('signature does not hold')
    expect(saidOf(at, token)).toBe('proceed')
  })
})
