import type { Action, Gathering, PolicyEngine, Wanted } from '../spec/index.js'

/** What findings are of use in what is asked by an action: to policies in force, or since they bring labels. */
export function createWantedIn(policy: PolicyEngine, gathering: Gathering): (action: Action) => Wanted {
  const known = new Map<Action, Wanted>()
  return (action) => {
    const before = known.get(action)
    if (before !== undefined) return before
    const used = policy.usesFindings(action)
    const wanted: Wanted = { has: (type) => used.has(type) || gathering.findings.has(type) }
    known.set(action, wanted)
    return wanted
  }
}
