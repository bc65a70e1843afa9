import type { Container, Located, Splice } from '../../../json/located.js'
import { containerAt, itemSplices, itemsOf } from '../../../lens/items.js'
import type { SystemSplices } from '../../../lens/lens.js'
import { systemFieldSplices } from '../../../lens/system-field.js'

/** The operator's system text as blocks of `system`; messages that speak as the system are callers' system text too. */
export const converseSystem: SystemSplices = (seen, change, textAt) => {
  const { located } = seen
  const [root] = located.containers
  if (root === undefined) return []
  const own = [...systemFieldSplices(seen, root, SYSTEM, change, textAt)]
  if (change.callers === 'keep') return own
  const more = containerAt(located, root, 'additionalModelRequestFields')
  if (more !== undefined) own.push(...emptied(located, more))
  const messages = containerAt(located, root, 'messages')
  if (messages === undefined) return own
  const items = itemsOf(located, messages)
  const isSystem = (index: number): boolean => {
    const value = items[index]?.value
    return value !== undefined && !Array.isArray(value) && value['role'] === 'system'
  }
  return [...own, ...itemSplices(messages, items, { front: [], isDropped: isSystem })]
}

/** Fields of the model's own in which a model takes system text. */
export const SYSTEM_FIELDS: ReadonlySet<string> = new Set(['system', 'system_prompt', 'instructions'])

function emptied({ containers, strings }: Located, more: Container): readonly Splice[] {
  return [
    ...containers.filter(({ parent, key }) => parent === more && SYSTEM_FIELDS.has(String(key))),
    ...strings.filter(({ inside, isName, key }) => inside === more && !isName && SYSTEM_FIELDS.has(String(key))),
  ].map(({ start, end }) => ({ start, end, json: 'null' }))
}

const SYSTEM = {
  name: 'system',
  item: (text: string): string => JSON.stringify({ text }),
  made: 'array',
} as const
