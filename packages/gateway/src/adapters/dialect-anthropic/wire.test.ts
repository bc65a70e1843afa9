import { expect, test } from 'vitest'
import { lensAt } from '../../../test/lens.js'
import { refuse } from '../../spec/refusal.js'
import { createAnthropicDialect } from './dialect.js'

const dialect = createAnthropicDialect()

test('a refusal is an error of the dialect, its message begins with the code', () => {
  const extras = { message: 'No.', param: 'messages', headers: { 'www-authenticate': 'Bearer' } }
  const { status, headers, body } = dialect.refusal(refuse('expired_token', 'log only', extras), 'req_1')
  expect(status).toBe(401)
  expect(headers).toEqual({
    'content-type': 'application/json',
    'www-authenticate': 'Bearer',
    'x-request-id': 'req_1',
    'request-id': 'req_1',
  })
  expect(JSON.parse(String(body))).toEqual({
    type: 'error',
    error: { type: 'authentication_error', message: 'expired_token: No.', code: 'expired_token' },
  })
})

test.each([
  ['audit_unavailable', 'false'],
  ['overloaded', 'false'],
  ['upstream_failed', undefined],
] as const)('a retry after %s: %s', (code, said) => {
  expect(dialect.refusal(refuse(code, ''), 'r').headers['x-should-retry']).toBe(said)
})

test('a torn stream ends with an event that SDKs throw, and without an end mark', () => {
  const stream = lensAt(dialect, '/anthropic/v1/messages').openStream({ guard: undefined })
  const event = String(stream.tear(refuse('upstream_timeout', 'log only')))
  expect(event).toMatch(
    /^event: error\ndata: \{"type":"error",.*"message":"upstream_timeout: .*"code":"upstream_timeout"\}\}\n\n$/,
  )
  expect(event).not.toContain('log only')
  stream.push(Buffer.from('event: content_block_del'))
  // What was cut off ends first.
  expect(String(stream.tear(refuse('upstream_timeout', '')))).toMatch(/^\n\nevent: error\n/)
})

test('the account stays ours', () => {
  const call = { method: 'POST', origin: '', path: '/', headers: [], body: Buffer.alloc(0), nowMs: 0 }
  expect(dialect.credential('k', call)).toEqual(['x-api-key', 'k'])
  for (const name of ['authorization', 'x-api-key', 'cookie', 'anthropic-organization-id', 'anthropic-workspace-id']) {
    expect(dialect.requestHeaders.has(name)).toBe(false)
  }
  for (const name of ['set-cookie', 'request-id', 'anthropic-organization-id', 'anthropic-ratelimit-requests-limit']) {
    expect(dialect.responseHeaders.has(name)).toBe(false)
  }
})

test.each([
  ['anthropic-version', '2023-06-01', true],
  ['anthropic-version', '2023-06-01; ann', false],
  ['anthropic-beta', 'interleaved-thinking-2025-05-14', true],
  ['anthropic-beta', 'claude-code-20250219,context-1m-2025-08-07, output-128k-2025-02-19', true],
  ['anthropic-beta', 'mid-conversation-system-clear-at-2026-08-21', true],
  ['anthropic-beta', 'ann@example.com', false],
  ['anthropic-beta', 'a-4111-1111-1111-1111-2025-05-14', false],
  ['anthropic-beta', 'pay 4111111111111111', false],
  ['anthropic-beta', '', false],
])('a header passes only where its value can say nothing: %s: %s', (name, value, passes) => {
  expect(dialect.requestHeaders.get(name)?.test(value)).toBe(passes)
})
