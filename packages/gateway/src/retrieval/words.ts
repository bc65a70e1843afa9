/** Two readers of one text must find the same words in it: an index written by other rules is another format. */
const WORD = /[\p{L}\p{M}\p{N}]{1,64}/gu
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u
const ASCII = /^[\0-\x7f]*$/

/**
 * The words of a text, in order, as they are compared: letters and digits alone, small, without accents; what is longer than 64
 * is cut. In scripts that have no blanks between words, each two signs that follow one another are one.
 *
 * Knows no language: `stand` is not found by `stood`.
 */
export function wordsOf(text: string): readonly string[] {
  const found = folded(text).match(WORD) ?? []
  return found.some((word) => UNSPACED.test(word)) ? found.flatMap(pairsOf) : found
}

function folded(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  const bare = text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '')
  return bare.normalize('NFKC').toLowerCase()
}

function pairsOf(word: string): readonly string[] {
  const signs = [...word]
  if (signs.length < 3 || !UNSPACED.test(word)) return [word]
  return signs.slice(1).map((sign, at) => `${signs[at]}${sign}`)
}
