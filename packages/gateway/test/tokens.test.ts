import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operate } from '../src/cli/operate.js'
import type { OperationInput, OperationResult } from '../src/spec/index.js'
import { type House, openHouse, startTestIssuer } from './house.js'
import { type Answer, ask, send } from './http.js'
import { ACCESS_TOKEN, EXCHANGE, proofKey } from './token-endpoint.js'
import { until } from './until.js'

// `publicUrl`: where the gateway says that it is, and what its tokens are issued by. It listens on another port here.
const PUBLIC = 'http://127.0.0.1:8787'

const POLICIES = `
@id("analysts-use-models")
permit (principal in Group::"analysts", action in [Action::"invoke", Action::"listModels"], resource is Model);
@id("agents-act-for-analysts")
permit (principal in Group::"agents", action in [Action::"invoke", Action::"listModels"], resource is Model)
when { principal.scopes.contains("models:invoke") };
`

describe('our own tokens, through a whole gateway', () => {
  let house: House
  let server: oauth.AuthorizationServer
  const insecure = { [oauth.allowInsecureRequests]: true }
  const client = { client_id: 'app' }

  beforeAll(async () => {
    house = await openHouse({ policies: POLICIES })
    const found = await (await fetch(`${house.url}/.well-known/oauth-authorization-server`)).json()
    const here = JSON.stringify(found).replaceAll(`"${PUBLIC}/`, `"${house.url}/`)
    server = JSON.parse(here) as oauth.AuthorizationServer
  })
  afterAll(() => house.finish())

  async function exchanged(subject: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
    const parameters = { subject_token: subject, subject_token_type: ACCESS_TOKEN, ...more }
    const response = await oauth.genericTokenEndpointRequest(
      server,
      client,
      oauth.None(),
      EXCHANGE,
      parameters,
      insecure,
    )
    return (await oauth.processGenericTokenEndpointResponse(server, client, response)).access_token
  }

  const chat = (token: string): Promise<Answer> =>
    ask(house, { model: 'model', messages: [{ role: 'user', content: 'hello' }] }, { token })

  const codeOf = (answer: Answer): unknown => (answer.json() as { error: { code: string } }).error.code

  it('says where to get them, and by which keys they are verified [own-token.metadata]', async () => {
    expect(server).toEqual({
      issuer: PUBLIC,
      token_endpoint: `${house.url}/oauth/token`,
      revocation_endpoint: `${house.url}/oauth/revoke`,
      jwks_uri: `${house.url}/.well-known/jwks.json`,
      scopes_supported: ['authorize:check', 'embeddings:create', 'models:invoke', 'models:list'],
      response_types_supported: [],
      grant_types_supported: [EXCHANGE, 'client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      revocation_endpoint_auth_methods_supported: ['none'],
      dpop_signing_alg_values_supported: house.config.dpop.algorithms,
    })
    const resource = await (await fetch(`${house.url}/.well-known/oauth-protected-resource`)).json()
    expect(resource).toMatchObject({ authorization_servers: [house.issuer.issuer, PUBLIC] })
    const keys = await fetch(`${house.url}/.well-known/jwks.json`)
    expect(keys.headers.get('cache-control')).toBe('public, max-age=300')
    expect(keys.headers.get('content-type')).toBe('application/json')
  })

  it('a narrowed token does what it is for and nothing else, as the same caller [exchange.no-more-scope]', async () => {
    const subject = await house.token('alice', { scope: 'models:invoke models:list' })
    const narrow = await exchanged(subject, { scope: 'models:invoke:model' })
    expect((await chat(narrow)).status).toBe(200)
    const other = { model: 'other-model', messages: [{ role: 'user', content: 'hello' }] }
    expect((await ask(house, other, { token: narrow })).status).not.toBe(200)
    expect((await ask(house, other, { token: subject })).status).toBe(200)

    const first = await house.exchange((await chat(subject)).id)
    const second = await house.exchange((await chat(narrow)).id)
    const userOf = (exchange: typeof first): unknown => (exchange.outcome.data['actor'] as { user: unknown }).user
    expect(userOf(second)).toEqual(userOf(first))
  })

  it('an agent acts for a person, in its own name and in hers [exchange.act-chain]', async () => {
    const subject = await house.token('alice')
    const actor = await house.token('batch', { scope: 'models:invoke' })
    const token = await exchanged(subject, { actor_token: actor, actor_token_type: ACCESS_TOKEN })
    expect(decodeJwt(token)).toMatchObject({ act: { iss: house.issuer.issuer, sub: 'batch' } })
    // In no group: the person may, the agent may not, so both together may not.
    expect([(await chat(subject)).status, codeOf(await chat(token))]).toEqual([200, 'forbidden_by_policy'])
    await house.running.reload(
      house.configure({
        issuers: [{ ...issuerWith(house), agents: [{ id: 'batch', groups: ['agents'] }] }],
      }),
      'test',
    )
    expect((await chat(token)).status).toBe(200)
  })

  it('the grant is in the log, with who and from what, and nothing that names them [exchange.told]', async () => {
    const subject = await house.token('alice')
    const token = await exchanged(subject, { scope: 'models:list' })
    const entry = await until(async () => (await house.entries()).findLast((one) => one.own['did'] === 'issued'))
    expect(entry).toMatchObject({
      type: 'token',
      own: {
        grant: 'token-exchange',
        scope: 'models:list',
        subject: { uid: expect.stringMatching(/^[0-9a-f]{32}$/), token: expect.stringMatching(/^[0-9a-f]{32}$/) },
      },
      data: { actor: { user: { type: 'User', uid: expect.stringMatching(/^[0-9a-f]{32}$/) } } },
    })
    for (const secret of ['alice', token, subject, String(decodeJwt(token).jti), String(decodeJwt(subject).jti)]) {
      expect(entry.text).not.toContain(secret)
    }
    // What the new token did later can be followed back to here.
    const used = await send(house.url, undefined, {
      path: '/v1/models',
      headers: { authorization: `Bearer ${token}` },
    })
    const { outcome } = await house.exchange(used.id)
    const tokenOf = (actor: unknown): unknown => (actor as { ostiary: { token: unknown } }).ostiary.token
    expect(tokenOf(outcome.data['actor'])).toBe(tokenOf(entry.data['actor']))
  })

  it('a refusal of somebody known is in the log, a stranger is counted [exchange.told]', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const post = (token: string): Promise<Answer> => {
      const parameters = { grant_type: EXCHANGE, subject_token: token, subject_token_type: ACCESS_TOKEN, scope: 'x' }
      const body = Buffer.from(new URLSearchParams(parameters).toString())
      return send(house.url, body, { method: 'POST', path: '/oauth/token', headers: form })
    }
    const bent = `${(await house.token()).slice(0, -6)}AAAAAA`
    expect([(await post(bent)).status, (await post(await house.token())).status]).toEqual([400, 400])
    await until(async () => {
      const entries = await house.entries()
      const refused = entries.some(({ own }) => own['did'] === 'refused' && own['error'] === 'invalid_scope')
      return (
        refused && entries.some(({ type, text }) => type === 'refusals' && text.includes('signature does not hold'))
      )
    })
  })

  it('an API key becomes a token that is bound to a key, by a client that learns of the nonce [own-token.dpop-nonce]', async () => {
    const { pair, jkt } = await proofKey()
    const key = await operate(house.config, 'POST /keys', { owner: 'batch-team', scopes: ['models:invoke'] })
    const named = { client_id: String(key['id']) }
    // The gateway is behind its public URL, which is what a proof is for.
    const to = (url: string): string => url.replace(PUBLIC, house.url)
    const options = {
      ...insecure,
      DPoP: oauth.DPoP({}, pair),
      [oauth.customFetch]: (url: string, init: object) => fetch(to(url), init),
    }
    const behind = { issuer: PUBLIC, token_endpoint: `${PUBLIC}/oauth/token` }
    const method = oauth.ClientSecretBasic(String(key['key']))
    const asking = () =>
      oauth.clientCredentialsGrantRequest(behind, named, method, { scope: 'models:invoke:model' }, options)
    const first = await oauth.processClientCredentialsResponse(behind, named, await asking()).catch((error) => error)
    expect(oauth.isDPoPNonceError(first)).toBe(true)
    const answer = await oauth.processClientCredentialsResponse(behind, named, await asking())
    expect(answer).toMatchObject({ token_type: 'dpop', scope: 'models:invoke:model' })
    expect(decodeJwt(answer.access_token)).toMatchObject({ sub: `${PUBLIC}#batch-team`, cnf: { jkt } })

    // Without its key it is worth nothing, at the gate and for an exchange.
    expect(codeOf(await chat(answer.access_token))).toBe('invalid_token')
    await expect(exchanged(answer.access_token)).rejects.toMatchObject({ error: 'invalid_dpop_proof' })
    const parameters = { subject_token: answer.access_token, subject_token_type: ACCESS_TOKEN }
    const again = () => oauth.genericTokenEndpointRequest(behind, client, oauth.None(), EXCHANGE, parameters, options)
    const narrowed = await oauth.processGenericTokenEndpointResponse(behind, client, await again())
    expect(decodeJwt(narrowed.access_token)).toMatchObject({ cnf: { jkt }, scope: 'models:invoke:model' })

    await operate(house.config, 'POST /keys/revoke', { id: named.client_id })
    await expect(oauth.processGenericTokenEndpointResponse(behind, client, await again())).rejects.toMatchObject({
      error: 'invalid_request',
    })
    await expect(oauth.processClientCredentialsResponse(behind, named, await asking())).rejects.toMatchObject({
      status: 401,
    })
  })

  it('what an issuer said that is configured no more is gone from our tokens too [own-token.origins]', async () => {
    const other = await startTestIssuer('/other-issuer')
    const { issuer, audience, jwksUri } = other
    const section = { issuer, audience, jwksUri, algorithms: ['ES256'], groups: { allow: ['analysts'] } }
    const ours = { ...issuerWith(house), groups: { prefix: 'ours:' } }
    await house.running.reload(house.configure({ issuers: [ours, section] }), 'test')
    const token = await exchanged(await other.token({ as: 'alice' }))
    expect((await chat(token)).status).toBe(200)
    await house.running.reload(house.configure({}), 'test')
    expect(codeOf(await chat(token))).toBe('invalid_token')
    await other.close()
  })

  it('a service behind the gate verifies one by the key set alone [own-token.by-jwks-alone]', async () => {
    const token = await exchanged(await house.token('alice'))
    const keys = createRemoteJWKSet(new URL(`${house.url}/.well-known/jwks.json`))
    const wanted = { issuer: PUBLIC, audience: house.issuer.audience, typ: 'at+jwt', algorithms: ['ES256'] }
    const { payload } = await jwtVerify(token, keys, wanted)
    expect(payload).toMatchObject({ sub: `${house.issuer.issuer}#alice`, client_id: expect.any(String) })
    await expect(jwtVerify(await house.token('alice'), keys, wanted)).rejects.toThrow()
  })

  it('whoever revokes a token ends what was made of it, and only that [revoke.parents-end-children]', async () => {
    const [first, second] = [await house.token('alice'), await house.token('alice')]
    const [ofFirst, ofSecond] = [await exchanged(await exchanged(first)), await exchanged(second)]
    expect([(await chat(ofFirst)).status, (await chat(ofSecond)).status]).toEqual([200, 200])
    const response = await oauth.revocationRequest(server, client, oauth.None(), first, insecure)
    await oauth.processRevocationResponse(response)
    expect([codeOf(await chat(ofFirst)), (await chat(ofSecond)).status]).toEqual(['revoked_token', 200])
    expect(codeOf(await chat(first))).toBe('revoked_token')
    await expect(exchanged(first)).rejects.toMatchObject({ error: 'invalid_request' })
    const entry = (await house.entries()).findLast((one) => one.type === 'revocation')
    expect(entry?.own).toMatchObject({ revoked: 'token', cause: 'presented at /oauth/revoke' })
    expect(entry?.text).not.toContain(String(decodeJwt(first).jti))
  })

  it('keys rotate without a break, and compromised ones end everything at once [own-token.compromised]', async () => {
    const token = await exchanged(await house.token('alice'))
    const rotate = (input: OperationInput): Promise<OperationResult> =>
      operate(house.config, 'POST /signing-keys/rotate', input)
    expect(await rotate({})).toMatchObject({ algorithm: 'ES256' })
    expect((await chat(token)).status).toBe(200)
    const keys = (await (await fetch(`${house.url}/.well-known/jwks.json`)).json()) as { keys: unknown[] }
    expect(keys.keys).toHaveLength(2)
    await rotate({ compromised: true })
    expect(codeOf(await chat(token))).toBe('invalid_token')
    expect((await chat(await exchanged(await house.token('alice')))).status).toBe(200)
    const did = (await house.entries()).map((one) => one.own['did'])
    expect(did.filter((one) => one === 'signing-key-made')).toHaveLength(2)
    expect(did.filter((one) => one === 'signing-key-removed')).toHaveLength(2)
  })

  it('what is at /oauth and is not these two is a path like any other', async () => {
    const answers = [
      await send(house.url, undefined, { path: '/oauth/token' }),
      await send(house.url, Buffer.from(''), { path: '/oauth/introspect' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([401, 401])
  })
})

function issuerWith(house: House): Readonly<Record<string, unknown>> {
  const { issuer, audience, jwksUri } = house.issuer
  return { issuer, audience, jwksUri, algorithms: ['ES256'] }
}
