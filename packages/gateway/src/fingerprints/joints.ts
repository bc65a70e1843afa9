import type { Field } from './fields.js'
import type { Fingerprint, Hashing } from './hashing.js'
import { PART } from './hashing.js'

/** Fields of one row that say as much together stand in a text that is about that row. */
const BITS_MIN = 29
const ANCHORS_MAX = 5
const NAMES_MAX = 4
/** Of one row. */
const JOINTS_MAX = 40

export interface RowFields {
  readonly fields: readonly Fingerprint[]
  readonly joints: readonly Fingerprint[]
}

/**
 * The fields of a row that say enough together, two or three of them, at least one with digits; none that has another within
 * it. In any order: a sum.
 */
export function jointsOf(fields: readonly Field[], hashing: Hashing): RowFields {
  const anchors = [...fields.filter(({ isAnchor }) => isAnchor)].sort((a, b) => b.bits - a.bits).slice(0, ANCHORS_MAX)
  const names = fields.filter(({ isAnchor }) => !isAnchor).slice(0, NAMES_MAX)
  const all = [...anchors, ...names]
  const chosen: (readonly Field[])[] = []
  for (const [first, one] of anchors.entries()) {
    for (const [second, two] of all.entries()) {
      if (second <= first) continue
      if (one.bits + two.bits >= BITS_MIN) {
        chosen.push([one, two])
        continue
      }
      for (const three of all.slice(second + 1)) {
        if (one.bits + two.bits + three.bits < BITS_MIN) continue
        // Two of the three would do.
        if (one.bits + three.bits >= BITS_MIN || (two.isAnchor && two.bits + three.bits >= BITS_MIN)) continue
        chosen.push([one, two, three])
      }
    }
  }
  const readings = new Map<Field, readonly Fingerprint[]>()
  const joints: Fingerprint[] = []
  for (const joint of chosen.slice(0, JOINTS_MAX)) {
    let sums: readonly Fingerprint[] = NOTHING
    for (const field of joint) {
      const held = readings.get(field) ?? readingsOf(field, hashing)
      readings.set(field, held)
      sums = plus(sums, held)
    }
    for (const { a, b } of sums) joints.push({ a: hashing.jointA(a), b: hashing.jointB(b) })
  }
  return { fields: [...readings.values()].flat(), joints }
}

const NOTHING: readonly Fingerprint[] = [{ a: 0, b: 0 }]

function readingsOf({ readings }: Field, hashing: Hashing): readonly Fingerprint[] {
  return readings.map((one) => (typeof one === 'number' ? hashing.ofDay(one) : hashing.of(one, PART.field)))
}

/** Of each with each: most fields have one reading. */
function plus(sums: readonly Fingerprint[], more: readonly Fingerprint[]): readonly Fingerprint[] {
  const all: Fingerprint[] = []
  for (const sum of sums) for (const one of more) all.push({ a: (sum.a + one.a) >>> 0, b: (sum.b + one.b) >>> 0 })
  return all
}
