import { type DevIdentityProvider, startDevBrowser } from '@ostiary/devkit'
import {
  type Asked,
  type OAuthClient,
  type OAuthClientParts,
  oauth4webapiClient,
  openidClient,
  type Tokens,
} from '@ostiary/testkit'
import type { House } from './house.js'
import { prompt } from './http.js'

/** The client libraries that applications use, each by its name. */
export const CLIENTS: readonly (readonly [name: string, make: MakeClient])[] = [
  ['oauth4webapi', oauth4webapiClient],
  ['openid-client', openidClient],
]

export type MakeClient = (parts: OAuthClientParts) => Promise<OAuthClient>

/** A client library at the issuer, in the roles that flows need. */
export interface Flows {
  readonly app: OAuthClient
  readonly batch: OAuthClient
  /** By the page, in a browser that is logged in as nobody. */
  code(as: string, asked?: Asked): Promise<Tokens>
  device(as: string, asked?: Asked): Promise<Tokens>
  service(asked?: Asked): Promise<Tokens>
}

const SCOPE = 'models:invoke models:list'

export async function flowsOf(issuer: DevIdentityProvider, make: MakeClient, dpop: boolean): Promise<Flows> {
  const app = await make({ issuer: issuer.issuer, clientId: issuer.app.clientId, dpop })
  const batch = await make({ issuer: issuer.issuer, ...issuer.batch, dpop })
  return {
    app,
    batch,
    code(as, asked = {}) {
      const browser = startDevBrowser(issuer)
      return app.authorizationCode({ scope: SCOPE, ...asked }, async (url) => (await browser.open(url, as)).url)
    },
    device(as, asked = {}) {
      return app.device({ scope: SCOPE, ...asked }, async (address, userCode) => {
        address.searchParams.set('user_code', userCode)
        await startDevBrowser(issuer).open(address, as)
      })
    },
    service: (asked = {}) => batch.clientCredentials({ scope: SCOPE, ...asked }),
  }
}

export interface Called {
  readonly status: number
  /** Of the refusal; undefined where there is none. */
  readonly code: string | undefined
  readonly challenge: string
  readonly id: string | null
}

/** A chat completion by the client library's own request to a protected resource. */
export async function call(house: House, client: OAuthClient, token: string, model = 'model'): Promise<Called> {
  const answer = await client.post(token, new URL('/v1/chat/completions', house.url), prompt('hi', { model }))
  const { error } = (await answer.json()) as { error?: { code?: string } }
  return {
    status: answer.status,
    code: error?.code,
    challenge: answer.headers.get('www-authenticate') ?? '',
    id: answer.headers.get('x-request-id'),
  }
}
