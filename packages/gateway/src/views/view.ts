import type { Span } from '../spec/index.js'

/** How a text is shown: by what a reader would have to undo to read it so. */
export type ViewKind =
  | 'decoded'
  | 'folded'
  | 'hidden'
  | 'joined'
  | 'leet'
  | 'mirrored'
  | 'reversed'
  | 'rot13'
  | 'unescaped'

/** A text shown in another way, and where each of its characters came from. */
export interface View {
  readonly kind: ViewKind
  readonly text: string
  /** What stands behind a stretch of the view, which must not be empty, in the text that it was made of. */
  spanOf(start: number, end: number): Span
}

/** Puts a view together, piece by piece. */
export class Showing {
  #text = ''
  #starts: Int32Array
  #ends: Int32Array
  #length = 0

  /** @param about how long it will be; it grows where that is too little */
  constructor(about: number) {
    this.#starts = new Int32Array(about + 16)
    this.#ends = new Int32Array(about + 16)
  }

  get length(): number {
    return this.#length
  }

  /** Shows `text` for what stands from `start` to `end`, all of it for each of its characters. */
  add(text: string, start: number, end: number): void {
    const length = this.#length + text.length
    this.#makeRoom(length)
    this.#starts.fill(start, this.#length, length)
    this.#ends.fill(end, this.#length, length)
    this.#text += text
    this.#length = length
  }

  /** Shows a stretch of the text as it is. */
  copy(text: string, start: number, end: number): void {
    this.#makeRoom(this.#length + end - start)
    for (let at = start; at < end; at++) {
      this.#starts[this.#length] = at
      this.#ends[this.#length] = at + 1
      this.#length += 1
    }
    this.#text += text.slice(start, end)
  }

  view(kind: ViewKind): View {
    const text = this.#text
    const starts = this.#starts
    const ends = this.#ends
    return {
      kind,
      text,
      spanOf(start, end) {
        const [first, last] = [start, end - 1]
        // What is shown in another order begins where its last character came from.
        return {
          start: Math.min(starts[first] ?? 0, starts[last] ?? 0),
          end: Math.max(ends[first] ?? 0, ends[last] ?? 0),
        }
      },
    }
  }

  #makeRoom(length: number): void {
    if (length <= this.#starts.length) return
    this.#starts = grown(this.#starts, length)
    this.#ends = grown(this.#ends, length)
  }
}

function grown(array: Int32Array, length: number): Int32Array {
  const more = new Int32Array(Math.max(length, array.length * 2))
  more.set(array)
  return more
}

/** A view of a view is one of the text that the first was made of. */
export function through(first: View, second: View): View {
  return {
    kind: second.kind,
    text: second.text,
    spanOf(start, end) {
      const within = second.spanOf(start, end)
      return first.spanOf(within.start, within.end)
    },
  }
}
