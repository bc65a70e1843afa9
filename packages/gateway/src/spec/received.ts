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
  readonly sourceIp: string
  /** Milliseconds since the epoch. */
  readonly receivedAtMs: number
  readonly traceparent: string | undefined
  /** Reads the body, once, within its limit and time. Answers `Expect: 100-continue` first. */
  body(): Promise<Step<Buffer>>
  /** Aborted when the caller goes away. */
  readonly gone: AbortSignal
}
