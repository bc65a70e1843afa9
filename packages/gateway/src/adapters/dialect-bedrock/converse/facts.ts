import type { JsonObject, JsonValue } from '../../../json/located.js'
import { type Facts, wrong } from '../../../lens/lens.js'
import { isObject, wholeNumber } from '../../../lens/path.js'
import type { Named } from '../../../spec/dialect.js'
import type { Refusal } from '../../../spec/refusal.js'
import { SYSTEM_FIELDS } from './system.js'

/** What the body of `converse` says beside its texts; whether it streams is said by the path. */
export function converseFacts(stream: boolean): (root: JsonObject, named: Named) => Facts | Refusal {
  return (root, { model = '' }) => {
    // The path names it: a server that would rather read it here serves another model than the one that was decided on.
    if (root['modelId'] !== undefined) return wrong('modelId', 'nothing: the path names the model')
    const messages = root['messages'] ?? []
    const faulty = faultIn(messages, 'messages')
    if (faulty !== undefined) return faulty
    const system = root['system'] ?? []
    if (!isListOfObjects(system)) return wrong('system', 'an array of objects')
    const inference = root['inferenceConfig'] ?? {}
    if (!isObject(inference)) return wrong('inferenceConfig', 'an object')
    const most = wholeNumber(inference['maxTokens'] ?? 0)
    if (most === undefined) return wrong('inferenceConfig.maxTokens', 'a whole number')
    const toolConfig = root['toolConfig'] ?? {}
    const tools = isObject(toolConfig) ? (toolConfig['tools'] ?? []) : undefined
    if (tools === undefined) return wrong('toolConfig', 'an object')
    if (!isListOfObjects(tools)) return wrong('toolConfig.tools', 'an array of objects')
    const more = root['additionalModelRequestFields'] ?? null
    return {
      model,
      stream,
      maxTokens: Math.max(most, mostTokensIn(more)),
      hasSystemMessage:
        system.length > 0 || turnsOf(messages).some((turn) => turn['role'] === 'system') || hasAny(more, SYSTEM_FIELDS),
      hasEffects: tools.some(isRunByProvider) || hasAny(more, REACHING),
      tools: tools.filter((tool) => tool['cachePoint'] === undefined).length,
      conversation: undefined,
    }
  }
}

function faultIn(messages: JsonValue, at: string): Refusal | undefined {
  if (!Array.isArray(messages)) return wrong(at, 'an array')
  for (const [index, message] of messages.entries()) {
    if (!isObject(message)) return wrong(`${at}[${index}]`, 'an object')
    if (!isListOfObjects(message['content'])) return wrong(`${at}[${index}].content`, 'an array of objects')
  }
  return undefined
}

function isListOfObjects(value: JsonValue | undefined): value is JsonObject[] {
  return Array.isArray(value) && value.every(isObject)
}

function turnsOf(messages: JsonValue): readonly JsonObject[] {
  return Array.isArray(messages) ? messages.filter(isObject) : []
}

/** What the provider may do with an unknown kind of tool, nobody knows. */
function isRunByProvider(tool: JsonObject): boolean {
  return Object.keys(tool).some((name) => name !== 'toolSpec' && name !== 'cachePoint')
}

const TOKENS_MAX = /^max.*(?:tokens|length|len)$/i

/** Fields of the model's own go to it beside the provider's: one of them may ask for more. */
function mostTokensIn(more: JsonValue): number {
  if (typeof more !== 'object' || more === null) return 0
  let most = 0
  for (const [name, value] of Object.entries(more)) {
    const asked = TOKENS_MAX.test(name) ? (wholeNumber(value) ?? 0) : mostTokensIn(value)
    most = Math.max(most, asked)
  }
  return most
}

/** Names under which models take tools that run at the provider, in fields of their own. */
const REACHING: ReadonlySet<string> = new Set(['tools', 'mcp_servers', 'container', 'web_search_options'])

function hasAny(more: JsonValue, names: ReadonlySet<string>): boolean {
  return isObject(more) && Object.keys(more).some((name) => names.has(name) && (more[name] ?? null) !== null)
}
