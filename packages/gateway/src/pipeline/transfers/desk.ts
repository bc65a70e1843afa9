import { hash } from 'node:crypto'
import type { Bracket } from '../../audit/audit.js'
import {
  type Authenticated,
  type LabelChange,
  type Model,
  type RecordedTransfer,
  type SealedTransfer,
  seal,
  type TransferDecided,
  type TransferFacts,
} from '../../exchange.js'
import type { Shelf } from '../../files/shelf.js'
import type { Spools } from '../../files/spool.js'
import type { Forward, TransferAt } from '../../forward/forward.js'
import type { Counts } from '../../release/counts.js'
import { type Judging, judge, judgeElsewhere, threw } from '../../release/judge.js'
import { type HeldAnswer, Holding } from '../../release/transfer-answer.js'
import {
  type ActsByType,
  type Clock,
  type Dialect,
  errorName,
  type Lens,
  type LookElsewhere,
  proceed,
  type Refusal,
  refuse,
  type Step,
  type TransferRoute,
  type Transfers,
  withLabels,
} from '../../spec/index.js'
import type { Entered } from '../call.js'
import { type Life, type LifeParts, type LivingOn, liveOn, overBy } from '../life.js'

/** What is asked of files or jobs. */
export interface TransferCall {
  readonly dialect: Dialect
  readonly transfers: Transfers
  readonly route: TransferRoute
  /** That the path names; undefined where it names none. */
  readonly id: string | undefined
  /** Of the query, what the route lists. */
  readonly query: ReadonlyMap<string, string>
  /** Who keeps it. */
  readonly provider: string
  /** Of that provider alone, by the name that callers use. */
  readonly models: ReadonlyMap<string, Model>
}

/** What transfers are made with. */
export interface TransferParts {
  readonly shelf: Shelf
  readonly spools: Spools
  /** Of one upload. */
  readonly uploadBytes: number
  /** Of one line: it is judged as the body of a request would be. */
  readonly lineBytes: number
}

export interface DeskParts extends TransferParts, LifeParts {
  readonly clock: Clock
  readonly forward: Forward
  readonly judging: Judging
  readonly elsewhere: ((acts: ActsByType) => LookElsewhere | undefined) | undefined
  readonly answerBytes: number
  readonly configDigest: string
}

/** What every transfer needs of the stages. */
export class Desk {
  readonly parts: DeskParts

  constructor(parts: DeskParts) {
    this.parts = parts
  }

  liveOn(authenticated: Authenticated): Life | Refusal {
    return liveOn(this.parts, authenticated)
  }

  /** Seals, and waits until the intent is durable. */
  async record(
    { authenticated, bracket }: Entered,
    { dialect, provider, route }: TransferCall,
    content: SealedTransfer['content'],
    facts: TransferFacts,
  ): Promise<Step<RecordedTransfer>> {
    const labels = await this.#gathered(authenticated, facts.brought)
    if (labels.kind === 'refuse') return labels
    const sealed = seal.transfer({ authenticated, dialect, provider, route, content, facts, labels: labels.value })
    const intent = await bracket.recorded(bracket.intendTransfer(sealed, this.parts.configDigest))
    if (intent.kind === 'refuse') return intent
    return proceed(seal.recordedTransfer(sealed, intent.value.receipt))
  }

  /** Asks the provider, and waits for its whole answer. */
  ask(recorded: RecordedTransfer, at: TransferAt, bracket: Bracket, life: Life): Promise<HeldAnswer | Refusal> {
    return new Promise((resolve) => {
      const { dialect } = recorded.sealed
      const holding = new Holding(dialect, bracket, this.parts.answerBytes, resolve)
      const upstream = this.parts.forward.transfer(recorded, at, holding)
      life.whenOver(() => {
        upstream.abort()
        resolve(overBy(life))
      })
    })
  }

  /** What texts bring is on the ledger, everywhere, before anything leaves. */
  async #gathered(
    { principal, received }: Authenticated,
    brought: readonly string[],
  ): Promise<Step<Pick<LabelChange, 'before' | 'after'>>> {
    const { ledger } = this.parts
    const session = ledger.sessionOf(principal, received.headers['ostiary-session'])
    if (session.kind === 'refuse') return session
    const before = ledger.labelsOf(principal, session.value)
    try {
      await ledger.gather(principal, session.value, brought)
      return proceed({ before, after: withLabels(before, brought) })
    } catch (error) {
      return refuse('overloaded', `ledger: not written (${errorName(error)})`)
    }
  }

  /** Judges an answer that is whole, and has what it brings on the ledger. */
  async judged(
    lens: Pick<Lens, 'readAnswer'>,
    body: Buffer,
    asked: ActsByType,
    counts: Counts,
    life: Life,
    { sealed }: RecordedTransfer,
  ): Promise<Buffer | Refusal> {
    const acts = life.labels.withFlags(asked)
    const releasing = life.releasing(sealed.facts.decided.map(livingOf))
    const out = await this.#judged(lens, body, acts, counts, life)
    const withheld = releasing.withheld()
    counts.released = releasing.outcome
    // What does not reach the reader touches nobody.
    if (withheld !== undefined) return withheld
    return (await life.labels.gather(counts, acts)) ?? out
  }

  async #judged(
    lens: Pick<Lens, 'readAnswer'>,
    body: Buffer,
    acts: ActsByType,
    counts: Counts,
    { heldLabels, labels, signal }: Life,
  ): Promise<Buffer | Refusal> {
    const whole = {
      ...{ lens: lens as Lens, body, acts, counts, known: labels.known },
      ...{ vault: undefined, restoring: undefined, dropUsage: false, watching: [] },
    }
    const { elsewhere, judging } = this.parts
    const look = acts.size === 0 ? undefined : elsewhere?.(acts)
    try {
      if (look === undefined) return judge(judging, whole, undefined).out
      const seen = await judgeElsewhere(judging, whole, false, ({ parts }) => look(parts, heldLabels(), signal))
      return seen.out
    } catch (error) {
      return threw(error)
    }
  }
}

/** Where it is at the provider. */
export function at(
  { method, upstreamPath }: TransferRoute,
  id: string | undefined,
  query: ReadonlyMap<string, string>,
): TransferAt {
  const path = id === undefined ? upstreamPath : upstreamPath.replace('{id}', id)
  const written = [...query]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
  return { method, path: written === '' ? path : `${path}?${written}`, hasContent: true }
}

/** What is known of a transfer that sends nothing of its own. */
export function plainFacts(id: string | undefined, decided: TransferFacts['decided']): TransferFacts {
  return { decided, id, purpose: undefined, lines: 0, findings: {}, carriedOut: {}, brought: [], digests: undefined }
}

export function digestOf(body: Buffer): string {
  return hash('sha256', body, 'hex')
}

/** What was decided, for what lives on it. */
export function livingOf({ action, model, routedFrom, verdict }: TransferDecided): LivingOn {
  return { action, resource: model.resource, routedFrom: routedFrom?.resource, verdict }
}
