import type { Demand, Endpoint, RequestView, Sizes } from '../spec/index.js'
import { promptMost } from './prompt.js'

/** What of an exchange costs: numbers that stand for a text are no answer that anybody pays for. */
export type Costs = 'nothing' | 'prompt' | 'all'

export function costsOf({ action, isFree }: Endpoint): Costs {
  if (isFree === true) return 'nothing'
  return action === 'embed' ? 'prompt' : 'all'
}

/** What a request may cost. Where it names no bound for its answer, the limit on such bounds counts as one, else `unbounded`. */
export function demandOf(
  view: RequestView,
  costs: Costs,
  promptTokens: number,
  limits: readonly Sizes[],
  unbounded: number,
): Demand {
  if (costs === 'nothing') return FREE
  const { choices = 1, maxTokens, parts, uninspectable } = view
  const prompt = { about: promptTokens, most: Math.max(promptTokens, promptMost(parts, uninspectable.length)) }
  if (costs === 'prompt') return { prompt, answer: 0, isBounded: true }
  const isBounded = maxTokens > 0
  const longest = Math.min(...limits.map((one) => one.get('max-tokens') ?? Number.POSITIVE_INFINITY))
  const each = isBounded ? maxTokens : Number.isFinite(longest) ? longest : unbounded
  return { prompt, answer: each * Math.max(1, choices), isBounded }
}

const FREE: Demand = { prompt: { about: 0, most: 0 }, answer: 0, isBounded: true }
