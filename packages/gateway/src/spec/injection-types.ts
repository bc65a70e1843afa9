/** Grades of attempts to take a model over. A text, or a planted instruction, has one; `low` lies below the default threshold. */
export const INJECTION_TYPES = ['injection.high', 'injection.low', 'injection.medium'] as const
