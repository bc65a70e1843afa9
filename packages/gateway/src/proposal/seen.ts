import { type Detector, type FindingType, familyOf } from '../spec/index.js'
import { CONTACT_EMAIL, type Kind, PAYMENT, PERSONAL, SECRET } from './hints.js'

/** What detectors found in the values of a column. */
export interface Seen {
  /** How many values hold it, and how many are it and hardly anything else. */
  readonly found: ReadonlyMap<FindingType, { readonly in: number; readonly whole: number }>
  /** Detectors that failed at some value. */
  readonly failed: readonly string[]
}

/** Of a value that is said to be what was found in it. */
const WHOLE = 0.9

export function seenIn(values: readonly string[], detectors: readonly Detector[]): Seen {
  const found = new Map<FindingType, { in: number; whole: number }>()
  const failed = new Set<string>()
  for (const value of values) {
    const text = value.trim()
    const types = new Map<FindingType, boolean>()
    for (const detector of detectors) {
      try {
        for (const { end, start, type } of detector.scan(text, 0, true).findings) {
          types.set(type, types.get(type) === true || end - start >= text.length * WHOLE)
        }
      } catch {
        failed.add(detector.name)
      }
    }
    for (const [type, isWhole] of types) {
      const before = found.get(type) ?? { in: 0, whole: 0 }
      found.set(type, { in: before.in + 1, whole: before.whole + (isWhole ? 1 : 0) })
    }
  }
  return { found, failed: [...failed].sort() }
}

/** What values are that such a thing was found in. */
export function kindOfFinding(type: FindingType): Kind {
  if (familyOf(type) === 'secret') return SECRET
  if (type === 'pii.email') return CONTACT_EMAIL
  return type === 'pii.card' || type === 'pii.iban' ? PAYMENT : PERSONAL
}
