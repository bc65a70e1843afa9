import { hash, randomBytes } from 'node:crypto'

/** What a slot holds that was never used, and what one holds that was given up: neither is a time. */
const EMPTY = Number.NaN
const GONE = Number.POSITIVE_INFINITY

const FIRST_SLOTS = 1024
const WORDS = 4

/**
 * Times by name, a million of them where need be, in arrays that the garbage collector does not look into: as strings in a Map they
 * took a sixth of the throughput. A name is kept as 128 bits of its keyed digest, so nobody can choose names that meet.
 */
export class Times {
  readonly #salt = randomBytes(16).toString('hex')
  #slots = FIRST_SLOTS
  #digests = new Uint32Array(FIRST_SLOTS * WORDS)
  #times = new Float64Array(FIRST_SLOTS).fill(EMPTY)
  #isLong = new Uint8Array(FIRST_SLOTS)
  #size = 0
  /** Slots that are not empty, those given up too. */
  #used = 0

  get size(): number {
    return this.#size
  }

  get(name: string): number | undefined {
    const slot = this.#find(this.#digestOf(name))
    const time = this.#times[slot]
    return time === undefined || Number.isNaN(time) || time === GONE ? undefined : time
  }

  /** @param isLong for `forget` */
  set(name: string, time: number, isLong: boolean): void {
    if (this.#used * 2 >= this.#slots) this.#rebuild(() => true)
    const digest = this.#digestOf(name)
    this.#put(digest, time, isLong ? 1 : 0)
  }

  delete(name: string): void {
    const slot = this.#find(this.#digestOf(name))
    const time = this.#times[slot]
    if (time === undefined || Number.isNaN(time) || time === GONE) return
    this.#times[slot] = GONE
    this.#size -= 1
  }

  /** Gives up every time that is over; some milliseconds for a million. */
  forget(isOver: (time: number, isLong: boolean) => boolean): void {
    this.#rebuild((time, isLong) => !isOver(time, isLong))
  }

  #digestOf(name: string): Uint32Array {
    const digest = hash('sha256', this.#salt + name, 'buffer')
    const words = new Uint32Array(WORDS)
    for (let word = 0; word < WORDS; word += 1) words[word] = digest.readUInt32LE(word * WORDS)
    return words
  }

  /** The slot of that digest, else the empty one where it would stand. */
  #find(digest: Uint32Array): number {
    const mask = this.#slots - 1
    for (let slot = (digest[0] ?? 0) & mask; ; slot = (slot + 1) & mask) {
      if (Number.isNaN(this.#times[slot]) || this.#isAt(slot, digest)) return slot
    }
  }

  #isAt(slot: number, digest: Uint32Array): boolean {
    const at = slot * WORDS
    for (let word = 0; word < WORDS; word += 1) if (this.#digests[at + word] !== digest[word]) return false
    return true
  }

  #put(digest: Uint32Array, time: number, isLong: number): void {
    const slot = this.#find(digest)
    const before = this.#times[slot] ?? EMPTY
    if (Number.isNaN(before)) this.#used += 1
    if (Number.isNaN(before) || before === GONE) this.#size += 1
    this.#digests.set(digest, slot * WORDS)
    this.#times[slot] = time
    this.#isLong[slot] = isLong
  }

  /** Into arrays that are at most a quarter full. */
  #rebuild(keeps: (time: number, isLong: boolean) => boolean): void {
    const [digests, times, isLong] = [this.#digests, this.#times, this.#isLong]
    let slots = FIRST_SLOTS
    while (slots < this.#size * 4) slots *= 2
    this.#slots = slots
    this.#digests = new Uint32Array(slots * WORDS)
    this.#times = new Float64Array(slots).fill(EMPTY)
    this.#isLong = new Uint8Array(slots)
    this.#size = 0
    this.#used = 0
    for (const [slot, time] of times.entries()) {
      const long = isLong[slot] ?? 0
      if (Number.isNaN(time) || time === GONE || !keeps(time, long === 1)) continue
      this.#put(digests.subarray(slot * WORDS, (slot + 1) * WORDS), time, long)
    }
  }
}
