/**
 * A provider's key in use: one object for as long as its text is the same and no answer refused it. Whoever was given it gives
 * it back with what the provider said, so that an answer about an earlier use changes nothing of a later one.
 */
export class ProviderKey {
  readonly #text: string
  #echoes: readonly Buffer[] | undefined

  constructor(text: string) {
    this.#text = text
  }

  /**
   * What no answer may hold: the first half of what is confidential, since a quote may break off; as it is, and as JSON may write
   * it. None of what can be guessed.
   *
   * @param confidential what of the text that is, the same at each call; undefined: all of it
   */
  echoes(confidential?: (text: string) => readonly string[]): readonly Buffer[] {
    this.#echoes ??= (confidential?.(this.#text) ?? [this.#text]).flatMap(echoesOf)
    return this.#echoes
  }

  /** For the header of the call, and nothing else. */
  reveal(): string {
    return this.#text
  }
}

/** Servers that ask for no key are given words such as `EMPTY`, which answers may well hold. */
const GUESSABLE = 16

function echoesOf(secret: string): readonly Buffer[] {
  if (secret.length < GUESSABLE) return []
  const half = secret.slice(0, Math.max(GUESSABLE, Math.ceil(secret.length / 2)))
  const inJson = JSON.stringify(half).slice(1, -1)
  const spellings = new Set([half, inJson, inJson.replaceAll('/', '\\/')])
  return [...spellings].map((one) => Buffer.from(one, 'latin1'))
}

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
