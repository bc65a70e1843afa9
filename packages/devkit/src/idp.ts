import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { DEV_GATEWAY, DEV_REDIRECT_URIS } from './dev-clients.js'
import { DevIssuerError } from './dev-error.js'
import { openDevFolder, readDevFolder, readDevRecord, readOrMakeDevKeys, writeDevRecord } from './dev-folder.js'
import { makeDevKeys } from './dev-keys.js'
import { type DevProviderParts, makeDevProvider } from './dev-provider.js'
import { grantable, grantOverHttp } from './grant-over-http.js'
import { INTERACTION_PATH, interactionRoute } from './interaction.js'
import { loginCheck } from './login-code.js'
import { closeServer, type LoopbackAddress, listenOn, loopbackHost } from './loopback.js'
import { type Handler, mount } from './mount.js'
import { faultPage, sendPage } from './pages.js'
import { DEV_APP } from './people.js'
import { checkTokenRequest, type DevTokenRequest } from './token-request.js'

export interface DevIdentityProviderOptions extends LoopbackAddress {
  /** Where keys and `dev.json` are kept, so that tokens outlive a restart and `mintDevToken` works; else all is in memory. */
  readonly dataDir?: string
  /** Path of the issuer's URL, for instance `/ostiary-dev`. */
  readonly issuerPath: string
  /** Whom its tokens are for: the claim `aud`. */
  readonly audience: string
  /**
   * A second resource, an absolute URI, whose tokens are opaque: who gets one must ask the introspection endpoint.
   * They live by the machine's clock, whatever `clock` says, and end with the process.
   */
  readonly opaqueAudience?: string
  /** Refuse a DPoP proof without a nonce of ours; default false: nonces are given and taken, not demanded. */
  readonly requireDpopNonce?: boolean
  readonly clock?: { now(): number }
}

export interface ConfidentialClient {
  readonly clientId: string
  readonly clientSecret: string
}

export interface DevIdentityProvider {
  readonly issuer: string
  readonly audience: string
  readonly port: number
  readonly jwksUri: string
  readonly tokenEndpoint: string
  readonly introspectionEndpoint: string
  readonly revocationEndpoint: string
  /** What the service `batch` authenticates with at the token endpoint. */
  readonly batch: ConfidentialClient
  /** The resource server, which may introspect and revoke every opaque token. */
  readonly gateway: ConfidentialClient
  /** The public client that people log in through, and where it may be redirected to, at any port. */
  readonly app: { readonly clientId: string; readonly redirectUris: readonly string[] }
  /** What the login asks for, so that only who started this issuer can be one of its people. */
  readonly loginCode: string
  token(request: DevTokenRequest): Promise<string>
  close(): Promise<void>
}

/**
 * A real OAuth 2 authorization server for development and tests, on loopback.
 *
 * It hands a token for any of its people to whoever holds the object or the data folder, or knows the login code that is
 * in both: never let a gateway in production trust it.
 */
export async function startDevIdentityProvider(options: DevIdentityProviderOptions): Promise<DevIdentityProvider> {
  const { dataDir, issuerPath, audience } = options
  const host = loopbackHost(options.host ?? '127.0.0.1')
  if (!/^(?:\/[A-Za-z0-9._~-]+)+$/.test(issuerPath))
    throw new DevIssuerError(`\`${issuerPath}\` is not a path such as /ostiary-dev`)
  if (dataDir !== undefined) await openDevFolder(dataDir)
  const before = dataDir === undefined ? undefined : await readDevRecord(dataDir)
  const keys = dataDir === undefined ? makeDevKeys() : await readOrMakeDevKeys(dataDir)

  let answer: Handler = (_request, response) => response.writeHead(503).end()
  const server = createServer((request, response) => void answer(request, response))
  const origin = await listenOn(server, host, options.port ?? 0, portOf(before?.issuer))
  try {
    const parts: DevProviderParts = {
      issuer: origin + issuerPath,
      audience,
      opaqueAudience: options.opaqueAudience,
      requireDpopNonce: options.requireDpopNonce ?? false,
      keys,
      clock: options.clock ?? Date,
    }
    const { provider, mint } = await makeDevProvider(parts)
    answer = mount({
      origin,
      path: issuerPath,
      library: provider.callback(),
      ownPath: INTERACTION_PATH,
      own: sayingWhere(interactionRoute(provider, loginCheck(keys.loginCode, parts.clock))),
    })
    if (dataDir !== undefined) await writeDevRecord(dataDir, { issuer: parts.issuer, audience })
    const tokenEndpoint = `${parts.issuer}/token`
    return {
      issuer: parts.issuer,
      audience,
      port: Number(new URL(origin).port),
      jwksUri: `${parts.issuer}/jwks`,
      tokenEndpoint,
      introspectionEndpoint: `${parts.issuer}/token/introspection`,
      revocationEndpoint: `${parts.issuer}/token/revocation`,
      batch: { clientId: 'batch', clientSecret: keys.batchSecret },
      gateway: { clientId: DEV_GATEWAY, clientSecret: keys.gatewaySecret },
      app: { clientId: DEV_APP, redirectUris: DEV_REDIRECT_URIS },
      loginCode: keys.loginCode,
      async token(request) {
        const checked = checkTokenRequest(request, audience)
        return grantable(checked) ? grantOverHttp(tokenEndpoint, keys.batchSecret, checked) : mint(checked)
      },
      close: async () => {
        const closed = closeServer(server)
        server.closeAllConnections()
        await closed
      },
    }
  } catch (error) {
    await closeServer(server)
    throw error
  }
}

/** For another process than the issuer's: reads its data folder. Its tokens are JWTs, whatever their audience. */
export async function mintDevToken(dataDir: string, request: DevTokenRequest): Promise<string> {
  const { record, keys } = await readDevFolder(dataDir)
  const checked = checkTokenRequest(request, record.audience)
  const parts = { ...record, keys, clock: Date, opaqueAudience: undefined, requireDpopNonce: false }
  const { mint } = await makeDevProvider(parts)
  return await mint(checked)
}

/** Whatever goes wrong with a page is on that page: nobody waits for an answer that does not come. */
function sayingWhere(route: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Handler {
  return (request, response) =>
    route(request, response).catch(() => {
      if (response.headersSent) response.destroy()
      else sendPage(response, 500, faultPage('This login broke: begin again in the app.'))
    })
}

function portOf(issuer: string | undefined): number | undefined {
  return issuer === undefined ? undefined : Number(new URL(issuer).port)
}
