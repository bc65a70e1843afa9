import * as jose from 'jose'
import { expect, test } from 'vitest'
import { clientKey } from '../../test/proofs.js'
import { thumbprintOf } from './thumbprint.js'

test.each([
  [
    'RFC 7638 section 3.1',
    {
      kty: 'RSA',
      n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
      e: 'AQAB',
      alg: 'RS256',
      kid: '2011-04-29',
    },
    'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
  ],
  [
    'RFC 9449 sections 5 and 6.1',
    {
      kty: 'EC',
      x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
      y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
      crv: 'P-256',
    },
    '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
  ],
  [
    'RFC 8037 appendix A.3',
    { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
    'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  ],
])('%s [dpop.thumbprint]', (_, jwk, thumbprint) => {
  expect(thumbprintOf(jwk)).toBe(thumbprint)
  // What does not make the key does not count, and neither does the order.
  const others = Object.fromEntries([['use', 'sig'], ['zzz', 'other'], ...Object.entries(jwk).reverse()])
  expect(thumbprintOf(others)).toBe(thumbprint)
})

test.each(['ES256', 'Ed25519', 'RS256'] as const)('of a key for %s jose says the same', async (alg) => {
  const { jwk, jkt } = clientKey(alg)
  expect(jkt).toBe(await jose.calculateJwkThumbprint(jwk as jose.JWK))
})

test('a key of another type, or one without a member, has none', () => {
  expect(thumbprintOf({ kty: 'oct', k: 'AAAA' })).toBeUndefined()
  expect(thumbprintOf({ kty: 'EC', crv: 'P-256', x: 'AAAA' })).toBeUndefined()
  expect(thumbprintOf({ kty: 'EC', crv: 'P-256', x: 'AAAA', y: 7 })).toBeUndefined()
  expect(thumbprintOf({})).toBeUndefined()
})
