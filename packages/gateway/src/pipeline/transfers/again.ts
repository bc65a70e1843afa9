import type { Authenticated, Model, TransferDecided } from '../../exchange.js'
import type { Situation } from '../../files/shelf.js'
import {
  ACTS,
  type Act,
  type ActsByType,
  type FindingType,
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
} from '../../spec/index.js'
import { contextOf } from '../context.js'
import { type AskParts, askOne } from './ask.js'

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

/**
 * Decides again what lines were decided on, by the policies and for the caller of now. What those ask for beyond what was carried out
 * on the lines cannot be made good: the provider has them.
 *
 * @param more findings of what is asked now, beside those of the lines
 */
export function decideAgain(
  situations: readonly Situation[],
  more: readonly string[],
  by: Authenticated,
  parts: AgainParts,
): Step<Again> {
  const decided: TransferDecided[] = []
  const all: Obligation[] = []
  for (const one of situations) {
    const names = one.routedFrom === undefined ? one.models : [one.routedFrom, ...one.models]
    for (const name of names) {
      const model = parts.models.get(name)
      if (model === undefined) return refuse('model_not_found', `model ${name} is not configured any more`)
      const now = decideOne(one, one.findings, model, by, parts)
      if (now.kind === 'refuse') return now
      const lack = lackOf(one, now.value, model.resource, one.models)
      if (lack !== undefined) return lack
      let verdict = now.value
      if (more.length > 0) {
        const findings = [...new Set([...one.findings, ...more])].sort()
        const withMore = decideOne(one, findings, model, by, parts)
        if (withMore.kind === 'refuse') return withMore
        verdict = withMore.value
      }
      decided.push({ action: one.action, model, verdict, lines: one.lines })
      if (verdict.decision.kind === 'permit') all.push(...verdict.decision.obligations)
    }
  }
  return proceed({ decided, obligations: joinObligations(all) })
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
    ...contextOf(by.received),
    ...{ hasSystemMessage, maxTokens, promptTokens, stream, uninspectable, findings },
    timeMs: parts.nowMs,
  })
}

/** Why lines that were judged before do not meet what holds now. */
function lackOf(
  one: Situation,
  { obligations }: Verdict,
  resource: Resource,
  goesTo: readonly string[],
): Refusal | undefined {
  if (one.uninspectable && !obligations.passUninspectable)
    return refuse('content_uninspectable', 'in lines judged before')
  const before = joinObligations(one.obligations.map(parseObligation).filter((it) => it.kind !== 'unknown'))
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
