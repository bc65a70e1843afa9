import { z } from 'zod'
import type { Authentication } from './config.js'
import { group, objectBarely, objectTo, text } from './schema-parts.js'

/** An http or https URL without credentials in it; undefined where it is none. */
export function httpUrl(written: string): URL | undefined {
  const url = URL.canParse(written) ? new URL(written) : undefined
  const web = url?.protocol === 'https:' || url?.protocol === 'http:'
  return url !== undefined && web && url.username === '' && url.password === '' ? url : undefined
}

/** A server's address, to which paths are appended. */
export const serverUrl: z.ZodType<string, string> = text.transform((written, context) => {
  const url = httpUrl(written)
  if (url === undefined || /[?#]/.test(written)) {
    objectTo(context, [], 'write an http or https URL without a query or credentials')
    return ''
  }
  return url.href.replace(/\/+$/, '')
})

/** Parameters that carry a secret where providers take them, whatever stands before the word. */
const SECRET_PARAMETER = /(?:^|[-_.])(?:key|apikey|token|secret|password|signature|sig|code|credential)$/i

/** A provider's address. What it asks of every call in its query (a version, say) is kept. */
export const baseUrl: z.ZodType<string, string> = text.transform((written, context) => {
  const url = httpUrl(written)
  if (url === undefined || written.includes('#')) {
    const message = 'write an http or https URL without a fragment or credentials'
    // What is in a query may be a secret, and is not shown.
    if (written.includes('?')) objectBarely(context, [], message)
    else objectTo(context, [], message)
    return ''
  }
  for (const name of url.searchParams.keys()) {
    if (!SECRET_PARAMETER.test(name)) continue
    objectBarely(context, [], 'a secret has no place in a URL, which lists show: write apiKey, and authentication')
    break
  }
  return url.origin + url.pathname.replace(/\/+$/, '') + url.search
})

/** Headers that say something else of a call, or of the connection that it goes over. */
const NO_CREDENTIAL: ReadonlySet<string> = new Set([
  ...['accept', 'accept-encoding', 'accept-language', 'content-encoding', 'content-length', 'content-type', 'cookie'],
  ...['connection', 'date', 'expect', 'forwarded', 'host', 'idempotency-key', 'keep-alive', 'te', 'traceparent'],
  ...['trailer', 'transfer-encoding', 'upgrade', 'user-agent', 'via'],
])
const HEADER_NAME = /^[A-Za-z](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/

const header = text.transform((written, context) => {
  const name = written.toLowerCase()
  if (!HEADER_NAME.test(name)) objectTo(context, [], 'write the name of a header, such as api-key')
  else if (NO_CREDENTIAL.has(name) || /^(?:proxy|x-forwarded)-/.test(name)) {
    objectTo(context, [], 'write a header that is there for a credential, such as api-key')
  }
  return name
})

/** How a provider is shown its key, where that is not how its dialect does. */
export const authentication: z.ZodType<Authentication> = z.union([
  group({ header }).transform((raw): Authentication => ({ kind: 'header', name: raw.header })),
  z.literal('bearer').transform((): Authentication => ({ kind: 'bearer' })),
])
