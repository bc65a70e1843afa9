import { type Clock, keyText, type SecretSource, SecretUnreadable } from '../spec/index.js'

/** What could not be read is not asked for again sooner: a command that fails at once would be run for every call. */
const RETRY_MS = 1000

/**
 * A secret between two readings. Where reading takes time, one reading at a time is under way, and the text of before serves
 * until it ends; where such a reading fails, until twice its time is over.
 */
export class HeldSecret {
  readonly #source: SecretSource
  readonly #clock: Clock
  #text: string | undefined
  /** Of the last reading, where it failed. */
  #failure: SecretUnreadable | undefined
  #readAgainMs = Number.NEGATIVE_INFINITY
  #usableUntilMs = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined

  constructor(source: SecretSource, clock: Clock) {
    this.#source = source
    this.#clock = clock
  }

  /** Throws, or rejects with, `SecretUnreadable`. */
  text(): string | Promise<string> {
    const now = this.#clock.now()
    if (now >= this.#readAgainMs && this.#reading === undefined) this.#read(now)
    if (now >= this.#usableUntilMs) this.#text = undefined
    if (this.#text !== undefined) return this.#text
    return this.#reading === undefined ? this.#atHand() : this.#reading.then(() => this.#atHand())
  }

  /** Reads at once, whatever is held; rejects with `SecretUnreadable` where that fails. */
  async readNow(): Promise<string> {
    // A reading that began before may give what stood there before.
    while (this.#reading !== undefined) await this.#reading
    this.#read(this.#clock.now())
    await this.#reading
    if (this.#failure !== undefined) throw this.#failure
    return this.#atHand()
  }

  #atHand(): string {
    if (this.#text === undefined) throw this.#failure ?? new SecretUnreadable(`${this.#source.kind}: not read`)
    return this.#text
  }

  #read(now: number): void {
    let read: string | Promise<string>
    try {
      read = this.#source.read()
    } catch (error) {
      this.#text = undefined
      this.#failed(error)
      return
    }
    if (typeof read === 'string') {
      // From the time before it was read, both: between two times nobody would read it, nor have it.
      this.#took(read, now, this.#source.freshMs)
      return
    }
    this.#reading = read.then(
      (text) => {
        this.#reading = undefined
        this.#took(text, this.#clock.now(), 2 * this.#source.freshMs)
      },
      (error: unknown) => {
        this.#reading = undefined
        if (this.#clock.now() >= this.#usableUntilMs) this.#text = undefined
        this.#failed(error)
      },
    )
  }

  #took(read: string, now: number, usableMs: number): void {
    const text = keyText(read)
    // Whatever else has got in here, a page say or a message, is no key.
    if (text === undefined) {
      this.#text = undefined
      this.#failed(
        new SecretUnreadable(`${this.#source.kind}: what is there is no key: printable ASCII without spaces`),
      )
      return
    }
    this.#text = text
    this.#failure = undefined
    this.#readAgainMs = now + this.#source.freshMs
    this.#usableUntilMs = now + usableMs
  }

  #failed(error: unknown): void {
    // Of an error that is not ours nobody knows what it quotes.
    this.#failure =
      error instanceof SecretUnreadable ? error : new SecretUnreadable(`${this.#source.kind}: cannot be read`)
    this.#readAgainMs = this.#clock.now() + RETRY_MS
  }
}
