import { startDevIdentityProvider } from '@ostiary/devkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { issuersOf } from '../src/compose/issuers.js'
import { digestOf } from '../src/jws/read.js'
import type { OpaqueProvider, Principal, Step } from '../src/spec/index.js'
import { loadWith } from './guide.js'
import { issuerSection, openHouse, startTestIssuer } from './house.js'
import { ask, errorOf, prompt, send } from './http.js'

// Against an authorization server that is none of ours, from the configuration on.

const OPAQUE = 'https://gateway.example/opaque'

let idp: Awaited<ReturnType<typeof startDevIdentityProvider>>
let provider: OpaqueProvider
const reports: string[] = []

beforeAll(async () => {
  idp = await startDevIdentityProvider({
    issuerPath: '/idp',
    audience: 'https://gateway.example',
    opaqueAudience: OPAQUE,
  })
  provider = await made(idp.gateway.clientSecret, '1s')
})
afterAll(async () => {
  await provider.close()
  await idp.close()
})

function entryOf(clientSecret: string, cacheMax: string) {
  return {
    issuer: idp.issuer,
    audience: OPAQUE,
    introspection: { endpoint: idp.introspectionEndpoint, clientId: idp.gateway.clientId, clientSecret, cacheMax },
    agents: [{ id: 'scout', groups: ['agents'] }],
    groups: { prefix: 'dev:' },
  }
}

async function made(clientSecret: string, cacheMax: string): Promise<OpaqueProvider> {
  const { config } = loadWith(`issuers: ${JSON.stringify([entryOf(clientSecret, cacheMax)])}\n`)
  const parts = { clock: { now: () => Date.now() }, env: {}, report: (text: string) => void reports.push(text) }
  const { opaque } = await issuersOf(config?.issuers ?? [], parts, new Map())
  const [first] = opaque
  if (first === undefined) throw new Error('no issuer of opaque tokens')
  return first
}

const verify = async (token: string, by = provider): Promise<Step<Principal>> =>
  by.verify({ token, digest: digestOf(token) })

test('a person’s opaque token is who it is [introspection.still-checked]', async () => {
  const token = await idp.token({ as: 'alice', scope: 'models:invoke', audience: OPAQUE })
  expect(token).not.toContain('.')
  expect(await verify(token)).toMatchObject({
    kind: 'proceed',
    value: {
      actor: { kind: 'User', uid: `${idp.issuer}#alice`, groups: ['dev:analysts'] },
      scopes: new Set(['models:invoke']),
      audiences: [OPAQUE],
    },
  })
})

test('one that was revoked at its issuer is none, once the answer is old [introspection.cache]', async () => {
  const token = await idp.token({ as: 'alice', scope: 'models:invoke', audience: OPAQUE })
  expect((await verify(token)).kind).toBe('proceed')
  const { clientId, clientSecret } = idp.gateway
  const revoked = await fetch(idp.revocationEndpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ token }),
  })
  expect(revoked.status).toBe(200)
  await expect.poll(async () => (await verify(token)).kind, { timeout: 10_000 }).toBe('refuse')
  expect(await verify(token)).toMatchObject({ code: 'invalid_token' })
})

test('nobody’s token is none [introspection.active]', async () => {
  expect(await verify('nobody-ever-issued-this')).toMatchObject({ code: 'invalid_token' })
})

test('with a secret that is not ours nothing is known, and the operator is told [introspection.ill]', async () => {
  const stranger = await made(`not-${idp.gateway.clientSecret}`, '1s')
  const token = await idp.token({ as: 'alice', scope: 'models:invoke', audience: OPAQUE })
  expect(await verify(token, stranger)).toMatchObject({ code: 'overloaded' })
  expect(reports).toEqual([`issuer \`${idp.issuer}\`: introspection: status 401`])
  expect(reports.join()).not.toContain(idp.gateway.clientSecret)
})

test('through a whole gateway, beside an issuer of JWTs [introspection.still-checked]', async () => {
  const issuer = await startTestIssuer()
  const issuers = [{ ...issuerSection(issuer), groups: { prefix: 'jwt:' } }, entryOf(idp.gateway.clientSecret, '30s')]
  const policies = `@id("both")
permit (principal, action == Action::"invoke", resource is Model)
when { principal in Group::"dev:analysts" || principal in Group::"jwt:support" };
`
  const house = await openHouse({ issuer, policies, config: { issuers } })
  const opaque = (as: string) => idp.token({ as, scope: 'models:invoke', audience: OPAQUE })
  const token = await opaque('alice')
  expect((await ask(house, prompt('hello'), { token })).status).toBe(200)
  expect((await ask(house, prompt('hello'), { as: 'bob' })).status).toBe(200)
  expect(errorOf(await ask(house, prompt('hello'), { token: await opaque('bob') })).code).toBe('forbidden_by_policy')
  expect(errorOf(await ask(house, prompt('hello'), { as: 'alice' })).code).toBe('forbidden_by_policy')
  expect(errorOf(await ask(house, prompt('hello'), { token: `${token}x` })).code).toBe('invalid_token')
  const bound = await idp.token({ as: 'alice', scope: 'models:invoke', audience: OPAQUE, jkt: 'k'.repeat(43) })
  expect(errorOf(await ask(house, prompt('hello'), { token: bound })).code).toBe('invalid_token')
  const metadata = await send(house.url, undefined, { path: '/.well-known/oauth-protected-resource' })
  expect(metadata.json()).toMatchObject({ authorization_servers: [issuer.issuer, house.config.publicUrl, idp.issuer] })
  await house.finish()
  await issuer.close()
})
