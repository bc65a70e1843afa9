import { readLocated } from '../json/located.js'
import type { StreamLens, Usage } from '../spec/dialect.js'
import { type Refusal, refuse } from '../spec/refusal.js'
import type { Cutter } from './framing.js'
import { isObject } from './path.js'
import type { StreamFormat, StreamReading, Told } from './stream-format.js'

/** An event larger than this is watched no more, and the stream is refused: it would be held in memory as a whole. */
const EVENT_BYTES_MAX = 8 << 20
const NOTHING: Buffer = Buffer.alloc(0)

/** No text obligation holds: bytes pass as they came; only the end mark, errors and usage are looked for. */
export class WatchedStream implements StreamLens {
  readonly dropped = 0
  readonly #format: StreamFormat
  readonly #reading: StreamReading
  readonly #dropUsage: boolean
  readonly #events: Cutter
  #state: Told['state'] = 'goes-on'
  #isFirst = true
  /** The event that was looked at last is not passed on. */
  #drops = false

  constructor(format: StreamFormat, dropUsage = false) {
    this.#format = format
    this.#reading = format.open()
    this.#dropUsage = dropUsage
    this.#events = format.framing.open()
  }

  get usage(): Usage | undefined {
    return this.#reading.usage
  }

  push(chunk: Buffer): Buffer | Refusal {
    // Nothing passes after the end mark.
    if (this.#state === 'ended') return NOTHING
    const events = this.#events
    const before = events.pending
    events.feed(chunk)
    let kept: Buffer[] | undefined
    let from = 0
    for (let end = events.next(); end >= 0; end = events.next()) {
      const refusal = this.#look(events.bytes, events.at, end)
      if (refusal !== undefined) return refusal
      if (this.#drops) {
        this.#drops = false
        kept ??= []
        kept.push(events.bytes.subarray(from, events.at))
        from = end
      }
      events.at = end
      if (this.#isOver()) break
    }
    const whole = events.bytes.subarray(0, events.at)
    const ended = this.#isOver()
    events.keep()
    if (events.pending > EVENT_BYTES_MAX) return refuse('upstream_failed', 'an event of the stream is too large')
    // An event that may have to go has not left in part.
    if (kept !== undefined) return Buffer.concat([...kept, whole.subarray(from)])
    if (this.#dropUsage || this.#format.framing.mend === undefined) return whole
    return ended ? chunk.subarray(0, whole.length - before) : chunk
  }

  end(): Buffer | Refusal {
    const rest = this.#isOver() ? NOTHING : this.#events.rest()
    if (rest.length > 0) {
      const refusal = this.#look(rest, 0, rest.length)
      if (refusal !== undefined) return refusal
    }
    // What else is at hand has left as it came, or was held until it was whole.
    const isHeld = this.#dropUsage || this.#format.framing.mend === undefined
    if (this.#state !== 'goes-on') return isHeld && !this.#drops ? rest : NOTHING
    return refuse('upstream_failed', 'the stream ended without its end mark')
  }

  tearFirst(refusal: Refusal): Buffer | undefined {
    return this.#reading.tornFirst?.(refusal)
  }

  tear(refusal: Refusal): Buffer {
    const { mend, write } = this.#format.framing
    const events = this.#reading.torn(refusal).map(write)
    // Only whole events have left.
    if (this.#dropUsage) return Buffer.concat(events)
    // Cut in the middle of an event, ours would be read as the rest of it.
    return Buffer.concat(mend !== undefined && this.#events.pending > 0 ? [mend, ...events] : events)
  }

  #isOver(): boolean {
    return this.#state === 'ended'
  }

  #look(bytes: Buffer, start: number, end: number): Refusal | undefined {
    const reading = this.#reading
    const isFirst = this.#isFirst
    this.#isFirst = false
    if (!reading.watches(bytes.subarray(start, end))) return undefined
    const frame = this.#format.framing.read(bytes, start, end, isFirst)
    if (frame === undefined) return undefined
    if ('code' in frame) return frame
    if (reading.isEndMark(frame.data)) {
      this.#state = 'ended'
      return undefined
    }
    const read = readLocated(frame.data)
    // Nobody asked us to judge it: whatever it is, it passes, and it is no end mark.
    if (read.kind === 'fault' || !isObject(read.value) || !reading.knows(frame.name, read.value)) return undefined
    const { state } = reading.see(frame.name, read.value)
    this.#drops = this.#dropUsage && reading.isUsageAlone?.(read.value) === true
    if (this.#state !== 'erred') this.#state = state
    return undefined
  }
}
