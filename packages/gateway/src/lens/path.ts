import type { Container, JsonArray, JsonObject, JsonValue } from '../json/located.js'

/** One member on the way to a string; `index` where the array's item says its own place in the whole answer. */
export interface Member {
  readonly key: string | number
  readonly index: number | undefined
}

export function pathTo(inside: Container, key: string | number): Member[] {
  const path = inside.parent === undefined ? [] : pathTo(inside.parent, inside.key)
  path.push({ key, index: typeof key === 'number' ? indexOf(inside.value, key) : undefined })
  return path
}

/** Position in the array, or where the item says that it stands. */
function indexOf(value: JsonArray | JsonObject, at: number): number | undefined {
  const item = Array.isArray(value) ? value[at] : undefined
  return item === undefined || !isObject(item) ? undefined : wholeNumber(item['index'])
}

/** The path as a text, with places in the whole answer instead of array positions. */
export function nameOf(path: readonly Member[]): string {
  let name = ''
  for (const { key, index } of path) {
    const step = String(index ?? key)
      .replaceAll('~', '~0')
      .replaceAll('/', '~1')
    name += name === '' ? step : `/${step}`
  }
  return name
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Undefined where it is none. */
export function wholeNumber(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}
