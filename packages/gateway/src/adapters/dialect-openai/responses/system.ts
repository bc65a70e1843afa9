import { containerAt, itemSplices, itemsOf } from '../../../lens/items.js'
import type { SystemSplices } from '../../../lens/lens.js'
import { systemFieldSplices } from '../../../lens/system-field.js'

/** The operator's system text in `instructions`; items that speak as the system are callers' system text too. */
export const responsesSystem: SystemSplices = (seen, change, textAt) => {
  const { located } = seen
  const [root] = located.containers
  if (root === undefined) return []
  const own = systemFieldSplices(seen, root, { name: 'instructions', item: JSON.stringify }, change, textAt)
  const input = containerAt(located, root, 'input')
  if (change.callers === 'keep' || input === undefined) return own
  const items = itemsOf(located, input)
  const isSystem = (index: number): boolean => {
    const value = items[index]?.value
    return value !== undefined && !Array.isArray(value) && (value['role'] === 'system' || value['role'] === 'developer')
  }
  return [...own, ...itemSplices(input, items, { front: [], isDropped: isSystem })]
}
