import { isJsonObject } from '../../json/strict.js'

/** What a token, or an introspection endpoint, says: untrusted until it was checked. */
export type Payload = Readonly<Record<string, unknown>>

const TEXT_MAX = 512
// C0, DEL and C1: such names would forge lines in logs.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** A text that names somebody or something: not empty, at most 512 characters, no control character. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= TEXT_MAX && !CONTROL.test(value)
}

/**
 * The claim of that very name, else the way that its dots describe (`realm_access.roles`). A name with a dot of its own is found on
 * the way too, the longest first (`kubernetes.io.namespace`).
 */
export function claimAt(at: unknown, name: string): unknown {
  if (!isJsonObject(at)) return undefined
  if (at[name] !== undefined) return at[name]
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    const found = claimAt(at[name.slice(0, dot)], name.slice(dot + 1))
    if (found !== undefined) return found
  }
  return undefined
}
