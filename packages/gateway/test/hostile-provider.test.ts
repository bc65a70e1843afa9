import { TEST_CARD } from '@ostiary/devkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, openHouse } from './house.js'
import { ask, onSocket, prompt } from './http.js'

const EMAIL = 'erika.mustermann@example.com'
const POLICIES = `@id("redact") @obligation("output:redact:pii")
permit (principal in Group::"analysts", action, resource is Model) when { resource.mode == "redact" };
@id("block") @obligation("output:block:pii")
permit (principal in Group::"analysts", action, resource is Model) when { resource.mode == "block" };
`

let house: House
beforeAll(async () => {
  const models = ['redact', 'block'].map((mode) => ({ name: mode, provider: 'lying', attributes: { mode } }))
  house = await openHouse({ policies: POLICIES, config: { models } })
})
afterAll(() => house.finish())

function answerWith(body: string, headers: readonly string[] = ['content-type: application/json']): void {
  const head = ['HTTP/1.1 200 OK', ...headers, `content-length: ${Buffer.byteLength(body)}`].join('\r\n')
  house.upstream.behave({ kind: 'raw', writes: [`${head}\r\n\r\n${body}`] })
}

describe('a finding in a name that the provider chose', () => {
  test.each([
    ['redact', 422, 'obligation_failed', { parsed: { [EMAIL]: 1 } }],
    ['block', 403, 'content_blocked', { parsed: { [EMAIL]: 1 } }],
    ['block', 403, 'content_blocked', { parsed: { [EMAIL]: TEST_CARD } }],
  ])('is refused (%s) without being told in the refusal', async (model, status, code, more) => {
    const message = { role: 'assistant', content: 'hi', ...more }
    answerWith(JSON.stringify({ id: 'x', choices: [{ index: 0, message, finish_reason: 'stop' }] }))
    const answer = await ask(house, prompt('hi', { model }))
    expect(answer.status).toBe(status)
    expect(answer.json()).toMatchObject({ error: { code, param: null } })
    expect(answer.text).not.toContain('erika')
    expect(answer.text).not.toContain('1111')
  })
})

test('header values of the provider that could say something do not pass', async () => {
  const body = JSON.stringify({ id: 'x', choices: [] })
  const said = [
    `content-type: application/json; x=${EMAIL}`,
    `retry-after: ${EMAIL}`,
    'openai-version: 4111111111111111',
  ]
  answerWith(body, said)
  const odd = await ask(house, prompt('hi', { model: 'redact' }))
  expect(odd.status).toBe(200)
  expect(odd.headers['content-type']).toBe('application/json')
  expect(JSON.stringify(odd.headers)).not.toMatch(/erika|4111/)

  answerWith(body, ['content-type: application/json; charset=utf-8', 'retry-after: 7', 'openai-version: 2020-10-01'])
  const plain = await ask(house, prompt('hi', { model: 'redact' }))
  expect(plain.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'retry-after': '7',
    'openai-version': '2020-10-01',
  })
})

test('a request behind an answer that closes the connection is not carried out', async () => {
  house.upstream.behave(undefined)
  const before = house.upstream.requestCount
  const body = JSON.stringify(prompt('hi', { model: 'redact' }))
  const request = (token: string): string =>
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n` +
    `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  const token = await house.token()
  const { text } = await onSocket(house.port, [request('none') + request(token)])
  expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1)
  expect(text).toContain('401 Unauthorized')
  expect(house.upstream.requestCount).toBe(before)
})

test('header values of the caller that could say something do not reach the provider', async () => {
  house.upstream.behave(undefined)
  const sent = async (headers: Record<string, string>) => {
    expect((await ask(house, prompt('hi', { model: 'redact' }), { headers })).status).toBe(200)
    return house.upstream.received.at(-1)?.headers
  }
  const odd = await sent({ accept: EMAIL, 'openai-beta': TEST_CARD, 'idempotency-key': EMAIL })
  expect(odd?.get('accept')).toBeUndefined()
  expect(odd?.get('openai-beta')).toBeUndefined()
  // A key of the caller's own, the same each time, and not what it said.
  const key = odd?.get('idempotency-key')
  expect(key).toMatch(/^[0-9a-f]{64}$/)
  expect((await sent({ 'idempotency-key': EMAIL }))?.get('idempotency-key')).toBe(key)
  const plain = await sent({ accept: 'application/json, */*', 'openai-beta': 'assistants=v2' })
  expect(plain?.get('accept')).toBe('application/json, */*')
  expect(plain?.get('openai-beta')).toBe('assistants=v2')
})
