import { INJECTION_TYPES } from './injection-types.js'
import { PII_TYPES } from './pii-types.js'
import { SECRET_TYPES } from './secret-types.js'

/** What the gateway's own detectors yield. */
export const OWN_TYPES: readonly OwnType[] = [...INJECTION_TYPES, ...PII_TYPES, ...SECRET_TYPES]

export type OwnType = (typeof INJECTION_TYPES)[number] | (typeof PII_TYPES)[number] | (typeof SECRET_TYPES)[number]

/** What only a detector elsewhere yields, where one is configured. */
export const REMOTE_TYPES = [
  'moderation.harassment',
  'moderation.hate',
  'moderation.illicit',
  'moderation.self-harm',
  'moderation.sexual',
  'moderation.sexual-minors',
  'moderation.violence',
  'pii.address',
  'pii.national-id',
  'pii.person',
  'pii.phone',
] as const

/** Nobody has to find these: values of a dataset's columns, where they are replaced. */
const DATA_TYPES = ['data.value'] as const

export type FindingType = OwnType | (typeof REMOTE_TYPES)[number] | (typeof DATA_TYPES)[number]

/** Finding types of this version. Closed: a type in a policy that no detector yields is a `check` error. */
export const FINDING_TYPES: readonly FindingType[] = [...OWN_TYPES, ...REMOTE_TYPES, ...DATA_TYPES]

export function familyOf(type: FindingType): string {
  return type.slice(0, type.indexOf('.'))
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
