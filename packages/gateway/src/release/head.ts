import { type Dialect, NO_RETRY, type Refusal, refuse } from '../spec/index.js'

/** The provider's headers by lower-case name. */
export interface SourceHeaders {
  get(name: string): string | undefined
}

/** Statuses that speak of our account with the provider, not of the caller (contract, "Headers that reach a provider"). */
const OURS: ReadonlySet<number> = new Set([401, 403, 407])

/** Why nothing that comes behind such a head is let out; undefined where it may be judged. */
export function objectionTo(status: number, headers: SourceHeaders): Refusal | undefined {
  if (OURS.has(status) || (status >= 300 && status < 400) || status === 205 || status > 599) {
    return refuse('upstream_failed', `provider answered ${status}`, { headers: NO_RETRY })
  }
  const encoding = headers.get('content-encoding')
  return encoding === undefined || encoding.toLowerCase() === 'identity'
    ? undefined
    : refuse('upstream_failed', 'provider answered compressed though asked not to')
}

export function isStreamed(status: number, headers: SourceHeaders, streamType: string | undefined): boolean {
  const type = headers.get('content-type')
  if (status !== 200 || type === undefined || streamType === undefined) return false
  const [said = ''] = type.split(';', 1)
  return said.trim().toLowerCase() === streamType
}

/**
 * Of the provider's headers, what passes, as names and values in turn.
 *
 * @param type of what leaves, whatever the provider called it: what is judged is read as events or as JSON, in UTF-8
 */
export function passedOf({ responseHeaders }: Dialect, headers: SourceHeaders, type: string): string[] {
  const passed: string[] = []
  let typed = false
  for (const [name, spelling] of responseHeaders) {
    const value = headers.get(name)
    if (value === undefined || !spelling.test(value)) continue
    passed.push(name, value)
    if (name === 'content-type') typed = true
  }
  if (!typed) passed.push('content-type', type)
  return passed
}
