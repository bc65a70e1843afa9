/** A set of whole numbers of 32 bits that knows in which order they came. It is filled anew again and again: its memory stays. */
export class Numbers {
  /** By place of a hash table, the number's index and 1; 0: free. At most half of them are taken. */
  #table: Int32Array = new Int32Array(512)
  #values: Int32Array = new Int32Array(256)
  #size = 0

  get size(): number {
    return this.#size
  }

  clear(): void {
    this.#table.fill(0)
    this.#size = 0
  }

  /** @returns the index of the number: how many others came before it did */
  add(value: number): number {
    const table = this.#table
    const mask = table.length - 1
    let place = (Math.imul(value, 0x9e3779b1) >>> 7) & mask
    for (let index = table[place] ?? 0; index !== 0; index = table[place] ?? 0) {
      if (this.#values[index - 1] === value) return index - 1
      place = (place + 1) & mask
    }
    this.#values[this.#size++] = value
    table[place] = this.#size
    if (this.#size === this.#values.length) this.#grow()
    return this.#size - 1
  }

  has(value: number): boolean {
    const table = this.#table
    const mask = table.length - 1
    let place = (Math.imul(value, 0x9e3779b1) >>> 7) & mask
    for (let index = table[place] ?? 0; index !== 0; index = table[place] ?? 0) {
      if (this.#values[index - 1] === value) return true
      place = (place + 1) & mask
    }
    return false
  }

  /** A copy. */
  values(): readonly number[] {
    return Array.from(this.#values.subarray(0, this.#size))
  }

  at(index: number): number {
    return this.#values[index] ?? 0
  }

  #grow(): void {
    const values = this.#values
    this.#table = new Int32Array(this.#table.length * 2)
    this.#values = new Int32Array(values.length * 2)
    this.#size = 0
    for (const value of values) this.add(value)
  }
}
