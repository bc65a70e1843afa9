import type { AccessToken, ClientCredentials, errors, KoaContextWithOIDC, RefreshToken } from 'oidc-provider'
import { DEV_GATEWAY } from './dev-clients.js'
import { isObject } from './json.js'

type Asked = AccessToken | ClientCredentials | RefreshToken

/** RFC 7662 section 4: who may ask. The resource server about every token, a client about its own. */
export function mayIntrospect(ctx: KoaContextWithOIDC, _client: unknown, token: Asked): boolean {
  const asking = ctx.oidc.client?.clientId
  return asking === DEV_GATEWAY || asking === token.clientId
}

/** The same may revoke. RFC 7009 section 2.1: who may not is told so. */
export function mayRevoke({ InvalidRequest }: typeof errors): typeof mayIntrospect {
  return (ctx, client, token) => {
    if (mayIntrospect(ctx, client, token)) return true
    throw new InvalidRequest('the token was not issued to this client')
  }
}

/** The library answers with a `sid` of its own, which these tokens do not have, over the one they do. */
export async function restoreSid(ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> {
  await next()
  // Outside its routes there is no such member.
  const { oidc } = ctx as Partial<KoaContextWithOIDC>
  if (oidc?.route !== 'introspection' || !isObject(ctx.body) || ctx.body['active'] !== true) return
  const sid = oidc.entities.AccessToken?.extra?.['sid']
  if (sid !== undefined) ctx.body = { ...ctx.body, sid }
}
