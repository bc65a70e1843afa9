import type { JsonArray, JsonObject, JsonValue } from '../../../json/located.js'
import { type Facts, wrong } from '../../../lens/lens.js'
import { isObject, wholeNumber } from '../../../lens/path.js'
import { type Refusal, refuse } from '../../../spec/refusal.js'
import { furtherModels, otherModel } from '../one-model.js'

/** What the body of `POST /v1/responses` says beside its texts. */
export function responsesFacts(root: JsonObject): Facts | Refusal {
  const model = root['model']
  if (typeof model !== 'string' || model === '') return wrong('model', 'a string')
  const input = root['input'] ?? ''
  if (typeof input !== 'string' && !Array.isArray(input)) return wrong('input', 'text or items')
  const instructions = root['instructions'] ?? ''
  if (typeof instructions !== 'string') return wrong('instructions', 'a string')
  const stream = root['stream'] ?? false
  if (typeof stream !== 'boolean') return wrong('stream', 'a boolean')
  const store = root['store'] ?? true
  if (typeof store !== 'boolean') return wrong('store', 'a boolean')
  const maxTokens = wholeNumber(root['max_output_tokens'] ?? 0)
  if (maxTokens === undefined) return wrong('max_output_tokens', 'a whole number')
  const tools = root['tools'] ?? []
  if (!Array.isArray(tools) || !tools.every(isObject)) return wrong('tools', 'an array of objects')
  const background = root['background'] ?? false
  if (typeof background !== 'boolean') return wrong('background', 'a boolean')
  if (background) return noBackground()

  const items = typeof input === 'string' ? [] : input
  const mistaken = items.findIndex((item) => !isObject(item))
  if (mistaken >= 0) return wrong(`input[${mistaken}]`, 'an object')
  const all = [...tools, ...items.flatMap(toolsIn)]
  const further = furtherModels(root)
  if (further !== undefined) return further
  if (isObject(root['moderation'] ?? null)) return otherModel('moderation')
  if (all.some((tool) => isObject(tool) && (tool['model'] ?? null) !== null)) return otherModel('tools')
  return {
    model,
    stream,
    maxTokens,
    hasSystemMessage: instructions !== '' || items.some(isSystem),
    // "store: Whether to store the generated model response for later retrieval via API": unless told not to, it does.
    hasEffects: store || all.some(runsAtProvider),
    tools: all.length,
    conversation: conversationOf(root['conversation']),
  }
}

/** The answer would be fetched from the provider later, by an endpoint that does not pass here. */
function noBackground(): Refusal {
  return refuse('invalid_request', 'asks for an answer in the background', {
    param: 'background',
    message: 'Answers in the background are not served: they could not be fetched through this gateway.',
  })
}

/** A message of the caller's own that speaks as the system. */
export function isSystem(item: JsonValue | undefined): boolean {
  if (!isObject(item)) return false
  const { role = null, type = null } = item
  return (role === 'system' || role === 'developer') && (type === null || type === 'message')
}

/** Tools that came up on the way are defined in an item of the input. */
function toolsIn(item: JsonValue): JsonArray {
  const tools = isObject(item) ? item['tools'] : undefined
  return Array.isArray(tools) ? tools : []
}

/** Kinds of tools that the caller runs, or nobody. What the provider may do with an unknown kind, nobody knows. */
const CALLERS: ReadonlySet<JsonValue> = new Set([
  'function',
  'custom',
  'namespace',
  'local_shell',
  'apply_patch',
  'computer',
  'computer_use_preview',
])

function runsAtProvider(tool: JsonValue): boolean {
  if (!isObject(tool)) return true
  const { type = null, environment = null, execution = null } = tool
  if (type === 'shell') return !isObject(environment) || environment['type'] !== 'local'
  if (type === 'tool_search') return execution !== 'client'
  return !CALLERS.has(type)
}

function conversationOf(said: JsonValue | undefined): string | undefined {
  const id = isObject(said) ? said['id'] : said
  return typeof id === 'string' && id !== '' ? id : undefined
}
