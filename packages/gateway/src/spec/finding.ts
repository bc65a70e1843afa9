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

/** Illness is a value: `failed` is not `clean`. */
export type Inspection =
  | { readonly kind: 'clean' }
  | { readonly kind: 'found'; readonly findings: readonly Finding[] }
  | { readonly kind: 'failed'; readonly detector: string; readonly why: string }
