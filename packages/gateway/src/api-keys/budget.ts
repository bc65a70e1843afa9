import {
  type Budgeting,
  type Clock,
  type Hold,
  type Principal,
  proceed,
  type Refusal,
  refuse,
  type Step,
} from '../spec/index.js'
import { type Budget, type KeyId, type Period, parseKeyId } from './record.js'
import { openSpending, type Place, type SpendingParts } from './spending.js'

/** What keys share that took one another's place: rotating a key does not fill its budget up. */
export interface Account {
  readonly name: KeyId
  readonly budget: Budget
}

export interface BudgetsParts extends Omit<SpendingParts, 'flushMs'> {
  readonly clock: Clock
  /** Undefined where the key has no budget, or is not known. */
  readonly accountOf: (key: KeyId) => Account | undefined
  /** Default 2 s. */
  readonly flushMs?: number | undefined
}

export interface Budgets extends Budgeting {
  spend(key: KeyId, tokens: number): void
  /** Tokens left of the period, not below 0. Undefined where the key has no budget. */
  remaining(key: KeyId): number | undefined
  /** Writes what was spent. Rejects where the store does not take it; it is tried again. */
  flush(): Promise<void>
  /** Flushes, and ends. */
  close(): Promise<void>
}

const FLUSH_MS = 2000
const DAY_MS = 86_400_000

/** What keys may spend, and have spent. A budget is overrun at most by what is under way, and by what others spent of late. */
export async function openBudgets(parts: BudgetsParts): Promise<Budgets> {
  const { clock, accountOf, flushMs = FLUSH_MS } = parts
  const spending = await openSpending({ ...parts, flushMs })
  let today = ''

  const leftOf = (account: Account, place: Place): number => account.budget.tokens - spending.of(place.name)

  function placeOf({ name, budget }: Account): Place {
    const nowMs = clock.now()
    const day = periodOf('day', nowMs)
    if (day !== today) spending.forget((place) => isOver(place, nowMs))
    today = day
    return { name: `${name} ${periodOf(budget.per, nowMs)}`, keptUntilMs: keptUntilMs(budget.per, nowMs) }
  }

  function hold(accounts: readonly Account[], promptTokens: number): Step<Hold> {
    const places: Place[] = []
    for (const account of accounts) {
      const place = placeOf(account)
      const left = leftOf(account, place)
      if (left < Math.max(promptTokens, 1)) return exceeded(account, left, clock.now())
      places.push(place)
    }
    const charge = (tokens: number): void => {
      for (const place of places) spending.add(place, tokens)
    }
    charge(promptTokens)
    let open = true
    const end = (tokens: number): void => {
      // To the periods that were charged: given back to a new one, that would have more than its budget.
      if (open) charge(tokens - promptTokens)
      open = false
    }
    return proceed({
      settle(usage) {
        const reported = usage === undefined ? 0 : usage.inputTokens + usage.outputTokens
        end(reported > 0 ? reported : promptTokens)
      },
      release: () => end(0),
    })
  }

  return {
    hold(principal, promptTokens) {
      const accounts = accountsOf(principal, accountOf)
      return accounts.length === 0 ? NOTHING_HELD : hold(accounts, promptTokens)
    },
    spend(key, tokens) {
      const account = accountOf(key)
      if (account !== undefined) spending.add(placeOf(account), tokens)
    },
    remaining(key) {
      const account = accountOf(key)
      return account === undefined ? undefined : Math.max(0, leftOf(account, placeOf(account)))
    },
    flush: () => spending.flush(),
    close: () => spending.close(),
  }
}

const KEY = 'key '
const NOTHING_HELD: Step<Hold> = proceed({ settle: () => undefined, release: () => undefined })

/** By what revokes the principal: tokens that were exchanged from a key have it there too, and no issuer of others can put it there. */
function accountsOf({ revocableBy }: Principal, accountOf: BudgetsParts['accountOf']): readonly Account[] {
  const accounts = new Map<KeyId, Account>()
  for (const name of revocableBy) {
    const key = name.startsWith(KEY) ? parseKeyId(name.slice(KEY.length)) : undefined
    const account = key === undefined ? undefined : accountOf(key)
    if (account !== undefined) accounts.set(account.name, account)
  }
  return [...accounts.values()]
}

function exceeded({ name, budget }: Account, left: number, nowMs: number): Refusal {
  const until = budget.per === 'total' ? '' : ` until ${new Date(endOf(budget.per, nowMs)).toISOString()}`
  const message =
    left > 0
      ? `This request is larger than what is left of the API key's budget${until}.`
      : `The budget of this API key is used up${until}.`
  return refuse('budget_exceeded', `api key: budget of ${name}: ${left} of ${budget.tokens} left`, { message })
}

const LENGTHS = { day: 'YYYY-MM-DD'.length, month: 'YYYY-MM'.length } as const

/** A date of UTC as far as it counts. */
function periodOf(per: Period, nowMs: number): string {
  return per === 'total' ? per : new Date(nowMs).toISOString().slice(0, LENGTHS[per])
}

/** Dates sort as time does, and `total` behind them all. */
function isOver(place: string, nowMs: number): boolean {
  const period = place.slice(place.indexOf(' ') + 1)
  return period < periodOf(period.length === LENGTHS.day ? 'day' : 'month', nowMs)
}

/** When the period ends, milliseconds since the epoch. */
function endOf(per: 'day' | 'month', nowMs: number): number {
  if (per === 'day') return (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS
  const at = new Date(nowMs)
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1)
}

/** A day longer than it counts: clocks of others may be behind. */
function keptUntilMs(per: Period, nowMs: number): number | undefined {
  return per === 'total' ? undefined : endOf(per, nowMs) + DAY_MS
}
