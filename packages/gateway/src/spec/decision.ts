import type { Obligation } from './obligation.js'

/** What a challenge asks of the caller (`@challenge`). */
export type Challenge =
  | { readonly kind: 'acr'; readonly values: readonly string[] }
  | { readonly kind: 'max_age'; readonly seconds: number }
  | { readonly kind: 'approval'; readonly group: string }

interface Basis {
  /** Ids of the determining policies, sorted. */
  readonly determining: readonly string[]
  /** Ids of shadow policies that would have matched, and whether they would have changed the answer. Logged, never enforced. */
  readonly shadow: readonly string[]
  /** Errors of shadow policies: only logged. */
  readonly shadowErrors: readonly string[]
}

interface Reasoned {
  /** Public texts of the determining policies (`@reason`), each once, in the order of their ids. */
  readonly reasons: readonly string[]
}

/** Illness is a value: `indeterminate` refuses (design, "Illness is a value"). */
export type Decision =
  | (Basis & { readonly kind: 'permit'; readonly obligations: readonly Obligation[] })
  | (Basis & { readonly kind: 'forbid' } & Reasoned)
  | (Basis & { readonly kind: 'challenge'; readonly asks: readonly Challenge[] } & Reasoned)
  | (Basis & { readonly kind: 'indeterminate'; readonly errors: readonly string[] })
