import type { Decision } from './decision.js'
import type { FindingType } from './finding.js'
import type { Price } from './price.js'
import type { Principal } from './principal.js'
import type { Action, Question } from './question.js'
import type { Step } from './refusal.js'
import type { OpaqueToken, TokenRead } from './token.js'
import type { Amount } from './window.js'

/** Clock and randomness are parts: nothing below the composition root asks the machine for them. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

/** One issuer of access tokens. */
export interface IdentityProvider {
  /** Exact `iss`, compared byte for byte. */
  readonly issuer: string
  /** Takes every token whose `sub` is a SPIFFE ID of this trust domain, whatever its `iss` says. */
  readonly trustDomain?: string
  /**
   * Verifies a token that was read strictly and whose `iss` is ours. Synchronous where the key is at hand. That the caller
   * holds the key which the token is bound to is not asked here.
   */
  verify(token: TokenRead): Step<Principal> | Promise<Step<Principal>>
  /**
   * Calls back when keys left the key set: verifications made with them must be forgotten.
   *
   * @returns takes the listener off again; a provider outlives those who listen to it
   */
  onRotation(listener: () => void): () => void
  close(): Promise<void>
}

/** An issuer of credentials that are no JWS: by introspection, or our own API keys. */
export interface OpaqueProvider {
  readonly issuer: string
  /** Takes the credentials that begin so; of several that fit the longest. Empty: whatever nobody else takes. */
  readonly prefix: string
  verify(token: OpaqueToken): Step<Principal> | Promise<Step<Principal>>
  close(): Promise<void>
}

export interface PolicyEngine {
  /** SHA-256 over the loaded policies and the schema, hexadecimal. */
  readonly digest: string
  /** A policy that is enforced reads the time: a permit may end while nothing else changes. */
  readonly readsTime: boolean
  /** A policy that is enforced has the obligation to tokenize. */
  readonly tokenizes: boolean
  /** Scopes that the policies ask for by name, sorted. */
  readonly scopes: readonly string[]
  /** Types that a policy on this action could make use of where they stand in a request: others need not be looked for elsewhere. */
  usesFindings(action: Action): ReadonlySet<FindingType>
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

export interface Row {
  readonly key: string
  /** Undefined: the row is gone. */
  readonly value: string | undefined
}

export interface PutOptions {
  /** Milliseconds since the epoch; undefined: until deleted. */
  readonly expiresAtMs?: number | undefined
  /** Only where there is no such row yet: of several who put at once, in whatever process, one succeeds. */
  readonly onlyNew?: boolean
  /** Only where the row's value is this one: of several who put over what they read, one succeeds. */
  readonly onlyIf?: string
}

/** Small durable state: revocations, keys, approvals. Rows are JSON text under a space and a key. */
export interface Store {
  get(space: string, key: string): Promise<string | undefined>
  /**
   * Durable once it is fulfilled.
   *
   * @param value undefined deletes the row
   * @returns false where `onlyNew` was asked for and there is one, or `onlyIf` and its value is another
   */
  put(space: string, key: string, value: string | undefined, options?: PutOptions): Promise<boolean>
  /**
   * Tells of all rows of a space, before it is fulfilled, and from then on of each that changes, whoever changes it. A row that
   * expires is not told of.
   *
   * @param ill called with a reason while the changes of others cannot be seen, and with undefined once they can again
   * @returns ends it
   */
  follow(
    space: string,
    see: (rows: readonly Row[]) => void,
    ill?: (why: string | undefined) => void,
  ): Promise<() => void>
  close(): Promise<void>
}

/** All rows of a space. */
export async function rowsOf(
  store: Store,
  space: string,
): Promise<readonly { readonly key: string; readonly value: string }[]> {
  const rows = new Map<string, { key: string; value: string }>()
  const end = await store.follow(space, (seen) => {
    // A row that changes while they are told is told of twice.
    for (const { key, value } of seen) {
      if (value === undefined) rows.delete(key)
      else rows.set(key, { key, value })
    }
  })
  end()
  return [...rows.values()]
}

/** What one exchange may cost, before anybody knows what it does. */
export interface Demand {
  /** Tokens of the prompt: what they are thought to be, and what they cannot be more than. */
  readonly prompt: { readonly about: number; readonly most: number }
  /** Tokens of the whole answer, all choices of it. */
  readonly answer: number
  /** The caller bounded its answer, so that it cannot be longer; else `answer` is what is set aside for one. */
  readonly isBounded: boolean
}

/** What an exchange did cost. */
export interface Charge {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Millionths of the currency; undefined where the model has no price. */
  readonly micro: number | undefined
  /** The provider did not say: it is reckoned from what came. */
  readonly isEstimate: boolean
}

/** What is set aside for one exchange. One call ends it; what comes after that counts for nothing. */
export interface Hold {
  /** What a caller may know of its limits, for whatever answer it gets. */
  readonly headers: Readonly<Record<string, string>>
  /** The exchange was made: what it did cost takes the place of what was set aside. */
  settle(charge: Charge): void
  /** It was not made: all is given back. */
  release(): void
}

/** What one exchange is counted in. */
export interface Allowance {
  /** It is told by what the provider reports, so that has to be asked for. */
  readonly needsUsage: boolean
  /** Sets aside what the exchange may cost, in all that it is counted in, or refuses and sets nothing aside. */
  hold(demand: Demand): Step<Hold> | Promise<Step<Hold>>
}

/** What callers may spend. */
export interface Budgeting {
  /**
   * What an exchange of this principal with this model is counted in; undefined: in nothing, and nothing need be reckoned.
   *
   * @param model undefined: it is no call of a model, and counted by policy alone
   * @param spends what policy allows of it
   */
  allowanceOf(
    principal: Principal,
    model: string | undefined,
    price: Price | undefined,
    spends: readonly Amount[],
  ): Allowance | undefined
}

/** Remembers what may be used once. Shared by all replicas. */
export interface Replay {
  /**
   * True for whoever asks first, of all processes. Rejects where nobody can tell.
   *
   * @param expiresAtMs until when it must be remembered, milliseconds since the epoch
   */
  firstUse(key: string, expiresAtMs: number): boolean | Promise<boolean>
  close(): Promise<void>
}

/** What of a principal tells whether it was revoked. */
export type Revocably = Pick<Principal, 'issuedAt' | 'verifiedAtMs' | 'revocableBy'>

/** Whether a verified principal has been revoked since. Asked at every cache hit, so it is synchronous and in memory. */
export interface Revocations {
  /** `unknown`: the store is away, so what others revoked meanwhile may be missing here. */
  state(principal: Revocably): 'live' | 'revoked' | 'unknown'
}
