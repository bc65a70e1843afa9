import { expect, test } from 'vitest'
import { lensAt } from '../../../test/lens.js'
import { refuse } from '../../spec/refusal.js'
import { createGeminiDialect } from './dialect.js'

const dialect = createGeminiDialect()

test('a refusal is an error of the dialect', () => {
  const extras = { message: 'No.', param: 'contents', headers: { 'www-authenticate': 'Bearer' } }
  const { status, headers, body } = dialect.refusal(refuse('expired_token', 'log only', extras), 'req_1')
  expect(status).toBe(401)
  expect(headers).toEqual({ 'content-type': 'application/json', 'www-authenticate': 'Bearer', 'x-request-id': 'req_1' })
  expect(JSON.parse(String(body))).toEqual({
    error: {
      code: 401,
      message: 'No.',
      status: 'UNAUTHENTICATED',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'expired_token',
          domain: 'ostiary',
          metadata: { param: 'contents' },
        },
      ],
    },
  })
})

test.each([
  ['invalid_request', 'INVALID_ARGUMENT'],
  ['missing_token', 'UNAUTHENTICATED'],
  ['content_blocked', 'PERMISSION_DENIED'],
  ['model_not_found', 'NOT_FOUND'],
  ['endpoint_not_governed', 'NOT_FOUND'],
  ['request_timeout', 'DEADLINE_EXCEEDED'],
  ['obligation_failed', 'INVALID_ARGUMENT'],
  ['upstream_failed', 'UNAVAILABLE'],
  ['upstream_timeout', 'DEADLINE_EXCEEDED'],
  ['overloaded', 'UNAVAILABLE'],
] as const)('%s is %s', (code, status) => {
  const { error } = JSON.parse(String(dialect.refusal(refuse(code, ''), 'r').body))
  expect(error).toMatchObject({ status, details: [{ reason: code }] })
})

test.each([
  ['audit_unavailable', 'false'],
  ['inspection_failed', 'false'],
  ['overloaded', 'false'],
  ['upstream_failed', undefined],
  ['forbidden_by_policy', undefined],
] as const)('a retry after %s: %s', (code, said) => {
  expect(dialect.refusal(refuse(code, ''), 'r').headers['x-should-retry']).toBe(said)
})

test('a torn stream ends with an error that SDKs throw', () => {
  const stream = lensAt(dialect, '/gemini/v1beta/models/{model}:streamGenerateContent').openStream({ guard: undefined })
  const event = String(stream.tear(refuse('content_blocked', 'log only')))
  expect(event).toMatch(/^data: \{"error":\{"code":403,.*"reason":"content_blocked".*\}\n\n$/)
  expect(event).not.toContain('log only')
  expect(event).not.toContain('finishReason')
})

test('the account stays ours', () => {
  const call = { method: 'POST', origin: '', path: '/', headers: [], body: Buffer.alloc(0), nowMs: 0 }
  expect(dialect.credential('k', call)).toEqual(['x-goog-api-key', 'k'])
  for (const name of ['authorization', 'cookie', 'x-goog-api-key', 'x-goog-user-project', 'x-goog-api-client']) {
    expect(dialect.requestHeaders.has(name)).toBe(false)
  }
  expect([...dialect.responseHeaders.keys()]).toEqual(['content-type', 'retry-after'])
})
