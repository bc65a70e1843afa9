import { setFlagsFromString } from 'node:v8'
import type { StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs'
import { expect, test } from 'vitest'
import { preparsePolicySet, statefulIsAuthorized } from './cedar.js'

type Native = (target: typeof statefulIsAuthorized) => void

/** V8's own words for its compiler. */
function native(name: string): Native {
  return new Function('target', `%${name}(target)`) as Native
}

test('a call into Cedar survives that its compiled caller is discarded meanwhile', () => {
  setFlagsFromString('--allow-natives-syntax')
  const prepare = native('PrepareFunctionForOptimization')
  const optimize = native('OptimizeFunctionOnNextCall')
  const discard = native('DeoptimizeFunction')
  const name = 'v8-flags-test'
  const staticPolicies = { a: 'permit(principal, action, resource);' }
  expect(preparsePolicySet(name, { staticPolicies })).toEqual({ type: 'success' })
  let discards = false
  const call: StatefulAuthorizationCall = {
    principal: { type: 'User', id: 'u' },
    action: { type: 'Action', id: 'invoke' },
    resource: { type: 'Model', id: 'm' },
    get context() {
      if (discards) discard(statefulIsAuthorized)
      return {}
    },
    preparsedPolicySetId: name,
    entities: [],
  }
  prepare(statefulIsAuthorized)
  for (let warm = 0; warm < 100; warm++) statefulIsAuthorized(call)
  optimize(statefulIsAuthorized)
  statefulIsAuthorized(call)
  discards = true
  expect(statefulIsAuthorized(call)).toMatchObject({ type: 'success', response: { decision: 'allow' } })
  setFlagsFromString('--no-allow-natives-syntax')
})
