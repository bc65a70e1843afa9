import http from 'node:http'
import https from 'node:https'
import { isIP, type Socket } from 'node:net'

/** Why a proxy gave no tunnel, where Node has no code for it. Tells nothing of the proxy's URL, which may hold a password. */
export class TunnelError extends Error {
  override readonly name = 'TunnelError'
  readonly code: string

  /** @param code in capitals: `STATUS_407` */
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** Where a tunnel to an URL's origin ends, as CONNECT names it: always with its port. */
export function targetOf(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`
}

/**
 * Asks a proxy once for a tunnel (RFC 9110 section 9.3.6), in which nobody has said anything yet. The proxy is an http or https
 * one, with a name and password in its URL where it wants them; the certificate of an https one is checked.
 *
 * Rejects with a `TunnelError` or an error of Node's, in both of which `code` is safe to log. Bounded in time by the signal alone,
 * which counts only until the tunnel is there.
 */
export async function openTunnel(proxy: string, target: string, signal: AbortSignal): Promise<Socket> {
  const { protocol, hostname, port, username, password } = proxyAt(proxy)
  const headers: http.OutgoingHttpHeaders = { host: target }
  if (username !== '' || password !== '') {
    const credential = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')
    headers['proxy-authorization'] = `Basic ${credential}`
  }
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  const options = { host, method: 'CONNECT', path: target, headers, signal, agent: false as const }
  return await new Promise((resolve, reject) => {
    const request =
      protocol === 'https:'
        ? https.request({
            ...options,
            port: port || 443,
            ...(isIP(host) === 0 ? { servername: host } : {}),
            rejectUnauthorized: true,
          })
        : http.request({ ...options, port: port || 80 })
    request.on('connect', ({ statusCode = 0 }, socket: Socket, head) => {
      // Until its new owner listens; `close` tells that one as well.
      socket.on('error', () => undefined)
      // "Any 2xx (Successful) response indicates that the sender (and all inbound proxies) will switch to the tunnel mode".
      const refused = statusCode < 200 || statusCode > 299
      // In what goes through a tunnel it is we who speak first.
      if (!refused && head.length === 0) {
        resolve(socket)
        return
      }
      socket.destroy()
      reject(new TunnelError(refused ? `STATUS_${statusCode}` : 'SPOKE_FIRST'))
    })
    request.on('response', (answer) => {
      answer.destroy()
      reject(new TunnelError(`STATUS_${answer.statusCode ?? 0}`))
    })
    request.on('error', reject)
    request.end()
  })
}

function proxyAt(text: string): URL {
  // The error of Node's parser quotes what it was given.
  if (!URL.canParse(text)) throw new TunnelError('URL_INVALID')
  const proxy = new URL(text)
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:') throw new TunnelError('URL_INVALID')
  return proxy
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
