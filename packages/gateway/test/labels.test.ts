import { createMemoryStore } from '@ostiary/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import type { Store } from '../src/spec/index.js'
import { type House, type HouseOptions, openHouse } from './house.js'
import { prompt, send } from './http.js'
import { gatewayWith, HeldLog, ledgerWith } from './parts.js'
import { principal } from './principals.js'
import { until } from './until.js'

// Labels through a whole gateway: what brings them, what they forbid, and how long that lasts.

const CARD = '4111 1111 1111 1111'
const KEY = `AKIA${'ABCDEFGHIJKLMNOP'}`

const POLICIES = `
@id("analysts") permit (principal in Group::"analysts", action in [Action::"invoke", Action::"listModels"], resource is Model);
@id("support") permit (principal in Group::"support", action == Action::"invoke", resource is Model);
@id("stays-home") @reason("restricted data stays home")
forbid (principal, action == Action::"invoke", resource == Model::"other-model") when { context.labels.contains("restricted") };
`

let house: House
afterEach(() => house.close())

async function open(
  ledger: Record<string, unknown>,
  more: Partial<HouseOptions> & { policies?: string } = {},
): Promise<void> {
  const { config, ...rest } = more
  house = await openHouse({ policies: POLICIES, ...rest, config: { ...config, ledger } })
}

interface Asked {
  readonly as?: string
  readonly model?: string
  readonly stream?: boolean
  readonly messages?: readonly Record<string, unknown>[]
  readonly headers?: Readonly<Record<string, string>>
}

async function ask(
  content: string,
  { as = 'alice', model = 'model', messages, headers, stream = false }: Asked = {},
): Promise<Response> {
  return fetch(`${house.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await house.token(as)}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, stream, messages: messages ?? [{ role: 'user', content }] }),
  })
}

async function status(asking: Promise<Response>): Promise<number> {
  const answer = await asking
  await answer.text()
  return answer.status
}

async function labelsOf(asking: Promise<Response>): Promise<unknown> {
  const answer = await asking
  await answer.text()
  const { intent } = await house.exchange(answer.headers.get('x-request-id'))
  return intent?.own['labels']
}

describe('what findings bring', () => {
  test('forbids from the next exchange on, to whoever acts for the identity, and to nobody else [labels.of-identity]', async () => {
    await open({ gather: { secret: 'restricted' } })
    expect(await status(ask('hello', { model: 'other-model' }))).toBe(200)
    expect(await status(ask(`mine is ${KEY}`))).toBe(200)
    expect(await status(ask('hello', { model: 'other-model' }))).toBe(403)
    expect(await status(ask('hello', { model: 'other-model', headers: { 'ostiary-session': 'afresh' } }))).toBe(403)
    expect(await status(ask('hello'))).toBe(200)
    expect(await status(ask('hello', { as: 'bob', model: 'other-model' }))).toBe(200)
  })

  test('counts in the exchange that brings it [labels.in-play]', async () => {
    await open({ gather: { secret: 'restricted' } })
    expect(await status(ask(`mine is ${KEY}`, { model: 'other-model' }))).toBe(403)
    // Nothing was sent, so nothing has touched anybody.
    expect(await status(ask('hello', { model: 'other-model' }))).toBe(200)
  })

  test('is nothing where the finding is taken out of the text', async () => {
    const redacted = POLICIES.replace('@id("analysts")', '@id("analysts") @obligation("redact:secret")')
    await open({ gather: { secret: 'restricted' } }, { policies: redacted })
    expect(await status(ask(`mine is ${KEY}`, { model: 'other-model' }))).toBe(200)
    expect(await status(ask('hello', { model: 'other-model' }))).toBe(200)
  })

  test('is in the intent entry, before and after [labels.logged]', async () => {
    await open({ gather: { secret: ['restricted', 'keys'], 'pii.card': 'finance' } })
    expect(await labelsOf(ask('hello'))).toEqual({ before: [], after: [] })
    expect(await labelsOf(ask(`mine is ${KEY}`))).toEqual({ before: [], after: ['keys', 'restricted'] })
    expect(await labelsOf(ask(`mine is ${CARD}`))).toEqual({
      before: ['keys', 'restricted'],
      after: ['finance', 'keys', 'restricted'],
    })
    expect(await labelsOf(ask('hello'))).toEqual({
      before: ['finance', 'keys', 'restricted'],
      after: ['finance', 'keys', 'restricted'],
    })
  })

  test('outlives the gateway', async () => {
    await open({ gather: { secret: 'restricted' } })
    expect(await status(ask(`mine is ${KEY}`))).toBe(200)
    await house.stop()
    const again = await openHouse({
      ...{ dir: house.dir, upstream: house.upstream, issuer: house.issuer },
      config: { ledger: { gather: { secret: 'restricted' } } },
    })
    const first = house
    house = again
    expect(await status(ask('hello', { model: 'other-model' }))).toBe(403)
    await again.close()
    house = first
  })

  test('ages out', async () => {
    await open({ gather: { secret: 'restricted' }, ttl: '1s' })
    expect(await status(ask(`mine is ${KEY}`))).toBe(200)
    expect(await status(ask('hello', { model: 'other-model' }))).toBe(403)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect(await status(ask('hello', { model: 'other-model' }))).toBe(200)
  })
})

describe('what an answer says', () => {
  const GATHER = { gather: { secret: 'restricted' } }

  test.each([false, true])('brings labels too, streamed: %s [labels.answers]', async (stream) => {
    await open(GATHER)
    house.upstream.behave({ kind: 'honest', text: `take ${KEY} and go` })
    const answer = await ask('hello', { stream })
    expect({ status: answer.status, says: (await answer.text()).includes('AKIA') }).toEqual({ status: 200, says: true })
    house.upstream.behave(undefined)
    expect(await status(ask('hello', { model: 'other-model' }))).toBe(403)
    const { outcome } = await house.exchange(answer.headers.get('x-request-id'))
    expect(outcome.own['findings']).toEqual({ 'secret.aws': 1 })
  })

  test('brings none where it was taken out', async () => {
    const redacted = POLICIES.replace('@id("analysts")', '@id("analysts") @obligation("output:redact:secret")')
    await open(GATHER, { policies: redacted })
    house.upstream.behave({ kind: 'honest', text: `take ${KEY} and go` })
    expect(await status(ask('hello'))).toBe(200)
    house.upstream.behave(undefined)
    expect(await status(ask('hello', { model: 'other-model' }))).toBe(200)
  })

  test.each([false, true])('does not reach who may not have asked with it, streamed: %s', async (stream) => {
    await open(GATHER)
    house.upstream.behave({ kind: 'honest', text: `take ${KEY} and go` })
    const answer = await ask('hello', { model: 'other-model', stream })
    const text = await answer.text()
    expect(text).toContain('forbidden_by_policy')
    expect(text).not.toContain('AKIA')
  })

  test('is not released where its labels cannot be written [labels.durable-first]', async () => {
    await open(GATHER)
    const store = createMemoryStore({ now: Date.now })
    const ill: Store = { ...store, put: () => Promise.reject(new Error('away')) }
    const ledger = await ledgerWith(ill, { now: Date.now })
    const gathering = { findings: new Map([['secret.aws', ['restricted']] as const]), toolResults: [] }
    const gateway = await gatewayWith(new HeldLog(), house.config, { ledger, rules: { gathering } })
    const headers = { authorization: `Bearer ${await house.token()}`, 'content-type': 'application/json' }
    const sent = (content: string): Promise<{ status: number; text: string }> =>
      send(gateway.url, Buffer.from(JSON.stringify(prompt(content))), { headers })
    house.upstream.behave({ kind: 'honest', text: `take ${KEY} and go` })
    const answer = await sent('hello')
    expect({ status: answer.status, code: answer.text.includes('overloaded') }).toEqual({ status: 503, code: true })
    house.upstream.behave(undefined)
    const before = house.upstream.requestCount
    expect((await sent(`mine is ${KEY}`)).status).toBe(503)
    expect(house.upstream.requestCount).toBe(before)
    expect((await sent('hello')).status).toBe(200)
    await gateway.close()
    ledger.close()
  })
})

test('what tools gave back brings its labels', async () => {
  await open({ gather: { 'tool-results': 'restricted' } })
  const messages = [
    { role: 'user', content: 'what does it say?' },
    { role: 'assistant', tool_calls: [{ id: 'c1', type: 'function', function: { name: 'read', arguments: '{}' } }] },
    { role: 'tool', tool_call_id: 'c1', content: 'a page' },
  ]
  expect(await status(ask('', { messages, model: 'other-model' }))).toBe(403)
  expect(await status(ask('', { messages }))).toBe(200)
  expect(await status(ask('hello', { model: 'other-model' }))).toBe(403)
})

test('lists only models that labels leave', async () => {
  const listed = POLICIES.replace('forbid (principal, action == Action::"invoke"', 'forbid (principal, action')
  await open({ gather: { secret: 'restricted' } }, { policies: listed })
  const names = async (): Promise<readonly string[]> => {
    const answer = await fetch(`${house.url}/v1/models`, {
      headers: { authorization: `Bearer ${await house.token()}` },
    })
    const { data } = (await answer.json()) as { data: readonly { id: string }[] }
    return data.map(({ id }) => id)
  }
  expect(await names()).toEqual(['model', 'other-model'])
  expect(await status(ask(`mine is ${KEY}`))).toBe(200)
  expect(await names()).toEqual(['model'])
})

test('what rises while an exchange is recorded counts before anything is sent', async () => {
  await open({})
  const log = new HeldLog()
  const ledger = await ledgerWith(createMemoryStore({ now: Date.now }), { now: Date.now })
  const gateway = await gatewayWith(log, house.config, { ledger })
  log.mode = 'held'
  const before = house.upstream.requestCount
  const headers = { authorization: `Bearer ${await house.token()}`, 'content-type': 'application/json' }
  const body = Buffer.from(JSON.stringify({ ...prompt('hello'), model: 'other-model' }))
  const asking = send(gateway.url, body, { headers })
  await until(() => log.entries.length > 0)
  await ledger.gather(principal({ issuer: house.issuer.issuer, subject: 'alice' }), undefined, ['restricted'])
  log.mode = 'prompt'
  log.release()
  expect((await asking).status).toBe(403)
  expect(house.upstream.requestCount).toBe(before)
  await gateway.close()
  ledger.close()
})

describe('sessions', () => {
  test('are minted where labels stay with them, and only those that were are taken [labels.minted-sessions]', async () => {
    await open({ scope: 'session', gather: { secret: 'restricted' } })
    const mint = async (as: string): Promise<string> => {
      const headers = { authorization: `Bearer ${await house.token(as)}` }
      const answer = await fetch(`${house.url}/v1/sessions`, { method: 'POST', headers })
      expect(answer.status).toBe(201)
      return ((await answer.json()) as { id: string }).id
    }
    const [one, other] = [await mint('alice'), await mint('alice')]
    const within = (session: string): Record<string, string> => ({ 'ostiary-session': session })
    expect(await status(ask(`mine is ${KEY}`, { headers: within(one) }))).toBe(200)
    expect(await status(ask('hello', { model: 'other-model', headers: within(one) }))).toBe(403)
    expect(await status(ask('hello', { model: 'other-model', headers: within(other) }))).toBe(200)
    expect(await status(ask('hello', { headers: within('made-up') }))).toBe(400)
    expect(await status(ask('hello', { headers: within(await mint('bob')) }))).toBe(400)
  })

  test('are not served where labels belong to identities', async () => {
    await open({ gather: { secret: 'restricted' } })
    const headers = { authorization: `Bearer ${await house.token()}` }
    expect(await status(fetch(`${house.url}/v1/sessions`, { method: 'POST', headers }))).toBe(404)
  })
})
