import type { Context, Received } from '../spec/index.js'

/** The context of a question without a body: what does not apply is empty or 0. */
export function contextOf(
  received: Received,
  labels: readonly string[],
  findings: Context['findings'] = NONE,
  purpose?: string,
): Context {
  return {
    labels,
    findings,
    uninspectable: false,
    promptTokens: 0,
    maxTokens: 0,
    stream: false,
    hasSystemMessage: false,
    hasEffects: false,
    purpose,
    sourceIp: received.sourceIp,
    timeMs: received.receivedAtMs,
    approvals: NONE,
  }
}

const NONE: readonly never[] = []
