import type { Container, JsonValue, Located, Splice } from '../../json/located.js'
import { containerAt, itemSplices, itemsOf } from '../../lens/items.js'
import type { SystemSplices } from '../../lens/lens.js'
import { isObject } from '../../lens/path.js'
import { systemFieldSplices } from '../../lens/system-field.js'

/** The operator's system text in `system`; what callers say elsewhere to that end is system text too. */
export const messagesSystem: SystemSplices = (seen, change, textAt) => {
  const { located } = seen
  const [root] = located.containers
  if (root === undefined) return []
  const own = systemFieldSplices(seen, root, SYSTEM, change, textAt)
  return change.callers === 'keep' ? own : [...own, ...dropped(located, root)]
}

const SYSTEM = { name: 'system', item: (text: string): string => JSON.stringify({ type: 'text', text }) } as const

/** Between messages, and to a model that sums up. */
function dropped(located: Located, root: Container): readonly Splice[] {
  const splices: Splice[] = []
  const messages = containerAt(located, root, 'messages')
  if (messages !== undefined) {
    const items = itemsOf(located, messages)
    const isDropped = (index: number): boolean => isSystemText(items[index]?.value)
    splices.push(...itemSplices(messages, items, { front: [], isDropped }))
  }
  for (const { inside, key, isName, start, end } of located.strings) {
    if (key === 'instructions' && !isName && isSummary(inside, root)) splices.push({ start, end, json: 'null' })
  }
  return splices
}

/** `compaction`, or one of `context_management.edits`. */
function isSummary(inside: Container | undefined, root: Container): boolean {
  if (inside === undefined) return false
  if (inside.key === 'compaction') return inside.parent === root
  const edits = inside.parent
  return edits?.key === 'edits' && edits.parent?.key === 'context_management' && edits.parent.parent === root
}

const CHANGES_OF_TOOLS: ReadonlySet<JsonValue | undefined> = new Set(['tool_addition', 'tool_removal'])

/** A message of the system that says something, rather than which tools there are from now on. */
function isSystemText(message: JsonValue | undefined): boolean {
  if (!isObject(message) || message['role'] !== 'system') return false
  const content = message['content']
  if (!Array.isArray(content) || content.length === 0) return true
  return !content.every((one) => isObject(one) && CHANGES_OF_TOOLS.has(one['type']))
}
