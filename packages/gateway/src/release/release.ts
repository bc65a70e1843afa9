import type { Recorded } from '../exchange.js'
import {
  type Dialect,
  NO_RETRY,
  type Outcome,
  type Principal,
  type Received,
  type Refusal,
  refuse,
  type StreamLens,
} from '../spec/index.js'
import { isStreamed, objectionTo, passedOf, type SourceHeaders } from './head.js'
import { HeldAnswer } from './held.js'
import { type Judged, type Judging, threw } from './judge.js'
import { type Meter, Reply } from './reply.js'
import { eventsIn, roughTokens } from './rough.js'
import { Terms, type TermsParts } from './terms.js'

/** The provider's side of the call, as release needs it. */
export interface Source {
  resume(): void
  abort(): void
}

export interface ReleaseParts extends Judging, TermsParts {
  /** A whole answer larger than this is refused: it is held in memory until it is judged. */
  readonly answerBytes: number
  /** Gives a refusal its challenge. */
  readonly challenged: (refusal: Refusal, received: Received, principal: Principal) => Refusal
}

/** What an exchange lives on. */
export interface Lease {
  /** From now on the token's expiry counts too: the answer streams. */
  streams(): void
  /** The exchange is over. */
  close(): void
}

/** The way back of one exchange, from the provider's head to the outcome: nothing reaches the caller that was not judged. */
export class Release {
  /** What was permitted, for whoever decides it again. */
  readonly permitted: Terms
  readonly principal: Principal
  readonly #parts: ReleaseParts
  readonly #dialect: Dialect
  readonly #received: Received
  readonly #meter: Meter
  readonly #reply: Reply
  readonly #finish: (ending: Outcome) => void
  /** `before-release`, until it is fulfilled: nothing reaches the caller before. */
  #durable: Promise<string | undefined> | undefined
  #source: Source | undefined
  #lease: Lease | undefined
  /** Of a stream that leaves as it comes. */
  #lens: StreamLens | undefined
  #isStream = false
  readonly #held = new HeldAnswer()
  #bytes = 0
  #events = 0
  #upstreamStatus = 0
  #over = false
  #judged: Judged | undefined

  constructor(parts: ReleaseParts, recorded: Recorded, meter: Meter, finish: (ending: Outcome) => void) {
    const { authenticated, dialect } = recorded.sealed
    const { received } = authenticated
    this.#parts = parts
    this.#dialect = dialect
    this.#received = received
    this.permitted = new Terms(parts, recorded)
    this.principal = this.permitted.principal
    this.#meter = meter
    this.#reply = new Reply(recorded, meter)
    this.#durable = recorded.durable
    this.#finish = finish
    // Hanging up on the provider at once is what keeps aborted callers from holding sockets and costing tokens.
    received.caller.whenLeft(() => {
      this.#source?.abort()
      this.#close('left', undefined)
    })
  }

  /** Before `attach`: what ends the exchange when it ends, and is given back when the exchange is over. */
  liveOn(lease: Lease): void {
    this.#lease = lease
  }

  /** Before `head`: whom to hang up on when the caller leaves. */
  attach(source: Source): void {
    this.#source = source
    if (this.#over) source.abort()
  }

  head(status: number, headers: SourceHeaders, source: Source): boolean {
    this.#source = source
    this.#upstreamStatus = status
    const objection = objectionTo(status, headers)
    if (objection !== undefined) {
      this.#refuse(objection)
      return false
    }
    const { dropUsage, lens, look } = this.permitted
    const { streamType } = lens
    const isStream = isStreamed(status, headers, streamType)
    this.#isStream = isStream
    const type = isStream ? (streamType ?? '') : 'application/json'
    this.#reply.prepare(status, passedOf(this.#dialect, headers, type))
    if (isStream) {
      if (look === undefined) this.#lens = lens.openStream({ guard: this.permitted.guards(), dropUsage })
      this.#lease?.streams()
      if (this.#over) return false
    }
    if (this.#durable === undefined) {
      if (this.#lens !== undefined) this.#reply.begin()
      return true
    }
    // The provider's socket waits with us until the intent entry is on disk.
    this.#whenDurable(this.#durable, () => {
      if (this.#lens !== undefined) this.#reply.begin()
      source.resume()
    })
    return false
  }

  data(chunk: Buffer): boolean {
    if (this.#over) return false
    this.#meter.responseReceived(chunk)
    this.#bytes += chunk.length
    if (this.permitted.isReckoned && this.#isStream) this.#events += eventsIn(chunk)
    const lens = this.#lens
    if (lens === undefined) {
      const objection = this.#held.push(chunk, this.#parts.answerBytes)
      if (objection === undefined) return true
      this.#refuse(objection)
      return false
    }
    const out = guarded(() => lens.push(chunk))
    const settling = this.permitted.settled()
    if (settling === undefined) return this.#pass(out)
    this.#whenSettled(settling, () => {
      if (this.#pass(out)) this.#source?.resume()
    })
    return false
  }

  end(): void {
    if (this.#over) return
    const lens = this.#lens
    if (lens === undefined) {
      const judged = this.#held.judge(this.#parts, this.permitted, this.#isStream)
      if (judged instanceof Promise) void judged.then((late) => this.#give(late))
      else this.#give(judged)
      return
    }
    const out = guarded(() => lens.end())
    const settling = this.permitted.settled()
    if (settling === undefined) this.#last(out)
    else this.#whenSettled(settling, () => this.#last(out))
  }

  failed(refusal: Refusal): void {
    this.#refuse(refusal)
  }

  /** What the exchange lives on has ended: nothing more reaches the caller but why. */
  ended(why: Refusal): void {
    const refusal = this.#parts.challenged(why, this.#received, this.principal)
    const source = this.#source
    this.#source = undefined
    this.#refuse(refusal)
    // Afterwards: where one revocation ends many streams, the last caller must not wait until all providers were hung up on.
    setImmediate(() => source?.abort())
  }

  /** Of a stream that leaves as it comes. */
  #pass(out: Buffer | Refusal): boolean {
    if (!Buffer.isBuffer(out)) {
      this.#refuse(out)
      return false
    }
    if (out.length === 0 || this.#reply.write(out)) return true
    this.#reply.whenDrained(() => this.#source?.resume())
    return false
  }

  #last(out: Buffer | Refusal): void {
    this.#pass(out)
    if (this.#over) return
    this.#reply.end()
    this.#close('done', undefined)
  }

  /** An answer that was held until it was whole. */
  #give(judged: Judged): void {
    if (this.#over) return
    this.#judged = judged
    const { out } = judged
    if (!Buffer.isBuffer(out)) {
      this.#refuse(out)
      return
    }
    const settling = this.permitted.settled()
    if (settling === undefined) this.#say(out)
    else this.#whenSettled(settling, () => this.#say(out))
  }

  #say(out: Buffer): void {
    if (this.#isStream) {
      this.#reply.begin()
      this.#reply.last(out)
    } else this.#reply.whole(out, !this.#held.is(out))
    this.#close('done', undefined)
  }

  #whenDurable(durable: Promise<string | undefined>, go: () => void): void {
    durable.then(
      (receipt) => {
        this.#durable = undefined
        if (this.#over) return
        this.#reply.receipt = receipt
        go()
      },
      () => {
        this.#durable = undefined
        this.#refuse(refuse('audit_unavailable', 'intent not durable', { message: NOT_RELEASED, headers: NO_RETRY }))
      },
    )
  }

  #whenSettled(settling: Promise<Refusal | undefined>, go: () => void): void {
    void settling.then((refusal) => {
      if (this.#over) return
      if (refusal === undefined) go()
      else this.#refuse(refusal)
    })
  }

  /** Ends the exchange from our side at any moment: before the head as a refusal, after it as the dialect's error event. */
  #refuse(refusal: Refusal): void {
    if (this.#over) return
    this.#source?.abort()
    if (this.#durable !== undefined) {
      this.#whenDurable(this.#durable, () => this.#refuse(refusal))
      return
    }
    if (this.#reply.isBegun) this.#reply.tear(refusal, this.#lens)
    else this.#reply.refuse(refusal)
    this.#close('refused', refusal)
  }

  #close(how: Outcome['how'], refusal: Refusal | undefined): void {
    if (this.#over) return
    this.#over = true
    this.#lease?.close()
    this.#held.drop()
    const { counts, isReckoned, releasing, restoring } = this.permitted
    this.#finish({
      how,
      refusal,
      status: how === 'left' && !this.#reply.isBegun ? 0 : this.#reply.status,
      upstreamStatus: this.#upstreamStatus,
      usage: this.#judged?.usage ?? this.#held.usage ?? this.#lens?.usage,
      answerTokens: isReckoned ? roughTokens(this.#bytes, this.#events) : 0,
      findings: counts.findings,
      carriedOut: counts.carriedOut,
      restored: restoring?.outcome,
      released: releasing.outcome,
      droppedEvents: this.#lens?.dropped ?? this.#judged?.dropped ?? 0,
      stream: this.#isStream,
    })
  }
}

const NOT_RELEASED = 'The request cannot be recorded, so its answer was not released.'

function guarded(step: () => Buffer | Refusal): Buffer | Refusal {
  try {
    return step()
  } catch (error) {
    return threw(error)
  }
}
