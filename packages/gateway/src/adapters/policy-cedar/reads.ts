import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { Action } from '../../spec/index.js'
import { attributeOf, field, literals, node, operands, type Variable, variable } from './ast.js'

export interface AttributeReads {
  readonly attributes: Set<string>
  /**
   * Of those, the ones of which more is read than how they compare with constants and whether they are there. The others'
   * values count only by the band between two constants that they lie in.
   */
  readonly exact: Set<string>
  /** The constants that each attribute is compared with. */
  readonly constants: Map<string, Set<number>>
  /** Used in a way that was not understood, or as a whole: then all of it counts as read. */
  whole: boolean
}

/** What policies read of an entity. */
export interface EntityReads extends AttributeReads {
  type: boolean
  id: boolean
  /** Groups whose membership is asked. */
  readonly groups: Set<string>
}

export interface Reads {
  readonly principal: EntityReads
  readonly resource: EntityReads
  readonly context: AttributeReads
}

/**
 * What policies read of a question about one action. Everything that can change their outcome is in it, since Cedar's
 * evaluation is a function of what it reads: so two questions that agree on it get the same decision.
 */
export function readsOf(policies: Iterable<PolicyJson>, action: Action): Reads {
  const reads: Reads = {
    principal: { ...nothing(), type: false, id: false, groups: new Set() },
    resource: { ...nothing(), type: false, id: false, groups: new Set() },
    context: nothing(),
  }
  for (const policy of policies) {
    if (!mayApply(policy, action)) continue
    readScope(policy.principal, reads.principal)
    readScope(policy.resource, reads.resource)
    for (const condition of policy.conditions) readExpression(condition.body, reads)
  }
  return reads
}

function nothing(): AttributeReads {
  return { attributes: new Set(), exact: new Set(), constants: new Map(), whole: false }
}

/** The constants that an attribute is compared with, ascending, where nothing else of it counts. */
export function bandsOf(reads: AttributeReads, name: string): readonly number[] | undefined {
  if (reads.whole || reads.exact.has(name)) return undefined
  return [...(reads.constants.get(name) ?? [])].sort((a, b) => a - b)
}

/** Whether the action scope lets a policy match: one that does not is false before it reads anything. */
export function mayApply({ action }: PolicyJson, asked: Action): boolean {
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
    else if (subject !== 'action') {
      reads[subject].attributes.add(name)
      if (op === '.') reads[subject].exact.add(name)
    }
    return
  }
  if (COMPARISONS.has(op) && readComparison(field(body, 'left'), field(body, 'right'), reads)) return
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

const COMPARISONS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '==', '!='])

/** `context.promptTokens < 5000`, either way round: only on which side of the constant the attribute lies is read. */
function readComparison(left: unknown, right: unknown, reads: Reads): boolean {
  return compares(left, constantOf(right), reads) || compares(right, constantOf(left), reads)
}

function compares(side: unknown, constant: number | undefined, reads: Reads): boolean {
  if (constant === undefined) return false
  for (const of of ['principal', 'context'] as const) {
    const name = attributeOf(side, of)
    if (name === undefined) continue
    const { attributes, constants } = reads[of]
    attributes.add(name)
    constants.set(name, (constants.get(name) ?? new Set()).add(constant))
    return true
  }
  return false
}

/** A whole number, or a time in milliseconds since the epoch; undefined for what is neither or not surely known. */
function constantOf(expression: unknown): number | undefined {
  const here = node(expression)
  if (here?.op === 'Value') return Number.isSafeInteger(here.body) ? Number(here.body) : undefined
  if (here?.op !== 'datetime' || !Array.isArray(here.body) || here.body.length !== 1) return undefined
  const [text] = literals(here.body[0])
  // Of Cedar's spellings those that JavaScript reads alike: UTC, and of the calendar.
  const utc = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d:\d\d(?:\.\d{3})?Z)?$/.exec(text ?? '')
  const ms = utc === null ? Number.NaN : Date.parse(utc[0])
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== utc?.[1] ? undefined : ms
}

function readWhole(what: Variable, reads: Reads): void {
  if (what !== 'action') reads[what].whole = true
}
