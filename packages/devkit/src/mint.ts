import type Provider from 'oidc-provider'
import { type Resources, resourceServer } from './dev-resources.js'
import { type CheckedTokenRequest, DEFAULT_LIFETIME_SECONDS } from './token-request.js'

/** Tokens made in process, each with what was asked for it; the library calls back with the token alone. */
export type Minted = WeakMap<object, CheckedTokenRequest>

export interface MintParts extends Resources {
  readonly provider: Provider
  readonly minted: Minted
  readonly clock: { now(): number }
}

/** Made by the provider's own model and signed with its keys, without a request. */
export async function mintToken(parts: MintParts, request: CheckedTokenRequest): Promise<string> {
  const { provider, minted } = parts
  const { person, scope, expiresInSeconds, audience } = request
  const client = await provider.Client.find(person.clientId)
  if (client === undefined) throw new Error(`the development issuer lacks its client \`${person.clientId}\``)
  const [first = ''] = [audience].flat()
  const server = resourceServer(parts, first, scope)
  const now = Math.floor(parts.clock.now() / 1000)
  const exp = now + expiresInSeconds
  const properties = {
    client,
    resourceServer: server,
    scope,
    iat: Math.min(now, exp - (expiresInSeconds > 0 ? 0 : DEFAULT_LIFETIME_SECONDS)),
    exp,
    ...(request.jkt === undefined ? {} : { jkt: request.jkt }),
    ...(request.thumbprint === undefined ? {} : { 'x5t#S256': request.thumbprint }),
  }
  const token =
    person.kind === 'service'
      ? new provider.ClientCredentials(properties)
      : new provider.AccessToken({
          ...properties,
          accountId: person.subject,
          grantId: server.accessTokenFormat === 'opaque' ? await grantFor(provider, request, first) : 'dev',
          gty: 'dev',
        })
  minted.set(token, request)
  return await token.save()
}

/** An opaque token is active only as long as there is a grant behind it. */
async function grantFor(provider: Provider, { person, scope }: CheckedTokenRequest, audience: string): Promise<string> {
  const grant = new provider.Grant({ accountId: person.subject, clientId: person.clientId })
  grant.addResourceScope(audience, scope)
  return await grant.save()
}
