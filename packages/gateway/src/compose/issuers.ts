import { hash } from 'node:crypto'
import { loadProvider, type ModuleOptions, moduleDigest } from '../adapters/identity-module/load.js'
import { createIntrospectedIssuer } from '../adapters/identity-oauth/introspection.js'
import { createJwtIssuer } from '../adapters/identity-oauth/issuer.js'
import { fetchJsonBy } from '../adapters/identity-oauth/proxy.js'
import type { IntrospectionConfig, IssuerConfig, KeySource, ModuleConfig } from '../config/config.js'
import { readSecret, type Secret } from '../config/secret.js'
import type { Clock, IdentityProvider, OpaqueProvider } from '../spec/index.js'

export { ModuleFault } from '../adapters/identity-module/load.js'

/** One issuer of the configuration, by the seam that its tokens come by. */
export type HeldIssuer = (
  | { readonly kind: 'identity'; readonly provider: IdentityProvider }
  | { readonly kind: 'opaque'; readonly provider: OpaqueProvider }
) & {
  /** Asks it now. `false`: it was not reached. A module is asked nothing. */
  refresh(): Promise<boolean>
}

export interface Issuers {
  readonly identity: readonly IdentityProvider[]
  readonly opaque: readonly OpaqueProvider[]
}

export interface IssuerParts {
  readonly clock: Clock
  /** Variables that name an egress proxy. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly report: (text: string) => void
}

/**
 * Makes the issuers of a configuration. One that a reload leaves as it was lives on with the keys and answers it has: its provider
 * may be away just then. Rejects with what the operator is to read where a module is faulty; then `held` is as it was.
 */
export async function issuersOf(
  sections: readonly IssuerConfig[],
  parts: IssuerParts,
  held: Map<string, HeldIssuer>,
): Promise<Issuers> {
  const issuers = new Map<string, HeldIssuer>()
  try {
    for (const section of sections) {
      const key = keyOf(section)
      issuers.set(key, held.get(key) ?? (await issuerOf(section, parts)))
    }
  } catch (error) {
    const made = [...issuers].filter(([key]) => !held.has(key))
    await Promise.all(made.map(([, { provider }]) => provider.close()))
    throw error
  }
  held.clear()
  for (const [key, issuer] of issuers) held.set(key, issuer)
  const all = [...issuers.values()]
  return {
    identity: all.flatMap((one) => (one.kind === 'identity' ? [one.provider] : [])),
    opaque: all.flatMap((one) => (one.kind === 'opaque' ? [one.provider] : [])),
  }
}

async function issuerOf(section: IssuerConfig, parts: IssuerParts): Promise<HeldIssuer> {
  const { keys } = section
  const { clock, env, report } = parts
  const outside = { clock, report, fetchJson: fetchJsonBy(env) }
  switch (keys.kind) {
    case 'jwksUri':
    case 'discovery': {
      const provider = createJwtIssuer({ ...section, keys, ...outside })
      return { kind: 'identity', provider, refresh: () => provider.refresh() }
    }
    case 'introspection': {
      const asked = createIntrospectedIssuer({ ...section, introspection: askedBy(keys), ...outside })
      const refresh = (): Promise<boolean> => asked.refresh()
      return keys.tokens === 'jwt'
        ? { kind: 'identity', provider: asked.jwt, refresh }
        : { kind: 'opaque', provider: asked.opaque, refresh }
    }
    case 'module':
      return { ...(await loadProvider(moduleOptions(section, keys, parts))), refresh: async () => true }
  }
}

/** Asks an issuer once, as the gateway does; false, with a report, where it was not reached. */
export async function reachesIssuer(section: IssuerConfig, parts: IssuerParts): Promise<boolean> {
  const { provider, refresh } = await issuerOf(section, parts)
  return await refresh().finally(() => provider.close())
}

/** An endpoint of the configuration as its adapter asks it: a secret in a file is read at each call, so a rotated one counts. */
function askedBy({ credential, ...asked }: IntrospectionConfig): IntrospectionConfigAsked {
  switch (credential.kind) {
    case 'basic': {
      const { clientId, clientSecret } = credential
      return { ...asked, credential: { kind: 'basic', clientId, clientSecret: () => readSecret(clientSecret) } }
    }
    case 'bearer':
      return { ...asked, credential: { kind: 'bearer', token: () => readSecret(credential.token) } }
  }
}

type IntrospectionConfigAsked = Parameters<typeof createIntrospectedIssuer>[0]['introspection']

function moduleOptions(section: IssuerConfig, { path, options }: ModuleConfig, parts: IssuerParts): ModuleOptions {
  const { groups } = section
  return {
    ...section,
    path,
    options,
    clock: parts.clock,
    report: parts.report,
    attributes: new Map(
      section.claims.flatMap((one) => (one.kind === 'attribute' ? [[one.name, one.type] as const] : [])),
    ),
    groupName: (said: string) =>
      groups.kind === 'prefix' ? groups.prefix + said : groups.names.includes(said) ? said : undefined,
    agents: new Map(section.agents.map((one) => [one.id, one.groups])),
  }
}

/** One text for what makes an issuer; another secret, or another file of a module, is another issuer. */
function keyOf(section: IssuerConfig): string {
  return JSON.stringify([section, ...partsOf(section.keys)])
}

function partsOf(keys: KeySource): readonly string[] {
  if (keys.kind === 'module') return [moduleDigest(keys.path)]
  if (keys.kind !== 'introspection') return []
  const { credential } = keys
  return [inline(credential.kind === 'basic' ? credential.clientSecret : credential.token)]
}

function inline(secret: Secret): string {
  return secret.kind === 'value' ? hash('sha256', secret.reveal(), 'hex') : ''
}
