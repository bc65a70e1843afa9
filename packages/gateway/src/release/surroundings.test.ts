import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostFollows, Surroundings } from './surroundings.js'

function isAddress(...pieces: readonly string[]): boolean {
  const around = new Surroundings()
  for (const one of pieces) around.write(one)
  return around.isAddress
}

describe('Surroundings', () => {
  it.each([
    'https://evil.example/?q=',
    'HTTP://evil.example/a,b;c=',
    'see (https://evil.example/',
    '![x](https://evil.example/',
    '[here](/relative?q=',
    '[here]( <no scheme, but blanks ',
    '[here](a(b)c',
    "[here]('x' \"title ",
    'https:\\/\\/evil.example\\/',
    'https%3A%2F%2Fevil.example%2F',
    'https&#58;//evil.example/',
    'https:evil.example/',
    '//evil.example/',
    '\\\\evil.example\\',
    '(//evil.example/',
    'www.evil.example/',
    'www.',
    'evil.example/',
    'evil.example:8080?q=',
    'evil.xn--p1ai/',
    '\u0437\u043b\u043e.\u0440\u0444/?q=',
    'mailto:',
    'data:text/plain,',
    'javascript:alert(',
    '<a href="',
    '<a href="no scheme ',
    "<img alt='x' src='",
    '<img src=',
    '{"html":"<a href=\\"x ',
    'background: url(',
    'url("a b',
    '"https://evil.example/',
    `https://evil.example/${'a'.repeat(5000)}`,
    `[here](${'a '.repeat(5000)}`,
  ])('is in an address behind `%s`', (text) => {
    expect(isAddress(text)).toBe(true)
    expect(isAddress(...text)).toBe(true)
  })

  it.each([
    '',
    'call ',
    'e-mail:',
    'card:',
    'and/or ',
    'a.b.c ',
    'see https://good.example/ or ',
    'see <https://good.example/> or ',
    '[here](https://good.example/) or ',
    '[here](https://good.example/)\n',
    '[a](b(c)d) ',
    '[a](<b)c>) ',
    '[1] (',
    'f(x)[0](\n',
    '{"url":"https://good.example/","mail":"',
    '<a href="https://good.example/">',
    "<a href='x'>",
    'https://good.example/\u3002',
    'it\'s "',
    'version 1.2/',
    `${'a'.repeat(5000)} `,
  ])('is in none behind `%s`', (text) => {
    expect(isAddress(text)).toBe(false)
    expect(isAddress(...text)).toBe(false)
  })

  it('says the same however the text is cut [vault.chunk-invariant]', () => {
    const unit = fc.constantFrom(
      ...'[](<>)\\"\' \n/.:?=a1-'.split(''),
      'https://',
      'www.',
      'href=',
      'url(',
      'evil.example',
      'a'.repeat(300),
      '-'.repeat(600),
    )
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 20 }), fc.array(fc.nat()), (units, cuts) => {
        const text = units.join('')
        const at = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b)
        const pieces = [...at, text.length].map((end, i) => text.slice(at[i - 1] ?? 0, end))
        expect(isAddress(...pieces)).toBe(isAddress(text))
      }),
      { numRuns: 5000 },
    )
  })
})

describe('hostFollows', () => {
  it.each<[string, boolean, boolean | 'open']>([
    ['.evil.example/', true, true],
    ['.evil.example', true, true],
    ['.evil.ex', false, 'open'],
    ['.evil', false, 'open'],
    ['.', false, 'open'],
    ['', false, 'open'],
    ['', true, false],
    ['.', true, false],
    ['. And', false, false],
    ['.evil', true, false],
    ['.Then we', false, false],
    ['.trim().x', false, false],
    ['.1.2', true, false],
    [', ', false, false],
    [`.${'a'.repeat(64)}`, false, false],
  ])('`%s`, ended %s: %s', (after, ended, expected) => expect(hostFollows(`x${after}`, 1, ended)).toBe(expected))
})
