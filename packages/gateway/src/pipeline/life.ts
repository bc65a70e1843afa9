import type { Authenticated } from '../exchange.js'
import type { Grant, Grants } from '../grants/grants.js'
import type { Permitted, PermittedReading } from '../grants/permitted.js'
import { AnswerLabels } from '../release/labels.js'
import { Releasing } from '../release/releasing.js'
import {
  type Action,
  type ActsByType,
  type Caller,
  type Ending,
  type Gathering,
  type Ledger,
  type Principal,
  type Refusal,
  type Resource,
  refuse,
  type Verdict,
} from '../spec/index.js'

export interface LifeParts {
  readonly grants: Grants
  readonly ledger: Ledger
  readonly gathering: Gathering
  /** Why what was permitted is so no more at this moment; undefined: it is. */
  readonly endedNow: (permitted: Permitted) => Refusal | undefined
  /** Decides about `release` for what was permitted. */
  readonly askToRelease: (
    permitted: Pick<Permitted, 'principal' | 'resource' | 'context' | 'session'>,
    labels: readonly string[],
  ) => Verdict
}

/** What was decided, for what lives on it. */
export interface LivingOn {
  readonly action: Action
  readonly resource: Resource
  /** That was asked for, where policy routed it. */
  readonly routedFrom: Resource | undefined
  readonly verdict: Verdict
  readonly reading?: PermittedReading
}

/** The end of what a call lives on whose answer is no model's. */
export interface Life extends Ending {
  /** Why it ended; undefined: it goes on. */
  readonly ended: Refusal | undefined
  readonly left: boolean
  /** Which the caller has now. */
  heldLabels(): readonly string[]
  /** Which answers about it bring. */
  readonly labels: AnswerLabels
  /** Whether its reader may have what it has not read itself, of answers about what was decided. */
  releasing(decided: readonly LivingOn[]): Releasing
  /** The same end for those who want the platform's own. */
  readonly signal: AbortSignal
  /** Called once when it ends or the caller leaves. */
  whenOver(listener: () => void): void
  /** From now on it streams, and lives on what was decided too. */
  livesOn(decided: readonly LivingOn[], output: ActsByType): void
  close(): void
}

/** It lives on the caller being there, and on its credential not being revoked. */
export function liveOn(parts: LifeParts, { principal, received }: Authenticated): Life | Refusal {
  const session = parts.ledger.sessionOf(principal, received.headers['ostiary-session'])
  if (session.kind === 'refuse') return session
  const life = new OpenLife(parts, principal, received.caller, session.value)
  return life.begin() ?? life
}

/** A class: of a call that is over in a moment, closures and what they hold are much of what it costs. */
class OpenLife implements Life {
  readonly labels: AnswerLabels
  readonly #principal: Principal
  readonly #parts: LifeParts
  readonly #caller: Caller
  readonly #session: string | undefined
  readonly #live: Grant[] = []
  #listeners: (() => void)[] = []
  #ended: Refusal | undefined
  #releasing: Releasing | undefined
  #controller: AbortController | undefined

  constructor(parts: LifeParts, principal: Principal, caller: Caller, session: string | undefined) {
    this.labels = new AnswerLabels(parts, principal, session)
    this.#principal = principal
    this.#parts = parts
    this.#caller = caller
    this.#session = session
  }

  /** @returns why it does not begin */
  begin(): Refusal | undefined {
    const ended = (refusal: Refusal): void => this.#end(refusal)
    const grant = this.#parts.grants.open({ principal: this.#principal, permitted: undefined, ended })
    if ('kind' in grant) return grant
    this.#live.push(grant)
    this.#caller.whenLeft(() => this.#over())
    return undefined
  }

  get ended(): Refusal | undefined {
    return this.#ended
  }

  get left(): boolean {
    return this.#caller.left
  }

  get aborted(): boolean {
    return this.#ended !== undefined || this.#caller.left
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController()
      this.#controller = controller
      this.whenOver(() => controller.abort())
    }
    return this.#controller.signal
  }

  heldLabels(): readonly string[] {
    return this.#parts.ledger.labelsOf(this.#principal, this.#session)
  }

  whenOver(listener: () => void): void {
    if (this.aborted) listener()
    else this.#listeners.push(listener)
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.push(listener)
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const at = this.#listeners.indexOf(listener)
    if (at >= 0) this.#listeners.splice(at, 1)
  }

  releasing(decided: readonly LivingOn[]): Releasing {
    // Files and jobs are nothing that an actor says from memory: only what stands in them counts.
    const reader = (): readonly string[] => this.#parts.ledger.readerLabelsOf(this.#principal, this.#session)
    this.#releasing ??= new Releasing({
      known: this.labels.known,
      held: reader,
      reader,
      ask: (more) => this.#released(decided, more),
    })
    return this.#releasing
  }

  livesOn(decided: readonly LivingOn[], output: ActsByType): void {
    const releasing = this.releasing(decided)
    const ended = (refusal: Refusal): void => this.#end(refusal)
    for (const one of decided) {
      // What was routed lives on both permits, together.
      if (one.verdict.obligations.routes.some((route) => route !== one.resource.id)) continue
      const permitted = this.#permittedOf(one, output, releasing)
      const more = this.#parts.grants.open({ principal: this.#principal, permitted, ended })
      if (!('kind' in more)) this.#live.push(more)
      // What rose or changed while it was recorded found no grant of it.
      const why = 'kind' in more ? more : this.#parts.endedNow(permitted)
      if (why !== undefined) {
        this.#end(why)
        return
      }
      if (!('kind' in more)) more.streams()
    }
  }

  close(): void {
    for (const one of this.#live) one.close()
  }

  #end(refusal: Refusal): void {
    this.#ended ??= refusal
    this.#over()
  }

  #over(): void {
    const listeners = this.#listeners
    this.#listeners = []
    for (const one of listeners) one()
  }

  #permittedOf(
    { action, reading, resource, routedFrom, verdict: { context } }: LivingOn,
    output: ActsByType,
    releasing: Releasing,
  ): Permitted {
    const permitted = {
      principal: this.#principal,
      action,
      resource,
      session: this.#session,
      restoring: undefined,
      context,
      output: this.labels.withFlags(output),
      routedFrom,
      releasing,
    }
    return reading === undefined ? permitted : { ...permitted, reading }
  }

  /** All of them must permit it; undefined: nothing was decided that could be asked about. */
  #released(decided: readonly LivingOn[], more: readonly string[]): Verdict | undefined {
    const session = this.#session
    const verdicts = decided.map(({ resource, verdict: { context } }) =>
      this.#parts.askToRelease({ principal: this.#principal, resource, context, session }, more),
    )
    return verdicts.find(({ decision }) => decision.kind !== 'permit') ?? verdicts[0]
  }
}

export function overBy({ ended }: Pick<Life, 'ended'>): Refusal {
  return ended ?? refuse('invalid_request', 'the caller left')
}
