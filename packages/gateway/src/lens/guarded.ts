import { readLocated, splice } from '../json/located.js'
import type { TextGuard } from '../spec/detector.js'
import type { ChannelKind, StreamLens, Usage } from '../spec/dialect.js'
import { type Refusal, refuse } from '../spec/refusal.js'
import { Channels } from './channels.js'
import { type EventRead, judgeEvent, type Said, splicesIn } from './event.js'
import type { Cutter, Frame } from './framing.js'
import { textPlaces } from './numbers.js'
import { Out } from './out.js'
import { echoesIn } from './parts.js'
import { isObject } from './path.js'
import { shapesOf } from './shape.js'
import { EVENT_BYTES, type Piece, type StreamFormat, type StreamReading, type Told } from './stream-format.js'
import { Templates } from './templates.js'

const NOTHING: Buffer = Buffer.alloc(0)

/**
 * A stream in which text obligations hold: every text goes through the guard of its channel, and nothing passes that no guard
 * has seen. What a guard holds back goes out with its channel's next event, or in an event of our own before the one that ends
 * the channel.
 *
 * Does not see text in numbers, in binary data (spoken answers lose their sound), or spread over several channels. A refusal
 * takes with it what was judged before it in the same chunk: the stream is torn anyhow.
 */
export class GuardedStream implements StreamLens {
  dropped = 0
  readonly #format: StreamFormat
  readonly #reading: StreamReading
  readonly #dropUsage: boolean
  readonly #eventBytes: number
  readonly #events: Cutter
  readonly #channels: Channels
  readonly #templates = new Templates()
  readonly #out = new Out()
  #state: Told['state'] = 'goes-on'
  #refusal: Refusal | undefined
  #isFirst = true

  constructor(format: StreamFormat, guardFor: (channel: ChannelKind) => TextGuard, dropUsage = false) {
    this.#format = format
    this.#reading = format.open()
    this.#events = format.framing.open()
    this.#channels = new Channels(guardFor)
    this.#dropUsage = dropUsage
    this.#eventBytes = format.eventBytes ?? EVENT_BYTES
  }

  get usage(): Usage | undefined {
    return this.#reading.usage
  }

  push(chunk: Buffer): Buffer | Refusal {
    if (this.#refusal !== undefined) return this.#refusal
    if (this.#isOver()) return NOTHING
    const events = this.#events
    events.feed(chunk)
    this.#out.from(events.bytes)
    for (;;) {
      const fitted = this.#templates.write(events.bytes, events.at, this.#out, this.#reading)
      if (typeof fitted !== 'number') return this.#refused(fitted)
      if (fitted >= 0) {
        events.at = fitted
        continue
      }
      const end = events.next()
      if (end < 0) break
      const refusal = this.#event(events.bytes, events.at, end)
      if (refusal !== undefined) return this.#refused(refusal)
      events.at = end
      if (this.#isOver()) break
    }
    const out = this.#out.take()
    events.keep()
    if (events.pending > this.#eventBytes) {
      return this.#refused(refuse('upstream_failed', 'an event of the stream is too large'))
    }
    return out
  }

  end(): Buffer | Refusal {
    if (this.#refusal !== undefined) return this.#refusal
    if (this.#isOver()) return NOTHING
    const rest = this.#events.rest()
    this.#out.from(rest)
    if (rest.length > 0) {
      const refusal = this.#event(rest, 0, rest.length)
      if (refusal !== undefined) return this.#refused(refusal)
    }
    if (this.#state === 'goes-on') {
      return this.#refused(refuse('upstream_failed', 'the stream ended without its end mark'))
    }
    const refusal = this.#finish(all, [])
    return refusal === undefined ? this.#out.take() : this.#refused(refusal)
  }

  tearFirst(refusal: Refusal): Buffer | undefined {
    return this.#reading.tornFirst?.(refusal)
  }

  tear(refusal: Refusal): Buffer {
    return Buffer.concat(this.#reading.torn(refusal).map((event) => this.#format.framing.write(event)))
  }

  #isOver(): boolean {
    return this.#state === 'ended'
  }

  #refused(refusal: Refusal): Refusal {
    this.#refusal = refusal
    return refusal
  }

  #event(bytes: Buffer, start: number, end: number): Refusal | undefined {
    const frame = this.#format.framing.read(bytes, start, end, this.#isFirst)
    this.#isFirst = false
    if (frame === undefined) return undefined
    if ('code' in frame) return frame
    if (!this.#format.names.has(frame.name)) {
      this.dropped++
      return undefined
    }
    if (this.#reading.isEndMark(frame.data)) {
      const refusal = this.#finish(all, [])
      if (refusal !== undefined) return refusal
      this.#state = 'ended'
      frame.pass(this.#out)
      return undefined
    }
    if (this.#state === 'erred') {
      this.dropped++
      return undefined
    }
    return this.#json(frame)
  }

  /** Read, told, judged, ended what ends with it, written. */
  #json(frame: Frame): Refusal | undefined {
    const reading = this.#reading
    const located = readLocated(frame.data)
    if (located.kind === 'fault') return refuse('upstream_failed', `an event is refused as JSON: ${located.code}`)
    const { value: root, containers, text } = located
    if (!isObject(root)) return refuse('upstream_failed', 'an event is not an object')
    if (!reading.knows(frame.name, root)) {
      this.dropped++
      return undefined
    }
    const told = reading.see(frame.name, root)
    if (this.#dropUsage && reading.isUsageAlone?.(root) === true) return undefined
    const shapes = shapesOf(containers, this.#format.shape)
    const echoes = echoesIn(located, shapes)
    const event: EventRead = { root, text, strings: textPlaces(located, shapes), shapes, echoes }
    const judged = judgeEvent(event, this.#channels, reading, this.#format.counters)
    if ('code' in judged) return judged
    const ending = told.state === 'erred' || told.state === 'ended' || told.ends.length > 0
    if (ending) {
      const refusal = this.#end(told, judged.said)
      if (refusal !== undefined) return refusal
    }
    this.#state = told.state

    const { slots, counters, edited, seals } = judged
    const isPlain = echoes.length + edited.length + seals.length === 0
    if (!ending && isPlain) this.#templates.learn(frame, text, slots, counters)
    for (const echo of echoes) if (echo.json === '""') this.dropped++
    const splices = splicesIn(event, judged, this.#channels, reading)
    if (splices.length === 0) frame.pass(this.#out)
    else frame.write(this.#out, splice(text, splices))
    return undefined
  }

  #end(told: Told, said: readonly Said[]): Refusal | undefined {
    const endsAll = told.state === 'erred' || told.state === 'ended'
    const ends = endsAll ? all : ({ group }: Piece): boolean => group !== undefined && told.ends.includes(group)
    return this.#finish(ends, said) ?? this.#channels.close(told.ends)
  }

  /** Ends channels: what their guards still hold goes into the event in hand where they speak there, else before it. */
  #finish(ends: (piece: Piece) => boolean, said: readonly Said[]): Refusal | undefined {
    this.#templates.forget()
    const rests = this.#channels.end(ends)
    if ('code' in rests) return rests
    for (const { channel, text } of rests) {
      const last = said.findLast((one) => one.channel === channel)
      if (last === undefined) this.#out.piece(this.#format.framing.write(channel.piece.event(text)))
      else last.text += text
    }
    return undefined
  }
}

function all(): boolean {
  return true
}
