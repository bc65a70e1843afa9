import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operate } from '../src/cli/operate.js'
import { CLIENTS, call, type Flows, flowsOf } from './clients.js'
import { ANALYSTS, type House, openHouse } from './house.js'

let house: House

beforeAll(async () => {
  house = await openHouse({
    policies: `${ANALYSTS}
@id("services-use-the-other-model")
permit (principal is Service, action == Action::"invoke", resource == Model::"other-model");
@id("step-up") @challenge("acr:phr") @reason("a second factor is needed")
forbid (principal in Group::"analysts", action == Action::"invoke", resource == Model::"other-model")
unless { principal has acr && principal.acr == "phr" };
`,
  })
})
afterAll(async () => {
  await house.finish()
})

const ALLOWED = { status: 200, code: undefined }
const FORBIDDEN = { status: 403, code: 'forbidden_by_policy' }

describe.each(CLIENTS)('%s, with Bearer tokens', (_name, make) => {
  let flows: Flows
  beforeAll(async () => {
    flows = await flowsOf(house.issuer, make, false)
  })

  test('client credentials: the service may what its policy says, and no more [clients.client-credentials]', async () => {
    const { accessToken } = await flows.service()
    expect(await call(house, flows.batch, accessToken, 'other-model')).toMatchObject(ALLOWED)
    expect(await call(house, flows.batch, accessToken, 'model')).toMatchObject(FORBIDDEN)
  })

  test('authorization code with PKCE: who logged in decides [clients.authorization-code]', async () => {
    const alice = await call(house, flows.app, (await flows.code('alice')).accessToken)
    expect(alice).toMatchObject(ALLOWED)
    const { intent } = await house.exchange(alice.id)
    expect(intent?.own['decided']).toMatchObject({ kind: 'permit', determining: ['analysts-use-models'] })
    for (const as of ['bob', 'carol']) {
      expect(await call(house, flows.app, (await flows.code(as)).accessToken)).toMatchObject(FORBIDDEN)
    }
  })

  test('a token of less scope does less, whoever it is of', async () => {
    const { accessToken } = await flows.code('alice', { scope: 'models:list' })
    const refused = await call(house, flows.app, accessToken)
    expect(refused).toMatchObject({ status: 403, code: 'insufficient_scope' })
    expect(refused.challenge).toContain('scope="models:invoke"')
  })

  test('device: the person at the other screen decides [clients.device]', async () => {
    expect(await call(house, flows.app, (await flows.device('alice')).accessToken)).toMatchObject(ALLOWED)
    expect(await call(house, flows.app, (await flows.device('bob')).accessToken)).toMatchObject(FORBIDDEN)
  })

  test('refresh: a renewed token is as good, until its session is revoked [clients.refresh]', async () => {
    const first = await flows.code('alice')
    const renewed = await flows.app.refresh(first.refreshToken ?? '')
    expect(await call(house, flows.app, renewed.accessToken)).toMatchObject(ALLOWED)

    const session = decodeJwt(first.accessToken)['sid']
    await operate(house.config, 'POST /revocations', { session, issuer: house.issuer.issuer })
    const after = await flows.app.refresh(renewed.refreshToken ?? '')
    for (const { accessToken } of [first, renewed, after]) {
      expect(await call(house, flows.app, accessToken)).toMatchObject({ status: 401, code: 'revoked_token' })
    }
    // Another login of the same person is another session.
    expect(await call(house, flows.app, (await flows.code('alice')).accessToken)).toMatchObject(ALLOWED)
  })

  test('step-up: the challenge says what to ask for, and a login of that class passes [clients.step-up]', async () => {
    const plain = await flows.code('alice')
    const challenged = await call(house, flows.app, plain.accessToken, 'other-model')
    expect(challenged).toMatchObject({ status: 401, code: 'insufficient_user_authentication' })
    const [, acr = ''] = /acr_values="([^"]*)"/.exec(challenged.challenge) ?? []
    const better = await flows.code('alice', { scope: 'openid models:invoke', acr_values: acr })
    expect(await call(house, flows.app, better.accessToken, 'other-model')).toMatchObject(ALLOWED)
    // RFC 9470 section 6.1: a renewal is no new login.
    const renewed = await flows.app.refresh(plain.refreshToken ?? '')
    expect(await call(house, flows.app, renewed.accessToken, 'other-model')).toMatchObject({ status: 401 })
  })

  test('what is no access token opens nothing: a refresh token, an ID token, a changed token', async () => {
    const { accessToken, ...others } = await flows.code('alice', { scope: 'openid models:invoke' })
    const changed = `${accessToken.slice(0, -3)}${accessToken.at(-3) === 'A' ? 'B' : 'A'}${accessToken.slice(-2)}`
    for (const wrong of [String(others.refreshToken), String(others.idToken), changed]) {
      expect(await call(house, flows.app, wrong)).toMatchObject({ status: 401, code: 'invalid_token' })
    }
    expect(await call(house, flows.app, accessToken)).toMatchObject(ALLOWED)
  })
})
