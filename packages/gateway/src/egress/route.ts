import { BlockList, isIP, isIPv6 } from 'node:net'

/** What the usual variables say of the way to an URL: the proxy's own URL as it is written there, or `undefined` for directly. */
export type ProxyFor = (url: URL) => string | undefined

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, of each the spelling in small letters first. Without `HTTPS_PROXY` what is
 * https goes by `HTTP_PROXY`; the reverse does not hold.
 *
 * Loopback goes by no proxy: the proxy's is another machine's.
 */
export function proxiesOf(env: Readonly<Record<string, string | undefined>>): ProxyFor {
  const named = (name: string): string | undefined => env[name] || env[name.toUpperCase()] || undefined
  const http = named('http_proxy')
  const https = named('https_proxy') ?? http
  if (http === undefined && https === undefined) return () => undefined
  const excepted = exceptions(named('no_proxy') ?? '')
  return (url) => {
    if (isLoopback(url.hostname) || excepted(url)) return undefined
    return url.protocol === 'https:' ? https : http
  }
}

/** Names and whatever is below them, and addresses, perhaps with a port; `*` alone excepts all. No ranges of addresses. */
function exceptions(text: string): (url: URL) => boolean {
  if (text.trim() === '*') return () => true
  const entries = text
    .split(/[,\s]/)
    .filter((entry) => entry !== '')
    .map((entry) => {
      // The last group of a bare IPv6 address is no port.
      if (isIPv6(entry)) return { host: new URL(`http://[${entry}]`).hostname, port: undefined }
      const [, host = entry, port] = /^(.+):(\d+)$/.exec(entry) ?? []
      return { host: host.replace(/^\*?\./, '').toLowerCase(), port }
    })
  return ({ protocol, hostname, port }) => {
    const at = port || (protocol === 'https:' ? '443' : '80')
    return entries.some(
      (one) =>
        (one.port === undefined || one.port === at) && (hostname === one.host || hostname.endsWith(`.${one.host}`)),
    )
  }
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/** @param hostname of an URL: its parser has brought every spelling of an address to one */
function isLoopback(hostname: string): boolean {
  // RFC 6761 section 6.3: names of `localhost` always resolve to the loopback address.
  if (hostname === 'localhost') return true
  const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  const family = isIP(address)
  return family !== 0 && LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4')
}
