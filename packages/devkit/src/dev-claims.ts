import type { AccessToken, ClientCredentials, JWTStructured, KoaContextWithOIDC, UnknownObject } from 'oidc-provider'
import { DEV_PEOPLE } from './people.js'
import type { CheckedTokenRequest } from './token-request.js'

export type DevToken = AccessToken | ClientCredentials

/**
 * What a token says beyond the protocol's own claims (RFC 9068 section 2.2).
 *
 * @param ctx of the request for it; none for a token made in process
 */
export function claimsOf(
  ctx: KoaContextWithOIDC | undefined,
  token: DevToken,
  minted: CheckedTokenRequest | undefined,
): UnknownObject | undefined {
  const person = DEV_PEOPLE.find(
    ({ clientId, subject }) =>
      clientId === token.clientId && (token.kind !== 'AccessToken' || subject === token.accountId),
  )
  if (person === undefined) return undefined
  return {
    ...(person.groups.length === 0 ? {} : { groups: person.groups }),
    ...(person.actor === undefined ? {} : { act: { sub: person.actor } }),
    ...(minted === undefined ? loginClaims(ctx, token) : minted.claims),
  }
}

/** How and when the person logged in. RFC 9470 section 6.1: a renewal changes none of it. */
function loginClaims(ctx: KoaContextWithOIDC | undefined, token: DevToken): UnknownObject {
  const { AuthorizationCode, DeviceCode, RefreshToken } = ctx?.oidc.entities ?? {}
  const source = AuthorizationCode ?? DeviceCode ?? RefreshToken
  if (source === undefined || token.kind !== 'AccessToken') return {}
  return {
    ...(source.authTime === undefined ? {} : { auth_time: source.authTime }),
    ...(source.acr === undefined ? {} : { acr: source.acr }),
    ...(source.amr === undefined ? {} : { amr: source.amr }),
    ...(token.sessionUid === undefined ? {} : { sid: token.sessionUid }),
  }
}

/** The library reads the machine's clock for what is granted over HTTP. */
export function onOurClock(jwt: JWTStructured, clock: { now(): number }): JWTStructured {
  const { iat, exp, auth_time: authTime } = jwt.payload
  if (typeof iat !== 'number' || typeof exp !== 'number') return jwt
  const ahead = Math.floor(clock.now() / 1000) - iat
  jwt.payload['iat'] = iat + ahead
  jwt.payload['exp'] = exp + ahead
  if (typeof authTime === 'number') jwt.payload['auth_time'] = authTime + ahead
  return jwt
}
