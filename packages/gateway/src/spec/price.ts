import type { Usage } from './dialect.js'
import { MICRO } from './window.js'

/** What a model's provider charges, in millionths of the currency for a million tokens. */
export interface Price {
  readonly input: number
  readonly output: number
}

/** Millionths of the currency, rounded up: of many small calls none is for nothing. */
export function costOf(price: Price, { inputTokens, outputTokens }: Usage): number {
  const exact = BigInt(inputTokens) * BigInt(price.input) + BigInt(outputTokens) * BigInt(price.output)
  const million = BigInt(MICRO)
  return Number((exact + million - 1n) / million)
}
