import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Finder, type Spots } from './finder.js'

const KNOWN = [
  '[EMAIL_7K2M9QXR]',
  '[EMAIL_7K2M9QXR0ABC]',
  '[CARD_00000000]',
  '4111118877661111',
  '[PRIVATE_KEY_AB12CD34]',
]

function finder(): Finder<string> {
  const made = new Finder<string>()
  for (const one of KNOWN) made.set(one, one)
  return made
}

function whole(text: string): string {
  return replaced(text, finder().scan(text, 0, true))
}

function replaced(text: string, { spots }: Spots<string>): string {
  let out = ''
  let at = 0
  for (const { start, end, what } of spots) {
    out += `${text.slice(at, start)}<${KNOWN.indexOf(what)}>`
    at = end
  }
  return out + text.slice(at)
}

/** The same by pieces, as a stream would: nothing that was given out is looked at again but as context. */
function inPieces(text: string, cuts: readonly number[]): string {
  const known = finder()
  let out = ''
  let at = 0
  const ends = [...new Set([...cuts.map((cut) => cut % (text.length + 1)), text.length])].sort((a, b) => a - b)
  for (const end of ends) {
    const so = text.slice(0, end)
    const { spots, hold } = known.scan(so, at, end === text.length)
    for (const { start, end: after, what } of spots) {
      out += `${so.slice(at, start)}<${KNOWN.indexOf(what)}>`
      at = after
    }
    out += so.slice(at, hold)
    at = Math.max(at, hold)
  }
  return out
}

describe('Finder', () => {
  it.each([
    ['as it was given out', 'to [EMAIL_7K2M9QXR].', 'to <0>.'],
    ['between letters', 'a[EMAIL_7K2M9QXR]b', 'a<0>b'],
    ['the longest', '[EMAIL_7K2M9QXR0ABC]', '<1>'],
    ['in small letters', '[email_7k2m9qxr]', '<0>'],
    ['misread letters', '[EMAIL_7K2M9QXROABC] [CARD_OOOOOOOO]', '<1> <2>'],
    ['without brackets', 'to EMAIL_7K2M9QXR.', 'to <0>.'],
    ['with one bracket', 'to [EMAIL_7K2M9QXR, or EMAIL_7K2M9QXR] it', 'to [<0>, or <0>] it'],
    ['escaped', '\\[EMAIL\\_7K2M9QXR\\]', '<0>'],
    ['blanks inside', '[ EMAIL _ 7K2M9QXR\n]', '<0>'],
    ['other separators', '[EMAIL-7K2M9QXR] [EMAIL: 7K2M9QXR] [EMAIL7K2M9QXR]', '<0> <0> <0>'],
    ['in Markdown', '**[EMAIL_7K2M9QXR]** `[EMAIL_7K2M9QXR]` _EMAIL_7K2M9QXR_', '**<0>** `<0>` _<0>_'],
    ['in other brackets', '(EMAIL_7K2M9QXR) \u3010EMAIL_7K2M9QXR\u3011 {EMAIL_7K2M9QXR}', '(<0>) <0> {<0>}'],
    ['in brackets of its own', '[[EMAIL_7K2M9QXR]]', '[<0>]'],
    ['behind a backslash', '\\[EMAIL_7K2M9QXR]', '\\<0>'],
    ['digits, and in groups', '4111118877661111 4111-1188-7766-1111', '<3> <3>'],
    ['digits in brackets', '[4111118877661111]', '[<3>]'],
    ['behind an escape of JSON', '\\nEMAIL_7K2M9QXR \\u000a4111118877661111', '\\n<0> \\u000a<3>'],
    ['a name of two words', '[private key ab12cd34]', '<4>'],
  ])('finds one %s', (_, text, expected) => expect(whole(text)).toBe(expected))

  it.each([
    'EMAIL_7K2M9QXRS',
    'xEMAIL_7K2M9QXR',
    'EMAIL_7K2M9QX',
    '[EMAIL_7K2M9QXS]',
    '%5BEMAIL_7K2M9QXR%5D',
    'EMAIL%5F7K2M9QXR',
    '41111188776611112',
    'EMAIL, 7K2M9QXR',
    '[MAIL_7K2M9QXR]',
  ])('does not find one in `%s`', (text) => expect(whole(text)).toBe(text))

  it('forgets what was deleted, and nothing else', () => {
    const known = finder()
    known.delete('[EMAIL_7K2M9QXR]')
    expect(known.get('[EMAIL_7K2M9QXR]')).toBeUndefined()
    expect(known.get('[EMAIL_7K2M9QXR0ABC]')).toBe('[EMAIL_7K2M9QXR0ABC]')
    expect(replaced('[EMAIL_7K2M9QXR]', known.scan('[EMAIL_7K2M9QXR]', 0, true))).toBe('[EMAIL_7K2M9QXR]')
    for (const one of KNOWN) known.delete(one)
    expect(known.scan('[', 0, false).spots).toEqual([])
    // Nothing is left that would hold a text.
    expect(known.scan('e', 0, false).hold).toBe(1)
  })

  const unit = fc.constantFrom(
    ...'[]\\_ -:*\n(){}E47k2M9QXR0ABCemail\u200b'.split(''),
    ...KNOWN,
    'EMAIL',
    '7K2M9QXR',
    '0ABC',
    '\\n',
    '\\u00',
    '4111',
    '1188',
  )
  const texts = fc.array(unit, { maxLength: 24 }).map((units) => units.join(''))

  it('finds the same in any pieces [vault.chunk-invariant]', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat()), (text, cuts) => {
        expect(inPieces(text, cuts)).toBe(whole(text))
      }),
      { numRuns: 5000 },
    )
  })

  it('finds the same in every cutting of short texts', () => {
    for (const text of [
      'a [EMAIL_7K2M9QXR].',
      '\\[email\\_7k2m9qxr\\]',
      '4111 1188 7766 1111',
      '[ EMAIL 7K2M9QXR ]b',
    ]) {
      const expected = whole(text)
      expect(expected).toContain('<')
      for (let cut = 0; cut <= text.length; cut++) {
        for (let other = cut; other <= text.length; other++) expect(inPieces(text, [cut, other])).toBe(expected)
      }
      expect(
        inPieces(
          text,
          [...text].map((_, at) => at),
        ),
      ).toBe(expected)
    }
  })

  it('holds nothing of prose but what may begin one, and of that little', () => {
    const known = finder()
    expect(known.scan('The fox jumps', 0, false).hold).toBe('The fox jumps'.length)
    expect(known.scan('an e', 0, false).hold).toBe(3)
    expect(known.scan('an ex', 0, false).hold).toBe(5)
    expect(known.scan('see [', 0, false).hold).toBe(4)
    expect(known.scan('see [1', 0, false).hold).toBe(6)
    fc.assert(
      fc.property(texts, (text) => {
        expect(text.length - known.scan(text, 0, false).hold).toBeLessThanOrEqual(64)
      }),
    )
  })
})
