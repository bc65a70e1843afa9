import type { Authenticated } from '../exchange.js'
import type { Grants } from '../grants/grants.js'
import type { Permitted, PermittedReading } from '../grants/permitted.js'
import { AnswerLabels } from '../release/labels.js'
import { Releasing } from '../release/releasing.js'
import {
  type Action,
  type ActsByType,
  type Gathering,
  type Ledger,
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
export interface Life {
  /** Why it ended; undefined: it goes on. */
  readonly ended: Refusal | undefined
  readonly left: boolean
  /** Which the caller has now. */
  readonly heldLabels: () => readonly string[]
  /** Which answers about it bring. */
  readonly labels: AnswerLabels
  /** Whether its reader may have what it has not read itself, of answers about what was decided. */
  releasing(decided: readonly LivingOn[]): Releasing
  /** Aborted when it is over. */
  readonly signal: AbortSignal
  /** Called once when it ends or the caller leaves. */
  whenOver(listener: () => void): void
  /** From now on it streams, and lives on what was decided too. */
  livesOn(decided: readonly LivingOn[], output: ActsByType): void
  close(): void
}

/** It lives on the caller being there, and on its credential not being revoked. */
export function liveOn(parts: LifeParts, { principal, received }: Authenticated): Life | Refusal {
  const { grants, ledger } = parts
  const session = ledger.sessionOf(principal, received.headers['ostiary-session'])
  if (session.kind === 'refuse') return session
  const labels = new AnswerLabels(parts, principal, session.value)
  let ended: Refusal | undefined
  const listeners: (() => void)[] = []
  const signal = new AbortController()
  listeners.push(() => signal.abort())
  const over = (): void => {
    for (const one of listeners.splice(0)) one()
  }
  const end = (refusal: Refusal): void => {
    ended ??= refusal
    over()
  }
  let releasing: Releasing | undefined
  const grant = grants.open({ principal, permitted: undefined, ended: end })
  if ('kind' in grant) return grant
  const live = [grant]
  const { caller } = received
  caller.whenLeft(over)
  const reader = (): readonly string[] => ledger.readerLabelsOf(principal, session.value)
  const releasingOf = (decided: readonly LivingOn[]): Releasing => {
    // Files and jobs are nothing that an actor says from memory: only what stands in them counts.
    releasing ??= new Releasing({
      ...{ known: labels.known, held: reader, reader },
      ask: (more) =>
        releasedBy(decided, (one) => parts.askToRelease({ ...one, principal, session: session.value }, more)),
    })
    return releasing
  }
  return {
    get ended() {
      return ended
    },
    get left() {
      return caller.left
    },
    heldLabels: () => ledger.labelsOf(principal, session.value),
    labels,
    signal: signal.signal,
    whenOver(listener) {
      if (ended !== undefined || caller.left) listener()
      else listeners.push(listener)
    },
    livesOn(decided, output) {
      const releasing = releasingOf(decided)
      for (const { action, reading, resource, routedFrom, verdict } of decided) {
        // What was routed lives on both permits, together.
        if (verdict.obligations.routes.some((route) => route !== resource.id)) continue
        const permitted = {
          ...{ principal, action, resource, session: session.value, restoring: undefined },
          ...{ context: verdict.context, output: labels.withFlags(output), routedFrom },
          ...(reading === undefined ? {} : { reading }),
          releasing,
        }
        const more = grants.open({ principal, permitted, ended: end })
        if ('kind' in more) return end(more)
        live.push(more)
        // What rose or changed while it was recorded found no grant of it.
        const risen = parts.endedNow(permitted)
        if (risen !== undefined) return end(risen)
        more.streams()
      }
    },
    releasing: releasingOf,
    close() {
      for (const one of live) one.close()
    },
  }
}

export function overBy({ ended }: Pick<Life, 'ended'>): Refusal {
  return ended ?? refuse('invalid_request', 'the caller left')
}

/** All of them must permit it; undefined: nothing was decided that could be asked about. */
function releasedBy(
  decided: readonly LivingOn[],
  ask: (one: Omit<LivingOn, 'verdict'> & Pick<Verdict, 'context'>) => Verdict,
): Verdict | undefined {
  const verdicts = decided.map(({ verdict, ...one }) => ask({ ...one, context: verdict.context }))
  return verdicts.find(({ decision }) => decision.kind !== 'permit') ?? verdicts[0]
}
