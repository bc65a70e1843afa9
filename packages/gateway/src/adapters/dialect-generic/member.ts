import type { JsonObject, JsonValue } from '../../json/located.js'
import { isObject } from '../../lens/path.js'
import type { MemberPath } from '../../spec/declared-dialect.js'

/** The value of a member; undefined where it is not there. Items of an array go by their numbers. */
export function memberAt(root: JsonObject, path: MemberPath): JsonValue | undefined {
  let value: JsonValue | undefined = root
  for (const name of path) {
    if (isObject(value)) value = value[name]
    else if (Array.isArray(value) && /^\d{1,6}$/.test(name)) value = value[Number(name)]
    else return undefined
  }
  return value
}

/** As messages say it. */
export function dotted(path: MemberPath): string {
  return path.join('.')
}
