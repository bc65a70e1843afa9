import { newKeyPair } from '@ostiary/testkit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ALGORITHMS, type Algorithm } from '../../jws/algorithms.js'
import { isSoundEd25519Point } from '../../jws/edwards.js'
import type { VerifyKey } from '../../jws/jwk.js'
import { parseJwks } from './jwks.js'

type Json = Record<string, unknown>

const algorithm = (name: string): Algorithm => {
  const found = ALGORITHMS.get(name)
  if (found === undefined) throw new Error(name)
  return found
}
const ALLOWED = ['ES256', 'RS256', 'PS256', 'Ed25519'].map(algorithm)

const ec = newKeyPair({ type: 'ec', namedCurve: 'P-256' })
const rsa = newKeyPair({ type: 'rsa', modulusLength: 2048 })
const ed = newKeyPair({ type: 'ed25519' })
const EC: Json = { ...ec.publicKey.export({ format: 'jwk' }), kid: 'ec' }
const RSA: Json = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa' }
const ED: Json = { ...ed.publicKey.export({ format: 'jwk' }), kid: 'ed' }

function parse(keys: unknown, allowed = ALLOWED): { keys: readonly VerifyKey[]; dropped: readonly string[] } {
  const read = parseJwks(Buffer.from(JSON.stringify({ keys })), allowed)
  if (read.kind === 'fault') throw new Error(read.why)
  return read
}

const u64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url')
const rsaOf = (bits: number, exponent = 65_537): Json => ({
  ...newKeyPair({ type: 'rsa', modulusLength: bits, publicExponent: exponent }).publicKey.export({ format: 'jwk' }),
})

describe('keys that are dropped and reported, each beside one that is kept [token.weak-keys]', () => {
  test.each<[string, () => Json, () => Json]>([
    ['symmetric [jwks.no-secret-keys]', () => ({ kty: 'oct', k: 'c2VjcmV0', kid: 'x' }), () => EC],
    ['private, EC [jwks.no-secret-keys]', () => ({ ...ec.privateKey.export({ format: 'jwk' }) }), () => EC],
    ['private, RSA', () => ({ ...rsa.privateKey.export({ format: 'jwk' }) }), () => RSA],
    ['private, Ed25519', () => ({ ...ed.privateKey.export({ format: 'jwk' }) }), () => ED],
    ['a member `k` beside an EC point', () => ({ ...EC, k: 'AAAA' }), () => EC],
    ['`use` enc', () => ({ ...EC, use: 'enc' }), () => ({ ...EC, use: 'sig' })],
    ['`key_ops` sign', () => ({ ...EC, key_ops: ['sign'] }), () => ({ ...EC, key_ops: ['sign', 'verify'] })],
    ['`key_ops` that is a text', () => ({ ...EC, key_ops: 'verify' }), () => ({ ...EC, key_ops: ['verify'] })],
    ['RSA of 1024 bits', () => rsaOf(1024), () => RSA],
    ['RSA of 2040 bits', () => rsaOf(2040), () => RSA],
    ['RSA with exponent 3', () => rsaOf(2048, 3), () => rsaOf(2048, 65_539)],
    ['RSA with an even exponent', () => ({ ...RSA, e: u64('010002') }), () => ({ ...RSA, e: u64('010001') })],
    ['RSA with exponent 1', () => ({ ...RSA, e: u64('01') }), () => RSA],
    ['RSA with a huge exponent', () => ({ ...RSA, e: u64('01000000000000000001') }), () => RSA],
    ['RSA with an even modulus', () => ({ ...RSA, n: u64(`${'f'.repeat(510)}fe`) }), () => RSA],
    ['RSA with a huge modulus', () => ({ ...RSA, n: u64('ff'.repeat(2000)) }), () => RSA],
    ['an EC point off the curve', () => ({ ...EC, y: EC['x'] }), () => EC],
    ['the EC point at infinity', () => ({ ...EC, x: u64('00'.repeat(32)), y: u64('00'.repeat(32)) }), () => EC],
    ['an EC coordinate cut short', () => ({ ...EC, x: u64('00'.repeat(31)) }), () => EC],
    ['an EC coordinate with padding', () => ({ ...EC, x: `${EC['x']}=` }), () => EC],
    ['an unknown curve', () => ({ ...EC, crv: 'secp256k1' }), () => EC],
    ['a curve that no allowed algorithm has', () => ({ ...EC, crv: 'P-384' }), () => EC],
    ['`alg` that is not allowed', () => ({ ...RSA, alg: 'RS512' }), () => ({ ...RSA, alg: 'PS256' })],
    ['`alg` of another type of key', () => ({ ...EC, alg: 'RS256' }), () => ({ ...EC, alg: 'ES256' })],
    ['`alg` none', () => ({ ...EC, alg: 'none' }), () => EC],
    ['`alg` HS256', () => ({ ...EC, alg: 'HS256' }), () => EC],
    ['`kid` that is a number', () => ({ ...EC, kid: 7 }), () => ({ ...EC, kid: '7' })],
    ['`kid` of 129 characters', () => ({ ...EC, kid: 'k'.repeat(129) }), () => ({ ...EC, kid: 'k'.repeat(128) })],
    ['Ed448', () => ({ ...ED, crv: 'Ed448' }), () => ED],
    ['X25519', () => ({ ...ED, crv: 'X25519' }), () => ED],
    [
      'Ed25519 of small order [token.eddsa-exact]',
      () => ({ ...ED, x: u64(`01${'00'.repeat(31)}`) }),
      () => ({ ...ED, alg: 'EdDSA' }),
    ],
  ])('%s', (_what, hostile, good) => {
    const read = parse([hostile(), good()])
    expect(read.dropped).toHaveLength(1)
    expect(read.dropped[0]).toMatch(/^key 0: /)
    expect(read.keys).toHaveLength(1)
  })

  test.each([[null], ['text'], [[EC]], [7]])('%j is no key', (hostile) => {
    expect(parse([hostile, EC]).keys).toHaveLength(1)
  })
})

describe('a set', () => {
  const fault = (text: string): string => {
    const read = parseJwks(Buffer.from(text), ALLOWED)
    return read.kind === 'fault' ? read.why : 'keys'
  }

  test('that is none is a fault', () => {
    expect(fault('[]')).toMatch(/no array/)
    expect(fault('{"keys":{}}')).toMatch(/no array/)
    expect(fault('{"keys":[],"keys":[]}')).toMatch(/strict JSON/)
    expect(fault('<html>')).toMatch(/strict JSON/)
    expect(fault('{"keys":[]}')).toBe('keys')
  })

  test('of more than 100 keys is a fault [jwks.caps]', () => {
    const of = (count: number): string => JSON.stringify({ keys: new Array(count).fill(EC) })
    expect(fault(of(100))).toBe('keys')
    expect(fault(of(101))).toMatch(/more than 100/)
  })

  test('over 256 KiB is a fault', () => {
    expect(fault(JSON.stringify({ keys: [EC], x: 'x'.repeat(256 * 1024) }))).toMatch(/too large/)
  })

  test('with the same key twice has it once', () => {
    expect(parse([EC, EC]).keys).toHaveLength(1)
  })

  test('gives each key one algorithm: its own, else the first of the list that fits', () => {
    const names = (allowed: Algorithm[]): string[] => parse([RSA], allowed).keys.map((key) => key.algorithm.name)
    expect(names(['ES256', 'RS256', 'PS256'].map(algorithm))).toEqual(['RS256'])
    expect(names(['PS256', 'RS256'].map(algorithm))).toEqual(['PS256'])
    expect(parse([{ ...RSA, alg: 'PS256' }]).keys.map((key) => key.algorithm.name)).toEqual(['PS256'])
  })
})

describe('points of Ed25519', () => {
  const le = (value: bigint): Buffer => {
    const bytes = Buffer.alloc(32)
    for (let at = 0; at < 32; at += 1, value >>= 8n) bytes[at] = Number(value & 255n)
    return bytes
  }
  const P = 2n ** 255n - 19n
  const ORDER_8 = 2707385501144840649318225287225658788936804267575313519463743609750303021022n

  test.each([
    ['order 1', 1n],
    ['order 2', P - 1n],
    ['order 4', 0n],
    ['order 8', ORDER_8],
    ['order 8, the other', P - ORDER_8],
    ['not canonical', P],
    ['not canonical, order 1', P + 1n],
    ['off the curve', 2n],
  ])('%s is refused, of either sign', (_what, y) => {
    expect(isSoundEd25519Point(le(y))).toBe(false)
    expect(isSoundEd25519Point(le(y | (1n << 255n)))).toBe(false)
  })

  test('true keys are sound', () => {
    fc.assert(
      fc.property(fc.constant(undefined), () => {
        const { x } = newKeyPair({ type: 'ed25519' }).publicKey.export({ format: 'jwk' })
        expect(isSoundEd25519Point(Buffer.from(x ?? '', 'base64url'))).toBe(true)
      }),
      { numRuns: 20 },
    )
  })
})
