import type { DetailedError, ValidationError } from '@cedar-policy/cedar-wasm/nodejs'
import { validate } from './cedar.js'
import type { Say } from './check-annotations.js'
import { didYouMean } from './nearest.js'
import { utf16Offset } from './place.js'
import { type Piece, plainValue } from './tokens.js'
import {
  CONTEXT_ATTRIBUTES,
  OWN_RESOURCE_ATTRIBUTES,
  principalAttributes,
  resourceAttributes,
  type Vocabulary,
} from './vocabulary.js'

export interface Typed {
  readonly piece: Piece
  readonly effectAt: number
  /** A forbid or an oblige policy: dead, it is an open gate. */
  readonly guards: boolean
  readonly error: Say
  readonly warn: Say
}

interface Told {
  readonly offset: number
  readonly message: string
}

/**
 * Has Cedar's strict validation judge all policies at once: what may go wrong at run time, and what is false by the types
 * alone. Does not see a policy that can never match for its values, such as `context.promptTokens < 0`.
 */
export function checkTypes(all: readonly Typed[], schema: string, vocabulary: Vocabulary): string | undefined {
  if (all.length === 0) return undefined
  const staticPolicies = Object.fromEntries(all.map(({ piece }, index) => [String(index), piece.text]))
  const answer = validate({ schema, policies: { staticPolicies }, validationSettings: { mode: 'strict' } })
  if (answer.type === 'failure') return answer.errors.map(messageOf).join('; ')
  for (const [index, typed] of all.entries()) {
    const errors = toldOf(answer.validationErrors, index, typed.piece)
    for (const { offset, message } of errors) typed.error(offset, message)
    const dead = deadAttributes(typed.piece, vocabulary)
    const warnings = toldOf(answer.validationWarnings, index, typed.piece)
    const impossible = warnings.some(({ message }) => IMPOSSIBLE.test(message))
    for (const { offset, message } of warnings) {
      // Told together below, at a better place than the whole policy.
      if (!IMPOSSIBLE.test(message) && !INAPPLICABLE.test(message)) typed.warn(offset, message)
    }
    // What does not type is often impossible too, and that says nothing more.
    if (impossible && errors.length === 0) {
      const why = warnings.some(({ message }) => INAPPLICABLE.test(message))
        ? 'no action has such a principal and resource'
        : (dead[0]?.message ?? 'its condition is false for every valid request')
      const say = typed.guards ? typed.error : typed.warn
      const never = typed.guards ? 'so it guards nothing' : 'so it never matches'
      say(dead[0]?.offset ?? typed.effectAt, `policy is impossible, ${never}: ${why}`)
    } else if (!impossible) {
      for (const { offset, message } of dead) typed.warn(offset, message)
    }
  }
  return undefined
}

// Cedar gives its warnings no codes.
const IMPOSSIBLE = /^policy is impossible/
const INAPPLICABLE = /^unable to find an applicable action/
const ON_TYPE = / on entity type `([^`]*)`/

/** Cedar's text, without the id that we made up, with its help. */
export function messageOf({ message, help, sourceLocations }: DetailedError): string {
  const expected = sourceLocations?.[0]?.label
  return [message, expected, help]
    .filter((part) => part !== null && part !== undefined)
    .join('; ')
    .replace(/\bfor policy `[^`]*`, /g, '')
    .replace(/^failed to parse policy(?: with id `[^`]*`)? from string: /, '')
}

export function offsetOf({ sourceLocations }: DetailedError, piece: Piece): number {
  const start = sourceLocations?.[0]?.start
  return piece.start + (start === undefined ? 0 : utf16Offset(piece.text, start))
}

/** What Cedar says of one policy, in the order of the text; what it says for each principal type again, once. */
function toldOf(said: readonly ValidationError[], index: number, piece: Piece): readonly Told[] {
  const groups = new Map<string, { readonly told: Told; readonly types: string[] }>()
  for (const { policyId, error } of said) {
    if (policyId !== String(index)) continue
    const told = { offset: offsetOf(error, piece), message: messageOf(error) }
    const key = `${told.offset} ${told.message.replace(ON_TYPE, '')}`
    const group = groups.get(key) ?? { told, types: [] }
    groups.set(key, group)
    const type = ON_TYPE.exec(told.message)?.[1]
    if (type !== undefined) group.types.push(type)
  }
  const all = [...groups.values()].map(({ told: { offset, message }, types }) => {
    const names = [...new Set(types)].sort().map((type) => `\`${type}\``)
    return { offset, message: message.replace(ON_TYPE, ` on ${names.join(', ')}`) }
  })
  return all.sort((a, b) => a.offset - b.offset || (a.message < b.message ? -1 : 1))
}

/**
 * `principal has NAME` where no principal ever has it, and so on: true for nobody, so what stands behind it is dead. Cedar
 * tells only where the whole policy is.
 */
function deadAttributes({ tokens }: Piece, vocabulary: Vocabulary): readonly Told[] {
  const dead: Told[] = []
  for (const [index, token] of tokens.entries()) {
    const of = tokens[index - 1]
    const named = tokens[index + 1]
    if (token.kind !== 'name' || token.text !== 'has' || of === undefined || named === undefined) continue
    // `x.principal has` is not about the principal.
    const known = tokens[index - 2]?.text === '.' ? undefined : attributesOf(of.text, vocabulary)
    const name = named.kind === 'string' ? plainValue(named) : named.text
    if (known === undefined || name === undefined || known.includes(name)) continue
    dead.push({
      offset: named.start,
      message: `no \`${of.text}\` has an attribute \`${name}\`${didYouMean(name, known)}`,
    })
  }
  return dead
}

function attributesOf(variable: string, vocabulary: Vocabulary): readonly string[] | undefined {
  switch (variable) {
    case 'principal':
      return [...principalAttributes(vocabulary).keys()]
    case 'resource':
      return [...OWN_RESOURCE_ATTRIBUTES.keys()].flatMap((type) => [...resourceAttributes(type, vocabulary).keys()])
    case 'context':
      return CONTEXT_ATTRIBUTES.map(([name]) => name.replace('?', ''))
    default:
      return undefined
  }
}
