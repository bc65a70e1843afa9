/**
 * A provider's key in use: one object for as long as its text is the same and no answer refused it. Whoever was given it gives
 * it back with what the provider said, so that an answer about an earlier use changes nothing of a later one.
 */
export class ProviderKey {
  readonly #text: string
  /**
   * What no answer may hold: its first half, since a quote may break off; as it is, and as JSON may write it. None of a text that
   * can be guessed.
   */
  readonly echoes: readonly Buffer[]

  constructor(text: string) {
    this.#text = text
    const half = text.slice(0, Math.max(GUESSABLE, Math.ceil(text.length / 2)))
    const inJson = JSON.stringify(half).slice(1, -1)
    const spellings = new Set([half, inJson, inJson.replaceAll('/', '\\/')])
    this.echoes = text.length < GUESSABLE ? [] : [...spellings].map((one) => Buffer.from(one, 'latin1'))
  }

  /** For the header of the call, and nothing else. */
  reveal(): string {
    return this.#text
  }
}

/** Servers that ask for no key are given words such as `EMPTY`, which answers may well hold. */
const GUESSABLE = 16

/** Why no key can be given. */
export class NoKey extends Error {
  override readonly name: string = 'NoKey'
  readonly why: 'unreadable' | 'backing_off'

  constructor(why: NoKey['why']) {
    super(why)
    this.why = why
  }
}

/** The keys of one provider, as a call asks for them. */
export interface ProviderKeys {
  /** The key whose turn it is. Throws, or rejects with, `NoKey`. */
  take(): ProviderKey | Promise<ProviderKey>
  /** The provider answered 401 to it. */
  refused(key: ProviderKey): void
  /** The provider answered as it does to whom it knows. */
  accepted(key: ProviderKey): void
}
