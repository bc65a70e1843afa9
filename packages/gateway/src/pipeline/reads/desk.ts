import { type Authenticated, type LabelChange, type ReadFacts, type RecordedRead, seal } from '../../exchange.js'
import { type Parked, waiting } from '../../grants/parking.js'
import type { Elsewheres } from '../../inspect/elsewhere.js'
import { LEFT } from '../../release/answered.js'
import {
  type ActsByType,
  type Budgeting,
  type Charge,
  type Dataset,
  type Elsewhere,
  type Embedding,
  errorName,
  type Hold,
  labelsBrought,
  labelsOfKnown,
  NO_RETRY,
  type Obligations,
  type Outcome,
  type PartFindings,
  type Price,
  proceed,
  type Refusal,
  refuse,
  type Step,
  subjectOf,
  type TextPart,
  type Vault,
  type VaultSession,
  type Verdict,
  withLabels,
} from '../../spec/index.js'
import type { PartEdits } from '../../transform/transform.js'
import type { AskParts } from '../ask.js'
import type { Entered } from '../call.js'
import type { Learn } from '../learn.js'
import { type Life, type LifeParts, liveOn } from '../life.js'
import type { ReadAction } from './asking.js'
import type { QueryCall, SearchCall, Tables } from './call.js'
import { Places } from './places.js'

/** Edits that carry out acts on texts. */
export type EditTexts = (
  parts: readonly TextPart[],
  found: readonly PartFindings[],
  acts: ActsByType,
  vault: VaultSession | undefined,
) => Step<PartEdits>

export interface ReadParts extends LifeParts {
  readonly ask: AskParts
  readonly learn: Learn
  readonly elsewhere: Elsewheres | undefined
  readonly editTexts: EditTexts
  readonly vault: Vault
  readonly budgets: Budgeting
  readonly configDigest: string
  /** Makes the vector of what a caller looks for, in its name; undefined where the dataset keeps no vectors. */
  readonly embeddingOf: (entered: Entered, dataset: Dataset) => Embedding | undefined
  /** Where a request waits for an approval; gives its id. */
  readonly park: (parked: Parked) => Promise<string>
}

/** What was learnt of the texts of a question. */
export interface Question {
  readonly parts: readonly TextPart[]
  readonly found: readonly PartFindings[]
  /** Families and full types, sorted. */
  readonly types: readonly string[]
  readonly counts: Readonly<Record<string, number>>
}

/** What every read needs of the stages. */
export class ReadDesk {
  readonly parts: ReadParts
  readonly places: Places = new Places()

  constructor(parts: ReadParts) {
    this.parts = parts
  }

  liveOn(authenticated: Authenticated): Life | Refusal {
    return liveOn(this.parts, authenticated)
  }

  /** A place among the reads of the caller's identity; undefined where there was none in time. */
  placeFor(
    { authenticated }: Entered,
    { name }: Dataset,
    { readsMax, stallMs }: Tables,
    life: Life,
  ): ReturnType<Places['take']> {
    return this.places.take(`${name} ${subjectOf(authenticated.principal).uid}`, readsMax, stallMs, life)
  }

  /** Has the texts of a question inspected, here and elsewhere. */
  inspect(
    entered: Entered,
    action: ReadAction,
    texts: readonly string[],
    life: Life,
  ): Step<Question> | Promise<Step<Question>> {
    const { ask, elsewhere, learn } = this.parts
    const parts = texts.map((text, index) => partOf(text, index))
    const wanted = ask.wantedIn(action)
    const learnOf = (seen: Elsewhere | undefined): Step<Question> => {
      const learnt = learn(parts, wanted, seen, entered)
      if (learnt.kind === 'refuse') return learnt
      const { counts, found, types } = learnt.value
      return proceed({ parts, found, types, counts })
    }
    const look = elsewhere?.(wanted)
    return look === undefined ? learnOf(undefined) : look(parts, life.heldLabels(), life.signal).then(learnOf)
  }

  /** The labels that the texts of a question bring, where nothing but these acts becomes of what was found. */
  broughtBy({ found, parts, types }: Question, { input }: Pick<Obligations, 'input'>): readonly string[] {
    return labelsBrought(this.parts.gathering, parts, types, input, found)
  }

  /** What is known again in a question that is refused brings its labels all the same. They hold here at once. */
  gatherKnown({ principal, received }: Authenticated, { found, parts }: Question): void {
    const { gathering, ledger } = this.parts
    const session = ledger.sessionOf(principal, received.headers['ostiary-session'])
    if (session.kind === 'refuse') return
    ledger.gather(principal, session.value, labelsOfKnown(gathering, parts, found))?.catch(ignore)
  }

  /** @param isNeeded something is to be tokenized */
  vaultFor({ principal, received }: Authenticated, isNeeded: boolean): Step<VaultSession | undefined> {
    return isNeeded ? this.parts.vault.open(principal, received.headers['ostiary-session']) : proceed(undefined)
  }

  /** What policies let callers spend, set aside. A read costs no tokens and no money. */
  hold(
    { principal }: Authenticated,
    verdicts: readonly Verdict[],
  ): Step<Hold | undefined> | Promise<Step<Hold | undefined>> {
    if (verdicts.every(({ obligations }) => obligations.spends.length === 0)) return NOT_HELD
    const spends = [...new Set(verdicts.flatMap(({ obligations }) => obligations.spends))]
    const allowance = this.parts.budgets.allowanceOf(principal, undefined, FREE, spends)
    return allowance === undefined ? NOT_HELD : allowance.hold(NOTHING)
  }

  /** Seals, has what it brings on the ledger, and waits until the intent is durable. */
  async record<Content>(
    { authenticated, bracket }: Entered,
    content: Content,
    facts: ReadFacts,
    brought: readonly string[],
    life: Life,
  ): Promise<Step<RecordedRead<Content>>> {
    const gathering = this.#gathered(authenticated, brought, life)
    const labels = gathering instanceof Promise ? await gathering : gathering
    if (labels.kind === 'refuse') return labels
    const sealed = seal.read({ authenticated, content, facts, labels: labels.value })
    const intent = await bracket.recorded(bracket.intendRead(sealed, this.parts.configDigest))
    if (intent.kind === 'refuse') return intent
    return proceed(seal.recordedRead(sealed, intent.value.receipt))
  }

  /** What a read brings is on the ledger, everywhere, before anything of it is seen. */
  #gathered(
    { principal, received }: Authenticated,
    brought: readonly string[],
    life: Life,
  ): Step<LabelChange> | Promise<Step<LabelChange>> {
    const { ledger } = this.parts
    const session = ledger.sessionOf(principal, received.headers['ostiary-session'])
    if (session.kind === 'refuse') return session
    const before = life.heldLabels()
    const change = (): Step<LabelChange> =>
      proceed({ before, after: withLabels(before, brought), brought, session: session.value })
    const writing = ledger.gather(principal, session.value, brought)
    return writing === undefined ? change() : writing.then(change, unwritten)
  }

  /** Ends what was not recorded: what it lives on comes first. Waits for an approval, where one is asked for. */
  async refused(
    entered: Entered,
    call: Pick<QueryCall | SearchCall, 'body' | 'sink'>,
    life: Life | undefined,
    refusal: Refusal,
  ): Promise<Outcome> {
    if (life?.left === true) return LEFT
    const { principal } = entered.authenticated
    const parked = { principal, asked: entered.bracket.asked, body: call.body }
    const why = life?.ended ?? (await waiting(this.parts.park, parked, refusal))
    const challenged = this.parts.ask.challenged(why, entered.authenticated)
    return { ...LEFT, how: 'refused', refusal: challenged, status: call.sink.refuse(challenged, undefined) }
  }
}

function partOf(text: string, index: number): TextPart {
  return { role: 'user', address: `/${index}`, text, isName: false, isJson: false }
}

function unwritten(error: unknown): Refusal {
  return refuse('overloaded', `ledger: not written (${errorName(error)})`, {
    message: 'What this read would bring cannot be recorded at the moment, so nothing was read.',
    headers: NO_RETRY,
  })
}

export const TOO_MANY: Refusal = refuse('overloaded', 'as many reads of one identity as may be', {
  message: 'You have as many reads of this dataset under way as one may.',
  headers: NO_RETRY,
})

const NOT_HELD: Step<undefined> = proceed(undefined)
const FREE: Price = { input: 0, output: 0 }
const NOTHING = { prompt: { about: 0, most: 0 }, answer: 0, isBounded: true } as const
/** Counts what was given, and gives back what was set aside for nothing. */
export async function settled(hold: Hold | undefined, giving: Promise<Outcome>): Promise<Outcome> {
  let isGiven = false
  try {
    const outcome = await giving
    isGiven = outcome.how === 'done' || (outcome.rows ?? 0) > 0
    return outcome
  } finally {
    if (isGiven) hold?.settle(NO_CHARGE)
    else hold?.release()
  }
}

/** A read costs no tokens and no money. */
const NO_CHARGE: Charge = { inputTokens: 0, outputTokens: 0, micro: undefined, isEstimate: false }

function ignore(): void {}
