import { type Lie, openaiShapedKey } from '@ostiary/devkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type KeyChange, KeyRing } from '../src/forward/key-ring.js'
import type { Gateway, Rules } from '../src/gateway.js'
import type { Detector, IdentityProvider, PolicyEngine, SecretSource } from '../src/spec/index.js'
import { type House, openHouse } from './house.js'
import { type Answer, errorOf, prompt, send } from './http.js'
import { gatewayWith, HeldLog, rulesWith } from './parts.js'
import { until } from './until.js'

const POLICIES = `@id("analysts") @obligation("redact:secret, output:redact:secret")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"listModels"], resource is Model);
`

/** Falls ill at the sight of one word. */
const ill: Detector = {
  name: 'ill',
  types: ['secret.openai'],
  scan(text) {
    if (text.includes('plague')) throw new RangeError(`cannot look at ${text}`)
    return { findings: [], hold: text.length }
  },
}

let house: House
let log: HeldLog
let gateway: Gateway
let warnings: string[]

beforeAll(async () => {
  house = await openHouse({ policies: POLICIES })
})
afterAll(() => house.close())
beforeEach(() => {
  log = new HeldLog()
  warnings = []
  house.upstream.behave(undefined)
})
afterEach(() => gateway.close())

async function open(rules: Partial<Rules>): Promise<void> {
  gateway = await gatewayWith(log, house.config, { rules, warn: (message) => void warnings.push(message) })
}

async function ask(content: string, stream = false): Promise<Answer> {
  const headers = { authorization: `Bearer ${await house.token()}`, 'content-type': 'application/json' }
  return await send(gateway.url, Buffer.from(JSON.stringify(prompt(content, { stream }))), { headers })
}

async function lastOutcome(): Promise<{ own: Record<string, unknown>; text: string }> {
  return await until(() => {
    const text = log.entries.findLast((one) => one.includes('"type":"ai.ostiary.outcome"'))
    return (
      text !== undefined && {
        own: (JSON.parse(text) as { data: { unmapped: Record<string, unknown> } }).data.unmapped,
        text,
      }
    )
  })
}

function expectRefusal(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status, code })
  expect(answer.text).not.toContain('plague')
}

describe('a detector that throws', () => {
  test('closed: the request does not pass', async () => {
    await open({ detectors: [{ detector: ill, whenIll: 'closed' }] })
    const before = house.upstream.requestCount
    const answer = await ask('the plague')
    expectRefusal(answer, 503, 'inspection_failed')
    expect(answer.headers['x-should-retry']).toBe('false')
    expect(house.upstream.requestCount).toBe(before)
    const { own, text } = await lastOutcome()
    expect(own).toMatchObject({ outcome: 'refused', reason: 'inspection_failed', reason_detail: 'ill: RangeError' })
    expect(text).not.toContain('plague')
    expect((await ask('good health')).status).toBe(200)
  })

  test('open: it passes, and the log says that nobody looked', async () => {
    await open({ detectors: [{ detector: ill, whenIll: 'open' }] })
    expect((await ask('the plague')).status).toBe(200)
    expect(log.entries[0]).toContain('"findings":{"inspection.failed:ill":1}')
  })

  test('closed: an answer does not pass', async () => {
    await open({ detectors: [{ detector: ill, whenIll: 'closed' }] })
    house.upstream.behave({ kind: 'honest', text: 'the plague' })
    expectRefusal(await ask('hi'), 503, 'inspection_failed')
    expect((await lastOutcome()).own).toMatchObject({ reason: 'inspection_failed', upstream_status: 200, intent: 0 })
  })

  test('closed: a stream is torn before the word', async () => {
    await open({ detectors: [{ detector: ill, whenIll: 'closed' }] })
    const lie: Lie = { kind: 'honest', text: `in good health, and then the plague ${openaiShapedKey()}`, pieceSize: 4 }
    house.upstream.behave(lie)
    const answer = await ask('hi', true)
    expect(answer.status).toBe(200)
    expect(answer.text).not.toContain('[DONE]')
    expect(answer.text.trimEnd().split('\n\n').at(-1)).toContain('"code":"inspection_failed"')
    expect((await lastOutcome()).own).toMatchObject({ outcome: 'refused', reason: 'inspection_failed' })
  })
})

describe('another part that breaks its promise', () => {
  test('a policy engine that throws: refused, with an outcome', async () => {
    const engine: PolicyEngine = {
      digest: 'cd'.repeat(32),
      readsTime: false,
      tokenizes: false,
      scopes: [],
      usesFindings: () => new Set(),
      decide: () => {
        throw new TypeError('no engine')
      },
      inputs: () => '{}',
    }
    await open({ policy: engine })
    const before = house.upstream.requestCount
    expectRefusal(await ask('hi'), 503, 'inspection_failed')
    expect((await lastOutcome()).own).toMatchObject({ outcome: 'threw' })
    expect(house.upstream.requestCount).toBe(before)
  })

  test('an identity provider that rejects: the caller is cut off, and the gateway goes on', async () => {
    const provider: IdentityProvider = {
      issuer: house.issuer.issuer,
      verify: () => Promise.reject(new TypeError('no keys')),
      onRotation: () => () => undefined,
      close: async () => undefined,
    }
    await open({ identityProviders: [provider] })
    const before = house.upstream.requestCount
    await expect(ask('hi')).rejects.toThrow()
    expect((await send(gateway.url, undefined, { path: '/healthz' })).status).toBe(200)
    expect(log.entries).toEqual([])
    expect(house.upstream.requestCount).toBe(before)
  })

  test('a provider whose key cannot be read: 502, and what it is called stays here', async () => {
    const source: SecretSource = {
      kind: 'file',
      freshMs: 1000,
      read() {
        throw new Error('ENOENT /etc/keys/the-plague')
      },
    }
    const entries = [{ id: 'one', name: undefined, weight: 1, source }]
    const tell = (change: KeyChange): void => void told.push(change)
    const told: KeyChange[] = []
    const keys = new KeyRing({ provider: 'lying', entries, clock: { now: () => Date.now() }, tell })
    const provider = { name: 'lying', baseUrl: new URL(house.upstream.baseUrl), keys, credential: undefined }
    await open({ providers: new Map([['lying', provider]]) })
    expectRefusal(await ask('hi'), 502, 'upstream_failed')
    expect((await lastOutcome()).own).toMatchObject({ reason: 'upstream_failed', upstream_status: 0, intent: 0 })
    // Of an error that is not ours nobody knows what it quotes.
    expect(told).toEqual([{ provider: 'lying', key: '#1', what: 'key_unreadable', why: 'file: cannot be read' }])
    expect(log.entries.join()).not.toContain('/etc/keys')
  })
})

describe('reloads that an issuer lives through', () => {
  test('leave one listener at it, whatever was replaced, and that one hears', async () => {
    const listeners = new Set<() => void>()
    let verified = 0
    const { identityProviders } = rulesWith(house.config)
    const [real] = identityProviders
    if (real === undefined) throw new Error('no issuer')
    const issuer: IdentityProvider = {
      issuer: real.issuer,
      verify(token) {
        verified += 1
        return real.verify(token)
      },
      onRotation(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      close: () => real.close(),
    }
    await open({ identityProviders: [issuer] })
    const token = await house.token()
    const models = async (): Promise<number> =>
      (await send(gateway.url, undefined, { path: '/v1/models', headers: { authorization: `Bearer ${token}` } })).status
    expect(await models()).toBe(200)
    for (const host of ['one', 'two', 'three', 'three']) {
      const publicUrl = new URL(`https://${host}.example`)
      await gateway.use(rulesWith(house.config, { rules: { identityProviders: [issuer], publicUrl } }), 'test')
      expect(listeners.size).toBe(1)
    }
    expect(await models()).toBe(200)
    const before = verified
    expect(await models()).toBe(200)
    expect(verified).toBe(before)
    for (const listener of listeners) listener()
    expect(await models()).toBe(200)
    expect(verified).toBe(before + 1)
  })
})
