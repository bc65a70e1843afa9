import type { JsonObject, JsonValue } from '../../json/located.js'
import { isObject, wholeNumber } from '../../lens/path.js'
import type { Usage } from '../../spec/dialect.js'

/** The member `usage` of an answer or event, where it has one. */
export function usageOf(root: JsonObject): Usage | undefined {
  const usage = root['usage']
  if (!isObject(usage)) return undefined
  return { inputTokens: count(usage['prompt_tokens']), outputTokens: count(usage['completion_tokens']) }
}

export function count(value: JsonValue | undefined): number {
  return wholeNumber(value) ?? 0
}
