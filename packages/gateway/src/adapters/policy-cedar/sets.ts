import { createHash } from 'node:crypto'
import type { DetailedError, StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs'
import { preparsePolicySet, preparseSchema, statefulIsAuthorized } from './cedar.js'
import type { Policy } from './policy.js'
import type { CedarRequest } from './request.js'

export type Answer =
  | {
      readonly kind: 'answered'
      readonly allow: boolean
      readonly satisfied: readonly string[]
      readonly errors: readonly string[]
    }
  | { readonly kind: 'failed'; readonly errors: readonly string[] }

export type Made<T> = { readonly kind: 'made'; readonly value: T } | { readonly kind: 'failed'; readonly why: string }

/** Cedar keeps schemas and sets by name for the whole process: see `contentName`. */
export interface ParsedSchema {
  readonly name: string
  readonly text: string
}

export function parseSchema(text: string): Made<ParsedSchema> {
  const name = contentName([text])
  const answer = preparseSchema(name, text)
  return answer.type === 'success' ? { kind: 'made', value: { name, text } } : failed(answer.errors)
}

/** Policies that are asked together. */
export class PolicySet {
  readonly #name: string
  readonly #schema: string

  private constructor(name: string, schema: string) {
    this.#name = name
    this.#schema = schema
  }

  static parse(schema: ParsedSchema, policies: readonly Policy[]): Made<PolicySet> {
    return PolicySet.#parse(schema, entriesOf(policies))
  }

  /** Every policy as a permit, for what is only to be told: Cedar tells the satisfied permits only where no forbid is. */
  static parseAsPermits(schema: ParsedSchema, policies: readonly Policy[]): Made<PolicySet> {
    return PolicySet.#parse(schema, entriesOf(policies.map((one) => ({ id: one.id, text: one.permitText }))))
  }

  static #parse(schema: ParsedSchema, entries: Entries): Made<PolicySet> {
    const name = contentName([schema.text, ...entries.flat()])
    const answer = preparsePolicySet(name, { staticPolicies: Object.fromEntries(entries) })
    return answer.type === 'success' ? { kind: 'made', value: new PolicySet(name, schema.name) } : failed(answer.errors)
  }

  /** Asks Cedar. An error of any policy is in the answer: Cedar itself skips a forbid that errs, and allows. */
  ask(request: CedarRequest): Answer {
    const call: StatefulAuthorizationCall = {
      ...request,
      preparsedSchemaName: this.#schema,
      preparsedPolicySetId: this.#name,
      validateRequest: true,
    }
    const answer = statefulIsAuthorized(call)
    if (answer.type === 'failure') return { kind: 'failed', errors: answer.errors.map(forLog) }
    const { decision, diagnostics } = answer.response
    return {
      kind: 'answered',
      allow: decision === 'allow',
      satisfied: diagnostics.reason.sort(),
      errors: diagnostics.errors.map(({ policyId, error }) => `\`${policyId}\`: ${forLog(error)}`).sort(),
    }
  }
}

type Entries = readonly (readonly [id: string, text: string])[]

/** Ids and texts, in the order of ids. */
export function entriesOf(policies: readonly Pick<Policy, 'id' | 'text'>[]): Entries {
  return policies.map(({ id, text }) => [id, text] as const).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** SHA-256, hexadecimal, over texts and where each ends. */
export function contentDigest(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex')
}

/**
 * A name in Cedar's process-wide cache. It is made of the content alone: two engines of one process share a name only where
 * they hold the same, so neither can turn the other's answers; and loading the same set again takes no more memory.
 */
function contentName(texts: readonly string[]): string {
  return `ostiary-${contentDigest(texts)}`
}

function failed(errors: readonly DetailedError[]): { readonly kind: 'failed'; readonly why: string } {
  return { kind: 'failed', why: errors.map(forLog).join('; ') }
}

const FOR_LOG_MAX = 300

/** Subjects are keyed in the log; Cedar's texts name them. */
function forLog({ message }: DetailedError): string {
  return message.replace(/\b(User|Service|Agent)::"(?:\\.|[^"\\])*"/g, '$1').slice(0, FOR_LOG_MAX)
}
