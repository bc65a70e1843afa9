import type { Container, Place, Splice } from '../json/located.js'
import type { SystemChange } from '../spec/dialect.js'
import { containerAt, itemSplices, itemsOf } from './items.js'
import { put } from './option.js'
import type { Seen } from './parts.js'

/** The member that holds a format's system text, and how an item of it is written where it is an array. */
export interface SystemField {
  readonly name: string
  /** JSON text of one item that says a text. */
  readonly item: (text: string) => string
  /** How it is written where the body has none; default: as a string. */
  readonly made?: 'string' | 'array'
}

/**
 * Puts the operator's text around what stands in a member of `object`: a string, an array of objects, `null`, or nothing yet.
 *
 * @param textAt what an edit made of a string
 */
export function systemFieldSplices(
  seen: Seen,
  object: Container,
  { name, item, made = 'string' }: SystemField,
  { before, after, callers }: SystemChange,
  textAt: (place: Place) => string,
): readonly Splice[] {
  const { located } = seen
  const said = [before, after].filter((text) => text !== '')
  const array = containerAt(located, object, name)
  if (array !== undefined) {
    const items = itemsOf(located, array)
    const keeps = callers === 'keep' && items.length > 0
    const written = (texts: readonly string[]): readonly string[] => texts.filter((one) => one !== '').map(item)
    return itemSplices(array, items, {
      front: written(keeps ? [before] : [before, after]),
      behind: keeps ? { index: items.length - 1, items: written([after]) } : undefined,
      isDropped: () => callers === 'drop',
    })
  }
  const place = located.strings.find((one) => one.inside === object && one.key === name && !one.isName)
  if (place !== undefined) {
    const own = callers === 'keep' ? textAt(place) : ''
    const json = JSON.stringify([before, own, after].filter((text) => text !== '').join(BETWEEN))
    return [{ start: place.start, end: place.end, json }]
  }
  if (said.length === 0) return []
  const json = made === 'array' ? `[${said.map(item).join(',')}]` : JSON.stringify(said.join(BETWEEN))
  return [put(located, object, name, json)]
}

const BETWEEN = '\n\n'
