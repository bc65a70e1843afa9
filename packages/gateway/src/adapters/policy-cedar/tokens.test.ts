import { policySetTextToParts } from '@cedar-policy/cedar-wasm/nodejs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Places, utf16Offset } from './place.js'
import { split } from './tokens.js'

describe('splitting a file', () => {
  test('a semicolon in a string or a comment ends nothing', () => {
    const text =
      '// one; two\npermit(principal, action, resource) when { "a;\\";b" == "// c;" }; // d;\nforbid(principal, action, resource);'
    expect(split(text).map((piece) => piece.text)).toEqual([
      'permit(principal, action, resource) when { "a;\\";b" == "// c;" };',
      'forbid(principal, action, resource);',
    ])
  })

  test('what no semicolon ends is a piece of its own', () => {
    expect(split('a; b').map((piece) => piece.text)).toEqual(['a;', 'b'])
    expect(split('a "never closed ; b').map((piece) => piece.text)).toEqual(['a "never closed ; b'])
  })

  test('comments and blanks alone are no piece, nor is a byte order mark', () => {
    expect(split('\uFEFF // nothing\r\n\t\n')).toEqual([])
  })

  test('every token is in exactly one piece, and pieces are where they say', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('"', '\\', ';', '//', '\n', '\r', ' ', 'é', 'a', '@', '(', ')', '😀')),
        (words) => {
          const text = words.join('')
          let from = 0
          for (const piece of split(text)) {
            expect(text.slice(piece.start, piece.end)).toBe(piece.text)
            expect(piece.start).toBeGreaterThanOrEqual(from)
            // Between pieces there are only blanks and comments.
            expect(split(text.slice(from, piece.start))).toEqual([])
            from = piece.end
          }
          expect(split(text.slice(from))).toEqual([])
        },
      ),
    )
  })

  test('is the split that Cedar makes, for policies with hostile strings and comments', () => {
    const hostile = fc
      .array(fc.constantFrom(';', '//', '\\"', '\\\\', '\n', 'é', '😀', 'permit', '@id', ' '), { maxLength: 8 })
      .map((words) => words.join(''))
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (strings) => {
        const text = strings
          .map(
            (one) =>
              `// ${one.replaceAll('\n', '')}\n@x("${one}") permit(principal, action, resource) when { "${one}" == "" };`,
          )
          .join('')
        const theirs = policySetTextToParts(text)
        if (theirs.type === 'failure') throw new Error('not Cedar')
        expect(
          split(text)
            .map((piece) => piece.text)
            .sort(),
        ).toEqual(theirs.policies.sort())
      }),
      { numRuns: 50 },
    )
  })
})

describe('places', () => {
  test('count lines from one and columns in UTF-16', () => {
    const places = new Places('f', 'aé\r\n😀b\n\nc')
    expect(places.fault(0, '')).toMatchObject({ line: 1, column: 1 })
    expect(places.fault(6, '')).toMatchObject({ line: 2, column: 3 })
    expect(places.fault(8, '')).toMatchObject({ line: 3, column: 1 })
    expect(places.fault(9, '')).toMatchObject({ line: 4, column: 1 })
    expect(places.fault(10, '')).toMatchObject({ line: 4, column: 2 })
  })

  test('UTF-8 offsets become UTF-16 ones', () => {
    expect(utf16Offset('é😀x', 2)).toBe(1)
    expect(utf16Offset('é😀x', 6)).toBe(3)
    expect(utf16Offset('é😀x', 7)).toBe(4)
  })
})
