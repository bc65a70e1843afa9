import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createAlone } from '../../patterns/alone.js'
import { createPatternDetector } from '../../patterns/detector.js'
import { join } from '../../patterns/raw.js'
import { PASSWORDS } from './rules/password.js'

const DETECTOR = createPatternDetector({ name: 'passwords', rules: PASSWORDS })
/** Each rule by itself, and no number kept from one candidate to the next. */
const ALONE = PASSWORDS.map(createAlone)

it('what checks keep from candidate to candidate changes no finding', () => {
  // Names that overlap as values, passphrases that begin within others, cases that change, and what is a password at last.
  const pieces = fc.constantFrom(
    ...['pwd:', 'PWD:', 'password=', 'password is ', 'Passwort ist ', 'pw ', 'pass: '],
    ...[
      'correct-horse-',
      'battery-staple',
      'one two three four ',
      'Abc-',
      'x',
      '-',
      ' ',
      '1',
      'aB3!x',
      '&k=',
      ').',
      '?',
      'é',
    ],
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (said) => {
      const text = said.join('')
      expect(DETECTOR.scan(text, 0, true).findings, text).toEqual(join(ALONE.flatMap((one) => one(text, 0))))
    }),
    { numRuns: 1000 },
  )
})

it('nor is it kept for another text', () => {
  const [name, value] = ['pwd:', `aB3${'!x'.repeat(3)}`]
  for (const text of [`${name}${'a'.repeat(9)}`, `${name}${value}`, `${name}${'b'.repeat(9)}`, `${name}${value}`]) {
    expect(DETECTOR.scan(text, 0, true).findings.length, text).toBe(text.endsWith(value) ? 1 : 0)
  }
})
