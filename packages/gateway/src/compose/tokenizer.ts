import { createTokenCounter, type TokenCounter } from '../adapters/tokenizer-o200k/counter.js'

/** What counts a prompt's tokens. Loads nothing before the first prompt that has to be counted. */
export function tokenCounter(): TokenCounter {
  return createTokenCounter()
}
