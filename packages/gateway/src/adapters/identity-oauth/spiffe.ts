// SPIFFE-ID section 2: lower-case letters, digits, dots, hyphens and underscores; section 2.3: 255 characters.
const TRUST_DOMAIN = /^spiffe:\/\/([a-z0-9._-]{1,255})$/
const ID = /^spiffe:\/\/([a-z0-9._-]{1,255})((?:\/[A-Za-z0-9._-]+)+)$/
const ID_MAX = 2048

/** The trust domain of an issuer `spiffe://trust.domain`; undefined where it is written in any other way. */
export function trustDomainOf(issuer: string): string | undefined {
  return TRUST_DOMAIN.exec(issuer)?.[1]
}

/**
 * The trust domain of a workload's SPIFFE ID; undefined where it is none. It has one spelling: no port, user, query, fragment or
 * escape, no empty or relative segment, and a path, since an ID without one names the domain's own authority.
 */
export function trustDomainOfId(id: unknown): string | undefined {
  if (typeof id !== 'string' || id.length > ID_MAX) return undefined
  const [, domain, path = ''] = ID.exec(id) ?? []
  return path.split('/').some((segment) => segment === '.' || segment === '..') ? undefined : domain
}
