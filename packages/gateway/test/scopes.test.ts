import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SCOPES } from '../src/spec/index.js'
import { type House, openHouse } from './house.js'
import { type Answer, ask, errorOf, prompt, send } from './http.js'

const POLICIES = `@id("by-scope")
permit (principal, action in [Action::"invoke", Action::"listModels"], resource is Model)
when { principal.scopes.contains("models:invoke") || principal.scopes.contains("models:list") };
@id("operators") permit (principal in Group::"analysts", action == Action::"administer", resource);
`

let house: House

beforeAll(async () => {
  house = await openHouse({ policies: POLICIES })
})
afterAll(() => house.finish())

async function call(scope: string, model = 'model'): Promise<Answer> {
  return await ask(house, { ...prompt('hi'), model }, { token: await house.token('alice', { scope }) })
}

async function listed(scope: string): Promise<readonly string[] | string> {
  const token = await house.token('alice', { scope })
  const answer = await send(house.url, undefined, {
    path: '/v1/models',
    headers: { authorization: `Bearer ${token}` },
  })
  if (answer.status !== 200) return errorOf(answer).code
  return (answer.json() as { data: { id: string }[] }).data.map(({ id }) => id).sort()
}

describe('every door has a scope [scope.every-door]', () => {
  test.each([
    ['models:invoke', 'model'],
    ['models:invoke:model', 'model'],
    ['models:*', 'other-model'],
    ['openid models:invoke:other-model models:invoke:model', 'other-model'],
  ])('`%s` calls %s', async (scope, model) => {
    expect((await call(scope, model)).status).toBe(200)
  })

  test.each([
    ['', 'model', 'models:invoke'],
    ['models:list', 'model', 'models:invoke'],
    ['embeddings:create', 'model', 'models:invoke'],
    ['models:invoke:other-model', 'model', 'models:invoke:model'],
    ['models:invoke:mod', 'model', 'models:invoke:model'],
  ])('`%s` does not call %s, and is told what it lacks [scope.names-what-is-missing]', async (scope, model, lacks) => {
    const before = house.upstream.requestCount
    const answer = await call(scope, model)
    expect({ status: answer.status, code: errorOf(answer).code }).toEqual({ status: 403, code: 'insufficient_scope' })
    expect(errorOf(answer).message).toContain(`\`${lacks}\``)
    expect(answer.headers['www-authenticate']).toContain(`error="insufficient_scope", scope="${lacks}"`)
    expect(house.upstream.requestCount).toBe(before)
    expect((await house.exchange(answer.id)).outcome.own).toMatchObject({ reason: 'insufficient_scope' })
  })

  test('nobody without the scope has a body read', async () => {
    const token = await house.token('alice', { scope: 'models:list' })
    const answer = await send(house.url, Buffer.from('no JSON'), {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
    })
    expect(errorOf(answer).code).toBe('insufficient_scope')
  })

  test('the list of models shows what the scopes reach', async () => {
    expect(await listed('models:list')).toEqual(['model', 'other-model'])
    expect(await listed('models:invoke')).toEqual(['model', 'other-model'])
    expect(await listed('models:invoke:model')).toEqual(['model'])
    expect(await listed('embeddings:create')).toEqual('insufficient_scope')
  })

  test('the admin port asks for the scope of each operation', async () => {
    const revoke = async (scope: string): Promise<Answer> => {
      const token = await house.token('alice', { scope })
      const body = Buffer.from(JSON.stringify({ jti: 'nobody-has-it' }))
      const { host } = new URL(house.running.gateway.adminUrl)
      return await send(house.running.gateway.adminUrl, body, {
        path: '/revocations',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', host },
      })
    }
    const lacking = await revoke('admin:keys')
    expect(lacking.status).toBe(403)
    expect(lacking.headers['www-authenticate']).toContain('scope="admin:revoke"')
    expect((await revoke('admin:revoke')).json()).toEqual({ revoked: 'token' })
    expect((await revoke('admin:*')).status).toBe(200)
  })
})

test('the table in the documentation is that of this version', () => {
  const text = readFileSync(new URL('../../../docs/scopes.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `([^`]+)` \| (.+?) \|$/gm)].map(([, scope, says]) => [scope, says])
  expect(rows).toEqual(Object.entries(SCOPES))
})
