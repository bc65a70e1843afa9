import * as oidc from 'openid-client'
import { type OAuthClient, type OAuthClientParts, REDIRECT_URI, type Tokens } from './client.js'

/** openid-client, which retries by itself and polls for a device. */
export async function openidClient(parts: OAuthClientParts): Promise<OAuthClient> {
  const config = await oidc.discovery(
    new URL(parts.issuer),
    parts.clientId,
    { id_token_signed_response_alg: 'ES256' },
    parts.clientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(parts.clientSecret),
    { execute: [oidc.allowInsecureRequests] },
  )
  const bound = parts.dpop === true ? { DPoP: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256')) } : {}

  return {
    metadata: { ...config.serverMetadata() },
    clientCredentials: async (asked) => tokensOf(await oidc.clientCredentialsGrant(config, { ...asked }, bound)),
    async authorizationCode(asked, visit) {
      const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
      const expectedState = oidc.randomState()
      const back = await visit(
        oidc.buildAuthorizationUrl(config, {
          redirect_uri: REDIRECT_URI,
          code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
          state: expectedState,
          ...asked,
        }),
      )
      const checks = { pkceCodeVerifier, expectedState }
      return tokensOf(await oidc.authorizationCodeGrant(config, back, checks, {}, bound))
    },
    async device(asked, verify) {
      const device = await oidc.initiateDeviceAuthorization(config, { ...asked })
      await verify(new URL(device.verification_uri), device.user_code)
      // The person has answered: there is nothing to wait for.
      const answered = { ...device, interval: 0.05 }
      return tokensOf(await oidc.pollDeviceAuthorizationGrant(config, answered, {}, bound))
    },
    refresh: async (refreshToken, asked = {}) =>
      tokensOf(await oidc.refreshTokenGrant(config, refreshToken, { ...asked }, bound)),
    introspect: (token) => oidc.tokenIntrospection(config, token),
    revoke: (token) => oidc.tokenRevocation(config, token),
    async post(accessToken, url, body) {
      const headers = new Headers({ 'content-type': 'application/json' })
      const text = JSON.stringify(body)
      return await oidc.fetchProtectedResource(config, accessToken, url, 'POST', text, headers, bound).catch(refusalOf)
    },
  }
}

/** The library throws a 401 that has challenges; the test wants to see it. */
function refusalOf(error: unknown): Response {
  if (error instanceof oidc.WWWAuthenticateChallengeError) return error.response
  throw error
}

function tokensOf(answer: oidc.TokenEndpointResponse): Tokens {
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    tokenType: answer.token_type,
    scope: answer.scope,
    idToken: answer.id_token,
  }
}
