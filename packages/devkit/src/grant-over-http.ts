import { DevIssuerError } from './dev-error.js'
import { isResource } from './dev-resources.js'
import { isObject } from './json.js'
import type { CheckedTokenRequest } from './token-request.js'

/** What the token endpoint gives by the real grant; all else is made in process. */
export function grantable(request: CheckedTokenRequest): boolean {
  const { person, expiresInSeconds, audience, jkt, thumbprint, claims } = request
  return (
    person.kind === 'service' &&
    typeof audience === 'string' &&
    isResource(audience) &&
    expiresInSeconds > 0 &&
    jkt === undefined &&
    thumbprint === undefined &&
    Object.keys(claims).length === 0
  )
}

export async function grantOverHttp(
  tokenEndpoint: string,
  secret: string,
  { person, scope, expiresInSeconds, audience }: CheckedTokenRequest,
): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    resource: [audience].flat().join(' '),
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
