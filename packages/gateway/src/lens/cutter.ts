import type { Cutter } from './framing.js'

const NOTHING: Buffer = Buffer.alloc(0)

/** What every cutter does with the bytes between two feeds; where an event ends is for each framing to say. */
export abstract class BufferedCutter implements Cutter {
  bytes: Buffer = NOTHING
  at = 0
  /** Of an unfinished event; empty while `bytes` is the chunk itself, so that its offsets are the chunk's. */
  #kept: Buffer = NOTHING
  #length = 0

  get pending(): number {
    return this.#length
  }

  feed(chunk: Buffer): void {
    this.at = 0
    if (this.#length === 0) {
      this.bytes = chunk
      return
    }
    const needed = this.#length + chunk.length
    if (needed > this.#kept.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#kept.length * 2, 1024))
      this.#kept.copy(grown, 0, 0, this.#length)
      this.#kept = grown
    }
    chunk.copy(this.#kept, this.#length)
    this.#length = needed
    this.bytes = this.#kept.subarray(0, needed)
  }

  abstract next(): number

  keep(): void {
    const { at, bytes } = this
    if (at === 0 && this.#length > 0) return
    this.moved(at)
    // A new buffer: what was cut from the old one is on its way out.
    this.#kept = at < bytes.length ? Buffer.from(bytes.subarray(at)) : NOTHING
    this.#length = this.#kept.length
    this.bytes = NOTHING
    this.at = 0
  }

  rest(): Buffer {
    return this.#kept.subarray(0, this.#length)
  }

  /** What stood at `by` stands at 0 from now on: for offsets at which scanning goes on. */
  protected abstract moved(by: number): void
}
