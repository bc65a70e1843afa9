import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readToken, TOKEN_MAX_BYTES } from './read.js'

const b64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url')
const HEADER = b64('{"alg":"ES256"}')
const PAYLOAD = b64('{"iss":"https://idp.example","sub":"alice"}')
const SIGNATURE = b64(new Uint8Array(64).fill(7))
const GOOD = `${HEADER}.${PAYLOAD}.${SIGNATURE}`

test('a good token is read whole', () => {
  const read = readToken(GOOD)
  if (read.kind === 'refuse') throw new Error(read.forLog)
  expect(read.value.header).toEqual({ alg: 'ES256' })
  expect(read.value.payload).toEqual({ iss: 'https://idp.example', sub: 'alice' })
  expect(read.value.signature).toEqual(Buffer.alloc(64, 7))
  expect(read.value.signingInput.toString()).toBe(`${HEADER}.${PAYLOAD}`)
  expect(read.value.digest).toBe(createHash('sha256').update(GOOD).digest('hex'))
})

// 65 bytes leave spare bits in the last character.
const SPARE = b64(new Uint8Array(65).fill(7))

describe('another spelling, another shape [token.one-spelling] [token.plain-json]', () => {
  test.each([
    ['padding', `${HEADER}.${PAYLOAD}.${SIGNATURE}==`],
    ['a space in the signature', `${HEADER}.${PAYLOAD}.${SIGNATURE.slice(0, 9)} ${SIGNATURE.slice(9)}`],
    ['a line break at the end', `${GOOD}\n`],
    ['a space before', ` ${GOOD}`],
    ['the other alphabet', `${HEADER}.${PAYLOAD}.${b64(new Uint8Array(63).fill(255)).replaceAll('_', '/')}`],
    ['spare bits set in the last character', `${HEADER}.${PAYLOAD}.${SPARE.slice(0, -1)}d`],
    ['a last character that holds no byte', `${HEADER}.${PAYLOAD}.${SIGNATURE.slice(0, -1)}`],
    ['a NUL', `${HEADER}.${PAYLOAD}\0.${SIGNATURE}`],
    ['a character beyond ASCII', `${HEADER}.${PAYLOAD}.${SIGNATURE}é`],
    ['two parts', `${HEADER}.${PAYLOAD}`],
    ['four parts', `${GOOD}.`],
    ['five parts (JWE)', `${HEADER}.a.b.c.d`],
    ['an empty header', `.${PAYLOAD}.${SIGNATURE}`],
    ['an empty payload', `${HEADER}..${SIGNATURE}`],
    ['an empty signature', `${HEADER}.${PAYLOAD}.`],
    ['nothing', ''],
    [
      'JSON serialization [token.no-json-serialization]',
      JSON.stringify({ protected: HEADER, payload: PAYLOAD, signature: SIGNATURE }),
    ],
    ['a payload that is an array', `${HEADER}.${b64('[]')}.${SIGNATURE}`],
    ['a payload that is null', `${HEADER}.${b64('null')}.${SIGNATURE}`],
    ['a header that is a text', `${b64('"ES256"')}.${PAYLOAD}.${SIGNATURE}`],
    ['a payload with a BOM', `${HEADER}.${b64('\ufeff{"sub":"alice"}')}.${SIGNATURE}`],
    ['a payload that is no UTF-8', `${HEADER}.${b64(Buffer.from('{"sub":"\xff"}', 'latin1'))}.${SIGNATURE}`],
    ['a member twice [token.no-duplicate-members]', `${HEADER}.${b64('{"sub":"alice","sub":"bob"}')}.${SIGNATURE}`],
    ['a member of the header twice', `${b64('{"alg":"none","alg":"ES256"}')}.${PAYLOAD}.${SIGNATURE}`],
    ['a lone surrogate', `${HEADER}.${b64('{"sub":"\\ud800"}')}.${SIGNATURE}`],
    ['`exp` of 1e400', `${HEADER}.${b64('{"exp":1e400}')}.${SIGNATURE}`],
    ['seventeen objects inside one another', `${HEADER}.${b64('{"a":'.repeat(17) + 1 + '}'.repeat(17))}.${SIGNATURE}`],
  ])('%s is refused', (_what, token) => {
    const read = readToken(token)
    expect(read).toMatchObject({ kind: 'refuse', code: 'invalid_token', status: 401 })
  })

  test('neighbours pass', () => {
    expect(readToken(`${HEADER}.${PAYLOAD}.${SPARE}`).kind).toBe('proceed')
    expect(readToken(`${HEADER}.${b64('{"__proto__":{"sub":"x"}}')}.${SIGNATURE}`).kind).toBe('proceed')
    expect(readToken(`${HEADER}.${b64('{"a":'.repeat(16) + 1 + '}'.repeat(16))}.${SIGNATURE}`).kind).toBe('proceed')
  })

  test('16 KiB and no more [token.size-cap]', () => {
    const room = TOKEN_MAX_BYTES - HEADER.length - SIGNATURE.length - 2
    const filler = (size: number): string => b64(`{"a":"${'x'.repeat(size - 8)}"}`)
    expect(readToken(`${HEADER}.${filler(Math.floor((room * 3) / 4))}.${SIGNATURE}`).kind).toBe('proceed')
    const tooLong = readToken(`${HEADER}.${filler(Math.floor((room * 3) / 4) + 3)}.${SIGNATURE}`)
    expect(tooLong).toMatchObject({ kind: 'refuse', forLog: 'token malformed: longer than 16 KiB' })
  })
})

test('a log text repeats nothing of the token', () => {
  const read = readToken(`${HEADER}.${b64('{"alice@example":1,"alice@example":2}')}.${SIGNATURE}`)
  expect(read.kind === 'refuse' && read.forLog).toBe('token malformed: payload: a member twice in one object')
})

test('a token has one spelling: no change of a character leaves the same three parts [token.one-spelling]', () => {
  const good = readToken(GOOD)
  if (good.kind === 'refuse') throw new Error(good.forLog)
  const same = (token: string): boolean => {
    const read = readToken(token)
    if (read.kind === 'refuse') return false
    return read.value.signature.equals(good.value.signature) && read.value.signingInput.equals(good.value.signingInput)
  }
  fc.assert(
    fc.property(
      fc.nat({ max: GOOD.length }),
      fc.nat({ max: 1 }),
      fc.string({ unit: 'binary', minLength: 0, maxLength: 2 }),
      (at, taken, put) => {
        const changed = GOOD.slice(0, at) + put + GOOD.slice(at + taken)
        if (changed !== GOOD) expect(same(changed)).toBe(false)
      },
    ),
    { numRuns: 2000 },
  )
})

test('never throws, whatever it is given', () => {
  const part = fc.oneof(fc.base64String(), fc.string({ unit: 'binary' }), fc.json().map(b64), fc.constant(HEADER))
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      expect(['proceed', 'refuse']).toContain(readToken(parts.join('.')).kind)
    }),
    { numRuns: 1000 },
  )
})
