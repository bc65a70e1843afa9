import { createNormalizer } from './normalizer.js'

export interface TokenizerFile {
  /** By id. */
  readonly pieces: readonly string[]
  /** Of each piece: the logarithm of how likely it is. */
  readonly scores: readonly number[]
  readonly unknown: number
  /** Base64. */
  readonly characters: string
}

/** What a text is cut into: ids, and for each where it stands, UTF-16, end exclusive. */
export interface Tokens {
  readonly ids: readonly number[]
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

export type Tokenize = (text: string) => Tokens

/** Stands for a space, and before the first word. */
const SPACE = '\u2581'
/** How much less likely than the rarest piece a character is that no piece has. */
const UNKNOWN_PENALTY = 10

/**
 * A Unigram tokenizer: of all cuttings of a word into pieces the most likely one. Without the marks of a beginning and an end.
 *
 * Takes time in proportion to the text: no piece is longer than some twenty characters.
 */
export function createTokenizer({ characters, pieces, scores, unknown }: TokenizerFile): Tokenize {
  const normalize = createNormalizer(Buffer.from(characters, 'base64'))
  const ids = new Map<string, number>()
  let longest = 1
  let least = 0
  for (const [id, piece] of pieces.entries()) {
    const score = scores[id] ?? 0
    least = Math.min(least, score)
    // The first four are marks of the model's own, and no text is cut into them.
    if (id <= unknown) continue
    ids.set(piece, id)
    longest = Math.max(longest, piece.length)
  }
  const unknownScore = least - UNKNOWN_PENALTY

  return (text) => {
    const { ends, starts, text: normal } = normalize(text)
    const found: { ids: number[]; starts: number[]; ends: number[] } = { ids: [], starts: [], ends: [] }
    if (normal === '') return found
    const led = normal.startsWith(' ') || normal.startsWith(SPACE)
    const spaced = (led ? normal : ` ${normal}`).replaceAll(' ', SPACE)
    const shift = led ? 0 : 1
    for (let from = 0; from < spaced.length; ) {
      const next = spaced.indexOf(SPACE, from + 1)
      const to = next === -1 ? spaced.length : next
      cut(spaced.slice(from, to), (id, start, end) => {
        found.ids.push(id)
        found.starts.push(starts[Math.max(0, from + start - shift)] ?? 0)
        found.ends.push(ends[Math.max(0, from + end - shift - 1)] ?? text.length)
      })
      from = to
    }
    return found
  }

  /** Viterbi over one word. */
  function cut(word: string, take: (id: number, start: number, end: number) => void): void {
    const { length } = word
    const best = new Float64Array(length + 1).fill(Number.NEGATIVE_INFINITY)
    const back = new Int32Array(length + 1)
    const piece = new Int32Array(length + 1)
    best[0] = 0
    for (let start = 0; start < length; ) {
      const size = (word.codePointAt(start) ?? 0) > 0xffff ? 2 : 1
      const base = best[start] ?? 0
      let single = false
      const most = Math.min(length, start + longest)
      for (let end = start + 1; end <= most; end++) {
        const id = ids.get(word.slice(start, end))
        if (id === undefined) continue
        if (end - start === size) single = true
        const score = base + (scores[id] ?? 0)
        if (score > (best[end] ?? 0)) set(end, score, start, id)
      }
      if (!single) {
        const end = start + size
        if (base + unknownScore > (best[end] ?? 0)) set(end, base + unknownScore, start, unknown)
      }
      start += size
    }
    const cuts: [id: number, start: number, end: number][] = []
    for (let end = length; end > 0; end = back[end] ?? 0) {
      const [id, start] = [piece[end] ?? unknown, back[end] ?? 0]
      const last = cuts.at(-1)
      // Unknown characters in a row are one.
      if (id === unknown && last !== undefined && last[0] === unknown) last[1] = start
      else cuts.push([id, start, end])
    }
    for (const [id, start, end] of cuts.reverse()) take(id, start, end)

    function set(end: number, score: number, start: number, id: number): void {
      best[end] = score
      back[end] = start
      piece[end] = id
    }
  }
}
