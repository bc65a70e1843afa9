// What the tables of the injection detector share.
import { allBodyDetectors } from '../packages/gateway/dist/compose/detectors.js'
import { isHeldBack } from './held-back.mjs'

function judged(text, { role = 'user', system } = {}) {
  const parts = [{ role, address: '', text, isName: false, isJson: false }]
  if (system !== undefined) parts.unshift({ ...parts[0], role: 'system', text: system })
  return allBodyDetectors().map((detector) => detector.inspect(parts))
}

/** Findings of a text that count at the default threshold: not those of the lowest grade. */
export function found(text, about) {
  const all = judged(text, about).flatMap(({ findings }) => findings.at(-1) ?? [])
  return all.filter(({ type }) => type !== 'injection.low')
}

/** Whether a detector that is asked in doubt is asked. */
export function isDoubted(text, about) {
  return judged(text, about).some(({ unsure }) => unsure.includes(true))
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
