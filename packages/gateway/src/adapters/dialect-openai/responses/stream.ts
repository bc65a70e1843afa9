import type { Container, JsonObject, JsonValue } from '../../../json/located.js'
import type { OwnEvent } from '../../../lens/framing.js'
import { isObject, pathTo } from '../../../lens/path.js'
import { isOpaque } from '../../../lens/shape.js'
import { SSE } from '../../../lens/sse.js'
import type { Piece, StreamFormat, StreamReading, Told } from '../../../lens/stream-format.js'
import type { Usage } from '../../../spec/dialect.js'
import { errorType, type Refusal } from '../../../spec/refusal.js'
import { ANY_EVENT, EVENTS } from './events.js'
import { indexFor, nameOf, outputOf, partOf, type TextPlace, textAt } from './texts.js'
import { usageOf } from './usage.js'

/** Streams of responses: items that grow by typed, numbered events, and `response.completed` (or its kin) as the last. */
export const RESPONSE_STREAM: StreamFormat = {
  framing: SSE,
  names: new Set(['', ...EVENTS.keys()]),
  shape: ANY_EVENT,
  counters: new Set(['sequence_number']),
  // The first and the last ones say the caller's own instructions and tools again.
  eventBytes: 8 << 20,
  open: () => new ResponseReading(),
}

/** What may begin or end a stream, say that something broke, or have usage. */
const MARKS: readonly Buffer[] = [
  'response.created',
  'response.completed',
  'response.failed',
  'response.incomplete',
  '"error"',
].map((mark) => Buffer.from(mark))
const GOES_ON: Told = { state: 'goes-on', ends: [] }
/** A provider must not make us remember any number of them. */
const ITEMS_MAX = 4096

class ResponseReading implements StreamReading {
  usage: Usage | undefined
  /** The number of an event of ours that would come now. */
  #next = 0
  /** How many events of ours went before. */
  #added = 0
  /** The provider numbers its events; some servers do not. */
  #numbered = false
  #named = false
  /** By the item's place in the output: texts that have begun. */
  readonly #texts = new Map<number, Set<string>>()
  /** Places in the output of items that are over. */
  readonly #over = new Set<number>()
  /** By id: the item's place in the output. */
  readonly #places = new Map<string, number>()
  #response: JsonObject = {}

  /** Nobody else counts where nobody guards the stream. */
  watches(event: Buffer): boolean {
    this.#next++
    return MARKS.some((mark) => event.includes(mark))
  }

  isEndMark(): boolean {
    return false
  }

  /** Some clients join texts by the item's id, others by its place: an event may not take one from another item. */
  knows(name: string, root: JsonObject): boolean {
    const type = root['type']
    if (typeof type !== 'string' || !EVENTS.has(type) || (name !== '' && name !== type)) return false
    const id = idIn(root)
    if (id === undefined) return true
    const output = outputOf(root)
    const known = this.#places.get(id)
    if (known === undefined && this.#places.size >= ITEMS_MAX) return false
    this.#places.set(id, known ?? output)
    return known === undefined || known === output
  }

  see(name: string, root: JsonObject): Told {
    this.#named = name !== ''
    const kind = EVENTS.get(String(root['type']))
    if (kind === undefined) return GOES_ON
    const output = outputOf(root)
    switch (kind.about) {
      case 'delta':
      case 'part-added':
      case 'item-added':
      case 'notice':
        return GOES_ON
      case 'text-done': {
        const { text: of = 'content' } = kind
        return { state: 'goes-on', ends: [nameOf({ output, kind: of, part: partOf(root, of) })] }
      }
      case 'part-done':
        return { state: 'goes-on', ends: partEnds(root, output) }
      case 'item-done':
        this.#over.add(output)
        return { state: 'goes-on', ends: [itemGroup(output), ...(this.#texts.get(output) ?? [])] }
      case 'response':
      case 'response-over': {
        const { response } = root
        if (isObject(response)) {
          this.#response = response
          this.usage = usageOf(response) ?? this.usage
        }
        return kind.about === 'response' ? GOES_ON : { state: 'ended', ends: [] }
      }
      // The provider may say more behind it: that the response failed.
      case 'error':
        return { state: 'may-end', ends: [...this.#texts.values()].flatMap((names) => [...names]) }
    }
  }

  pieceOf(root: JsonObject, inside: Container, key: string | number): Piece | undefined {
    const kind = EVENTS.get(String(root['type']))
    const place = kind === undefined ? undefined : textAt(kind, root, pathTo(inside, key))
    if (place === undefined) return undefined
    const name = nameOf(place)
    const begun = this.#texts.get(place.output)
    if (begun === undefined) this.#texts.set(place.output, new Set([name]))
    else begun.add(name)
    const id = idIn(root)
    return {
      name,
      group: this.#over.has(place.output) ? itemGroup(place.output) : name,
      event: (text) => this.#event(place, id, text),
    }
  }

  counted(_name: string, value: number): number {
    this.#numbered = true
    this.#next = value + this.#added + 1
    return value + this.#added
  }

  torn({ code, message, param, status }: Refusal): readonly OwnEvent[] {
    const error = { type: errorType(status), code, message, param: param ?? null }
    const number = this.#next
    // SDKs throw on the member `error`, whatever the event is called; the other members are as the documentation has them.
    const event = { type: 'error', code, message, param: param ?? null, error, sequence_number: number }
    const response = {
      ...this.#likeness(),
      object: 'response',
      status: 'failed',
      error: { code, message },
      incomplete_details: null,
      output: [],
    }
    const failed = { type: 'response.failed', response, sequence_number: number + 1 }
    return [
      { name: 'error', json: JSON.stringify(event) },
      { name: 'response.failed', json: JSON.stringify(failed) },
    ]
  }

  #event({ output, kind, part, delta: type }: TextPlace, id: string | undefined, text: string): OwnEvent {
    const event: JsonObject = { type }
    if (this.#numbered) event['sequence_number'] = this.#next
    this.#next++
    this.#added++
    if (id !== undefined) event['item_id'] = id
    event['output_index'] = output
    if (kind === 'content' || kind === 'refusal' || kind === 'summary') event[indexFor(kind)] = part
    event['delta'] = text
    if (type === 'response.output_text.delta') event['logprobs'] = []
    return { name: this.#named ? type : '', json: JSON.stringify(event) }
  }

  /** What clients want to see of any response, as far as it can say nothing. */
  #likeness(): JsonObject {
    const { id = null, created_at = null, model = null } = this.#response
    const copy: JsonObject = {}
    if (isId(id)) copy['id'] = id
    if (typeof created_at === 'number') copy['created_at'] = created_at
    if (isId(model)) copy['model'] = model
    return { ...copy, parallel_tool_calls: false, tool_choice: 'auto', tools: [], metadata: null }
  }
}

/** Of whatever the part was. */
function partEnds(event: JsonObject, output: number): readonly string[] {
  const kinds = event['summary_index'] === undefined ? (['content', 'refusal'] as const) : (['summary'] as const)
  return kinds.map((kind) => nameOf({ output, kind, part: partOf(event, kind) }))
}

function itemGroup(output: number): string {
  return `output/${output}`
}

function idIn(event: JsonObject): string | undefined {
  const { item, item_id: said } = event
  const id = said ?? (isObject(item) ? item['id'] : undefined)
  return id !== undefined && id !== '' && isId(id) ? id : undefined
}

function isId(value: JsonValue): value is string {
  return typeof value === 'string' && isOpaque('id', value)
}
