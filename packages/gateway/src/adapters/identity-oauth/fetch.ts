import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { addressKind } from './address.js'
import { JWKS_MAX_BYTES } from './jwks.js'

export type Fetched =
  | { readonly kind: 'body'; readonly body: Buffer }
  | { readonly kind: 'failed'; readonly why: string }

/** Gets a JSON document of an issuer. Never throws. */
export type FetchJson = (url: URL, reach: Reach, post?: Post) => Promise<Fetched>

/** What is asked by POST. Holds secrets, so it goes to the URL that it is for and nowhere else. */
export interface Post {
  /** `application/x-www-form-urlencoded`. */
  readonly form: string
  readonly authorization: string
}

/** Which addresses besides public ones an URL may lead to. */
export interface Reach {
  /** Only for an URL that the configuration names itself, or that a loopback issuer names: a stranger must not lead us home. */
  readonly loopback: boolean
  readonly privateNetwork: boolean
}

const TIME_MAX_MS = 5000
const REDIRECTS_MAX = 3

/**
 * Gets a document by https, or by http from loopback. The name is resolved first, every address judged, and the connection made to
 * what was judged: a name that changes its answer between the two (rebinding) gains nothing.
 */
export const fetchJson: FetchJson = fetchThrough(() => getDirectly())

/** Every hop is judged and bounded the same, whichever way it goes. */
export function fetchThrough(way: (url: URL) => GetOnce): FetchJson {
  return async (url, reach, post) => {
    const deadline = AbortSignal.timeout(TIME_MAX_MS)
    let at = url
    for (let hops = 0; hops <= REDIRECTS_MAX; hops += 1) {
      const why = judgeUrl(at, reach)
      if (why !== undefined) return failed(why)
      const got = await way(at)(at, reach, deadline, post)
      if (got.kind !== 'redirect') return got
      // Not even within the origin: a token and a secret would go along.
      if (post !== undefined) return failed('redirect of a POST')
      if (!URL.canParse(got.location, at.href)) return failed('redirect to no URL')
      const next = new URL(got.location, at)
      if (next.origin !== url.origin) return failed('redirect to another origin')
      at = next
    }
    return failed('too many redirects')
  }
}

export function isLoopbackHost(url: URL): boolean {
  return url.hostname === 'localhost' || addressKind(literal(url)) === 'loopback'
}

function literal(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
}

/** Why an URL must not be asked, before any name is resolved. */
export function judgeUrl(url: URL, reach: Reach): string | undefined {
  if (url.username !== '' || url.password !== '') return 'URL with credentials'
  if (isLoopbackHost(url)) {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'neither https nor http'
    return reach.loopback || reach.privateNetwork ? undefined : 'leads to loopback'
  }
  if (url.protocol !== 'https:') return 'not https'
  // A literal is never resolved, so the connection would not ask.
  const host = literal(url)
  return isIP(host) === 0 ? undefined : judgeAddress(host, { ...reach, loopback: false })
}

function judgeAddress(address: string, reach: Reach): string | undefined {
  const kind = addressKind(address)
  switch (kind) {
    case 'public':
      return undefined
    case 'private':
      return reach.privateNetwork ? undefined : 'leads to a private address'
    case 'loopback':
      return reach.loopback || reach.privateNetwork ? undefined : 'leads to loopback'
    case 'never':
      return 'leads to a reserved address'
  }
}

export type Resolve = (
  host: string,
  options: { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** A resolver for `net.connect` that answers only with addresses that may be asked; one that may not spoils the whole answer. */
export function guardedLookup(reach: Reach, resolve: Resolve = dnsLookup): LookupFunction {
  return (host, options, done) => {
    // RFC 6761 section 6.3: `localhost` is loopback, whatever a resolver says; plain http goes there.
    const ask = host === 'localhost' ? localhost : resolve
    ask(host, { all: true }, (error, addresses) => {
      const first = addresses?.[0]
      if (error !== null || first === undefined) {
        done(error ?? new Error('no address'), '', 0)
        return
      }
      for (const { address } of addresses) {
        const why = judgeAddress(address, reach)
        if (why === undefined) continue
        done(new Error(`name ${why}`), '', 0)
        return
      }
      if (options.all === true) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }
}

const localhost: Resolve = (_host, _options, done) => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]
  done(null, addresses)
}

type Got = Fetched | { readonly kind: 'redirect'; readonly location: string }

/** How one document is got from where `judgeUrl` let us go. Never rejects. */
export type GetOnce = (url: URL, reach: Reach, signal: AbortSignal, post?: Post) => Promise<Got>

/** Of a name that is resolved here, every address is judged. */
export function getDirectly(resolve?: Resolve): GetOnce {
  return (url, reach, signal, post) => {
    // A name other than `localhost` has no business on loopback unless private addresses are allowed.
    const lookup = guardedLookup({ ...reach, loopback: isLoopbackHost(url) }, resolve)
    return ask(url, { lookup, agent: false }, signal, post)
  }
}

/** @param by how a connection is made */
export function ask(url: URL, by: https.RequestOptions, signal: AbortSignal, post?: Post): Promise<Got> {
  const headers = { accept: 'application/json', 'accept-encoding': 'identity', ...(post && postHeaders(post)) }
  const options = { ...by, method: post === undefined ? 'GET' : 'POST', headers, signal }
  return new Promise((done) => {
    const answered = (answer: http.IncomingMessage): void => {
      void take(answer, signal).then(done)
    }
    const request =
      url.protocol === 'https:'
        ? // Said aloud, so that the environment (NODE_TLS_REJECT_UNAUTHORIZED) cannot unsay it.
          https.request(url, { ...options, rejectUnauthorized: true }, answered)
        : http.request(url, options, answered)
    request.on('error', (error) => done(failed(reason(error, signal))))
    request.end(post?.form)
  })
}

function postHeaders({ form, authorization }: Post): Readonly<Record<string, string>> {
  return {
    authorization,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(form)),
  }
}

/** Reads an answer to its end, within bounds; what is not read is hung up on. */
async function take(answer: http.IncomingMessage, signal: AbortSignal): Promise<Got> {
  const status = answer.statusCode ?? 0
  const { location } = answer.headers
  if (status >= 300 && status < 400 && location !== undefined) {
    answer.destroy()
    return { kind: 'redirect', location }
  }
  const coding = answer.headers['content-encoding']
  if (status !== 200 || (coding !== undefined && coding !== 'identity')) {
    answer.destroy()
    return failed(status === 200 ? 'compressed answer' : `status ${status}`)
  }
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > JWKS_MAX_BYTES) return failed('answer over 256 KiB')
      chunks.push(chunk)
    }
  } catch (error) {
    return failed(reason(error, signal))
  }
  return { kind: 'body', body: Buffer.concat(chunks) }
}

export function failed(why: string): Fetched {
  return { kind: 'failed', why }
}

export function reason(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'no answer in 5 s'
  if (!(error instanceof Error)) return 'threw'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return code ?? error.message
}
