import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import {
  type CompactJws,
  type IdentityProvider,
  type PrincipalFacts,
  principalOf,
  proceed,
  refuse,
  revocableName,
  type TokenRead,
} from '../../spec/index.js'
import { type GuardParts, guardIdentity, guardOpaque } from './guard.js'
import { loadProvider, type ModuleOptions } from './load.js'

const ISSUER = 'https://login.example'
const US = 'https://gateway.example'
const NOW = 1_800_000_000
const DIGEST = 'd'.repeat(64)

const TOKEN: TokenRead = {
  jws: 'a.b.c' as CompactJws,
  digest: DIGEST,
  header: {},
  payload: {},
  signingInput: Buffer.from('a.b'),
  signature: Buffer.from('c'),
}

const FACTS: PrincipalFacts = {
  issuer: ISSUER,
  subject: 'alice',
  groups: ['analysts'],
  attributes: { level: 3 },
  scopes: new Set(['models:invoke']),
  issuedAt: NOW - 60,
  expiresAt: NOW + 600,
  audiences: ['x', US],
  verifiedAtMs: 0,
  tokenDigest: DIGEST,
}

function parts(more: Partial<GuardParts> = {}): GuardParts & { readonly reports: string[] } {
  const reports: string[] = []
  return {
    issuer: ISSUER,
    audience: US,
    maxTokenLifetimeMs: 900_000,
    clockToleranceMs: 5000,
    streamGraceMs: 7000,
    dpop: 'optional',
    attributes: new Map([['level', 'Long']]),
    groupName: (said) => `login:${said}`,
    agents: new Map([['scout', ['agents']]]),
    clock: { now: () => NOW * 1000 },
    report: (text) => void reports.push(text),
    reports,
    ...more,
  }
}

/** What becomes of what a module says. */
async function said(answer: unknown, more: Partial<GuardParts> = {}) {
  const held = parts(more)
  const inner = {
    issuer: ISSUER,
    verify: () => answer,
    onRotation: () => () => undefined,
    close: async () => undefined,
  }
  const step = await guardIdentity(inner as unknown as IdentityProvider, held).verify(TOKEN)
  return { step, reports: held.reports }
}

describe('a principal that a module makes [module.checked]', () => {
  test('is made anew: names, proof and what revokes it are not its to say', async () => {
    const jkt = 'a'.repeat(43)
    const made = principalOf({
      ...FACTS,
      confirmation: { jkt, certificate: undefined },
      sessionId: 's1',
      tokenId: 't1',
    })
    const lying = {
      ...made,
      proof: 'bearer',
      tokenDigest: 'e'.repeat(64),
      verifiedAtMs: 1,
      streamGraceMs: 1e9,
      actor: { ...made.actor, uid: 'https://idp.example#admin' },
    }
    const { step } = await said(proceed(lying))
    expect(step).toMatchObject({
      kind: 'proceed',
      value: {
        actor: { kind: 'User', uid: `${ISSUER}#alice`, groups: ['login:analysts'], attributes: { level: 3 } },
        proof: 'dpop',
        tokenDigest: DIGEST,
        verifiedAtMs: NOW * 1000,
        streamGraceMs: 7000,
      },
    })
    if (step.kind === 'refuse') return
    for (const one of [
      { kind: 'session', issuer: ISSUER, id: 's1' },
      { kind: 'token', issuer: ISSUER, id: 't1' },
      { kind: 'subject', issuer: ISSUER, id: 'alice' },
      { kind: 'digest', id: DIGEST },
    ] as const) {
      expect(step.value.revocableBy).toContain(revocableName(one))
    }
  })

  test('by a promise too', async () => {
    expect((await said(Promise.resolve(proceed(principalOf(FACTS))))).step.kind).toBe('proceed')
  })

  test('may be an agent, in the groups of the configuration', async () => {
    const made = principalOf({ ...FACTS, actors: [{ issuer: ISSUER, subject: 'scout' }], agentGroups: ['admins'] })
    expect((await said(proceed(made))).step).toMatchObject({
      value: {
        actor: { kind: 'Agent', uid: `${ISSUER}#scout`, groups: ['agents'] },
        onBehalfOf: { kind: 'User', uid: `${ISSUER}#alice`, groups: ['login:analysts'] },
      },
    })
  })

  test('is in no group that its issuer may not name', async () => {
    const groupName = (name: string): string | undefined => (name === 'analysts' ? name : undefined)
    const { step } = await said(proceed(principalOf({ ...FACTS, groups: ['admins', 'analysts'] })), { groupName })
    expect(step).toMatchObject({ value: { actor: { groups: ['analysts'] } } })
  })

  const good = principalOf(FACTS)
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'alice'],
    ['no subject', { ...good, actor: undefined }],
    ['an empty subject', principalOf({ ...FACTS, subject: '' })],
    ['a subject of another issuer', principalOf({ ...FACTS, issuer: 'https://idp.example' })],
    ['a kind that is none', { ...good, actor: { ...good.actor, kind: 'Admin' } }],
    ['an agent for nobody', { ...good, actor: { ...good.actor, kind: 'Agent' } }],
    ['actors without whom they act for', { ...good, actors: [{ issuer: ISSUER, subject: 'scout' }] }],
    [
      'an actor of another issuer',
      principalOf({ ...FACTS, actors: [{ issuer: 'https://idp.example', subject: 'x' }] }),
    ],
    [
      'nine actors',
      principalOf({ ...FACTS, actors: Array.from({ length: 9 }, () => ({ issuer: ISSUER, subject: 'a' })) }),
    ],
    ['a text of groups', { ...good, actor: { ...good.actor, groups: 'admins' } }],
    ['a number among groups', { ...good, actor: { ...good.actor, groups: [7] } }],
    ['a list of scopes', { ...good, scopes: ['models:invoke'] }],
    ['a number among scopes', { ...good, scopes: new Set([7]) }],
    ['a text of audiences', { ...good, audiences: US }],
    ['no end', { ...good, expiresAt: undefined }],
    ['an end that is none', { ...good, expiresAt: Number.POSITIVE_INFINITY }],
    ['a text of an end', { ...good, expiresAt: String(NOW + 600) }],
    ['no begin', { ...good, issuedAt: Number.NaN }],
    ['an attribute that policies do not know', principalOf({ ...FACTS, attributes: { clearance: 'top' } })],
    ['an attribute of another type', principalOf({ ...FACTS, attributes: { level: '3' } })],
    ['a confirmation of nothing', { ...good, confirmation: {} }],
    ['a confirmation that is no thumbprint', { ...good, confirmation: { jkt: 'short' } }],
    ['a name with a line in it', principalOf({ ...FACTS, tokenId: 'a\nb' })],
    ['a revocation by no text', { ...good, revocableBy: [{}] }],
  ])('with %s is no answer: 503, told to the operator', async (_what, value) => {
    const { step, reports } = await said({ kind: 'proceed', value })
    expect(step).toMatchObject({ kind: 'refuse', code: 'overloaded', headers: { 'x-should-retry': 'false' } })
    expect(reports).toHaveLength(1)
    expect((await said({ kind: 'proceed', value: good })).step.kind).toBe('proceed')
  })

  test.each<[string, Partial<PrincipalFacts>, string]>([
    ['for somebody else', { audiences: ['https://elsewhere.example'] }, 'invalid_token'],
    ['that lives too long', { expiresAt: NOW + 3600 }, 'invalid_token'],
    ['that ends before it begins', { issuedAt: NOW + 3, expiresAt: NOW + 2 }, 'invalid_token'],
    ['from the future', { issuedAt: NOW + 60 }, 'invalid_token'],
    ['that is over', { issuedAt: NOW - 600, expiresAt: NOW - 5 }, 'expired_token'],
  ])('%s is refused', async (_what, change, code) => {
    expect((await said(proceed(principalOf({ ...FACTS, ...change })))).step).toMatchObject({ kind: 'refuse', code })
  })

  test('must be bound where the entry says so', async () => {
    expect((await said(proceed(good), { dpop: 'required' })).step).toMatchObject({ code: 'invalid_token' })
    const confirmation = { jkt: undefined, certificate: 'b'.repeat(43) }
    const bound = principalOf({ ...FACTS, confirmation })
    expect((await said(proceed(bound), { dpop: 'required' })).step).toMatchObject({ value: { proof: 'mtls' } })
  })
})

describe('a module [module.checked]', () => {
  test('that refuses says so in its words for the log and ours for the caller', async () => {
    const { step } = await said(refuse('expired_token', 'over\nsince long', { message: 'Dear caller, the key is k1.' }))
    expect(step).toMatchObject({
      code: 'expired_token',
      status: 401,
      message: 'The access token has expired.',
      forLog: 'module: over since long',
    })
  })

  test.each(['forbidden_by_policy', 'model_not_found', 'constructor', undefined])(
    'that refuses with `%s` refuses the token',
    async (code) => {
      expect((await said({ kind: 'refuse', code })).step).toMatchObject({ code: 'invalid_token', status: 401 })
    },
  )

  test.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['true', () => true],
    ['a principal without a step', () => principalOf(FACTS)],
    ['a step of another kind', () => ({ kind: 'permit', value: principalOf(FACTS) })],
    ['a step without a value', () => ({ kind: 'proceed' })],
    ['a rejection', () => Promise.reject(new TypeError('token a.b.c'))],
  ])('that answers with %s is ill', async (_what, answer) => {
    const { step, reports } = await said(answer())
    expect(step).toMatchObject({ code: 'overloaded', status: 503 })
    expect(JSON.stringify([step, reports])).not.toContain('a.b.c')
  })

  test('that throws is ill, and its message, which may hold the token, goes nowhere', async () => {
    const held = parts()
    const verify = (): never => {
      throw new RangeError('token a.b.c')
    }
    const step = await guardOpaque({ issuer: ISSUER, prefix: 'x', verify, close: async () => undefined }, held).verify(
      TOKEN as never,
    )
    expect(step).toMatchObject({ code: 'overloaded', forLog: 'module: threw RangeError' })
    expect(held.reports).toEqual([`issuer \`${ISSUER}\`: module: threw RangeError`])
  })

  describe('that hangs', () => {
    afterEach(() => void vi.useRealTimers())

    test('holds its own callers, 10 s and 256 of them at the most', async () => {
      vi.useFakeTimers()
      const verify = () => new Promise<never>(() => undefined)
      const provider = guardOpaque({ issuer: ISSUER, prefix: '', verify, close: async () => undefined }, parts())
      const token = { token: 't', digest: DIGEST }
      const waiting = Array.from({ length: 256 }, () => provider.verify(token))
      expect(provider.verify(token)).toMatchObject({ forLog: 'module: more than 256 tokens asked about at once' })
      await vi.advanceTimersByTimeAsync(10_000)
      for (const step of await Promise.all(waiting)) expect(step).toMatchObject({ forLog: 'module: no answer in 10 s' })
      vi.useRealTimers()
    })
  })
})

describe('loading', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ostiary-module-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  const path = join(dir, 'idp.mjs')
  const options = (): ModuleOptions => ({ ...parts(), path, options: { a: 1 } })
  const load = (text: string) => {
    writeFileSync(path, text)
    return loadProvider(options())
  }
  const provider = (members: string): string => `export default (context) => ({ issuer: context.issuer, ${members} })`
  const WHOLE = 'verify: () => ({ kind: "refuse", code: "revoked_token" }), close: async () => {}'

  test('gives the seam that the provider is of [module.loaded]', async () => {
    const identity = await load(provider(`${WHOLE}, onRotation: () => () => {}`))
    expect(identity.kind).toBe('identity')
    expect(await identity.provider.verify(TOKEN as never)).toMatchObject({ code: 'revoked_token' })
    const opaque = await load(provider(`${WHOLE}, prefix: "acme_"`))
    expect(opaque).toMatchObject({ kind: 'opaque', provider: { prefix: 'acme_', issuer: ISSUER } })
  })

  test('hands over what the entry says [module.loaded]', async () => {
    const text = `export default async ({ issuer, audience, options, clock, report }) => {
      report(JSON.stringify([issuer, audience, options, clock.now()]))
      return { issuer, ${WHOLE}, prefix: '' }
    }`
    writeFileSync(path, text)
    const held = parts()
    await loadProvider({ ...held, path, options: { a: 1 } })
    expect(held.reports).toEqual([JSON.stringify([ISSUER, US, { a: 1 }, NOW * 1000])])
  })

  test('runs a file again only where it changed [module.loaded]', async () => {
    const text = (mark: number): string =>
      `globalThis.loadedModules = (globalThis.loadedModules ?? 0) + ${mark}; ${provider(`${WHOLE}, prefix: ""`)}`
    const count = (): unknown => (globalThis as { loadedModules?: number }).loadedModules
    await load(text(1))
    await load(text(1))
    expect(count()).toBe(1)
    await load(text(10))
    expect(count()).toBe(11)
  })

  test.each<[string, string, RegExp]>([
    ['that is no JavaScript', 'export default (', /idp\.mjs: \S/],
    ['that imports what is not there', 'import "./nothing.mjs"', /nothing\.mjs/],
    ['that throws', 'throw new Error("no key")', /no key$/],
    ['without a default export', 'export const a = 1', /its default export is no function$/],
    ['whose default export throws', 'export default () => { throw new Error("no key") }', /no key$/],
    ['that gives nothing', 'export default () => {}', /gives no object$/],
    [
      'of another issuer',
      `export default () => ({ issuer: "https://idp.example", ${WHOLE}, prefix: "" })`,
      /another issuer than/,
    ],
    ['without `verify`', provider('close: async () => {}, prefix: ""'), /no function `verify`$/],
    ['without `close`', provider('verify: () => {}, prefix: ""'), /no function `close`$/],
    ['of neither seam', provider(WHOLE), /neither a text `prefix` nor a function `onRotation`$/],
    [
      'that would speak for a trust domain',
      provider(`${WHOLE}, onRotation: () => {}, trustDomain: "a"`),
      /trust domain$/,
    ],
  ])('a file %s fails with its name and the reason [module.loaded]', async (_what, text, why) => {
    const error = await load(text).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'ModuleFault', message: expect.stringMatching(why) })
    expect(String(error)).toContain(`issuers: module ${path}: `)
  })

  test('a file that is not there fails with its name', async () => {
    const missing = { ...options(), path: join(dir, 'none.mjs') }
    await expect(loadProvider(missing)).rejects.toThrow(`issuers: module ${missing.path}: cannot be read (`)
  })
})
