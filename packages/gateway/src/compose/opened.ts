interface Closable {
  close(): void | Promise<void>
}

/** What was opened so far, to be closed in the opposite order: when it ends, or when what comes after cannot be opened. */
export class Opened {
  readonly #open: Closable[] = []

  add<T extends Closable>(one: T): T {
    this.#open.push(one)
    return one
  }

  async close(): Promise<void> {
    for (let last = this.#open.pop(); last !== undefined; last = this.#open.pop()) await last.close()
  }
}
