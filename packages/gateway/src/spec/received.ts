import type { Step } from './refusal.js'

/** The credential as presented: parsed once, from one place. */
export interface Presented {
  readonly scheme: 'bearer' | 'dpop'
  readonly token: string
  /** Values of all `DPoP` headers. */
  readonly proofs: readonly string[]
}

/** A body that is read piece by piece, for who holds no more of it than one. */
export interface Pieces {
  /** The next one; undefined: there is no more. The caller is told to wait until it is asked for. */
  next(): Promise<Step<Buffer | undefined>>
  /** Nobody wants the rest. */
  stop(): void
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
  /**
   * Reads the body, once, within its limit and time. Answers `Expect: 100-continue` first.
   *
   * @param kind `form` is what OAuth endpoints take, of at most 64 KiB. Default `json`.
   */
  body(kind?: 'json' | 'form'): Promise<Step<Buffer>>
  /**
   * The body of whatever type, once, in pieces. Answers `Expect: 100-continue` first.
   *
   * @param atMost bytes of the whole
   */
  pieces(atMost: number): Step<Pieces>
  /**
   * SHA-256 of the certificate that the caller has shown it holds the key of, base64url: in our own TLS handshake, or in that of
   * a proxy that the operator trusts.
   */
  certificate(): string | undefined
  /** The caller, as long as it is there. */
  readonly caller: Caller
}

/** Headers as they stand on the wire: name, value, name, value. No name twice. */
export type HeaderLines = readonly string[]

/** Header lines of a record, for answers that are not on the hot path: of two of one name the later record's counts. */
export function headerLines(...records: readonly Readonly<Record<string, string>>[]): HeaderLines {
  return [...new Map(records.flatMap((record) => Object.entries(record)))].flat()
}

/** The way back to the caller. All bytes of an answer pass here; no stage sees a socket. */
export interface Caller {
  /** True once the caller hung up before its answer was whole. */
  readonly left: boolean
  /** Called once when the caller leaves; at once where it has left already. */
  whenLeft(listener: () => void): void
  /** A header of whatever answer is given, refusals too. */
  carry(name: string, value: string): void
  /**
   * Sends the head. At most once.
   * @param length of the body in bytes; undefined where it streams
   */
  head(status: number, lines: HeaderLines, length: number | undefined): void
  /** Sends a piece of the body; false where the caller reads slower than it is written to. */
  write(bytes: Buffer): boolean
  /** Called once when the caller can take more, after `write` gave false. */
  whenDrained(listener: () => void): void
  end(bytes?: Buffer): void
  /** The same, of a body whose memory is another's right afterwards. */
  endWhole(bytes: Buffer): void
  /** Breaks the answer off, so that what came of it looks whole to nobody. */
  cut(): void
}
