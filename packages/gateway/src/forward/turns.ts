/**
 * Whose turn it is, one round of it: each item as often as its weight says, and spread over the round as evenly as can be
 * (smooth weighted round robin). Made when the items change, so that a turn is one look into a list.
 */
export function turnsOf<T extends { readonly weight: number }>(items: readonly T[]): readonly T[] {
  const total = items.reduce((sum, { weight }) => sum + weight, 0)
  const length = total / items.reduce((divisor, { weight }) => greatestCommon(divisor, weight), 0)
  const waiting = items.map((item) => ({ item, claim: 0 }))
  const turns: T[] = []
  while (turns.length < length) {
    let next = waiting[0]
    for (const one of waiting) {
      one.claim += one.item.weight
      if (next === undefined || one.claim > next.claim) next = one
    }
    if (next === undefined) break
    next.claim -= total
    turns.push(next.item)
  }
  return turns
}

function greatestCommon(a: number, b: number): number {
  return b === 0 ? a : greatestCommon(b, a % b)
}
