import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createTokenizer, type TokenizerFile } from './tokenizer.js'

interface Fixture {
  readonly tokenizer: TokenizerFile
  /** Ends are counted in code points there. */
  readonly cases: readonly {
    readonly text: string
    readonly ids: readonly number[]
    readonly ends: readonly number[]
  }[]
}

// Made by training/e5/fixture.py: what the library makes of these texts, with a part of the vocabulary.
const file = new URL('../test/tokenizer.json.gz', import.meta.url)
const { cases, tokenizer }: Fixture = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'))
const tokenize = createTokenizer(tokenizer)

describe('the tokenizer', () => {
  it.each(cases)('cuts as the library does: $text [transformer.tokenizer]', ({ ends, ids, text }) => {
    const tokens = tokenize(text)
    expect(tokens.ids).toEqual(ids)
    const units = [0]
    for (const character of text) units.push((units.at(-1) ?? 0) + character.length)
    expect(tokens.ends).toEqual(ends.map((end) => units[end]))
  })

  it("takes the model's own marks in a text for text [transformer.tokenizer]", () => {
    expect(tokenize('<s> </s> <pad> <mask>').ids.filter((id) => id < tokenizer.unknown)).toEqual([])
  })

  it('says of each token where it stands, whatever the characters [transformer.tokenizer]', () => {
    for (const text of [
      '\u0001control\u007f',
      '😀 é\u0301 ﬁ',
      '\ud800 a \udc00',
      '',
      ' ',
      '\u0000\u0000',
      `${'x'.repeat(300)} ﷺ`,
    ]) {
      const { ends, ids, starts } = tokenize(text)
      expect(starts).toHaveLength(ids.length)
      expect(ends).toHaveLength(ids.length)
      for (const [at, start] of starts.entries()) {
        expect(start).toBeGreaterThanOrEqual(starts[at - 1] ?? 0)
        expect(ends[at]).toBeGreaterThanOrEqual(start)
        expect(ends[at]).toBeLessThanOrEqual(text.length)
      }
    }
  })

  it('takes time in proportion to a text, of one word or of many', () => {
    const timeOf = (text: string): number => {
      const from = performance.now()
      tokenize(text)
      return performance.now() - from
    }
    for (const one of ['a', '(', 'é', '漢', 'ab ', '\u0301']) {
      timeOf(one.repeat(2000))
      const short = Math.max(5, timeOf(one.repeat(10_000)))
      expect(timeOf(one.repeat(100_000)) / short).toBeLessThan(60)
    }
  })

  it('refuses a map of characters that is none', () => {
    expect(() => createTokenizer({ ...tokenizer, characters: 'AAAA' })).toThrow('damaged')
  })
})
