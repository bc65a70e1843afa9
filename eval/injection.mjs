// What the tables of the injection detector share.
import { allBodyDetectors } from '../packages/gateway/dist/compose/detectors.js'
import { isHeldBack } from './held-back.mjs'

/** Findings of a text, of any grade. */
export function graded(text, { role = 'user', system } = {}) {
  const parts = [{ role, address: '', text, isName: false, isJson: false }]
  if (system !== undefined) parts.unshift({ ...parts[0], role: 'system', text: system })
  return allBodyDetectors().flatMap((detector) => detector.inspect(parts).at(-1) ?? [])
}

/** Those that count at the default threshold: not those of the lowest grade. */
export function found(text, about) {
  return graded(text, about).filter(({ type }) => type !== 'injection.low')
}

export function isFlagged(text, about) {
  return found(text, about).length > 0
}

/** `[held back, the rest]`. */
export function apart(rows) {
  return [rows.filter(isHeldBack), rows.filter((row) => !isHeldBack(row))]
}

export const HELD = 'rows held back'
export const TRAINED = 'rows trained on'
