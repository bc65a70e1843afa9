import { type Refusal, refuse } from '../spec/index.js'

const NEWLINE = 0x0a
const RETURN = 0x0d

/** A line of a file, without the newline that ends it. */
export interface Line {
  /** From 1. */
  readonly number: number
  readonly bytes: Buffer
  /** The last one of a file may have none. */
  readonly hasNewline: boolean
}

/** Cuts pieces in any cutting into lines, which are good until the next piece. What is before a newline is a line, a carriage return too: to JSON that is space. */
export class LineReader {
  readonly #atMost: number
  #number = 0
  #held: Buffer[] = []
  #bytes = 0

  /** @param atMost bytes of one line */
  constructor(atMost: number) {
    this.#atMost = atMost
  }

  *push(piece: Buffer): Generator<Line | Refusal> {
    for (let start = 0; start < piece.length; ) {
      const at = piece.indexOf(NEWLINE, start)
      const part = piece.subarray(start, at < 0 ? piece.length : at)
      this.#bytes += part.length
      if (this.#bytes > this.#atMost) {
        yield tooLong(this.#number + 1, this.#atMost)
        return
      }
      if (at < 0) {
        // The piece is only lent.
        if (part.length > 0) this.#held.push(Buffer.from(part))
        return
      }
      if (part.length > 0) this.#held.push(part)
      yield this.#line(true)
      start = at + 1
    }
  }

  /** What stands behind the last newline. */
  end(): Line | undefined {
    return this.#bytes === 0 ? undefined : this.#line(false)
  }

  #line(hasNewline: boolean): Line {
    const [only, ...others] = this.#held
    const bytes = only === undefined ? NOTHING : others.length === 0 ? only : Buffer.concat(this.#held, this.#bytes)
    this.#held = []
    this.#bytes = 0
    this.#number += 1
    return { number: this.#number, bytes, hasNewline }
  }
}

const NOTHING: Buffer = Buffer.alloc(0)

function tooLong(number: number, atMost: number): Refusal {
  return refuse('body_too_large', `line ${number}: more than ${atMost} bytes`, {
    message: `Line ${number} is longer than a request may be.`,
  })
}

/** Nothing but what JSON takes for space. */
export function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)
}

/** Whether readers that take a carriage return by itself for the end of a line would read several. */
export function isSeveral(bytes: Buffer): boolean {
  const at = bytes.indexOf(RETURN)
  return at >= 0 && !isBlank(bytes.subarray(at))
}

/** Which line a refusal is about: its number, never what it says. */
export function inLine(number: number, refusal: Refusal): Refusal {
  return { ...refusal, message: `Line ${number}: ${refusal.message}`, forLog: `line ${number}: ${refusal.forLog}` }
}
