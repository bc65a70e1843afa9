const START = 32 * 1024
/** What is kept between answers; what a large one needed is not. */
const SPARE_MAX = 16
const SPARE_BYTES_MAX = 256 * 1024

/** The bytes of an answer while it is written. */
export class AnswerBytes {
  /** Valid up to `end`; another one, with another view, once more was asked for. */
  bytes: Buffer = Buffer.allocUnsafeSlow(START)
  view: DataView = viewOf(this.bytes)
  end = 0

  /** Makes room. */
  reserve(more: number): void {
    if (this.end + more <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.end + more))
    this.bytes.copy(larger, 0, 0, this.end)
    this.bytes = larger
    this.view = viewOf(larger)
  }

  write(text: string): void {
    // Three bytes a code unit at most.
    this.reserve(text.length < START / 4 ? 3 * text.length : Buffer.byteLength(text))
    this.end += this.bytes.write(text, this.end)
  }

  /** What was written, lent: it is another's once anything more is written, or this is given back. */
  lent(): Buffer {
    return this.bytes.subarray(0, this.end)
  }

  /** What was written, as bytes of their own; nothing is left. */
  taken(): Buffer {
    const taken = Buffer.from(this.lent())
    this.end = 0
    return taken
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length)
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
