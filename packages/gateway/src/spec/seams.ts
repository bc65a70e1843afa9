import type { Decision } from './decision.js'
import type { Principal } from './principal.js'
import type { Question } from './question.js'
import type { Step } from './refusal.js'
import type { TokenRead } from './token.js'

/** Clock and randomness are parts: nothing below the composition root asks the machine for them. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

/** One issuer of access tokens. */
export interface IdentityProvider {
  /** Exact `iss`, compared byte for byte. */
  readonly issuer: string
  /** Verifies a token that was read strictly and whose `iss` is ours. Synchronous where the key is at hand. */
  verify(token: TokenRead): Step<Principal> | Promise<Step<Principal>>
  /**
   * Calls back when keys left the key set: verifications made with them must be forgotten.
   *
   * @returns takes the listener off again; a provider outlives those who listen to it
   */
  onRotation(listener: () => void): () => void
  close(): Promise<void>
}

export interface PolicyEngine {
  /** SHA-256 over the loaded policies and the schema, hexadecimal. */
  readonly digest: string
  /** Never throws: an engine error is `indeterminate`. */
  decide(question: Question): Decision
  /** What the loaded policies read of this question: JSON text, canonical. The same text always gets the same decision. */
  inputs(question: Question): string
}

export interface Appended {
  /** Final once `durable` is fulfilled. */
  readonly index: number
  /** Fulfilled when the entry is on disk; rejected when it will not be. */
  readonly durable: Promise<void>
}

export interface AuditLog {
  readonly origin: string
  /** Verifier key in C2SP signed-note form. */
  readonly vkey: string
  /**
   * Appends one entry, canonical JSON of at most 60 KiB in UTF-8. Throws `AuditUnavailable` where the log takes nothing any
   * more.
   *
   * @param soon the default; false where nobody waits for it: it may ride along with the next flush, a few milliseconds later
   */
  append(entry: string, soon?: boolean): Appended
  /** Flushes, publishes a last checkpoint, closes. */
  close(): Promise<void>
}

export class AuditUnavailable extends Error {
  override readonly name: string = 'AuditUnavailable'
}

/** Small durable state: revocations, keys, approvals. Rows are JSON text under a space and a key. */
export interface Store {
  get(space: string, key: string): Promise<string | undefined>
  /** @param expiresAtMs milliseconds since the epoch; undefined: until deleted */
  put(space: string, key: string, value: string, expiresAtMs: number | undefined): Promise<void>
  list(space: string): Promise<readonly { readonly key: string; readonly value: string }[]>
  close(): Promise<void>
}

/** Whether a verified principal has been revoked since. Asked at every cache hit, so it is synchronous and in memory. */
export interface Revocations {
  revoked(principal: Principal): boolean
}
