import type { LabelChange } from '../exchange.js'
import { canonical } from './canonical.js'

/** A member of an intent: canonical JSON text. */
export function labelsText({ before, after }: Pick<LabelChange, 'before' | 'after'>): string {
  return after.length === 0 ? NO_LABELS : `"labels":{"after":${canonical(after)},"before":${canonical(before)}}`
}

const NO_LABELS = '"labels":{"after":[],"before":[]}'
