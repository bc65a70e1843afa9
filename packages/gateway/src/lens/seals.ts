import type { Container, Place, Splice } from '../json/located.js'
import type { Edit } from '../spec/part.js'
import { itemSplices } from './items.js'
import { type Intervals, type Seen, saysAt } from './parts.js'
import { isObject } from './path.js'
import { isOpaque, type Shape } from './shape.js'

/** The item of an array that is left out, given the object in which a seal stands that vouches for nothing; undefined: none is. */
export type LeftOut = (inside: Container) => Container | undefined

/** A signature over what is not said any more would be refused by whoever checks it, and tells that it was there. */
export function brokenSeals(seen: Seen, edits: readonly Edit[]): readonly Place[] {
  const edited = new Set<Container>()
  for (const { index } of edits) {
    for (let one = seen.places[index]?.inside; one !== undefined && !edited.has(one); one = one.parent) edited.add(one)
  }
  if (edited.size === 0) return []
  for (const one of closing(seen, edited)) edited.add(one)
  return seen.located.strings.filter(
    (place) =>
      place.inside !== undefined && edited.has(place.inside) && isSeal(seen, place) && isOpaque('seal', place.value),
  )
}

/** Objects whose seal is over what stands in front of them, where any of that was edited. One pass: a body may have very many. */
function closing({ located, shapes }: Seen, edited: ReadonlySet<Container>): readonly Container[] {
  const found: Container[] = []
  /** Arrays in which something was edited behind the last seal. */
  const open = new Set<Container | undefined>()
  for (const one of located.containers) {
    const shape = shapes.of[one.index]
    if (shape?.closes !== true) continue
    if (edited.has(one)) open.add(one.parent)
    if (isSealed(one, shape) && open.delete(one.parent)) found.push(one)
  }
  return found
}

function isSealed({ value }: Container, { members }: Shape): boolean {
  return Object.entries(value).some(([name, said]) => members.get(name)?.says === 'seal' && (said ?? '') !== '')
}

/** Seals that were emptied before. */
export function emptySeals(seen: Seen): readonly Place[] {
  return seen.located.strings.filter((place) => place.value === '' && isSeal(seen, place))
}

function isSeal({ shapes }: Seen, { inside, key, isName }: Place): boolean {
  return inside !== undefined && !isName && saysAt(shapes, inside, key, false) === 'seal'
}

/**
 * Takes out what these seals vouched for. Where nothing would be left of an array, its items stay.
 *
 * @param taken what is taken out already
 */
export function itemsLeftOut(
  { located }: Seen,
  seals: readonly Place[],
  leftOut: LeftOut,
  taken: Intervals,
): readonly Splice[] {
  const byArray = new Map<Container, Set<Container>>()
  for (const { inside } of seals) {
    const item = inside === undefined ? undefined : leftOut(inside)
    const array = item?.parent
    if (item === undefined || array === undefined || taken.hold(item.start, item.end)) continue
    byArray.set(array, (byArray.get(array) ?? new Set()).add(item))
  }
  const itemsOf = new Map<Container, Container[]>()
  for (const array of byArray.keys()) itemsOf.set(array, [])
  for (const one of located.containers) if (one.parent !== undefined) itemsOf.get(one.parent)?.push(one)
  const splices: Splice[] = []
  for (const [array, items] of itemsOf) {
    const left = byArray.get(array)
    const { value } = array
    if (left === undefined || left.size === items.length || !Array.isArray(value) || !value.every(isObject)) continue
    const isDropped = (index: number): boolean => left.has(items[index] as Container)
    splices.push(...itemSplices(array, items, { front: [], isDropped }))
  }
  return splices
}
