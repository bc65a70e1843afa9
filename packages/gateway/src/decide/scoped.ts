import {
  type Action,
  covers,
  coversSome,
  lackingScope,
  narrowed,
  type Principal,
  proceed,
  type Refusal,
  type Resource,
  type Step,
  scopeOf,
} from '../spec/index.js'

/**
 * The principal as policies are asked about it: a token that is narrowed to this very resource has the scope itself here, so
 * that a policy which asks for `models:invoke` need not name every model.
 */
export function scoped(principal: Principal, action: Action, resource: Resource): Step<Principal> {
  const scope = scopeOf(action)
  if (scope === undefined || principal.scopes.has(scope)) return proceed(principal)
  if (!covers(principal.scopes, narrowed(scope, resource)) && !implied(principal, scope, resource)) {
    return lackingScope(coversSome(principal.scopes, scope) ? narrowed(scope, resource) : scope)
  }
  return proceed(withScope(principal, scope))
}

/** The refusal of a principal that has the action's scope for no resource at all: known before a body is read. */
export function unscoped(principal: Principal, action: Action): Refusal | undefined {
  const scope = scopeOf(action)
  if (scope === undefined || coversSome(principal.scopes, scope)) return undefined
  return action === 'listModels' && coversSome(principal.scopes, 'models:invoke') ? undefined : lackingScope(scope)
}

// Who may call a model knows that it is there.
function implied(principal: Principal, scope: string, resource: Resource): boolean {
  return scope === 'models:list' && covers(principal.scopes, narrowed('models:invoke', resource))
}

const widened = new WeakMap<Principal, Map<string, Principal>>()

// One object for one principal and scope: what is remembered of a principal is remembered by its identity.
function withScope(principal: Principal, scope: string): Principal {
  const held = widened.get(principal) ?? new Map<string, Principal>()
  widened.set(principal, held)
  const made = held.get(scope) ?? { ...principal, scopes: new Set([...principal.scopes, scope]) }
  held.set(scope, made)
  return made
}
