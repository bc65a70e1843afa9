import type { Principal, Refusal, Step } from '../../spec/index.js'

export interface Known {
  readonly step: Step<Principal>
  /** When the endpoint must be asked again, milliseconds since the epoch. */
  readonly freshUntilMs: number
}

interface Yes extends Known {
  readonly step: Step<Principal> & { readonly kind: 'proceed' }
  /** Whose token it is. */
  readonly identity: string
}

const NO_FRESH_MS = 5000

/**
 * What an endpoint said of tokens, by SHA-256 of each. Bounded: the oldest goes first, and what was said of tokens that are none has
 * a table of its own, so that nobody who makes them up takes the place of a token.
 */
export class Answers {
  readonly #yes = new Map<string, Yes>()
  readonly #no = new Map<string, Known>()
  readonly #entriesMax: number

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  get(digest: string, nowMs: number): Step<Principal> | undefined {
    const known = this.#yes.get(digest) ?? this.#no.get(digest)
    return known !== undefined && nowMs < known.freshUntilMs ? known.step : undefined
  }

  /**
   * False where the endpoint called this token another's before: a token never changes hands, so one of the two answers is another
   * token's, and nobody can tell which.
   */
  accept(digest: string, step: Yes['step'], freshUntilMs: number): boolean {
    const { actor, onBehalfOf, clientId, tokenId } = step.value
    const identity = JSON.stringify([actor.uid, onBehalfOf?.uid, clientId, tokenId])
    const held = this.#yes.get(digest)
    if (held !== undefined && held.identity !== identity) return false
    this.#no.delete(digest)
    this.#put(this.#yes, digest, { step, freshUntilMs, identity })
    return true
  }

  refuse(digest: string, step: Refusal, nowMs: number): void {
    // What was good is so no more.
    this.#yes.delete(digest)
    this.#put(this.#no, digest, { step, freshUntilMs: nowMs + NO_FRESH_MS })
  }

  get size(): number {
    return this.#yes.size + this.#no.size
  }

  #put<T extends Known>(table: Map<string, T>, digest: string, entry: T): void {
    table.delete(digest)
    if (table.size >= this.#entriesMax) {
      const oldest = table.keys().next()
      if (oldest.done !== true) table.delete(oldest.value)
    }
    table.set(digest, entry)
  }
}
