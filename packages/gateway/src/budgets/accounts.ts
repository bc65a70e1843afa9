import type { Clock, Store } from '../spec/index.js'
import { Account } from './account.js'
import { createIllness, type IllnessParts } from './illness.js'
import { type Meter, roomOf } from './plan.js'
import { readRow } from './tally.js'

export interface AccountsParts extends IllnessParts {
  readonly store: Store
  readonly clock: Clock
  /** Names this process among all that ever write: unguessable, or it would not be. */
  readonly spender: string
}

/** Where rows are. Those of API keys apart: their list tells what is left of each. */
export const SPACES = { rules: 'budgets', keys: 'budgets-of-keys' } as const
type Space = (typeof SPACES)[keyof typeof SPACES]

/** All accounts, by name, as far as somebody spends from them now. */
export interface Accounts {
  account(space: Space, name: string): Account
  /** What is left of accounts that nobody need spend from now, by what the store has. Rejects where it cannot be asked. */
  left(space: Space, of: readonly { readonly name: string; readonly meter: Meter }[]): Promise<readonly number[]>
  /** Gives back what is not spent. Rejects where the store does not take it. */
  flush(): Promise<void>
}

/** More than so many, and those that nobody spends from are forgotten. */
const ACCOUNTS = 10_000

export function createAccounts({ store, clock, spender, ...ailing }: AccountsParts): Accounts {
  const open = new Map<string, Account>()
  const illness = createIllness(ailing)
  let written = 0
  let roomFor = ACCOUNTS
  const nextTag = (): string => {
    written += 1
    return `${spender} ${written}`
  }

  function forgetIdle(): void {
    for (const [key, account] of open) if (account.isIdle) open.delete(key)
    // Where most are in use they are looked through again only when there are twice as many.
    roomFor = Math.max(ACCOUNTS, 2 * open.size)
  }

  return {
    account(space, name) {
      const key = `${space} ${name}`
      const held = open.get(key)
      if (held !== undefined) return held
      if (open.size >= roomFor) forgetIdle()
      const account = new Account({ store, clock, space, nextTag, illness }, name)
      open.set(key, account)
      return account
    },
    async left(space, of) {
      const nowMs = clock.now()
      const texts = await Promise.all(of.map(({ name }) => store.get(space, name)))
      return of.map(({ name, meter }, index) => {
        const here = open.get(`${space} ${name}`)?.held(meter) ?? 0
        return Math.max(0, roomOf(readRow(texts[index]), meter, nowMs) + here)
      })
    },
    async flush() {
      await Promise.all([...open.values()].map((one) => one.flush()))
    },
  }
}
