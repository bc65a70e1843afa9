import {
  ACTS,
  type Action,
  type ActsByType,
  type Context,
  type FindingType,
  type Principal,
  type Refusal,
  type Resource,
  refuse,
  type Verdict,
} from '../spec/index.js'

/** What a grant permits. */
export interface Permitted {
  readonly principal: Principal
  readonly action: Action
  readonly resource: Resource
  /** What was asked for, where policy sent the exchange here instead. It lives on the permits for both. */
  readonly routedFrom: Resource | undefined
  readonly context: Context
  /** That labels stay with; undefined where they belong to the identity alone. */
  readonly session: string | undefined
  /** The acts on the answer that are carried out. */
  readonly output: ActsByType
  /** Values that the answer puts in the places of placeholders; undefined where there are none. */
  readonly restoring: Restoring | undefined
  /** Whether what the reader has not read may be released to it; undefined: it is not asked. */
  readonly releasing?: Releasing
}

export interface Releasing {
  /** By other policies, or at another moment: why the exchange ends, or undefined. */
  decideAgain(ask: (labels: readonly string[]) => Verdict): Refusal | undefined
}

export interface Restoring {
  /** By other policies, or at another moment: why the exchange ends, or undefined. */
  decideAgain(ask: (types: readonly FindingType[]) => Verdict): Refusal | undefined
}

/** Why what was permitted ends, now that one of its resources was decided again; undefined where it goes on. */
export function endedBy({ decision, obligations }: Verdict, { output, resource }: Permitted): Refusal | undefined {
  if (decision.kind !== 'permit') {
    const by = decision.determining.join(', ') || 'default'
    return refuse('forbidden_by_policy', `decided again: ${decision.kind} by ${by}`)
  }
  if (obligations.routes.some((route) => route !== resource.id)) {
    return refuse('forbidden_by_policy', `decided again: routes to ${obligations.routes.join(', ')}`)
  }
  // What streams already is guarded by the acts of its beginning.
  return isWithin(obligations.output, output)
    ? undefined
    : refuse('forbidden_by_policy', 'decided again: output obligations that the stream does not carry out')
}

/** Whether each act asked for is carried out, or a stronger one. */
function isWithin(asked: ActsByType, carriedOut: ActsByType): boolean {
  return [...asked].every(([type, act]) => {
    const held = carriedOut.get(type)
    return held !== undefined && ACTS.indexOf(held) <= ACTS.indexOf(act)
  })
}
