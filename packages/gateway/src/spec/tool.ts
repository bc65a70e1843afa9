import type { Resource } from './question.js'

/** A tool as configured: it is called elsewhere, and asked about here. */
export interface Tool {
  readonly resource: Resource
  /** Of whoever may call it: what it gives back is not seen here. Sorted. */
  readonly labels: readonly string[]
}
