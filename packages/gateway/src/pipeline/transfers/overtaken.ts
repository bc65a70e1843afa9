import type { Authenticated, TransferDecided } from '../../exchange.js'
import { type Refusal, refuse, withLabels } from '../../spec/index.js'
import { type AskParts, askOne } from '../ask.js'

/**
 * Why what was decided holds no more by the labels that the caller has now. Lines are decided on one by one and leave together: what
 * one of them brings counts for the others, as does what was gathered elsewhere while they were judged and recorded.
 */
export function overtaken(
  parts: AskParts,
  by: Authenticated,
  decided: readonly TransferDecided[],
  held: readonly string[],
): Refusal | undefined {
  for (const { action, model, verdict } of decided) {
    const { context, obligations } = verdict
    const labels = withLabels(context.labels, held)
    if (labels === context.labels) continue
    const now = askOne(parts, by, action, model.resource, { ...context, labels })
    if (now.kind === 'refuse') return now
    const beyond = now.value.obligations.sources.filter((source) => !obligations.sources.includes(source))
    if (beyond.length > 0) {
      return refuse('obligation_failed', `labels rose, and ask for ${beyond.join(', ')}`, {
        message: 'Policy asks for more by the labels that you have by now: send it again.',
      })
    }
  }
  return undefined
}
