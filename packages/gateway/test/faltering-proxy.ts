import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server that can fall silent: connections stay, and nothing comes through. */
export interface FalteringProxy {
  readonly port: number
  /** From now on nothing passes, on connections that are there or new. */
  hang(): void
  /** New connections pass again. Those that hung stay silent. */
  resume(): void
  close(): Promise<void>
}

export async function startFalteringProxy(to: number): Promise<FalteringProxy> {
  const pairs = new Map<Socket, Socket>()
  const silent = new Set<Socket>()
  let hangs = false
  const server = createServer((socket) => {
    const upstream = connect(to, '127.0.0.1')
    pairs.set(socket, upstream)
    const pass = (from: Socket, into: Socket): void => {
      from.on('data', (chunk) => void (silent.has(socket) || into.write(chunk)))
      from.on('error', () => {})
      from.on('close', () => {
        if (!silent.has(socket)) into.destroy()
        pairs.delete(socket)
      })
    }
    pass(socket, upstream)
    pass(upstream, socket)
    if (hangs) silent.add(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    hang() {
      hangs = true
      for (const socket of pairs.keys()) silent.add(socket)
    },
    resume() {
      hangs = false
    },
    async close() {
      for (const [socket, upstream] of pairs) for (const one of [socket, upstream]) one.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
