import type { Principal, Step } from '../spec/index.js'

/** How long a verification is believed at most: a token that lives longer is verified again. */
const ENTRY_MAX_AGE_MS = 5 * 60_000

interface Entry {
  readonly step: Step<Principal> & { readonly kind: 'proceed' }
  readonly untilMs: number
}

/** Successful verifications by SHA-256 of the token. Holds no token, so a memory dump of it opens nothing. */
export class VerifiedCache {
  readonly #entries = new Map<string, Entry>()
  readonly #entriesMax: number

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  get(digest: string, nowMs: number): Entry['step'] | undefined {
    const entry = this.#entries.get(digest)
    if (entry === undefined) return undefined
    if (nowMs < entry.untilMs) return entry.step
    this.#entries.delete(digest)
    return undefined
  }

  put(digest: string, step: Entry['step'], nowMs: number): void {
    // `exp` itself: the tolerance at the door forgives clocks, it does not lengthen what we remember.
    const { expiresAt, recheckAtMs = Number.POSITIVE_INFINITY } = step.value
    const untilMs = Math.min(expiresAt * 1000, recheckAtMs, nowMs + ENTRY_MAX_AGE_MS)
    if (nowMs >= untilMs || this.#entriesMax < 1) return
    if (this.#entries.size >= this.#entriesMax && !this.#entries.has(digest)) {
      const oldest = this.#entries.keys().next()
      if (oldest.done !== true) this.#entries.delete(oldest.value)
    }
    this.#entries.set(digest, { step, untilMs })
  }

  delete(digest: string): void {
    this.#entries.delete(digest)
  }

  clear(): void {
    this.#entries.clear()
  }

  get size(): number {
    return this.#entries.size
  }
}
