import type { Clock } from '../spec/index.js'
import { type KeyChange, type KeyEntry, KeyRing, type KeyState } from './key-ring.js'

export interface KeyRingsParts {
  readonly clock: Clock
  readonly tell: (change: KeyChange) => void
}

/** A provider, as its keys are listed. */
export interface Keyed {
  readonly name: string
  readonly dialect: string
  readonly baseUrl: string
}

/** A provider of a configuration. */
interface Configured extends Keyed {
  /** How it is shown its keys; not listed. */
  readonly shown: string
  readonly entries: readonly KeyEntry[]
}

interface Held extends Keyed {
  readonly shown: string
  /** Undefined where the provider has no keys. */
  readonly ring: KeyRing | undefined
}

/** The keys of all providers, through reloads. */
export class KeyRings {
  readonly #parts: KeyRingsParts
  #providers: ReadonlyMap<string, Held> = new Map()

  constructor(parts: KeyRingsParts) {
    this.#parts = parts
  }

  /**
   * These from now on. A ring goes on where its provider's address is the same, and how it is shown keys, each key in the state
   * that it is in.
   */
  use(providers: readonly Configured[]): void {
    this.#providers = new Map(
      providers.map(({ entries, ...held }) => [held.name, { ...held, ring: this.#ringOf({ ...held, entries }) }]),
    )
  }

  #ringOf({ name, baseUrl, shown, entries }: Configured): KeyRing | undefined {
    if (entries.length === 0) return undefined
    const before = this.#providers.get(name)
    // For another address a ring of its own: exchanges from before the reload go to the old one, and with the old keys.
    if (before?.ring === undefined || before.baseUrl !== baseUrl || before.shown !== shown) {
      return new KeyRing({ ...this.#parts, provider: name, entries })
    }
    before.ring.use(entries)
    return before.ring
  }

  of(provider: string): KeyRing | undefined {
    return this.#providers.get(provider)?.ring
  }

  /** Begins to read what takes time to read, so that first calls need not wait. */
  warm(): void {
    for (const { ring } of this.#providers.values()) ring?.warm()
  }

  list(): readonly (Keyed & { readonly keys: readonly KeyState[] })[] {
    return [...this.#providers.values()].map(({ ring, shown: _, ...keyed }) => ({
      ...keyed,
      keys: ring?.states() ?? [],
    }))
  }
}
