import { expect, test } from 'vitest'
import { type RefusalCode, refuse } from '../../spec/refusal.js'
import { createBedrockDialect } from './dialect.js'

const dialect = createBedrockDialect()

test('a refusal is an error of the dialect', () => {
  const extras = { message: 'No.', param: 'messages', headers: { 'www-authenticate': 'Bearer' } }
  const { status, headers, body } = dialect.refusal(refuse('forbidden_by_policy', 'log only', extras), 'req_1')
  expect(status).toBe(403)
  expect(headers).toEqual({
    'content-type': 'application/json',
    'x-amzn-errortype': 'AccessDeniedException',
    'www-authenticate': 'Bearer',
    'x-request-id': 'req_1',
    'x-amzn-requestid': 'req_1',
  })
  expect(JSON.parse(String(body))).toEqual({
    message: 'forbidden_by_policy: No.',
    code: 'forbidden_by_policy',
    param: 'messages',
  })
})

test.each<[RefusalCode, string]>([
  ['invalid_request', 'ValidationException'],
  ['missing_token', 'UnrecognizedClientException'],
  ['expired_token', 'ExpiredTokenException'],
  ['content_blocked', 'AccessDeniedException'],
  ['model_not_found', 'ResourceNotFoundException'],
  ['request_timeout', 'ValidationException'],
  ['body_too_large', 'ValidationException'],
  ['obligation_failed', 'ValidationException'],
  ['upstream_failed', 'InternalServerException'],
  ['inspection_failed', 'ServiceUnavailableException'],
  ['upstream_timeout', 'ModelTimeoutException'],
])('%s is %s', (code, type) => {
  expect(dialect.refusal(refuse(code, ''), 'r').headers['x-amzn-errortype']).toBe(type)
})

test('the account stays ours', () => {
  for (const name of [
    'authorization',
    'x-amz-security-token',
    'x-amz-date',
    'x-amz-content-sha256',
    'x-amz-user-agent',
  ]) {
    expect(dialect.requestHeaders.has(name)).toBe(false)
  }
  for (const name of ['set-cookie', 'x-amzn-requestid', 'x-amzn-bedrock-cache-write-input-token-count']) {
    expect(dialect.responseHeaders.has(name)).toBe(false)
  }
})

test.each([
  ['ValidationException', true],
  ['ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/', true],
  ['an error with alice@example.com in it', false],
  ['ValidationException:http://internal/?q=alice', false],
])('an error’s type passes where it is one: %s', (value, passes) => {
  expect(dialect.responseHeaders.get('x-amzn-errortype')?.test(value)).toBe(passes)
})
