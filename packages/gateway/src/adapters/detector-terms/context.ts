import { LETTER, type Letters } from './letters.js'

/** Whether one of `words` stands, as a word of its own and whatever its case, in the `within` characters before `start`. */
export function standsBefore(
  text: string,
  start: number,
  words: readonly string[],
  within: number,
  { kinds, small }: Letters,
): boolean {
  const from = Math.max(0, start - within)
  let before = ''
  for (let at = from; at < start; at++) before += String.fromCharCode(small[text.charCodeAt(at)] as number)
  const isInWord = (at: number): boolean =>
    at > 0 && kinds[text.charCodeAt(at)] === LETTER && kinds[text.charCodeAt(at - 1)] === LETTER
  return words.some((word) => {
    for (let at = before.indexOf(word); at !== -1; at = before.indexOf(word, at + 1)) {
      if (!isInWord(from + at) && !isInWord(from + at + word.length)) return true
    }
    return false
  })
}

/** A word as `standsBefore` wants it. */
export function foldedWord(word: string, { small }: Letters): string {
  let folded = ''
  for (let at = 0; at < word.length; at++) folded += String.fromCharCode(small[word.charCodeAt(at)] as number)
  return folded
}
