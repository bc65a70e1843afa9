import { isObject } from './json.js'

/** What a fake reads of a chat completion request. Lenient: a fake that refuses more than a real server would hides faults. */
export interface ChatRequest {
  readonly model: string
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly n: number
  readonly messages: readonly ShownMessage[]
  /** Name of the first function it was offered. */
  readonly tool: string | undefined
}

export interface ShownMessage {
  readonly role: string
  /** All the text of the message: parts and tool arguments joined by a new line. */
  readonly text: string
}

export function readChatRequest(value: unknown): ChatRequest | undefined {
  if (!isObject(value) || typeof value['model'] !== 'string' || !Array.isArray(value['messages'])) return undefined
  const options = value['stream_options']
  const n = value['n']
  return {
    model: value['model'],
    stream: value['stream'] === true,
    includeUsage: isObject(options) && options['include_usage'] === true,
    n: typeof n === 'number' && Number.isInteger(n) && n >= 1 && n <= 16 ? n : 1,
    messages: value['messages'].filter(isObject).map(shown),
    tool: toolOf(value['tools']),
  }
}

function shown(message: Readonly<Record<string, unknown>>): ShownMessage {
  const { role, content, tool_calls: calls, refusal } = message
  const texts = [...textsOf(content), ...textsOf(refusal)]
  for (const call of Array.isArray(calls) ? calls : []) {
    const made = isObject(call) ? (call['function'] ?? call['custom']) : undefined
    if (isObject(made)) texts.push(`${String(made['name'])}(${String(made['arguments'] ?? made['input'] ?? '')})`)
  }
  return { role: typeof role === 'string' ? role : 'unknown', text: texts.join('\n') }
}

function textsOf(content: unknown): string[] {
  if (typeof content === 'string') return [content]
  if (!Array.isArray(content)) return []
  return content.filter(isObject).map((part) => {
    if (typeof part['text'] === 'string') return part['text']
    return typeof part['refusal'] === 'string' ? part['refusal'] : `<${String(part['type'])}>`
  })
}

function toolOf(tools: unknown): string | undefined {
  const first: unknown = Array.isArray(tools) ? tools[0] : undefined
  const made = isObject(first) ? first['function'] : undefined
  return isObject(made) && typeof made['name'] === 'string' ? made['name'] : undefined
}
