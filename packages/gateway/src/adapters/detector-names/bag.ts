import { COMMON_SHIFT, CUE, STREET, TITLE, UNIT } from './lexicon.js'
import type { Reader } from './reader.js'
import { BACK_MAX } from './tokens.js'

/** Words of a bag at the most, and how long they are. */
export const BAG_MAX = 14
const WORD_MAX = 16
/** Common words, and such as go with names and addresses. */
const OF_BAG = (3 << COMMON_SHIFT) | TITLE | CUE | UNIT | STREET

/**
 * Writes down hashes of the words that end before `start`, the nearest first.
 *
 * @param word the one that stands at `start`, or that goes on there: what of it stands before is a word
 * @returns how many
 */
export function bagBefore(reader: Reader, start: number, word: number, out: Uint32Array): number {
  const lowest = start - BACK_MAX
  let count = 0
  for (let at = word; at >= 0 && count < BAG_MAX; at--) {
    const begin = reader.startOf(at)
    if (begin >= start) continue
    // A word may go on before what a run sees: then it is none.
    if (begin <= lowest && lowest > 0) break
    const end = Math.min(start, reader.endOf(at))
    if (end - begin > WORD_MAX) continue
    const hash = end === reader.endOf(at) ? reader.writtenOf(at) : reader.writtenOfPart(begin, end)
    if ((reader.lexicon.kindOf(hash) & OF_BAG) !== 0) out[count++] = hash
  }
  return count
}
