/** Of system text in an answer: the mark that was put into it, or many of its letters in a row. */
export const CANARY_TYPES = ['canary.mark', 'canary.overlap'] as const
