import type { Action, Resource } from './question.js'
import { type Refusal, refuse } from './refusal.js'

/**
 * Scopes are `THING:ACT`, narrowed to one resource by `THING:ACT:NAME`; the name is all that follows, colons too. A broader
 * scope implies the narrower ones, and `THING:*` every act on the thing.
 */
export const SCOPES = {
  'models:invoke': 'call a model',
  'models:train': 'give a model data to be trained on, and have it trained',
  'models:list': 'list the models that the caller may invoke',
  'embeddings:create': 'have embeddings made by a model',
  'datasets:read': 'query or search a dataset',
  'tools:call': 'call a tool',
  'authorize:check': 'ask for a decision without forwarding',
  'audit:read': 'read the log on the admin port',
  'admin:keys': 'make, list, rotate and revoke API keys',
  'admin:revoke': 'revoke tokens, subjects and sessions',
  'admin:labels': 'show and lower the labels of identities',
  'admin:signing-keys': 'rotate the keys that sign our own tokens',
  'admin:datasets': 'list datasets, ingest, reclassify and delete documents',
  'admin:providers': 'list and rotate the keys of providers, store secrets',
} as const
SCOPES satisfies Record<string, string>

/** What each action needs on the data plane. */
const OF_ACTION: Partial<Record<Action, string>> = {
  invoke: 'models:invoke',
  embed: 'embeddings:create',
  train: 'models:train',
  listModels: 'models:list',
  queryDataset: 'datasets:read',
  searchDataset: 'datasets:read',
  callTool: 'tools:call',
}

export function scopeOf(action: Action): string | undefined {
  return OF_ACTION[action]
}

/** The scope of an action on one resource: the narrowest that suffices. */
export function narrowed(scope: string, resource: Pick<Resource, 'id'>): string {
  return `${scope}:${resource.id}`
}

/** Whether one of the scopes held is the wanted one, or implies it. */
export function covers(held: ReadonlySet<string>, wanted: string): boolean {
  if (held.has(wanted)) return true
  const first = wanted.indexOf(':')
  if (first < 0) return false
  if (held.has(`${wanted.slice(0, first)}:*`)) return true
  const second = wanted.indexOf(':', first + 1)
  // Never a longer prefix: a model may be named like the beginning of another.
  return second > 0 && held.has(wanted.slice(0, second))
}

/** Whether a scope is held at all, if only for some resources. */
export function coversSome(held: ReadonlySet<string>, scope: string): boolean {
  if (covers(held, scope)) return true
  for (const one of held) if (one.startsWith(scope) && one[scope.length] === ':') return true
  return false
}

/** RFC 6750 section 3.1: `insufficient_scope`, with "the scope attribute" naming what is needed. */
export function lackingScope(scope: string): Refusal {
  // A model's name may hold what no scope may: then the scope that it is narrowed from is named.
  const nameable = /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope) ? scope : scope.split(':').slice(0, 2).join(':')
  return refuse('insufficient_scope', `lacks scope ${nameable}`, {
    message: `The access token lacks the scope \`${nameable}\`.`,
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${nameable}"` },
  })
}
