import type { Challenge, Decision, PolicyEngine, Question } from '../../spec/index.js'
import { ACTIONS, type Action, FINDING_TYPES, type FindingType, isTermType } from '../../spec/index.js'
import { comparedWith } from './ast.js'
import { type Inputs, InputsWriter, ill } from './inputs.js'
import { cedarIp } from './ip.js'
import type { Policy } from './policy.js'
import { type Reads, readsOf } from './reads.js'
import { type CedarRequest, cedarRequest } from './request.js'
import { type Answer, contentDigest, entriesOf, type Made, type ParsedSchema, PolicySet, parseSchema } from './sets.js'
import { shapesOf } from './shape.js'
import { usesOf } from './uses.js'
import { AGES, type Vocabulary } from './vocabulary.js'

export interface EngineOptions {
  /** Decisions that are kept, over all actions; 0 keeps none. */
  readonly memoEntries?: number
}

export interface CedarEngine extends PolicyEngine {
  /** Of all modes, sorted. */
  readonly policyIds: readonly string[]
  dispose(): void
}

export interface EngineParts {
  /** All checked, ids unique. */
  readonly policies: readonly Policy[]
  readonly schema: string
  readonly vocabulary: Vocabulary
  readonly options: EngineOptions
}

const MEMO_ENTRIES = 10_000
/** A question that says more is decided afresh each time, so that no caller fills the memory with long purposes. */
const MEMO_KEY_MAX = 2048
const ADDRESSES_MAX = 4096

export function createCedarEngine(parts: EngineParts): Made<CedarEngine> {
  const schema = parseSchema(parts.schema)
  if (schema.kind === 'failed') return schema
  const sets = parseSets(schema.value, parts.policies)
  if (sets.kind === 'failed') return sets
  return { kind: 'made', value: new Engine(parts, schema.value, sets.value) }
}

interface Remembered {
  readonly decision: Decision
  /** What all questions of this key have read; undefined where it differs from one to the next. */
  readonly text: string | undefined
}

interface Asked {
  readonly question: Question
  readonly inputs: Inputs
  remembered: Remembered | undefined
}

/** Undefined where no policy is of that kind: an empty set need not be asked. */
interface Sets {
  /**
   * What decides, and what obliges beside it: one call of Cedar costs some hundred policies. An oblige policy is a permit
   * and never grants: a permission counts only where a policy that decides is among its reasons.
   */
  readonly enforced: PolicySet | undefined
  readonly shadow: PolicySet | undefined
}

function parseSets(schema: ParsedSchema, policies: readonly Policy[]): Made<Sets> {
  const enforcedPolicies = policies.filter(({ mode }) => mode !== 'shadow')
  const shadowPolicies = policies.filter(({ mode }) => mode === 'shadow')
  const enforced = enforcedPolicies.length === 0 ? NO_SET : PolicySet.parse(schema, enforcedPolicies)
  if (enforced.kind === 'failed') return enforced
  const shadow = shadowPolicies.length === 0 ? NO_SET : PolicySet.parseAsPermits(schema, shadowPolicies)
  if (shadow.kind === 'failed') return shadow
  return { kind: 'made', value: { enforced: enforced.value, shadow: shadow.value } }
}

const NO_SET: Made<undefined> = { kind: 'made', value: undefined }

class Engine implements CedarEngine {
  readonly digest: string
  readonly readsTime: boolean
  readonly tokenizes: boolean
  readonly scopes: readonly string[]
  readonly policyIds: readonly string[]
  readonly #policies: ReadonlyMap<string, Policy>
  readonly #schema: ParsedSchema
  readonly #sets: Sets
  readonly #writers: ReadonlyMap<Action, InputsWriter>
  readonly #uses: ReadonlyMap<Action, ReadonlySet<FindingType>>
  readonly #memoEntries: number
  readonly #memo: Map<string, Remembered> = new Map()
  readonly #addresses: Map<string, string | undefined> = new Map()
  #permits: Made<PolicySet> | undefined
  /** The log asks for the inputs of what was just decided. */
  #last: Asked | undefined

  constructor({ policies, vocabulary, options }: EngineParts, schema: ParsedSchema, sets: Sets) {
    const shapes = shapesOf(vocabulary)
    const all = policies.map(({ json }) => json)
    const enforced = policies.filter(({ mode }) => mode !== 'shadow').map(({ json }) => json)
    this.digest = contentDigest([schema.text, ...entriesOf(policies).flat()])
    this.readsTime = ACTIONS.some((action) => readsTime(readsOf(enforced, action)))
    this.tokenizes = policies.some(
      ({ mode, obligations }) =>
        mode !== 'shadow' && obligations.some((one) => one.kind === 'text' && one.act === 'tokenize'),
    )
    this.scopes = [
      ...new Set(all.flatMap((policy) => [...comparedWith(policy.conditions, 'principal', 'scopes')])),
    ].sort()
    this.policyIds = policies.map(({ id }) => id).sort()
    this.#policies = new Map(policies.map((policy) => [policy.id, policy]))
    this.#schema = schema
    this.#sets = sets
    this.#writers = new Map(
      ACTIONS.map((action) => [action, new InputsWriter(action, readsOf(all, action), shapes)] as const),
    )
    const types = [...FINDING_TYPES, ...(vocabulary.known?.findings ?? []).filter(isTermType)]
    this.#uses = new Map(ACTIONS.map((action) => [action, usesOf(policies, action, types)] as const))
    this.#memoEntries = options.memoEntries ?? MEMO_ENTRIES
  }

  usesFindings(action: Action): ReadonlySet<FindingType> {
    return this.#uses.get(action) ?? NO_TYPES
  }

  inputs(question: Question): string {
    const { inputs, remembered } = this.#inputs(question)
    // The same text object each time: whoever compares it with what it was need not look into it.
    return remembered?.text ?? inputs.text()
  }

  decide(question: Question): Decision {
    try {
      const asked = this.#inputs(question)
      const { inputs } = asked
      if (inputs.illness !== undefined) return indeterminate([inputs.illness], NO_SHADOW)
      asked.remembered ??= this.#memo.get(inputs.key)
      if (asked.remembered !== undefined) return asked.remembered.decision
      const decision = this.#ask(question)
      if (decision.kind !== 'indeterminate') asked.remembered = this.#remember(inputs, decision)
      return decision
    } catch (error) {
      // Cedar can trap, for instance without memory.
      return indeterminate([error instanceof Error ? error.name : 'the policy engine threw'], NO_SHADOW)
    }
  }

  dispose(): void {
    // Cedar's cache cannot be emptied: a set stays in it until the process ends, once each content.
    this.#memo.clear()
    this.#addresses.clear()
    this.#last = undefined
  }

  #inputs(question: Question): Asked {
    if (this.#last?.question === question) return this.#last
    const writer = this.#writers.get(question.action)
    const inputs = writer?.write(question, this.#address(question.context.sourceIp)) ?? UNKNOWN_ACTION
    this.#last = { question, inputs, remembered: undefined }
    return this.#last
  }

  #address(text: string): string | undefined {
    const held = this.#addresses.get(text)
    if (held !== undefined) return held
    const address = cedarIp(text)
    if (address === undefined) return undefined
    dropOldest(this.#addresses, ADDRESSES_MAX)
    this.#addresses.set(text, address)
    return address
  }

  #remember(inputs: Inputs, decision: Decision): Remembered | undefined {
    if (this.#memoEntries === 0 || inputs.key.length > MEMO_KEY_MAX) return undefined
    const remembered = { decision, text: inputs.keyTellsText ? inputs.text() : undefined }
    if (remembered.text !== undefined && remembered.text.length > MEMO_KEY_MAX) return undefined
    dropOldest(this.#memo, this.#memoEntries)
    this.#memo.set(inputs.key, remembered)
    return remembered
  }

  #ask(question: Question): Decision {
    const ip = this.#address(question.context.sourceIp)
    if (ip === undefined) return indeterminate(['context `sourceIp` is no address'], NO_SHADOW)
    const request = cedarRequest(question, ip)
    const shadow = this.#askShadow(request)
    const answer = this.#sets.enforced?.ask(request) ?? NOBODY
    if (answer.kind === 'failed' || answer.errors.length > 0) return indeterminate(answer.errors, shadow)
    if (answer.allow) return this.#permit(answer.satisfied, shadow)
    const forbids = this.#named(answer.satisfied)
    const reasons = [...new Set(forbids.flatMap(({ reason }) => reason ?? []))]
    const basis = { determining: answer.satisfied, ...shadow, reasons }
    const asks = forbids.flatMap(({ challenge }) => challenge ?? [])
    if (asks.length === 0 || asks.length < forbids.length) return { ...basis, kind: 'forbid' }

    const without = this.#permitsAlone(request)
    if (without.kind === 'failed' || without.errors.length > 0) return indeterminate(without.errors, shadow)
    return this.#permit(without.satisfied, shadow).kind === 'permit'
      ? { ...basis, kind: 'challenge', asks: distinct(asks) }
      : { ...basis, kind: 'forbid' }
  }

  /** @param satisfied permits that no forbid stands against, and oblige policies */
  #permit(satisfied: readonly string[], shadow: Shadow): Decision {
    const policies = this.#named(satisfied)
    const determining = policies.filter(({ mode }) => mode === 'enforce').map(({ id }) => id)
    if (determining.length === 0) return { kind: 'forbid', determining, ...shadow, reasons: [] }
    return { kind: 'permit', determining, ...shadow, obligations: policies.flatMap(({ obligations }) => obligations) }
  }

  /** All satisfied forbids are challenges, so the answer without them is that of the permits. */
  #permitsAlone(request: CedarRequest): Answer {
    this.#permits ??= PolicySet.parse(
      this.#schema,
      [...this.#policies.values()].filter(({ mode, effect }) => mode !== 'shadow' && effect === 'permit'),
    )
    return this.#permits.kind === 'failed'
      ? { kind: 'failed', errors: [this.#permits.why] }
      : this.#permits.value.ask(request)
  }

  #askShadow(request: CedarRequest): Shadow {
    const answer = this.#sets.shadow?.ask(request)
    if (answer === undefined) return NO_SHADOW
    return { shadow: answer.kind === 'answered' ? answer.satisfied : [], shadowErrors: answer.errors }
  }

  #named(ids: readonly string[]): readonly Policy[] {
    return ids.flatMap((id) => this.#policies.get(id) ?? [])
  }
}

interface Shadow {
  readonly shadow: readonly string[]
  readonly shadowErrors: readonly string[]
}

const NO_TYPES: ReadonlySet<FindingType> = new Set()
const NO_SHADOW: Shadow = { shadow: [], shadowErrors: [] }
const UNKNOWN_ACTION = ill('unknown', 'unknown action')
const NOBODY: Answer = { kind: 'answered', allow: false, satisfied: [], errors: [] }

function indeterminate(errors: readonly string[], shadow: Shadow): Decision {
  return { kind: 'indeterminate', determining: [], ...shadow, errors }
}

function distinct(asks: readonly Challenge[]): readonly Challenge[] {
  return [...new Map(asks.map((one) => [JSON.stringify(one), one])).values()]
}

function readsTime({ principal, context }: Reads): boolean {
  if (principal.whole || context.whole || context.attributes.has('time')) return true
  return AGES.some((name) => principal.attributes.has(name))
}

function dropOldest(entries: Map<string, unknown>, max: number): void {
  if (entries.size < max) return
  const oldest = entries.keys().next().value
  if (oldest !== undefined) entries.delete(oldest)
}
