import type { JsonObject, JsonValue } from '../../../json/located.js'
import { type Facts, wrong } from '../../../lens/lens.js'
import { isObject, wholeNumber } from '../../../lens/path.js'
import type { Refusal } from '../../../spec/refusal.js'
import { furtherModels } from '../one-model.js'

/** What the body of `POST /v1/chat/completions` says beside its texts. */
export function chatFacts(root: JsonObject): Facts | Refusal {
  const model = root['model']
  if (typeof model !== 'string' || model === '') return wrong('model', 'a string')
  const messages = root['messages']
  if (!Array.isArray(messages)) return wrong('messages', 'an array')
  const stream = root['stream'] ?? false
  if (typeof stream !== 'boolean') return wrong('stream', 'a boolean')
  const older = wholeNumber(root['max_tokens'] ?? 0)
  if (older === undefined) return wrong('max_tokens', 'a whole number')
  const newer = wholeNumber(root['max_completion_tokens'] ?? 0)
  if (newer === undefined) return wrong('max_completion_tokens', 'a whole number')
  const choices = wholeNumber(root['n'] ?? 1)
  if (choices === undefined) return wrong('n', 'a whole number')
  const tools = root['tools'] ?? []
  if (!Array.isArray(tools) || !tools.every(isObject)) return wrong('tools', 'an array of objects')
  const functions = root['functions'] ?? []
  if (!Array.isArray(functions)) return wrong('functions', 'an array')

  const further = furtherModels(root)
  if (further !== undefined) return further
  let hasSystemMessage = false
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i]
    if (!isObject(message)) return wrong(`messages[${i}]`, 'an object')
    const content = message['content'] ?? ''
    if (typeof content !== 'string' && !Array.isArray(content)) return wrong(`messages[${i}].content`, 'text or parts')
    const role = message['role']
    if (role === 'system' || role === 'developer') hasSystemMessage = true
  }
  return {
    model,
    stream,
    // Servers differ in which of them they heed where both are there.
    maxTokens: Math.max(older, newer),
    choices,
    hasSystemMessage,
    hasEffects: hasEffects(root, tools),
    tools: tools.length + functions.length,
    conversation: undefined,
  }
}

/** The provider keeps the exchange, or reaches out itself. What it may do with an unknown kind of tool, nobody knows. */
function hasEffects(root: JsonObject, tools: readonly JsonValue[]): boolean {
  if (root['store'] === true || (root['web_search_options'] ?? null) !== null) return true
  return tools.some((tool) => isObject(tool) && tool['type'] !== 'function' && tool['type'] !== 'custom')
}
