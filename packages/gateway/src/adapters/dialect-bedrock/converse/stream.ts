import type { Container, JsonObject, JsonValue } from '../../../json/located.js'
import type { OwnEvent } from '../../../lens/framing.js'
import { isObject, type Member, nameOf, pathTo, wholeNumber } from '../../../lens/path.js'
import type { Piece, StreamFormat, StreamReading, Told } from '../../../lens/stream-format.js'
import type { Usage } from '../../../spec/dialect.js'
import type { Refusal } from '../../../spec/refusal.js'
import { EVENT_STREAM, EXCEPTION } from '../event-stream/framing.js'
import { isWhole } from '../event-stream/message.js'
import { usageOf } from '../usage.js'
import { messageOf } from '../wire.js'
import { EVENT } from './formats.js'

const EVENTS = ['messageStart', 'contentBlockStart', 'contentBlockDelta', 'contentBlockStop', 'messageStop', 'metadata']
const EXCEPTIONS = [
  'internalServerException',
  'modelStreamErrorException',
  'modelTimeoutException',
  'serviceUnavailableException',
  'throttlingException',
  'validationException',
]
/** Of events that tell something where nobody guards the stream. */
const TELLING = ['exception', 'messageStop', 'metadata'].map((name) => Buffer.from(name))

/** Streams of `converse-stream`: blocks that grow by deltas, `messageStop`, and `metadata` behind it with the usage. */
export const CONVERSE_STREAM: StreamFormat = {
  framing: EVENT_STREAM,
  names: new Set([...EVENTS, ...EXCEPTIONS.map((name) => EXCEPTION + name)]),
  shape: EVENT,
  open: () => new ConverseReading(),
}

class ConverseReading implements StreamReading {
  usage: Usage | undefined
  /** Blocks that have begun, by their index. */
  readonly #open = new Set<number>()
  /** Blocks whose start was seen: a second start would say another name for what has one. */
  readonly #started = new Set<number>()
  #stopped = false

  /** A message that is broken is read, so that it is refused. */
  watches(event: Buffer): boolean {
    return TELLING.some((name) => event.includes(name)) || !isWhole(event)
  }

  isEndMark(): boolean {
    return false
  }

  knows(name: string, root: JsonObject): boolean {
    if (!name.startsWith('contentBlock')) return true
    // What comes behind the stop is part of no answer, and without an index of none of its blocks.
    const index = wholeNumber(root['contentBlockIndex'])
    return index !== undefined && !this.#stopped && !(name === 'contentBlockStart' && this.#started.has(index))
  }

  see(name: string, root: JsonObject): Told {
    if (name.startsWith(EXCEPTION)) return { state: 'erred', ends: [] }
    this.usage = usageOf(root) ?? this.usage
    const ends = this.#endedBy(name, root)
    if (!this.#stopped) return { state: 'goes-on', ends }
    return { state: name === 'metadata' ? 'ended' : 'may-end', ends }
  }

  /** Only by deltas does an answer come in pieces. */
  pieceOf(root: JsonObject, inside: Container, key: string | number): Piece | undefined {
    const path = pathTo(inside, key)
    const index = wholeNumber(root['contentBlockIndex'])
    if (index === undefined || path[0]?.key !== 'delta') return undefined
    // What a tool gave back is a list of pieces in every delta anew, so that its places tell nothing; JSON among them is whole.
    const isResult = path[1]?.key === 'toolResult'
    if (isResult && path.some((member) => member.key === 'json')) return undefined
    const within = isResult ? path.filter((member) => typeof member.key === 'string') : path
    return {
      name: `${blockOf(index)}/${nameOf(within)}`,
      group: blockOf(index),
      isSealed: path[1]?.key === 'reasoningContent',
      event: (text) => deltaOf(index, path, text),
    }
  }

  torn(refusal: Refusal): readonly OwnEvent[] {
    const { code, status } = refusal
    const json = JSON.stringify({ message: messageOf(refusal), originalStatusCode: status, originalMessage: code })
    return [{ name: `${EXCEPTION}modelStreamErrorException`, json }]
  }

  /** Blocks that are over with such an event. */
  #endedBy(name: string, root: JsonObject): readonly string[] {
    if (name === 'messageStop') {
      this.#stopped = true
      return [...this.#open].map(blockOf)
    }
    const index = wholeNumber(root['contentBlockIndex'])
    if (index === undefined) return []
    if (name === 'contentBlockStop') return [blockOf(index)]
    this.#open.add(index)
    // The signature comes last in its block: what it is over has been said.
    if (isSigned(root['delta'])) return [blockOf(index)]
    if (name === 'contentBlockStart') this.#started.add(index)
    return []
  }
}

function isSigned(delta: JsonValue | undefined): boolean {
  const reasoning = isObject(delta) ? delta['reasoningContent'] : undefined
  return isObject(reasoning) && typeof reasoning['signature'] === 'string'
}

function blockOf(index: number): string {
  return `block/${index}`
}

/** A delta that holds `text` at `path` and nothing else. */
function deltaOf(index: number, path: readonly Member[], text: string): OwnEvent {
  let inner: JsonValue = text
  for (const { key } of path.toReversed()) inner = typeof key === 'string' ? { [key]: inner } : [inner]
  const said = isObject(inner) ? inner : {}
  return { name: 'contentBlockDelta', json: JSON.stringify({ contentBlockIndex: index, ...said }) }
}
