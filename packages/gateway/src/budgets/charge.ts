import { type Charge, costOf, type Outcome, type Price } from '../spec/index.js'
import type { Costs } from './demand.js'

/** What an exchange did cost: as the provider reports it, else reckoned from what was sent and what came. */
export function chargeOf(outcome: Outcome, costs: Costs, promptTokens: number, price: Price | undefined): Charge {
  const { usage } = outcome
  const isReported = usage !== undefined && usage.inputTokens + usage.outputTokens > 0
  const tokens = isReported
    ? usage
    : costs !== 'nothing' && isServed(outcome)
      ? { inputTokens: promptTokens, outputTokens: costs === 'all' ? outcome.answerTokens : 0 }
      : NOTHING
  return {
    ...{ inputTokens: tokens.inputTokens, outputTokens: tokens.outputTokens },
    micro: price === undefined ? undefined : costOf(price, tokens),
    isEstimate: !isReported && tokens !== NOTHING,
  }
}

const NOTHING = { inputTokens: 0, outputTokens: 0 } as const

/** Whether the provider may have worked on it: it answers errors for nothing, and what never reached it costs nothing. */
export function isServed({ upstreamStatus, refusal }: Outcome): boolean {
  if (upstreamStatus === 0) return refusal?.code !== 'upstream_failed'
  return upstreamStatus < 300
}
