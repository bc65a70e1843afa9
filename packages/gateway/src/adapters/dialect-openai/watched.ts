import { readLocated } from '../../json/located.js'
import type { StreamLens, Usage } from '../../spec/dialect.js'
import { type Refusal, refuse } from '../../spec/refusal.js'
import { dataOf, EventCutter, isEndMark, readEvent } from './sse.js'
import { isError, usageOf } from './usage.js'

/** An event larger than this is watched no more, and the stream is refused: it would be held in memory as a whole. */
const EVENT_BYTES_MAX = 8 << 20
const COLON = 0x3a
const SPACE = 0x20
const OPEN_OBJECT = 0x7b
const NOTHING: Buffer = Buffer.alloc(0)
const MARK = Buffer.from('[DONE]')
const USAGE = Buffer.from('"usage"')
const ERROR = Buffer.from('"error"')

/** No text obligation holds: bytes pass as they came; only the end mark, errors and usage are looked for. */
export class WatchedStream implements StreamLens {
  usage: Usage | undefined
  readonly dropped = 0
  readonly #events = new EventCutter()
  #ended = false
  #erred = false

  push(chunk: Buffer): Buffer | Refusal {
    // Nothing passes after the end mark.
    if (this.#ended) return NOTHING
    const events = this.#events
    const before = events.pending
    events.feed(chunk)
    for (let end = events.next(); end >= 0; end = events.next()) {
      this.#look(events.bytes, events.at, end)
      events.at = end
      if (this.#ended) return chunk.subarray(0, end - before)
    }
    events.keep()
    if (events.pending > EVENT_BYTES_MAX) return refuse('upstream_failed', 'an event of the stream is too large')
    return chunk
  }

  end(): Buffer | Refusal {
    const rest = this.#events.rest()
    if (!this.#ended && rest.length > 0) this.#look(rest, 0, rest.length)
    if (this.#ended || this.#erred) return NOTHING
    return refuse('upstream_failed', 'the stream ended without its end mark')
  }

  #look(bytes: Buffer, start: number, end: number): void {
    const event = bytes.subarray(start, end)
    const marked = event.includes(MARK)
    if (!marked && !hasUsage(event) && !event.includes(ERROR)) return
    const data = dataOf(bytes, readEvent(bytes, start, end))
    if (isEndMark(data)) {
      this.#ended = true
      return
    }
    const read = readLocated(data)
    // Nobody asked us to judge it: whatever it is, it passes, and it is no end mark.
    if (read.kind === 'fault') return
    this.usage = usageOf(read.value) ?? this.usage
    if (isError(read.value)) this.#erred = true
  }
}

/** Where usage was asked for, every event but the last says that it is null. */
function hasUsage(event: Buffer): boolean {
  let at = event.indexOf(USAGE)
  if (at < 0) return false
  at += USAGE.length
  while (event[at] === COLON || event[at] === SPACE) at++
  return event[at] === OPEN_OBJECT
}
