import {
  type ActsByType,
  errorName,
  type Gathering,
  type Ledger,
  labelsBrought,
  NO_RETRY,
  type Principal,
  type Refusal,
  refuse,
} from '../spec/index.js'
import type { Counts } from './counts.js'
import { KnownInAnswer } from './known.js'

export interface LabelParts {
  readonly ledger: Pick<Ledger, 'gather' | 'labelsOf' | 'readerLabelsOf'>
  readonly gathering: Gathering
}

/** The labels that answers bring to whoever reads them. */
export class AnswerLabels {
  readonly #parts: LabelParts
  readonly #principal: Principal
  readonly #session: string | undefined
  /** What was released to others, or before, and is in the answer; undefined where nothing can be. */
  readonly known: KnownInAnswer | undefined
  /** As many types of findings, and labels of what is known, have brought what they bring. */
  #gathered = 0

  /** @param session that labels stay with */
  constructor(parts: LabelParts, principal: Principal, session: string | undefined) {
    this.#parts = parts
    this.#principal = principal
    this.#session = session
    const { known } = parts.gathering
    this.known = known === undefined || known.isEmpty ? undefined : new KnownInAnswer(known)
  }

  /** The same acts, with all that brings labels looked for. */
  withFlags(acts: ActsByType): ActsByType {
    const { findings } = this.#parts.gathering
    if (findings.size === 0) return acts
    const all = new Map(acts)
    for (const type of findings.keys()) if (!all.has(type)) all.set(type, 'flag')
    return all
  }

  /**
   * What was found and is left brings its labels. To be waited for before anything more leaves; gives why they could not be written.
   *
   * @returns undefined where there is nothing to wait for
   */
  gather(counts: Counts, acts: ActsByType): Promise<Refusal | undefined> | undefined {
    const known = this.known?.labels ?? NONE
    const gathered = counts.types + known.length
    if (gathered === this.#gathered) return undefined
    this.#gathered = gathered
    const brought = [...labelsBrought(this.#parts.gathering, [], Object.keys(counts.findings), acts), ...known]
    return this.#parts.ledger.gather(this.#principal, this.#session, brought)?.then(
      () => undefined,
      (error: unknown) => refuse('overloaded', `ledger: not written (${errorName(error)})`, { headers: NO_RETRY }),
    )
  }
}

const NONE: readonly string[] = []
