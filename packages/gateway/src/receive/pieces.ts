import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type Caller,
  type Clock,
  type Deadlines,
  type Pieces,
  proceed,
  type Refusal,
  refuse,
  type Step,
  type Timed,
} from '../spec/index.js'

const DIGITS = /^\d{1,15}$/
/** What has to come in each second beyond the time that any body has: slower callers hold a connection for nothing. */
const BYTES_A_SECOND = 64 * 1024

export interface PiecesParts {
  readonly requestBodyMs: number
  readonly deadlines: Deadlines
  readonly clock: Clock
}

/**
 * Gives a body piece by piece, none before it is asked for. What the head already gives away is refused before a byte is read.
 *
 * @param continueBy where the caller expects `100 Continue` before it sends
 */
export function readPieces(
  req: IncomingMessage,
  caller: Caller,
  parts: PiecesParts,
  continueBy: ServerResponse | undefined,
  atMost: number,
): Step<Pieces> {
  const refusal = refusedByHead(req, atMost)
  if (refusal !== undefined) return refusal
  continueBy?.writeContinue()
  return proceed(new PieceReader(req, caller, parts, atMost))
}

class PieceReader implements Pieces, Timed {
  deadlineMs = 0
  place = -1
  readonly #req: IncomingMessage
  readonly #parts: PiecesParts
  readonly #atMost: number
  /** That came while nobody asked: what was on its way when the socket was told to wait. */
  readonly #ahead: Buffer[] = []
  #bytes = 0
  /** For how long the caller may still be waited for. */
  #leftMs: number
  #sinceMs = 0
  #asking: ((step: Step<Buffer | undefined>) => void) | undefined
  #over: Step<undefined> | undefined

  constructor(req: IncomingMessage, caller: Caller, parts: PiecesParts, atMost: number) {
    this.#req = req
    this.#parts = parts
    this.#atMost = atMost
    this.#leftMs = parts.requestBodyMs
    req.on('data', (chunk: Buffer) => this.#take(chunk))
    req.on('end', () => this.#finish(proceed(undefined)))
    caller.whenLeft(() => this.#finish(refuse('invalid_request', `the caller left after ${this.#bytes} body bytes`)))
  }

  next(): Promise<Step<Buffer | undefined>> {
    const held = this.#ahead.shift()
    if (held !== undefined) return Promise.resolve(proceed(held))
    if (this.#over !== undefined) return Promise.resolve(this.#over)
    return new Promise((resolve) => {
      this.#asking = resolve
      this.#sinceMs = this.#parts.clock.now()
      // Time in which nobody asked is ours, not the caller's.
      this.deadlineMs = this.#sinceMs + this.#leftMs
      this.#parts.deadlines.add(this)
      this.#req.resume()
    })
  }

  stop(): void {
    this.#finish(proceed(undefined))
  }

  expire(): void {
    this.#finish(refuse('request_timeout', `body too slow, ${this.#bytes} bytes came`))
  }

  #take(chunk: Buffer): void {
    if (this.#over !== undefined) return
    this.#bytes += chunk.length
    if (this.#bytes > this.#atMost) {
      this.#finish(tooLarge(this.#atMost))
      return
    }
    this.#req.pause()
    const asking = this.#asking
    if (asking === undefined) {
      this.#ahead.push(chunk)
      return
    }
    this.#asking = undefined
    this.#parts.deadlines.remove(this)
    const waitedMs = this.#parts.clock.now() - this.#sinceMs
    const earnedMs = (chunk.length * 1000) / BYTES_A_SECOND
    this.#leftMs = Math.min(this.#parts.requestBodyMs, this.#leftMs - waitedMs + earnedMs)
    asking(proceed(chunk))
  }

  #finish(step: Step<undefined>): void {
    if (this.#over !== undefined) return
    this.#over = step
    this.#parts.deadlines.remove(this)
    // What still comes is nobody's: paused here, and the connection ends with the answer.
    if (step.kind === 'refuse') this.#req.pause()
    const asking = this.#asking
    this.#asking = undefined
    asking?.(step)
  }
}

function refusedByHead({ headers }: IncomingMessage, atMost: number): Refusal | undefined {
  const encoding = headers['content-encoding']
  // A compressed body is text that nobody inspected.
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return refuse('unsupported_media_type', 'content-encoding is not identity', {
      message: 'The request body must not be compressed.',
    })
  }
  const length = headers['content-length']
  if (length === undefined) {
    return headers['transfer-encoding'] === undefined
      ? refuse('length_required', 'neither length nor chunks')
      : undefined
  }
  if (!DIGITS.test(length)) return refuse('invalid_request', 'content-length is no number')
  return Number(length) > atMost ? tooLarge(atMost) : undefined
}

function tooLarge(atMost: number): Refusal {
  return refuse('body_too_large', `more than ${atMost} bytes`)
}
