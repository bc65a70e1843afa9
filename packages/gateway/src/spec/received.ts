import type { Step } from './refusal.js'

/** The credential as presented: parsed once, from one place. */
export interface Presented {
  readonly scheme: 'bearer' | 'dpop'
  readonly token: string
}

/** A request's head, parsed at the edge. No framework object is behind it, and the body is only read when asked for. */
export interface Received {
  readonly id: string
  readonly method: string
  /** Pathname alone, as sent; never decoded. */
  readonly path: string
  /** The part after `?`, or empty. */
  readonly query: string
  /** Lower-case names; only names that occur once are here (twice is refused where it matters). */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** As they came: name, value, name, value. Where two of a kind matter, they are seen here. */
  readonly rawHeaders: readonly string[]
  readonly sourceIp: string
  /** Milliseconds since the epoch. */
  readonly receivedAtMs: number
  readonly traceparent: string | undefined
  /** Reads the body, once, within its limit and time. Answers `Expect: 100-continue` first. */
  body(): Promise<Step<Buffer>>
  /** The caller, as long as it is there. */
  readonly caller: Caller
}

/** The way back to the caller. All bytes of an answer pass here; no stage sees a socket. */
export interface Caller {
  /** True once the caller hung up before its answer was whole. */
  readonly left: boolean
  /** Called once when the caller leaves; at once where it has left already. */
  whenLeft(listener: () => void): void
  /** Sends the head. At most once. */
  head(status: number, headers: Readonly<Record<string, string>>): void
  /** Sends a piece of the body; false where the caller reads slower than it is written to. */
  write(bytes: Buffer): boolean
  /** Called once when the caller can take more, after `write` gave false. */
  whenDrained(listener: () => void): void
  end(bytes?: Buffer): void
}
