import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wordsOf } from './words.js'

describe('words', () => {
  it.each([
    ['capitals and signs', 'The Heron, "standing" (still)!', ['the', 'heron', 'standing', 'still']],
    ['accents, composed or not', 'Käfer Ka\u0308fer ÇA', ['kafer', 'kafer', 'ca']],
    ['digits', 'A7731X 3.50 €1,000', ['a7731x', '3', '50', '1', '000']],
    ['letters that look the same at another width', 'ＡＢＣ ﬁre', ['abc', 'fire']],
    ['vowel signs that are no accents', 'हिन्दी', ['हिन्दी']],
    ['Chinese by pairs', '苍鹭站 A 湖', ['苍鹭', '鹭站', 'a', '湖']],
    ['Japanese by pairs', 'さぎが', ['さぎ', 'ぎが']],
    ['no word', ' \0 "*" \ud800', []],
  ])('are compared without what is not said: %s', (_, text, words) => {
    expect(wordsOf(text)).toEqual(words)
  })

  it('are cut where they are long', () => {
    expect(wordsOf('x'.repeat(130)).map((word) => word.length)).toEqual([64, 64, 2])
  })

  // The index is written in the words and asked by them: what an index would read as a sign or change is in none.
  it('have no sign in them, are the words of themselves, and are the same in capitals', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const word of wordsOf(text)) {
          expect(word).toMatch(/^[\p{L}\p{M}\p{N}]+$/u)
          expect(word).not.toMatch(/[A-Z]/)
        }
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aZé9 .ßçÖ"*'), maxLength: 80 }), (text) => {
        expect(wordsOf(wordsOf(text).join(' '))).toEqual(wordsOf(text))
      }),
    )
  })
})
