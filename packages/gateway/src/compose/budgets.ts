import { randomBytes } from 'node:crypto'
import type { ApiKeys } from '../api-keys/service.js'
import { type Accounts, createAccounts, SPACES } from '../budgets/accounts.js'
import { type BudgetingParts, countedByKey, createBudgeting } from '../budgets/budgeting.js'
import type { Config } from '../config/config.js'
import type { Amount, Budgeting, Clock, Size, Sizes, Store } from '../spec/index.js'
import type { AdministerParts } from './operations.js'

export interface AccountsOfParts {
  readonly store: Store
  readonly clock: Clock
  /** Of the configuration in force. */
  readonly failure: () => 'closed' | 'open'
  readonly warn: (message: string) => void
  readonly note: AdministerParts['note']
}

/** What is spent, for a gateway that runs. */
export function accountsOf({
  store,
  clock,
  failure,
  warn,
  note,
}: AccountsOfParts): Accounts & { close(): Promise<void> } {
  const accounts = createAccounts({
    ...{ store, clock, failure },
    spender: randomBytes(8).toString('hex'),
    onIll(why) {
      warn(why === undefined ? 'budgets: the store is back' : `budgets: the store cannot be asked (${why})`)
      const what = { check: 'budgets', failure: failure(), store: why === undefined ? 'back' : 'away' }
      note('config', what).catch(() => warn('audit: config entry not written'))
    },
  })
  return {
    ...accounts,
    // What nobody has spent is given back; where that cannot be, it counts as spent, and that is all.
    close: () => accounts.flush().catch(() => warn('budgets: what was not spent could not be given back')),
  }
}

export type LeftOf = (of: readonly { readonly name: string; readonly amount: Amount }[]) => Promise<readonly number[]>

/** What is left of the budgets of API keys. */
export function leftOfKeys(accounts: Pick<Accounts, 'left'>): LeftOf {
  return (of) =>
    accounts.left(
      SPACES.keys,
      of.flatMap(({ name, amount }) => countedByKey(name, amount).meters.map((meter) => ({ name, meter }))),
    )
}

/** The same where no gateway runs. */
export function leftInStore(store: Store, clock: Clock): LeftOf {
  return leftOfKeys(
    createAccounts({ store, clock, spender: 'nobody', failure: () => 'closed', onIll: () => undefined }),
  )
}

export function budgetingOf(
  { budgets }: Config,
  parts: Pick<BudgetingParts, 'accounts' | 'clock' | 'onRefused'> & { readonly apiKeys: ApiKeys },
): Budgeting {
  const { apiKeys, ...rest } = parts
  return createBudgeting({ ...rest, rules: budgets.rules, keysOf: (principal) => apiKeys.accountsOf(principal) })
}

/** The limits on one request. */
export function sizesOf({ limits }: Config): Sizes {
  const sizes = new Map<Size, number>([['prompt-tokens', limits.promptTokens]])
  if (limits.maxTokens !== undefined) sizes.set('max-tokens', limits.maxTokens)
  if (limits.tools !== undefined) sizes.set('tools', limits.tools)
  if (limits.images !== undefined) sizes.set('images', limits.images)
  return sizes
}
