import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cardDetector } from '../adapters/detector-card/detector.js'
import { emailDetector } from '../adapters/detector-email/detector.js'
import { ibanDetector } from '../adapters/detector-iban/detector.js'
import { folded, foldedText, placeholdersOf } from './placeholder.js'
import { groupedLike, surrogatesOf, ungrouped } from './surrogate.js'

const random =
  (seed: number) =>
  (nth: number): Uint8Array =>
    createHash('sha256').update(`${seed} ${nth}`).digest()

/** With a check digit that holds. */
function card(digits: string): string {
  for (let last = 0; last < 10; last++) {
    let sum = 0
    for (const [at, one] of [...`${digits}${last}`].reverse().entries()) {
      const value = Number(one) * (at % 2 === 1 ? 2 : 1)
      sum += value > 9 ? value - 9 : value
    }
    if (sum % 10 === 0) return `${digits}${last}`
  }
  throw new Error('no check digit')
}

const digits = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((all) => all.join(''))
const heads = fc.constantFrom('4111', '5555', '3782', '6011', '4242')
const cards = fc
  .tuple(heads, fc.integer({ min: 8, max: 14 }).chain(digits))
  .map(([head, rest]) => card(`${head}${rest}`))

const IBANS = ['DE89370400440532013000', 'GB29NWBK60161331926819', 'FR1420041010050500013M02606', 'NO9386011117947']

describe('surrogates of cards', () => {
  it('keep issuer and last four, and are never a number that could be somebody’s [vault.never-live]', () => {
    fc.assert(
      fc.property(cards, fc.nat(), (value, seed) => {
        const all = [...surrogatesOf('pii.card', value, random(seed))]
        expect(all.length).toBeGreaterThan(4)
        for (const one of all) {
          expect(one).toMatch(/^\d+$/)
          expect([one.length, one.slice(0, 6), one.slice(-4)]).toEqual([
            value.length,
            value.slice(0, 6),
            value.slice(-4),
          ])
          expect(one).not.toBe(value)
          // However it is printed, and in whatever text.
          const printed = one.replaceAll(/(\d{4})(?=\d)/g, '$1 ')
          for (const text of [one, printed, printed.replaceAll(' ', '-'), `pay ${printed}, now`]) {
            expect(cardDetector.scan(text, 0, true).findings).toEqual([])
          }
        }
      }),
    )
  })
})

describe('surrogates of IBANs', () => {
  it.each(IBANS)('keep country, last four and form, and fail their check: %s', (value) => {
    expect(ibanDetector.scan(value, 0, true).findings).toHaveLength(1)
    for (let seed = 0; seed < 100; seed++) {
      for (const one of surrogatesOf('pii.iban', value, random(seed))) {
        expect(one.slice(0, 2) + one.slice(-4)).toBe(value.slice(0, 2) + value.slice(-4))
        expect(one.replaceAll(/\d/g, '0').replaceAll(/[A-Z]/g, 'A').slice(2)).toBe(
          value.replaceAll(/\d/g, '0').replaceAll(/[A-Z]/g, 'A').slice(2),
        )
        for (const text of [one, one.replaceAll(/(.{4})(?=.)/g, '$1 ')]) {
          expect(ibanDetector.scan(text, 0, true).findings).toEqual([])
        }
      }
    }
  })
})

describe('surrogates of addresses', () => {
  it('are addresses that nobody has', () => {
    const [one = ''] = surrogatesOf('pii.email', 'ann@example.com', random(1))
    expect(one).toMatch(/^[0-9a-z]{8}@email\.invalid$/)
    expect(emailDetector.scan(one, 0, true).findings).toEqual([
      { type: 'pii.email', start: 0, end: one.length, score: 1 },
    ])
  })
})

describe('groupedLike', () => {
  it('spells one text as another is spelt, and is undone by doing it the other way round', () => {
    expect(groupedLike('4111222233334444', '5555-6666 77778888')).toBe('4111-2222 33334444')
    expect(groupedLike('FR1420M', 'de89 aaa')).toBe('fr14 20m')
    fc.assert(
      fc.property(
        cards,
        fc.array(fc.constantFrom('', ' ', '-', '\u202f'), { minLength: 30, maxLength: 30 }),
        (value, gaps) => {
          const spelt = [...value].map((one, at) => one + (at + 1 < value.length ? gaps[at] : '')).join('')
          const [one = ''] = surrogatesOf('pii.card', ungrouped(spelt), random(7))
          expect(groupedLike(value, groupedLike(one, spelt))).toBe(spelt)
        },
      ),
    )
  })
})

describe('placeholders', () => {
  it('grow as often as others have them already, and say that spellings belong together', () => {
    const alike = random(1)(0)
    const all = [...placeholdersOf('secret.private-key', alike, random(2)(0))]
    expect(all[0]).toMatch(/^\[PRIVATE_KEY_[0-9A-HJKMNP-TV-Z]{8}\]$/)
    expect(all.map((one) => one.length)).toEqual(all.map((_, at) => (all[0]?.length ?? 0) + 4 * at))
    const [, other] = [...placeholdersOf('secret.private-key', alike, random(3)(0))]
    expect(other?.slice(0, 21)).toBe(all[1]?.slice(0, 21))
    expect(other).not.toBe(all[1])
  })

  it('are told apart by letters and digits alone', () => {
    expect(foldedText('[email_oil 0]')).toBe(foldedText('EMAI1:01L-O'))
    expect(folded('é'.charCodeAt(0))).toBe(0)
    expect(folded('_'.charCodeAt(0))).toBe(0)
  })
})
