import type { FindingType, Span } from './finding.js'
import type { ActsByType, GuardedSink } from './obligation.js'
import type { Principal } from './principal.js'
import type { Step } from './refusal.js'
import type { Verdict } from './verdict.js'

/** How a type's values are spelt in their absence: `[EMAIL_7K2M9QXR]`, or like a value of the type that is nobody's. */
export const VAULT_FORMATS = ['placeholder', 'surrogate'] as const
export type VaultFormat = (typeof VAULT_FORMATS)[number]

/** Types that have surrogates. */
export const SURROGATE_TYPES = ['pii.card', 'pii.email', 'pii.iban'] as const
SURROGATE_TYPES satisfies readonly FindingType[]
export type SurrogateType = (typeof SURROGATE_TYPES)[number]

/** A placeholder that stands in a text, and what stands there instead once it is restored. */
export interface Placeholder extends Span {
  readonly type: FindingType
  readonly value: string
}

export interface PlaceholderScan {
  /** Final ones only, sorted, not overlapping. */
  readonly found: readonly Placeholder[]
  /** Offset from which one may still begin: text before it holds none but `found`. */
  readonly hold: number
}

/** What placeholders stand for in one session of one principal, as one exchange makes use of it. */
export interface VaultSession {
  /** Of the values that it holds at this moment, sorted. */
  types(): readonly FindingType[]
  /** The placeholder of a value: the same one as long as the session holds it. */
  tokenize(type: FindingType, value: string): string
  /** All that this exchange tokenized is durable. */
  readonly isKept: boolean
  /**
   * Makes it so. `clash`: another process had given the same placeholder to another value, so what was tokenized must be
   * tokenized again. Rejects where the store does not take it.
   */
  keep(): Promise<'kept' | 'clash'>
  /** Finds placeholders of this session alone, in whatever spelling models give them. Obeys the law of `Detector.scan`. */
  scan(text: string, from: number, ended: boolean): PlaceholderScan
}

/** Where values lie that placeholders stand for. */
export interface Vault {
  /**
   * What may be restored for a principal in a session; undefined where nothing is held. A promise where another process put it
   * there and it must be read first: it rejects where it cannot be.
   *
   * @param session as the caller names it; undefined: the one that a principal has without a name
   */
  at(principal: Principal, session: string | undefined): VaultSession | undefined | Promise<VaultSession | undefined>
  /** A session to put values into. Refuses where they cannot be sealed (`obligation_failed`). */
  open(principal: Principal, session: string | undefined): Step<VaultSession>
}

/** Where a restored value stands. */
export type Sink = 'text' | GuardedSink

/** What a decision about `detokenize` lets be restored. */
export interface Restorable {
  readonly types: ReadonlySet<FindingType>
  readonly sinks: ReadonlySet<GuardedSink>
}

/**
 * What may be restored of some types.
 *
 * A type of which the answer's text is to be redacted, masked or blocked stays a placeholder: for this reader that is it.
 */
export function restorableBy({ decision, obligations }: Verdict, types: readonly FindingType[]): Restorable {
  if (decision.kind !== 'permit') return NOTHING
  return {
    types: new Set(types.filter((type) => !hides(obligations.output, type))),
    sinks: obligations.restore,
  }
}

/** Whether all that was restorable still is. */
export function stillRestorable(now: Restorable, before: Restorable): boolean {
  return (
    [...before.types].every((type) => now.types.has(type)) && [...before.sinks].every((sink) => now.sinks.has(sink))
  )
}

const NOTHING: Restorable = { types: new Set(), sinks: new Set() }

function hides(output: ActsByType, type: FindingType): boolean {
  const act = output.get(type)
  switch (act) {
    case 'block':
    case 'redact':
    case 'mask':
      return true
    case 'tokenize':
    case 'fence':
    case 'flag':
    case undefined:
      return false
  }
}
