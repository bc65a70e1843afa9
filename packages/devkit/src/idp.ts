import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { DevIssuerError } from './dev-error.js'
import { openDevFolder, readDevFolder, readDevRecord, readOrMakeDevKeys, writeDevRecord } from './dev-folder.js'
import { makeDevKeys } from './dev-keys.js'
import {
  checkTokenRequest,
  type DevProviderParts,
  type DevTokenRequest,
  makeDevProvider,
  mintToken,
} from './dev-provider.js'
import { isObject } from './json.js'
import { closeServer, type LoopbackAddress, listenOn, loopbackHost } from './loopback.js'

export interface DevIdentityProviderOptions extends LoopbackAddress {
  /** Where keys and `dev.json` are kept, so that tokens outlive a restart and `mintDevToken` works; else all is in memory. */
  readonly dataDir?: string
  /** Path of the issuer's URL, for instance `/ostiary-dev`. */
  readonly issuerPath: string
  /** Whom its tokens are for: the claim `aud`. */
  readonly audience: string
  readonly clock?: { now(): number }
}

export interface DevIdentityProvider {
  readonly issuer: string
  readonly audience: string
  readonly port: number
  readonly jwksUri: string
  readonly tokenEndpoint: string
  /** What the service `batch` authenticates with at the token endpoint. */
  readonly batch: { readonly clientId: string; readonly clientSecret: string }
  token(request: DevTokenRequest): Promise<string>
  close(): Promise<void>
}

/**
 * A real OAuth 2 authorization server for development and tests, on loopback.
 *
 * It hands a token for any of its people to whoever holds the object or the data folder: never let a gateway in
 * production trust it.
 */
export async function startDevIdentityProvider(options: DevIdentityProviderOptions): Promise<DevIdentityProvider> {
  const { dataDir, issuerPath, audience, clock = Date } = options
  const host = loopbackHost(options.host ?? '127.0.0.1')
  if (!/^(?:\/[A-Za-z0-9._~-]+)+$/.test(issuerPath))
    throw new DevIssuerError(`\`${issuerPath}\` is not a path such as /ostiary-dev`)
  if (dataDir !== undefined) await openDevFolder(dataDir)
  const before = dataDir === undefined ? undefined : await readDevRecord(dataDir)
  const keys = dataDir === undefined ? makeDevKeys() : await readOrMakeDevKeys(dataDir)

  let answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => {
    response.writeHead(503).end()
  }
  const server = createServer((request, response) => answer(request, response))
  const origin = await listenOn(server, host, options.port ?? 0, portOf(before?.issuer))
  try {
    const parts: DevProviderParts = { issuer: origin + issuerPath, audience, keys, clock }
    const provider = await makeDevProvider(parts)
    answer = under(origin, issuerPath, provider.callback())
    if (dataDir !== undefined) await writeDevRecord(dataDir, { issuer: parts.issuer, audience })
    const tokenEndpoint = `${parts.issuer}/token`
    return {
      issuer: parts.issuer,
      audience,
      port: Number(new URL(origin).port),
      jwksUri: `${parts.issuer}/jwks`,
      tokenEndpoint,
      batch: { clientId: 'batch', clientSecret: keys.batchSecret },
      token: (request) =>
        grantable(request, audience)
          ? grantOverHttp(tokenEndpoint, keys.batchSecret, request, audience)
          : mintToken(provider, parts, request),
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

/** For another process than the issuer's: reads its data folder. */
export async function mintDevToken(dataDir: string, request: DevTokenRequest): Promise<string> {
  const { record, keys } = await readDevFolder(dataDir)
  checkTokenRequest(request, record.audience)
  const parts: DevProviderParts = { ...record, keys, clock: Date }
  return mintToken(await makeDevProvider(parts), parts, request)
}

/** Mounts the library's handler under a path. */
function under(
  origin: string,
  path: string,
  handler: (request: IncomingMessage, response: ServerResponse) => unknown,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { host } = new URL(origin)
  return (request, response) => {
    // The library builds its metadata's URLs from Host, so another one (DNS rebinding, say) gets none.
    if (request.headers.host !== host) {
      response.writeHead(421).end()
      return
    }
    const local = localUrl(request.url ?? '', path)
    if (local === undefined) {
      response.writeHead(404).end()
      return
    }
    // What the library subtracts from `originalUrl` to learn where it is mounted.
    Object.assign(request, { originalUrl: path + local })
    request.url = local
    void handler(request, response)
  }
}

function localUrl(url: string, path: string): string | undefined {
  if (url.startsWith(`${path}/`)) return url.slice(path.length)
  // RFC 8414 section 3.1: "inserting /.well-known/ between the host component and the path component".
  for (const name of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
    if (url === name + path) return name
  }
  return undefined
}

/** What the token endpoint can be asked for; an expired token and a bound one it would refuse. */
function grantable(request: DevTokenRequest, audienceOfIssuer: string): boolean {
  const { person, expiresInSeconds, audience } = checkTokenRequest(request, audienceOfIssuer)
  // RFC 8707 section 2: "Its value MUST be an absolute URI [...] and MUST NOT include a fragment component."
  const resource = URL.canParse(audience) && !audience.includes('#')
  return person.kind === 'service' && resource && expiresInSeconds > 0 && request.jkt === undefined
}

async function grantOverHttp(
  tokenEndpoint: string,
  secret: string,
  request: DevTokenRequest,
  audienceOfIssuer: string,
): Promise<string> {
  const { person, scope, expiresInSeconds, audience } = checkTokenRequest(request, audienceOfIssuer)
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    resource: audience,
    expires_in: String(expiresInSeconds),
  })
  if (scope !== '') form.set('scope', scope)
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${person.clientId}:${secret}`).toString('base64')}`,
      connection: 'close',
    },
    body: form,
  })
  const body: unknown = await response.json()
  if (response.ok && isObject(body) && typeof body['access_token'] === 'string') return body['access_token']
  throw new DevIssuerError(`the development issuer answered ${response.status}`)
}

function portOf(issuer: string | undefined): number | undefined {
  return issuer === undefined ? undefined : Number(new URL(issuer).port)
}
