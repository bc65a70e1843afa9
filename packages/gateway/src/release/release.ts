import type { Recorded } from '../exchange.js'
import {
  type Action,
  type ActsByType,
  type Caller,
  type ChannelKind,
  type Context,
  type Dialect,
  type FindingType,
  headerLines,
  type Lens,
  type LookElsewhere,
  NO_RETRY,
  type Outcome,
  type Principal,
  type Received,
  type Refusal,
  type RefusalCode,
  type Resource,
  refuse,
  type StreamLens,
  type TextGuard,
  type Usage,
  type VaultSession,
  type Verdict,
} from '../spec/index.js'
import { Counts } from './counts.js'
import { type Judged, type Judging, judge, judgeElsewhere, threw } from './judge.js'
import { passedHeaders, refusedHead, type SourceHeaders } from './provider-head.js'
import { Restoring } from './restoring.js'
import { eventsIn, roughTokens } from './rough.js'

/** The provider's side of the call, as release needs it. */
export interface Source {
  resume(): void
  abort(): void
}

/** Sees all bytes, for their digests: as received from the provider, and as sent to the caller. */
export interface Meter {
  responseReceived(bytes: Buffer): void
  responseSent(bytes: Buffer): void
}

export interface ReleaseParts extends Judging {
  /** A guard factory for one exchange: counts go to `onFinding`, detectors whose failure is let pass to `onOpen`. */
  readonly guards: (
    acts: ActsByType,
    onFinding: (type: FindingType, act: string, times: number) => void,
    onOpen: (detector: string) => void,
    vault: VaultSession | undefined,
  ) => (channel: ChannelKind) => TextGuard
  /** Who looks at an answer elsewhere, for these acts on it. */
  readonly elsewhere: ((acts: ActsByType) => LookElsewhere | undefined) | undefined
  /** Decides about `detokenize` for what was permitted. */
  readonly askToRestore: (permitted: Release['permitted'], types: readonly FindingType[]) => Verdict
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

/** Refusals that are no decision of ours: what was permitted stays permitted. */
const OF_PROVIDER: ReadonlySet<RefusalCode> = new Set<RefusalCode>(['upstream_failed', 'upstream_timeout'])

/** The way back of one exchange: nothing reaches the caller that was not judged. */
export class Release {
  readonly #parts: ReleaseParts
  readonly #dialect: Dialect
  readonly #bodies: Lens
  readonly #caller: Caller
  readonly #acts: ActsByType
  readonly #context: Context
  readonly #action: Action
  readonly #resource: Resource
  readonly #routedFrom: Resource | undefined
  readonly #received: Received
  readonly #meter: Meter
  readonly #vault: VaultSession | undefined
  readonly #restoring: Restoring | undefined
  readonly principal: Principal
  /** `before-release`, until it is fulfilled: nothing reaches the caller before. */
  #durable: Promise<string | undefined> | undefined
  #decision: 'permit' | 'transform' | 'forbid'
  #receipt: string | undefined
  /** Of the provider's headers, what passes. */
  #passed: string[] = []
  readonly #finish: (ending: Outcome) => void
  /** Where there is one, the whole answer is kept until it has looked: a stream too. */
  readonly #look: LookElsewhere | undefined
  #looking: AbortController | undefined
  #source: Source | undefined
  #lease: Lease | undefined
  #lens: StreamLens | undefined
  #isStream = false
  #chunks: Buffer[] = []
  #bytes = 0
  #events = 0
  /** Somebody wants to know how much came. */
  readonly #isReckoned: boolean
  readonly #dropUsage: boolean
  #status = 0
  #upstreamStatus = 0
  #headSent = false
  #over = false
  #usage: Usage | undefined
  #dropped = 0
  readonly #counts = new Counts()

  constructor(parts: ReleaseParts, recorded: Recorded, meter: Meter, finish: (ending: Outcome) => void) {
    const {
      authenticated,
      body,
      counted,
      dialect,
      endpoint,
      model,
      received: before,
      routedFrom,
      vault,
      verdict,
    } = recorded.sealed
    const { principal, received } = authenticated
    this.#parts = parts
    this.#dialect = dialect
    this.#bodies = endpoint.lens
    this.#caller = received.caller
    this.#acts = verdict.obligations.output
    this.#context = verdict.context
    this.#action = endpoint.action
    this.#resource = model.resource
    this.#routedFrom = routedFrom?.model.resource
    this.#received = received
    this.principal = principal
    this.#meter = meter
    this.#durable = recorded.durable
    this.#decision = body === before && routedFrom === undefined ? 'permit' : 'transform'
    this.#receipt = recorded.receipt
    this.#finish = finish
    this.#vault = vault
    this.#restoring =
      vault === undefined ? undefined : new Restoring(vault, (types) => parts.askToRestore(this.permitted, types))
    this.#look = this.#acts.size === 0 ? undefined : parts.elsewhere?.(this.#acts)
    this.#isReckoned = counted !== undefined || model.price !== undefined
    this.#dropUsage = recorded.sealed.asksUsage
    // Hanging up on the provider at once is what keeps aborted callers from holding sockets and costing tokens.
    this.#caller.whenLeft(() => {
      this.#source?.abort()
      this.#close('left', undefined)
    })
  }

  /** Before `attach`: what ends the exchange when it ends, and is given back when the exchange is over. */
  liveOn(lease: Lease): void {
    this.#lease = lease
  }

  /** What was permitted, for whoever decides it again. */
  get permitted(): {
    readonly principal: Principal
    readonly action: Action
    readonly resource: Resource
    readonly routedFrom: Resource | undefined
    readonly context: Context
    readonly output: ActsByType
    readonly restoring: Restoring | undefined
  } {
    return {
      principal: this.principal,
      action: this.#action,
      resource: this.#resource,
      routedFrom: this.#routedFrom,
      context: this.#context,
      output: this.#acts,
      restoring: this.#restoring,
    }
  }

  /** Before `head`: whom to hang up on when the caller leaves. */
  attach(source: Source): void {
    this.#source = source
    if (this.#over) source.abort()
  }

  head(status: number, headers: SourceHeaders, source: Source): boolean {
    this.#source = source
    this.#upstreamStatus = status
    const refused = refusedHead(status, headers)
    if (refused !== undefined) {
      this.#refuse(refused)
      return false
    }
    this.#status = status
    this.#passed = passedHeaders(this.#dialect, headers)
    const typed = this.#passed.some((name, at) => at % 2 === 0 && name === 'content-type')
    const { streamType } = this.#bodies
    const isStream = status === 200 && isOfType(headers.get('content-type'), streamType)
    // What is judged is read as events or as JSON, in UTF-8, whatever else the provider called it.
    if (!typed) this.#passed.push('content-type', isStream ? (streamType ?? '') : 'application/json')
    this.#isStream = isStream
    if (isStream) {
      if (this.#look === undefined) {
        this.#lens = this.#bodies.openStream({ guard: this.#guards(), dropUsage: this.#dropUsage })
      }
      this.#lease?.streams()
      if (this.#over) return false
    }
    if (this.#durable === undefined) {
      if (this.#lens !== undefined) this.#sendHead()
      return true
    }
    // The provider's socket waits with us until the intent entry is on disk.
    this.#whenDurable(this.#durable, () => {
      if (this.#lens !== undefined) this.#sendHead()
      source.resume()
    })
    return false
  }

  data(chunk: Buffer): boolean {
    if (this.#over) return false
    this.#meter.responseReceived(chunk)
    const lens = this.#lens
    this.#bytes += chunk.length
    if (this.#isReckoned && this.#isStream) this.#events += eventsIn(chunk)
    if (lens === undefined) {
      if (this.#bytes > this.#parts.answerBytes) {
        this.#refuse(refuse('upstream_failed', `answer of more than ${this.#parts.answerBytes} bytes`))
        return false
      }
      this.#chunks.push(chunk)
      return true
    }
    const out = guarded(() => lens.push(chunk))
    if (this.#vault?.isKept !== false) return this.#pass(out)
    // What was tokenized in it leaves once it could be restored.
    this.#whenKept(this.#vault, () => {
      if (this.#pass(out)) this.#source?.resume()
    })
    return false
  }

  end(): void {
    if (this.#over) return
    const lens = this.#lens
    if (lens === undefined) {
      this.#whole()
      return
    }
    const out = guarded(() => lens.end())
    const last = (): void => {
      this.#pass(out)
      if (this.#over) return
      this.#caller.end()
      this.#close('done', undefined)
    }
    if (this.#vault?.isKept === false) this.#whenKept(this.#vault, last)
    else last()
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

  #whenDurable(durable: Promise<string | undefined>, go: () => void): void {
    durable.then(
      (receipt) => {
        this.#durable = undefined
        if (this.#over) return
        this.#receipt = receipt
        go()
      },
      () => {
        this.#durable = undefined
        this.#refuse(refuse('audit_unavailable', 'intent not durable', { message: NOT_RELEASED, headers: NO_RETRY }))
      },
    )
  }

  /** Ends the exchange from our side at any moment: before the head as a refusal, after it as the dialect's error event. */
  #refuse(refusal: Refusal): void {
    if (this.#over) return
    this.#source?.abort()
    if (this.#durable !== undefined) {
      this.#whenDurable(this.#durable, () => this.#refuse(refusal))
      return
    }
    if (this.#headSent) {
      this.#tear(refusal)
    } else {
      const answer = this.#dialect.refusal(refusal, this.#received.id)
      this.#status = answer.status
      if (!OF_PROVIDER.has(refusal.code)) this.#decision = 'forbid'
      this.#meter.responseSent(answer.body)
      // A refusal is ours: it carries none of the provider's headers.
      const receipt = this.#receipt === undefined ? {} : { 'ostiary-receipt': this.#receipt }
      const own = { 'ostiary-decision': this.#decision, ...receipt }
      const lines = headerLines(own, answer.headers, refusal.headers ?? {})
      this.#caller.head(answer.status, lines, answer.body.length)
      this.#caller.end(answer.body)
    }
    this.#close('refused', refusal)
  }

  #whenKept(vault: VaultSession, go: () => void): void {
    vault.keep().then(
      (how) => {
        if (this.#over) return
        if (how === 'kept') go()
        else this.#refuse(refuse('obligation_failed', 'vault: placeholders clash'))
      },
      () => this.#refuse(refuse('obligation_failed', 'vault: not kept', { headers: NO_RETRY })),
    )
  }

  /** What the model said is judged first, then values are put back. */
  #guards(): ((channel: ChannelKind) => TextGuard) | undefined {
    const restoring = this.#restoring
    const judging = this.#judging()
    return restoring === undefined ? judging : (channel) => restoring.guard(channel, judging?.(channel))
  }

  #judging(): ((channel: ChannelKind) => TextGuard) | undefined {
    if (this.#acts.size === 0) return undefined
    const counts = this.#counts
    const count = (type: FindingType, act: string, times: number): void => {
      counts.found(type, times)
      counts.did(`${act}:${type}`, times)
    }
    return this.#parts.guards(this.#acts, count, (detector) => counts.opened(detector), this.#vault)
  }

  #tear(refusal: Refusal): void {
    const first = this.#lens?.tearFirst?.(refusal)
    const event = this.#lens?.tear(refusal) ?? NOTHING
    if (first === undefined) {
      this.#meter.responseSent(event)
      this.#caller.end(event)
      return
    }
    this.#meter.responseSent(Buffer.concat([first, event]))
    const caller = this.#caller
    apart(() => {
      caller.write(first)
      apart(() => caller.end(event))
    })
  }

  #whole(): void {
    const [first] = this.#chunks
    const body = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks)
    const whole = {
      lens: this.#bodies,
      body,
      acts: this.#acts,
      counts: this.#counts,
      vault: this.#vault,
      restoring: this.#restoring,
      dropUsage: this.#dropUsage,
    }
    const look = this.#look
    if (look === undefined) {
      this.#give(body, judge(this.#parts, whole, undefined))
      return
    }
    const looking = new AbortController()
    this.#looking = looking
    const { labels } = this.#context
    void judgeElsewhere(this.#parts, whole, this.#isStream, (heard) => {
      // It was spent, whether or not anybody gets to see it.
      this.#usage = heard.usage
      const texts = heard.parts.map(({ text }) => text)
      return look(texts, labels, looking.signal)
    }).then((judged) => this.#give(body, judged))
  }

  #give(body: Buffer, { usage, dropped, out }: Judged): void {
    if (this.#over) return
    this.#usage = usage
    this.#dropped = dropped
    if (!Buffer.isBuffer(out)) {
      this.#refuse(out)
      return
    }
    if (this.#vault?.isKept === false) this.#whenKept(this.#vault, () => this.#say(body, out))
    else this.#say(body, out)
  }

  #say(body: Buffer, out: Buffer): void {
    if (this.#isStream) this.#sendHead()
    else {
      if (out !== body) this.#decision = 'transform'
      this.#caller.head(this.#status, this.#lines(), out.length)
      this.#headSent = true
    }
    this.#meter.responseSent(out)
    this.#caller.end(out)
    this.#close('done', undefined)
  }

  #pass(out: Buffer | Refusal): boolean {
    if (!Buffer.isBuffer(out)) {
      this.#refuse(out)
      return false
    }
    if (out.length === 0) return true
    this.#meter.responseSent(out)
    if (this.#caller.write(out)) return true
    this.#caller.whenDrained(() => this.#source?.resume())
    return false
  }

  #sendHead(): void {
    this.#headSent = true
    this.#passed.push('cache-control', 'no-cache')
    this.#caller.head(this.#status, this.#lines(), undefined)
  }

  #lines(): string[] {
    const lines = this.#passed
    for (const name of this.#dialect.idHeaders) lines.push(name, this.#received.id)
    lines.push('ostiary-decision', this.#decision)
    if (this.#receipt !== undefined) lines.push('ostiary-receipt', this.#receipt)
    return lines
  }

  #close(how: Outcome['how'], refusal: Refusal | undefined): void {
    if (this.#over) return
    this.#over = true
    this.#lease?.close()
    this.#looking?.abort()
    this.#chunks = []
    this.#finish({
      how,
      refusal,
      status: how === 'left' && !this.#headSent ? 0 : this.#status,
      upstreamStatus: this.#upstreamStatus,
      usage: this.#usage ?? this.#lens?.usage,
      answerTokens: this.#isReckoned ? roughTokens(this.#bytes, this.#events) : 0,
      findings: this.#counts.findings,
      carriedOut: this.#counts.carriedOut,
      restored: this.#restoring?.outcome,
      droppedEvents: this.#lens?.dropped ?? this.#dropped,
      stream: this.#isStream,
    })
  }
}

const APART_MS = 20

/** What is written at once is read at once: this is late enough for a reader to have had its turn, in this process too. */
function apart(write: () => void): void {
  setTimeout(() => setImmediate(write), APART_MS)
}

const NOT_RELEASED = 'The request cannot be recorded, so its answer was not released.'

const NOTHING = Buffer.alloc(0)

function isOfType(contentType: string | undefined, type: string | undefined): boolean {
  if (contentType === undefined || type === undefined) return false
  const [said = ''] = contentType.split(';', 1)
  return said.trim().toLowerCase() === type
}

function guarded(step: () => Buffer | Refusal): Buffer | Refusal {
  try {
    return step()
  } catch (error) {
    return threw(error)
  }
}
