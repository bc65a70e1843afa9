const SMALLEST = 1024
const FULL = 0.6

/** A number of 32 bits, not 0, for each fingerprint. Open addressing in typed arrays: at most 40 bytes for each of many. */
export class Table {
  #mask = SMALLEST - 1
  #a = new Uint32Array(SMALLEST)
  #b = new Uint32Array(SMALLEST)
  #values = new Uint32Array(SMALLEST)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** 0 where there is none. */
  get(a: number, b: number): number {
    const [keysA, keysB, values, mask] = [this.#a, this.#b, this.#values, this.#mask]
    for (let at = a & mask; ; at = (at + 1) & mask) {
      const value = values[at] ?? 0
      if (value === 0 || (keysA[at] === a && keysB[at] === b)) return value
    }
  }

  set(a: number, b: number, value: number): void {
    if (this.#size + 1 > this.#values.length * FULL) this.#grow()
    const at = this.#placeOf(a, b)
    if (this.#values[at] === 0) this.#size += 1
    this.#a[at] = a
    this.#b[at] = b
    this.#values[at] = value
  }

  delete(a: number, b: number): void {
    const mask = this.#mask
    let gap = this.#placeOf(a, b)
    if (this.#values[gap] === 0) return
    this.#size -= 1
    // Whoever stands behind and would have stood here moves up: a search ends at the first gap.
    for (let at = (gap + 1) & mask; this.#values[at] !== 0; at = (at + 1) & mask) {
      const home = (this.#a[at] ?? 0) & mask
      if (((at - home) & mask) < ((at - gap) & mask)) continue
      this.#a[gap] = this.#a[at] ?? 0
      this.#b[gap] = this.#b[at] ?? 0
      this.#values[gap] = this.#values[at] ?? 0
      gap = at
    }
    this.#values[gap] = 0
  }

  #placeOf(a: number, b: number): number {
    let at = a & this.#mask
    while (this.#values[at] !== 0 && (this.#a[at] !== a || this.#b[at] !== b)) at = (at + 1) & this.#mask
    return at
  }

  #grow(): void {
    const [keysA, keysB, values] = [this.#a, this.#b, this.#values]
    const length = values.length * 2
    this.#mask = length - 1
    this.#a = new Uint32Array(length)
    this.#b = new Uint32Array(length)
    this.#values = new Uint32Array(length)
    for (let at = 0; at < values.length; at++) {
      if (values[at] === 0) continue
      const to = this.#placeOf(keysA[at] ?? 0, keysB[at] ?? 0)
      this.#a[to] = keysA[at] ?? 0
      this.#b[to] = keysB[at] ?? 0
      this.#values[to] = values[at] ?? 0
    }
  }
}
