import { describe, expect, it } from 'vitest'
import { LENGTHS } from './countries.js'
import { ibanDetector } from './detector.js'

function found(text: string): readonly string[] {
  return ibanDetector.scan(text, 0, true).findings.map(({ start, end }) => text.slice(start, end))
}

describe('accounts', () => {
  it.each([
    // The registry's own examples.
    ['DE89370400440532013000', 'DE89370400440532013000'],
    ['to DE89 3704 0044 0532 0130 00, please', 'DE89 3704 0044 0532 0130 00'],
    ['gb29nwbk60161331926819', 'gb29nwbk60161331926819'],
    ['FR14 2004 1010 0505 0001 3M02 606', 'FR14 2004 1010 0505 0001 3M02 606'],
    ['NO9386011117947', 'NO9386011117947'],
    ['MT84MALT011000012345MTLCAST001S.', 'MT84MALT011000012345MTLCAST001S'],
    ['IBAN:CH9300762011623852957', 'CH9300762011623852957'],
    ['DE89-3704-0044-0532-0130-00', 'DE89-3704-0044-0532-0130-00'],
    ['DE89 DE89 3704 0044 0532 0130 00', 'DE89 3704 0044 0532 0130 00'],
  ])('%j', (text, account) => expect(found(text)).toEqual([account]))
})

describe('none', () => {
  it.each([
    'DE89370400440532013001',
    'DE8937040044053201300',
    'DE893704004405320130000',
    'XX89370400440532013000',
    'aDE89370400440532013000',
    'DE89 37 04 0044 0532 0130 00',
    'DE89  3704 0044 0532 0130 00',
    'ab12',
    'room de89 today',
    '',
  ])('%j', (text) => expect(found(text)).toEqual([]))
})

describe('hold', () => {
  it.each([
    ['go to DE', 'DE'],
    ['go to DE8', 'DE8'],
    ['go to DE89 3704', 'DE89 3704'],
    ['go to DE89 3704 0044 0532 0130 00', 'DE89 3704 0044 0532 0130 00'],
    ['go to XX89 3704', ''],
    ['the words', ''],
    ['', ''],
  ])('%j holds %j', (text, held) => {
    expect(text.slice(ibanDetector.scan(text, 0, false).hold)).toBe(held)
  })
})

it('has lengths within the standard', () => {
  // ISO 13616: "up to 34 alphanumeric characters".
  for (const [country, length] of LENGTHS) {
    expect(country).toMatch(/^[A-Z]{2}$/)
    expect(length).toBeGreaterThanOrEqual(15)
    expect(length).toBeLessThanOrEqual(34)
  }
})
