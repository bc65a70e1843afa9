import {
  ACTS,
  type Action,
  type ActsByType,
  COLUMN_ACTS,
  type Context,
  type FindingType,
  type Principal,
  type ReadingTerms,
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
  /** Of a read of a dataset. */
  readonly reading?: PermittedReading
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

export interface PermittedReading {
  /** What is carried out of what policies want of it. */
  readonly terms: ReadingTerms
  /** Labels that it brings itself: they end nothing of it. */
  readonly own: readonly string[]
}

export interface Restoring {
  /** By other policies, or at another moment: why the exchange ends, or undefined. */
  decideAgain(ask: (types: readonly FindingType[]) => Verdict): Refusal | undefined
}

/** Why what was permitted ends, now that one of its resources was decided again; undefined where it goes on. */
export function endedBy(
  { decision, obligations }: Verdict,
  { output, reading, resource }: Permitted,
): Refusal | undefined {
  if (decision.kind !== 'permit') {
    const by = decision.determining.join(', ') || 'default'
    return refuse('forbidden_by_policy', `decided again: ${decision.kind} by ${by}`)
  }
  if (obligations.routes.some((route) => route !== resource.id)) {
    return refuse('forbidden_by_policy', `decided again: routes to ${obligations.routes.join(', ')}`)
  }
  if (reading !== undefined && !areCarriedOut(obligations.reading, reading.terms)) {
    return refuse('forbidden_by_policy', 'decided again: obligations on what is read that are not carried out')
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

/** Whether all that is wanted of a read is done about it, or more. */
function areCarriedOut(wanted: ReadingTerms, held: ReadingTerms): boolean {
  if (wanted === held) return true
  const isHeld = ({ act, target }: ReadingTerms['columns'][number]): boolean =>
    held.columns.some((one) => one.target === target && COLUMN_ACTS.indexOf(one.act) <= COLUMN_ACTS.indexOf(act))
  return (
    wanted.columns.every(isHeld) &&
    wanted.filters.every((one) => held.filters.includes(one)) &&
    (wanted.rowsMax === undefined || (held.rowsMax !== undefined && held.rowsMax <= wanted.rowsMax)) &&
    (!wanted.needsPurpose || held.needsPurpose)
  )
}
