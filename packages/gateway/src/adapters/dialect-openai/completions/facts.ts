import type { JsonObject, JsonValue } from '../../../json/located.js'
import { type Facts, wrong } from '../../../lens/lens.js'
import { wholeNumber } from '../../../lens/path.js'
import type { Refusal } from '../../../spec/refusal.js'
import { furtherModels } from '../one-model.js'

/** What the body of `POST /v1/completions` says beside its texts. */
export function completionFacts(root: JsonObject): Facts | Refusal {
  const model = root['model']
  if (typeof model !== 'string' || model === '') return wrong('model', 'a string')
  const prompt = root['prompt'] ?? ''
  if (typeof prompt !== 'string' && !Array.isArray(prompt)) return wrong('prompt', 'text or an array')
  const stream = root['stream'] ?? false
  if (typeof stream !== 'boolean') return wrong('stream', 'a boolean')
  const maxTokens = wholeNumber(root['max_tokens'] ?? 0)
  if (maxTokens === undefined) return wrong('max_tokens', 'a whole number')
  const choices = wholeNumber(root['n'] ?? 1)
  if (choices === undefined) return wrong('n', 'a whole number')
  const tried = wholeNumber(root['best_of'] ?? choices)
  if (tried === undefined) return wrong('best_of', 'a whole number')
  const further = furtherModels(root)
  if (further !== undefined) return further
  return {
    model,
    stream,
    maxTokens,
    choices: Math.max(choices, tried) * promptsIn(prompt),
    hasSystemMessage: false,
    hasEffects: false,
    tools: 0,
    conversation: undefined,
  }
}

/** Several prompts are answered each for itself; a list of tokens is one. */
function promptsIn(prompt: JsonValue): number {
  return Array.isArray(prompt) && typeof prompt[0] !== 'number' ? Math.max(1, prompt.length) : 1
}
