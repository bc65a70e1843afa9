import type { Grant, interactionPolicy, KoaContextWithOIDC } from 'oidc-provider'
import { devUser } from './people.js'

/** Phishing-resistant (OpenID Connect EAP ACR Values 1.0, section 2): the one class that this issuer plays. */
export const PHR = 'phr'

/** A parameter that lists values, such as `acr_values` and `prompt`. */
export function listOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? value.split(' ') : []
}

/** When a page is shown between an authorization request and its answer. */
export function loginPolicy({ Check, base }: typeof interactionPolicy): interactionPolicy.DefaultPolicy {
  const policy = base()
  const login = policy.get('login')
  const consent = policy.get('consent')
  if (login === undefined || consent === undefined) throw new Error('the library lacks its prompts')

  login.checks.add(
    new Check('acr_values', 'the session is of a lower authentication context class', ({ oidc }) => {
      return listOf(oidc.params?.['acr_values']).includes(PHR) && oidc.session?.acr !== PHR
    }),
  )
  login.checks.add(
    new Check('login_hint', 'the session is of another person', ({ oidc }) => {
      const hinted = devUser(oidc.params?.['login_hint'])
      const here = oidc.session?.accountId
      return hinted !== undefined && here !== undefined && here !== hinted.subject && oidc.result?.login === undefined
    }),
  )
  login.checks.add(
    // Who lures somebody into confirming another's device (RFC 8628 section 5.4) has the login code to get by, too.
    new Check('device', 'a device needs a login of its own', ({ oidc }) => {
      return oidc.deviceCode !== undefined && oidc.result?.login === undefined
    }),
  )
  // Consent is given with the login: only `prompt=consent` asks for it by itself.
  for (const { reason } of [...consent.checks]) if (reason !== 'consent_prompt') consent.checks.remove(reason)
  return policy
}

/** Each authorization is a grant of its own, over all that was asked: one that is revoked takes no other with it. */
export async function grantAll({ oidc }: KoaContextWithOIDC): Promise<Grant | undefined> {
  const accountId = oidc.session?.accountId
  const clientId = oidc.client?.clientId
  if (accountId === undefined || clientId === undefined) return undefined
  const grant = new oidc.provider.Grant({ accountId, clientId })
  grant.addOIDCScope(listOf(oidc.params?.['scope']).join(' '))
  for (const [identifier, { scope }] of Object.entries(oidc.resourceServers ?? {})) {
    grant.addResourceScope(identifier, scope)
  }
  await grant.save()
  return grant
}
