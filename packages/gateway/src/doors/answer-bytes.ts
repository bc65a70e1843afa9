const START = 32 * 1024
/** What is kept between answers; what a large one needed is not. */
const SPARE_MAX = 16
const SPARE_BYTES_MAX = 256 * 1024

/** The bytes of an answer while it is written. */
export class AnswerBytes {
  /** Valid up to `end`; another one once more was asked for. */
  bytes: Buffer = Buffer.allocUnsafeSlow(START)
  end = 0

  /** Makes room. */
  reserve(more: number): void {
    if (this.end + more <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.end + more))
    this.bytes.copy(larger, 0, 0, this.end)
    this.bytes = larger
  }

  write(text: string): void {
    // Three bytes a code unit at most.
    this.reserve(text.length < START ? 3 * text.length : Buffer.byteLength(text))
    this.end += this.bytes.write(text, this.end)
  }

  /** What was written, as bytes of their own; nothing is left. */
  taken(): Buffer {
    const taken = Buffer.allocUnsafe(this.end)
    this.bytes.copy(taken, 0, 0, this.end)
    this.end = 0
    return taken
  }
}

const spare: AnswerBytes[] = []

/** Memory that the last answers were written in, where there is some: new memory would call for collections. */
export function borrowBytes(): AnswerBytes {
  return spare.pop() ?? new AnswerBytes()
}

/** Nobody else may hold it any more. */
export function giveBack(bytes: AnswerBytes): void {
  bytes.end = 0
  if (spare.length < SPARE_MAX && bytes.bytes.length <= SPARE_BYTES_MAX) spare.push(bytes)
}
