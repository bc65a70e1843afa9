import type { Container, Located, Splice } from '../json/located.js'

/** What becomes of an array of objects: JSON text put in, and items taken out. */
export interface ItemsChange {
  /** In front of all items. */
  readonly front: readonly string[]
  /** Behind the item at `index`, which must stay. */
  readonly behind?: { readonly index: number; readonly items: readonly string[] } | undefined
  readonly isDropped: (index: number) => boolean
}

/** The objects of an array, in their order. */
export function itemsOf({ containers }: Located, array: Container): readonly Container[] {
  return containers.filter((one) => one.parent === array)
}

/** The array or object that stands in `parent` under a name. */
export function containerAt({ containers }: Located, parent: Container, name: string): Container | undefined {
  return containers.find((one) => one.parent === parent && one.key === name)
}

/** Carries a change out on an array that holds objects alone; what stays keeps its bytes. */
export function itemSplices(array: Container, items: readonly Container[], change: ItemsChange): readonly Splice[] {
  const kept = items.filter((_, index) => !change.isDropped(index))
  const splices: Splice[] = []
  const front = change.front.join(',')
  const inFront = array.start + 1
  if (front !== '') splices.push({ start: inFront, end: inFront, json: kept.length === 0 ? front : `${front},` })
  const { behind } = change
  const before = behind === undefined ? undefined : items[behind.index]
  if (behind !== undefined && before !== undefined && behind.items.length > 0) {
    splices.push({ start: before.end, end: before.end, json: `,${behind.items.join(',')}` })
  }
  const last = kept.at(-1)
  const end = items.at(-1)?.end ?? inFront
  for (const [index, item] of items.entries()) {
    if (!change.isDropped(index)) continue
    // Each goes with the comma behind it; those behind the last that stays go as one, with the comma before them.
    if (last !== undefined && item.start < last.start) {
      splices.push({ start: item.start, end: items[index + 1]?.start ?? item.end, json: '' })
    }
  }
  const tail = last?.end ?? items[0]?.start ?? inFront
  if (last !== items.at(-1)) splices.push({ start: tail, end, json: '' })
  return splices
}
