import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Gateway } from '../src/gateway.js'
import type { Store } from '../src/spec/index.js'
import { type House, openHouse } from './house.js'
import { type Answer, type Ask, errorOf, prompt, send } from './http.js'
import { gatewayWith, HeldLog, type HeldOptions } from './parts.js'
import { until } from './until.js'

const HELD_MS = 60

let house: House
let log: HeldLog
let gateway: Gateway | undefined
let warnings: string[]

beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())
beforeEach(() => {
  log = new HeldLog()
  warnings = []
  house.upstream.behave(undefined)
})
afterEach(async () => {
  log.mode = 'prompt'
  log.release()
  await gateway?.close()
})

async function open(options: HeldOptions = {}): Promise<void> {
  gateway = await gatewayWith(log, house.config, { warn: (message) => void warnings.push(message), ...options })
}

async function ask(body: unknown, options: Ask = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${await house.token(options.as)}`, 'content-type': 'application/json' }
  return await send(gateway?.url ?? '', Buffer.from(JSON.stringify(body)), { headers, ...options })
}

/** A call that the log holds up: what has happened while it waited, and what it became. */
async function held(
  body: unknown,
): Promise<{ readonly forwarded: boolean; readonly answered: boolean; readonly answer: () => Promise<Answer> }> {
  log.mode = 'held'
  const before = house.upstream.requestCount
  let answered = false
  const asking = ask(body).finally(() => {
    answered = true
  })
  asking.catch(() => undefined)
  await until(() => log.entries.length > 0)
  await sleep(HELD_MS)
  const forwarded = house.upstream.requestCount > before
  return {
    forwarded,
    answered,
    answer: () => {
      log.mode = 'prompt'
      log.release()
      return asking
    },
  }
}

const types = (): string[] =>
  log.entries.map((one) => (JSON.parse(one) as { type: string }).type.replace('ai.ostiary.', ''))

describe('before-forward', () => {
  test('the provider is not called before the intent is durable [gate.intent-first]', async () => {
    await open()
    const before = house.upstream.requestCount
    const { forwarded, answered, answer } = await held(prompt('hi'))
    expect({ forwarded, answered, types: types() }).toEqual({ forwarded: false, answered: false, types: ['intent'] })
    const given = await answer()
    expect(given.status).toBe(200)
    expect(given.headers['ostiary-receipt']).toBe('gateway.example/audit/0')
    expect(house.upstream.requestCount).toBe(before + 1)
    await until(() => types().join() === 'intent,outcome')
  })

  test('for a caller who left meanwhile nothing is sent', async () => {
    await open()
    log.mode = 'held'
    const before = house.upstream.requestCount
    const controller = new AbortController()
    const asking = ask(prompt('hi'), { signal: controller.signal })
    await until(() => log.entries.length > 0)
    controller.abort()
    await expect(asking).rejects.toThrow()
    await sleep(HELD_MS)
    log.mode = 'prompt'
    log.release()
    await until(() => types().join() === 'intent,outcome')
    expect(log.entries.at(-1)).toContain('"outcome":"left"')
    expect(house.upstream.requestCount).toBe(before)
  })

  test.each(['refuses', 'loses'] as const)(
    'closed, and the log %s: nothing is made that cannot be recorded [gate.fail-closed]',
    async (mode) => {
      await open()
      log.mode = mode
      const before = house.upstream.requestCount
      for (const stream of [false, true]) {
        const answer = await ask(prompt('hi', { stream }))
        expect({ status: answer.status, code: errorOf(answer).code }).toEqual({
          status: 503,
          code: 'audit_unavailable',
        })
        expect(answer.headers['x-should-retry']).toBe('false')
        expect(answer.headers['ostiary-receipt']).toBeUndefined()
      }
      expect(house.upstream.requestCount).toBe(before)
      expect(warnings.join('\n')).toContain('intent entry not written')
      log.mode = 'prompt'
      expect((await ask(prompt('hi'))).status).toBe(200)
    },
  )

  test.each(['refuses', 'loses'] as const)(
    'open, and the log %s: it goes on without a receipt [gate.fail-open]',
    async (mode) => {
      await open({ audit: { failure: 'open' } })
      log.mode = mode
      const answer = await ask(prompt('hi'))
      expect(answer.status).toBe(200)
      expect(answer.headers['ostiary-receipt']).toBeUndefined()
      expect(warnings.join('\n')).toContain('intent entry not written')
    },
  )

  test('a store that does not answer: no name to log by, so nothing is done', async () => {
    const broken: Store = {
      get: () => Promise.reject(new Error('database is locked')),
      put: () => Promise.reject(new Error('database is locked')),
      // The vault has looked already, and hears nothing of anybody.
      follow: async () => () => undefined,
      close: async () => undefined,
    }
    await open({ store: broken })
    const before = house.upstream.requestCount
    const answer = await ask(prompt('hi'))
    expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 503, code: 'audit_unavailable' })
    expect(answer.headers['x-should-retry']).toBe('false')
    expect(house.upstream.requestCount).toBe(before)
  })
})

describe('before-release [gate.before-release]', () => {
  const order = { audit: { order: 'before-release' } } as const

  test.each([false, true])('the provider is called at once, the answer waits (stream: %s)', async (stream) => {
    await open(order)
    const { forwarded, answered, answer } = await held(prompt('hi', { stream }))
    expect({ forwarded, answered }).toEqual({ forwarded: true, answered: false })
    const given = await answer()
    expect(given.status).toBe(200)
    expect(given.headers['ostiary-receipt']).toBe('gateway.example/audit/0')
    expect(given.text).toContain('chatcmpl-lying-1')
  })

  test.each<[string, Record<string, unknown>]>([
    ['storage', { store: true }],
    ['a tool that the provider runs', { tools: [{ type: 'web_search' }] }],
    ['a search', { web_search_options: {} }],
  ])('but a body that asks for %s waits before it is forwarded', async (_what, more) => {
    await open(order)
    const { forwarded, answer } = await held(prompt('hi', more))
    expect(forwarded).toBe(false)
    expect((await answer()).status).toBe(200)
  })

  test.each([false, true])('what could not be recorded is not released, and says so (stream: %s)', async (stream) => {
    await open(order)
    log.mode = 'loses'
    const before = house.upstream.requestCount
    const answer = await ask(prompt('hi', { stream }))
    expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 503, code: 'audit_unavailable' })
    expect(errorOf(answer).message).toContain('not released')
    expect(answer.headers['x-should-retry']).toBe('false')
    expect(answer.headers['ostiary-receipt']).toBeUndefined()
    expect(answer.text).not.toContain('honest')
    expect(house.upstream.requestCount).toBe(before + 1)
  })

  test('open: it is released without a receipt', async () => {
    await open({ audit: { order: 'before-release', failure: 'open' } })
    log.mode = 'loses'
    const answer = await ask(prompt('hi'))
    expect(answer.status).toBe(200)
    expect(answer.headers['ostiary-receipt']).toBeUndefined()
    expect(warnings.join('\n')).toContain('intent entry not written')
  })

  test('a failure of the provider waits too, and then has its receipt', async () => {
    await open(order)
    house.upstream.behave({ kind: 'not-http' })
    const { answered, answer } = await held(prompt('hi'))
    expect(answered).toBe(false)
    const given = await answer()
    expect({ status: given.status, code: errorOf(given).code }).toEqual({ status: 502, code: 'upstream_failed' })
    expect(given.headers['ostiary-receipt']).toBe('gateway.example/audit/0')
  })

  test('both fail at once: one refusal, and nothing is left unheard', async () => {
    await open(order)
    house.upstream.behave({ kind: 'not-http' })
    log.mode = 'loses'
    const answer = await ask(prompt('hi'))
    expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 503, code: 'audit_unavailable' })
  })

  test('a caller who leaves while both are under way', async () => {
    await open(order)
    log.mode = 'held'
    house.upstream.behave({ kind: 'never-answers' })
    const aborted = house.upstream.abortedSockets
    const controller = new AbortController()
    const asking = ask(prompt('hi'), { signal: controller.signal })
    await until(() => house.upstream.answering > 0)
    controller.abort()
    await expect(asking).rejects.toThrow()
    await until(() => house.upstream.abortedSockets === aborted + 1)
    log.mode = 'loses'
    log.release()
    await until(() => types().join() === 'intent,outcome')
  })
})
