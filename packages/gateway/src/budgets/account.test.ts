import { setImmediate as nextTurn } from 'node:timers/promises'
import { createMemoryPlace, createMemoryStore } from '@ostiary/testkit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Amount, parseAmount, type Store } from '../spec/index.js'
import { type Accounts, createAccounts, SPACES } from './accounts.js'
import type { Meter, Need, Reserved, Taken } from './plan.js'
import { meterId, readRow, takenOf } from './tally.js'

const NOON = Date.UTC(2026, 9, 15, 12)
const NAME = 'rule spenders'

function meter(text: string): Meter {
  const amount = parseAmount('tokens', text)
  if ('why' in amount) throw new Error(amount.why)
  return { id: meterId('tokens', amount.window), amount }
}

function need(of: Meter, most: number, least = most): readonly Need[] {
  return [{ meter: of, least, most }]
}

interface Bench {
  readonly clock: { nowMs: number; now(): number }
  readonly store: Store
  accounts(store?: Store, failure?: 'closed' | 'open', ills?: (string | undefined)[]): Accounts
  taken(of: Meter): Promise<number>
}

function bench(): Bench {
  const clock = {
    nowMs: NOON,
    now: () => clock.nowMs,
  }
  const place = createMemoryPlace()
  const store = createMemoryStore(clock, place)
  let spenders = 0
  return {
    clock,
    store,
    accounts(by = createMemoryStore(clock, place), failure = 'closed', ills = []) {
      spenders += 1
      return createAccounts({
        ...{ store: by, clock, spender: `s${spenders}` },
        failure: () => failure,
        onIll: (why) => void ills.push(why),
      })
    },
    async taken(of) {
      const row = readRow(await store.get(SPACES.rules, NAME))
      return takenOf(row.get(of.id), of.amount.window, clock.now())
    },
  }
}

function takes(reserved: Reserved): readonly Taken[] {
  if (reserved.kind !== 'taken') throw new Error(`not taken: ${reserved.kind}`)
  return reserved.takes
}

const account = (of: Accounts): ReturnType<Accounts['account']> => of.account(SPACES.rules, NAME)
const sum = (amounts: readonly number[]): number => amounts.reduce((all, one) => all + one, 0)

describe('an account [budgets.reserve]', () => {
  test('gives out what there is and not one more, to however many ask at once', async () => {
    const { accounts, taken } = bench()
    const here = account(accounts())
    const of = meter('100/1d')
    const all = await Promise.all(Array.from({ length: 200 }, () => here.reserve(need(of, 1))))
    expect(all.filter((one) => one.kind === 'taken')).toHaveLength(100)
    expect(all.at(-1)).toEqual({ kind: 'short', meter: of, left: 0, atMs: Date.UTC(2026, 9, 16) })
    expect(await taken(of)).toBe(100)
  })

  test('gives back what was not spent, and others can spend it', async () => {
    const { accounts, taken } = bench()
    const [one, other] = [accounts(), accounts()]
    const of = meter('100/1d')
    const [held] = takes(await account(one).reserve(need(of, 80)))
    expect((await account(other).reserve(need(of, 80))).kind).toBe('short')
    if (held !== undefined) account(one).settle(held, 15)
    await one.flush()
    expect(await taken(of)).toBe(15)
    bench().clock.nowMs += 1
    await one.flush()
    expect(takes(await account(accounts()).reserve(need(of, 85)))).toHaveLength(1)
    expect((await account(one).reserve(need(of, 1))).kind).toBe('short')
  })

  test('charges what was spent beyond what was reserved, so that the next one is refused', async () => {
    const { accounts, taken } = bench()
    const here = accounts()
    const of = meter('100/total')
    const [held] = takes(await account(here).reserve(need(of, 80)))
    if (held !== undefined) account(here).settle(held, 130)
    expect(await account(here).reserve(need(of, 1))).toMatchObject({ kind: 'short', left: 0 })
    await here.flush()
    expect(await taken(of)).toBe(130)
  })

  test('gives as much as there is where less will do, and nothing where it will not', async () => {
    const { accounts } = bench()
    const here = account(accounts())
    const of = meter('100/1d')
    expect(takes(await here.reserve(need(of, 70, 10)))).toMatchObject([{ amount: 70 }])
    expect(takes(await here.reserve(need(of, 70, 10)))).toMatchObject([{ amount: 30 }])
    expect(await here.reserve(need(of, 70, 10))).toMatchObject({ kind: 'short' })
  })

  test('says of what is larger than the whole allowance that it never fits, without asking the store', () => {
    const { accounts } = bench()
    const of = meter('100/1d')
    expect(account(accounts()).reserve(need(of, 101))).toEqual({
      ...{ kind: 'short', meter: of, left: 100, atMs: Number.POSITIVE_INFINITY },
    })
  })

  test('of several meters all give, or none does', async () => {
    const { accounts, taken } = bench()
    const here = account(accounts())
    const [minute, day] = [meter('10/1m'), meter('100/1d')]
    const both = (amount: number): readonly Need[] => [...need(day, amount), ...need(minute, amount)]
    expect((await here.reserve(both(10))).kind).toBe('taken')
    expect(await here.reserve(both(1))).toMatchObject({ kind: 'short', meter: minute })
    expect([await taken(minute), await taken(day)]).toEqual([10, 10])
  })

  test('needs the store now and then where there is plenty', async () => {
    const { accounts, store } = bench()
    let puts = 0
    const counted: Store = {
      ...store,
      put: (...args) => {
        puts += 1
        return store.put(...args)
      },
    }
    const here = account(accounts(counted))
    const of = meter('1000000/1d')
    for (let times = 0; times < 1000; times += 1) takes(await here.reserve(need(of, 10)))
    expect(puts).toBeLessThan(10)
  })
})

describe('a rolling window [budgets.window]', () => {
  test('gives back what was spent once it is that long ago, and says when', async () => {
    const { clock, accounts } = bench()
    const here = account(accounts())
    const of = meter('60/1m')
    takes(await here.reserve(need(of, 40)))
    clock.nowMs += 30_000
    takes(await here.reserve(need(of, 20)))
    const short = await here.reserve(need(of, 1))
    expect(short).toMatchObject({ kind: 'short', left: 0 })
    const atMs = short.kind === 'short' ? short.atMs : 0
    expect(atMs - NOON).toBeGreaterThanOrEqual(60_000)
    expect(atMs - NOON).toBeLessThanOrEqual(60_500)
    clock.nowMs = atMs - 1
    expect((await here.reserve(need(of, 1))).kind).toBe('short')
    clock.nowMs = atMs
    takes(await here.reserve(need(of, 40)))
    expect((await here.reserve(need(of, 1))).kind).toBe('short')
  })

  test('never lets more through in any stretch of its length, whoever spends when', async () => {
    const step = fc.record({
      pass: fc.nat({ max: 20_000 }),
      amount: fc.integer({ min: 1, max: 30 }),
      by: fc.nat({ max: 1 }),
      unspent: fc.nat({ max: 30 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { clock, accounts } = bench()
        const several = [accounts(), accounts()]
        const of = meter('60/1m')
        const spent: { at: number; amount: number }[] = []
        for (const { pass, amount, by, unspent } of steps) {
          clock.nowMs += pass
          const from = several[by]
          if (from === undefined) continue
          const reserved = await account(from).reserve(need(of, amount))
          if (reserved.kind !== 'taken') continue
          const cost = Math.max(0, amount - unspent)
          for (const one of reserved.takes) account(from).settle(one, cost)
          spent.push({ at: clock.nowMs, amount: cost })
        }
        for (const { at } of spent) {
          const within = spent.filter((one) => one.at > at - 60_000 && one.at <= at)
          expect(sum(within.map((one) => one.amount))).toBeLessThanOrEqual(60)
        }
      }),
    )
  })
})

test('a day and a month are those of UTC, and what ends in the next is not given back to it [budgets.window]', async () => {
  const { clock, accounts } = bench()
  const here = account(accounts())
  const [day, month] = [meter('100/1d'), meter('150/month')]
  const needs = [...need(day, 100), ...need(month, 100)]
  const held = takes(await here.reserve(needs))
  expect(await here.reserve(need(day, 1))).toMatchObject({ atMs: Date.UTC(2026, 9, 16) })
  clock.nowMs = Date.UTC(2026, 9, 16)
  for (const one of held) here.settle(one, 0)
  takes(await here.reserve(need(day, 100)))
  expect((await here.reserve(need(day, 1))).kind).toBe('short')
  takes(await here.reserve(need(month, 150)))
  expect(await here.reserve(need(month, 1))).toMatchObject({ atMs: Date.UTC(2026, 10, 1) })
  clock.nowMs = Date.UTC(2026, 10, 1)
  takes(await here.reserve(need(month, 150)))
})

describe('several gateways on one store [budgets.shared]', () => {
  /** What they do, in whatever order the store answers. */
  const act = fc.record({
    by: fc.nat({ max: 2 }),
    amount: fc.integer({ min: 1, max: 40 }),
    least: fc.integer({ min: 1, max: 40 }),
    spends: fc.double({ min: 0, max: 1, noNaN: true }),
    turns: fc.nat({ max: 3 }),
  })

  test('spend nothing twice and lose nothing, in whatever order things happen', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(act, { maxLength: 25 }), async (s, acts) => {
        const { accounts, store, taken } = bench()
        const slow = gated(store, () => s.schedule(Promise.resolve()))
        const several = [accounts(slow), accounts(slow), accounts(slow)]
        const of = meter('100/total')
        let held = 0
        let most = 0
        let spent = 0
        const one = async ({ by, amount, least, spends, turns }: (typeof acts)[number]): Promise<void> => {
          const from = several[by]
          if (from === undefined) return
          const reserved = await account(from).reserve(need(of, amount, Math.min(least, amount)))
          if (reserved.kind !== 'taken') return
          const [got] = reserved.takes
          if (got === undefined) throw new Error('nothing')
          held += got.amount
          most = Math.max(most, held)
          for (let turn = 0; turn < turns; turn += 1) await s.schedule(nextTurn())
          const cost = Math.floor(got.amount * spends)
          held -= got.amount - cost
          spent += cost
          account(from).settle(got, cost)
        }
        await drained(s, Promise.all(acts.map(one)))
        for (const each of several) await drained(s, each.flush())
        expect(most).toBeLessThanOrEqual(100)
        expect(await taken(of)).toBe(spent)
        // What nobody has spent can be spent.
        const rest = account(accounts()).reserve(need(of, Math.max(1, 100 - spent)))
        expect((await rest).kind).toBe(spent < 100 ? 'taken' : 'short')
      }),
      { numRuns: 200 },
    )
  })

  test('spend nothing twice where the store fails, whether it did what it was asked or not', async () => {
    const fails = fc.infiniteStream(fc.constantFrom('well', 'well', 'well', 'before', 'after'))
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fails, fc.array(act, { maxLength: 25 }), async (s, fates, acts) => {
        const { clock, accounts, store, taken } = bench()
        const ill = gated(store, async (ask) => {
          await s.schedule(Promise.resolve())
          const fate = fates.next().value
          if (fate === 'before') throw new Error('away')
          await ask()
          if (fate === 'after') throw new Error('no answer')
        })
        const several = [accounts(ill), accounts(ill), accounts(ill)]
        const of = meter('100/total')
        let held = 0
        let most = 0
        let spent = 0
        const one = async ({ by, amount, spends, turns }: (typeof acts)[number]): Promise<void> => {
          const from = several[by]
          if (from === undefined) return
          const reserved = await account(from).reserve(need(of, amount))
          clock.nowMs += 400
          if (reserved.kind !== 'taken') return
          held += amount
          most = Math.max(most, held)
          for (let turn = 0; turn < turns; turn += 1) await s.schedule(nextTurn())
          const cost = Math.floor(amount * spends)
          held -= amount - cost
          spent += cost
          for (const got of reserved.takes) account(from).settle(got, cost)
        }
        await drained(s, Promise.all(acts.map(one)))
        expect(most).toBeLessThanOrEqual(100)
        expect(await taken(of)).toBeGreaterThanOrEqual(spent)
      }),
      { numRuns: 200 },
    )
  })
})

describe('while the store is away [budgets.away]', () => {
  const away = (store: Store): Store & { gone: boolean } => {
    const it = {
      gone: false,
      ...store,
      get: (...args: Parameters<Store['get']>) => (it.gone ? Promise.reject(new Error('away')) : store.get(...args)),
      put: (...args: Parameters<Store['put']>) => (it.gone ? Promise.reject(new Error('away')) : store.put(...args)),
    }
    return it
  }

  test('closed: nothing is given, it is told once, and what waited is given back once it is back', async () => {
    const { clock, accounts, store, taken } = bench()
    const fickle = away(store)
    const ills: (string | undefined)[] = []
    const here = accounts(fickle, 'closed', ills)
    const of = meter('100/1d')
    const [held] = takes(await account(here).reserve(need(of, 60)))
    fickle.gone = true
    expect(await account(here).reserve(need(of, 1))).toEqual({ kind: 'away' })
    expect(account(here).reserve(need(of, 1))).toEqual({ kind: 'away' })
    if (held !== undefined) account(here).settle(held, 10)
    await expect(here.flush()).rejects.toThrow()
    expect(ills).toEqual(['Error'])
    fickle.gone = false
    clock.nowMs += 1000
    expect((await account(here).reserve(need(of, 90))).kind).toBe('taken')
    await here.flush()
    expect(ills).toEqual(['Error', undefined])
    expect(await taken(of)).toBe(100)
  })

  test('open: it goes on by what was known last, and is charged afterwards', async () => {
    const { clock, accounts, store, taken } = bench()
    const fickle = away(store)
    const here = accounts(fickle, 'open')
    const of = meter('100/1d')
    takes(await account(here).reserve(need(of, 60)))
    fickle.gone = true
    takes(await account(here).reserve(need(of, 30)))
    expect(await account(here).reserve(need(of, 20))).toMatchObject({ kind: 'short', left: 10 })
    expect(await taken(of)).toBe(60)
    fickle.gone = false
    clock.nowMs += 1000
    await here.flush()
    expect(await taken(of)).toBe(90)
  })

  test('a row that cannot be read gives nothing, and others are not held up by it', async () => {
    const { accounts, store } = bench()
    const here = accounts()
    const of = meter('100/1d')
    await store.put(SPACES.rules, NAME, '{"m":[1]}')
    expect(await account(here).reserve(need(of, 1))).toEqual({ kind: 'away' })
    takes(await here.account(SPACES.rules, 'rule others').reserve(need(of, 1)))
  })
})

test('accounts that nobody spends from are forgotten, and lose nothing by it', async () => {
  const { accounts, taken } = bench()
  const here = accounts()
  const of: Meter = { id: 'tokens/1d', amount: parseAmount('tokens', '100/1d') as Amount }
  takes(await account(here).reserve(need(of, 60)))
  const first = account(here)
  for (let index = 0; index < 10_001; index += 1) here.account(SPACES.rules, `rule r${index}`)
  expect(account(here)).not.toBe(first)
  expect((await account(here).reserve(need(of, 50))).kind).toBe('short')
  expect(await taken(of)).toBe(60)
})

/** A store that answers when it is let, or not at all. */
function gated(store: Store, gate: (ask: () => Promise<unknown>) => Promise<unknown>): Store {
  const by = async <T>(ask: () => Promise<T>): Promise<T> => {
    let asked: Promise<T> | undefined
    await gate(() => {
      asked = ask()
      return asked
    })
    return await (asked ?? ask())
  }
  return { ...store, get: (...args) => by(() => store.get(...args)), put: (...args) => by(() => store.put(...args)) }
}

/** Lets the scheduler go on until it is done: accounts wait for a turn of the event loop in between. */
async function drained<T>(s: fc.Scheduler, work: Promise<T>): Promise<T> {
  let done = false
  const end = work.finally(() => {
    done = true
  })
  while (!done) {
    await nextTurn()
    if (s.count() > 0) await s.waitOne()
  }
  return await end
}
