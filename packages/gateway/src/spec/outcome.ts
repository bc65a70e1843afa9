import type { Usage } from './dialect.js'
import type { Refusal } from './refusal.js'
import type { Charge } from './seams.js'
import type { Verdict } from './verdict.js'

/** What became of the placeholders of an answer. */
export interface Restored {
  readonly verdict: Verdict
  /** By `type:sink`: how many values were put back, and how many placeholders stayed. */
  readonly restored: Readonly<Record<string, number>>
  readonly withheld: Readonly<Record<string, number>>
}

/** That an answer depends on what its reader has not read. */
export interface Released {
  /** Of what the reader has not read, sorted. */
  readonly labels: readonly string[]
  readonly verdict: Verdict
}

/** How an exchange ended, as its outcome entry tells it. */
export interface Outcome {
  readonly how: 'done' | 'refused' | 'left' | 'threw'
  readonly refusal: Refusal | undefined
  /** What the caller was answered with; 0 where it left before. */
  readonly status: number
  readonly upstreamStatus: number
  readonly usage: Usage | undefined
  /** Tokens that came of an answer, roughly: what is known of one whose usage nobody reports. */
  readonly answerTokens: number
  /** What it did cost, where that is counted or the model has a price. */
  readonly charge?: Charge
  readonly findings: Readonly<Record<string, number>>
  readonly carriedOut: Readonly<Record<string, number>>
  /** Undefined where the answer had no placeholder of the caller's. */
  readonly restored: Restored | undefined
  /** Undefined where nobody was asked. */
  readonly released?: Released | undefined
  readonly droppedEvents: number
  /** Of a read of a dataset: rows, or passages, that were given. */
  readonly rows?: number
  /** Labels that what was given brings, where nobody knew before: sorted. */
  readonly brought?: readonly string[]
  /** It was asked about, and nothing was done here. */
  readonly isCheck?: true
  readonly stream: boolean
}
