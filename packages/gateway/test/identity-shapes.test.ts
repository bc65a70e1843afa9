import { type KeyObject, sign } from 'node:crypto'
import { newKeyPair } from '@ostiary/testkit'
import { describe, expect, test } from 'vitest'
import type { FetchJson } from '../src/adapters/identity-oauth/fetch.js'
import { createJwtIssuer } from '../src/adapters/identity-oauth/issuer.js'
import { readToken } from '../src/jws/read.js'
import type { Principal, Step } from '../src/spec/index.js'
import { guideSections, issuerIn } from './guide.js'

// Tokens as the providers' public documentation describes them, written by us and signed with keys of ours: no token here was
// ever issued. Each is verified with the very entry that the guide prints for its provider.

const NOW = 1_800_000_000
const US = 'https://gateway.example'

type Json = Record<string, unknown>

const rsa = newKeyPair({ type: 'rsa', modulusLength: 2048 })
const ec = newKeyPair({ type: 'ec', namedCurve: 'P-256' })
const TENANT = '11111111-2222-3333-4444-555555555555'
const API = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'
const CLIENT = '99999999-8888-7777-6666-555555555555'

const part = (json: Json): string => Buffer.from(JSON.stringify(json)).toString('base64url')

function minted(header: Json, payload: Json): string {
  const input = `${part({ alg: 'RS256', kid: 'k1', ...header })}.${part(payload)}`
  const es = header['alg'] === 'ES256'
  const key: KeyObject = es ? ec.privateKey : rsa.privateKey
  const signature = sign('sha256', Buffer.from(input), es ? { key, dsaEncoding: 'ieee-p1363' } : key)
  return `${input}.${signature.toString('base64url')}`
}

/** Of the guide's section, the entry of that number, as the gateway makes it, with a provider that has our keys. */
async function verifyBy(title: string, nth: number, token: string): Promise<Step<Principal>> {
  const entry = guideSections().find((one) => one.title === title)?.entries[nth]
  if (entry === undefined) throw new Error(`the guide has no entry ${nth} of ${title}`)
  const { keys, ...section } = issuerIn(entry)
  if (keys.kind !== 'jwksUri' && keys.kind !== 'discovery') throw new Error('the entry has no keys')
  const use = section.profile === 'spiffe' ? 'jwt-svid' : 'sig'
  const jwk = (key: KeyObject, kid: string): Json => ({ ...key.export({ format: 'jwk' }), kid, use })
  const fetchJson: FetchJson = async (url) => {
    const metadata = { issuer: section.issuer, jwks_uri: 'https://keys.example/keys' }
    const set = { keys: [jwk(rsa.publicKey, 'k1'), jwk(ec.publicKey, 'k1')] }
    const said = url.pathname.includes('/.well-known/') ? metadata : set
    return { kind: 'body', body: Buffer.from(JSON.stringify(said)) }
  }
  const issuer = createJwtIssuer({ ...section, keys, fetchJson, clock: { now: () => NOW * 1000 } })
  const read = readToken(token)
  const step = read.kind === 'refuse' ? read : await issuer.verify(read.value)
  await issuer.close()
  return step
}

interface Shape {
  readonly title: string
  readonly nth?: number
  readonly header: Json
  readonly payload: Json
  readonly seen: {
    readonly kind: 'User' | 'Service'
    readonly subject: string
    readonly clientId: string | undefined
    readonly scopes: readonly string[]
    readonly groups?: readonly string[]
    readonly attributes?: Json
  }
  /** What differs in its neighbours, and why each is refused. */
  readonly refused: Readonly<Record<string, { readonly header?: Json; readonly payload: Json; readonly why: string }>>
}

const BOTH = ['models:invoke', 'models:list']
const AUDIENCE = '`aud` does not name us'
const ELSEWHERE = { 'for another audience': { payload: { aud: 'https://elsewhere.example' }, why: AUDIENCE } }

const ENTRA: Json = {
  aud: API,
  iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
  iat: NOW - 300,
  nbf: NOW - 300,
  exp: NOW + 5000,
  aio: 'opaque',
  azp: CLIENT,
  azpacr: '1',
  oid: '77777777-0000-0000-0000-000000000001',
  rh: 'opaque',
  sub: 'pairwise-subject',
  tid: TENANT,
  uti: 'uti',
  ver: '2.0',
}

const ENTRA_1: Json = {
  ...ENTRA,
  aud: `api://${API}`,
  iss: `https://sts.windows.net/${TENANT}/`,
  azp: undefined,
  azpacr: undefined,
  appid: CLIENT,
  appidacr: '1',
  idp: `https://sts.windows.net/${TENANT}/`,
  ver: '1.0',
}

const OKTA: Json = {
  ver: 1,
  jti: 'AT.jti',
  iss: 'https://example.okta.com/oauth2/default',
  aud: 'api://default',
  iat: NOW,
  exp: NOW + 3600,
  cid: '0oaclient',
  scp: ['models:invoke', 'openid'],
}

const AUTH0: Json = {
  iss: 'https://example.eu.auth0.com/',
  iat: NOW,
  exp: NOW + 3600,
  scope: 'models:invoke models:list',
}

const GOOGLE: Json = {
  aud: US,
  azp: '112233445566778899000',
  email: 'batch@project.iam.gserviceaccount.com',
  email_verified: true,
  exp: NOW + 3600,
  iat: NOW,
  iss: 'https://accounts.google.com',
  sub: '112233445566778899000',
}

const KEYCLOAK: Json = {
  exp: NOW + 300,
  iat: NOW,
  jti: 'trrtcc:2f1c',
  iss: 'https://keycloak.example/realms/apps',
  aud: ['ostiary', 'account'],
  sub: '5c2d1f6e-0000-4000-8000-000000000001',
  typ: 'Bearer',
  azp: 'chat-app',
  sid: 'session-1',
  acr: '1',
  'allowed-origins': ['https://chat.example'],
  realm_access: { roles: ['analysts', 'offline_access'] },
  resource_access: { account: { roles: ['view-profile'] } },
  scope: 'openid models:invoke',
  preferred_username: 'alice',
}

const KUBERNETES: Json = {
  aud: [US],
  exp: NOW + 900,
  iat: NOW,
  iss: 'https://kubernetes.default.svc.cluster.local',
  jti: 'aed34954-0000-4000-8000-000000000001',
  'kubernetes.io': {
    namespace: 'research',
    node: { name: 'node-1', uid: 'uid-1' },
    pod: { name: 'batch-0', uid: 'uid-2' },
    serviceaccount: { name: 'batch', uid: 'uid-3' },
  },
  nbf: NOW,
  sub: 'system:serviceaccount:research:batch',
}

const GITHUB: Json = {
  jti: 'example-id',
  sub: 'repo:octo-org/octo-repo:environment:prod',
  environment: 'prod',
  aud: US,
  ref: 'refs/heads/main',
  sha: 'example-sha',
  repository: 'octo-org/octo-repo',
  repository_owner: 'octo-org',
  actor_id: '12',
  repository_visibility: 'private',
  repository_id: '74',
  repository_owner_id: '65',
  run_id: 'example-run-id',
  run_number: '10',
  run_attempt: '2',
  runner_environment: 'github-hosted',
  actor: 'octocat',
  workflow: 'example-workflow',
  head_ref: '',
  base_ref: '',
  event_name: 'workflow_dispatch',
  ref_type: 'branch',
  job_workflow_ref: 'octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main',
  iss: 'https://token.actions.githubusercontent.com',
  nbf: NOW - 600,
  exp: NOW + 300,
  iat: NOW,
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'Entra ID v2, a person': {
    title: 'Entra ID',
    header: { typ: 'JWT' },
    payload: { ...ENTRA, scp: 'access_as_user', name: 'A Person', groups: ['g-1', 'g-2'] },
    seen: {
      kind: 'User',
      subject: 'pairwise-subject',
      clientId: CLIENT,
      scopes: BOTH,
      groups: ['g-1', 'g-2'],
    },
    refused: {
      'for Graph': { payload: { aud: 'https://graph.microsoft.com' }, why: AUDIENCE },
      'an ID token': {
        payload: { aud: CLIENT, azp: undefined, scp: undefined, nonce: 'n', preferred_username: 'a@example.com' },
        why: AUDIENCE,
      },
      'an ID token of the API’s own registration': {
        payload: { azp: undefined, scp: undefined, nonce: 'n' },
        why: 'none of `scp`, `roles`',
      },
      'of an app that is its own API': { payload: { azp: API }, why: '`aud` is the client: an ID token' },
      'of a person in too many groups': {
        payload: { groups: undefined, _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'x' } } },
        why: 'groups claim is no list of names, or incomplete',
      },
      'of a person in too many groups, by the implicit grant': {
        payload: { groups: undefined, hasgroups: true },
        why: 'groups claim is no list of names, or incomplete',
      },
      'of version 1': { payload: { iss: `https://sts.windows.net/${TENANT}/` }, why: '`iss` is another' },
      'of another tenant': {
        payload: { iss: ENTRA['iss']?.toString().replace('1111', '2222') },
        why: '`iss` is another',
      },
    },
  },
  'Entra ID v2, an application': {
    title: 'Entra ID',
    header: { typ: 'JWT' },
    payload: { ...ENTRA, idtyp: 'app', sub: ENTRA['oid'], roles: ['Models.Invoke', 'models:administer'] },
    seen: { kind: 'Service', subject: String(ENTRA['oid']), clientId: CLIENT, scopes: BOTH },
    refused: ELSEWHERE,
  },
  'Entra ID v1, a person': {
    title: 'Entra ID',
    nth: 1,
    header: { typ: 'JWT', x5t: 'k1' },
    payload: { ...ENTRA_1, scp: 'access_as_user', amr: ['pwd', 'mfa'], acr: '1' },
    seen: { kind: 'User', subject: 'pairwise-subject', clientId: CLIENT, scopes: BOTH },
    refused: {
      'an ID token': { payload: { aud: CLIENT, appid: undefined, scp: undefined, nonce: 'n' }, why: AUDIENCE },
      'of version 2': { payload: { iss: ENTRA['iss'] }, why: '`iss` is another' },
    },
  },
  'Entra ID v1, an application': {
    title: 'Entra ID',
    nth: 1,
    header: { typ: 'JWT', x5t: 'k1' },
    payload: { ...ENTRA_1, idtyp: 'app', roles: ['Models.Invoke'] },
    seen: { kind: 'Service', subject: 'pairwise-subject', clientId: CLIENT, scopes: BOTH },
    refused: { 'without a role': { payload: { roles: undefined }, why: 'none of `scp`, `roles`' } },
  },
  'Okta, a custom server, a person': {
    title: 'Okta',
    header: {},
    payload: {
      ...OKTA,
      sub: 'alice@example.com',
      uid: '00uperson',
      auth_time: NOW - 60,
      groups: ['Everyone', 'analysts'],
    },
    seen: {
      kind: 'User',
      subject: 'alice@example.com',
      clientId: '0oaclient',
      scopes: ['models:invoke', 'openid'],
      groups: ['Everyone', 'analysts'],
    },
    refused: {
      'an ID token': {
        payload: {
          jti: 'ID.jti',
          aud: '0oaclient',
          cid: undefined,
          scp: undefined,
          nonce: 'n',
          amr: ['pwd'],
          idp: '00o',
        },
        why: AUDIENCE,
      },
      'of the org server': {
        header: { typ: 'application/okta-internal-at+jwt' },
        payload: { iss: 'https://example.okta.com', aud: 'https://example.okta.com' },
        why: '`typ` is not that of an access token in profile legacy',
      },
      ...ELSEWHERE,
    },
  },
  'Okta, a custom server, an application': {
    title: 'Okta',
    header: {},
    payload: { ...OKTA, sub: '0oaclient' },
    seen: { kind: 'Service', subject: '0oaclient', clientId: '0oaclient', scopes: ['models:invoke', 'openid'] },
    refused: ELSEWHERE,
  },
  'Auth0’s own profile, a person': {
    title: 'Auth0',
    header: { typ: 'JWT' },
    payload: {
      ...AUTH0,
      sub: 'auth0|6553',
      aud: [US, 'https://example.eu.auth0.com/userinfo'],
      azp: 'K1AUPhZq',
      permissions: ['models:invoke'],
      'https://gateway.example/groups': ['analysts'],
    },
    seen: { kind: 'User', subject: 'auth0|6553', clientId: 'K1AUPhZq', scopes: BOTH, groups: ['analysts'] },
    refused: {
      'an ID token': {
        payload: { aud: 'K1AUPhZq', azp: undefined, scope: undefined, nonce: 'n', sid: 's', at_hash: 'h' },
        why: AUDIENCE,
      },
      'for its own user info': { payload: { aud: 'https://example.eu.auth0.com/userinfo' }, why: AUDIENCE },
      'of the issuer without its slash': { payload: { iss: 'https://example.eu.auth0.com' }, why: '`iss` is another' },
    },
  },
  'Auth0’s own profile, an application': {
    title: 'Auth0',
    header: { typ: 'JWT' },
    payload: { ...AUTH0, sub: 'K1AUPhZq@clients', aud: US, azp: 'K1AUPhZq', gty: 'client-credentials' },
    seen: { kind: 'Service', subject: 'K1AUPhZq@clients', clientId: 'K1AUPhZq', scopes: BOTH },
    refused: ELSEWHERE,
  },
  'Auth0, RFC 9068, a person': {
    title: 'Auth0',
    nth: 1,
    header: { typ: 'at+jwt' },
    payload: { ...AUTH0, sub: 'auth0|6553', aud: [US], client_id: 'K1AUPhZq', jti: '73WakrfV' },
    seen: { kind: 'User', subject: 'auth0|6553', clientId: 'K1AUPhZq', scopes: BOTH },
    refused: {
      'of its own profile': {
        header: { typ: 'JWT' },
        payload: {},
        why: '`typ` is not that of an access token in profile rfc9068',
      },
      'without `jti`': { payload: { jti: undefined }, why: '`client_id` or `jti` is missing' },
      ...ELSEWHERE,
    },
  },
  'Auth0, RFC 9068, an application': {
    title: 'Auth0',
    nth: 1,
    header: { typ: 'at+jwt' },
    payload: { ...AUTH0, sub: 'K1AUPhZq@clients', aud: US, client_id: 'K1AUPhZq', jti: '73WakrfV' },
    seen: { kind: 'Service', subject: 'K1AUPhZq@clients', clientId: 'K1AUPhZq', scopes: BOTH },
    refused: ELSEWHERE,
  },
  'Google, a service account’s ID token': {
    title: 'Google',
    header: { typ: 'JWT' },
    payload: GOOGLE,
    seen: {
      kind: 'Service',
      subject: '112233445566778899000',
      clientId: '112233445566778899000',
      scopes: BOTH,
      attributes: { email: 'batch@project.iam.gserviceaccount.com' },
    },
    refused: {
      'of a stranger’s service account, for our audience': {
        payload: { sub: '999', azp: '999' },
        why: '`sub` is required, or is another',
      },
      'a person’s ID token': {
        payload: { aud: 'app.apps.googleusercontent.com', azp: 'app.apps.googleusercontent.com', at_hash: 'h' },
        why: AUDIENCE,
      },
      'with the hash of an access token beside it': {
        payload: { at_hash: 'h' },
        why: '`at_hash` is of another kind of token',
      },
      'of the issuer without https': { payload: { iss: 'accounts.google.com' }, why: '`iss` is another' },
      ...ELSEWHERE,
    },
  },
  'Keycloak, a person': {
    title: 'Keycloak',
    header: { typ: 'JWT' },
    payload: KEYCLOAK,
    seen: {
      kind: 'User',
      subject: String(KEYCLOAK['sub']),
      clientId: 'chat-app',
      scopes: ['openid', 'models:invoke'],
      groups: ['analysts', 'offline_access'],
    },
    refused: {
      'an ID token': { payload: { typ: 'ID', aud: 'chat-app', at_hash: 'h' }, why: AUDIENCE },
      'an ID token for us': { payload: { typ: 'ID' }, why: 'claim `typ` names another kind of token' },
      'a refresh token': {
        payload: { typ: 'Refresh', aud: 'https://keycloak.example/realms/apps' },
        why: AUDIENCE,
      },
      'a refresh token for us': { payload: { typ: 'Refresh' }, why: 'claim `typ` names another kind of token' },
      'an offline token': { payload: { typ: 'Offline' }, why: 'claim `typ` names another kind of token' },
      'without the mapper': { payload: { aud: 'account' }, why: AUDIENCE },
      'of another realm': { payload: { iss: 'https://keycloak.example/realms/other' }, why: '`iss` is another' },
    },
  },
  'Keycloak, a service account': {
    title: 'Keycloak',
    header: { typ: 'JWT' },
    payload: {
      ...KEYCLOAK,
      azp: 'Batch',
      client_id: 'Batch',
      clientHost: '10.0.0.7',
      clientAddress: '10.0.0.7',
      preferred_username: 'service-account-batch',
      sid: undefined,
    },
    seen: {
      kind: 'Service',
      subject: String(KEYCLOAK['sub']),
      clientId: 'Batch',
      scopes: ['openid', 'models:invoke'],
      groups: ['analysts', 'offline_access'],
    },
    refused: ELSEWHERE,
  },
  'Keycloak, a person who calls herself a service account': {
    title: 'Keycloak',
    header: { typ: 'JWT' },
    payload: { ...KEYCLOAK, preferred_username: 'service-account-chat-app' },
    seen: {
      kind: 'User',
      subject: String(KEYCLOAK['sub']),
      clientId: 'chat-app',
      scopes: ['openid', 'models:invoke'],
      groups: ['analysts', 'offline_access'],
    },
    refused: ELSEWHERE,
  },
  'Kubernetes, a projected token': {
    title: 'Kubernetes',
    header: {},
    payload: KUBERNETES,
    seen: {
      kind: 'Service',
      subject: 'system:serviceaccount:research:batch',
      clientId: undefined,
      scopes: BOTH,
      attributes: { namespace: 'research' },
    },
    refused: {
      'for the cluster’s own API': { payload: { aud: [KUBERNETES['iss']] }, why: AUDIENCE },
      'old, from a secret': {
        payload: {
          iss: 'kubernetes/serviceaccount',
          aud: undefined,
          exp: undefined,
          iat: undefined,
          'kubernetes.io/serviceaccount/namespace': 'research',
        },
        why: '`iss` is another',
      },
      'without audience': { payload: { aud: undefined }, why: '`aud` is neither a text nor a list of texts' },
      'without end': { payload: { exp: undefined }, why: '`exp` or `iat` is missing or no number' },
      'of a year': { payload: { exp: NOW + 31_536_000 }, why: '`exp - iat` is over the maximum lifetime' },
    },
  },
  'GitHub Actions': {
    title: 'GitHub Actions',
    header: { typ: 'JWT', x5t: 'k1' },
    payload: GITHUB,
    seen: {
      kind: 'Service',
      subject: 'repo:octo-org/octo-repo:environment:prod',
      clientId: undefined,
      scopes: BOTH,
      attributes: { repository: 'octo-org/octo-repo', ref: 'refs/heads/main', environment: 'prod' },
    },
    refused: {
      'of a stranger’s repository, for our audience': {
        payload: { repository_owner: 'somebody', sub: 'repo:octo-org/octo-repo:environment:prod' },
        why: '`repository_owner` is required, or is another',
      },
      'for the default audience': { payload: { aud: 'https://github.com/octo-org' }, why: AUDIENCE },
    },
  },
  SPIFFE: {
    title: 'SPIFFE',
    header: { alg: 'ES256', typ: 'JWT' },
    payload: { sub: 'spiffe://example.org/ns/research/sa/batch', aud: [US], exp: NOW + 300, iat: NOW },
    seen: {
      kind: 'Service',
      subject: 'spiffe://example.org/ns/research/sa/batch',
      clientId: undefined,
      scopes: BOTH,
    },
    refused: {
      'of another trust domain': { payload: { sub: 'spiffe://example.com/x' }, why: '`sub` is missing or no name' },
      ...ELSEWHERE,
    },
  },
}

describe.each(Object.entries(SHAPES))('%s', (_name, { title, nth = 0, header, payload, seen, refused }) => {
  test('passes with the entry of the guide, as who it is [issuers.shapes]', async () => {
    const step = await verifyBy(title, nth, minted(header, payload))
    if (step.kind === 'refuse') throw new Error(step.forLog)
    const { actor, onBehalfOf, scopes, clientId } = step.value
    expect(onBehalfOf).toBeUndefined()
    expect({ ...actor, attributes: { ...actor.attributes } }).toMatchObject({
      kind: seen.kind,
      subject: seen.subject,
      groups: seen.groups ?? [],
      attributes: seen.attributes ?? {},
    })
    expect([...scopes]).toEqual(seen.scopes)
    expect(clientId).toBe(seen.clientId)
  })

  test.each(Object.entries(refused))(
    '%s is refused [issuers.shapes]',
    async (_what, { header: other, payload: change, why }) => {
      const step = await verifyBy(title, nth, minted({ ...header, ...other }, { ...payload, ...change }))
      expect(step).toMatchObject({ kind: 'refuse', code: 'invalid_token', forLog: why })
    },
  )
})

test('every provider of the guide that has keys has a shape here', () => {
  const shapes = new Set(Object.values(SHAPES).map(({ title, nth = 0 }) => `${title} ${nth}`))
  const entries = guideSections().flatMap(({ title, entries: all }) =>
    all.flatMap((entry, nth) => (issuerIn(entry).keys.kind === 'introspection' ? [] : [`${title} ${nth}`])),
  )
  expect([...shapes].sort()).toEqual(entries.sort())
  expect(guideSections().map(({ title }) => title)).toContain('Opaque tokens')
})
