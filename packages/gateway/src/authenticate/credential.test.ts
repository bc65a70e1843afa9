import { describe, expect, test } from 'vitest'
import { presentedCredential } from './credential.js'

const REST = ['Host', 'gateway.example', 'Content-Type', 'application/json', 'X-Request', 'Bearer other']

describe('one credential, in one place', () => {
  test.each([
    ['Bearer', ['Authorization', 'Bearer abc.def.ghi'], { scheme: 'bearer', token: 'abc.def.ghi', proofs: [] }],
    ['another case', ['AUTHORIZATION', 'bEARER abc'], { scheme: 'bearer', token: 'abc', proofs: [] }],
    ['DPoP', ['authorization', 'DPoP abc'], { scheme: 'dpop', token: 'abc', proofs: [] }],
    ['x-api-key', ['x-api-key', 'abc'], { scheme: 'bearer', token: 'abc', proofs: [] }],
    ['x-goog-api-key', ['X-Goog-Api-Key', 'abc'], { scheme: 'bearer', token: 'abc', proofs: [] }],
    [
      'the whole b64token alphabet',
      ['Authorization', 'Bearer aZ09-._~+/=='],
      { scheme: 'bearer', token: 'aZ09-._~+/==', proofs: [] },
    ],
  ])('%s', (_what, headers, presented) => {
    expect(presentedCredential([...REST, ...headers])).toEqual({ kind: 'proceed', value: presented })
    expect(presentedCredential([...headers, ...REST])).toEqual({ kind: 'proceed', value: presented })
  })

  test('none', () => {
    expect(presentedCredential(REST)).toEqual({ kind: 'proceed', value: undefined })
    expect(presentedCredential([])).toEqual({ kind: 'proceed', value: undefined })
    // A proxy's own credential is not ours.
    expect(presentedCredential(['Proxy-Authorization', 'Bearer abc'])).toEqual({ kind: 'proceed', value: undefined })
  })
})

describe('twice, or in two places [token.header-only]', () => {
  test.each([
    ['two Authorization headers', ['Authorization', 'Bearer a', 'Authorization', 'Bearer b']],
    ['the same twice', ['Authorization', 'Bearer a', 'authorization', 'Bearer a']],
    ['Bearer and Basic', ['Authorization', 'Bearer a', 'Authorization', 'Basic YTpi']],
    ['Authorization and x-api-key', ['Authorization', 'Bearer a', 'x-api-key', 'a']],
    ['both key headers', ['x-api-key', 'a', 'x-goog-api-key', 'a']],
    ['x-api-key twice', ['x-api-key', 'a', 'X-API-Key', 'b']],
    ['an empty one beside a good one', ['Authorization', 'Bearer a', 'x-api-key', '']],
  ])('%s: 400', (_what, headers) => {
    const found = presentedCredential([...headers.slice(0, 2), ...REST, ...headers.slice(2)])
    expect(found).toMatchObject({ kind: 'refuse', code: 'invalid_request', status: 400 })
  })
})

describe('malformed', () => {
  test.each([
    ['Basic', 'Basic YTpi'],
    ['no scheme', 'abc.def.ghi'],
    ['scheme alone', 'Bearer'],
    ['nothing after the space', 'Bearer '],
    ['two spaces', 'Bearer  abc'],
    ['a tab', 'Bearer\tabc'],
    ['a space inside', 'Bearer abc def'],
    ['a list', 'Bearer abc, Bearer def'],
    ['quotes', 'Bearer "abc"'],
    ['padding inside', 'Bearer a=bc'],
    ['another scheme that begins alike', 'Bearers abc'],
    ['empty', ''],
    ['a character beyond ASCII', 'Bearer abé'],
  ])('%s: 401', (_what, value) => {
    expect(presentedCredential(['Authorization', value])).toMatchObject({ kind: 'refuse', code: 'invalid_token' })
  })

  test('a key header that holds a scheme: 401', () => {
    expect(presentedCredential(['x-api-key', 'Bearer abc'])).toMatchObject({ kind: 'refuse', code: 'invalid_token' })
    expect(presentedCredential(['x-api-key', ''])).toMatchObject({ kind: 'refuse', code: 'invalid_token' })
  })
})
