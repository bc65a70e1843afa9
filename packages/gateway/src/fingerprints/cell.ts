import { wordsOf } from './folding.js'

/** A value, and what of it is compared. */
export interface Cell {
  readonly text: string
  /** Folded. */
  readonly words: readonly string[]
  /** All of them, with nothing between. */
  readonly units: string
  readonly hasDigit: boolean
}

export function cellOf(text: string): Cell {
  const words = wordsOf(text)
  const units = words.length === 1 ? (words[0] ?? '') : words.join('')
  return { text, words, units, hasDigit: /[0-9]/.test(units) }
}
