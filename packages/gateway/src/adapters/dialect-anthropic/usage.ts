import type { JsonObject } from '../../json/located.js'
import { isObject, wholeNumber } from '../../lens/path.js'
import type { Usage } from '../../spec/dialect.js'

/** The member `usage` of an answer, or of what an event tells of one. Input counts what came from a cache and what went into it. */
export function usageOf(root: JsonObject): Usage | undefined {
  return usageAfter(root, undefined)
}

/**
 * What is used up by an event that brings `usage`: its counts are of the whole message so far, and those that it leaves out
 * stay as they were.
 */
export function usageAfter(root: JsonObject, before: Counts | undefined): Counts | undefined {
  const usage = root['usage']
  if (!isObject(usage)) return before
  const counts = COUNTED.map((name, at) => wholeNumber(usage[name]) ?? before?.counts[at] ?? 0)
  const [fresh = 0, written = 0, read = 0, outputTokens = 0] = counts
  return { counts, inputTokens: fresh + written + read, outputTokens }
}

export interface Counts extends Usage {
  readonly counts: readonly number[]
}

const COUNTED = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens', 'output_tokens'] as const
