import type { Container, JsonArray, JsonObject, JsonValue } from '../../json/located.js'
import type { OwnEvent } from '../../lens/framing.js'
import { isObject, type Member, nameOf, pathTo, wholeNumber } from '../../lens/path.js'
import { fieldAt, isOpaque, type Shape } from '../../lens/shape.js'
import { SSE } from '../../lens/sse.js'
import type { Piece, StreamFormat, StreamReading, Told } from '../../lens/stream-format.js'
import type { Usage } from '../../spec/dialect.js'
import type { Refusal } from '../../spec/refusal.js'
import { isDone, mayTell } from './sse-marks.js'
import { usageOf } from './usage.js'
import { errorBody } from './wire.js'

/**
 * Streams of choices that grow, with `[DONE]` behind the last.
 *
 * @param shape of an event's data: texts come in pieces within its `choices`, and there alone
 */
export function choiceStream(shape: Shape): StreamFormat {
  return {
    framing: SSE,
    // Events of other names are not of this dialect: nobody can judge them.
    names: new Set(['', 'message', 'error']),
    shape,
    open: () => new ChoiceReading(shape),
  }
}

class ChoiceReading implements StreamReading {
  usage: Usage | undefined
  readonly #shape: Shape
  /** The last event read in full: ours are made in its likeness. */
  #like: JsonObject = {}

  constructor(shape: Shape) {
    this.#shape = shape
  }

  watches(event: Buffer): boolean {
    return mayTell(event)
  }

  isEndMark(data: Buffer): boolean {
    return isDone(data)
  }

  knows(): boolean {
    return true
  }

  see(name: string, root: JsonObject): Told {
    this.usage = usageOf(root) ?? this.usage
    this.#like = root
    const ends = finishedIn(root)
    // SDKs throw, so a stream that ends behind it does not look whole.
    const erred = name === 'error' || (root['error'] ?? null) !== null
    return { state: erred ? 'erred' : 'goes-on', ends }
  }

  /** Only within choices does an answer come in pieces. */
  pieceOf(_root: JsonObject, inside: Container, key: string | number): Piece | undefined {
    const path = pathTo(inside, key)
    if (path[0]?.key !== 'choices') return undefined
    const isDelta = path[2]?.key === 'delta' || path[2]?.key === 'text'
    return {
      name: nameOf(path),
      group: isDelta ? choiceOf(path[1]) : undefined,
      event: (text) => this.#event(path, text),
    }
  }

  isUsageAlone(root: JsonObject): boolean {
    const choices = root['choices']
    return isObject(root['usage']) && Array.isArray(choices) && choices.length === 0 && (root['error'] ?? null) === null
  }

  torn(refusal: Refusal): readonly OwnEvent[] {
    return [{ name: '', json: errorBody(refusal) }]
  }

  /** An event that holds `text` at `path` and nothing else; what tells the stream is as in the last one. */
  #event(path: readonly Member[], text: string): OwnEvent {
    let inner: JsonValue = text
    for (let i = path.length - 1; i >= 0; i--) {
      const { key, index } = path[i] as Member
      if (typeof key === 'string') inner = { [key]: inner }
      else if (index !== undefined) inner = [{ index, ...(inner as JsonObject) }]
      else inner = [...new Array<null>(key).fill(null), inner]
    }
    const event: JsonObject = { ...this.#envelope(), choices: [], ...(inner as JsonObject) }
    const [choice] = event['choices'] as JsonArray
    if (isObject(choice)) {
      const empty: JsonObject = 'text' in choice ? {} : { delta: {} }
      event['choices'] = [{ ...empty, ...choice, finish_reason: null }]
    }
    return { name: '', json: JSON.stringify(event) }
  }

  /** Opaque members alone: others are text, and have been said already. */
  #envelope(): JsonObject {
    const copy: JsonObject = {}
    for (const name of ENVELOPE) {
      const value = this.#like[name]
      const opaque = typeof value === 'string' && isOpaque(fieldAt(this.#shape, name)?.says ?? 'text', value)
      if (opaque || typeof value === 'number') copy[name] = value
    }
    return copy
  }
}

const ENVELOPE = ['id', 'object', 'created', 'model', 'system_fingerprint', 'service_tier'] as const

function choiceOf(member: Member | undefined): string {
  return `choices/${member?.index ?? member?.key ?? ''}`
}

/** Choices whose `finish_reason` the event brings. */
function finishedIn(root: JsonObject): readonly string[] {
  const choices = root['choices']
  if (!Array.isArray(choices)) return []
  const found: string[] = []
  for (const [at, choice] of choices.entries()) {
    if (!isObject(choice)) continue
    const reason = choice['finish_reason']
    // An empty reason is none: some servers send it with every piece.
    if (typeof reason === 'string' && reason !== '')
      found.push(choiceOf({ key: at, index: wholeNumber(choice['index']) }))
  }
  return found
}
