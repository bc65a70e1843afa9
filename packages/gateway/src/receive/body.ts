import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Caller, type Clock, type Deadlines, proceed, refuse, type Step, type Timed } from '../spec/index.js'

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i
const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i
/** Contract, "Credential": what is read before anybody is known. */
const FORM_BYTES = 64 * 1024
const DIGITS = /^\d{1,15}$/

export interface BodyLimits {
  readonly bodyBytes: number
  readonly requestBodyMs: number
}

export interface BodyParts {
  readonly limits: BodyLimits
  readonly deadlines: Deadlines
  readonly clock: Clock
}

/**
 * Reads a body within its limits. What the head already gives away is refused before a byte is read.
 * @param continueBy where the caller expects `100 Continue` before it sends
 */
export function readBody(
  req: IncomingMessage,
  caller: Caller,
  all: BodyParts,
  continueBy: ServerResponse | undefined,
  kind: 'json' | 'form',
): Promise<Step<Buffer>> {
  const parts = kind === 'json' ? all : { ...all, limits: { ...all.limits, bodyBytes: FORM_BYTES } }
  const refusal = refusedByHead(req, parts.limits, kind)
  if (refusal !== undefined) return Promise.resolve(refusal)
  continueBy?.writeContinue()
  return new Promise((resolve) => new BodyReader(req, caller, parts, resolve))
}

class BodyReader implements Timed {
  readonly deadlineMs: number
  place = -1
  readonly #req: IncomingMessage
  readonly #parts: BodyParts
  readonly #resolve: (step: Step<Buffer>) => void
  #only: Buffer | undefined
  #chunks: Buffer[] | undefined
  #bytes = 0
  #over = false

  constructor(req: IncomingMessage, caller: Caller, parts: BodyParts, resolve: (step: Step<Buffer>) => void) {
    this.deadlineMs = parts.clock.now() + parts.limits.requestBodyMs
    this.#req = req
    this.#parts = parts
    this.#resolve = resolve
    parts.deadlines.add(this)
    req.on('data', (chunk: Buffer) => this.#take(chunk))
    req.on('end', () => this.#finish(proceed(this.#whole())))
    caller.whenLeft(() => {
      const declared = req.headers['content-length'] ?? '?'
      this.#finish(refuse('invalid_request', `the caller left after ${this.#bytes} of ${declared} body bytes`))
    })
  }

  expire(): void {
    const { requestBodyMs } = this.#parts.limits
    this.#finish(refuse('request_timeout', `body not whole after ${requestBodyMs} ms, ${this.#bytes} bytes came`))
  }

  #take(chunk: Buffer): void {
    if (this.#over) return
    this.#bytes += chunk.length
    if (this.#bytes > this.#parts.limits.bodyBytes) this.#finish(tooLarge(this.#parts.limits))
    else if (this.#only === undefined) this.#only = chunk
    else {
      this.#chunks ??= [this.#only]
      this.#chunks.push(chunk)
    }
  }

  #whole(): Buffer {
    return this.#chunks === undefined ? (this.#only ?? NOTHING) : Buffer.concat(this.#chunks, this.#bytes)
  }

  #finish(step: Step<Buffer>): void {
    if (this.#over) return
    this.#over = true
    this.#parts.deadlines.remove(this)
    // What still comes is nobody's: paused here, and the connection ends with the answer.
    if (step.kind === 'refuse') this.#req.pause()
    this.#resolve(step)
  }
}

const NOTHING: Buffer = Buffer.alloc(0)

function refusedByHead(req: IncomingMessage, limits: BodyLimits, kind: 'json' | 'form'): Step<never> | undefined {
  const { headers } = req
  const type = headers['content-type']
  const wanted = kind === 'json' ? JSON_TYPE : FORM_TYPE
  if (type === undefined || !wanted.test(type)) {
    const message = kind === 'json' ? undefined : 'The request body must be a form (application/x-www-form-urlencoded).'
    return refuse('unsupported_media_type', `content-type is no ${kind}`, message === undefined ? {} : { message })
  }
  const encoding = headers['content-encoding']
  // A compressed body is text that nobody inspected.
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return refuse('unsupported_media_type', 'content-encoding is not identity')
  }
  const length = headers['content-length']
  if (length === undefined) {
    return headers['transfer-encoding'] === undefined
      ? refuse('length_required', 'neither length nor chunks')
      : undefined
  }
  if (!DIGITS.test(length)) return refuse('invalid_request', 'content-length is no number')
  return Number(length) > limits.bodyBytes ? tooLarge(limits) : undefined
}

function tooLarge(limits: BodyLimits): Step<never> {
  return refuse('body_too_large', `more than ${limits.bodyBytes} bytes`)
}
