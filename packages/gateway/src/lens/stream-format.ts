import type { Container, JsonObject } from '../json/located.js'
import type { Usage } from '../spec/dialect.js'
import type { Refusal } from '../spec/refusal.js'
import type { Framing, OwnEvent } from './framing.js'
import type { Shape } from './shape.js'

/**
 * What an event tells of the stream.
 * - `goes-on`: if the provider stops here the answer is torn, whatever an event before it told.
 * - `may-end`: the provider may stop here, and the answer is whole.
 * - `erred`: it says that something broke, so an end does not look whole; nothing that follows is passed on.
 * - `ended`: the dialect's own end mark; nothing follows it.
 */
export interface Told {
  readonly state: 'goes-on' | 'may-end' | 'erred' | 'ended'
  /** Groups of texts that are over with it. `erred` and `ended` end them all. */
  readonly ends: readonly string[]
}

/** The text that a string of an event is a piece of. */
export interface Piece {
  /** The same for all pieces of one text, and for no other. */
  readonly name: string
  /** What ends when the text does: a choice, a content block. Undefined: it ends with the stream. */
  readonly group: string | undefined
  /** A seal of the same group vouches for it: it is watched for edits. */
  readonly isSealed?: boolean
  /** The event of our own that says `text` as its next piece. */
  event(text: string): OwnEvent
}

/** A text obligation makes us hold an event as a whole: larger ones than this are refused, bytes. */
export const EVENT_BYTES: number = 1 << 20

/** How a dialect streams at one endpoint. */
export interface StreamFormat {
  readonly framing: Framing
  /** Of events that can be judged; the empty one where events have none. Others are not passed on. */
  readonly names: ReadonlySet<string>
  /** Of an event's data. */
  readonly shape: Shape
  /** Known members whose numbers go on from event to event. Undefined: there are none. */
  readonly counters?: ReadonlySet<string>
  /** Where texts are judged, a larger event is refused. Undefined: `EVENT_BYTES`. */
  readonly eventBytes?: number
  open(): StreamReading
}

/** The format's view of one stream, event by event. */
export interface StreamReading {
  /**
   * Whether an event may tell something or have usage: asked where nobody guards the stream, so that most events need no
   * reading. May be wrong only by saying yes.
   */
  watches(event: Buffer): boolean
  /** Data that is no JSON, and ends the stream. */
  isEndMark(data: Buffer): boolean
  /** Whether an event of such a name can be judged by what is in it; what nobody can judge is not passed on. */
  knows(name: string, root: JsonObject): boolean
  /** Told of every event that it knows, in order. */
  see(name: string, root: JsonObject): Told
  /**
   * Undefined where the string is no piece of a longer text: it is judged as it is. Of a seal: the piece that it would be, for
   * its group alone; the event that brings it must end that group, so that what it vouches for is known.
   */
  pieceOf(root: JsonObject, inside: Container, key: string | number): Piece | undefined
  /** Of all events seen. */
  readonly usage: Usage | undefined
  /**
   * Where texts are judged: told of the counters of every event that passes, in order, behind the events of our own that go
   * before it, and of those of events too that are like one seen and are not shown to `see`. Gives what stands there instead:
   * where events of our own count, later ones count on. Undefined: they stand as they came.
   */
  counted?(name: string, value: number): number
  /** The event that is there because usage was asked for, and has nothing else: to be removed where the caller did not ask. */
  isUsageAlone?(root: JsonObject): boolean
  /** What ends a torn stream: with the code, without the end mark. */
  torn(refusal: Refusal): readonly OwnEvent[]
  /** Bytes in front of that: see `StreamLens.tearFirst`. Only for framings of which whole events alone pass. */
  tornFirst?(refusal: Refusal): Buffer
}
