import type Provider from 'oidc-provider'
import type {
  AccessToken,
  Adapter,
  ClientCredentials,
  ClientMetadata,
  JWK,
  JWTStructured,
  ResourceServer,
  UnknownObject,
} from 'oidc-provider'
import { boundedAdapter } from './bounded-adapter.js'
import { DevIssuerError } from './dev-error.js'
import type { DevKeys } from './dev-keys.js'
import { DEV_PEOPLE, type DevPerson, devPerson } from './people.js'

export const DEFAULT_SCOPE = 'models:invoke models:list'
const DEFAULT_LIFETIME_SECONDS = 300
const LIFETIME_MAX_SECONDS = 86_400

export interface DevTokenRequest {
  /** `alice`, `bob`, `carol`, `batch` or `scout`. */
  readonly as: string
  /** Space-separated; default `models:invoke models:list`. The development issuer grants whatever is asked; '' asks for none. */
  readonly scope?: string
  /** Default 300, at most a day. 0 or less gives a token that has already expired. */
  readonly expiresInSeconds?: number
  /** Another audience than the issuer's own. */
  readonly audience?: string
  /** Thumbprint of a DPoP key: the token is bound to it (`cnf.jkt`). */
  readonly jkt?: string
}

export interface DevProviderParts {
  readonly issuer: string
  readonly audience: string
  readonly keys: DevKeys
  readonly clock: { now(): number }
}

type ProviderClass = typeof Provider
let library: Promise<ProviderClass> | undefined

/** Loaded on first use: of all commands only `dev`, `demo` and `token` need it. */
function loadLibrary(): Promise<ProviderClass> {
  library ??= loadQuietly()
  return library
}

/** While it loads, the library warns on the console about a Node release that it has not been tried on; the tests here run on it. */
async function loadQuietly(): Promise<ProviderClass> {
  const warn = console.warn
  const quiet = (...said: readonly unknown[]): void => {
    if (!String(said[0]).includes('oidc-provider WARNING')) warn.apply(console, [...said])
  }
  console.warn = quiet
  try {
    return (await import('oidc-provider')).default
  } finally {
    if (console.warn === quiet) console.warn = warn
  }
}

export async function makeDevProvider(parts: DevProviderParts): Promise<Provider> {
  const { issuer, keys, clock } = parts
  const ProviderOf = await loadLibrary()
  const adapter: (model: string) => Adapter = boundedAdapter({ recordsMax: 1000, now: () => Date.now() })
  return new ProviderOf(issuer, {
    adapter,
    jwks: { keys: keys.keys.map((key): JWK => ({ ...key })) },
    cookies: { keys: [keys.batchSecret] },
    // The library's default is RS256, for which there is no key.
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    clients: clientsOf(keys),
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    clientBasedCORS: () => false,
    extraTokenClaims: (_ctx, token) => claimsOf(token),
    ttl: { ClientCredentials: (ctx) => lifetimeAsked(ctx.oidc.body) },
    formats: {
      customizers: { jwt: (_ctx, token, jwt) => (token.exp === undefined ? onOurClock(jwt, clock) : jwt) },
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (ctx, resource) => {
          const asked = ctx.oidc.params?.['scope']
          return resourceServer(resource, typeof asked === 'string' ? asked : '')
        },
      },
    },
  })
}

/** Made by the provider's own model and signed with its keys, without a request. */
export async function mintToken(
  provider: Provider,
  parts: DevProviderParts,
  request: DevTokenRequest,
): Promise<string> {
  const { person, scope, expiresInSeconds, audience } = checkTokenRequest(request, parts.audience)
  const client = await provider.Client.find(person.clientId)
  if (client === undefined) throw new Error(`the development issuer lacks its client \`${person.clientId}\``)
  const now = Math.floor(parts.clock.now() / 1000)
  const exp = now + expiresInSeconds
  const properties = {
    client,
    resourceServer: resourceServer(audience, scope),
    scope,
    iat: Math.min(now, exp - (expiresInSeconds > 0 ? 0 : DEFAULT_LIFETIME_SECONDS)),
    exp,
    ...(request.jkt === undefined ? {} : { jkt: request.jkt }),
  }
  if (person.kind === 'service') return new provider.ClientCredentials(properties).save()
  return new provider.AccessToken({ ...properties, accountId: person.subject, grantId: 'dev', gty: 'dev' }).save()
}

export interface CheckedTokenRequest {
  readonly person: DevPerson
  readonly scope: string
  readonly expiresInSeconds: number
  readonly audience: string
}

export function checkTokenRequest(request: DevTokenRequest, audienceOfIssuer: string): CheckedTokenRequest {
  const {
    as,
    scope = DEFAULT_SCOPE,
    expiresInSeconds = DEFAULT_LIFETIME_SECONDS,
    audience = audienceOfIssuer,
  } = request
  const person = devPerson(as)
  if (person === undefined) {
    throw new DevIssuerError(`no \`${as}\` here: say ${DEV_PEOPLE.map(({ name }) => name).join(', ')}`)
  }
  if (scope !== '' && !SCOPE.test(scope))
    throw new DevIssuerError(`\`${scope}\` is not a scope: write names with single spaces between`)
  if (!Number.isSafeInteger(expiresInSeconds) || Math.abs(expiresInSeconds) > LIFETIME_MAX_SECONDS) {
    throw new DevIssuerError(`a token lasts a whole number of seconds, at most ${LIFETIME_MAX_SECONDS}`)
  }
  if (audience === '') throw new DevIssuerError('a token needs an audience')
  return { person, scope, expiresInSeconds, audience }
}

// RFC 6749 section 3.3: scope = scope-token *( SP scope-token ), scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/

/** RFC 9068 by way of RFC 8707. The development issuer grants every scope that is asked of it. */
function resourceServer(audience: string, scope: string): ResourceServer & { identifier(): string } {
  return {
    audience,
    scope,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
    identifier: () => audience,
  }
}

function claimsOf(token: AccessToken | ClientCredentials): UnknownObject | undefined {
  const person = DEV_PEOPLE.find(
    ({ clientId, subject }) =>
      clientId === token.clientId && (token.kind !== 'AccessToken' || subject === token.accountId),
  )
  if (person === undefined) return undefined
  return {
    ...(person.groups.length === 0 ? {} : { groups: person.groups }),
    ...(person.actor === undefined ? {} : { act: { sub: person.actor } }),
  }
}

function clientsOf(keys: DevKeys): ClientMetadata[] {
  const clients = new Map<string, ClientMetadata>()
  for (const { kind, clientId } of DEV_PEOPLE) {
    const common = { client_id: clientId, redirect_uris: [], response_types: [] }
    clients.set(
      clientId,
      kind === 'service'
        ? { ...common, client_secret: keys.batchSecret, grant_types: ['client_credentials'] }
        : { ...common, token_endpoint_auth_method: 'none', grant_types: [] },
    )
  }
  return [...clients.values()]
}

/** `expires_in` as a parameter of the token request: ours alone, no standard has it. */
function lifetimeAsked(body: UnknownObject | undefined): number {
  const asked = Number(body?.['expires_in'] ?? DEFAULT_LIFETIME_SECONDS)
  return Number.isSafeInteger(asked) && asked > 0 && asked <= LIFETIME_MAX_SECONDS ? asked : DEFAULT_LIFETIME_SECONDS
}

/** The library reads the machine's clock for what is granted over HTTP. */
function onOurClock(jwt: JWTStructured, clock: { now(): number }): JWTStructured {
  const { iat, exp } = jwt.payload
  if (typeof iat !== 'number' || typeof exp !== 'number') return jwt
  const now = Math.floor(clock.now() / 1000)
  jwt.payload['exp'] = now + (exp - iat)
  jwt.payload['iat'] = now
  return jwt
}
