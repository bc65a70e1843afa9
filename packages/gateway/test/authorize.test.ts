import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryStore } from '@ostiary/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import type { Gateway } from '../src/gateway.js'
import type { OpenLedger } from '../src/ledger/ledger.js'
import type { Store } from '../src/spec/index.js'
import { type House, openHouse } from './house.js'
import { type Answer, ask, prompt, send } from './http.js'
import { gatewayWith, HeldLog, ledgerWith } from './parts.js'
import { principal } from './principals.js'
import { released } from './released.js'
import { until } from './until.js'

// Decisions without forwarding, through a whole gateway.

const KEY = `AKIA${'ABCDEFGHIJKLMNOP'}`
const PHONE = '+49 151 7302 9458'

const POLICIES = `
@id("analysts") permit (principal in Group::"analysts", action in [Action::"invoke", Action::"searchDataset"], resource);
@id("tools") @obligation("block:pii.card, redact:pii.email")
permit (principal in Group::"analysts", action == Action::"callTool", resource is Tool)
when { principal.scopes.contains("tools:call") };
@id("no-restricted-out") @reason("restricted data is not sent out")
forbid (principal, action == Action::"callTool", resource is Tool)
when { context.labels.contains("restricted") && resource.effect == "send" };
@id("no-effects-after-web") @reason("what comes from outside may not act")
forbid (principal, action == Action::"callTool", resource is Tool)
when { context.labels.contains("untrusted") && context.hasEffects };
@id("pay-needs-security") @challenge("approval:security") @reason("payments need a second person")
forbid (principal, action == Action::"callTool", resource == Tool::"pay") unless { context.approvals.contains("pay-needs-security") };
@id("home") @reason("restricted data stays home")
forbid (principal, action == Action::"invoke", resource == Model::"other-model") when { context.labels.contains("restricted") };
@id("for-audit") forbid (principal, action == Action::"searchDataset", resource) when { context has purpose && context.purpose == "audit" };
`

const SCOPE = 'authorize:check tools:call models:invoke datasets:read'

const dir = mkdtempSync(join(tmpdir(), 'ostiary-authorize-'))
let house: House
afterEach(async () => {
  await house.close()
  rmSync(dir, { recursive: true, force: true })
})

async function open(): Promise<void> {
  house = await openHouse({
    policies: POLICIES,
    config: {
      ledger: { gather: { secret: 'restricted' } },
      tools: [
        { name: 'mail', server: 'https://mail.example/mcp', effect: 'send' },
        { name: 'pay', effect: 'write' },
        { name: 'calculator', effect: 'read' },
        { name: 'fetch', effect: 'read', labels: ['untrusted'] },
      ],
      datasets: [
        {
          name: 'handbook',
          purposes: ['support', 'audit'],
          documents: { store: `sqlite:${join(dir, 'handbook.db')}` },
        },
      ],
    },
  })
}

const about = (type: string, id: string, action: string, context: unknown): unknown => ({
  action,
  resource: { type, id },
  context,
})

async function check(body: unknown, scope = SCOPE, as = 'alice'): Promise<Answer> {
  return ask(house, body, { token: await house.token(as, { scope }), path: '/v1/authorize' })
}

async function tool(id: string, args: unknown = {}): Promise<Record<string, unknown>> {
  return (await check(about('Tool', id, 'callTool', { arguments: args }))).json() as Record<string, unknown>
}

test('says the reason of each policy that refuses apart [authorize.decides]', async () => {
  await open()
  expect(await tool('fetch')).toMatchObject({ decision: 'permit' })
  expect(await tool('pay')).toMatchObject({
    decision: 'forbid',
    reasons: ['what comes from outside may not act', 'payments need a second person'],
  })
})

test('decides, with obligations and public reasons, and forwards nothing [authorize.decides]', async () => {
  await open()
  const answer = await check(about('Tool', 'mail', 'callTool', { arguments: { to: 'bob', text: 'hello' } }))
  expect([answer.status, answer.json()]).toEqual([
    200,
    { decision: 'permit', obligations: ['block:pii.card', 'redact:pii.email'], reasons: [] },
  ])
  expect(answer.headers).toMatchObject({ 'ostiary-decision': 'permit', 'cache-control': 'no-store' })
  expect(await tool('mail', { text: `mine is ${KEY}` })).toEqual({
    ...{ decision: 'forbid', obligations: [], reasons: ['restricted data is not sent out'] },
    code: 'forbidden_by_policy',
  })
  expect(await tool('pay')).toEqual({
    ...{ decision: 'challenge', obligations: [], reasons: ['payments need a second person'] },
    code: 'approval_required',
  })
  expect(await tool('calculator', 'card 4111 1111 1111 1111')).toMatchObject({
    decision: 'forbid',
    code: 'content_blocked',
  })
  const model = async (id: string): Promise<unknown> => (await check(about('Model', id, 'invoke', {}))).json()
  expect(await model('other-model')).toEqual({ decision: 'permit', obligations: [], reasons: [] })
  const search = async (purpose?: string): Promise<Answer> =>
    check(about('Dataset', 'handbook', 'searchDataset', purpose === undefined ? {} : { purpose }))
  expect((await search()).json()).toMatchObject({ decision: 'permit' })
  expect((await search('audit')).json()).toMatchObject({ decision: 'forbid' })
  expect((await search('fun')).status).toBe(400)
  expect((await check(about('Model', 'model', 'invoke', {}), SCOPE, 'bob')).json()).toMatchObject({
    decision: 'forbid',
  })
  expect(house.upstream.requestCount).toBe(0)
})

test('is for whoever has the scopes of both, for that resource [authorize.scopes]', async () => {
  await open()
  const status = async (scope: string): Promise<unknown[]> => {
    const answer = await check(about('Tool', 'mail', 'callTool', {}), scope)
    return [answer.status, answer.headers['www-authenticate']?.match(/scope="([^"]*)"/)?.[1]]
  }
  expect(await status('authorize:check tools:call')).toEqual([200, undefined])
  expect(await status('authorize:check:mail tools:call:mail')).toEqual([200, undefined])
  expect(await status('tools:call')).toEqual([403, 'authorize:check'])
  expect(await status('authorize:check:pay tools:call')).toEqual([403, 'authorize:check:mail'])
  expect(await status('authorize:check models:invoke')).toEqual([403, 'tools:call'])
  expect(await status('authorize:check tools:call:pay')).toEqual([403, 'tools:call:mail'])
})

describe('what stands in the arguments', () => {
  test.each([
    ['a text', `key ${KEY}`],
    ['a value deep within', { a: [{ b: { c: KEY } }] }],
    ['a name', { [KEY]: 1 }],
    ['a list', [1, null, true, KEY]],
    ['JSON in a text, with escapes', JSON.stringify({ a: `x\n${KEY}` })],
  ])('counts: %s [authorize.arguments]', async (_, args) => {
    await open()
    const answer = await check(about('Tool', 'mail', 'callTool', { arguments: args, purpose: 'support' }))
    expect(answer.json()).toMatchObject({ decision: 'forbid', reasons: ['restricted data is not sent out'] })
    expect(answer.text).not.toContain('AKIA')
    for (const { text } of await house.entries()) expect(text).not.toContain('AKIA')
  })

  test.each([
    ['a number', { call: 4915173029458 }],
    ['a number in another notation', { call: { by: [4.915173029458e12] } }],
    ['in two fields of JSON in a text', '{"prefix":"+49 151","number":"7302 9458"}'],
    ['in two fields', { prefix: '+49 151', number: '7302 9458' }],
    ['the row in fields', { first: 'Zoe', last: 'MULLER', born: '12.03.1985' }],
  ])('is known again where it was released: %s', async (_, args) => {
    await open()
    await released(house, [{ values: ['Zoë', 'Müller', '1985-03-12', PHONE], labels: ['restricted'] }])
    expect(await tool('mail')).toMatchObject({ decision: 'permit' })
    await until(async () => (await tool('mail', args))['decision'] === 'forbid')
    // It was not sent; but whoever tries values learns of one, and no more.
    expect(await tool('mail')).toMatchObject({ decision: 'forbid' })
  })

  test('brings labels where the answer is a permit, and only there [authorize.labels]', async () => {
    await open()
    const model = async (): Promise<number> => {
      const token = await house.token('alice', { scope: SCOPE })
      return (await ask(house, prompt('hi', { model: 'other-model' }), { token })).status
    }
    expect(await tool('mail', KEY)).toMatchObject({ decision: 'forbid' })
    expect(await model()).toBe(200)
    expect(await tool('calculator', KEY)).toMatchObject({ decision: 'permit' })
    expect(await model()).toBe(403)
    expect(await tool('mail')).toMatchObject({ decision: 'forbid' })
  })

  test('and what a tool brings counts from the next time on', async () => {
    await open()
    expect(await tool('mail')).toMatchObject({ decision: 'permit' })
    expect(await tool('fetch')).toMatchObject({ decision: 'permit' })
    expect(await tool('fetch')).toMatchObject({ decision: 'permit' })
    expect(await tool('mail')).toMatchObject({ decision: 'forbid', reasons: ['what comes from outside may not act'] })
    expect(await tool('calculator')).toMatchObject({ decision: 'permit' })
  })
})

describe('the ledger', () => {
  const MAIL = {
    resource: { type: 'Tool', id: 'mail', attributes: { effect: 'send', server: '' } },
    labels: ['seen'],
  } as const
  let puts: (() => void)[] = []
  let mode: 'held' | 'away' = 'held'

  async function openHeld(): Promise<{ gateway: Gateway; ledger: OpenLedger; asking: () => Promise<Answer> }> {
    await open()
    puts = []
    const store = createMemoryStore({ now: Date.now })
    const held: Store = {
      ...store,
      async put(...put) {
        if (mode === 'away') throw new Error('away')
        await new Promise<void>((resolve) => puts.push(resolve))
        return await store.put(...put)
      },
    }
    const ledger = await ledgerWith(held, { now: Date.now })
    const rules = { tools: new Map([['mail', MAIL]]) }
    const gateway = await gatewayWith(new HeldLog(), house.config, { ledger, rules })
    const token = await house.token('alice', { scope: SCOPE })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const body = Buffer.from(JSON.stringify(about('Tool', 'mail', 'callTool', {})))
    return { gateway, ledger, asking: () => send(gateway.url, body, { path: '/v1/authorize', headers }) }
  }

  test('that does not take what it brings: nothing is permitted', async () => {
    mode = 'away'
    const { asking, gateway, ledger } = await openHeld()
    const answer = await asking()
    expect([answer.status, (answer.json() as { code: string }).code]).toEqual([503, 'overloaded'])
    await gateway.close()
    ledger.close()
  })

  test('has more by the time that it took it: that counts', async () => {
    mode = 'held'
    const { asking, gateway, ledger } = await openHeld()
    const answering = asking()
    await until(() => puts.length > 0)
    const alice = principal({ issuer: house.issuer.issuer, subject: 'alice' })
    const more = ledger.gather(alice, undefined, ['restricted'])
    const letting = setInterval(() => {
      for (const one of puts.splice(0)) one()
    }, 1)
    const answer = await answering
    await more
    clearInterval(letting)
    expect(answer.json()).toMatchObject({ decision: 'forbid', reasons: ['restricted data is not sent out'] })
    await gateway.close()
    ledger.close()
  })
})

test('leaves an outcome with what was decided, and no intent [authorize.logged]', async () => {
  await open()
  const answer = await check(about('Tool', 'mail', 'callTool', { arguments: { text: KEY } }))
  const { intent, outcome } = await house.exchange(answer.id)
  expect(intent).toBeUndefined()
  expect(outcome.own).toMatchObject({
    ...{ checked: true, outcome: 'done', status: 200, resource: 'mail', findings: { 'secret.aws': 1 } },
    decided: { kind: 'forbid', determining: ['no-restricted-out'] },
  })
  expect(outcome.text).toContain('callTool')
  const other = await check(about('Tool', 'calculator', 'callTool', { arguments: { text: KEY } }))
  expect((await house.exchange(other.id)).outcome.own).toMatchObject({ labels_brought: ['restricted'] })
})

test.each([
  [['callTool'], 'object'],
  [{ action: 'callTool' }, 'resource'],
  [{ action: 'administer', resource: { type: 'Gateway', id: 'ostiary' } }, 'action'],
  [{ action: 'callTool', resource: { type: 'Model', id: 'mail' } }, 'Tool'],
  [{ action: 'callTool', resource: { type: 'Tool', id: 3 } }, 'id'],
  [{ action: 'callTool', resource: { type: 'Tool', id: 'mail', effect: 'read' } }, 'unknown member'],
  [{ action: 'callTool', resource: { type: 'Tool', id: 'mail' }, labels: [] }, 'unknown member'],
  [{ action: 'callTool', resource: { type: 'Tool', id: 'mail' }, context: { labels: [] } }, 'unknown member'],
  [{ action: 'callTool', resource: { type: 'Tool', id: 'mail' }, context: { purpose: '' } }, 'purpose'],
  [{ action: 'callTool', resource: { type: 'Tool', id: 'mall' } }, 'tool'],
])('refuses %j', async (body, says) => {
  await open()
  const answer = await check(body)
  expect([answer.status, (answer.json() as { code: string }).code]).toEqual([400, 'invalid_request'])
  expect(answer.text).toContain(says)
})

test('knows no other models and datasets than those that are configured', async () => {
  await open()
  const code = async (body: unknown): Promise<unknown[]> => {
    const answer = await check(body)
    return [answer.status, (answer.json() as { code: string }).code]
  }
  expect(await code(about('Model', 'none', 'invoke', {}))).toEqual([404, 'model_not_found'])
  expect(await code(about('Dataset', 'none', 'searchDataset', {}))).toEqual([404, 'dataset_not_found'])
  expect(await code(about('Dataset', 'handbook', 'queryDataset', {}))).toEqual([404, 'dataset_not_found'])
})
