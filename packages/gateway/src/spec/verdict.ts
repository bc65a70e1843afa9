import type { Decision } from './decision.js'
import type { Obligations } from './obligation.js'
import type { Context } from './question.js'

/** What was decided, for the log and for the stages that carry it out. */
export interface Verdict {
  readonly decision: Decision
  readonly obligations: Obligations
  readonly context: Context
  /** What the loaded policies read of the question: JSON text. */
  readonly inputs: string
  readonly policyDigest: string
}
