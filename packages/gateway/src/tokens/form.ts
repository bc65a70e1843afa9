import { type Denied, deny } from './denied.js'

const PARAMETERS_MAX = 64
const NAME = /^[a-z0-9_.-]{1,128}$/i
// Anything but ASCII is percent-encoded (URL standard, application/x-www-form-urlencoded serializing).
const ASCII = /^[\x21-\x7e]*$/
/** RFC 8693 section 2.1: these two may be there several times. */
const REPEATED: ReadonlySet<string> = new Set(['audience', 'resource'])

/** Parameters of a request, each with all its values; none is empty. */
export type Form = ReadonlyMap<string, readonly string[]>

/**
 * Reads a form so that two readers cannot understand it differently: plain ASCII, valid escapes of valid UTF-8, nothing twice.
 */
export function readForm(body: Buffer): Form | Denied {
  const text = body.toString('latin1')
  if (!ASCII.test(text)) return bad('not ASCII')
  const form = new Map<string, readonly string[]>()
  const pairs = text === '' ? [] : text.split('&')
  if (pairs.length > PARAMETERS_MAX) return bad(`over ${PARAMETERS_MAX} parameters`)
  const seen = new Set<string>()
  for (const pair of pairs) {
    const mark = pair.indexOf('=')
    const name = decodeForm(pair.slice(0, Math.max(mark, 0)))
    const value = decodeForm(pair.slice(mark + 1))
    if (mark < 0 || name === undefined || !NAME.test(name)) return bad('a pair without a name')
    if (value === undefined) return bad('an escape that is none, or not UTF-8')
    // RFC 6749 section 3.2: "Request and response parameters MUST NOT be included more than once."
    if (seen.has(name) && !REPEATED.has(name)) return bad('a parameter twice')
    seen.add(name)
    // The same: "Parameters sent without a value MUST be treated as if they were omitted from the request."
    if (value === '') continue
    const before = form.get(name)
    form.set(name, before === undefined ? [value] : [...before, value])
  }
  return form
}

/** One name or value, or a half of HTTP Basic credentials (RFC 6749 section 2.3.1). */
export function decodeForm(text: string): string | undefined {
  // Tokens are long, and have neither.
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

/** The value of a parameter that is there once. */
export function parameter(form: Form, name: string): string | undefined {
  return form.get(name)?.[0]
}

function bad(why: string): Denied {
  return deny('invalid_request', 'invalid_request', `form: ${why}`, 'The form is not well-formed.')
}
