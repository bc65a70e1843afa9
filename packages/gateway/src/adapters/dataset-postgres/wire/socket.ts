import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Address } from '../../../databases/postgres-address.js'
import { ConnectionLost } from './errors.js'
import { ASK_TLS } from './messages.js'

const YES = 'S'.charCodeAt(0)

/** Opens the way to the server, encrypted unless its address says otherwise. Rejects with `ConnectionLost`. */
export async function openSocket({ host, port, tls }: Address, timeoutMs: number): Promise<Socket> {
  const plain = host.startsWith('/') ? connectTcp(`${host}/.s.PGSQL.${port}`) : connectTcp(port, host)
  plain.setNoDelay(true)
  // A server that is gone without a word is found out in minutes, not hours.
  plain.setKeepAlive(true, 60_000)
  let open = plain
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionLost('no connection in time', true)), timeoutMs)
  })
  try {
    await Promise.race([connected(plain, 'connect'), late])
    if (tls !== false) {
      plain.write(ASK_TLS)
      // Exactly one byte: what stands behind it in the clear would be taken for a part of what is encrypted.
      const answer = await Promise.race([firstBytes(plain), late])
      if (answer.length !== 1 || answer[0] !== YES) throw new ConnectionLost('the server speaks no TLS')
      open = connectTls({ ...tls, socket: plain })
      await Promise.race([connected(open, 'secureConnect'), late])
    }
    return open
  } catch (thrown) {
    open.destroy()
    plain.destroy()
    throw thrown
  } finally {
    clearTimeout(timer)
    late.catch(() => {})
  }
}

function connected(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve())
    // Kept: an error that comes later, or twice, must not end the process.
    socket.on('error', (error) => reject(new ConnectionLost(nameOf(error))))
    socket.once('close', () => reject(new ConnectionLost('closed')))
  })
}

function firstBytes(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    socket.once('data', (bytes) => {
      socket.pause()
      resolve(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
    })
    socket.once('close', () => reject(new ConnectionLost('closed')))
  })
}

function nameOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
