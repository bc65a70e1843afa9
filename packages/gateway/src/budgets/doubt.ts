import type { Plan, Told } from './plan.js'

/** A write that nobody knows whether it was made: the store did not answer. */
export interface Doubt {
  readonly before: string | undefined
  readonly written: string
  readonly plan: Plan
}

export function doubtOf(plan: Plan, before: string | undefined, written: string): Doubt {
  return { before, written, plan }
}

/**
 * What the credits change by, now that the row is seen again. Those who asked were refused, so what the write took for them is
 * given back where it was made. Where another has written since, it may have been or not: what the write would have given back
 * is then left taken, and what it would have charged is charged, perhaps twice. So nothing is spent twice, and something may be
 * lost.
 */
export function settleDoubt({ before, written, plan }: Doubt, found: string | undefined): readonly Told[] {
  if (found === before) return []
  const back = (told: readonly Told[]): readonly Told[] => told.map((one) => ({ ...one, amount: -one.amount }))
  if (found !== written) return back(plan.told.filter(({ amount }) => amount > 0))
  const takes = plan.answers.flatMap((one) => (one.kind === 'taken' ? one.takes : []))
  const taken = [...takes, ...plan.spare].map(({ meter, stamp, amount }) => ({ id: meter.id, stamp, amount }))
  return [...back(plan.told), ...taken]
}
