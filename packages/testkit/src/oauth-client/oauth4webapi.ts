import * as oauth from 'oauth4webapi'
import { type Asked, type OAuthClient, type OAuthClientParts, REDIRECT_URI, type Tokens } from './client.js'

const insecure = { [oauth.allowInsecureRequests]: true }

/** oauth4webapi, which leaves each step and each retry to its caller. */
export async function oauth4webapiClient(parts: OAuthClientParts): Promise<OAuthClient> {
  const issuer = new URL(parts.issuer)
  const as = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
  )
  const client: oauth.Client = { client_id: parts.clientId, id_token_signed_response_alg: 'ES256' }
  const auth = parts.clientSecret === undefined ? oauth.None() : oauth.ClientSecretBasic(parts.clientSecret)
  const bound = parts.dpop === true ? { DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')) } : {}
  const options = { ...insecure, ...bound }

  return {
    metadata: { ...as },
    async clientCredentials(asked) {
      return await retried(async () => {
        const answer = await oauth.clientCredentialsGrantRequest(as, client, auth, { ...asked }, options)
        return tokensOf(await oauth.processClientCredentialsResponse(as, client, answer))
      })
    },
    async authorizationCode(asked, visit) {
      const verifier = oauth.generateRandomCodeVerifier()
      const state = oauth.generateRandomState()
      const back = await visit(
        authorizationUrl(as, {
          client_id: parts.clientId,
          redirect_uri: REDIRECT_URI,
          response_type: 'code',
          code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state,
          ...asked,
        }),
      )
      const callback = oauth.validateAuthResponse(as, client, back, state)
      return await retried(async () => {
        const answer = await oauth.authorizationCodeGrantRequest(
          as,
          client,
          auth,
          callback,
          REDIRECT_URI,
          verifier,
          options,
        )
        return tokensOf(await oauth.processAuthorizationCodeResponse(as, client, answer))
      })
    },
    async device(asked, verify) {
      const begun = await oauth.deviceAuthorizationRequest(as, client, auth, { ...asked }, options)
      const device = await oauth.processDeviceAuthorizationResponse(as, client, begun)
      const poll = (): Promise<Tokens> =>
        retried(async () => {
          const answer = await oauth.deviceCodeGrantRequest(as, client, auth, device.device_code, options)
          return tokensOf(await oauth.processDeviceCodeResponse(as, client, answer))
        })
      const early = await poll().catch((error: unknown) => error)
      if (!(early instanceof oauth.ResponseBodyError) || early.error !== 'authorization_pending') {
        throw new Error('the server did not wait for the person', { cause: early })
      }
      await verify(new URL(device.verification_uri), device.user_code)
      return await poll()
    },
    async refresh(refreshToken, asked = {}) {
      return await retried(async () => {
        const answer = await oauth.refreshTokenGrantRequest(as, client, auth, refreshToken, {
          ...options,
          additionalParameters: { ...asked },
        })
        return tokensOf(await oauth.processRefreshTokenResponse(as, client, answer))
      })
    },
    async introspect(token) {
      const answer = await oauth.introspectionRequest(as, client, auth, token, insecure)
      return await oauth.processIntrospectionResponse(as, client, answer)
    },
    async revoke(token) {
      await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, token, insecure))
    },
    async post(accessToken, url, body) {
      const headers = new Headers({ 'content-type': 'application/json' })
      const text = JSON.stringify(body)
      return await retried(() =>
        oauth.protectedResourceRequest(accessToken, 'POST', url, headers, text, options),
      ).catch(refusalOf)
    },
  }
}

function authorizationUrl({ authorization_endpoint }: oauth.AuthorizationServer, parameters: Asked): URL {
  if (authorization_endpoint === undefined) throw new Error('a server without an authorization endpoint')
  const url = new URL(authorization_endpoint)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url
}

/** RFC 9449 section 8: once more, with the nonce that the refusal brought. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return await work()
  }
}

/** The library throws a 401 that has challenges; the test wants to see it. */
function refusalOf(error: unknown): Response {
  if (error instanceof oauth.WWWAuthenticateChallengeError) return error.response
  throw error
}

function tokensOf(answer: oauth.TokenEndpointResponse): Tokens {
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    tokenType: answer.token_type,
    scope: answer.scope,
    idToken: answer.id_token,
  }
}
