import { createMemoryPlace, createMemoryStore } from '@ostiary/testkit'
import { describe, expect, test } from 'vitest'
import { type Bench, openBench, START_MS, taken, tokenEndpoint, WANTED } from '../../test/keys-bench.js'
import { agent, principal } from '../../test/principals.js'
import type { Budget, KeyId } from '../api-keys/record.js'
import type { ApiKeys } from '../api-keys/service.js'
import { leftOfKeys } from '../compose/budgets.js'
import {
  type Amount,
  type Budgeting,
  type Charge,
  type Demand,
  type Hold,
  type Measure,
  type Price,
  type Principal,
  parseAmount,
  type Step,
} from '../spec/index.js'
import { type Accounts, createAccounts } from './accounts.js'
import { createBudgeting } from './budgeting.js'
import type { BudgetRule } from './rules.js'

const DAY_MS = 86_400_000
const PRICE: Price = { input: 1_000_000, output: 2_000_000 }

function amount(measure: Measure, text: string): Amount {
  const read = parseAmount(measure, text)
  if ('why' in read) throw new Error(read.why)
  return read
}

function rule(name: string, more: Partial<BudgetRule> & { readonly amounts: readonly Amount[] }): BudgetRule {
  return { name, per: 'principal', groups: [], models: [], ...more }
}

interface House {
  readonly clock: { nowMs: number; now(): number }
  readonly accounts: Accounts
  readonly refused: string[]
  with(...rules: readonly BudgetRule[]): Budgeting
}

function house(): House {
  const clock = {
    nowMs: START_MS,
    now: () => clock.nowMs,
  }
  const store = createMemoryStore(clock, createMemoryPlace())
  const accounts = createAccounts({
    ...{ store, clock, spender: 's' },
    failure: () => 'closed',
    onIll: () => undefined,
  })
  const refused: string[] = []
  return {
    ...{ clock, accounts, refused },
    with: (...rules) =>
      createBudgeting({
        ...{ accounts, clock, rules },
        keysOf: () => [],
        onRefused: (label) => void refused.push(label),
      }),
  }
}

function demand(tokens: number, answer = 0, isBounded = true): Demand {
  return { prompt: { about: tokens, most: tokens }, answer, isBounded }
}

function charge(inputTokens: number, outputTokens = 0, micro?: number): Charge {
  return { inputTokens, outputTokens, micro, isEstimate: false }
}

interface Asked {
  readonly as?: Principal
  readonly model?: string
  readonly price?: Price
  readonly spends?: readonly Amount[]
}

async function asks(
  by: Budgeting,
  what: Demand,
  { as = principal(), model = 'gpt-5-mini', price, spends = [] }: Asked = {},
): Promise<Step<Hold>> {
  const allowance = by.allowanceOf(as, model, price, spends)
  if (allowance === undefined) throw new Error('counted in nothing')
  return await allowance.hold(what)
}

function held(step: Step<Hold>): Hold {
  if (step.kind === 'refuse') throw new Error(`refused: ${step.message}`)
  return step.value
}

describe('rules [budgets.rules]', () => {
  test('what no rule, key or policy counts costs nothing', () => {
    expect(house().with().allowanceOf(principal(), 'm', undefined, [])).toBeUndefined()
    const only = rule('few', { groups: ['analysts'], models: ['gpt'], amounts: [amount('requests', '1/1d')] })
    const by = house().with(only)
    const analyst = principal({ groups: ['analysts'] })
    expect(by.allowanceOf(principal(), 'gpt', undefined, [])).toBeUndefined()
    expect(by.allowanceOf(analyst, 'other', undefined, [])).toBeUndefined()
    expect(by.allowanceOf(analyst, 'gpt', undefined, [])).toBeDefined()
  })

  test('per principal: each has its own, and agents spend their subject’s', async () => {
    const by = house().with(rule('one', { amounts: [amount('requests', '1/1d')] }))
    held(await asks(by, demand(1)))
    held(await asks(by, demand(1), { as: principal({ subject: 'bob' }) }))
    const actors = [{ issuer: 'https://idp.example', subject: 'scout' }]
    expect(await asks(by, demand(1), { as: principal({ actors }) })).toMatchObject({ code: 'budget_exceeded' })
    held(await asks(by, demand(1), { as: agent() }))
  })

  test('per group: who is in two spends of both, and the one that is short refuses', async () => {
    const by = house().with(
      rule('teams', { per: 'group', groups: ['red', 'blue'], amounts: [amount('requests', '2/1d')] }),
    )
    const both = principal({ groups: ['red', 'blue'] })
    held(await asks(by, demand(1), { as: both }))
    held(await asks(by, demand(1), { as: principal({ subject: 'bob', groups: ['red'] }) }))
    expect(await asks(by, demand(1), { as: both })).toMatchObject({ kind: 'refuse' })
    held(await asks(by, demand(1), { as: principal({ subject: 'carol', groups: ['blue'] }) }))
    expect(await asks(by, demand(1), { as: principal({ subject: 'dave', groups: ['blue'] }) })).toMatchObject({
      forLog: 'budget teams: requests/1d: 0 of 2 left',
    })
  })

  test('per model, and for all together', async () => {
    const { refused, with: by } = house()
    const budgeting = by(
      rule('everybody', { per: 'all', amounts: [amount('requests', '3/1d')] }),
      rule('each', { per: 'model', amounts: [amount('requests', '2/1d')] }),
    )
    for (const model of ['a', 'a', 'b']) held(await asks(budgeting, demand(1), { model }))
    expect(await asks(budgeting, demand(1), { model: 'a' })).toMatchObject({ kind: 'refuse' })
    expect(await asks(budgeting, demand(1), { model: 'b' })).toMatchObject({ kind: 'refuse' })
    expect(refused).toEqual(['each', 'everybody'])
  })

  test('who is refused by one spends of none', async () => {
    const { accounts, with: by } = house()
    const budgeting = by(
      rule('own', { amounts: [amount('requests', '1/1d')] }),
      rule('everybody', { per: 'all', amounts: [amount('requests', '2/1d')] }),
    )
    held(await asks(budgeting, demand(1)))
    for (let times = 0; times < 5; times += 1) expect((await asks(budgeting, demand(1))).kind).toBe('refuse')
    await accounts.flush()
    held(await asks(budgeting, demand(1), { as: principal({ subject: 'bob' }) }))
    expect((await asks(budgeting, demand(1), { as: principal({ subject: 'carol' }) })).kind).toBe('refuse')
  })

  test('limits of a reloaded rule hold for what was spent before', async () => {
    const { with: by } = house()
    held(await asks(by(rule('own', { amounts: [amount('tokens', '100/1d')] })), demand(60))).settle(charge(60))
    const more = by(rule('own', { amounts: [amount('tokens', '150/1d')] }))
    expect((await asks(more, demand(91))).kind).toBe('refuse')
    held(await asks(more, demand(90)))
  })
})

describe('what policy allows [budgets.policy]', () => {
  test('each limit counts what it obliges, so the smallest refuses first', async () => {
    const by = house().with()
    const spends = (...texts: readonly string[]): Asked => ({ spends: texts.map((text) => amount('requests', text)) })
    held(await asks(by, demand(1), spends('3/1m')))
    held(await asks(by, demand(1), spends('3/1m', '1/1m')))
    expect(await asks(by, demand(1), spends('3/1m', '1/1m'))).toMatchObject({ code: 'rate_limited' })
    held(await asks(by, demand(1), spends('3/1m')))
    expect(await asks(by, demand(1), spends('3/1m'))).toMatchObject({ code: 'rate_limited' })
    held(await asks(by, demand(1), { ...spends('3/1m'), as: principal({ subject: 'bob' }) }))
  })

  test('money of a model without a price cannot be counted, so it is refused', async () => {
    const by = house().with()
    expect(await asks(by, demand(1), { spends: [amount('money', '1.00/1d')] })).toMatchObject({
      code: 'obligation_failed',
      status: 422,
    })
  })
})

describe('tokens and money [budgets.reconcile]', () => {
  test('what an answer reports takes the place of what was set aside', async () => {
    const by = house().with(rule('own', { amounts: [amount('tokens', '100/1d'), amount('money', '0.0002/1d')] }))
    const hold = held(await asks(by, demand(30, 40), { price: PRICE }))
    expect((await asks(by, demand(20, 20), { price: PRICE })).kind).toBe('refuse')
    hold.settle(charge(30, 10, 50))
    // Once: an outcome that is told twice counts once.
    hold.settle(charge(90))
    hold.release()
    held(await asks(by, demand(20, 40), { price: PRICE })).settle(charge(20, 40, 100))
    expect(await asks(by, demand(1, 0), { price: PRICE })).toMatchObject({ kind: 'refuse' })
  })

  test('nothing is spent that was not made', async () => {
    const by = house().with(rule('own', { amounts: [amount('requests', '1/1d'), amount('tokens', '100/1d')] }))
    held(await asks(by, demand(100))).release()
    held(await asks(by, demand(100))).settle(charge(0))
    expect(await asks(by, demand(1))).toMatchObject({ forLog: 'budget own: requests/1d: 0 of 1 left' })
  })

  test('an answer that nobody bounds takes what there is, one at a time', async () => {
    const by = house().with(rule('own', { amounts: [amount('tokens', '100/1d')] }))
    const hold = held(await asks(by, demand(10, 4096, false)))
    expect((await asks(by, demand(10, 4096, false))).kind).toBe('refuse')
    hold.settle(charge(10, 30))
    held(await asks(by, demand(60, 4096, false)))
    expect((await asks(by, demand(61, 4096, false))).kind).toBe('refuse')
  })

  test('sums are exact where binary fractions are not', async () => {
    const cheap: Price = { input: 100_000, output: 100_000 }
    const by = house().with(rule('own', { amounts: [amount('money', '0.3/1d')] }))
    // A tenth of a millionth each, rounded up; three times 0.1 is 0.3.
    for (let times = 0; times < 3; times += 1) {
      held(await asks(by, demand(1_000_000), { price: cheap })).settle(charge(1_000_000, 0, 100_000))
    }
    expect((await asks(by, demand(1), { price: cheap })).kind).toBe('refuse')
  })
})

describe('what callers are told [budgets.answers]', () => {
  test('a rate: 429, when to try again, and what is left, for limits of their own alone', async () => {
    const { clock, with: by } = house()
    const budgeting = by(
      rule('own', { amounts: [amount('requests', '2/1m'), amount('tokens', '1000/1m')] }),
      rule('everybody', { per: 'all', amounts: [amount('requests', '1000/1m')] }),
    )
    const first = held(await asks(budgeting, demand(100)))
    expect(first.headers).toEqual({
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-reset-requests': '61s',
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '900',
      'x-ratelimit-reset-tokens': '61s',
      'ratelimit-policy': '"requests";q=2;w=60, "tokens";q=1000;qu="tokens";w=60',
      ratelimit: '"requests";r=1;t=61, "tokens";r=900;t=61',
    })
    clock.nowMs += 20_000
    held(await asks(budgeting, demand(100)))
    const no = await asks(budgeting, demand(100))
    expect(no).toMatchObject({
      code: 'rate_limited',
      status: 429,
      message: 'The limit of requests in 1m is reached: try again in 41 s.',
      headers: {
        'retry-after': '41',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '41s',
        ratelimit: '"requests";r=0;t=41',
      },
    })
    clock.nowMs += 41_000
    held(await asks(budgeting, demand(100)))
  })

  test('what is used up: 403, until when, and no header that makes a client try again', async () => {
    const by = house().with(rule('own', { amounts: [amount('tokens', '100/1d')] }))
    held(await asks(by, demand(90))).settle(charge(90))
    const no = await asks(by, demand(20))
    expect(no).toMatchObject({
      code: 'budget_exceeded',
      status: 403,
      message:
        'This request may need more than is left of its budget until 2026-10-16T00:00:00.000Z, or than other requests under way leave of it.',
    })
    expect(no).not.toHaveProperty('headers')
    held(await asks(by, demand(10))).settle(charge(10))
    expect(await asks(by, demand(1))).toMatchObject({
      message: 'The budget for this request is used up until 2026-10-16T00:00:00.000Z.',
    })
  })

  test.each(['100/1m', '100/1d'])('what is larger than the whole of %s is told so at once', async (text) => {
    const by = house().with(rule('own', { amounts: [amount('tokens', text)] }))
    expect(await asks(by, demand(50, 51))).toMatchObject({
      code: 'budget_exceeded',
      message:
        'This request may need more tokens than its whole budget has: shorten the prompt, or ask for a shorter answer.',
    })
  })
})

interface Purse {
  readonly bench: Bench
  readonly id: KeyId
  readonly text: string
  readonly principal: Principal
  readonly by: Budgeting
  left(): Promise<number | undefined>
}

function budgetingOf(
  accounts: Accounts,
  keys: ApiKeys,
  clock: Bench['clock'],
  rules: readonly BudgetRule[],
): Budgeting {
  return createBudgeting({
    ...{ accounts, clock, rules },
    keysOf: (one) => keys.accountsOf(one),
    onRefused: () => undefined,
  })
}

async function purse(budget: Budget | undefined, rules: readonly BudgetRule[] = [], on?: Bench): Promise<Purse> {
  const bench = on ?? (await openBench())
  const { text, state } = await bench.keys.create({ ...WANTED, budget })
  const { id } = state.record
  return {
    ...{ bench, id, text },
    principal: taken(tokenEndpoint(bench.keys), text),
    by: budgetingOf(bench.accounts, bench.keys, bench.clock, rules),
    async left() {
      const accounts = bench.keys.accountsOf(principal({ revocableBy: [`key ${id}`] }))
      const counted = accounts.flatMap(({ name, amount: of }) => (of === undefined ? [] : [{ name, amount: of }]))
      return (await leftOfKeys(bench.accounts)(counted))[0]
    },
  }
}

describe('the budget of an API key [keys.budget]', () => {
  test('counts what answers report, in the place of what was set aside', async () => {
    const { by, principal: as, left } = await purse({ tokens: 100, per: 'day' })
    const hold = held(await asks(by, demand(30), { as }))
    expect(await left()).toBe(70)
    hold.settle(charge(12, 40))
    expect(await left()).toBe(48)
  })

  test('refuses what is larger than what is left, and all once nothing is [keys.budget-refused]', async () => {
    const { by, principal: as, left } = await purse({ tokens: 100, per: 'day' })
    expect(await asks(by, demand(101), { as })).toMatchObject({ code: 'budget_exceeded', status: 403 })
    expect(await left()).toBe(100)
    held(await asks(by, demand(100, 50, false), { as })).settle(charge(90, 60))
    expect(await left()).toBe(0)
    expect(await asks(by, demand(0, 1), { as })).toMatchObject({
      code: 'budget_exceeded',
      message: 'The budget for this request is used up until 2026-10-16T00:00:00.000Z.',
    })
  })

  test('a hundred calls at once do not spend it a hundred times', async () => {
    const { by, principal: as } = await purse({ tokens: 100, per: 'total' })
    const holds = await Promise.all(Array.from({ length: 100 }, () => asks(by, demand(10), { as })))
    expect(holds.filter((one) => one.kind === 'proceed')).toHaveLength(10)
  })

  test('a key without one is not counted', async () => {
    const { by, principal: as } = await purse(undefined)
    expect(by.allowanceOf(as, 'm', undefined, [])).toBeUndefined()
  })

  test('counts for tokens that were exchanged from the key, by what revokes them, and for nobody who merely names it', async () => {
    const { by, id, principal: as, left } = await purse({ tokens: 100, per: 'day' })
    held(await asks(by, demand(30), { as: { ...as, clientId: 'another', revocableBy: ['token T', `key ${id}`] } }))
    expect(await left()).toBe(70)
    const namesIt: Principal = { ...as, clientId: id, revocableBy: ['token T', `any-subject key ${id}`] }
    expect(by.allowanceOf(namesIt, 'm', undefined, [])).toBeUndefined()
  })

  test('of two keys behind one token both count, and the one that is short refuses for both', async () => {
    const large = await purse({ tokens: 100, per: 'day' })
    const small = await purse({ tokens: 20, per: 'day' }, [], large.bench)
    const as: Principal = { ...large.principal, revocableBy: [`key ${large.id}`, `key ${small.id}`] }
    held(await asks(large.by, demand(15), { as }))
    expect(await asks(large.by, demand(10), { as })).toMatchObject({ code: 'budget_exceeded' })
    expect([await large.left(), await small.left()]).toEqual([85, 5])
  })

  test('a key and the one that took its place are one budget, once', async () => {
    const { bench, by, id, principal: as, left } = await purse({ tokens: 100, per: 'day' })
    const old = bench.keys.find({ id })
    if (old === undefined) throw new Error('gone')
    const { state } = await bench.keys.rotate(old, { overlapSeconds: 60, lifetimeSeconds: undefined })
    const both: Principal = { ...as, revocableBy: [`key ${id}`, `key ${state.record.id}`] }
    held(await asks(by, demand(30), { as: both }))
    expect(await left()).toBe(70)
  })

  test('a rule per key counts each by itself, whatever its own budget, and nobody without one', async () => {
    const perKey = rule('keys', { per: 'key', amounts: [amount('requests', '1/1d')] })
    const first = await purse(undefined, [perKey])
    const second = await purse({ tokens: 5, per: 'day' }, [perKey], first.bench)
    held(await asks(first.by, demand(10), { as: first.principal }))
    expect((await asks(first.by, demand(1), { as: first.principal })).kind).toBe('refuse')
    expect(await asks(first.by, demand(10), { as: second.principal })).toMatchObject({ code: 'budget_exceeded' })
    held(await asks(first.by, demand(5), { as: second.principal }))
    expect(first.by.allowanceOf(principal(), 'm', undefined, [])).toBeUndefined()
  })

  test.each<[Budget['per'], number, number]>([
    ['day', Date.UTC(2026, 9, 15, 23, 59, 59, 999), 40],
    ['day', Date.UTC(2026, 9, 16), 100],
    ['month', Date.UTC(2026, 9, 31, 23, 59, 59, 999), 40],
    ['month', Date.UTC(2026, 10, 1), 100],
    ['total', Date.UTC(2026, 11, 1), 40],
  ])('per %s, 60 of 100 spent on 15 October: at %d %d are left', async (per, at, remains) => {
    const { bench, by, principal: as, left } = await purse({ tokens: 100, per })
    held(await asks(by, demand(60), { as })).settle(charge(60))
    bench.pass(at - START_MS)
    expect(await left()).toBe(remains)
  })

  test('what was spent is kept across restarts, rotations and processes [keys.budget-kept]', async () => {
    const { bench, by, id, principal: as } = await purse({ tokens: 100, per: 'total' })
    held(await asks(by, demand(60), { as })).settle(charge(50))
    const old = bench.keys.find({ id })
    if (old === undefined) throw new Error('gone')
    const made = await bench.keys.rotate(old, { overlapSeconds: 60, lifetimeSeconds: undefined })
    await bench.accounts.flush()
    const keys = await bench.another()
    const { store, clock } = bench
    const later = createAccounts({
      ...{ store, clock, spender: 'later' },
      failure: () => 'closed',
      onIll: () => undefined,
    })
    const anew = taken(tokenEndpoint(keys), made.text)
    const then = budgetingOf(later, keys, clock, [])
    expect((await asks(then, demand(51), { as: anew })).kind).toBe('refuse')
    held(await asks(then, demand(50), { as: anew })).settle(charge(50))
    bench.pass(DAY_MS)
    expect((await asks(by, demand(1), { as })).kind).toBe('refuse')
  })

  test('while the store is away nothing is spent that cannot be counted, and it is told once [budgets.away]', async () => {
    const { bench, by, principal: as, left } = await purse({ tokens: 100, per: 'total' })
    held(await asks(by, demand(60), { as })).settle(charge(60))
    bench.store.goAway()
    expect(await asks(by, demand(1), { as })).toMatchObject({ code: 'overloaded', status: 503 })
    expect(await asks(by, demand(1), { as })).toMatchObject({ code: 'overloaded' })
    bench.store.comeBack()
    bench.pass(1000)
    held(await asks(by, demand(40), { as }))
    expect(await left()).toBe(0)
    expect(bench.reports).toEqual(['budgets: Error', 'budgets: undefined'])
  })
})
