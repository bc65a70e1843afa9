import { overLimit } from '../../budgets/sizes.js'
import type { Authenticated, Model, TransferDecided } from '../../exchange.js'
import type { Situation } from '../../files/shelf.js'
import {
  type Context,
  joinObligations,
  type LookElsewhere,
  type Obligations,
  proceed,
  type Refusal,
  type RequestView,
  refuse,
  type Step,
  type Verdict,
} from '../../spec/index.js'
import { ASKED_MAX } from '../../spec/tokenizer.js'
import { editParts } from '../../transform/transform.js'
import { contextOf, NO_LABELS } from '../context.js'
import type { JudgeLimits } from '../judge.js'
import type { Learn } from '../learn.js'
import { type AskParts, askOne } from './ask.js'

export interface TeachParts {
  readonly learn: Learn
  /** Undefined: nobody looks elsewhere. */
  readonly lookFor: (action: Situation['action']) => LookElsewhere | undefined
  readonly limits: JudgeLimits
  readonly ask: AskParts
}

/** One example that was judged. */
export interface Taught {
  readonly body: Buffer
  readonly line: Omit<Situation, 'lines'>
  readonly decided: TransferDecided
  readonly findings: Readonly<Record<string, number>>
  readonly carriedOut: Readonly<Record<string, number>>
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
    this.#permitting(contextOf(by.received))
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
    const { learn, limits, lookFor } = this.#parts
    if (view.parts.length > limits.parts) return refuse('invalid_request', `${view.parts.length} parts`)
    const look = lookFor(this.#action)
    const texts = view.parts.map(({ text }) => text)
    const elsewhere = await look?.(texts, NO_LABELS, left)
    const learnt = learn(view.parts, elsewhere)
    if (learnt.kind === 'refuse') return learnt
    const { counts, found, promptTokens, types } = learnt.value
    const sized = { view, bodyBytes: bytes.length, about: promptTokens, counted: undefined, canCount: false }
    const { received } = this.#by
    // One by one, here and below: of an object that is spread V8 makes a hidden class at each line.
    const context: Context = {
      labels: NO_LABELS,
      findings: types,
      uninspectable: view.uninspectable.length > 0,
      promptTokens,
      maxTokens: 0,
      stream: false,
      hasSystemMessage: view.hasSystemMessage,
      purpose: undefined,
      sourceIp: received.sourceIp,
      timeMs: received.receivedAtMs,
      approvals: [],
    }
    const verdicts = this.#permitting(context)
    const [first] = this.#models
    const [verdict] = verdicts
    if (first === undefined || verdict === undefined) return this.#none
    const obligations = joinObligations(
      verdicts.flatMap(({ decision }) => (decision.kind === 'permit' ? decision.obligations : [])),
    )
    const over = [limits.sizes, obligations.sizes].map((one) => overLimit(sized, one)).find((it) => it !== undefined)
    if (over !== undefined) return over.kind === 'refuse' ? over : refuse('prompt_too_large', 'not counted')
    const cannot = this.#cannot(obligations)
    if (cannot !== undefined) return cannot
    // Nothing is tokenized: nobody could restore what a model has learnt.
    const edited = editParts(view.parts, found, obligations.input, undefined, ASKED_MAX)
    if (edited.kind === 'refuse') return edited
    const { carriedOut, edits } = edited.value
    return proceed({
      body: edits.length === 0 ? bytes : view.edit({ model: undefined, edits }),
      line: {
        action: this.#action,
        models: this.models,
        routedFrom: undefined,
        findings: types,
        promptTokens,
        maxTokens: 0,
        uninspectable: context.uninspectable,
        hasSystemMessage: view.hasSystemMessage,
        stream: false,
        obligations: obligations.sources,
        demand: { about: promptTokens, most: bytes.length, answer: 0, isBounded: true },
      },
      decided: { action: this.#action, model: first, verdict, lines: 1 },
      findings: counts,
      carriedOut,
    })
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

/** What nobody can look into is for none but those models that policy lets have it. */
function uninspected({ context, obligations }: Verdict): Refusal | undefined {
  if (!context.uninspectable || obligations.passUninspectable) return undefined
  return refuse('content_uninspectable', 'parts, or the whole of it')
}
