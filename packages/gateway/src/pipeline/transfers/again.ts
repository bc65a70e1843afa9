import type { Authenticated, Model, TransferDecided } from '../../exchange.js'
import type { Situation } from '../../files/shelf.js'
import {
  ACTS,
  type Act,
  type ActsByType,
  type FindingType,
  isTermType,
  joinObligations,
  type Obligation,
  type Obligations,
  parseObligation,
  proceed,
  type Refusal,
  type Resource,
  refuse,
  type Size,
  type Step,
  type Verdict,
  withLabels,
} from '../../spec/index.js'
import { type AskParts, askOne } from '../ask.js'
import { contextOf } from '../context.js'

export interface AgainParts extends AskParts {
  readonly models: ReadonlyMap<string, Model>
  readonly nowMs: number
}

/** What holds now for what was judged before. */
export interface Again {
  readonly decided: readonly TransferDecided[]
  /** The union over all of them. */
  readonly obligations: Obligations
}

/** What is asked now of what was judged before. */
export interface AskedAgain {
  /** Findings of what is asked now, beside those of the lines. */
  readonly more: readonly string[]
  /** The lines are to be used as they are at the provider: what policy asks for beyond what was done to them cannot be made good. */
  readonly use: boolean
}

/**
 * Decides again what lines were decided on, by the policies and for the caller of now. Where they may be for several models, those
 * that are still permitted count, and one has to be.
 */
export function decideAgain(
  situations: readonly Situation[],
  asked: AskedAgain,
  by: Authenticated,
  parts: AgainParts,
): Step<Again> {
  const decided: TransferDecided[] = []
  const all: Obligation[] = []
  for (const one of situations) {
    const from = one.routedFrom === undefined ? undefined : decideOn(one, one.routedFrom, asked, by, parts)
    if (from?.kind === 'refuse') return from
    if (from !== undefined) decided.push(from.value)
    const permitted: TransferDecided[] = []
    let refusal: Refusal = refuse('model_not_found', 'no model is left')
    for (const name of one.models) {
      const now = decideOn(one, name, asked, by, parts)
      if (now.kind === 'refuse') refusal = now
      else permitted.push(now.value)
    }
    if (permitted.length === 0) return refusal
    for (const now of permitted) decided.push(from === undefined ? now : { ...now, routedFrom: from.value.model })
  }
  for (const { verdict } of decided) {
    if (verdict.decision.kind === 'permit') all.push(...verdict.decision.obligations)
  }
  return proceed({ decided, obligations: joinObligations(all) })
}

function decideOn(
  one: Situation,
  name: string,
  { more, use }: AskedAgain,
  by: Authenticated,
  parts: AgainParts,
): Step<TransferDecided> {
  const model = parts.models.get(name)
  if (model === undefined) return refuse('model_not_found', `model ${name} is not configured any more`)
  const now = decideOne(one, one.findings, model, by, parts)
  if (now.kind === 'refuse') return now
  const lack = use ? lackOf(one, now.value, model.resource, parts) : undefined
  if (lack !== undefined) return lack
  if (one.uninspectable && !now.value.obligations.passUninspectable)
    return refuse('content_uninspectable', 'in what was judged before')
  const findings = more.length === 0 ? one.findings : [...new Set([...one.findings, ...more])].sort()
  const verdict = more.length === 0 ? now : decideOne(one, findings, model, by, parts)
  if (verdict.kind === 'refuse') return verdict
  return proceed({ action: one.action, model, verdict: verdict.value, lines: one.lines })
}

function decideOne(
  one: Situation,
  findings: readonly string[],
  { resource }: Model,
  by: Authenticated,
  parts: AgainParts,
): Step<Verdict> {
  const { hasSystemMessage, maxTokens, promptTokens, stream, uninspectable } = one
  return askOne(parts, by, one.action, resource, {
    ...contextOf(by.received, withLabels(parts.labelsOf(by), one.labels)),
    ...{ hasSystemMessage, maxTokens, promptTokens, stream, uninspectable, findings },
    // The provider keeps it, whatever each line asks for.
    hasEffects: true,
    timeMs: parts.nowMs,
  })
}

/** Why lines that were judged before do not meet what holds now. */
function lackOf(
  one: Situation,
  { obligations }: Verdict,
  resource: Resource,
  { looksFor, usedIn }: AgainParts,
): Refusal | undefined {
  const goesTo = one.models
  const used = usedIn(one.action)
  // A family means the terms that there are now: of one that was not there then, nothing says that it was looked for.
  const terms = [...obligations.input.keys()].filter(isTermType)
  const before = joinObligations(
    one.obligations.map((written) => parseObligation(written, terms)).filter((it) => it.kind !== 'unknown'),
  )
  const beyond = [
    ...[...obligations.input]
      .filter(([type, act]) => act !== 'flag' && !covers(before.input, type, act))
      .map(([type, act]) => `${act}:${type}`),
    ...obligations.system.map(({ source }) => source).filter((source) => !one.obligations.includes(source)),
    ...(obligations.spotlight !== undefined && before.spotlight !== obligations.spotlight ? ['spotlight'] : []),
    ...obligations.routes
      .filter((route) => route !== resource.id && !goesTo.includes(route))
      .map((route) => `route:${route}`),
    ...[...obligations.sizes]
      .filter(([size, most]) => !fits(one, size, most) && atMost(before, size) > most)
      .map(([size]) => `limit:${size}`),
    // Nobody looked for them then, so that they were not found says nothing.
    ...looksFor(one.action)
      .filter((type) => used.has(type) && !one.lookedFor.includes(type))
      .map((type) => `a look for ${type}`),
  ]
  if (beyond.length === 0) return undefined
  return refuse('obligation_failed', `lines judged before lack ${beyond.join(', ')}`, {
    message: 'Policy asks for more now than was done when the file was uploaded: upload it again.',
  })
}

function fits({ maxTokens, promptTokens }: Situation, size: Size, most: number): boolean {
  if (size === 'max-tokens') return maxTokens <= most
  return size === 'prompt-tokens' && promptTokens <= most
}

function atMost({ sizes }: Obligations, size: Size): number {
  return sizes.get(size) ?? Number.POSITIVE_INFINITY
}

/** Whether such an act was carried out, or a stronger one. */
function covers(before: ActsByType, type: FindingType, act: Act): boolean {
  const held = before.get(type)
  return held !== undefined && ACTS.indexOf(held) <= ACTS.indexOf(act)
}
