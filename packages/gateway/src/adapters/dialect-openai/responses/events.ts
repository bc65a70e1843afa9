import { BLOB, ID, PLAIN, TEXT } from '../../../lens/fields.js'
import { type Field, field, type Shape, shape, spokenBy } from '../../../lens/shape.js'
import { ARGUMENTS, REASONING } from '../fields.js'
import { ANNOTATION, LOGPROBS, PART_SAID } from './content.js'
import { ANSWER, ERROR } from './formats.js'
import { ITEM_SAID } from './items.js'

/** What an event is about, beside its strings. */
type About =
  /** A piece of a text. */
  | 'delta'
  /** A text is over, and said as a whole. */
  | 'text-done'
  /** A part of an item begins, perhaps with text in it; or is over. */
  | 'part-added'
  | 'part-done'
  | 'item-added'
  | 'item-done'
  /** The response as it stands; behind the last one nothing follows. */
  | 'response'
  | 'response-over'
  | 'error'
  /** How a tool that the provider runs gets on, or a citation. */
  | 'notice'

export interface EventKind {
  readonly about: About
  /** Of delta events: which text of its item grows; of `text-done`: which one is over. */
  readonly text: TextKind | undefined
  readonly shape: Shape
}

/** The texts that an item may have: several of those in `content` and `summary`, one of the others. */
export type TextKind = 'content' | 'refusal' | 'summary' | 'arguments' | 'input' | 'code' | 'diff'

const EVENT: Readonly<Record<string, Field>> = {
  // Looked up in the table of kinds before anything else is looked at.
  type: field('checked'),
  sequence_number: PLAIN,
  item_id: ID,
  output_index: PLAIN,
  content_index: PLAIN,
  summary_index: PLAIN,
  annotation_index: PLAIN,
  obfuscation: field('padding'),
}

const SPOKEN = spokenBy('assistant', TEXT)
const HANDED = spokenBy('tool-call', TEXT)

function kind(about: About, fields: Readonly<Record<string, Field>> = {}, text?: TextKind): EventKind {
  return { about, text, shape: shape({ ...EVENT, ...fields }, { role: 'assistant' }) }
}

/** A text's pieces, and the whole of it behind them. */
function grows(name: string, text: TextKind, says: Field, whole: string, more: Readonly<Record<string, Field>> = {}) {
  return [
    [`response.${name}.delta`, kind('delta', { delta: says, ...more }, text)],
    [`response.${name}.done`, kind('text-done', { [whole]: says, name: TEXT, ...more }, text)],
  ] as const
}

function notices(tool: string, ...states: readonly string[]) {
  return states.map((state) => [`response.${tool}.${state}`, kind('notice')] as const)
}

const PART = { part: field('text', PART_SAID) }
const ITEM = { item: field('text', ITEM_SAID) }
const RESPONSE = { response: field('text', ANSWER) }
const CITED = { annotation: field('text', ANNOTATION) }

/** Events of a stream of `POST /v1/responses` that can be judged. Sound in pieces is none of them. */
export const EVENTS: ReadonlyMap<string, EventKind> = new Map<string, EventKind>([
  ...['created', 'queued', 'in_progress'].map((name) => [`response.${name}`, kind('response', RESPONSE)] as const),
  ...['completed', 'failed', 'incomplete'].map(
    (name) => [`response.${name}`, kind('response-over', RESPONSE)] as const,
  ),
  ['response.output_item.added', kind('item-added', ITEM)],
  ['response.output_item.done', kind('item-done', ITEM)],
  ['response.content_part.added', kind('part-added', PART)],
  ['response.content_part.done', kind('part-done', PART)],
  ['response.reasoning_summary_part.added', kind('part-added', PART)],
  ['response.reasoning_summary_part.done', kind('part-done', PART)],
  ...grows('output_text', 'content', SPOKEN, 'text', { logprobs: LOGPROBS }),
  ...grows('refusal', 'refusal', SPOKEN, 'refusal'),
  ...grows('reasoning_text', 'content', REASONING, 'text'),
  ...grows('reasoning_summary_text', 'summary', REASONING, 'text'),
  ...grows('function_call_arguments', 'arguments', ARGUMENTS, 'arguments'),
  ...grows('mcp_call_arguments', 'arguments', ARGUMENTS, 'arguments'),
  ...grows('custom_tool_call_input', 'input', HANDED, 'input'),
  ...grows('code_interpreter_call_code', 'code', HANDED, 'code'),
  ...grows('apply_patch_call_operation_diff', 'diff', HANDED, 'diff'),
  ['response.output_text.annotation.added', kind('notice', CITED)],
  ...notices('web_search_call', 'in_progress', 'searching', 'completed'),
  ...notices('file_search_call', 'in_progress', 'searching', 'completed'),
  ...notices('code_interpreter_call', 'in_progress', 'interpreting', 'completed'),
  ...notices('image_generation_call', 'in_progress', 'generating', 'completed'),
  [
    'response.image_generation_call.partial_image',
    kind('notice', { partial_image_b64: BLOB, partial_image_index: PLAIN }),
  ],
  ...notices('mcp_call', 'in_progress', 'completed', 'failed'),
  ...notices('mcp_list_tools', 'in_progress', 'completed', 'failed'),
  ['keepalive', kind('notice')],
  ['error', kind('error', { code: TEXT, message: TEXT, param: TEXT, error: ERROR })],
])

/** Of an event's data, whichever it is. */
export const ANY_EVENT: Shape = shape(EVENT, {
  byType: new Map([...EVENTS].map(([type, { shape: of }]) => [type, of])),
})
