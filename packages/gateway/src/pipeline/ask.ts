import { decide } from '../decide/decide.js'
import { scoped } from '../decide/scoped.js'
import type { Authenticated } from '../exchange.js'
import type { Action, Context, FindingType, PolicyEngine, Resource, Step, Verdict, Wanted } from '../spec/index.js'
import type { JudgeShared } from './judge.js'

export interface AskParts extends Pick<JudgeShared, 'challenged' | 'permitted'> {
  readonly policy: PolicyEngine
  /** Types of findings that somebody looks for, since they are of use. */
  readonly looksFor: (action: Action) => readonly FindingType[]
  /** Those that policies, or labels, could make use of. */
  readonly wantedIn: (action: Action) => Wanted
  /** Which the caller has. */
  readonly labelsOf: (by: Authenticated) => readonly string[]
}

/**
 * Decides on one resource for a caller, whose token must have the action's scope for it.
 *
 * @param tell called with what was decided, if that is a no
 */
export function askOne(
  { challenged, permitted, policy }: AskParts,
  by: Authenticated,
  action: Action,
  resource: Resource,
  context: Context,
  tell?: (verdict: Verdict) => void,
): Step<Verdict> {
  const asker = scoped(by.principal, action, resource)
  if (asker.kind === 'refuse') return challenged(asker, by)
  const verdict = decide(policy, asker.value, action, resource, context)
  tell?.(verdict)
  return permitted(verdict, by)
}
