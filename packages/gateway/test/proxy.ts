import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import type { Certificate } from './certificate.js'

export interface Tunnel {
  readonly target: string
  readonly headers: IncomingHttpHeaders
}

export interface EgressProxy {
  readonly url: string
  readonly tunnels: readonly Tunnel[]
  /** What was asked for, `host:port`. */
  targets(): readonly string[]
  /** Of those who asked for a tunnel, how many are still connected. */
  connected(): number
  close(): Promise<void>
}

/**
 * A port of loopback that a target stands for, a status to refuse it with, or what goes wrong with it: `silent` never answers,
 * `closes` hangs up instead, `hollow` grants a tunnel that leads nowhere, `hasty` one in which somebody speaks at once, `torn` one
 * that is cut at the first byte.
 */
export type Way = number | { readonly status: number } | 'silent' | 'closes' | 'hollow' | 'hasty' | 'torn'

const GRANTED = 'HTTP/1.1 200 Connection Established\r\n\r\n'

/**
 * A forward proxy as companies run them: it tunnels what it is asked to (RFC 9110 section 9.3.6).
 *
 * @param names resolves targets that this machine cannot
 * @param certificate of an https proxy, for `localhost`
 */
export async function startProxy(
  names: Readonly<Record<string, Way>> = {},
  certificate?: Certificate,
): Promise<EgressProxy> {
  const tunnels: Tunnel[] = []
  const server = certificate === undefined ? createServer() : createTlsServer(certificate)
  server.on('request', (_req, res) => res.writeHead(405).end())
  const open = new Set<{ destroy(): void }>()
  server.on('connect', (req, socket) => {
    const target = req.url ?? ''
    const { hostname, port } = new URL(`tcp://${target}`)
    tunnels.push({ target, headers: req.headers })
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => undefined)
    // One who hangs up is noticed only where somebody reads.
    socket.resume().on('end', () => socket.end())
    const way = names[target] ?? 'named'
    if (way === 'silent') return
    if (way === 'closes') {
      socket.destroy()
      return
    }
    if (way === 'hollow' || way === 'hasty' || way === 'torn') {
      socket.write(way === 'hasty' ? `${GRANTED}220 ready\r\n` : GRANTED)
      if (way === 'torn') socket.once('data', () => socket.destroy())
      return
    }
    if (typeof way === 'object') {
      socket.end(`HTTP/1.1 ${way.status} No\r\ncontent-length: 4\r\n\r\nno\r\n`)
      return
    }
    const onward = connect(way === 'named' ? Number(port) : way, way === 'named' ? hostname : '127.0.0.1', () => {
      socket.write(GRANTED)
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('close', () => onward.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: certificate === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    tunnels,
    targets: () => tunnels.map(({ target }) => target),
    connected: () => open.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
        for (const one of open) one.destroy()
      }),
  }
}
