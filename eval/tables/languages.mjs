import { LANGUAGE_CASES, LANGUAGE_HARMLESS } from '../cases/languages.mjs'
import { row, share } from '../figures.mjs'
import { isFlagged } from '../injection.mjs'

export const title = 'Overrides in other languages'

/**
 * Our own, of no pattern that was trained on; but other patterns of each language were. How a language fares that nothing was learnt
 * of is told by the training itself, which prints it.
 */
export function measure() {
  const all = Object.entries(LANGUAGE_CASES)
  const flagged = (texts) => share(texts.filter((text) => isFlagged(text)).length, texts.length)
  return [
    row('found', flagged(all.flatMap(([, texts]) => texts)), '.50'),
    ...all.map(([language, texts]) => row(language, flagged(texts))),
    row('harmless with the same words, flagged', flagged(Object.values(LANGUAGE_HARMLESS).flat())),
  ]
}
