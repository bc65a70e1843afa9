import type { ReleasedRow } from '../spec/index.js'
import { type Cell, cellOf } from './cell.js'
import { countWords, fieldsOf } from './fields.js'
import { type Fingerprint, type Hashing, PART } from './hashing.js'
import { isIdentifying, LETTERS_MIN, VALUE_MAX } from './identifying.js'
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
  const cells = rows.map(({ values }) => values.map(cellOf))
  const counts = countWords(cells)
  const times = timesOf(cells)
  let hasGrams = false
  for (const [index, { labels }] of rows.entries()) {
    if (labels.length === 0) continue
    const name = [...new Set(labels)].sort().join(' ')
    const own = known.get(name) ?? []
    known.set(name, own)
    const rest: Cell[] = []
    for (const cell of cells[index] ?? []) {
      const { units } = cell
      if (units.length > VALUE_MAX) {
        const grams = winnow(units, hashing)
        hasGrams ||= grams.length > 0
        own.push(...grams)
      } else if (isIdentifying(cell) && !isKind(cell, times)) {
        own.push(...spellingsOf(cell).map((one) => hashing.of(one, PART.value)))
      } else rest.push(cell)
    }
    const joint = jointsOf(
      rest.flatMap((cell) => fieldsOf(cell, counts)),
      hashing,
    )
    own.push(...joint.joints)
    fields.push(...joint.fields)
  }
  return { known, fields, hasGrams }
}

/** What folding leaves two of: a phone number of the world begins with `+`, or with the zeros that it is dialled with. */
function spellingsOf({ text, units }: Cell): readonly string[] {
  if (!/^\d+$/.test(units)) return [units]
  if (text.trimStart().startsWith('+')) return [units, `00${units}`]
  return units.startsWith('00') ? [units, units.slice(2)] : [units]
}

/** Words that several rows have are the name of a kind of thing. */
function isKind({ hasDigit, text, units }: Cell, times: ReadonlyMap<string, number>): boolean {
  return !hasDigit && !text.includes('@') && (times.get(units) ?? 0) > 2
}

function timesOf(rows: readonly (readonly Cell[])[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const cells of rows) {
    for (const { hasDigit, units } of cells) {
      if (!hasDigit && units.length >= LETTERS_MIN) times.set(units, (times.get(units) ?? 0) + 1)
    }
  }
  return times
}
