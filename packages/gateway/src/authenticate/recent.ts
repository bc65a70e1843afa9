/** What was asked for lately, by a text. Bounded: of two generations the older one goes once the younger is full. */
export class Recent<T> {
  readonly #perGeneration: number
  #young = new Map<string, T>()
  #old = new Map<string, T>()

  /** @param entriesMax kept at most; what is asked for among the last half of them stays */
  constructor(entriesMax: number) {
    this.#perGeneration = Math.max(1, Math.floor(entriesMax / 2))
  }

  get(key: string): T | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.put(key, old)
    return old
  }

  put(key: string, value: T): void {
    if (this.#young.size >= this.#perGeneration && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }
}
