import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ApiKey, formatApiKey, hashOf, parseApiKey } from './format.js'

const secrets = (): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: 32, maxLength: 32 })
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const PREFIX = 'ostk_'

function keyIn(text: string): ApiKey {
  const read = parseApiKey(text)
  if (read.kind === 'fault') throw new Error(read.why)
  return read.key
}

/** CRC-32 bit by bit, from its definition: the polynomial of IEEE 802.3, reflected. */
function slowCrc32(text: string): number {
  let crc = 0xffffffff
  for (const byte of Buffer.from(text)) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ ((crc & 1) * 0xedb88320)
  }
  return (crc ^ 0xffffffff) >>> 0
}

function checksumOf(body: string): string {
  let value = slowCrc32(body)
  let written = ''
  for (let at = 0; at < 6; at += 1) {
    written = ALPHABET.charAt(value % 62) + written
    value = Math.floor(value / 62)
  }
  return written
}

describe('the format of a key [keys.format]', () => {
  test('every 256 bits have one text, of characters that a b64token may have, and are found again by their hash', () => {
    fc.assert(
      fc.property(secrets(), (secret) => {
        const text = formatApiKey(secret)
        expect(text).toMatch(/^ostk_[0-9A-Za-z]{49}$/)
        expect(hashOf(keyIn(text))).toBe(hash('sha256', secret, 'hex'))
      }),
    )
  })

  test('the ends of the range, spelt out', () => {
    const least = formatApiKey(new Uint8Array(32))
    const most = formatApiKey(new Uint8Array(32).fill(0xff))
    expect(least.slice(0, -6)).toBe(`${PREFIX}${'0'.repeat(43)}`)
    expect(hashOf(keyIn(most))).toBe(hash('sha256', new Uint8Array(32).fill(0xff), 'hex'))
  })

  test('the checksum is what the documents say, so that a scanner can tell a real key [keys.checksum]', () => {
    fc.assert(
      fc.property(secrets(), (secret) => {
        const text = formatApiKey(secret)
        expect(text.slice(-6)).toBe(checksumOf(text.slice(0, -6)))
      }),
    )
  })

  test('one character that is damaged is always seen, by the checksum alone [keys.checksum]', () => {
    fc.assert(
      fc.property(secrets(), fc.nat({ max: 48 }), fc.nat({ max: 60 }), (secret, at, other) => {
        const text = formatApiKey(secret)
        const place = PREFIX.length + at
        const others = ALPHABET.replace(text.charAt(place), '')
        const damaged = text.slice(0, place) + others.charAt(other) + text.slice(place + 1)
        expect(parseApiKey(damaged).kind).toBe('fault')
      }),
    )
  })

  test('two neighbours that changed places are seen too', () => {
    fc.assert(
      fc.property(secrets(), fc.nat({ max: 47 }), (secret, at) => {
        const text = formatApiKey(secret)
        const place = PREFIX.length + at
        const swapped = text.slice(0, place) + text.charAt(place + 1) + text.charAt(place) + text.slice(place + 2)
        expect(parseApiKey(swapped).kind).toBe(swapped === text ? 'key' : 'fault')
      }),
    )
  })

  test('no other text is a key', () => {
    const good = formatApiKey(new Uint8Array(32).fill(7))
    expect(parseApiKey(good).kind).toBe('key')
    for (const text of [
      '',
      PREFIX,
      good.slice(0, -1),
      `${good}0`,
      `${good}\n`,
      ` ${good}`,
      good.toUpperCase(),
      good.replace(PREFIX, 'OSTK_'),
      good.replace(PREFIX, 'ostk-'),
      `${PREFIX}${good}`,
      `${good.slice(0, 20)}=${good.slice(21)}`,
      `${good.slice(0, 20)}é${good.slice(21)}`,
    ]) {
      expect(parseApiKey(text)).toEqual({ kind: 'fault', why: 'malformed' })
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseApiKey(PREFIX + text).kind).toBe('fault')
      }),
    )
  })

  test('43 characters that stand for more than 256 bits are no second spelling of a key', () => {
    const body = `${PREFIX}${'z'.repeat(43)}`
    expect(parseApiKey(body + checksumOf(body))).toEqual({ kind: 'fault', why: 'more than 256 bits' })
  })
})
