import type { JsonObject, JsonValue } from '../../json/located.js'
import { isObject, wholeNumber } from '../../lens/path.js'
import type { Usage } from '../../spec/dialect.js'

/** The member `usage` of an answer or event, where it has one. What came from a cache is not in the provider's input tokens. */
export function usageOf(root: JsonObject): Usage | undefined {
  const usage = root['usage']
  if (!isObject(usage)) return undefined
  const cached = count(usage['cacheReadInputTokens']) + count(usage['cacheWriteInputTokens'])
  return { inputTokens: count(usage['inputTokens']) + cached, outputTokens: count(usage['outputTokens']) }
}

function count(value: JsonValue | undefined): number {
  return wholeNumber(value) ?? 0
}
