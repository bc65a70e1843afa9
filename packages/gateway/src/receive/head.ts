import type { IncomingMessage } from 'node:http'

/** A set of addresses, perhaps given as networks. */
export interface Addresses {
  has(address: string): boolean
}

/** Why a request got a bare answer and reached nobody. */
export type MalformedReason = 'bad_http' | 'head_timeout' | 'head_too_large' | 'two_hosts' | 'bad_target'

export type Head =
  | {
      readonly kind: 'head'
      readonly path: string
      readonly query: string
      readonly sourceIp: string
      /** What the peer says of those behind it is believed. */
      readonly isFromProxy: boolean
      readonly traceparent: string | undefined
    }
  | { readonly kind: 'malformed'; readonly why: MalformedReason }

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

export function readHead(req: IncomingMessage, trustedProxies: Addresses): Head {
  const raw = req.rawHeaders
  let hosts = 0
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1
  }
  // RFC 9112 section 3.2: "A server MUST respond with a 400 (Bad Request) status code ... to any request message that
  // contains more than one Host header field line". Node keeps the first and goes on.
  if (hosts > 1) return { kind: 'malformed', why: 'two_hosts' }
  // The same section: "... to any HTTP/1.1 request message that lacks a Host header field". Node would answer uncounted.
  if (hosts === 0 && req.httpVersion === '1.1') return { kind: 'malformed', why: 'bad_http' }
  const url = req.url ?? ''
  // The absolute form names a host of the caller's choice; nothing here is a forward proxy.
  if (url.charCodeAt(0) !== 0x2f) return { kind: 'malformed', why: 'bad_target' }
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const trace = req.headers['traceparent']
  const peer = plain(req.socket.remoteAddress ?? '')
  const isFromProxy = trustedProxies.has(peer)
  return {
    kind: 'head',
    path,
    query: mark < 0 ? '' : url.slice(mark + 1),
    sourceIp: isFromProxy ? sourceOf(req, peer, trustedProxies) : peer,
    isFromProxy,
    traceparent: typeof trace === 'string' && TRACEPARENT.test(trace) ? trace : undefined,
  }
}

/** The address of the nearest peer that is not one of our own proxies. */
function sourceOf(req: IncomingMessage, peer: string, trusted: Addresses): string {
  const forwarded = req.headers['x-forwarded-for']
  if (typeof forwarded !== 'string') return peer
  // From the right: each trusted proxy appended the address it saw, everything further left is the caller's own word.
  const hops = forwarded.split(',').map((hop) => plain(hop.trim()))
  for (let i = hops.length - 1; i >= 0; i -= 1) {
    const hop = hops[i] as string
    if (!trusted.has(hop)) return ADDRESS.test(hop) ? hop : peer
  }
  return peer
}

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]{2,39})$/

function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
