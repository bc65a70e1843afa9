import type { Situation } from '../../files/shelf.js'
import {
  type Budgeting,
  type Charge,
  costOf,
  type Demand,
  type Hold,
  type Price,
  proceed,
  type Step,
} from '../../spec/index.js'
import type { Entered } from '../call.js'
import type { Again } from './again.js'
import type { TransferCall } from './desk.js'
import { demandFor } from './situations.js'

/** What is set aside for a job. */
export interface Spend {
  /** It was made; undefined: it is counted in nothing. */
  settle(): Charge | undefined
  release(): void
}

/** Sets aside what all lines together may cost, for each model that they go to. */
export async function holdAll(
  budgets: Budgeting,
  { authenticated: { principal, received } }: Entered,
  { models }: TransferCall,
  { decided }: Again,
  situations: readonly Situation[],
): Promise<Step<Spend>> {
  const ends: { readonly hold: Hold; readonly charge: Charge }[] = []
  const names = new Set(situations.flatMap(({ models: [name] }) => name ?? []))
  for (const name of names) {
    const its = situations.filter(({ models: [first] }) => first === name)
    const model = models.get(name)
    if (model === undefined) continue
    const spends = decided.flatMap((one) => (one.model === model ? one.verdict.obligations.spends : []))
    const allowance = budgets.allowanceOf(principal, name, model.price, [...new Set(spends)])
    if (allowance === undefined) continue
    const demand = demandFor(its)
    const held = await allowance.hold(demand)
    if (held.kind === 'refuse') {
      for (const { hold } of ends) hold.release()
      return held
    }
    for (const [name, value] of Object.entries(held.value.headers)) received.caller.carry(name, value)
    ends.push({ hold: held.value, charge: chargeFor(demand, model.price) })
  }
  return proceed({
    settle() {
      for (const { charge, hold } of ends) hold.settle(charge)
      return ends.length === 0 ? undefined : sumOf(ends.map(({ charge }) => charge))
    },
    release() {
      for (const { hold } of ends) hold.release()
    },
  })
}

/** What comes of a job comes in a day, and perhaps to nobody: what it may cost is what it costs. */
function chargeFor({ answer, prompt }: Demand, price: Price | undefined): Charge {
  const inputTokens = prompt.about
  const micro = price === undefined ? undefined : costOf(price, { inputTokens, outputTokens: answer })
  return { inputTokens, outputTokens: answer, micro, isEstimate: true }
}

function sumOf(charges: readonly Charge[]): Charge {
  const sum = (of: (charge: Charge) => number): number => charges.reduce((all, one) => all + of(one), 0)
  return {
    inputTokens: sum((one) => one.inputTokens),
    outputTokens: sum((one) => one.outputTokens),
    micro: charges.some(({ micro }) => micro === undefined) ? undefined : sum(({ micro }) => micro ?? 0),
    isEstimate: true,
  }
}
