import { type Dialect, NO_RETRY, type Refusal, refuse } from '../spec/index.js'

/** The provider's headers by lower-case name. */
export interface SourceHeaders {
  get(name: string): string | undefined
}

/** Statuses that speak of our account with the provider, not of the caller (contract, "Headers that reach a provider"). */
const OURS: ReadonlySet<number> = new Set([401, 403, 407])

/** Why an answer goes no further, whatever its body says. */
export function refusedHead(status: number, headers: SourceHeaders): Refusal | undefined {
  if (OURS.has(status) || (status >= 300 && status < 400) || status === 205 || status > 599) {
    return refuse('upstream_failed', `provider answered ${status}`, { headers: NO_RETRY })
  }
  const encoding = headers.get('content-encoding')
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return refuse('upstream_failed', 'provider answered compressed though asked not to')
  }
  return undefined
}

/** What of the provider's headers passes: name, value, name, value. */
export function passedHeaders({ responseHeaders }: Dialect, headers: SourceHeaders): string[] {
  const passed: string[] = []
  for (const [name, spelling] of responseHeaders) {
    const value = headers.get(name)
    if (value !== undefined && spelling.test(value)) passed.push(name, value)
  }
  return passed
}
