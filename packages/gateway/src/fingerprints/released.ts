import type { ReleasedRow } from '../spec/index.js'
import { countWords, fieldsOf } from './fields.js'
import { wordsOf } from './folding.js'
import { type Fingerprint, type Hashing, PART } from './hashing.js'
import { isIdentifying, VALUE_MAX } from './identifying.js'
import { jointsOf } from './joints.js'
import { winnow } from './winnow.js'

/** What is remembered of a release. */
export interface Remembered {
  /** By their labels, sorted and joined by blanks. */
  readonly known: ReadonlyMap<string, readonly Fingerprint[]>
  /** Of what stands in joints: without one of these nothing of a text need be put together. */
  readonly fields: readonly Fingerprint[]
  readonly hasGrams: boolean
}

/** The fingerprints of rows. Their values are not kept. */
export function rememberedOf(rows: readonly ReleasedRow[], hashing: Hashing): Remembered {
  const known = new Map<string, Fingerprint[]>()
  const fields: Fingerprint[] = []
  const counts = countWords(rows)
  const times = timesOf(rows)
  let hasGrams = false
  for (const { labels, values } of rows) {
    if (labels.length === 0) continue
    const name = [...new Set(labels)].sort().join(' ')
    const own = known.get(name) ?? []
    known.set(name, own)
    const rest: string[] = []
    for (const value of values) {
      const units = wordsOf(value).join('')
      if (units.length > VALUE_MAX) {
        const grams = winnow(units, hashing)
        hasGrams ||= grams.length > 0
        own.push(...grams)
      } else if (isIdentifying(value) && !isKind(units, times)) own.push(hashing.of(units, PART.value))
      else rest.push(value)
    }
    const joint = jointsOf(
      rest.flatMap((value) => fieldsOf(value, counts)),
      hashing,
    )
    own.push(...joint.joints)
    fields.push(...joint.fields)
  }
  return { known, fields, hasGrams }
}

/** Words that several rows have are the name of a kind of thing. */
function isKind(units: string, times: ReadonlyMap<string, number>): boolean {
  return !/[0-9]/.test(units) && (times.get(units) ?? 0) > 2
}

function timesOf(rows: readonly ReleasedRow[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const { values } of rows) {
    for (const value of values) {
      if (value.length < LETTERS_MIN || /[0-9@]/.test(value)) continue
      const units = wordsOf(value).join('')
      times.set(units, (times.get(units) ?? 0) + 1)
    }
  }
  return times
}

const LETTERS_MIN = 32
