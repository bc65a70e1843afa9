import { isJsonObject } from '../../json/strict.js'
import { isName, type Payload } from './payload.js'
import type { ClaimRules } from './rules.js'
import { saysScopes } from './scopes.js'

/** Client identifiers by the names that issuers without `at+jwt` give them. */
const LEGACY_CLIENT = ['client_id', 'azp', 'cid', 'appid']

export function clientIdsOf(payload: Payload): readonly string[] {
  return LEGACY_CLIENT.map((name) => payload[name]).filter((id) => typeof id === 'string')
}

// Keycloak says `Bearer` in an access token and `ID`, `Refresh`, `Offline`, `Logout` in the others.
const CLAIM_TYPES: ReadonlySet<unknown> = new Set(['bearer', 'dpop', 'jwt', 'at+jwt', 'access', 'access_token'])
const USES: ReadonlySet<unknown> = new Set(['access', 'access_token'])
const MARKS = ['nonce', 'at_hash', 'c_hash', 'events']

/** Why a token is of another kind than an access token; kinds must not be confused (8725bis 3.11, 3.12). */
export function checkKind(payload: Payload, rules: ClaimRules): string | undefined {
  const { typ, token_use: use } = payload
  if (typ !== undefined && !(typeof typ === 'string' && CLAIM_TYPES.has(typ.toLowerCase()))) {
    return 'claim `typ` names another kind of token'
  }
  if (use !== undefined && !USES.has(use)) return 'claim `token_use` names another kind of token'
  switch (rules.source) {
    case 'rfc9068':
      // RFC 9068 section 2.2: "client_id REQUIRED", "jti REQUIRED"; the others were demanded above.
      return payload['client_id'] === undefined || payload['jti'] === undefined
        ? '`client_id` or `jti` is missing'
        : undefined
    case 'legacy':
      return saysScopes(payload, rules.scopes) ? (marked(payload) ?? idToken(payload)) : noScopes(rules)
    case 'spiffe':
      return marked(payload)
    case 'introspection':
      return marked(payload) ?? idToken(payload) ?? tokenType(payload)
  }
}

function noScopes({ scopes }: ClaimRules): string {
  return scopes.claims === undefined ? 'neither `scope` nor `scp`' : `none of \`${scopes.claims.join('`, `')}\``
}

function marked(payload: Payload): string | undefined {
  const mark = MARKS.find((name) => payload[name] !== undefined)
  return mark === undefined ? undefined : `\`${mark}\` is of another kind of token`
}

function idToken(payload: Payload): string | undefined {
  for (const name of LEGACY_CLIENT) {
    const id = payload[name]
    if (id !== undefined && !isName(id)) return `\`${name}\` is no name`
  }
  const aud = payload['aud']
  const said: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return clientIdsOf(payload).some((id) => said.includes(id)) ? '`aud` is the client: an ID token' : undefined
}

/**
 * An endpoint answers about refresh tokens too (RFC 7662 section 2.1), and leaves `token_type` out there. So where no `aud` shows
 * that the token is for us, its type must show that it is an access token.
 */
function tokenType({ token_type: type, aud, cnf }: Payload): string | undefined {
  if (type === undefined) return aud === undefined ? 'neither `aud` nor `token_type`' : undefined
  const known = typeof type === 'string' ? type.toLowerCase() : undefined
  if (known !== 'bearer' && known !== 'dpop') return '`token_type` is not that of an access token'
  // Bound, and nobody says to what: it must not pass as if it were not.
  return known === 'dpop' && !(isJsonObject(cnf) && cnf['jkt'] !== undefined) ? 'DPoP token without `jkt`' : undefined
}
