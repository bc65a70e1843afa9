import { CANARY_TYPES } from './canary-types.js'
import { INJECTION_TYPES } from './injection-types.js'
import { PII_TYPES } from './pii-types.js'
import { SECRET_TYPES } from './secret-types.js'

/** What the gateway's own detectors yield. */
export const OWN_TYPES: readonly OwnType[] = [...INJECTION_TYPES, ...PII_TYPES, ...SECRET_TYPES, ...CANARY_TYPES]

export type OwnType =
  | (typeof CANARY_TYPES)[number]
  | (typeof INJECTION_TYPES)[number]
  | (typeof PII_TYPES)[number]
  | (typeof SECRET_TYPES)[number]

/** What only a detector elsewhere yields, where one is configured. */
export const REMOTE_TYPES = [
  'moderation.harassment',
  'moderation.hate',
  'moderation.illicit',
  'moderation.self-harm',
  'moderation.sexual',
  'moderation.sexual-minors',
  'moderation.violence',
] as const

/** Nobody has to find these: values of a dataset's columns, where they are replaced. */
const DATA_TYPES = ['data.value'] as const

/** What an operator's own terms yield: the name of a list or pattern in `inspection.terms`. */
export type TermType = `term.${string}`

export type FindingType = OwnType | (typeof REMOTE_TYPES)[number] | (typeof DATA_TYPES)[number] | TermType

/** Finding types of this version. Closed but for an operator's terms: a type in a policy that no detector yields is a `check` error. */
export const FINDING_TYPES: readonly FindingType[] = [...OWN_TYPES, ...REMOTE_TYPES, ...DATA_TYPES]

/** Types of findings that somebody can make use of: detectors of others are not run. */
export interface Wanted {
  has(type: FindingType): boolean
}

/** No policy is asked what to look for. */
export const ALL_WANTED: Wanted = { has: () => true }

export function isTermType(type: string): type is TermType {
  return type.startsWith('term.')
}

/** The type of this name, where there is one or an operator may have made it. */
export function findingTypeOf(name: string): FindingType | undefined {
  return FINDING_TYPES.find((one) => one === name) ?? (isTermType(name) ? name : undefined)
}

/** An order of all types: those of this version as they stand, then terms by their names. */
export function compareTypes(a: FindingType, b: FindingType): number {
  if (a === b) return 0
  const byPlace = placeOf(a) - placeOf(b)
  return byPlace === 0 ? (a < b ? -1 : 1) : byPlace
}

function placeOf(type: FindingType): number {
  const at = FINDING_TYPES.indexOf(type)
  return at === -1 ? FINDING_TYPES.length : at
}

export function familyOf(type: FindingType): string {
  return type.slice(0, type.indexOf('.'))
}

/** The kinds of some types, for messages: the types themselves are hundreds. */
export function familiesText(types: Iterable<string>): string {
  const families = new Set([...types].filter((type) => type.includes('.')).map((type) => type.split('.', 1)[0]))
  return `\`${[...families].sort().join('.…`, `')}.…\` (docs/detectors.md#finding-types lists them)`
}

/** Half-open, in UTF-16 code units of the text it was found in. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface Finding extends Span {
  readonly type: FindingType
  /** 0 to 1. */
  readonly score: number
}

/**
 * Whether a finding is too weak for the default threshold, so that it is told of and nothing need be done about it. Of an injection the
 * grade says so.
 */
export function isBelowThreshold({ score, type }: Pick<Finding, 'score' | 'type'>): boolean {
  return familyOf(type) === 'injection' ? type === 'injection.low' : score < DEFAULT_THRESHOLD
}

const DEFAULT_THRESHOLD = 0.5

/** What was found in one part of a body. */
export interface PartFindings {
  /** Of the part, in the list that was inspected. */
  readonly index: number
  /** Sorted by start; those of different detectors may overlap. */
  readonly findings: readonly Finding[]
}
