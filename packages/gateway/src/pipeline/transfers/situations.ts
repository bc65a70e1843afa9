import type { LabelChange, Sealed, TransferDecided } from '../../exchange.js'
import type { Situation } from '../../files/shelf.js'
import { type ActsByType, type Demand, joinObligations, type Refusal, refuse } from '../../spec/index.js'

/** Of one file: a row holds them all. */
const SITUATIONS_MAX = 256

/** What lines have in common is kept once, so that a file of millions is decided on again in no time. */
export class Situations {
  readonly #by = new Map<string, Tally>()
  readonly #findings: Record<string, number> = {}
  readonly #carriedOut: Record<string, number> = {}
  readonly #brought = new Set<string>()

  /** A refusal where they have too little in common. */
  add(
    sealed: Pick<Sealed, 'findings' | 'carriedOut'> & { readonly labels: Pick<LabelChange, 'brought'> },
    line: Omit<Situation, 'lines'>,
    about: TransferDecided,
  ): Refusal | undefined {
    addTo(this.#findings, sealed.findings)
    addTo(this.#carriedOut, sealed.carriedOut)
    for (const label of sealed.labels.brought) this.#brought.add(label)
    const { findings, hasSystemMessage, labels, models, obligations, routedFrom, stream, uninspectable } = line
    const key = JSON.stringify([
      line.action,
      models,
      routedFrom,
      findings,
      labels,
      uninspectable,
      stream,
      hasSystemMessage,
      obligations,
      // The most of several says nothing of one that bounds its answer by nothing.
      line.maxTokens === 0,
    ])
    const held = this.#by.get(key)
    if (held === undefined && this.#by.size >= SITUATIONS_MAX) {
      return refuse('invalid_request', `more than ${SITUATIONS_MAX} kinds of lines`, {
        message: 'The lines of this file differ too much: cut it into several.',
      })
    }
    if (held === undefined) {
      this.#by.set(key, new Tally(line, about))
      return undefined
    }
    held.add(line)
    return undefined
  }

  get all(): readonly Situation[] {
    return [...this.#by.values()].map(({ situation }) => situation)
  }

  /** The same where only these models are any that the lines may be for. */
  onlyFor(models: readonly string[]): readonly Situation[] {
    return this.all.map((one) => ({ ...one, models: one.models.filter((name) => models.includes(name)) }))
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

  get brought(): readonly string[] {
    return [...this.#brought].sort()
  }

  get carriedOut(): Readonly<Record<string, number>> {
    return this.#carriedOut
  }
}

/** Sums over lines that were decided on alike. */
class Tally {
  readonly decided: TransferDecided
  readonly #first: Omit<Situation, 'lines'>
  #lines = 1
  #promptTokens: number
  #maxTokens: number
  #about: number
  #most: number
  #answer: number
  #isBounded: boolean

  constructor(first: Omit<Situation, 'lines'>, decided: TransferDecided) {
    const { demand, maxTokens, promptTokens } = first
    this.decided = decided
    this.#first = first
    this.#promptTokens = promptTokens
    this.#maxTokens = maxTokens
    this.#about = demand.about
    this.#most = demand.most
    this.#answer = demand.answer
    this.#isBounded = demand.isBounded
  }

  add({ demand, maxTokens, promptTokens }: Omit<Situation, 'lines'>): void {
    this.#lines += 1
    this.#promptTokens = Math.max(this.#promptTokens, promptTokens)
    this.#maxTokens = Math.max(this.#maxTokens, maxTokens)
    this.#about += demand.about
    this.#most += demand.most
    this.#answer += demand.answer
    this.#isBounded &&= demand.isBounded
  }

  get situation(): Situation {
    return {
      ...this.#first,
      lines: this.#lines,
      promptTokens: this.#promptTokens,
      maxTokens: this.#maxTokens,
      demand: { about: this.#about, most: this.#most, answer: this.#answer, isBounded: this.#isBounded },
    }
  }
}

function addTo(sums: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [what, times] of Object.entries(more)) sums[what] = (sums[what] ?? 0) + times
}

/** A line that asks, as it was sealed. */
export function situationOf(
  sealed: Sealed,
  unbounded: number,
  lookedFor: Situation['lookedFor'],
): Omit<Situation, 'lines'> {
  const { counted, endpoint, model, promptTokens, routedFrom, verdict } = sealed
  const { context, obligations } = verdict
  const demand = counted?.demand
  return {
    action: endpoint.action,
    models: [model.resource.id],
    routedFrom: routedFrom?.model.resource.id,
    findings: context.findings,
    labels: sealed.labels.brought,
    lookedFor,
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
