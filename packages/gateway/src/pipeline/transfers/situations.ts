import { decide } from '../../decide/decide.js'
import { scoped } from '../../decide/scoped.js'
import type { Authenticated, Model, Sealed, TransferDecided } from '../../exchange.js'
import type { Situation } from '../../files/shelf.js'
import {
  ACTS,
  type Act,
  type ActsByType,
  type Demand,
  type FindingType,
  joinObligations,
  type Obligation,
  type Obligations,
  type PolicyEngine,
  parseObligation,
  proceed,
  type Refusal,
  type Resource,
  refuse,
  type Size,
  type Step,
  type Verdict,
} from '../../spec/index.js'
import { NO_LABELS } from '../context.js'
import type { JudgeShared } from '../judge.js'

/** Of one file: a row holds them all. */
const SITUATIONS_MAX = 256

/** What lines have in common is kept once, so that a file of millions is decided on again in no time. */
export class Situations {
  readonly #by = new Map<string, { situation: Situation; decided: TransferDecided }>()
  readonly #findings: Record<string, number> = {}
  readonly #carriedOut: Record<string, number> = {}

  /** A refusal where they have too little in common. */
  add(
    sealed: Pick<Sealed, 'findings' | 'carriedOut'>,
    line: Omit<Situation, 'lines'>,
    about: TransferDecided,
  ): Refusal | undefined {
    addTo(this.#findings, sealed.findings)
    addTo(this.#carriedOut, sealed.carriedOut)
    const { demand, findings, hasSystemMessage, models, obligations, routedFrom, stream, uninspectable } = line
    const key = JSON.stringify([
      line.action,
      models,
      routedFrom,
      findings,
      uninspectable,
      stream,
      hasSystemMessage,
      obligations,
    ])
    const held = this.#by.get(key)
    if (held === undefined && this.#by.size >= SITUATIONS_MAX) {
      return refuse('invalid_request', `more than ${SITUATIONS_MAX} kinds of lines`, {
        message: 'The lines of this file differ too much: cut it into several.',
      })
    }
    if (held === undefined) {
      this.#by.set(key, { situation: { ...line, lines: 1 }, decided: about })
      return undefined
    }
    const before = held.situation
    held.situation = {
      ...before,
      promptTokens: Math.max(before.promptTokens, line.promptTokens),
      maxTokens: Math.max(before.maxTokens, line.maxTokens),
      lines: before.lines + 1,
      demand: {
        about: before.demand.about + demand.about,
        most: before.demand.most + demand.most,
        answer: before.demand.answer + demand.answer,
        isBounded: before.demand.isBounded && demand.isBounded,
      },
    }
    return undefined
  }

  get all(): readonly Situation[] {
    return [...this.#by.values()].map(({ situation }) => situation)
  }

  get decided(): readonly TransferDecided[] {
    return [...this.#by.values()].map(({ decided, situation }) => ({ ...decided, lines: situation.lines }))
  }

  /** What holds for answers about the file. */
  get output(): ActsByType {
    const all = this.decided.flatMap(({ verdict: { decision } }) =>
      decision.kind === 'permit' ? decision.obligations : [],
    )
    return joinObligations(all).output
  }

  get findings(): Readonly<Record<string, number>> {
    return this.#findings
  }

  get carriedOut(): Readonly<Record<string, number>> {
    return this.#carriedOut
  }
}

function addTo(sums: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [what, times] of Object.entries(more)) sums[what] = (sums[what] ?? 0) + times
}

/** A line that asks, as it was sealed. */
export function situationOf(sealed: Sealed, unbounded: number): Omit<Situation, 'lines'> {
  const { counted, endpoint, model, promptTokens, routedFrom, verdict } = sealed
  const { context, obligations } = verdict
  const demand = counted?.demand
  return {
    action: endpoint.action,
    models: [model.resource.id],
    routedFrom: routedFrom?.model.resource.id,
    findings: context.findings,
    uninspectable: context.uninspectable,
    stream: context.stream,
    hasSystemMessage: context.hasSystemMessage,
    promptTokens,
    maxTokens: context.maxTokens,
    obligations: obligations.sources,
    demand: {
      about: demand?.prompt.about ?? promptTokens,
      most: demand?.prompt.most ?? sealed.body.length,
      answer: demand?.answer ?? (context.maxTokens || unbounded),
      isBounded: demand?.isBounded ?? context.maxTokens > 0,
    },
  }
}

/** What a batch of such lines may cost, for one model. */
export function demandFor(situations: readonly Situation[]): Demand {
  let about = 0
  let most = 0
  let answer = 0
  let isBounded = true
  for (const { demand } of situations) {
    about += demand.about
    most += demand.most
    answer += demand.answer
    isBounded &&= demand.isBounded
  }
  return { prompt: { about, most }, answer, isBounded }
}

export interface AgainParts extends Pick<JudgeShared, 'challenged' | 'permitted'> {
  readonly policy: PolicyEngine
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
  { challenged, nowMs, permitted, policy }: AgainParts,
): Step<Verdict> {
  const asker = scoped(by.principal, one.action, resource)
  if (asker.kind === 'refuse') return challenged(asker, by)
  const { hasSystemMessage, maxTokens, promptTokens, stream, uninspectable } = one
  const verdict = decide(policy, asker.value, one.action, resource, {
    ...{ hasSystemMessage, maxTokens, promptTokens, stream, uninspectable, findings },
    ...{ labels: NO_LABELS, purpose: undefined, approvals: [] },
    sourceIp: by.received.sourceIp,
    timeMs: nowMs,
  })
  return permitted(verdict, by)
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
