import { startDevIdentityProvider } from '@ostiary/devkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { issuersOf } from '../src/compose-issuers.js'
import { digestOf } from '../src/jws/read.js'
import type { OpaqueProvider, Principal, Step } from '../src/spec/index.js'
import { loadWith } from './guide.js'

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

async function made(clientSecret: string, cacheMax: string): Promise<OpaqueProvider> {
  const entry = {
    issuer: idp.issuer,
    audience: OPAQUE,
    introspection: { endpoint: idp.introspectionEndpoint, clientId: idp.gateway.clientId, clientSecret, cacheMax },
    agents: [{ id: 'scout', groups: ['agents'] }],
    groups: { prefix: 'dev:' },
  }
  const { config } = loadWith(`issuers: ${JSON.stringify([entry])}\n`)
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
