// The number of a passage says who may see it and how long it is: both are then known of whatever a search comes across, from the
// index alone, and passages of one audience stand together. 21 + 9 + 23 bits: 53, all that a double holds exactly.
const SERIALS = 2 ** 23
const WORDS_MAX = 2 ** 9 - 1
const AUDIENCES_MAX = 2 ** 21 - 1
const OF_AUDIENCE = SERIALS * (WORDS_MAX + 1)

/** The numbers that a passage of this audience and this many words may have. Throws where there are no such. */
export function numbersOf(audience: number, words: number): { readonly first: number; readonly last: number } {
  if (audience > AUDIENCES_MAX)
    throw new Error(`there are more than ${AUDIENCES_MAX} different access lists among the documents`)
  const first = audience * OF_AUDIENCE + Math.min(words, WORDS_MAX) * SERIALS
  return { first, last: first + SERIALS - 1 }
}

/** All numbers that passages of this audience may have. */
export function numbersOfAudience(audience: number): { readonly first: number; readonly last: number } {
  return { first: audience * OF_AUDIENCE, last: (audience + 1) * OF_AUDIENCE - 1 }
}

export function audienceOfNumber(number: number): number {
  return Math.floor(number / OF_AUDIENCE)
}

/** How many words the passage has; what has more than 511 counts as so many. */
export function wordsOfNumber(number: number): number {
  return Math.floor(number / SERIALS) % (WORDS_MAX + 1)
}
