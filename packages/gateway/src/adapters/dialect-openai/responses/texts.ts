import type { JsonObject, JsonValue } from '../../../json/located.js'
import { isObject, type Member, wholeNumber } from '../../../lens/path.js'
import type { EventKind, TextKind } from './events.js'

/** One text of a response. */
export interface TextPlace {
  /** The item's place in the output. */
  readonly output: number
  readonly kind: TextKind
  /** The text's place within the item, where it may have several of a kind. */
  readonly part: number
  /** Type of the events that bring its pieces. */
  readonly delta: string
}

/** The text that a string of an event is a piece of; undefined where it is none. */
export function textAt({ about, text }: EventKind, event: JsonObject, path: readonly Member[]): TextPlace | undefined {
  const [first, second, third, ...rest] = path
  switch (about) {
    case 'delta':
      return text !== undefined && first?.key === 'delta' && path.length === 1
        ? {
            output: outputOf(event),
            kind: text,
            part: partOf(event, text),
            delta: String(event['type']),
          }
        : undefined
    case 'part-added': {
      const part = event['part']
      if (first?.key !== 'part' || path.length !== 2 || !isObject(part)) return undefined
      const kind = event['summary_index'] === undefined ? kindIn(part, second?.key) : 'summary'
      return kind === undefined ? undefined : placeOf(outputOf(event), kind, event[indexFor(kind)], part['type'])
    }
    case 'item-added': {
      const { item } = event
      return first?.key === 'item' && isObject(item) ? textIn(item, outputOf(event), path.slice(1)) : undefined
    }
    // Where a response begins with output in it, what follows goes on from there.
    case 'response': {
      const { response } = event
      const output = isObject(response) ? response['output'] : undefined
      if (first?.key !== 'response' || second?.key !== 'output' || typeof third?.key !== 'number') return undefined
      const item = Array.isArray(output) ? output[third.key] : undefined
      return isObject(item) ? textIn(item, third.key, rest) : undefined
    }
    case 'text-done':
    case 'part-done':
    case 'item-done':
    case 'response-over':
    case 'error':
    case 'notice':
      return undefined
  }
}

/** @param path within the item */
function textIn(item: JsonObject, output: number, path: readonly Member[]): TextPlace | undefined {
  const [first, second, third] = path
  if (path.length === 1) {
    const kind = OWN.get(first?.key)
    return kind === undefined ? undefined : placeOf(output, kind, 0, item['type'])
  }
  const parts = typeof first?.key === 'string' ? item[first.key] : undefined
  if (path.length === 2 && first?.key === 'operation' && second?.key === 'diff')
    return placeOf(output, 'diff', 0, undefined)
  if (path.length !== 3 || typeof second?.key !== 'number' || !Array.isArray(parts)) return undefined
  const part = parts[second.key]
  if (!isObject(part)) return undefined
  const kind = first?.key === 'summary' ? 'summary' : first?.key === 'content' ? kindIn(part, third?.key) : undefined
  return kind === undefined ? undefined : placeOf(output, kind, second.key, part['type'])
}

const OWN: ReadonlyMap<string | number | undefined, TextKind> = new Map<string | number | undefined, TextKind>([
  ['arguments', 'arguments'],
  ['input', 'input'],
  ['code', 'code'],
])

function kindIn(part: JsonObject, key: string | number | undefined): TextKind | undefined {
  if (key === 'text') return part['type'] === 'summary_text' ? 'summary' : 'content'
  return key === 'refusal' ? 'refusal' : undefined
}

function placeOf(output: number, kind: TextKind, part: JsonValue | undefined, type: JsonValue | undefined): TextPlace {
  return { output, kind, part: wholeNumber(part) ?? 0, delta: `response.${DELTAS[kind](type)}.delta` }
}

/** By the type of the part or item that the text is in. */
const DELTAS: Readonly<Record<TextKind, (type: JsonValue | undefined) => string>> = {
  content: (type) => (type === 'reasoning_text' ? 'reasoning_text' : 'output_text'),
  refusal: () => 'refusal',
  summary: () => 'reasoning_summary_text',
  arguments: (type) => (type === 'mcp_call' ? 'mcp_call_arguments' : 'function_call_arguments'),
  input: () => 'custom_tool_call_input',
  code: () => 'code_interpreter_call_code',
  diff: () => 'apply_patch_call_operation_diff',
}

/** The member that tells the text's place within its item. */
export function indexFor(kind: TextKind): 'content_index' | 'summary_index' {
  return kind === 'summary' ? 'summary_index' : 'content_index'
}

/** One name for each text: for all events that bring pieces of it. */
export function nameOf({ output, kind, part }: Pick<TextPlace, 'output' | 'kind' | 'part'>): string {
  return `output/${output}/${kind}/${part}`
}

/** The text's place within its item, as the event tells it. */
export function partOf(event: JsonObject, kind: TextKind): number {
  return wholeNumber(event[indexFor(kind)]) ?? 0
}

export function outputOf(event: JsonObject): number {
  return wholeNumber(event['output_index']) ?? 0
}
