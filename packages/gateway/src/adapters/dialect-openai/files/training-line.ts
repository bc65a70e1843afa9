import type { JsonLimits, JsonObject } from '../../../json/located.js'
import { TEXT } from '../../../lens/fields.js'
import { createLens, type Facts } from '../../../lens/lens.js'
import { isObject } from '../../../lens/path.js'
import { type Field, field, type Shape, shape } from '../../../lens/shape.js'
import type { Lens } from '../../../spec/dialect.js'
import { proceed, type Refusal, refuse, type Step } from '../../../spec/refusal.js'
import type { TransferLine } from '../../../spec/transfer.js'
import { REQUEST } from '../chat/formats.js'

/** As in a chat; but no model is named in an example, so that a string there is text. */
const CHAT: Readonly<Record<string, Field>> = Object.fromEntries(
  [...REQUEST.members].filter(([name]) => name !== 'model'),
)
const MESSAGES = CHAT['messages'] ?? TEXT

/** An example of a conversation, of a completion, or of a preference between two answers. */
const EXAMPLE: Shape = shape({
  ...CHAT,
  prompt: TEXT,
  completion: TEXT,
  input: field('text', shape(CHAT)),
  preferred_output: MESSAGES,
  non_preferred_output: MESSAGES,
})

export function trainingLens(limits: JsonLimits): Lens {
  return createLens(
    {
      request: EXAMPLE,
      facts: factsOf,
      namesModel: false,
      answer: shape({}),
      usage: () => undefined,
      stream: undefined,
    },
    limits,
  )
}

export function trainingLine(bytes: Buffer, lens: Lens): Step<TransferLine> {
  const read = lens.read(bytes, { model: undefined, query: '' })
  return read.kind === 'refuse' ? read : proceed({ kind: 'teaches', view: read.value })
}

function factsOf(root: JsonObject): Facts | Refusal {
  const inner = root['input']
  const conversations = [root, ...(isObject(inner) ? [inner] : [])]
  if (!['messages', 'prompt', 'input'].some((name) => name in root)) {
    return refuse('invalid_request', 'a line that is no example', {
      message: 'It is no example: `messages`, `prompt` or `input` is expected.',
    })
  }
  const tools = conversations.flatMap((one) => [one['tools'], one['functions']]).filter((one) => Array.isArray(one))
  // One by one: of an object that is spread V8 makes a hidden class at each line.
  return {
    model: '',
    stream: false,
    maxTokens: 0,
    hasEffects: true,
    conversation: undefined,
    hasSystemMessage: conversations.some(({ messages }) => Array.isArray(messages) && messages.some(isSystem)),
    tools: tools.flat().length,
  }
}

function isSystem(message: unknown): boolean {
  const role = isObject(message as JsonObject) ? (message as JsonObject)['role'] : undefined
  return role === 'system' || role === 'developer'
}
