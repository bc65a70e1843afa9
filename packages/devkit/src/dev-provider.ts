import { randomBytes } from 'node:crypto'
import type Provider from 'oidc-provider'
import type { Configuration, JWK, UnknownObject } from 'oidc-provider'
import { boundedAdapter } from './bounded-adapter.js'
import { claimsOf, onOurClock } from './dev-claims.js'
import { clientsOf } from './dev-clients.js'
import type { DevKeys } from './dev-keys.js'
import { isResource, OWN_SCOPES, type Resources, resourceServer, scopeAsked } from './dev-resources.js'
import { INTERACTION_PATH, LOGIN_CODE_PARAMETER } from './interaction.js'
import { mayIntrospect, mayRevoke, restoreSid } from './introspection.js'
import { grantAll, loginPolicy, PHR } from './login-policy.js'
import { type Minted, mintToken } from './mint.js'
import { loadLibrary } from './oidc-library.js'
import { DEVICE_PAGES, showError } from './pages.js'
import { devPerson } from './people.js'
import { type CheckedTokenRequest, DEFAULT_LIFETIME_SECONDS, LIFETIME_MAX_SECONDS } from './token-request.js'

export interface DevProviderParts extends Resources {
  readonly issuer: string
  readonly keys: DevKeys
  readonly clock: { now(): number }
  /** A DPoP proof without a nonce of ours is refused (RFC 9449 section 8). Nonces are given and taken in any case. */
  readonly requireDpopNonce: boolean
}

export interface DevProvider {
  readonly provider: Provider
  mint(request: CheckedTokenRequest): Promise<string>
}

export async function makeDevProvider(parts: DevProviderParts): Promise<DevProvider> {
  const { issuer, keys, clock } = parts
  const { default: ProviderOf, errors, interactionPolicy } = await loadLibrary()
  const minted: Minted = new WeakMap()
  const { pathname } = new URL(issuer)
  const provider = new ProviderOf(issuer, {
    adapter: boundedAdapter({ recordsMax: 10_000, now: () => Date.now() }),
    jwks: { keys: keys.keys.map((key): JWK => ({ ...key })) },
    // A cookie does not know ports: below this path it stays with the issuer.
    cookies: {
      keys: [keys.batchSecret],
      long: { httpOnly: true, sameSite: 'lax', path: pathname },
    },
    scopes: [...OWN_SCOPES],
    acrValues: [PHR],
    extraParams: [LOGIN_CODE_PARAMETER],
    // The library's default is RS256, for which there is no key.
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    clients: clientsOf(keys),
    findAccount: (_ctx, id) =>
      devPerson(id) === undefined ? undefined : { accountId: id, claims: () => ({ sub: id }) },
    clientBasedCORS: () => false,
    responseTypes: ['code'],
    pkce: { required: () => true },
    interactions: {
      policy: loginPolicy(interactionPolicy),
      url: (_ctx, { uid }) => issuer + INTERACTION_PATH + uid,
    },
    loadExistingGrant: grantAll,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    renderError: showError,
    extraTokenClaims: (ctx, token) => claimsOf(ctx, token, minted.get(token)),
    ttl: lifetimes(),
    formats: {
      customizers: {
        jwt: (_ctx, token, jwt) => {
          const asked = minted.get(token)
          if (asked === undefined) return onOurClock(jwt, clock)
          jwt.payload['aud'] = asked.audience
          return jwt
        },
      },
    },
    features: featuresOf(parts, mayRevoke(errors)),
  })
  provider.use(restoreSid)
  return {
    provider,
    mint: (request) => mintToken({ ...parts, provider, minted }, request),
  }
}

type Features = NonNullable<Configuration['features']>

function featuresOf(parts: DevProviderParts, revokes: ReturnType<typeof mayRevoke>): Features {
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true, ...DEVICE_PAGES },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => parts.requireDpopNonce },
    introspection: { enabled: true, allowedPolicy: mayIntrospect },
    revocation: { enabled: true, allowedPolicy: revokes },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx, _client, oneOf) => oneOf ?? (isResource(parts.audience) ? parts.audience : []),
      getResourceServerInfo: (ctx, resource) => resourceServer(parts, resource, scopeAsked(ctx)),
    },
  }
}

/** In seconds. All are named: the library tells the console of each that is not. */
function lifetimes(): NonNullable<Configuration['ttl']> {
  const day = 86_400
  return {
    AccessToken: (ctx) => lifetimeAsked(ctx.oidc.body),
    ClientCredentials: (ctx) => lifetimeAsked(ctx.oidc.body),
    AuthorizationCode: 60,
    DeviceCode: 600,
    IdToken: 300,
    Interaction: 3600,
    RefreshToken: day,
    Session: day,
    Grant: day,
  }
}

/** `expires_in` as a parameter of the token request: ours alone, no standard has it. */
function lifetimeAsked(body: UnknownObject | undefined): number {
  const asked = Number(body?.['expires_in'] ?? DEFAULT_LIFETIME_SECONDS)
  return Number.isSafeInteger(asked) && asked > 0 && asked <= LIFETIME_MAX_SECONDS ? asked : DEFAULT_LIFETIME_SECONDS
}
