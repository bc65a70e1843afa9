import type { Piece } from './pieces.js'
import type { Reading } from './reading.js'

const LONG_WORD = 4
const NONE: readonly number[] = []

/** What tells of a sentence where it stands: how much of it the rest of the document speaks of, and what is around it. */
export class Context {
  #of: (readonly number[])[] = []

  read({ ends, hashes, kinds, starts, text }: Reading, sentences: readonly Piece[]): void {
    // In how many sentences a word stands.
    const seen = new Map<number, number>()
    for (const { from, to } of sentences) {
      const here = new Set<number>()
      for (let at = from; at < to; at++) if (isTelling(at)) here.add(hashes[at] ?? 0)
      for (const hash of here) seen.set(hash, (seen.get(hash) ?? 0) + 1)
    }
    const shapes = sentences.map(({ from, to }) => shapeOf(from, to))
    this.#of = sentences.map(({ from, to }, index) => {
      let telling = 0
      let elsewhere = 0
      for (let at = from; at < to; at++) {
        if (!isTelling(at)) continue
        telling += 1
        if ((seen.get(hashes[at] ?? 0) ?? 0) > 1) elsewhere += 1
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

    function isTelling(at: number): boolean {
      return kinds[at] === 1 && (ends[at] ?? 0) - (starts[at] ?? 0) >= LONG_WORD
    }

    /** A row of a table, a line of code, a line without a stop, a sentence, the edge of a block of code. */
    function shapeOf(from: number, to: number): number {
      const start = starts[from] ?? 0
      const end = ends[to - 1] ?? 0
      const first = text.charAt(start)
      if (first === '|') return 0
      if (first === '`' && text.startsWith('```', start)) return 5
      const last = text.charAt(end - 1)
      if (/[;{}()[\]=>]/.test(last) || /[{}<#/*$]/.test(first)) return 1
      return /[.!?。！？।]/.test(last) ? 3 : 2
    }
  }

  /** Features of a sentence that was read. */
  of(index: number): readonly number[] {
    return this.#of[index] ?? NONE
  }
}
