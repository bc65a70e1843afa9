import type { Decision } from './decision.js'
import type { Detector } from './detector.js'
import type { Obligation } from './obligation.js'
import { proceed, type Refusal, type RefusalCode, refuse, type Step } from './refusal.js'
import type { AuditLog } from './seams.js'

// Compiled by `npm test`, never run: illness is a value, and the compiler asks what happens then.

declare const decision: Decision
declare const obligation: Obligation
declare const text: Extract<Obligation, { readonly kind: 'text' }>
declare const log: AuditLog

export function everyKind(one: Decision): string {
  switch (one.kind) {
    case 'permit':
      return 'goes on'
    case 'forbid':
      return 'refused'
    case 'challenge':
      return 'asked'
    case 'indeterminate':
      return 'ill'
  }
}

// @ts-expect-error who forgets the ill judge gives no answer for it, and that does not compile
export function withoutIllness(one: Decision): string {
  switch (one.kind) {
    case 'permit':
      return 'goes on'
    case 'forbid':
      return 'refused'
    case 'challenge':
      return 'asked'
  }
}

// @ts-expect-error who forgets that a forbid may ask for more gives no answer for it
export function withoutChallenge(one: Decision): string {
  switch (one.kind) {
    case 'permit':
      return 'goes on'
    case 'forbid':
      return 'refused'
    case 'indeterminate':
      return 'ill'
  }
}

export function fifthKind(one: Decision): string {
  switch (one.kind) {
    case 'permit':
    case 'forbid':
    case 'challenge':
    case 'indeterminate':
      return 'known'
    // @ts-expect-error there is no fifth kind that a caller could hide behind
    case 'allow':
      return 'never'
  }
}

// @ts-expect-error only a permit carries obligations: they cannot be read before it is known to be one
void decision.obligations
if (decision.kind === 'permit') void decision.obligations
// @ts-expect-error a permit without its obligations is none: `[]` must be said
const bare: Decision = { kind: 'permit', determining: [], shadow: [], shadowErrors: [] }
// @ts-expect-error an ill judge says what it suffers from
const ill: Decision = { kind: 'indeterminate', determining: [], shadow: [], shadowErrors: [] }
// @ts-expect-error a decision is not a boolean
const yes: Decision = true

// @ts-expect-error acts are a closed list: what nobody can carry out cannot be asked for
const odd: Obligation = { ...text, act: 'encrypt' }
// @ts-expect-error so are finding types
const unknown: Obligation = { ...text, types: ['pii.shoe-size'] }
// @ts-expect-error a pass is for what cannot be inspected, never for text
const passes: Obligation = { kind: 'pass', what: 'text', source: 'pass:text' }
if (obligation.kind === 'text') void obligation.types

// @ts-expect-error refusal codes are a closed list: SDKs and clients match on them
const code: RefusalCode = 'because'
// @ts-expect-error a refusal says two things: what the caller reads comes from the table, what the log reads from here
refuse('invalid_token')
// @ts-expect-error a status is the code's, nobody sets it
refuse('invalid_token', 'why', { status: 200 })
const step: Step<number> = proceed(1)
// @ts-expect-error a step's value cannot be read before it is known that it was not refused
void step.value
// @ts-expect-error a refusal is not a value
const through: { readonly kind: 'proceed'; readonly value: number } = refuse('invalid_token', 'why')
// @ts-expect-error a refusal cannot be edited on its way out
refuse('invalid_token', 'why').status = 200

// @ts-expect-error a detector says where it found and what it holds, never just yes or no
const boolean: Detector = { name: 'x', types: [], scan: () => true }
// @ts-expect-error nor may it leave out what is still open: a stream would flush text that nobody judged
const flushes: Detector = { name: 'x', types: [], scan: () => ({ findings: [] }) }

// @ts-expect-error an entry's index is final only when it is durable: the log gives both or throws
const index: number = log.append('{}')

export type Checked = [
  typeof bare,
  typeof ill,
  typeof yes,
  typeof odd,
  typeof unknown,
  typeof passes,
  typeof code,
  typeof through,
  typeof boolean,
  typeof flushes,
  typeof index,
  Refusal,
]
