import type { Recorded } from '../exchange.js'
import {
  type Caller,
  type Dialect,
  headerLines,
  type Refusal,
  type RefusalCode,
  type StreamLens,
} from '../spec/index.js'

/** Sees all bytes, for their digests: as received from the provider, and as sent to the caller. */
export interface Meter {
  responseReceived(bytes: Buffer): void
  responseSent(bytes: Buffer): void
}

/** Refusals that are no decision of ours: what was permitted stays permitted. */
const OF_PROVIDER: ReadonlySet<RefusalCode> = new Set<RefusalCode>(['upstream_failed', 'upstream_timeout'])

const NOTHING = Buffer.alloc(0)

/** What the caller of one exchange is answered, and in which order: its head, bytes, an end. */
export class Reply {
  readonly #caller: Caller
  readonly #dialect: Dialect
  readonly #meter: Meter
  readonly #requestId: string
  #decision: 'permit' | 'transform' | 'forbid'
  #passed: string[] = []
  receipt: string | undefined
  status = 0
  isBegun = false

  constructor({ receipt, sealed }: Recorded, meter: Meter) {
    const { authenticated, body, dialect, received, routedFrom } = sealed
    const { caller, id } = authenticated.received
    this.#caller = caller
    this.#dialect = dialect
    this.#meter = meter
    this.#requestId = id
    this.#decision = body === received && routedFrom === undefined ? 'permit' : 'transform'
    this.receipt = receipt
  }

  /** The head that will be, made of what passes of the provider's. */
  prepare(status: number, passed: string[]): void {
    this.status = status
    this.#passed = passed
  }

  /** Of an answer that is not whole yet. */
  begin(): void {
    this.#passed.push('cache-control', 'no-cache')
    this.#head(undefined)
  }

  /** An answer at once. */
  whole(bytes: Buffer, isChanged: boolean): void {
    if (isChanged) this.#decision = 'transform'
    this.#head(bytes.length)
    this.last(bytes)
  }

  /** False where the caller takes no more for now: see `whenDrained`. */
  write(bytes: Buffer): boolean {
    this.#meter.responseSent(bytes)
    return this.#caller.write(bytes)
  }

  whenDrained(go: () => void): void {
    this.#caller.whenDrained(go)
  }

  last(bytes: Buffer): void {
    this.#meter.responseSent(bytes)
    this.#caller.end(bytes)
  }

  end(): void {
    this.#caller.end()
  }

  /** In place of an answer: it is ours, and carries none of the provider's headers. */
  refuse(refusal: Refusal): void {
    const answer = this.#dialect.refusal(refusal, this.#requestId)
    this.status = answer.status
    if (!OF_PROVIDER.has(refusal.code)) this.#decision = 'forbid'
    const receipt = this.receipt === undefined ? {} : { 'ostiary-receipt': this.receipt }
    const own = { 'ostiary-decision': this.#decision, ...receipt }
    this.#meter.responseSent(answer.body)
    this.#caller.head(answer.status, headerLines(own, answer.headers, refusal.headers ?? {}), answer.body.length)
    this.#caller.end(answer.body)
  }

  /** Within an answer that has begun: the dialect's error event, without the end mark. */
  tear(refusal: Refusal, lens: StreamLens | undefined): void {
    const first = lens?.tearFirst?.(refusal)
    const event = lens?.tear(refusal) ?? NOTHING
    if (first === undefined) {
      this.last(event)
      return
    }
    this.#meter.responseSent(Buffer.concat([first, event]))
    const caller = this.#caller
    apart(() => {
      caller.write(first)
      apart(() => caller.end(event))
    })
  }

  #head(length: number | undefined): void {
    const lines = this.#passed
    for (const name of this.#dialect.idHeaders) lines.push(name, this.#requestId)
    lines.push('ostiary-decision', this.#decision)
    if (this.receipt !== undefined) lines.push('ostiary-receipt', this.receipt)
    this.isBegun = true
    this.#caller.head(this.status, lines, length)
  }
}

const APART_MS = 20

/** What is written at once is read at once: this is late enough for a reader to have had its turn, in this process too. */
function apart(write: () => void): void {
  setTimeout(() => setImmediate(write), APART_MS)
}
