import { SCOPES } from '../spec/index.js'

/** Scopes that may be narrowed to one resource, and the list of a key that narrows them. */
const NARROWABLE: ReadonlyMap<string, 'models' | 'datasets' | undefined> = new Map([
  ['models:invoke', 'models'],
  ['models:train', 'models'],
  ['embeddings:create', 'models'],
  ['datasets:read', 'datasets'],
  ['tools:call', undefined],
])

const OURS: readonly string[] = Object.keys(SCOPES)

// RFC 6749 section 3.3: "scope-token = 1*( %x21 / %x23-5B / %x5D-7E )"
const TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/
const SHAPE = /^([a-z][a-z0-9-]*):([a-z][a-z0-9-]*|\*)(?::(.+))?$/

export function isScopeToken(text: string): boolean {
  return TOKEN.test(text)
}

/** What is wrong with a scope, or undefined. Scopes over things that are none of ours are for policies to read. */
export function scopeFault(scope: string): string | undefined {
  const [, thing = '', act = '', name] = (TOKEN.test(scope) && SHAPE.exec(scope)) || []
  if (thing === '') return 'is no scope: write THING:ACT, THING:ACT:NAME or THING:*'
  const acts = OURS.filter((one) => one.startsWith(`${thing}:`))
  if (acts.length === 0) return undefined
  if (act === '*') return name === undefined ? undefined : '`*` takes no name'
  if (!acts.includes(`${thing}:${act}`)) return `is no scope: for ${thing} there are ${acts.join(', ')}`
  return name === undefined || NARROWABLE.has(`${thing}:${act}`) ? undefined : `\`${thing}:${act}\` takes no name`
}

/** What narrows: names by the list that they stand in. */
export interface Narrowing {
  readonly models: readonly string[]
  readonly datasets: readonly string[]
}

/** Whether one of the scopes is narrowed by that list. */
export function narrowsSome(scopes: readonly string[], list: keyof Narrowing): boolean {
  return scopes.some((one) => spelt(one).some((scope) => NARROWABLE.get(scope) === list))
}

/** A name that a scope is narrowed to already and that is not in the list which narrows it. */
export function strayName(scopes: readonly string[], narrowing: Narrowing): string | undefined {
  return scopes.find((one) => {
    const [thing, act, ...name] = one.split(':')
    const list = NARROWABLE.get(`${thing}:${act}`)
    if (list === undefined || name.length === 0 || narrowing[list].length === 0) return false
    return !narrowing[list].includes(name.join(':'))
  })
}

/**
 * The scopes of a key with its lists worked in: `models:invoke` with the models a and b is `models:invoke:a models:invoke:b`.
 * A wildcard over something that a list narrows is spelt out first, or it would go round the list.
 */
export function narrowedScopes(scopes: readonly string[], narrowing: Narrowing): ReadonlySet<string> {
  const narrowed = (scope: string): readonly string[] => {
    const list = NARROWABLE.get(scope)
    const names = list === undefined ? [] : narrowing[list]
    return names.length === 0 ? [scope] : names.map((name) => `${scope}:${name}`)
  }
  return new Set(
    scopes.flatMap((scope) => {
      const all = spelt(scope)
      const isNarrowed = all.some((one) => narrowed(one)[0] !== one)
      return isNarrowed ? all.flatMap(narrowed) : [scope]
    }),
  )
}

/** All that a wildcard over a thing of ours stands for; anything else stands for itself. */
function spelt(scope: string): readonly string[] {
  if (!scope.endsWith(':*')) return [scope]
  const all = OURS.filter((one) => one.startsWith(scope.slice(0, -1)))
  return all.length === 0 ? [scope] : all
}
