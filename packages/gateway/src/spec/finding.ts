/** Finding types this version yields, by family. Closed: a type in a policy that no detector yields is a `check` error. */
export const FINDING_TYPES = [
  'pii.card',
  'pii.email',
  'pii.iban',
  'secret.aws',
  'secret.github',
  'secret.openai',
  'secret.private-key',
] as const

export type FindingType = (typeof FINDING_TYPES)[number]

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

/** What was found in one part of a body. */
export interface PartFindings {
  /** Of the part, in the list that was inspected. */
  readonly index: number
  /** Sorted by start; those of different detectors may overlap. */
  readonly findings: readonly Finding[]
}
