import type { Server } from 'node:net'
import { BlockList, isIP } from 'node:net'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

export interface LoopbackAddress {
  readonly host?: string
  /** 0: any free port. */
  readonly port?: number
}

/** Nothing here is fit to be reached from another machine, so no other address is taken. */
export function loopbackHost(host: string): string {
  const family = isIP(host)
  if (family !== 0 && LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4')) return host
  throw new RangeError(`\`${host}\` is not a loopback address: use 127.0.0.1 or ::1`)
}

/**
 * @param portBefore tried first where any port will do
 * @returns the origin, without a trailing slash
 */
export async function listenOn(server: Server, host: string, port: number, portBefore?: number): Promise<string> {
  const again = port === 0 && portBefore !== undefined && (await listens(server, host, portBefore).catch(() => false))
  if (!again) await listens(server, host, port)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a listening server without a port')
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${address.port}`
}

function listens(server: Server, host: string, port: number): Promise<true> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve(true)
    })
  })
}

export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  await new Promise<void>((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)))
  })
}
