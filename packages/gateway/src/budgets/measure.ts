import { type Charge, costOf, type Demand, type Price } from '../spec/index.js'
import type { Meter, Need } from './plan.js'

/**
 * What an exchange may cost of each meter. Where the caller bounded its answer, all that it may cost has to be there: so nothing
 * is ever spent that was not set aside. Where it did not, nobody knows how long the answer will be: then what is there will do,
 * if it is enough for the prompt, and whoever asks next finds nothing.
 */
export function demandsOf(meters: readonly Meter[], demand: Demand, price: Price | undefined): readonly Need[] {
  const needs = meters.map((meter): Need => {
    const { measure } = meter.amount
    if (measure === 'requests') return { meter, least: 1, most: 1 }
    const { about, most } = demand.prompt
    const reckon = (inputTokens: number, outputTokens: number): number =>
      measure === 'tokens'
        ? inputTokens + outputTokens
        : price === undefined
          ? 0
          : costOf(price, { inputTokens, outputTokens })
    const all = reckon(most, demand.answer)
    // Of an answer that is never longer than it, what is set aside is at most the whole: a small budget is good for something.
    const least = demand.isBounded ? all : Math.max(1, Math.min(all, reckon(about, 0)))
    return { meter, least, most: all }
  })
  // What costs nothing is not kept back by what others have spent.
  return needs.filter(({ most }) => most > 0)
}

/** What it did cost. */
export function spentOf({ amount }: Meter, { inputTokens, outputTokens, micro }: Charge): number {
  switch (amount.measure) {
    case 'requests':
      return 1
    case 'tokens':
      return inputTokens + outputTokens
    case 'money':
      return micro ?? 0
  }
}
