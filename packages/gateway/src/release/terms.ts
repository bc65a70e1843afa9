import type { Recorded } from '../exchange.js'
import {
  type Action,
  type ActsByType,
  type ChannelKind,
  type Context,
  type Detector,
  type FindingType,
  type Lens,
  type LookElsewhere,
  NO_RETRY,
  type Principal,
  type Refusal,
  type Resource,
  refuse,
  type TextGuard,
  type VaultSession,
  type Verdict,
} from '../spec/index.js'
import { Counts } from './counts.js'
import type { Whole } from './judge.js'
import type { KnownInAnswer } from './known.js'
import { AnswerLabels, type LabelParts } from './labels.js'
import { Releasing } from './releasing.js'
import { Restoring } from './restoring.js'

export interface TermsParts extends LabelParts {
  /** A guard factory for one exchange: counts go to `onFinding`, detectors whose failure is let pass to `onOpen`. */
  readonly guards: (
    acts: ActsByType,
    onFinding: (type: FindingType, act: string, times: number) => void,
    onOpen: (detector: string) => void,
    vault: VaultSession | undefined,
    watching: readonly Detector[],
  ) => (channel: ChannelKind) => TextGuard
  /** Who looks at an answer elsewhere, for these acts on it. */
  readonly elsewhere: ((acts: ActsByType) => LookElsewhere | undefined) | undefined
  /** Decides about `detokenize` for what was permitted. */
  readonly askToRestore: (permitted: Terms, types: readonly FindingType[]) => Verdict
  /** Decides about `release` for what was permitted. */
  readonly askToRelease: (permitted: Terms, labels: readonly string[]) => Verdict
}

/** On what terms an answer may leave: what was permitted and to whom, what is done with its texts, and how often it was. */
export class Terms {
  readonly principal: Principal
  readonly action: Action
  readonly resource: Resource
  readonly routedFrom: Resource | undefined
  readonly context: Context
  /** That labels stay with. */
  readonly session: string | undefined
  /** What brings labels is looked for, whether or not anything else is done about it. */
  readonly output: ActsByType
  readonly lens: Lens
  /** What is tokenized goes there. */
  readonly vault: VaultSession | undefined
  readonly restoring: Restoring | undefined
  /** Where there is one, the whole answer is kept until it has looked: a stream too. */
  readonly look: LookElsewhere | undefined
  /** Somebody wants to know how much came. */
  readonly isReckoned: boolean
  readonly dropUsage: boolean
  /** Labels of what is known in the answer. */
  readonly known: KnownInAnswer | undefined
  /** Whether the reader may have what it has not read itself. */
  readonly releasing: Releasing
  /** Detectors of this exchange alone. */
  readonly watching: readonly Detector[]
  readonly counts: Counts = new Counts()
  readonly #parts: TermsParts
  readonly #labels: AnswerLabels

  constructor(parts: TermsParts, { sealed }: Recorded) {
    const { authenticated, counted, endpoint, model, routedFrom, vault, verdict } = sealed
    this.#labels = new AnswerLabels(parts, authenticated.principal, sealed.labels.session)
    const output = this.#labels.withFlags(verdict.obligations.output)
    this.#parts = parts
    this.principal = authenticated.principal
    this.action = endpoint.action
    this.resource = model.resource
    this.routedFrom = routedFrom?.model.resource
    this.context = verdict.context
    this.session = sealed.labels.session
    this.output = output
    this.lens = endpoint.lens
    this.vault = vault
    this.restoring = vault === undefined ? undefined : new Restoring(vault, (types) => parts.askToRestore(this, types))
    this.known = this.#labels.known
    this.releasing = new Releasing({
      known: this.known,
      held: () => parts.ledger.labelsOf(this.principal, this.session),
      reader: () => parts.ledger.readerLabelsOf(this.principal, this.session),
      ask: (labels) => parts.askToRelease(this, labels),
    })
    this.look = output.size === 0 ? undefined : parts.elsewhere?.(output)
    this.isReckoned = counted !== undefined || model.price !== undefined
    this.dropUsage = sealed.asksUsage
    this.watching = sealed.canary
  }

  /** What the model said is judged first, then values are put back, then what leaves is looked at. Undefined where nothing is to be done. */
  guards(): ((channel: ChannelKind) => TextGuard) | undefined {
    const { known, restoring } = this
    const judging = this.#judging()
    const restored =
      restoring === undefined ? judging : (channel: ChannelKind) => restoring.guard(channel, judging?.(channel))
    return known === undefined ? restored : (channel) => known.guard(restored?.(channel))
  }

  #judging(): ((channel: ChannelKind) => TextGuard) | undefined {
    const { counts, output, vault, watching } = this
    if (output.size === 0) return undefined
    const count = (type: FindingType, act: string, times: number): void => {
      counts.found(type, times)
      counts.did(`${act}:${type}`, times)
    }
    return this.#parts.guards(output, count, (detector) => counts.opened(detector), vault, watching)
  }

  /**
   * What must be durable before anything leaves that was judged by now: values that were tokenized, and labels that were brought.
   * Gives why it could not be; undefined where there is nothing to wait for.
   */
  settled(): Promise<Refusal | undefined> | undefined {
    const withheld = this.releasing.withheld()
    // What does not reach the reader touches nobody.
    if (withheld !== undefined) return Promise.resolve(withheld)
    const gathering = this.#labels.gather(this.counts, this.output)
    const { vault } = this
    if (vault === undefined || vault.isKept) return gathering
    return keptIn(vault).then((refusal) => refusal ?? gathering)
  }

  /** An answer that is whole. */
  whole(body: Buffer): Whole {
    const { counts, dropUsage, known, lens, output: acts, restoring, vault, watching } = this
    return { lens, body, acts, counts, vault, restoring, known, dropUsage, watching }
  }
}

function keptIn(vault: VaultSession): Promise<Refusal | undefined> {
  return vault.keep().then(
    (how) => (how === 'kept' ? undefined : refuse('obligation_failed', 'vault: placeholders clash')),
    () => refuse('obligation_failed', 'vault: not kept', { headers: NO_RETRY }),
  )
}
