import type { JsonObject } from '../../../json/located.js'
import { isObject } from '../../../lens/path.js'
import type { Usage } from '../../../spec/dialect.js'
import { count } from '../usage.js'

/** The member `usage` of a response, where it has one. */
export function usageOf(response: JsonObject): Usage | undefined {
  const usage = response['usage']
  if (!isObject(usage)) return undefined
  return { inputTokens: count(usage['input_tokens']), outputTokens: count(usage['output_tokens']) }
}
