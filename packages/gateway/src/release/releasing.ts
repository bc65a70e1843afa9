import { type Refusal, type Released, refuse, type Verdict, withLabels } from '../spec/index.js'
import type { KnownInAnswer } from './known.js'

/** Decides about `release` with these labels of what the reader has not read itself. Undefined: there is nothing to ask about. */
export type AskToRelease = (labels: readonly string[]) => Verdict | undefined

export interface ReleasingParts {
  readonly known: KnownInAnswer | undefined
  /** Labels that the exchange is decided with, its actor's among them. */
  readonly held: () => readonly string[]
  /** Labels of whoever reads the answer. */
  readonly reader: () => readonly string[]
  readonly ask: AskToRelease
}

/**
 * Whether an answer may be released to its reader that depends on what the reader has not read itself: on what its actor has
 * gathered for others, or on values that were released to others and are in the text. It is asked only where there is such.
 */
export class Releasing {
  readonly #parts: ReleasingParts
  /** Of what is known in the answer, and was not the reader's before. */
  #foreign: readonly string[] = NONE
  /** As many labels of the answer have been told apart. */
  #seen = 0
  #asked: string | undefined
  #released: Released | undefined

  constructor(parts: ReleasingParts) {
    this.#parts = parts
  }

  /** Undefined where nobody was asked. */
  get outcome(): Released | undefined {
    return this.#released
  }

  /** Before anything leaves, and before what is in it is on the reader's ledger: why it does not. */
  withheld(): Refusal | undefined {
    const labels = this.#labels()
    if (labels.length === 0 || labels.join(' ') === this.#asked) return undefined
    return this.#decide(labels, this.#parts.ask)
  }

  /** By other policies, or at another moment. */
  decideAgain(ask: AskToRelease): Refusal | undefined {
    const labels = this.#labels()
    return labels.length === 0 ? undefined : this.#decide(labels, ask)
  }

  #labels(): readonly string[] {
    const { held, known, reader } = this.#parts
    const found = known?.labels ?? NONE
    const own = found.length === this.#seen ? undefined : reader()
    if (own !== undefined) {
      this.#seen = found.length
      this.#foreign = withLabels(
        this.#foreign,
        found.filter((label) => !own.includes(label)),
      )
    }
    const all = held()
    if (all.length === 0) return this.#foreign
    const borrowedFrom = reader()
    if (borrowedFrom === all) return this.#foreign
    return withLabels(
      this.#foreign,
      all.filter((label) => !borrowedFrom.includes(label)),
    )
  }

  #decide(labels: readonly string[], ask: AskToRelease): Refusal | undefined {
    const verdict = ask(labels)
    this.#asked = labels.join(' ')
    this.#released = verdict === undefined ? undefined : { labels, verdict }
    if (verdict?.decision.kind === 'permit') return undefined
    const by =
      verdict === undefined
        ? 'nobody asked'
        : `${verdict.decision.kind} by ${verdict.decision.determining.join(', ') || 'default'}`
    return refuse('forbidden_by_policy', `release: ${by}`, {
      message: 'Policy does not permit this answer to be released: it depends on data that its reader has not read.',
    })
  }
}

const NONE: readonly string[] = []
