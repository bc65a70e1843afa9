import { isIPv4 } from 'node:net'

/** Whether a host of a URL or a listen address means this machine alone, whatever a resolver says. */
export function isLoopback(host: string): boolean {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  // RFC 6761 section 6.3: names of `localhost` always resolve to the loopback address.
  return bare === '::1' || bare === 'localhost' || (isIPv4(bare) && bare.startsWith('127.'))
}
