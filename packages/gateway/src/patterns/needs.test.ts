import { describe, expect, it } from 'vitest'
import { createPatternDetector } from './detector.js'
import { isAlwaysIn, Needs } from './needs.js'
import { PatternFault, parse } from './parse.js'

describe('what a rule needs', () => {
  it.each([
    ['pass', 'pass', true],
    ['pass', 'my (?:password|passphrase|a passcode)', true],
    ['pass', '(?:p)(?:as)s?s', false],
    ['pass', '(?:p)(?:as)s', true],
    ['pass', '(?:pass){1,3}', true],
    ['pass', '(?:pass){0,3}', false],
    ['pass', '(?:password|code)', false],
    ['pass', 'pas[sz]', false],
    ['pa', 'p[ -]?a', false],
  ])('is `%s` in %s: %s', (word, expression, is) => {
    expect(isAlwaysIn(word, parse(expression, false))).toBe(is)
  })

  it('is refused where a match may be without it', () => {
    const rule = { name: 'one', type: 'secret.password', expression: 'a{4,8}b?', needs: 'b' } as const
    expect(() => createPatternDetector({ name: 'x', rules: [rule] })).toThrow(PatternFault)
    expect(() => createPatternDetector({ name: 'x', rules: [{ ...rule, ignoreCase: true, needs: 'a' }] })).toThrow(
      '`a`',
    )
  })

  it('is near from so many characters before it on, and where a text may end with its beginning', () => {
    const near = (text: string, ended: boolean): string => {
      const needs = new Needs(['pass', 'key'], 3)
      needs.begin(text, 0, ended)
      return Array.from(text, (_, at) => (needs.isNear(at) ? 'x' : '.')).join('')
    }
    expect(near('0123456pass12key34567890', true)).toBe('....xxxx..xxxx..........')
    expect(near('0123456pass12key34567890', false)).toBe('....xxxx..xxxx....xxxxxx')
  })
})
