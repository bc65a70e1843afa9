import type { Container, Located, Splice } from '../../json/located.js'
import { containerAt, itemSplices, itemsOf } from '../../lens/items.js'
import { put } from '../../lens/option.js'
import type { Seen } from '../../lens/parts.js'
import type { SystemChange } from '../../spec/dialect.js'

const NAMES = ['systemInstruction', 'system_instruction'] as const

/** The operator's system text as parts of the system instruction, around those that the caller sends. */
export function geminiSystem({ located }: Seen, change: SystemChange): readonly Splice[] {
  const [root] = located.containers
  if (root === undefined) return []
  // A request that is only to be counted is within the body.
  const body = containerAt(located, root, 'generateContentRequest') ?? root
  return [...instructed(located, body, change), ...(change.callers === 'drop' ? silenced(located, body) : [])]
}

function instructed(located: Located, body: Container, change: SystemChange): readonly Splice[] {
  const { before, after, callers } = change
  const own = [before, after].filter((text) => text !== '').map(part)
  const written = NAMES.map((name) => containerAt(located, body, name)).find((one) => one !== undefined)
  if (written === undefined) {
    if (own.length === 0) return []
    // One that is there may say `null`: a second one of its name would be refused.
    const name = NAMES.find((one) => one in body.value) ?? NAMES[0]
    return [put(located, body, name, `{"parts":[${own.join(',')}]}`)]
  }
  if (callers === 'drop') {
    const json = own.length === 0 ? 'null' : `{"parts":[${own.join(',')}]}`
    return [{ start: written.start, end: written.end, json }]
  }
  const parts = containerAt(located, written, 'parts')
  if (parts === undefined) return [{ start: written.start, end: written.end, json: `{"parts":[${own.join(',')}]}` }]
  return around(located, parts, before, after)
}

/** The caller's parts keep their bytes. */
function around(located: Located, parts: Container, before: string, after: string): readonly Splice[] {
  const front = before === '' ? [] : [part(before)]
  const behind = after === '' ? [] : [part(after)]
  if (!Array.isArray(parts.value)) {
    return [
      { start: parts.start, end: parts.start, json: `[${front.map((one) => `${one},`).join('')}` },
      { start: parts.end, end: parts.end, json: `${behind.map((one) => `,${one}`).join('')}]` },
    ]
  }
  const items = itemsOf(located, parts)
  if (items.length === 0) return itemSplices(parts, items, { front: [...front, ...behind], isDropped: () => false })
  return itemSplices(parts, items, {
    front,
    behind: { index: items.length - 1, items: behind },
    isDropped: () => false,
  })
}

/** Turns that call themselves the system's go too. */
function silenced(located: Located, body: Container): readonly Splice[] {
  const contents = containerAt(located, body, 'contents')
  if (contents === undefined) return []
  if (!Array.isArray(contents.value)) {
    return isSystem(contents) ? [{ start: contents.start, end: contents.end, json: '[]' }] : []
  }
  const items = itemsOf(located, contents)
  return itemSplices(contents, items, {
    front: [],
    isDropped: (index) => items[index] !== undefined && isSystem(items[index]),
  })
}

function isSystem({ value }: Container): boolean {
  const role = Array.isArray(value) ? undefined : value['role']
  return role === 'system' || role === 'developer'
}

function part(text: string): string {
  return JSON.stringify({ text })
}
