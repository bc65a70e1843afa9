import type { Container, JsonObject, JsonValue } from '../../json/located.js'
import type { OwnEvent } from '../../lens/framing.js'
import { isObject, type Member, nameOf, pathTo, wholeNumber } from '../../lens/path.js'
import { SSE } from '../../lens/sse.js'
import type { Piece, StreamFormat, StreamReading, Told } from '../../lens/stream-format.js'
import type { Refusal } from '../../spec/refusal.js'
import { EVENT } from './formats.js'
import { type Counts, usageAfter } from './usage.js'
import { errorBody } from './wire.js'

const NAMES: ReadonlySet<string> = new Set([
  ...['message_start', 'message_delta', 'message_stop', 'ping', 'error'],
  ...['content_block_start', 'content_block_delta', 'content_block_stop'],
])
/** What a delta may be, and the member that it adds to. Of others nobody knows how their pieces are put together. */
const DELTAS: ReadonlySet<string> = new Set([
  ...['text_delta', 'input_json_delta', 'thinking_delta', 'signature_delta', 'citations_delta', 'compaction_delta'],
])
/** Members of a block that deltas add to, and what vouches for them. */
const GROWS: ReadonlySet<string | number> = new Set(['text', 'thinking', 'signature'])
const OF_MESSAGE = Buffer.from('message_')
const ERROR = Buffer.from('error')

/** Streams of messages: blocks that open, grow by deltas and close, between `message_start` and `message_stop`. */
export const MESSAGE_STREAM: StreamFormat = {
  framing: SSE,
  // Readers differ in what they make of an event without a name, or called `message`: its data tells what it is.
  names: new Set(['', 'message', ...NAMES]),
  shape: EVENT,
  open: () => new MessageReading(),
}

class MessageReading implements StreamReading {
  usage: Counts | undefined
  /** Of the last block that has opened. */
  #block = -1

  watches(event: Buffer): boolean {
    return event.includes(OF_MESSAGE) || event.includes(ERROR)
  }

  isEndMark(): boolean {
    return false
  }

  /** An event has its type twice, and readers go by either: where they differ, nobody knows what it is. */
  knows(name: string, root: JsonObject): boolean {
    if (name === 'error') return true
    const { type } = root
    if (typeof type !== 'string' || !NAMES.has(type)) return false
    if (name !== '' && name !== 'message' && name !== type) return false
    if (!type.startsWith('content_block_')) return true
    // By another index, such as -1, a reader may find the same block again.
    const index = indexOf(root)
    if (index === undefined) return false
    // A block that opens again would be the same text to one reader, and another one to the next.
    if (type === 'content_block_start') return index > this.#block
    if (type === 'content_block_stop') return true
    const { delta } = root
    return isObject(delta) && typeof delta['type'] === 'string' && DELTAS.has(delta['type'])
  }

  see(name: string, root: JsonObject): Told {
    const { type, message, delta, content_block: block } = root
    if (name === 'error' || type === 'error') return { state: 'erred', ends: [] }
    if (type === 'message_stop') return { state: 'ended', ends: [] }
    if (type === 'message_start' && isObject(message)) this.usage = usageAfter(message, this.usage)
    if (type === 'message_delta') this.usage = usageAfter(root, this.usage)
    if (type === 'content_block_start') this.#block = indexOf(root) ?? this.#block
    const ends = type === 'content_block_stop' || isSigned(block) || isSigned(delta)
    return { state: 'goes-on', ends: ends ? [groupOf(indexOf(root))] : [] }
  }

  pieceOf(root: JsonObject, inside: Container, key: string | number): Piece | undefined {
    const { type } = root
    const [first, second, third, ...rest] = pathTo(inside, key)
    if (type === 'content_block_delta' && first?.key === 'delta' && second !== undefined) {
      // Citations come one by one, each at once.
      if (second.key === 'citation') return undefined
      return piece(indexOf(root), third === undefined ? [second] : [second, third, ...rest])
    }
    if (type === 'content_block_start' && first?.key === 'content_block' && second !== undefined) {
      return third === undefined && GROWS.has(second.key) ? piece(indexOf(root), [second]) : undefined
    }
    // What is said there already, deltas may add to.
    if (type !== 'message_start' || first?.key !== 'message' || second?.key !== 'content') return undefined
    const [last] = rest
    if (typeof third?.key !== 'number' || rest.length !== 1 || last === undefined) return undefined
    return GROWS.has(last.key) ? piece(third.key, [last]) : undefined
  }

  torn(refusal: Refusal): readonly OwnEvent[] {
    return [{ name: 'error', json: errorBody(refusal) }]
  }
}

/** The signature comes last in its block: what it is over has been said. */
function isSigned(part: JsonValue | undefined): boolean {
  return isObject(part) && typeof part['signature'] === 'string' && part['signature'] !== ''
}

function indexOf(root: JsonObject): number | undefined {
  return wholeNumber(root['index'])
}

function groupOf(index: number | undefined): string {
  return `content/${index}`
}

function piece(index: number | undefined, path: readonly Member[]): Piece {
  const group = groupOf(index)
  return {
    name: `${group}/${nameOf(path)}`,
    group,
    isSealed: path[0]?.key === 'thinking',
    event: (text) => ({ name: 'content_block_delta', json: JSON.stringify(added(index, path, text)) }),
  }
}

const DELTA_OF: ReadonlyMap<string | number, string> = new Map([
  ['text', 'text_delta'],
  ['thinking', 'thinking_delta'],
  ['partial_json', 'input_json_delta'],
])

/** An event that adds `text` at `path` of the block, and nothing else. */
function added(index: number | undefined, path: readonly Member[], text: string): JsonObject {
  let inner: JsonValue = text
  for (const { key } of path.toReversed()) {
    inner = typeof key === 'string' ? { [key]: inner } : [...new Array<null>(key).fill(null), inner]
  }
  const type = DELTA_OF.get(path[0]?.key ?? '')
  // What the format does not know goes beside no text: readers add what a delta of that type says.
  const delta = type === undefined ? { type: 'text_delta', text: '' } : { type }
  return { type: 'content_block_delta', index: index ?? 0, delta: { ...delta, ...(inner as JsonObject) } }
}
