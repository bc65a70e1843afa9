import {
  type Allowance,
  type Amount,
  type Budgeting,
  type Charge,
  type Clock,
  type Demand,
  type Hold,
  type Price,
  type Principal,
  proceed,
  type Refusal,
  refuse,
  type Step,
} from '../spec/index.js'
import type { Account } from './account.js'
import { type Accounts, SPACES } from './accounts.js'
import { headersOf, NO_HEADERS, refusalOf, type Standing } from './answers.js'
import { demandsOf, spentOf } from './measure.js'
import type { Meter, Reserved, Taken } from './plan.js'
import { type BudgetRule, type Counted, countedBy, countedByPolicy, inOrder, metered } from './rules.js'
import { meterId } from './tally.js'

/** The API key behind a principal, and what its own budget is. */
export interface KeyBudget {
  /** Of the first key of its rotations: they share one budget. */
  readonly name: string
  readonly amount: Amount | undefined
}

export interface BudgetingParts {
  readonly accounts: Accounts
  readonly clock: Clock
  readonly rules: readonly BudgetRule[]
  readonly keysOf: (principal: Principal) => readonly KeyBudget[]
  /** A request was refused by it. Labels are names of the configuration. */
  readonly onRefused: (label: string) => void
}

/** What is spent is set aside before, and reckoned up afterwards: see `Account`. */
export function createBudgeting(parts: BudgetingParts): Budgeting {
  const rules = inOrder(parts.rules).map(metered)
  const byPrincipal = new WeakMap<Principal, Map<string, readonly Counted[]>>()

  function countedByRules(principal: Principal, model: string, key: string | undefined): readonly Counted[] {
    const byModel = byPrincipal.get(principal) ?? new Map<string, readonly Counted[]>()
    byPrincipal.set(principal, byModel)
    const held = byModel.get(model) ?? rules.flatMap((rule) => countedBy(rule, principal, model, key))
    byModel.set(model, held)
    return held
  }

  return {
    allowanceOf(principal, model, price, spends) {
      const keys = model !== undefined && isByKey(principal) ? parts.keysOf(principal) : NO_KEYS
      if (rules.length === 0 && spends.length === 0 && keys.length === 0) return undefined
      const all: Counted[] = []
      for (const { name, amount } of keys) if (amount !== undefined) all.push(countedByKey(name, amount))
      if (spends.length > 0) all.push(countedByPolicy(principal, spends))
      if (rules.length > 0 && model !== undefined) all.push(...countedByRules(principal, model, keys[0]?.name))
      return all.length === 0 ? undefined : allowance(parts, all, price)
    },
  }
}

const NO_KEYS: readonly KeyBudget[] = []

function isByKey({ revocableBy }: Principal): boolean {
  for (const name of revocableBy) if (name.startsWith('key ')) return true
  return false
}

export function countedByKey(name: string, amount: Amount): Counted {
  return {
    ...{ space: 'keys', account: name, label: name, isOwn: true },
    meters: [{ id: meterId(amount.measure, amount.window), amount }],
  }
}

interface Held {
  readonly account: Account
  readonly takes: readonly Taken[]
}

function allowance(parts: BudgetingParts, all: readonly Counted[], price: Price | undefined): Allowance {
  const unpriced = price === undefined ? all.find(({ meters }) => meters.some(isMoney)) : undefined
  return {
    needsUsage: all.some(({ meters }) => meters.some(({ amount }) => amount.measure !== 'requests')),
    hold(demand) {
      if (unpriced !== undefined)
        return refuse('obligation_failed', `budget ${unpriced.label}: money is counted, and the model has no price`)
      return holdAll(parts, all, demand, price)
    },
  }
}

function isMoney({ amount }: Meter): boolean {
  return amount.measure === 'money'
}

/** One after the other; at once as far as nobody has to be asked. */
function holdAll(
  parts: BudgetingParts,
  all: readonly Counted[],
  demand: Demand,
  price: Price | undefined,
): Step<Hold> | Promise<Step<Hold>> {
  const held: Held[] = []
  const take = (at: number, account: Account, reserved: Reserved): Refusal | undefined => {
    if (reserved.kind === 'taken') {
      held.push({ account, takes: reserved.takes })
      return undefined
    }
    giveBack(held)
    const counted = all[at]
    if (reserved.kind === 'away' || counted === undefined) return AWAY
    parts.onRefused(counted.label)
    return refusalOf(counted, reserved, parts.clock.now())
  }
  const from = (start: number): Step<Hold> | Promise<Step<Hold>> => {
    for (let at = start; at < all.length; at += 1) {
      const counted = all[at]
      if (counted === undefined) break
      const account = parts.accounts.account(SPACES[counted.space], counted.account)
      const reserved = account.reserve(demandsOf(counted.meters, demand, price))
      if (reserved instanceof Promise) return reserved.then((it) => take(at, account, it) ?? from(at + 1))
      const refusal = take(at, account, reserved)
      if (refusal !== undefined) return refusal
    }
    return proceed(holdOf(held, headers()))
  }
  const headers = (): Readonly<Record<string, string>> => {
    const nowMs = parts.clock.now()
    const standings: Standing[] = []
    for (const [at, { meters, isOwn }] of all.entries()) {
      const account = held[at]?.account
      if (!isOwn || account === undefined) continue
      for (const meter of meters) {
        if (meter.amount.window.kind === 'rolling') standings.push({ meter, ...account.standing(meter, nowMs) })
      }
    }
    return standings.length === 0 ? NO_HEADERS : headersOf(standings, nowMs)
  }
  return from(0)
}

const AWAY: Refusal = refuse('overloaded', 'budgets: the store cannot be asked', {
  message: 'What this request may spend cannot be counted at the moment, so it was not made.',
})

function giveBack(held: readonly Held[]): void {
  for (const { account, takes } of held) for (const one of takes) account.settle(one, 0)
}

function holdOf(held: readonly Held[], headers: Readonly<Record<string, string>>): Hold {
  let open = true
  const end = (work: () => void): void => {
    if (open) work()
    open = false
  }
  return {
    headers,
    settle: (charge: Charge) =>
      end(() => {
        for (const { account, takes } of held) for (const one of takes) account.settle(one, spentOf(one.meter, charge))
      }),
    release: () => end(() => giveBack(held)),
  }
}
