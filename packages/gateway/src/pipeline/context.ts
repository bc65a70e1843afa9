import type { Context, Received } from '../spec/index.js'

/** No label arises yet. */
export const NO_LABELS: readonly string[] = []

/** The context of a question without a body: what does not apply is empty or 0. */
export function contextOf(received: Received): Context {
  return {
    labels: NO_LABELS,
    findings: [],
    uninspectable: false,
    promptTokens: 0,
    maxTokens: 0,
    stream: false,
    hasSystemMessage: false,
    purpose: undefined,
    sourceIp: received.sourceIp,
    timeMs: received.receivedAtMs,
    approvals: [],
  }
}
