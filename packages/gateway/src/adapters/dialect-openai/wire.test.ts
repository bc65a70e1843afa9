import { expect, test } from 'vitest'
import { lensAt } from '../../../test/lens.js'
import { refuse } from '../../spec/refusal.js'
import { createOpenAiDialect } from './dialect.js'

const dialect = createOpenAiDialect()

test('a refusal is an error of the dialect', () => {
  const extras = { message: 'No.', param: 'messages', headers: { 'www-authenticate': 'Bearer' } }
  const { status, headers, body } = dialect.refusal(refuse('expired_token', 'log only', extras), 'req_1')
  expect(status).toBe(401)
  expect(headers).toEqual({ 'content-type': 'application/json', 'www-authenticate': 'Bearer', 'x-request-id': 'req_1' })
  expect(JSON.parse(String(body))).toEqual({
    error: { message: 'No.', type: 'authentication_error', param: 'messages', code: 'expired_token' },
  })
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

test('a torn stream ends with an error that SDKs throw, and without an end mark', () => {
  const stream = lensAt(dialect, '/v1/chat/completions').openStream({ guard: undefined })
  const event = String(stream.tear(refuse('content_blocked', 'log only')))
  expect(event).toMatch(/^data: \{"error":\{.*"param":null,"code":"content_blocked"\}\}\n\n$/)
  expect(event).not.toContain('log only')
})

test('models are a list', () => {
  expect(JSON.parse(String(dialect.modelList?.write([{ id: 'm', ownedBy: 'p' }])))).toEqual({
    object: 'list',
    data: [{ id: 'm', object: 'model', created: 0, owned_by: 'p' }],
  })
})

test('the account stays ours', () => {
  expect(
    dialect.credential('k', { method: 'POST', origin: '', path: '/', headers: [], body: Buffer.alloc(0), nowMs: 0 }),
  ).toEqual(['authorization', 'Bearer k'])
  for (const name of ['authorization', 'cookie', 'openai-organization', 'openai-project']) {
    expect(dialect.requestHeaders.has(name)).toBe(false)
  }
  for (const name of ['set-cookie', 'openai-organization', 'x-ratelimit-limit-requests']) {
    expect(dialect.responseHeaders.has(name)).toBe(false)
  }
})
