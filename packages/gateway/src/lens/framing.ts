import type { Refusal } from '../spec/refusal.js'
import type { Out } from './out.js'

/** An event of our own making. */
export interface OwnEvent {
  /** Empty where the format names none. */
  readonly name: string
  readonly json: string
}

/** One event as it came. Valid until its cutter is fed again. */
export interface Frame {
  /** Empty where none is named. */
  readonly name: string
  readonly data: Buffer
  /** As it came, but for what nobody can judge. */
  pass(out: Out): void
  /** With other data, JSON text. */
  write(out: Out, json: string): void
  /** The bytes around the data, where another event may be the same but for its data; undefined where none can be told by them. */
  readonly around: { readonly before: Buffer; readonly after: Buffer } | undefined
}

/** How a byte stream is cut into events. */
export interface Cutter {
  /** What is at hand: look at events from `at` on. Valid until the next `feed`. */
  readonly bytes: Buffer
  /** Where the next event begins in `bytes`. */
  at: number
  /** Bytes of an unfinished event. */
  readonly pending: number
  feed(chunk: Buffer): void
  /** End of the event that begins at `at`; -1 where it is not yet there. */
  next(): number
  /** To be called after the last `next`: keeps what is left for the next feed. */
  keep(): void
  /** The stream has ended: what is left. */
  rest(): Buffer
}

/** How a dialect puts events into a byte stream. */
export interface Framing {
  open(): Cutter
  /**
   * One event; undefined where nothing is in it. A refusal where the bytes are none of this framing.
   *
   * @param isFirst nothing of the stream came before it
   */
  read(bytes: Buffer, start: number, end: number, isFirst: boolean): Frame | Refusal | undefined
  write(event: OwnEvent): Buffer
  /** A cut within an event can be mended: what is written in front of an event of ours then. Undefined: only whole events pass. */
  readonly mend: Buffer | undefined
}
