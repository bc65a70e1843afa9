import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { Action } from '../../spec/index.js'
import { field, node, operands, type Variable, variable } from './ast.js'

/** What policies read of an entity. */
export interface EntityReads {
  type: boolean
  id: boolean
  readonly attributes: Set<string>
  /** Groups whose membership is asked. */
  readonly groups: Set<string>
  /** Used in a way that was not understood, or as a whole: then all of it counts as read. */
  whole: boolean
}

export interface Reads {
  readonly principal: EntityReads
  readonly resource: EntityReads
  readonly context: { readonly attributes: Set<string>; whole: boolean }
}

/**
 * What policies read of a question about one action. Everything that can change their outcome is in it, since Cedar's
 * evaluation is a function of what it reads: so two questions that agree on it get the same decision.
 */
export function readsOf(policies: Iterable<PolicyJson>, action: Action): Reads {
  const reads: Reads = {
    principal: nothing(),
    resource: nothing(),
    context: { attributes: new Set(), whole: false },
  }
  for (const policy of policies) {
    if (!mayApply(policy, action)) continue
    readScope(policy.principal, reads.principal)
    readScope(policy.resource, reads.resource)
    for (const condition of policy.conditions) readExpression(condition.body, reads)
  }
  return reads
}

function nothing(): EntityReads {
  return { type: false, id: false, attributes: new Set(), groups: new Set(), whole: false }
}

/** Whether the action scope lets a policy match: one that does not is false before it reads anything. */
function mayApply({ action }: PolicyJson, asked: Action): boolean {
  if (action.op === 'All') return true
  const entities = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : undefined
  if (entities === undefined) return true
  return entities.some((one) => {
    const uid = '__entity' in one ? one.__entity : one
    // Actions have no groups here; anything but a plain one is not judged.
    return uid.type !== 'Action' || uid.id === asked
  })
}

function readScope(scope: PolicyJson['principal'] | PolicyJson['resource'], reads: EntityReads): void {
  if (scope.op === 'All') return
  if (scope.op === '==') {
    reads.type = reads.id = true
    return
  }
  if (scope.op === 'is') {
    reads.type = true
    if (scope.in === undefined) return
    if ('entity' in scope.in) readMembership({ Value: { __entity: uidOf(scope.in.entity) } }, reads)
    else reads.whole = true
    return
  }
  if ('entity' in scope) readMembership({ Value: { __entity: uidOf(scope.entity) } }, reads)
  else reads.whole = true
}

function uidOf(entity: object): unknown {
  return field(entity, '__entity') ?? entity
}

/** `X in SET`: membership of groups alone where the set names only groups, since groups are in no groups. */
function readMembership(set: unknown, reads: EntityReads): void {
  const here = node(set)
  if (here?.op === 'Set' && Array.isArray(here.body)) {
    for (const one of here.body) readMembership(one, reads)
    return
  }
  const uid = here?.op === 'Value' ? field(here.body, '__entity') : undefined
  const type = field(uid, 'type')
  const id = field(uid, 'id')
  if (typeof type !== 'string' || typeof id !== 'string') reads.whole = true
  else if (type === 'Group') reads.groups.add(id)
  else reads.type = reads.id = true
}

function readExpression(expression: unknown, reads: Reads): void {
  const bare = variable(expression)
  if (bare !== undefined) {
    readWhole(bare, reads)
    return
  }
  const here = node(expression)
  const below = here === undefined ? undefined : operands(here)
  if (here === undefined || below === undefined) {
    for (const one of ['principal', 'resource', 'context'] as const) readWhole(one, reads)
    return
  }
  const { op, body } = here
  const subject = variable(field(body, 'left'))
  const entity = subject === 'principal' || subject === 'resource' ? reads[subject] : undefined

  if ((op === '.' || op === 'has') && subject !== undefined) {
    const named = field(body, 'attr')
    const name: unknown = Array.isArray(named) ? named[0] : named
    if (typeof name !== 'string') readWhole(subject, reads)
    else if (subject !== 'action') reads[subject].attributes.add(name)
    return
  }
  if (op === '==' || op === '!=') {
    for (const side of below) {
      const compared = variable(side)
      if (compared === 'principal' || compared === 'resource') reads[compared].type = reads[compared].id = true
      else readExpression(side, reads)
    }
    return
  }
  if (op === 'in' && entity !== undefined) {
    readMembership(field(body, 'right'), entity)
    readExpression(field(body, 'right'), reads)
    return
  }
  if (op === 'is' && entity !== undefined) {
    entity.type = true
    const within = field(body, 'in')
    if (within === undefined) return
    readMembership(within, entity)
    readExpression(within, reads)
    return
  }
  for (const one of below) readExpression(one, reads)
}

function readWhole(what: Variable, reads: Reads): void {
  if (what !== 'action') reads[what].whole = true
}
