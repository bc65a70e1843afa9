import type { ClientMetadata } from 'oidc-provider'
import type { DevKeys } from './dev-keys.js'
import { DEV_APP, DEV_PEOPLE } from './people.js'

/** The resource server: it introspects and revokes, and gets no token itself. */
export const DEV_GATEWAY = 'ostiary-gateway'

/**
 * Of `ostiary-dev-app`; a request may add any port.
 *
 * RFC 8252 section 7.3: "The authorization server MUST allow any port to be specified at the time of the request for
 * loopback IP redirect URIs". `localhost` is not among them (section 8.3): it may resolve to something else.
 */
export const DEV_REDIRECT_URIS: readonly string[] = ['127.0.0.1', '[::1]'].flatMap((host) =>
  ['/', '/callback', '/oauth/callback'].map((path) => `http://${host}${path}`),
)

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

export function clientsOf(keys: DevKeys): ClientMetadata[] {
  const clients = new Map<string, ClientMetadata>()
  for (const { clientId, kind } of DEV_PEOPLE) {
    const silent: ClientMetadata = { client_id: clientId, redirect_uris: [], response_types: [] }
    clients.set(
      clientId,
      kind === 'service'
        ? { ...silent, client_secret: keys.batchSecret, grant_types: ['client_credentials'] }
        : { ...silent, token_endpoint_auth_method: 'none', grant_types: [] },
    )
  }
  clients.set(DEV_APP, {
    client_id: DEV_APP,
    client_name: 'an app in development',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: [...DEV_REDIRECT_URIS],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token', DEVICE_GRANT],
  })
  clients.set(DEV_GATEWAY, {
    client_id: DEV_GATEWAY,
    client_secret: keys.gatewaySecret,
    redirect_uris: [],
    response_types: [],
    grant_types: [],
  })
  return [...clients.values()]
}
