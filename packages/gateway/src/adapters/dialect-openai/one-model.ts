import type { JsonObject, JsonValue } from '../../json/located.js'
import { type Refusal, refuse } from '../../spec/refusal.js'

/** Where servers that speak this dialect are told models to go on with when the first one fails. */
const FURTHER: ReadonlySet<string> = new Set([
  'models',
  'fallbacks',
  'context_window_fallbacks',
  'content_policy_fallbacks',
])

/** Policy has decided on one model, and each other that a body names would see the prompt as well. */
export function furtherModels(root: JsonObject): Refusal | undefined {
  // By way of the capital: some servers read names without regard to case.
  const named = Object.keys(root).find((name) => FURTHER.has(name.toUpperCase().toLowerCase()) && isNaming(root[name]))
  return named === undefined ? undefined : otherModel(named)
}

function isNaming(value: JsonValue | undefined): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null)
}

export function otherModel(param: string): Refusal {
  return refuse('invalid_request', 'names a model beside the one that is decided on', {
    param,
    message: `Only one model is asked in a request: \`${param}\` names another.`,
  })
}
