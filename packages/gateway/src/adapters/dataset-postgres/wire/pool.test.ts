import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../../../../test/until.js'
import { readAddress } from '../../../databases/postgres-address.js'
import { ConnectionLost } from './errors.js'
import { logIn } from './login.js'
import { createPool, type Pool, PoolExhausted } from './pool.js'
import { ask, createSession } from './session.js'

const LET_IN = Buffer.from('520000000800000000' + '5a0000000549', 'hex')
const READY = Buffer.from('5a0000000549', 'hex')
const FATAL = Buffer.from('450000000d53464154414c000000', 'hex')

describe('connections', () => {
  let server: Server | undefined
  const sockets = new Set<Socket>()
  afterEach(() => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    server?.close()
  })

  /** A server that lets everybody in, and answers each message as it is told to. */
  const pooled = async (
    max: number,
    answer: (socket: Socket, count: number) => void,
  ): Promise<{ pool: Pool; opened: () => number }> => {
    let opened = 0
    let asked = 0
    server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('data', () => {
        socket.write(LET_IN)
        socket.on('data', () => {
          asked += 1
          answer(socket, asked)
        })
      })
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server?.once('listening', resolve))
    const address = readAddress(`postgres://gate@127.0.0.1:${(server.address() as AddressInfo).port}/postgres`)
    const open = async () => {
      opened += 1
      return createSession(await logIn(address, new Map(), 1000, 1000), 1000)
    }
    return { pool: createPool(open, max, 500), opened: () => opened }
  }

  it('are used again, and no more than there may be are open', async () => {
    const { pool, opened } = await pooled(2, (socket) => socket.write(READY))
    const used = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { session, free } = await pool.take()
        await ask(session, 'x', [])
        free()
        // It may be another's by now.
        free()
        return session
      }),
    )
    expect(new Set(used).size).toBe(2)
    expect(opened()).toBe(2)
    pool.close()
  })

  it('are not handed on where the server says in one breath that it is ready and that it leaves', async () => {
    const { pool, opened } = await pooled(1, (socket, count) =>
      count === 1 ? socket.end(Buffer.concat([READY, FATAL])) : socket.write(READY),
    )
    const first = await pool.take()
    const second = pool.take()
    await ask(first.session, 'x', [])
    first.free()
    const { session, free } = await second
    expect(await ask(session, 'x', [])).toEqual([])
    free()
    expect(opened()).toBe(2)
    pool.close()
  })

  it('tell at once that they are lost, to whoever begins to use them', async () => {
    const { pool } = await pooled(1, (socket) => socket.write(READY))
    const { session, free } = await pool.take()
    for (const socket of sockets) socket.destroy()
    await until(() => !session.connection.isOpen)
    await expect(ask(session, 'x', [])).rejects.toBeInstanceOf(ConnectionLost)
    free()
    pool.close()
  })

  it('are waited for so long, and not once it is closed', async () => {
    const { pool } = await pooled(1, () => {})
    const { session, free } = await pool.take()
    await expect(pool.take()).rejects.toBeInstanceOf(PoolExhausted)
    const waiting = pool.take()
    free()
    ;(await waiting).free()
    pool.close()
    await expect(pool.take()).rejects.toBeInstanceOf(PoolExhausted)
    await until(() => !session.connection.isOpen)
  })
})
