import type { Splice } from '../../../json/located.js'
import { containerAt, itemSplices, itemsOf } from '../../../lens/items.js'
import type { Seen } from '../../../lens/parts.js'
import type { SystemChange } from '../../../spec/dialect.js'

/** The operator's system text as messages of its own, around those that the caller sends. */
export function chatSystem({ located }: Seen, { before, after, callers }: SystemChange): readonly Splice[] {
  const [root] = located.containers
  const messages = root === undefined ? undefined : containerAt(located, root, 'messages')
  if (messages === undefined) return []
  const items = itemsOf(located, messages)
  const isSystem = (index: number): boolean => {
    const value = items[index]?.value
    const role = value === undefined || Array.isArray(value) ? undefined : value['role']
    return role === 'system' || role === 'developer'
  }
  let leading = 0
  while (isSystem(leading)) leading++
  const keeps = callers === 'keep' && leading > 0
  const said = (text: string): readonly string[] =>
    text === '' ? [] : [JSON.stringify({ role: 'system', content: text })]
  return itemSplices(messages, items, {
    front: keeps ? said(before) : [...said(before), ...said(after)],
    behind: keeps ? { index: leading - 1, items: said(after) } : undefined,
    isDropped: (index) => callers === 'drop' && isSystem(index),
  })
}
