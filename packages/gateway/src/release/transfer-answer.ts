import {
  type Caller,
  type Dialect,
  headerLines,
  type Outcome,
  type Received,
  type Refusal,
  refuse,
} from '../spec/index.js'
import type { Counts } from './counts.js'
import { objectionTo, passedOf, type SourceHeaders } from './head.js'
import type { Source } from './release.js'
import type { Meter } from './reply.js'

/** An answer of the provider that is whole, before it is judged. */
export interface HeldAnswer {
  readonly status: number
  /** Of the provider's headers, what passes. */
  readonly passed: readonly string[]
  readonly body: Buffer
}

/** Keeps an answer until it is whole. Whoever sends says to whom it is told. */
export class Holding {
  readonly #dialect: Dialect
  readonly #meter: Meter
  readonly #atMost: number
  readonly #tell: (answer: HeldAnswer | Refusal) => void
  readonly #chunks: Buffer[] = []
  #passed: readonly string[] = []
  #status = 0
  #bytes = 0
  #over = false

  constructor(dialect: Dialect, meter: Meter, atMost: number, tell: (answer: HeldAnswer | Refusal) => void) {
    this.#dialect = dialect
    this.#meter = meter
    this.#atMost = atMost
    this.#tell = tell
  }

  head(status: number, headers: SourceHeaders, source: Source): boolean {
    const refused = objectionTo(status, headers)
    if (refused !== undefined) {
      source.abort()
      this.failed(refused)
      return false
    }
    this.#status = status
    this.#passed = passedOf(this.#dialect, headers, 'application/json')
    return true
  }

  data(chunk: Buffer): boolean {
    if (this.#over) return false
    this.#meter.responseReceived(chunk)
    this.#bytes += chunk.length
    if (this.#bytes > this.#atMost) {
      this.failed(refuse('upstream_failed', `answer of more than ${this.#atMost} bytes`))
      return false
    }
    this.#chunks.push(chunk)
    return true
  }

  end(): void {
    this.#end({ status: this.#status, passed: this.#passed, body: Buffer.concat(this.#chunks) })
  }

  failed(refusal: Refusal): void {
    this.#end(refusal)
  }

  #end(answer: HeldAnswer | Refusal): void {
    if (this.#over) return
    this.#over = true
    this.#tell(answer)
  }
}

/** What the caller of a transfer is answered with beside the body. */
export interface Answering {
  readonly received: Received
  readonly dialect: Dialect
  readonly receipt: string | undefined
  readonly meter: Meter
}

export function ownLines({ dialect, received, receipt }: Answering, decision: string): string[] {
  const lines: string[] = []
  for (const name of dialect.idHeaders) lines.push(name, received.id)
  lines.push('ostiary-decision', decision)
  if (receipt !== undefined) lines.push('ostiary-receipt', receipt)
  return lines
}

/** Gives the caller an answer that was judged. */
export function giveWhole(
  answering: Answering,
  held: Pick<HeldAnswer, 'status' | 'passed'>,
  body: Buffer,
  isChanged: boolean,
  counts: Counts,
): Outcome {
  const { received, meter } = answering
  meter.responseSent(body)
  const lines = [...held.passed, ...ownLines(answering, isChanged ? 'transform' : 'permit')]
  received.caller.head(held.status, lines, body.length)
  received.caller.end(body)
  return outcomeOf('done', undefined, held.status, held.status, counts)
}

/** Refuses what was recorded. */
export function giveRefusal(answering: Answering, refusal: Refusal, upstreamStatus: number, counts: Counts): Outcome {
  const { received, dialect, receipt, meter } = answering
  const wire = dialect.refusal(refusal, received.id)
  const decision = OF_PROVIDER.has(refusal.code) ? 'permit' : 'forbid'
  const own = { 'ostiary-decision': decision, ...(receipt === undefined ? {} : { 'ostiary-receipt': receipt }) }
  meter.responseSent(wire.body)
  received.caller.head(wire.status, headerLines(own, wire.headers, refusal.headers ?? {}), wire.body.length)
  received.caller.end(wire.body)
  return outcomeOf('refused', refusal, wire.status, upstreamStatus, counts)
}

/** Refusals that are no decision of ours: what was permitted stays permitted. */
const OF_PROVIDER: ReadonlySet<string> = new Set(['upstream_failed', 'upstream_timeout'])

export function outcomeOf(
  how: Outcome['how'],
  refusal: Refusal | undefined,
  status: number,
  upstreamStatus: number,
  counts: Counts,
): Outcome {
  // One by one: an object that others are spread into costs many times as much.
  return {
    how,
    refusal,
    status,
    upstreamStatus,
    usage: undefined,
    answerTokens: 0,
    restored: undefined,
    droppedEvents: 0,
    stream: false,
    findings: counts.findings,
    carriedOut: counts.carriedOut,
    released: counts.released,
  }
}

/** Waits until the caller takes more, or leaves. One listener for all the times that one answer waits. */
export function draining(caller: Caller): () => Promise<void> {
  let goOn: (() => void) | undefined
  caller.whenLeft(() => goOn?.())
  return () =>
    new Promise((resolve) => {
      goOn = resolve
      caller.whenDrained(resolve)
    })
}
