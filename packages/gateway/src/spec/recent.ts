/** What was asked for lately, by a text. Bounded: of two generations the older one goes once the younger is full. */
export class Recent<T> {
  readonly #perGeneration: number
  readonly #weightOf: (value: T) => number
  #young = new Map<string, T>()
  #old = new Map<string, T>()
  #weight = 0

  /**
   * @param weightMax kept at most; what is asked for among the last half of it stays
   * @param weightOf a value. Default: 1, so that there are so many
   */
  constructor(weightMax: number, weightOf: (value: T) => number = one) {
    this.#perGeneration = Math.max(1, Math.floor(weightMax / 2))
    this.#weightOf = weightOf
  }

  get(key: string): T | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.put(key, old)
    return old
  }

  put(key: string, value: T): void {
    const before = this.#young.get(key)
    const weight = this.#weightOf(value)
    this.#weight += weight - (before === undefined ? 0 : this.#weightOf(before))
    if (this.#weight > this.#perGeneration) {
      this.#old = this.#young
      this.#young = new Map()
      this.#weight = weight
    }
    this.#young.set(key, value)
  }
}

function one(): number {
  return 1
}
