import { containerAt, itemSplices, itemsOf } from '../../lens/items.js'
import type { SystemSplices } from '../../lens/lens.js'
import { systemFieldSplices } from '../../lens/system-field.js'

/** The operator's system text in `system`; messages that speak as the system are callers' system text too. */
export const messagesSystem: SystemSplices = (seen, change, textAt) => {
  const { located } = seen
  const [root] = located.containers
  if (root === undefined) return []
  const own = systemFieldSplices(seen, root, SYSTEM, change, textAt)
  const messages = containerAt(located, root, 'messages')
  if (change.callers === 'keep' || messages === undefined) return own
  const items = itemsOf(located, messages)
  const isSystem = (index: number): boolean => {
    const value = items[index]?.value
    return value !== undefined && !Array.isArray(value) && value['role'] === 'system'
  }
  return [...own, ...itemSplices(messages, items, { front: [], isDropped: isSystem })]
}

const SYSTEM = { name: 'system', item: (text: string): string => JSON.stringify({ type: 'text', text }) } as const
