import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { agent, CERTIFICATE, JKT, NOW, NOW_MS, OTHER_JKT, principal } from '../../test/principals.js'
import { type Actor, type Confirmation, covers, type Principal } from '../spec/index.js'
import { type Exchange, exchange, type Ruled } from './exchange.js'
import type { Grant } from './own-grant.js'

const LIMITS = { nowMs: NOW_MS, lifetimeMs: 300_000 }
const NOTHING = { jkt: undefined, certificate: undefined }
const byKey = (jkt: string): Confirmation => ({ jkt, certificate: undefined })
const byCertificate: Confirmation = { jkt: undefined, certificate: CERTIFICATE }

function ask(asked: Partial<Exchange> = {}, limits = LIMITS): Ruled {
  return exchange(
    { subject: principal(), actor: undefined, scopes: undefined, audiences: [], shown: NOTHING, ...asked },
    limits,
  )
}

function granted(ruled: Ruled): Grant {
  if (ruled.kind === 'deny') throw new Error(ruled.refusal.forLog)
  return ruled.grant
}

function said(ruled: Ruled): string {
  return ruled.kind === 'grant' ? 'granted' : `${ruled.error}: ${ruled.refusal.forLog}`
}

const scopes = (...all: string[]): ReadonlySet<string> => new Set(all)
const chain = (length: number): readonly Actor[] =>
  Array.from({ length }, (_, index) => ({ issuer: 'https://idp.example', subject: `agent-${index}` }))

describe('scopes [exchange.no-more-scope]', () => {
  test.each<[string, ReadonlySet<string> | undefined, string]>([
    ['none asked: all that the subject has', undefined, 'granted'],
    ['one of its own', scopes('models:list'), 'granted'],
    ['a narrower form of one', scopes('models:invoke:gpt-5-mini'), 'granted'],
    ['one that it lacks', scopes('datasets:read'), 'invalid_scope: scope beyond that of the subject'],
    ['its own, and one that it lacks', scopes('models:list', 'x'), 'invalid_scope: scope beyond that of the subject'],
    ['a broader form of one', scopes('models:*'), 'invalid_scope: scope beyond that of the subject'],
  ])('%s', (_name, wanted, wants) => {
    expect(said(ask({ scopes: wanted }))).toBe(wants)
  })

  it('gives what was asked for, and all of the subject where nothing was', () => {
    expect(granted(ask()).scopes).toEqual(['models:invoke', 'models:list'])
    expect(granted(ask({ scopes: scopes('models:invoke:gpt-5-mini') })).scopes).toEqual(['models:invoke:gpt-5-mini'])
  })

  it("does not take a longer scope of another's vocabulary for a narrower one", () => {
    const subject = principal({ scopes: scopes('users:read', 'tools:*') })
    expect(said(ask({ subject, scopes: scopes('users:read') }))).toBe('granted')
    expect(said(ask({ subject, scopes: scopes('tools:call:search') }))).toBe('granted')
    expect(said(ask({ subject, scopes: scopes('users:read:all') }))).toBe(
      'invalid_scope: scope beyond that of the subject',
    )
  })

  it("does not look at the actor's own scopes: it acts with the subject's", () => {
    expect(granted(ask({ actor: agent() })).scopes).toEqual(['models:invoke', 'models:list'])
    expect(said(ask({ actor: agent(), scopes: scopes('agents:act') }))).toMatch(/^invalid_scope/)
  })
})

describe('audiences [exchange.no-more-audience]', () => {
  test.each<[string, readonly string[], string]>([
    ['none asked', [], 'granted'],
    ['one of two', ['https://ledger.example'], 'granted'],
    ['another', ['https://elsewhere.example'], 'invalid_target: audience beyond those of the subject'],
    [
      'one of two, and another',
      ['https://ledger.example', 'x'],
      'invalid_target: audience beyond those of the subject',
    ],
    ['the beginning of one', ['https://ledger'], 'invalid_target: audience beyond those of the subject'],
    ['one with a slash more', ['https://ledger.example/'], 'invalid_target: audience beyond those of the subject'],
  ])('%s', (_name, audiences, wants) => {
    expect(said(ask({ audiences }))).toBe(wants)
  })

  it('gives no token that is for nobody', () => {
    expect(said(ask({ subject: principal({ audiences: [] }) }))).toMatch(/^invalid_target/)
  })

  it("does not add the actor's own", () => {
    const actor = agent({ audiences: ['https://gateway.example', 'https://vault.example'] })
    expect(granted(ask({ actor })).audiences).toEqual(['https://gateway.example', 'https://ledger.example'])
    expect(said(ask({ actor, audiences: ['https://vault.example'] }))).toMatch(/^invalid_target/)
  })
})

describe('lifetime [exchange.no-longer-life]', () => {
  test.each<[string, Partial<Exchange>, number, number]>([
    ['as long as is configured', { subject: principal({ expiresAt: NOW + 9000 }) }, 300_000, 300],
    ['no longer than the subject', {}, 300_000, 240],
    ['no longer than the actor', { actor: agent() }, 300_000, 120],
    ['no longer than the subject, whatever the actor has', { actor: agent({ expiresAt: NOW + 9000 }) }, 300_000, 240],
    ['whole seconds only', { subject: principal({ expiresAt: NOW + 10.9 }) }, 300_000, 10],
  ])('%s', (_name, asked, lifetimeMs, seconds) => {
    expect(granted(ask(asked, { nowMs: NOW_MS, lifetimeMs })).expiresAt).toBe(NOW + seconds)
  })

  it('refuses what was let in by the tolerance of clocks alone', () => {
    expect(said(ask({ subject: principal({ expiresAt: NOW - 3 }) }))).toBe('invalid_request: no second of life is left')
    expect(said(ask({ subject: principal({ expiresAt: NOW + 1 }) }))).toBe('granted')
    expect(said(ask({ actor: agent({ expiresAt: NOW }) }))).toBe('invalid_request: no second of life is left')
  })

  it('is as old as the oldest token behind it [own-token.age-stays]', () => {
    expect(granted(ask()).since).toBe(NOW - 60)
    expect(granted(ask({ actor: agent({ issuedAt: NOW - 400 }) })).since).toBe(NOW - 400)
    // Of an issuer whose clock is ahead: it was seen before whatever is revoked from now on.
    expect(granted(ask({ subject: principal({ issuedAt: NOW + 4 }) })).since).toBe(NOW)
  })
})

describe('who acts [exchange.act-chain]', () => {
  it('puts the actor outermost, with issuer and subject, and the chain so far within', () => {
    const subject = principal({ actors: chain(2) })
    expect(granted(ask({ subject, actor: agent() })).actors).toEqual([
      { issuer: 'https://idp.example', subject: 'scout' },
      ...chain(2),
    ])
  })

  it('keeps the chain where nobody new acts', () => {
    expect(granted(ask({ subject: principal({ actors: chain(3) }) })).actors).toEqual(chain(3))
    expect(granted(ask()).actors).toEqual([])
  })

  test.each([
    [7, 'granted'],
    [8, 'invalid_request: chain of more than 8 actors'],
    [50, 'invalid_request: chain of more than 8 actors'],
  ])('a chain of %i and one more [exchange.depth-limit]', (length, wants) => {
    expect(said(ask({ subject: principal({ actors: chain(length) }), actor: agent() }))).toBe(wants)
  })

  it('takes no actor token that is itself delegated [exchange.actor-acts-itself]', () => {
    expect(said(ask({ actor: agent({ actors: chain(1) }) }))).toBe('invalid_request: actor token has an `act`')
    expect(said(ask({ actor: agent() }))).toBe('granted')
  })

  test.each<[string, Actor, string]>([
    ['the actor', { issuer: 'https://idp.example', subject: 'scout' }, 'granted'],
    ['another', { issuer: 'https://idp.example', subject: 'ranger' }, 'invalid_request: `may_act` names another'],
    [
      'one of the same name at another issuer',
      { issuer: 'https://other.example', subject: 'scout' },
      'invalid_request: `may_act` names another',
    ],
  ])('`may_act` names %s [exchange.may-act]', (_name, mayAct, wants) => {
    expect(said(ask({ subject: principal({ mayAct }), actor: agent() }))).toBe(wants)
  })

  it('needs no `may_act` to narrow a token for oneself', () => {
    const mayAct = { issuer: 'https://idp.example', subject: 'ranger' }
    expect(said(ask({ subject: principal({ mayAct }) }))).toBe('granted')
  })
})

describe('binding [exchange.binding-kept]', () => {
  const mayAct = { issuer: 'https://idp.example', subject: 'scout' }
  const bound = (confirmation: Confirmation, more = {}): Principal => principal({ confirmation, ...more })
  const unproven = 'invalid_dpop_proof: bound token without a proof'
  const another = 'invalid_dpop_proof: proof by another key'
  const certificate = 'invalid_request: token bound to another certificate'

  test.each<[string, Partial<Exchange>, string | Confirmation | undefined]>([
    ['unbound, nothing shown', {}, undefined],
    ['unbound, a proof', { shown: { ...NOTHING, jkt: JKT } }, byKey(JKT)],
    ['unbound, a certificate that nobody asked for', { shown: { ...NOTHING, certificate: CERTIFICATE } }, undefined],
    ['bound, its own proof', { subject: bound(byKey(JKT)), shown: { ...NOTHING, jkt: JKT } }, byKey(JKT)],
    ['bound, nothing shown', { subject: bound(byKey(JKT)) }, unproven],
    ['bound, another proof', { subject: bound(byKey(JKT)), shown: { ...NOTHING, jkt: OTHER_JKT } }, another],
    [
      'bound, a certificate only',
      { subject: bound(byKey(JKT)), shown: { ...NOTHING, certificate: CERTIFICATE } },
      unproven,
    ],
    [
      'by certificate, that certificate',
      { subject: bound(byCertificate), shown: { ...NOTHING, certificate: CERTIFICATE } },
      byCertificate,
    ],
    [
      'by certificate, and a proof beside',
      { subject: bound(byCertificate), shown: { jkt: JKT, certificate: CERTIFICATE } },
      { jkt: JKT, certificate: CERTIFICATE },
    ],
    ['by certificate, a proof only', { subject: bound(byCertificate), shown: { ...NOTHING, jkt: JKT } }, certificate],
    [
      'by certificate, another',
      { subject: bound(byCertificate), shown: { ...NOTHING, certificate: JKT } },
      certificate,
    ],
    ['unbound, to an actor that shows nothing', { actor: agent() }, undefined],
    ['unbound, to an actor with a proof', { actor: agent(), shown: { ...NOTHING, jkt: JKT } }, byKey(JKT)],
    ['unbound, to a bound actor without its proof', { actor: agent({ confirmation: byKey(JKT) }) }, unproven],
    [
      'unbound, to a bound actor with its proof',
      { actor: agent({ confirmation: byKey(JKT) }), shown: { ...NOTHING, jkt: JKT } },
      byKey(JKT),
    ],
    [
      'unbound, to a bound actor with another proof',
      { actor: agent({ confirmation: byKey(JKT) }), shown: { ...NOTHING, jkt: OTHER_JKT } },
      another,
    ],
    [
      'unbound, to an actor bound by certificate',
      { actor: agent({ confirmation: byCertificate }), shown: { ...NOTHING, certificate: CERTIFICATE } },
      byCertificate,
    ],
    [
      'bound, to an actor that holds its key',
      { subject: bound(byKey(JKT)), actor: agent(), shown: { ...NOTHING, jkt: JKT } },
      byKey(JKT),
    ],
    [
      'bound, to an actor with a key of its own: a thief of both tokens would have one too',
      { subject: bound(byKey(JKT)), actor: agent(), shown: { ...NOTHING, jkt: OTHER_JKT } },
      another,
    ],
    [
      'bound, to the actor that `may_act` names, with a key of its own',
      { subject: bound(byKey(JKT), { mayAct }), actor: agent(), shown: { ...NOTHING, jkt: OTHER_JKT } },
      byKey(OTHER_JKT),
    ],
    [
      'bound, to the actor that `may_act` names, with a certificate of its own',
      { subject: bound(byKey(JKT), { mayAct }), actor: agent(), shown: { ...NOTHING, certificate: CERTIFICATE } },
      byCertificate,
    ],
    [
      'bound, to the actor that `may_act` names, and nothing shown: it may not become a bearer token',
      { subject: bound(byKey(JKT), { mayAct }), actor: agent() },
      unproven,
    ],
    [
      'bound, to the actor that `may_act` names, whose own token is bound to another key than it shows',
      {
        subject: bound(byKey(JKT), { mayAct }),
        actor: agent({ confirmation: byKey(OTHER_JKT) }),
        shown: { ...NOTHING, jkt: JKT },
      },
      another,
    ],
    [
      'bound, `may_act` names an actor, but the holder narrows it for itself: its own key, as ever',
      { subject: bound(byKey(JKT), { mayAct }), shown: { ...NOTHING, jkt: OTHER_JKT } },
      another,
    ],
  ])('%s', (_name, asked, wants) => {
    const ruled = ask(asked)
    if (typeof wants === 'string') expect(said(ruled)).toBe(wants)
    else expect(granted(ruled).confirmation).toEqual(wants)
  })
})

describe('networks [exchange.no-more-networks]', () => {
  test.each<[readonly string[], readonly string[], readonly string[] | string]>([
    [[], [], []],
    [['10.0.0.0/8'], [], ['10.0.0.0/8']],
    [[], ['10.1.0.0/16'], ['10.1.0.0/16']],
    [['10.0.0.0/8'], ['10.1.0.0/16', '192.0.2.0/24'], ['10.1.0.0/16']],
    [['10.1.2.3'], ['10.0.0.0/8'], ['10.1.2.3']],
    [['2001:db8::/32'], ['2001:db8:1::/48', '10.0.0.0/8'], ['2001:db8:1::/48']],
    [['10.0.0.0/8'], ['192.0.2.0/24'], 'invalid_request: networks of subject and actor are apart'],
    [['10.0.0.0/8'], ['2001:db8::/32'], 'invalid_request: networks of subject and actor are apart'],
  ])('of subject %j and actor %j', (ofSubject, ofActor, wants) => {
    const ruled = ask({ subject: principal({ networks: ofSubject }), actor: agent({ networks: ofActor }) })
    if (typeof wants === 'string') expect(said(ruled)).toBe(wants)
    else expect(granted(ruled).networks).toEqual(wants)
  })
})

describe('what ends it [exchange.parents-end-it]', () => {
  it('is every token behind it, its session and its key, and no name twice', () => {
    const subject = principal({ sessionId: 's1', revocableBy: ['key k1'] })
    const { from } = granted(ask({ subject, actor: agent({ sessionId: 's2' }) }))
    expect(from).toEqual([
      'token https://idp.example jti-of-alice',
      'any-token jti-of-alice',
      'session https://idp.example s1',
      'any-session s1',
      `digest ${'d1'.repeat(32)}`,
      'key k1',
      'token https://idp.example jti-of-scout',
      'any-token jti-of-scout',
      'session https://idp.example s2',
      'any-session s2',
      `digest ${'d2'.repeat(32)}`,
    ])
  })

  it('is also whoever owns a key that acts for another', () => {
    const owner = 'subject https://gateway.example owner'
    expect(granted(ask({ subject: principal({ revocableBy: [owner] }) })).from).toContain(owner)
  })
})

describe('whatever is asked of whatever token', () => {
  const vocabulary = ['models:invoke', 'models:invoke:a', 'models:*', 'datasets:read', 'users:read', 'users:read:all']
  const places = ['https://gateway.example', 'https://ledger.example', 'https://vault.example']
  const keys = fc.constantFrom(undefined, JKT, OTHER_JKT)
  const confirmations = fc.constantFrom(undefined, byKey(JKT), byKey(OTHER_JKT), byCertificate)
  const seconds = fc.integer({ min: NOW - 10, max: NOW + 900 })
  const facts = fc.record({
    scopes: fc.subarray(vocabulary).map((all) => new Set(all)),
    audiences: fc.subarray(places, { minLength: 1 }),
    expiresAt: seconds,
    actors: fc.integer({ min: 0, max: 9 }).map(chain),
    confirmation: confirmations,
    mayAct: fc.constantFrom(undefined, { issuer: 'https://idp.example', subject: 'scout' }),
  })
  const exchanges = fc.record({
    subject: facts.map((one) => principal(one)),
    actor: fc.option(
      fc.record({ expiresAt: seconds, confirmation: confirmations }).map((one) => agent(one)),
      { nil: undefined },
    ),
    scopes: fc.option(
      fc.subarray(vocabulary, { minLength: 1 }).map((all) => new Set(all)),
      { nil: undefined },
    ),
    audiences: fc.subarray(places),
    shown: fc.record({ jkt: keys, certificate: fc.constantFrom(undefined, CERTIFICATE) }),
  })

  it('the result never has more than the subject [exchange.never-more]', () => {
    let grants = 0
    fc.assert(
      fc.property(exchanges, fc.integer({ min: 10_000, max: 3_600_000 }), (asked, lifetimeMs) => {
        const ruled = exchange(asked, { nowMs: NOW_MS, lifetimeMs })
        if (ruled.kind === 'deny') return
        grants += 1
        const { subject, actor, shown } = asked
        const { grant } = ruled
        for (const one of grant.scopes) expect(covers(subject.scopes, one)).toBe(true)
        expect(subject.scopes.has('users:read:all') || !grant.scopes.includes('users:read:all')).toBe(true)
        for (const one of grant.audiences) expect(subject.audiences).toContain(one)
        expect(grant.audiences.length).toBeGreaterThan(0)
        expect(grant.expiresAt).toBeGreaterThan(NOW)
        expect(grant.expiresAt).toBeLessThanOrEqual(subject.expiresAt)
        expect(grant.expiresAt).toBeLessThanOrEqual(actor?.expiresAt ?? subject.expiresAt)
        expect(grant.expiresAt * 1000).toBeLessThanOrEqual(NOW_MS + lifetimeMs)
        expect(grant.actors.slice(actor === undefined ? 0 : 1)).toEqual(subject.actors)
        expect(grant.actors.length).toBeLessThanOrEqual(Math.max(8, subject.actors.length))
        // Bound it stays bound, and to nothing that was not shown in this very request.
        if (subject.confirmation !== undefined) expect(grant.confirmation).toBeDefined()
        if (actor?.confirmation?.jkt !== undefined) expect(grant.confirmation?.jkt).toBe(actor.confirmation.jkt)
        if (grant.confirmation?.jkt !== undefined) expect(grant.confirmation.jkt).toBe(shown.jkt)
        if (grant.confirmation?.certificate !== undefined)
          expect(grant.confirmation.certificate).toBe(shown.certificate)
        if (subject.confirmation?.jkt !== undefined && (actor === undefined || subject.mayAct === undefined)) {
          expect(grant.confirmation?.jkt).toBe(subject.confirmation.jkt)
        }
        for (const name of subject.revocableBy) {
          expect(grant.from.includes(name) || / (alice|agent-\d)$/.test(name)).toBe(true)
        }
      }),
      { numRuns: 3000 },
    )
    expect(grants).toBeGreaterThan(100)
  })
})
