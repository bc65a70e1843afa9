import { Lines } from './lines.js'
import type { Reading } from './reading.js'

/** Tokens from one to the one before the other. */
export interface Piece {
  readonly from: number
  readonly to: number
}

/** As long as what a small model has been seen to judge well. UTF-16 code units. */
const CHUNK_MAX = 420
const STOPS: ReadonlySet<number> = new Set([0x2e, 0x21, 0x3f, 0x3002, 0xff01, 0xff1f, 0x964, 0x6d4, 0x61f])
/** They end a sentence though nothing stands behind them. */
const FULL_STOPS: ReadonlySet<number> = new Set([0x3002, 0xff01, 0xff1f])

interface Cut {
  readonly reads: number
  readonly sentences: readonly Piece[]
  readonly lines: readonly Piece[]
}

/** Who judges a text by itself and who judges it against the system message cut the same one. */
const lastCuts = new WeakMap<Reading, Cut>()

/** Sentences, each at most `CHUNK_MAX` long: a stop with a space behind it ends one, and so does a line that does not go on in the next. */
export function sentencesOf(reading: Reading): readonly Piece[] {
  return cutOf(reading).sentences
}

/** The lines of the sentences that have several: an order must not hide behind a line that was left without a stop. */
export function linesOf(reading: Reading): readonly Piece[] {
  return cutOf(reading).lines
}

function cutOf(reading: Reading): Cut {
  const { reads } = reading
  const last = lastCuts.get(reading)
  if (last?.reads === reads) return last
  const cut = { reads, ...cutInto(reading) }
  lastCuts.set(reading, cut)
  return cut
}

function cutInto(reading: Reading): Omit<Cut, 'reads'> {
  const { count, ends, starts, text } = reading
  const wrapping = new Lines(reading)
  const sentences: Piece[] = []
  const lines: Piece[] = []
  let from = 0
  let lineFrom = 0
  let first = starts[0] ?? 0
  for (let at = 0; at < count; at++) {
    const isLast = at + 1 === count
    const end = ends[at] ?? 0
    const next = isLast ? text.length : (starts[at + 1] ?? 0)
    const line = wrapping.between(end, next)
    const to = at + 1
    const fits = !isLast && (ends[to] ?? 0) - first <= CHUNK_MAX
    const ended = !fits || line === 'breaks' || stops(reading, at, end, next)
    if (line === 'goes-on' || (ended && lineFrom > from)) {
      lines.push({ from: lineFrom, to })
      lineFrom = to
    }
    if (!ended) continue
    sentences.push({ from, to })
    from = to
    lineFrom = to
    first = next
  }
  return { sentences, lines }
}

/** Whether the token that ends at `end`, with the next at `next`, is a stop. */
function stops({ kinds, units }: Reading, at: number, end: number, next: number): boolean {
  if (kinds[at] !== 3) return false
  const code = units[end - 1] ?? 0
  return STOPS.has(code) && (next > end || FULL_STOPS.has(code))
}

/** Meanings of attacks that a sentence must have to be looked at by itself. */
const MEANT_MIN = 3

/**
 * Sentences, and lines of them, that are worth a look by themselves: what stands around them in their chunk must not make them harmless.
 *
 * @param chunks of the same sentences
 */
export function tellingOf(reading: Reading, sentences: readonly Piece[], chunks: readonly Piece[]): readonly Piece[] {
  const { meanings } = reading
  return [...sentences, ...linesOf(reading)].filter(
    (one) => meantIn(meanings, one) >= MEANT_MIN && !chunks.some((chunk) => isSame(chunk, one)),
  )
}

/** How many meanings follow one another, without those that only go on. */
export function meantIn(meanings: Uint8Array, { from, to }: Piece): number {
  let meant = 0
  let before = 0
  for (let at = from; at < to; at++) {
    const meaning = meanings[at] ?? 0
    if (meaning === 0) continue
    if (meaning !== before) meant += 1
    before = meaning
  }
  return meant
}

function isSame(one: Piece, other: Piece): boolean {
  return one.from === other.from && one.to === other.to
}

/** Sentences put together as far as they are no longer than `max`. */
export function chunksOf(reading: Reading, sentences: readonly Piece[], max: number = CHUNK_MAX): readonly Piece[] {
  const { ends, starts } = reading
  const chunks: Piece[] = []
  let open: Piece | undefined
  for (const sentence of sentences) {
    const fits: boolean = open !== undefined && (ends[sentence.to - 1] ?? 0) - (starts[open.from] ?? 0) <= max
    if (open !== undefined && fits) open = { from: open.from, to: sentence.to }
    else {
      if (open !== undefined) chunks.push(open)
      open = sentence
    }
  }
  if (open !== undefined) chunks.push(open)
  return chunks
}

/** A text that is no longer is judged against its system message as a whole, a longer one by chunks of at most as much. UTF-16 code units. */
const WHOLE_MAX = 700

/** All of a text, or its chunks where it is long; none of one without words. */
export function wholeOrChunksOf(reading: Reading): readonly Piece[] {
  if (reading.count === 0) return []
  if (reading.text.length <= WHOLE_MAX) return [{ from: 0, to: reading.count }]
  return chunksOf(reading, sentencesOf(reading), WHOLE_MAX)
}
