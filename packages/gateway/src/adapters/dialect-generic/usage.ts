import type { JsonObject } from '../../json/located.js'
import { wholeNumber } from '../../lens/path.js'
import type { DeclaredUsage } from '../../spec/declared-dialect.js'
import type { Usage } from '../../spec/dialect.js'
import { memberAt } from './member.js'

/** Undefined where the body says neither number. */
export function usageOf({ input, output }: DeclaredUsage, root: JsonObject): Usage | undefined {
  const inputTokens = input === undefined ? undefined : wholeNumber(memberAt(root, input))
  const outputTokens = output === undefined ? undefined : wholeNumber(memberAt(root, output))
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  return { inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0 }
}
