import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Mender } from './mender.js'

function mended(text: string, cuts: readonly number[] = []): string {
  const mender = new Mender()
  let out = ''
  let from = 0
  for (const at of [...new Set(cuts.map((one) => one % (text.length + 1))), text.length].sort((a, b) => a - b)) {
    out += mender.push(text.slice(from, at))
    from = at
  }
  return out + mender.end()
}

const CUTS = fc.array(fc.nat())

describe('what a replacement left of a number', () => {
  test.each([
    ['{"card":[redacted:pii.card]}', '{"card":"[redacted:pii.card]"}'],
    ['{"card":************1111}', '{"card":"************1111"}'],
    [
      '{"card":[CARD_7K2M9QXR],"n":[[CARD_7K2M9QXR0ABC], 1]}',
      '{"card":"[CARD_7K2M9QXR]","n":["[CARD_7K2M9QXR0ABC]", 1]}',
    ],
    ['[[redacted:pii.card] , -[redacted:pii.card]]', '["[redacted:pii.card]" , "-[redacted:pii.card]"]'],
    ['{"a":{"b": ************1111.50\n},"c":[1,2]}', '{"a":{"b": "************1111.50"\n},"c":[1,2]}'],
    [
      '{"a":[[redacted:pii.card],4],"b":1e-************1111}',
      '{"a":["[redacted:pii.card]",4],"b":"1e-************1111"}',
    ],
  ])('%s becomes %s, in any cutting', (text, wanted) => {
    expect(mended(text)).toBe(wanted)
    expect(() => JSON.parse(wanted)).not.toThrow()
    for (let at = 0; at < text.length; at++) expect(mended(text, [at])).toBe(wanted)
    expect(
      mended(
        text,
        [...text].map((_, at) => at),
      ),
    ).toBe(wanted)
  })

  test('at the end of what was torn off gets its quotes too', () => {
    expect(mended('{"card":[redacted:pii.card]')).toBe('{"card":"[redacted:pii.card]"')
  })
})

describe('all else is as it was', () => {
  test('JSON, in any cutting', () => {
    const spelt = fc
      .tuple(fc.jsonValue(), fc.constantFrom(0, 1, 4))
      .map(([value, indent]) => JSON.stringify([value], null, indent))
    fc.assert(
      fc.property(spelt, CUTS, (text, cuts) => {
        expect(mended(text, cuts)).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['within a string', '{"a":"is [redacted:pii.card], ","b\\\\":"\\"[redacted:pii.card]"}'],
    ['what is no object or array', 'Pay: [redacted:pii.card], please'],
    ['what a replacement begins', '[redacted:pii.email]:[redacted:pii.email]'],
    ['what a placeholder begins', '[EMAIL_7K2M9QXR], [EMAIL_AAAABBBB]'],
    ['a lone bracket', '['],
    ['what is no JSON around it', '{"a": it is [redacted:pii.card], see}'],
    ['other brackets', '{"a":[redacted],"b":[red,"x"],"c":[redacted:"x"]}'],
    ['a few stars', '{"a":**,"b":2*3}'],
    ['a number without end', `{"a":${'1'.repeat(500)}}`],
  ])('%s', (_, text) => {
    expect(mended(text)).toBe(text)
    for (let at = 0; at < text.length; at++) expect(mended(text, [at])).toBe(text)
  })

  test('anything at all comes out the same in every cutting', () => {
    const some = fc.array(
      fc.constantFrom(
        '{',
        '[',
        '[redacted:pii.card]',
        'redacted:',
        ']',
        '}',
        ',',
        ':',
        '"',
        '\\',
        ' ',
        '-',
        '1',
        '********1111',
        'e',
        'x',
      ),
    )
    fc.assert(
      fc.property(some, CUTS, (pieces, cuts) => {
        const text = pieces.join('')
        expect(mended(text, cuts)).toBe(mended(text))
      }),
      { numRuns: 2000 },
    )
  })
})
