import { type JsonLimits, type JsonObject, type JsonValue, pointer, readLocated } from '../../json/located.js'
import type { RequestView } from '../../spec/dialect.js'
import type { Edit } from '../../spec/part.js'
import { proceed, type Refusal, refuse, type Step } from '../../spec/refusal.js'
import { REQUEST } from './formats.js'
import { type Seen, see, spliced, splicesOf } from './parts.js'

export function readRequest(body: Buffer, limits: JsonLimits): Step<RequestView> {
  const located = readLocated(body, limits)
  if (located.kind === 'fault') {
    return refuse('invalid_request', `the body is refused as JSON: ${located.code}`, {
      message: `The request body is not acceptable JSON: ${located.why}.`,
    })
  }
  const root = located.value
  if (!isObject(root)) return wrong('the request body', 'an object')

  const model = root['model']
  if (typeof model !== 'string' || model === '') return wrong('model', 'a string')
  const messages = root['messages']
  if (!Array.isArray(messages)) return wrong('messages', 'an array')
  const stream = root['stream'] ?? false
  if (typeof stream !== 'boolean') return wrong('stream', 'a boolean')
  const older = root['max_tokens'] ?? 0
  if (!isCount(older)) return wrong('max_tokens', 'a whole number')
  const maxTokens = root['max_completion_tokens'] ?? older
  if (!isCount(maxTokens)) return wrong('max_completion_tokens', 'a whole number')
  const tools = root['tools'] ?? []
  if (!Array.isArray(tools) || !tools.every(isObject)) return wrong('tools', 'an array of objects')

  let hasSystemMessage = false
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i]
    if (message === undefined || !isObject(message)) return wrong(`messages[${i}]`, 'an object')
    const content = message['content'] ?? ''
    if (typeof content !== 'string' && !Array.isArray(content)) return wrong(`messages[${i}].content`, 'text or parts')
    const role = message['role']
    if (role === 'system' || role === 'developer') hasSystemMessage = true
  }

  const seen = see(located, REQUEST)
  const lookalike = lookalikeIn(seen)
  if (lookalike !== undefined) {
    return refuse('invalid_request', 'a member name that differs from a known one in case alone', {
      param: lookalike,
      message:
        'A member name differs from a known one in its case alone, and other readers would take it for that one.',
    })
  }
  return proceed({
    model,
    stream,
    maxTokens,
    hasSystemMessage,
    hasEffects: hasEffects(root, tools),
    parts: seen.parts,
    uninspectable: seen.uninspectable,
    edit: (other, edits) => edit(body, seen, model, other, edits),
  })
}

/**
 * Where a member of the body or of a message is spelt like a known one but for its case. Some servers read names without
 * regard to case, and the last one wins: they would serve another model than the one that was decided on.
 */
function lookalikeIn({ located, shapes }: Seen): string | undefined {
  const [root] = located.containers
  for (const { inside, key, isName } of located.strings) {
    if (!isName || inside === undefined || typeof key !== 'string') continue
    if (inside !== root && !(inside.parent?.parent === root && inside.parent?.key === 'messages')) continue
    const known = shapes.of[inside.index]?.members
    if (known === undefined || known.has(key)) continue
    // Both ways: `ſ` folds to `s` by its capital, the Kelvin sign to `k` by its small letter.
    if (known.has(key.toUpperCase().toLowerCase())) return pointer(inside, key)
  }
  return undefined
}

/** The provider keeps the exchange, or reaches out itself. What it may do with an unknown kind of tool, nobody knows. */
function hasEffects(root: JsonObject, tools: readonly JsonValue[]): boolean {
  if (root['store'] === true || (root['web_search_options'] ?? null) !== null) return true
  return tools.some((tool) => isObject(tool) && tool['type'] !== 'function' && tool['type'] !== 'custom')
}

function edit(body: Buffer, seen: Seen, model: string, other: string | undefined, edits: readonly Edit[]): Buffer {
  const splices = splicesOf(seen, edits)
  if (other !== undefined && other !== model) {
    const place = seen.located.strings.find((one) => one.inside?.index === 0 && one.key === 'model' && !one.isName)
    if (place !== undefined) splices.push({ start: place.start, end: place.end, json: JSON.stringify(other) })
  }
  return splices.length === 0 ? body : spliced(seen.located.text, splices)
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: JsonValue): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function wrong(param: string, expected: string): Refusal {
  const message = `Invalid type for \`${param}\`: ${expected} is expected.`
  return refuse('invalid_request', `\`${param}\` is not ${expected}`, { message, param })
}
