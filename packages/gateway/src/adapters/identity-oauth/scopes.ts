import type { Payload } from './payload.js'
import { claimAt, isName } from './payload.js'

/** How an issuer's words for what may be done become scopes of ours. */
export interface ScopeRules {
  /** Claims where they stand, each a text of scopes or a list. Undefined: `scope`, else `scp`. */
  readonly claims: readonly string[] | undefined
  /** What each of them gives; one that is not here gives nothing. Undefined: they are ours as they are. */
  readonly map: readonly ScopeMapping[] | undefined
  /** What every token of the issuer has. */
  readonly always: readonly string[]
}

export interface ScopeMapping {
  readonly from: string
  readonly to: readonly string[]
}

export const PLAIN_SCOPES: ScopeRules = { claims: undefined, map: undefined, always: [] }

/** Undefined where a claim of the token is no scope, or two of them contradict one another. */
export type ReadScopes = (payload: Payload) => ReadonlySet<string> | undefined

export function scopeReader({ claims, map, always }: ScopeRules): ReadScopes {
  const read: ReadScopes = claims === undefined ? ownScopes : (payload) => wordsAt(payload, claims)
  if (map === undefined && always.length === 0) return read
  // A Map, not an object: `constructor` and `__proto__` come from callers too.
  const table = map && new Map(map.map(({ from, to }) => [from, to]))
  return (payload) => {
    const said = read(payload)
    if (said === undefined) return undefined
    const given = table === undefined ? [...said] : [...said].flatMap((one) => table.get(one) ?? [])
    return new Set([...always, ...given])
  }
}

/** Whether a token says at all what it is for, which a token of another kind does not. */
export function saysScopes(payload: Payload, { claims, always }: ScopeRules): boolean {
  if (always.length > 0) return true
  return (claims ?? ['scope', 'scp']).some((name) => claimAt(payload, name) !== undefined)
}

const SCOPE_MAX = 4096
// RFC 6749 section 3.3: "scope = scope-token *( SP scope-token )", "scope-token = 1*( %x21 / %x23-5B / %x5D-7E )".
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/

function ownScopes({ scope, scp }: Payload): ReadonlySet<string> | undefined {
  if (scp === undefined) return scope === undefined ? new Set() : scopeText(scope)
  const listed = Array.isArray(scp) ? scopeList(scp) : scopeText(scp)
  if (scope === undefined || listed === undefined) return listed
  // Two answers to one question: which of them the issuer means, nobody can tell.
  const written = scopeText(scope)
  if (written?.size !== listed.size) return undefined
  return [...written].every((one) => listed.has(one)) ? written : undefined
}

function scopeText(value: unknown): ReadonlySet<string> | undefined {
  if (typeof value !== 'string' || value.length > SCOPE_MAX || !SCOPE.test(value)) return undefined
  return new Set(value.split(' '))
}

function scopeList(value: readonly unknown[]): ReadonlySet<string> | undefined {
  const all = new Set<string>()
  for (const one of value) {
    if (typeof one !== 'string' || !SCOPE_TOKEN.test(one)) return undefined
    all.add(one)
  }
  return all
}

/** Roles and the like: in a list they are names, which may have spaces; none of them is a scope before it was mapped. */
function wordsAt(payload: Payload, claims: readonly string[]): ReadonlySet<string> | undefined {
  const all = new Set<string>()
  for (const claim of claims) {
    const said = claimAt(payload, claim)
    if (said === undefined) continue
    if (Array.isArray(said) && !said.every(isName)) return undefined
    const words: Iterable<string> | undefined = Array.isArray(said) ? (said as readonly string[]) : scopeText(said)
    if (words === undefined) return undefined
    for (const word of words) all.add(word)
  }
  return all
}
