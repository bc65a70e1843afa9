import { hash } from 'node:crypto'
import { type Amount, type Principal, subjectOf } from '../spec/index.js'
import type { Meter } from './plan.js'
import { meterId } from './tally.js'

/** For whom an allowance is: each of them has one of its own. */
type Per = 'principal' | 'group' | 'key' | 'model' | 'all'

/** An allowance as the operator writes it. */
export interface BudgetRule {
  readonly name: string
  readonly per: Per
  /** Whose requests are counted: of members of one of these. Empty: everybody's. */
  readonly groups: readonly string[]
  /** Requests to which models are counted. Empty: to all. */
  readonly models: readonly string[]
  readonly amounts: readonly Amount[]
}

/** What one exchange is counted in, by the name of the account. */
export interface Counted {
  readonly space: 'rules' | 'keys'
  readonly account: string
  readonly meters: readonly Meter[]
  /** For the log and the metrics. */
  readonly label: string
  /** It is the caller's own: what is left of it tells nobody of others. */
  readonly isOwn: boolean
}

/** The narrow ones first: who has no more of its own is refused before it sets anything of others aside. */
export function inOrder(rules: readonly BudgetRule[]): readonly BudgetRule[] {
  const rank = (per: Per): number => ORDER.indexOf(per)
  return [...rules].sort((a, b) => rank(a.per) - rank(b.per))
}

const ORDER: readonly Per[] = ['key', 'principal', 'group', 'model', 'all']

/**
 * The accounts of a rule that an exchange is counted in. An agent's is its subject's, whose groups count as its own do.
 *
 * @param key the first key of the API key that the principal came by
 */
export function countedBy(
  { rule, meters }: MeteredRule,
  principal: Principal,
  model: string,
  key: string | undefined,
): readonly Counted[] {
  const { groups, models, name, per } = rule
  if (models.length > 0 && !models.includes(model)) return []
  const within = groups.filter((one) => isMember(principal, one))
  if (groups.length > 0 && within.length === 0) return []
  const of = (who: string): Counted => ({
    ...{ space: 'rules', account: `rule ${name} ${who}`, meters, label: name },
    isOwn: per === 'principal' || per === 'key',
  })
  switch (per) {
    case 'principal':
      return [of(digestOf(subjectOf(principal).uid))]
    case 'group':
      return within.map((group) => of(digestOf(group)))
    case 'key':
      return key === undefined ? [] : [of(key)]
    case 'model':
      return [of(digestOf(model))]
    case 'all':
      return [of('all')]
  }
}

export interface MeteredRule {
  readonly rule: BudgetRule
  readonly meters: readonly Meter[]
}

export function metered(rule: BudgetRule): MeteredRule {
  return { rule, meters: rule.amounts.map((amount) => ({ id: meterId(amount.measure, amount.window), amount })) }
}

const ofPolicy = new WeakMap<Amount, Meter>()

/** What policy allows: each limit counts just what it obliges, whichever policies it stands in. */
export function countedByPolicy(principal: Principal, spends: readonly Amount[]): Counted {
  const meters = spends.map((amount) => {
    const held = ofPolicy.get(amount) ?? {
      id: meterId(`${amount.measure}:${amount.atMost}`, amount.window),
      amount,
    }
    ofPolicy.set(amount, held)
    return held
  })
  const account = `policy ${digestOf(subjectOf(principal).uid)}`
  return { space: 'rules', account, meters, label: 'policy', isOwn: true }
}

/** Subjects are of any length, and nobody need read them in the store. */
function digestOf(name: string): string {
  return hash('sha256', name, 'base64url')
}

function isMember({ actor, onBehalfOf }: Principal, group: string): boolean {
  return actor.groups.includes(group) || onBehalfOf?.groups.includes(group) === true
}
