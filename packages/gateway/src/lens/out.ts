const NOTHING: Buffer = Buffer.alloc(0)

/** What leaves: pieces, and behind them a run of the bytes at hand that nobody edited, copied once if at all. */
export class Out {
  #pieces: Buffer[] = []
  #bytes: Buffer = NOTHING
  #start = 0
  #end = 0

  /** From now on runs are of these bytes. */
  from(bytes: Buffer): void {
    this.#close()
    this.#bytes = bytes
  }

  run(from: number, to: number): void {
    if (from !== this.#end) {
      this.#close()
      this.#start = from
    }
    this.#end = to
  }

  piece(piece: Buffer): void {
    this.#close()
    this.#pieces.push(piece)
  }

  /** All of it; empty from then on. */
  take(): Buffer {
    this.#close()
    this.#start = this.#end = 0
    const pieces = this.#pieces
    if (pieces.length === 0) return NOTHING
    this.#pieces = []
    return pieces.length === 1 ? (pieces[0] ?? NOTHING) : Buffer.concat(pieces)
  }

  #close(): void {
    if (this.#end > this.#start) this.#pieces.push(this.#bytes.subarray(this.#start, this.#end))
    this.#start = this.#end
  }
}
