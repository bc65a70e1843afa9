import { overLimit } from '../../budgets/sizes.js'
import type { Authenticated, LabelChange, Model, TransferDecided } from '../../exchange.js'
import type { Situation } from '../../files/shelf.js'
import {
  type Context,
  type Elsewhere,
  type Gathering,
  joinObligations,
  type LookElsewhere,
  labelsBrought,
  type Obligations,
  proceed,
  type Refusal,
  type RequestView,
  refuse,
  type Step,
  type Verdict,
  withLabels,
} from '../../spec/index.js'
import { ASKED_MAX } from '../../spec/tokenizer.js'
import { editParts } from '../../transform/transform.js'
import { type AskParts, askOne } from '../ask.js'
import { contextOf } from '../context.js'
import type { JudgeLimits } from '../judge.js'
import type { Learn } from '../learn.js'

export interface TeachParts {
  readonly learn: Learn
  /** Undefined: nobody looks elsewhere. */
  readonly lookFor: (action: Situation['action']) => LookElsewhere | undefined
  readonly limits: JudgeLimits
  readonly gathering: Gathering
  readonly ask: AskParts
}

/** One example that was judged. */
export interface Taught {
  readonly body: Buffer
  readonly line: Omit<Situation, 'lines'>
  readonly decided: TransferDecided
  readonly findings: Readonly<Record<string, number>>
  readonly carriedOut: Readonly<Record<string, number>>
  readonly labels: Pick<LabelChange, 'brought'>
}

/**
 * Judges examples, and documents. Which model they are for is said later, by a job or a request: each is decided on for every model that
 * the caller may use so, what any of these asks for is carried out, and a model that an example may not be shown to is none of those any more.
 */
export class Teaching {
  readonly #parts: TeachParts
  readonly #by: Authenticated
  readonly #action: 'train' | 'invoke'
  #models: readonly Model[]
  #none: Refusal = refuse('model_not_found', 'there is no model that it could be for')

  /** @param action `invoke`: what requests will name */
  constructor(parts: TeachParts, by: Authenticated, models: Iterable<Model>, action: 'train' | 'invoke') {
    this.#parts = parts
    this.#by = by
    this.#action = action
    this.#models = [...models]
    this.#permitting(contextOf(by.received, parts.ask.labelsOf(by)))
  }

  /** Why there is no model that all examples may be shown to; undefined: there is. */
  get refusal(): Refusal | undefined {
    return this.#models.length === 0 ? this.#none : undefined
  }

  /** By the names that callers use. */
  get models(): readonly string[] {
    return this.#models.map(({ resource }) => resource.id)
  }

  async judge(view: RequestView, bytes: Buffer, left: AbortSignal): Promise<Step<Taught>> {
    const { gathering, learn, limits, lookFor } = this.#parts
    if (view.parts.length > limits.parts) return refuse('invalid_request', `${view.parts.length} parts`)
    const look = lookFor(this.#action)
    const had = this.#parts.ask.labelsOf(this.#by)
    const elsewhere = look === undefined ? undefined : await this.#looked(look, view, had, left)
    if (elsewhere !== undefined && 'code' in elsewhere) return elsewhere
    const learnt = learn(view.parts, this.#parts.ask.wantedIn(this.#action), elsewhere)
    if (learnt.kind === 'refuse') return learnt
    const { counts, found, promptTokens, types } = learnt.value
    const sized = { view, bodyBytes: bytes.length, about: promptTokens, counted: undefined, canCount: false }
    const { received } = this.#by
    const uninspectable = view.uninspectable.length > 0
    // One by one, here and below: of an object that is spread V8 makes a hidden class at each line.
    const contextWith = (labels: readonly string[]): Context => ({
      labels,
      findings: types,
      uninspectable,
      promptTokens,
      maxTokens: 0,
      stream: false,
      hasSystemMessage: view.hasSystemMessage,
      hasEffects: view.hasEffects,
      purpose: undefined,
      sourceIp: received.sourceIp,
      timeMs: received.receivedAtMs,
      approvals: [],
    })
    let labels = withLabels(had, labelsBrought(gathering, view.parts, NO_TYPES, undefined))
    let verdicts = this.#permitting(contextWith(labels))
    let obligations = obligationsOf(verdicts)
    for (;;) {
      // What is left in the texts counts too.
      const more = withLabels(labels, labelsBrought(gathering, view.parts, types, obligations.input, found))
      if (more === labels) break
      labels = more
      verdicts = this.#permitting(contextWith(labels))
      obligations = obligationsOf(verdicts)
    }
    const [first] = this.#models
    const [verdict] = verdicts
    if (first === undefined || verdict === undefined) return this.#none
    const over = [limits.sizes, obligations.sizes].map((one) => overLimit(sized, one)).find((it) => it !== undefined)
    if (over !== undefined) return over.kind === 'refuse' ? over : refuse('prompt_too_large', 'not counted')
    const cannot = this.#cannot(obligations)
    if (cannot !== undefined) return cannot
    // Nothing is tokenized: nobody could restore what a model has learnt.
    const edited = editParts(view.parts, found, obligations.input, undefined, ASKED_MAX)
    if (edited.kind === 'refuse') return edited
    const { carriedOut, edits } = edited.value
    const brought = labelsBrought(gathering, view.parts, types, obligations.input, found)
    return proceed({
      body: edits.length === 0 ? bytes : view.edit({ model: undefined, edits }),
      line: {
        action: this.#action,
        models: this.models,
        routedFrom: undefined,
        findings: types,
        labels: brought,
        lookedFor: this.#parts.ask.looksFor(this.#action),
        promptTokens,
        maxTokens: 0,
        uninspectable,
        hasSystemMessage: view.hasSystemMessage,
        stream: false,
        obligations: obligations.sources,
        demand: { about: promptTokens, most: bytes.length, answer: 0, isBounded: true },
      },
      decided: { action: this.#action, model: first, verdict, lines: 1 },
      findings: counts,
      carriedOut,
      labels: { brought },
    })
  }

  /** Detectors elsewhere are shown a text by the labels that it has as far as ours can tell. */
  async #looked(
    look: LookElsewhere,
    { parts }: RequestView,
    had: readonly string[],
    left: AbortSignal,
  ): Promise<Elsewhere | Refusal> {
    const { gathering, learn } = this.#parts
    const learnt = learn(parts, this.#parts.ask.wantedIn(this.#action), undefined)
    if (learnt.kind === 'refuse') return learnt
    const { found, types } = learnt.value
    const labels = withLabels(had, labelsBrought(gathering, parts, types, undefined, found))
    // Whether or not our own are sure: what an example has a model say, which is what it learns, they do not judge.
    return await look(parts, labels, left)
  }

  /** What is decided for those that permit it; the others are none any more. */
  #permitting(context: Context): readonly Verdict[] {
    const verdicts: Verdict[] = []
    this.#models = this.#models.filter((model) => {
      const asked = askOne(this.#parts.ask, this.#by, this.#action, model.resource, context)
      const refusal = asked.kind === 'refuse' ? asked : uninspected(asked.value)
      if (refusal !== undefined) this.#none = refusal
      else if (asked.kind === 'proceed') verdicts.push(asked.value)
      return refusal === undefined
    })
    return verdicts
  }

  #cannot(obligations: Obligations): Refusal | undefined {
    // What is said around a document is said by the request that names it.
    if (this.#action === 'invoke') return undefined
    const [system] = obligations.system
    const what = system?.source ?? (obligations.spotlight === undefined ? obligations.routes[0] : 'spotlight')
    return what === undefined ? undefined : refuse('obligation_failed', `${what}: not for what is learnt from`)
  }
}

const NO_TYPES: readonly string[] = []

function obligationsOf(verdicts: readonly Verdict[]): Obligations {
  return joinObligations(verdicts.flatMap(({ decision }) => (decision.kind === 'permit' ? decision.obligations : [])))
}

/** What nobody can look into is for none but those models that policy lets have it. */
function uninspected({ context, obligations }: Verdict): Refusal | undefined {
  if (!context.uninspectable || obligations.passUninspectable) return undefined
  return refuse('content_uninspectable', 'parts, or the whole of it')
}
