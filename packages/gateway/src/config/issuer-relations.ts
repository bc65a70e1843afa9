import type { IssuerConfig } from './config.js'
import { isDevIssuer } from './dev-issuer.js'
import { fault, type RelationParts, type Remark, unreadable, warning } from './remark.js'
import { mayFetch } from './schema.js'
import type { Places } from './yaml.js'

/** What no single value of an issuer shows, and how issuers stand to one another. */
export function issuerRelations(issuers: readonly IssuerConfig[], parts: RelationParts): readonly Remark[] {
  return [
    ...issuers.flatMap((issuer, index) => [
      ...nameRemarks(issuer, index, parts.allowDev),
      ...sourceRemarks(issuer, index, parts),
      ...spiffeRemarks(issuer, index),
      ...openRemarks(issuer, index),
      ...idleRemarks(issuer, index, parts.places),
    ]),
    ...scopeRemarks(issuers),
    ...groupRemarks(issuers),
    ...prefixRemarks(issuers),
  ]
}

function* nameRemarks({ issuer, keys }: IssuerConfig, index: number, allowDev: boolean): Iterable<Remark> {
  const at = ['issuers', index, 'issuer']
  // A principal is `<iss>#<sub>`: with a `#` in the issuer two principals could have one name.
  if (/[\s#]/.test(issuer)) yield fault(at, 'an issuer has no spaces and no `#`')
  if (isDevIssuer(issuer) && !allowDev) {
    yield fault(at, 'this issuer is reserved for `ostiary dev`: it hands tokens to whoever asks')
  }
  if (keys.kind === 'discovery' && (!mayFetch(issuer) || issuer.includes('?'))) {
    yield fault(at, 'discovery needs an https issuer (http to loopback only), without a query')
  }
}

const FETCHED = 'must be an https URL (http to loopback only), without credentials'

function* sourceRemarks({ keys }: IssuerConfig, index: number, { requireFiles }: RelationParts): Iterable<Remark> {
  const at = (...rest: readonly string[]) => ['issuers', index, ...rest]
  switch (keys.kind) {
    case 'discovery':
      return
    case 'jwksUri':
      if (!mayFetch(keys.uri)) yield fault(at('jwksUri'), FETCHED)
      return
    case 'introspection':
      if (!mayFetch(keys.endpoint)) yield fault(at('introspection', 'endpoint'), FETCHED)
      return
    case 'module': {
      const why = unreadable(keys.path)
      const message = `the file \`${keys.path}\` cannot be read (${why})`
      if (why !== undefined) yield requireFiles ? fault(at('module'), message) : warning(at('module'), message)
    }
  }
}

// SPIFFE-ID section 2: what a trust domain is made of.
const TRUST_DOMAIN = /^spiffe:\/\/[a-z0-9._-]{1,255}$/

function* spiffeRemarks({ issuer, keys, profile }: IssuerConfig, index: number): Iterable<Remark> {
  if (profile === 'spiffe' && !TRUST_DOMAIN.test(issuer)) {
    yield fault(['issuers', index, 'issuer'], 'profile spiffe needs a trust domain alone, such as spiffe://example.org')
  }
  if (profile === 'spiffe' && keys.kind !== 'jwksUri') {
    yield fault(['issuers', index, 'profile'], "profile spiffe needs jwksUri: the trust domain's bundle endpoint")
  }
  if (profile !== 'spiffe' && issuer.startsWith('spiffe:') && keys.kind !== 'module') {
    yield fault(['issuers', index, 'issuer'], 'a trust domain needs profile: spiffe')
  }
}

/** Issuers at which anybody can get a token for any audience, by the way its tokens are told apart. */
const SHARED: ReadonlyMap<string, string> = new Map([
  ['https://accounts.google.com', 'sub'],
  ['https://token.actions.githubusercontent.com', 'repository_owner'],
  ['https://gitlab.com', 'namespace_path'],
])

function* openRemarks({ issuer, required, scopes, keys }: IssuerConfig, index: number): Iterable<Remark> {
  const told = SHARED.get(issuer)
  if (told !== undefined && required.length === 0 && keys.kind !== 'module') {
    const message = `anybody can get a token of this issuer for your audience: say whose you take, such as \`require: { ${told}: … }\``
    yield warning(['issuers', index, 'issuer'], message)
  }
  const admin = scopes.always.find((one) => one.startsWith('admin:'))
  if (admin !== undefined) {
    yield warning(['issuers', index, 'scopes', 'always'], `every token of this issuer has the scope \`${admin}\``)
  }
  if (keys.kind === 'introspection' && keys.audience === 'optional') {
    const message = 'optional: a token passes whose issuer does not say that it is for this gateway'
    yield warning(['issuers', index, 'introspection', 'audience'], message)
  }
}

const OF_KEYS = ['algorithms', 'profile', 'jwksCooldown']
const IDLE: Readonly<Record<IssuerConfig['keys']['kind'], readonly string[]>> = {
  jwksUri: [],
  discovery: [],
  introspection: OF_KEYS,
  module: [...OF_KEYS, 'allowPrivateNetwork', 'require', 'scopes', 'subjects'],
}

function* idleRemarks({ keys }: IssuerConfig, index: number, places: Places): Iterable<Remark> {
  for (const name of IDLE[keys.kind]) {
    const at = ['issuers', index, name]
    if (places.get(at) !== undefined) yield warning(at, `the key has no effect with ${keys.kind}`)
  }
}

/**
 * Of one issuer alone the scopes are the gateway's by intent. Of several some are others' to administer, and a scope that one of them
 * gives is taken for what the gateway calls so.
 */
function* scopeRemarks(issuers: readonly IssuerConfig[]): Iterable<Remark> {
  if (issuers.length < 2) return
  for (const [index, { keys, scopes }] of issuers.entries()) {
    if (keys.kind === 'module' || scopes.map !== undefined) continue
    const message =
      'without scopes.map every scope that this issuer gives counts as the one of the gateway that has its name, `audit:read` and ' +
      '`admin:…` too: map those that it may give (`map: {}` for none)'
    yield warning(['issuers', index, 'issuer'], message)
  }
}

/** Two issuers must never be able to put people in one group: else the weaker one grants what only the other may. */
function* groupRemarks(issuers: readonly IssuerConfig[]): Iterable<Remark> {
  if (issuers.length < 2) return
  for (const [index, { groups }] of issuers.entries()) {
    if (groups.kind === 'prefix' && groups.prefix === '') {
      yield fault(['issuers', index, 'groups'], 'with several issuers each needs groups.prefix or groups.allow')
    }
  }
  for (const [index, { groups }] of issuers.entries()) {
    for (const [other, { groups: others, issuer }] of issuers.entries()) {
      if (other === index || others.kind !== 'prefix' || others.prefix === '') continue
      if (groups.kind === 'allow') {
        const taken = groups.names.findIndex((name) => name.startsWith(others.prefix))
        if (taken < 0) continue
        const path = ['issuers', index, 'groups', 'allow', taken]
        yield fault(path, `the group \`${groups.names[taken]}\` begins with the prefix of issuer \`${issuer}\``)
      } else if (groups.prefix.startsWith(others.prefix) && (groups.prefix !== others.prefix || other < index)) {
        const path = ['issuers', index, 'groups', 'prefix']
        yield fault(path, `the prefix \`${groups.prefix}\` begins with the prefix of issuer \`${issuer}\``)
      }
    }
  }
}

/** Whose an opaque token is shows only in how it begins. */
function* prefixRemarks(issuers: readonly IssuerConfig[]): Iterable<Remark> {
  const first = new Map<string, string>()
  for (const [index, { issuer, keys }] of issuers.entries()) {
    if (keys.kind !== 'introspection' || keys.tokens === 'jwt') continue
    const other = first.get(keys.prefix)
    if (other === undefined) first.set(keys.prefix, issuer)
    else {
      const message = `opaque tokens of this issuer and of \`${other}\` begin the same: each needs a prefix of its own`
      yield fault(['issuers', index, 'introspection', 'prefix'], message)
    }
  }
}
