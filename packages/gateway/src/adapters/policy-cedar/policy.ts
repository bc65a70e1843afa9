import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { Challenge, Obligation } from '../../spec/index.js'
import type { Mode } from './annotations.js'

/** One policy that passed every check. */
export interface Policy {
  readonly id: string
  readonly effect: 'permit' | 'forbid'
  readonly mode: Mode
  /** As written, from its first annotation to its semicolon. */
  readonly text: string
  /** The same as a `permit`. */
  readonly permitText: string
  /** To be read only: whole numbers beyond 2^53 are not exact in it. */
  readonly json: PolicyJson
  /** Public. */
  readonly reason: string | undefined
  readonly obligations: readonly Obligation[]
  readonly challenge: Challenge | undefined
}
