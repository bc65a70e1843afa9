import type { Usage } from './dialect.js'
import type { Refusal } from './refusal.js'

/** How an exchange ended, as its outcome entry tells it. */
export interface Outcome {
  readonly how: 'done' | 'refused' | 'left' | 'threw'
  readonly refusal: Refusal | undefined
  /** What the caller was answered with; 0 where it left before. */
  readonly status: number
  readonly upstreamStatus: number
  readonly usage: Usage | undefined
  readonly findings: Readonly<Record<string, number>>
  readonly carriedOut: Readonly<Record<string, number>>
  readonly droppedEvents: number
  readonly stream: boolean
}
