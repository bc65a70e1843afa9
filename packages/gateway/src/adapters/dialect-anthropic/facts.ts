import type { JsonObject, JsonValue } from '../../json/located.js'
import { type Facts, wrong } from '../../lens/lens.js'
import { isObject, wholeNumber } from '../../lens/path.js'
import { type Refusal, refuse } from '../../spec/refusal.js'

/** What the body of `POST /v1/messages` says beside its texts, and that of `/v1/messages/count_tokens`. */
export function messagesFacts(root: JsonObject): Facts | Refusal {
  const model = root['model']
  if (typeof model !== 'string' || model === '') return wrong('model', 'a string')
  const messages = root['messages']
  if (!Array.isArray(messages)) return wrong('messages', 'an array')
  const stream = root['stream'] ?? false
  if (typeof stream !== 'boolean') return wrong('stream', 'a boolean')
  const maxTokens = wholeNumber(root['max_tokens'] ?? 0)
  if (maxTokens === undefined) return wrong('max_tokens', 'a whole number')
  const system = root['system'] ?? ''
  if (typeof system !== 'string' && !(Array.isArray(system) && system.every(isObject))) {
    return wrong('system', 'text or blocks')
  }
  const defined = root['tools'] ?? []
  if (!Array.isArray(defined) || !defined.every(isObject)) return wrong('tools', 'an array of objects')
  const servers = root['mcp_servers'] ?? []
  if (!Array.isArray(servers)) return wrong('mcp_servers', 'an array')

  let hasSystemMessage = system.length > 0 || instructs(root)
  const tools = [...defined]
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i]
    if (!isObject(message)) return wrong(`messages[${i}]`, 'an object')
    const content = message['content'] ?? ''
    if (typeof content !== 'string' && !Array.isArray(content)) return wrong(`messages[${i}].content`, 'text or blocks')
    if (message['role'] === 'system') hasSystemMessage = true
    if (typeof content !== 'string') tools.push(...addedIn(content))
  }
  if ((root['fallbacks'] ?? null) !== null) return unasked('fallbacks')
  if (tools.some((tool) => (tool['model'] ?? null) !== null)) return unasked('tools')
  return {
    model,
    stream,
    maxTokens,
    hasSystemMessage,
    hasEffects: keeps(root) || servers.length > 0 || tools.some(runsThere),
    tools: tools.length,
    conversation: undefined,
  }
}

/** A model that sums up what was said is told how: that is system text by another door. */
function instructs(root: JsonObject): boolean {
  const { compaction, context_management: management } = root
  const edits = isObject(management) ? management['edits'] : undefined
  const all = [compaction, ...(Array.isArray(edits) ? edits : [])]
  return all.some((one) => isObject(one) && (one['instructions'] ?? '') !== '')
}

/** Policy has decided on one model, and each other that a body names would see the prompt as well. */
function unasked(param: string): Refusal {
  const message = `\`${param}\` names a further model: one request asks for one model here.`
  return refuse('invalid_request', `a further model in ${param}`, { message, param })
}

/** Tools that come with messages: as they are added, and once more where messages were summed up. */
function addedIn(blocks: readonly JsonValue[]): JsonObject[] {
  const found: JsonObject[] = []
  for (const block of blocks) {
    if (!isObject(block)) continue
    const { tool, tool_changes: changes } = block
    if (Array.isArray(changes)) found.push(...addedIn(changes))
    const definition = isObject(tool) ? tool['definition'] : undefined
    if (isObject(definition)) found.push(definition)
  }
  return found
}

/** Tools that callers run themselves: the provider only knows how models use them. */
const OF_CALLERS = /^(?:custom|(?:bash|computer|memory|text_editor|browser_toolset|computer_toolset)_\d{8})$/

/** What the provider may do with an unknown kind of tool, nobody knows. */
function runsThere(tool: JsonObject): boolean {
  const type = tool['type'] ?? 'custom'
  return typeof type !== 'string' || !OF_CALLERS.test(type)
}

/** The provider keeps the conversation, or has a machine with files for it. */
function keeps(root: JsonObject): boolean {
  return (root['thread'] ?? null) !== null || (root['container'] ?? null) !== null
}
