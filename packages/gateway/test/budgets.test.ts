import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Allowance, Charge, Demand } from '../src/spec/index.js'
import { proceed } from '../src/spec/index.js'
import { build } from './command.js'
import { type House, openHouse } from './house.js'
import { type Answer, ask, errorOf, prompt, send } from './http.js'
import { gatewayWith, HeldLog } from './parts.js'
import { POSTGRES, startPostgres } from './postgres.js'
import { runScript } from './script.js'
import { until } from './until.js'

/** What an honest answer of the fake provider reports: 12 and 34. */
const COST = 46

let house: House

afterEach(() => house.close())

async function open(config: Readonly<Record<string, unknown>>, policies?: string): Promise<void> {
  house = await openHouse({ config, ...(policies === undefined ? {} : { policies }) })
}

const rules = (...all: readonly unknown[]): Readonly<Record<string, unknown>> => ({ budgets: { rules: all } })
const own = (more: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  rules({ name: 'own', per: 'principal', ...more })
/** A request that is bounded, so that what it may cost is known. */
const bounded = (maxTokens = 34): Readonly<Record<string, unknown>> => prompt('hi', { max_tokens: maxTokens })

async function metrics(): Promise<string> {
  return (await send(house.running.gateway.adminUrl, undefined, { path: '/metrics' })).text
}

describe('requests in a minute [budgets.answers]', () => {
  test('are told on every answer, and the one too many is a 429 that says when to come again', async () => {
    await open(own({ requests: '2/1m' }))
    const first = await ask(house, prompt('hi'))
    expect(first.status).toBe(200)
    expect(first.headers).toMatchObject({
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
      'ratelimit-policy': '"requests";q=2;w=60',
    })
    expect((await ask(house, prompt('hi'))).headers['x-ratelimit-remaining-requests']).toBe('0')
    const third = await ask(house, prompt('hi'))
    expect([third.status, errorOf(third).type, errorOf(third).code]).toEqual([429, 'rate_limit_error', 'rate_limited'])
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(50)
    expect(third.headers['ratelimit']).toMatch(/^"requests";r=0;t=\d+$/)
    expect(house.upstream.requestCount).toBe(2)
    // Another has an allowance of its own.
    house.writePolicies('@id("all") permit (principal, action, resource);')
    await house.running.reload(house.config, 'test')
    expect((await ask(house, prompt('hi'), { as: 'bob' })).status).toBe(200)
  })

  test('answers of whom no rate counts say nothing of one', async () => {
    await open(
      rules({ name: 'everybody', per: 'all', requests: '100/1m' }, { name: 'o', per: 'principal', tokens: '9999/1d' }),
    )
    const answer = await ask(house, prompt('hi'))
    expect(Object.keys(answer.headers).filter((name) => name.includes('ratelimit'))).toEqual([])
  })

  test('the entry and the metrics name the budget, and nothing of the request', async () => {
    await open(own({ requests: '1/1m' }))
    await ask(house, prompt('hi'))
    const { id } = await ask(house, prompt('a word that nobody else says'))
    const { intent, outcome } = await house.exchange(id)
    expect(intent).toBeUndefined()
    expect(outcome.own).toMatchObject({ reason: 'rate_limited', reason_detail: 'budget own: requests/1m: 0 of 1 left' })
    expect(outcome.text).not.toContain('nobody')
    expect(await metrics()).toContain('ostiary_budget_refusals_total{budget="own"} 1')
  })
})

describe('tokens and money of a day [budgets.reconcile]', () => {
  test('are what answers report, until there is no more', async () => {
    await open(own({ tokens: `${3 * COST + 20}/1d` }))
    for (let times = 0; times < 3; times += 1) expect((await ask(house, bounded())).status).toBe(200)
    const refused = await ask(house, bounded())
    expect([refused.status, errorOf(refused).code]).toEqual([403, 'budget_exceeded'])
    expect(refused.headers['retry-after']).toBeUndefined()
  })

  test('money is counted by the price, in the entry too', async () => {
    const models = [
      { name: 'model', provider: 'lying', price: { input: 0.5, output: '2' } },
      { name: 'other-model', provider: 'lying', price: { input: 0.0005, output: 0.002, per: '1K' } },
    ]
    // An answer costs 12 * 0.5 + 34 * 2 = 74 millionths.
    await open({ models, ...own({ money: '0.000160/1d' }) })
    const first = await ask(house, bounded())
    expect((await house.exchange(first.id)).outcome.own['charged']).toEqual({
      ...{ estimate: false, input: 12, micro: 74, output: 34 },
    })
    expect((await ask(house, { ...bounded(), model: 'other-model' })).status).toBe(200)
    expect(errorOf(await ask(house, bounded())).code).toBe('budget_exceeded')
  })

  test('a price without a budget is in the entry alone', async () => {
    await open({ models: [{ name: 'model', provider: 'lying', price: { input: 1, output: 1 } }] })
    const { id } = await ask(house, prompt('hi'))
    expect((await house.exchange(id)).outcome.own['charged']).toMatchObject({ micro: COST })
  })

  test('an error of the provider costs nothing', async () => {
    await open(own({ tokens: `${COST + 20}/1d` }))
    house.upstream.behave({ kind: 'status', status: 500 })
    expect((await ask(house, bounded())).status).toBe(500)
    house.upstream.behave(undefined)
    expect((await ask(house, bounded())).status).toBe(200)
    expect((await ask(house, bounded())).status).toBe(403)
  })

  test('what may cost more than the whole is refused at once, and told so', async () => {
    await open(own({ tokens: '100/1d' }))
    const answer = await ask(house, bounded(200))
    expect([answer.status, errorOf(answer).code]).toEqual([403, 'budget_exceeded'])
    expect(errorOf(answer).message).toContain('more tokens than its whole budget has')
    expect(house.upstream.requestCount).toBe(0)
    // Each of several choices is an answer.
    expect((await ask(house, { ...bounded(30), n: 3 })).status).toBe(403)
    expect((await ask(house, { ...bounded(30), n: 2 })).status).toBe(200)
  })

  test('a reload brings other rules, and what was spent is spent', async () => {
    await open(own({ tokens: `${COST + 20}/1d` }))
    expect((await ask(house, bounded())).status).toBe(200)
    expect((await ask(house, bounded())).status).toBe(403)
    await house.running.reload(house.configure(own({ tokens: `${2 * COST + 20}/1d` })), 'test')
    expect((await ask(house, bounded())).status).toBe(200)
    expect((await ask(house, bounded())).status).toBe(403)
    await house.running.reload(house.configure({ budgets: {} }), 'test')
    expect((await ask(house, bounded())).status).toBe(200)
  })

  test('is kept across a restart', async () => {
    await open(own({ tokens: `${COST + 20}/1d` }))
    expect((await ask(house, bounded())).status).toBe(200)
    await house.stop()
    const again = await openHouse({
      ...{ dir: house.dir, upstream: house.upstream, issuer: house.issuer },
      config: own({ tokens: `${COST + 20}/1d` }),
    })
    expect((await ask(again, bounded())).status).toBe(403)
    await again.close()
  })
})

describe('streams [budgets.usage-asked]', () => {
  const streamed = { ...bounded(), stream: true }

  test('usage is asked for, its event kept, and the answer charged by it', async () => {
    await open(own({ tokens: `${COST + 20}/1d` }))
    const answer = await ask(house, streamed)
    expect(house.upstream.received[0]?.chat?.includeUsage).toBe(true)
    expect(answer.text).toContain('data: [DONE]')
    expect(answer.text).not.toContain('"prompt_tokens"')
    expect((await house.exchange(answer.id)).outcome.own['charged']).toMatchObject({ estimate: false, output: 34 })
    expect((await ask(house, bounded())).status).toBe(403)
  })

  test('who asked for it gets it', async () => {
    await open(own({ tokens: '9999/1d' }))
    const answer = await ask(house, { ...streamed, stream_options: { include_usage: true } })
    expect(answer.text).toContain('"prompt_tokens":12')
  })

  test.each([
    ['nothing is counted', {}],
    ['requests alone are', own({ requests: '10/1d' })],
  ])('where %s nothing is asked', async (_, config) => {
    await open(config)
    const body = JSON.stringify(streamed)
    await ask(house, body)
    expect(String(house.upstream.received[0]?.body)).toBe(body)
  })

  test('of one that was cut what came is charged, and the rest given back [budgets.aborted]', async () => {
    await open(own({ tokens: '3000/1d' }))
    house.upstream.behave({ kind: 'stalls', afterEvents: 6 })
    const leaving = new AbortController()
    const asking = ask(house, { ...streamed, max_tokens: 2900 }, { signal: leaving.signal }).catch(() => undefined)
    await until(() => house.upstream.answering === 1)
    // All of it is set aside while it goes on.
    expect(errorOf(await ask(house, bounded(100))).code).toBe('budget_exceeded')
    await new Promise((resolve) => setTimeout(resolve, 50))
    leaving.abort()
    await asking
    const outcome = await until(async () => (await house.entries()).find(({ own: of }) => of['outcome'] === 'left'))
    expect(outcome.own['charged']).toMatchObject({ estimate: true, input: 1 })
    expect(Number((outcome.own['charged'] as { output: number }).output)).toBeLessThan(50)
    house.upstream.behave(undefined)
    expect((await ask(house, { ...streamed, max_tokens: 2900 })).status).toBe(200)
  })
})

describe('what is set aside is given back where the exchange is not made [budgets.given-back]', () => {
  test('because it cannot be recorded', async () => {
    await open({})
    const log = new HeldLog()
    const ended: string[] = []
    const demands: Demand[] = []
    const allowance: Allowance = {
      needsUsage: true,
      hold(demand) {
        demands.push(demand)
        return proceed({
          headers: { 'x-kept': 'yes' },
          settle: ({ outputTokens }: Charge) => void ended.push(`settled ${outputTokens}`),
          release: () => void ended.push('released'),
        })
      },
    }
    const gateway = await gatewayWith(log, house.config, { rules: { budgets: { allowanceOf: () => allowance } } })
    const at = (): Promise<Answer> => ask({ ...house, url: gateway.url }, bounded(30))
    log.mode = 'refuses'
    expect((await at()).status).toBe(503)
    log.mode = 'loses'
    expect((await at()).status).toBe(503)
    expect(ended).toEqual(['released', 'released'])
    log.mode = 'prompt'
    const answer = await at()
    expect([answer.status, answer.headers['x-kept']]).toEqual([200, 'yes'])
    expect(ended).toEqual(['released', 'released', 'settled 34'])
    expect(demands[0]).toEqual({ prompt: { about: 1, most: 18 }, answer: 30, isBounded: true })
    await gateway.close()
  })
})

describe('limits on one request [limits.sizes]', () => {
  test.each([
    ['an answer longer than it may be', { max_tokens: 101 }, 'max_tokens'],
    ['more tools than it may offer', { tools: [tool('a'), tool('b')] }, 'tools'],
  ])('%s is refused', async (_, more, param) => {
    await open({ limits: { maxTokens: 100, tools: 1, images: 0 } })
    const answer = await ask(house, prompt('hi', more))
    expect([answer.status, errorOf(answer).code, errorOf(answer).param]).toEqual([400, 'invalid_request', param])
    expect((await ask(house, prompt('hi', { max_tokens: 100, tools: [tool('a')] }))).status).toBe(200)
  })

  test('pictures are counted where policy lets them pass', async () => {
    const passes = '@id("p") @obligation("pass:uninspectable") permit (principal, action, resource);'
    await open({ limits: { images: 1 } }, passes)
    const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }
    expect((await ask(house, prompt([picture]))).status).toBe(200)
    expect(errorOf(await ask(house, prompt([picture, picture]))).code).toBe('invalid_request')
  })

  test('a prompt that neither length nor words tell is counted [limits.prompt-count]', async () => {
    await open({ limits: { promptTokens: 60 } })
    // 29 tokens by the vocabulary, 74 by a token for four characters.
    const fits = 'internationalization '.repeat(14)
    expect((await ask(house, prompt(fits))).status).toBe(200)
    const { id } = await ask(house, prompt(fits))
    expect((await house.exchange(id)).intent?.own['prompt_tokens']).toBe(29)
    // 120 tokens, and 20 by a token for four characters.
    const over = '\u{1F9E9}'.repeat(40)
    expect(errorOf(await ask(house, prompt(over))).code).toBe('prompt_too_large')
  })
})

describe('limits by policy [budgets.policy]', () => {
  const policies = `@id("users") permit (principal, action, resource);
@id("careful") @mode("oblige") @obligation("limit:max-tokens:50, limit:requests:3/1m, limit:prompt-tokens:20, limit:tools:1")
permit (principal, action, resource) when { resource == Model::"model" };
@id("more") @mode("oblige") @obligation("limit:max-tokens:80, limit:tokens:1000/1d") permit (principal, action, resource);
`

  test('the smallest holds, and each counts what it obliges', async () => {
    await open({}, policies)
    const at = (model: string, more: Readonly<Record<string, unknown>>): Promise<Answer> =>
      ask(house, { ...prompt('hi', more), model })
    expect(errorOf(await at('model', { max_tokens: 51 })).param).toBe('max_tokens')
    expect(errorOf(await at('other-model', { max_tokens: 81 })).param).toBe('max_tokens')
    expect((await at('other-model', { max_tokens: 80 })).status).toBe(200)
    expect(errorOf(await ask(house, prompt('many words '.repeat(20)))).code).toBe('prompt_too_large')
    for (let times = 0; times < 3; times += 1) expect((await at('model', { max_tokens: 50 })).status).toBe(200)
    const fourth = await at('model', { max_tokens: 50 })
    expect([fourth.status, fourth.headers['x-ratelimit-limit-requests']]).toEqual([429, '3'])
    const { id } = await at('other-model', { max_tokens: 80 })
    const { intent } = await house.exchange(id)
    expect(intent?.own['decided']).toMatchObject({ obligations: ['limit:max-tokens:80', 'limit:tokens:1000/1d'] })
  })
})

describe('200 at once against an allowance of 100 [budgets.race]', { timeout: 300_000 }, () => {
  beforeAll(build)

  test('spend it all, and not one more', async () => {
    await open({})
    const { code, said } = await runScript('budget-race.mjs', ['--runs', '2'])
    expect(said).toContain('2 runs of 200 at once against 100, 1 gateways: 200 served, 200 refused, overspent 0')
    expect(code).toBe(0)
  })

  test.skipIf(POSTGRES === undefined)('at two gateways on one PostgreSQL too (needs PostgreSQL)', async () => {
    await open({})
    const server = await startPostgres()
    const args = ['--runs', '2', '--gateways', '2', '--store', server.url]
    const { code, said } = await runScript('budget-race.mjs', args)
    expect(said).toContain('2 gateways: 200 served, 200 refused, overspent 0, left unspent at most 0.0 %')
    expect(code).toBe(0)
    await server.remove()
  })
})

function tool(name: string): Readonly<Record<string, unknown>> {
  return { type: 'function', function: { name, parameters: {} } }
}
