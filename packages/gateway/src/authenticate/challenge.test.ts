import { expect, test } from 'vitest'
import { refuse } from '../spec/index.js'
import { challenger } from './challenge.js'

const challenge = challenger('https://gateway.example', ['ES256'])
const told = (path: string, publicUrl?: string): string | undefined => {
  const by = publicUrl === undefined ? challenge : challenger(publicUrl, ['ES256'])
  return /resource_metadata="([^"]*)"/.exec(
    by(refuse('invalid_token', ''), path, ['bearer']).headers?.['www-authenticate'] ?? '',
  )?.[1]
}

const BASE = 'https://gateway.example/.well-known/oauth-protected-resource'

test.each([
  ['/v1/chat/completions', `${BASE}/v1/chat/completions`],
  ['/gemini/v1/models/m:generateContent', `${BASE}/gemini/v1/models/m:generateContent`],
  [`/${'a'.repeat(255)}`, `${BASE}/${'a'.repeat(255)}`],
  ['/', BASE],
  [`/${'a'.repeat(256)}`, BASE],
  ['/a"b', BASE],
  ['/a\\b', BASE],
  ['/a/../b', BASE],
  ['/a|b', BASE],
  ['/ä', BASE],
])('the metadata of %s is at %s [metadata.in-challenge]', (path, url) => {
  expect(told(path)).toBe(url)
})

test('it goes between host and path (RFC 9728 section 3.1)', () => {
  expect(told('/v1/models', 'https://gateway.example/llm/')).toBe(`${BASE}/llm/v1/models`)
})

test('what is no 401 and asks for nothing stays as it is', () => {
  const refusal = refuse('invalid_request', '')
  expect(challenge(refusal, '/', ['bearer'])).toBe(refusal)
})

test('what is whole is not completed again', () => {
  const whole = challenge(refuse('invalid_token', ''), '/v1/models', ['dpop'])
  expect(challenge(whole, '/v1/models', ['bearer'])).toBe(whole)
})

test('a refusal keeps what it says besides', () => {
  const refusal = refuse('use_dpop_nonce', 'why', { headers: { 'dpop-nonce': 'n' } })
  expect(challenge(refusal, '/', ['dpop'])).toEqual({
    ...refusal,
    headers: {
      'dpop-nonce': 'n',
      'www-authenticate': `DPoP error="use_dpop_nonce", algs="ES256", resource_metadata="${BASE}"`,
      'cache-control': 'no-store',
      'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate',
    },
  })
})
