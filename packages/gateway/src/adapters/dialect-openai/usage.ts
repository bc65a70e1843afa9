import type { JsonValue } from '../../json/located.js'
import type { Usage } from '../../spec/dialect.js'

/** The member `usage` of an answer or event, where it has one. */
export function usageOf(root: JsonValue): Usage | undefined {
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return undefined
  const usage = root['usage']
  if (typeof usage !== 'object' || usage === null || Array.isArray(usage)) return undefined
  return { inputTokens: count(usage['prompt_tokens']), outputTokens: count(usage['completion_tokens']) }
}

function count(value: JsonValue | undefined): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0
}

/** An event with an error in it: SDKs throw, so a stream that ends behind it does not look whole. */
export function isError(root: JsonValue): boolean {
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return false
  return (root['error'] ?? null) !== null
}
