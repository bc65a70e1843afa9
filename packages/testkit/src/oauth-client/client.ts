/** Who a client is at an authorization server. Without a secret it is public. */
export interface OAuthClientParts {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret?: string
  /** Binds its tokens to a key of its own, by RFC 9449. */
  readonly dpop?: boolean
}

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  /** In lower case: `bearer` or `dpop`. */
  readonly tokenType: string
  readonly scope: string | undefined
  readonly idToken: string | undefined
}

/** Parameters of a request: scope, resource, login_hint, acr_values, max_age … */
export type Asked = Readonly<Record<string, string>>

/** Brings a person from an address to where the server redirects to in the end. */
export type Visit = (url: URL) => Promise<URL>

/** A client library as an application would use it, so that one test runs with each. */
export interface OAuthClient {
  /** What the server says of itself. */
  readonly metadata: Readonly<Record<string, unknown>>
  clientCredentials(asked: Asked): Promise<Tokens>
  /** With PKCE (S256), state and a redirect to loopback. */
  authorizationCode(asked: Asked, visit: Visit): Promise<Tokens>
  /** @param verify what the person does at the verification address */
  device(asked: Asked, verify: (address: URL, userCode: string) => Promise<void>): Promise<Tokens>
  refresh(refreshToken: string, asked?: Asked): Promise<Tokens>
  introspect(token: string): Promise<Readonly<Record<string, unknown>>>
  revoke(token: string): Promise<void>
  /** Posts JSON to a protected resource, with a proof where the token is bound, and again where a nonce is wanted. */
  post(accessToken: string, url: URL, body: unknown): Promise<Response>
}

/** Of a native app; the port is what it happened to get (RFC 8252 section 7.3). */
export const REDIRECT_URI = 'http://127.0.0.1:49152/callback'
