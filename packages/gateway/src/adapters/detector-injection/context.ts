import { Numbers } from './numbers.js'
import type { Piece } from './pieces.js'
import type { Reading } from './reading.js'

const LONG_WORD = 4
const NONE: readonly number[] = []
const NO_WORD = -1
const ENDS_CODE: ReadonlySet<string> = new Set(';{}()[]=>')
const BEGINS_CODE: ReadonlySet<string> = new Set('{}<#/*$')
const ENDS_SENTENCE: ReadonlySet<string> = new Set('.!?。！？।')

/** What tells of a sentence where it stands: how much of it the rest of the document speaks of, and what is around it. */
export class Context {
  #of: (readonly number[])[] = []
  readonly #words: Numbers = new Numbers()
  /** By token, which word it is. */
  #wordOf: Int32Array = new Int32Array(0)
  /** By word, the first sentence that has it, and whether another one has it too. */
  #firstIn: Int32Array = new Int32Array(0)
  #isShared: Uint8Array = new Uint8Array(0)

  read(reading: Reading, sentences: readonly Piece[]): void {
    this.#readWords(reading, sentences)
    const wordOf = this.#wordOf
    const isShared = this.#isShared
    const shapes = sentences.map((one) => shapeOf(reading, one))
    this.#of = sentences.map(({ from, to }, index) => {
      let telling = 0
      let elsewhere = 0
      for (let at = from; at < to; at++) {
        const word = wordOf[at] ?? NO_WORD
        if (word === NO_WORD) continue
        telling += 1
        if (isShared[word] === 1) elsewhere += 1
      }
      const share = telling === 0 ? 5 : Math.min(4, Math.floor((elsewhere / telling) * 5))
      const size = Math.min(4, 32 - Math.clz32(sentences.length))
      const place = index === 0 ? 0 : index === sentences.length - 1 ? 1 : 2
      const before = shapes[index - 1] ?? 4
      const behind = shapes[index + 1] ?? 4
      return [
        0x9001 + share * 8 + size,
        0x9101 + place * 8 + size,
        0x9201 + before * 8 + behind,
        0x9301 + (shapes[index] ?? 4),
      ]
    })
  }

  #readWords({ count, ends, hashes, kinds, starts }: Reading, sentences: readonly Piece[]): void {
    this.#makeRoom(count)
    const words = this.#words
    const firstIn = this.#firstIn
    words.clear()
    for (const [index, { from, to }] of sentences.entries()) {
      for (let at = from; at < to; at++) {
        if (kinds[at] !== 1 || (ends[at] ?? 0) - (starts[at] ?? 0) < LONG_WORD) {
          this.#wordOf[at] = NO_WORD
          continue
        }
        const known = words.size
        const word = words.add(hashes[at] ?? 0)
        this.#wordOf[at] = word
        if (word === known) {
          firstIn[word] = index
          this.#isShared[word] = 0
        } else if (firstIn[word] !== index) this.#isShared[word] = 1
      }
    }
  }

  #makeRoom(count: number): void {
    if (count <= this.#wordOf.length) return
    const room = Math.max(4096, count)
    this.#wordOf = new Int32Array(room)
    this.#firstIn = new Int32Array(room)
    this.#isShared = new Uint8Array(room)
  }

  /** Features of a sentence that was read. */
  of(index: number): readonly number[] {
    return this.#of[index] ?? NONE
  }
}

/** A row of a table, a line of code, a line without a stop, a sentence, the edge of a block of code. */
function shapeOf({ ends, starts, text }: Reading, { from, to }: Piece): number {
  const start = starts[from] ?? 0
  const end = ends[to - 1] ?? 0
  const first = text.charAt(start)
  if (first === '|') return 0
  if (first === '`' && text.startsWith('```', start)) return 5
  const last = text.charAt(end - 1)
  if (ENDS_CODE.has(last) || BEGINS_CODE.has(first)) return 1
  return ENDS_SENTENCE.has(last) ? 3 : 2
}
