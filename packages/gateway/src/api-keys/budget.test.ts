import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bench, openBench, refused, START_MS, taken, tokenEndpoint, WANTED } from '../../test/keys-bench.js'
import { until } from '../../test/until.js'
import { type Hold, type Principal, rowsOf, type Step } from '../spec/index.js'
import type { Budget, KeyId } from './record.js'

const DAY_MS = 86_400_000

interface Purse {
  readonly bench: Bench
  readonly id: KeyId
  readonly text: string
  readonly principal: Principal
  left(): number | undefined
}

async function purse(budget: Budget | undefined, bench?: Bench): Promise<Purse> {
  const held = bench ?? (await openBench({ flushMs: 1 }))
  const { text, state } = await held.keys.create({ ...WANTED, budget })
  const { id } = state.record
  const principal = taken(tokenEndpoint(held.keys), text)
  return { bench: held, id, text, principal, left: () => held.keys.budgets.remaining(id) }
}

function held(step: Step<Hold>): Hold {
  if (step.kind === 'refuse') throw new Error(`refused: ${step.message}`)
  return step.value
}

describe('a budget [keys.budget]', () => {
  test('counts what answers report, in the estimate’s place', async () => {
    const { bench, principal, left } = await purse({ tokens: 100, per: 'day' })
    const hold = held(bench.keys.budgets.hold(principal, 30))
    expect(left()).toBe(70)
    hold.settle({ inputTokens: 12, outputTokens: 40 })
    expect(left()).toBe(48)
    // Once: an outcome that is told twice counts once.
    hold.settle({ inputTokens: 12, outputTokens: 40 })
    hold.release()
    expect(left()).toBe(48)
    await bench.keys.close()
  })

  test('keeps the estimate where the answer reports nothing, or nothing that can be true', async () => {
    const { bench, principal, left } = await purse({ tokens: 100, per: 'day' })
    held(bench.keys.budgets.hold(principal, 30)).settle(undefined)
    held(bench.keys.budgets.hold(principal, 30)).settle({ inputTokens: 0, outputTokens: 0 })
    expect(left()).toBe(40)
    await bench.keys.close()
  })

  test('gives the estimate back where nothing reached the provider', async () => {
    const { bench, principal, left } = await purse({ tokens: 100, per: 'day' })
    held(bench.keys.budgets.hold(principal, 30)).release()
    expect(left()).toBe(100)
    await bench.keys.close()
  })

  test('refuses what is larger than what is left, and all once nothing is [keys.budget-refused]', async () => {
    const { bench, principal, left } = await purse({ tokens: 100, per: 'day' })
    const { budgets } = bench.keys
    expect(budgets.hold(principal, 101)).toMatchObject({ kind: 'refuse', code: 'budget_exceeded', status: 403 })
    expect(left()).toBe(100)
    held(budgets.hold(principal, 100)).settle({ inputTokens: 90, outputTokens: 60 })
    expect(left()).toBe(0)
    for (const tokens of [0, 1]) {
      expect(budgets.hold(principal, tokens)).toMatchObject({
        code: 'budget_exceeded',
        message: 'The budget of this API key is used up until 2026-10-16T00:00:00.000Z.',
      })
    }
    await bench.keys.close()
  })

  test('a hundred calls at once do not spend it a hundred times', async () => {
    const { bench, principal } = await purse({ tokens: 100, per: 'total' })
    const holds = Array.from({ length: 100 }, () => bench.keys.budgets.hold(principal, 10))
    expect(holds.filter((one) => one.kind === 'proceed').length).toBe(10)
    await bench.keys.close()
  })

  test('a key without one is not counted', async () => {
    const { bench, principal, left } = await purse(undefined)
    held(bench.keys.budgets.hold(principal, 1e9)).settle({ inputTokens: 1e9, outputTokens: 1e9 })
    expect(left()).toBeUndefined()
    await bench.keys.close()
    expect(await rowsOf(bench.store, 'api-key-spending')).toEqual([])
  })

  test('counts for tokens that were exchanged from the key, by what revokes them, and for nobody who merely names it', async () => {
    const { bench, id, principal, left } = await purse({ tokens: 100, per: 'day' })
    const exchanged: Principal = { ...principal, clientId: 'another', revocableBy: ['token T', `key ${id}`] }
    held(bench.keys.budgets.hold(exchanged, 30)).settle(undefined)
    expect(left()).toBe(70)
    const namesIt: Principal = { ...principal, clientId: id, revocableBy: ['token T', `any-subject key ${id}`] }
    held(bench.keys.budgets.hold(namesIt, 30)).settle(undefined)
    expect(left()).toBe(70)
    await bench.keys.close()
  })

  test('of two keys behind one token both count, and the one that is short refuses for both', async () => {
    const large = await purse({ tokens: 100, per: 'day' })
    const small = await purse({ tokens: 20, per: 'day' }, large.bench)
    const both: Principal = { ...large.principal, revocableBy: [`key ${large.id}`, `key ${small.id}`] }
    const { budgets } = large.bench.keys
    held(budgets.hold(both, 15)).settle(undefined)
    expect(budgets.hold(both, 10)).toMatchObject({ code: 'budget_exceeded' })
    expect([large.left(), small.left()]).toEqual([85, 5])
    await large.bench.keys.close()
  })
})

test('a key and the one that took its place are one budget, once', async () => {
  const { bench, id, principal, left } = await purse({ tokens: 100, per: 'day' })
  const old = bench.keys.find({ id })
  if (old === undefined) throw new Error('gone')
  const { state } = await bench.keys.rotate(old, { overlapSeconds: 60, lifetimeSeconds: undefined })
  const both: Principal = { ...principal, revocableBy: [`key ${id}`, `key ${state.record.id}`] }
  held(bench.keys.budgets.hold(both, 30)).settle(undefined)
  expect(left()).toBe(70)
  await bench.keys.close()
})

describe('the periods of a budget [keys.budget]', () => {
  test.each<[Budget['per'], number, boolean]>([
    ['day', Date.UTC(2026, 9, 15, 23, 59, 59, 999), false],
    ['day', Date.UTC(2026, 9, 16), true],
    ['month', Date.UTC(2026, 9, 31, 23, 59, 59, 999), false],
    ['month', Date.UTC(2026, 10, 1), true],
    ['total', Date.UTC(2026, 11, 1), false],
  ])('per %s, begun on 15 October: anew at %d: %s', async (per, at, anew) => {
    const { bench, id, left } = await purse({ tokens: 100, per })
    bench.keys.budgets.spend(id, 60)
    bench.pass(at - START_MS)
    expect(left()).toBe(anew ? 100 : 40)
    await bench.keys.close()
  })

  test('what ends in the next period is not given back to it', async () => {
    const { bench, principal, left } = await purse({ tokens: 100, per: 'day' })
    const hold = held(bench.keys.budgets.hold(principal, 80))
    bench.pass(DAY_MS)
    hold.release()
    expect(left()).toBe(100)
    await bench.keys.close()
  })

  test('days that are over are forgotten, here and in the store', async () => {
    const { bench, id, left } = await purse({ tokens: 100, per: 'day' })
    bench.keys.budgets.spend(id, 60)
    await bench.keys.budgets.flush()
    expect((await rowsOf(bench.store, 'api-key-spending')).length).toBe(1)
    bench.pass(2 * DAY_MS)
    expect(left()).toBe(100)
    expect(await rowsOf(bench.store, 'api-key-spending')).toEqual([])
    await bench.keys.close()
  })
})

describe('what was spent is kept [keys.budget-kept]', () => {
  test('across a restart, and across rotations', async () => {
    const { bench, id, text } = await purse({ tokens: 100, per: 'total' })
    bench.keys.budgets.spend(id, 60)
    const old = bench.keys.find({ id })
    if (old === undefined) throw new Error('gone')
    const made = await bench.keys.rotate(old, { overlapSeconds: 60, lifetimeSeconds: undefined })
    const next = await bench.keys.rotate(made.state, { overlapSeconds: 60, lifetimeSeconds: undefined })
    expect(bench.keys.budgets.remaining(next.state.record.id)).toBe(40)
    bench.keys.budgets.spend(next.state.record.id, 30)
    await bench.keys.close()
    const later = await bench.another()
    expect(later.budgets.remaining(id)).toBe(10)
    expect(later.budgets.remaining(next.state.record.id)).toBe(10)
    later.budgets.spend(id, 10)
    await later.close()
    const last = await bench.another()
    expect(last.budgets.remaining(next.state.record.id)).toBe(0)
    expect(refusedFor(last.budgets.hold(taken(tokenEndpoint(last), text), 1))).toBe('budget_exceeded')
    await last.close()
  })

  test('what the store tells late of this process changes nothing', async () => {
    const { bench, id, left } = await purse({ tokens: 100, per: 'total' })
    bench.store.lag()
    bench.keys.budgets.spend(id, 10)
    await bench.keys.budgets.flush()
    bench.keys.budgets.spend(id, 5)
    bench.store.tellLate()
    expect(left()).toBe(85)
    await bench.keys.close()
  })

  test('over two processes, without one overwriting the other', async () => {
    const { bench, id, left } = await purse({ tokens: 1000, per: 'month' })
    const other = await bench.another({ flushMs: 1 })
    for (let times = 0; times < 10; times += 1) {
      bench.keys.budgets.spend(id, 10)
      other.budgets.spend(id, 20)
    }
    await until(() => left() === 700 && other.budgets.remaining(id) === 700)
    await Promise.all([bench.keys.close(), other.close()])
  })

  test('while the store is away it goes on being counted, is told once, and is written when the store is back', async () => {
    const bench = await openBench({ flushMs: 1, failure: 'open' })
    const { id, left } = await purse({ tokens: 100, per: 'total' }, bench)
    const told = (): readonly string[] => bench.reports.filter((one) => one.includes('budgets'))
    bench.store.goAway()
    bench.keys.budgets.spend(id, 60)
    await until(() => told().length > 0)
    await expect(bench.keys.budgets.flush()).rejects.toThrow()
    expect(left()).toBe(40)
    expect(told()).toEqual(['what API keys spend of their budgets cannot be written'])
    bench.store.comeBack()
    await until(() => told().length > 1)
    expect(told().at(-1)).toBe('what API keys spend of their budgets is written again')
    expect((await rowsOf(bench.store, 'api-key-spending')).map((one) => one.value)).toEqual(['60'])
    await bench.keys.close()
  })

  test('whatever is held, settled and released in whatever order, the sum is that of what stayed', async () => {
    const act = fc.record({
      estimate: fc.nat({ max: 50 }),
      end: fc.constantFrom('settle', 'unreported', 'release'),
      tokens: fc.nat({ max: 80 }),
      late: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 20 }), async (acts) => {
        const { bench, principal, left } = await purse({ tokens: 1e6, per: 'total' })
        const later: (() => void)[] = []
        let spent = 0
        for (const { estimate, end, tokens, late } of acts) {
          const hold = held(bench.keys.budgets.hold(principal, estimate))
          const finish = (): void => {
            if (end === 'release') hold.release()
            else hold.settle(end === 'settle' ? { inputTokens: tokens, outputTokens: 1 } : undefined)
          }
          spent += end === 'release' ? 0 : end === 'settle' ? tokens + 1 : estimate
          if (late) later.push(finish)
          else finish()
        }
        for (const finish of later.reverse()) finish()
        expect(left()).toBe(1e6 - spent)
        await bench.keys.close()
        const again = await bench.another()
        expect(again.all()[0] && again.budgets.remaining(again.all()[0]?.record.id as KeyId)).toBe(1e6 - spent)
        await again.close()
      }),
      { numRuns: 50 },
    )
  })
})

function refusedFor(step: Step<unknown>): string {
  return step.kind === 'refuse' ? step.code : 'was taken'
}

test('a key whose budget is used up is still a key: what is refused is what it would spend', async () => {
  const { bench, id, text } = await purse({ tokens: 10, per: 'total' })
  bench.keys.budgets.spend(id, 10)
  taken(tokenEndpoint(bench.keys), text)
  await bench.keys.revoke(id)
  expect(refused(tokenEndpoint(bench.keys), text).code).toBe('revoked_token')
  await bench.keys.close()
})
