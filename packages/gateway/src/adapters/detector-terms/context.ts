import { LETTER, type Letters } from './letters.js'

/** Whether one of `words` stands, as a word of its own and whatever its case, in the `within` characters before `start`. */
export function standsBefore(
  text: string,
  start: number,
  words: readonly string[],
  within: number,
  { kinds, small }: Letters,
): boolean {
  const isInWord = (at: number): boolean =>
    at > 0 && kinds[text.charCodeAt(at)] === LETTER && kinds[text.charCodeAt(at - 1)] === LETTER
  const standsAt = (word: string, at: number): boolean => {
    if (at + word.length > start || isInWord(at) || isInWord(at + word.length)) return false
    for (let i = 0; i < word.length; i++) if (small[text.charCodeAt(at + i)] !== word.charCodeAt(i)) return false
    return true
  }
  // Each character is first asked for by its five low bits: a term may stand at every second one.
  let firsts = 0
  for (const word of words) firsts |= 1 << (word.charCodeAt(0) & 31)
  for (let at = Math.max(0, start - within); at < start; at++) {
    const first = small[text.charCodeAt(at)] as number
    if (((firsts >>> (first & 31)) & 1) === 1 && words.some((word) => standsAt(word, at))) return true
  }
  return false
}

/** A word as `standsBefore` wants it. */
export function foldedWord(word: string, { small }: Letters): string {
  let folded = ''
  for (let at = 0; at < word.length; at++) folded += String.fromCharCode(small[word.charCodeAt(at)] as number)
  return folded
}
