import type { Socket } from 'node:net'
import type { Address } from '../../../databases/postgres-address.js'
import { ConnectionLost, MessageTooLong } from './errors.js'
import { createFrames } from './frames.js'
import { cancelRequest, TERMINATE } from './messages.js'
import { openSocket } from './socket.js'

const NOTICE = 'N'.charCodeAt(0)
const PARAMETER_STATUS = 'S'.charCodeAt(0)
const NOTIFICATION = 'A'.charCodeAt(0)

/** Hears what the server says. */
export interface Listener {
  /** @returns false: no more for now, until `resume` */
  take(type: number, bytes: Buffer, start: number, end: number): boolean
  lost(why: ConnectionLost): void
}

/** A way to one backend of the server. */
export interface Connection {
  readonly isOpen: boolean
  send(bytes: Buffer): void
  /** Who hears from now on; undefined: nobody, and whatever the server says then ends it. */
  hear(listener: Listener | undefined): void
  /** Reads no more from the network, so that the server waits. */
  pause(): void
  resume(): void
  /** By this the server knows the backend, to cancel what it does. */
  knownBy(pid: number, secret: Buffer): void
  /** Asks the server to end what the backend does, by a connection of its own, and closes this one. */
  abandon(): void
  /** Closes it in words where that is possible. */
  end(): void
  destroy(why: ConnectionLost): void
}

/** @param messageMax bytes of one message */
export async function openConnection(address: Address, messageMax: number, timeoutMs: number): Promise<Connection> {
  const socket = await openSocket(address, timeoutMs)
  return connectionOn(socket, address, messageMax, timeoutMs)
}

function connectionOn(socket: Socket, address: Address, messageMax: number, timeoutMs: number): Connection {
  let listener: Listener | undefined
  let open = true
  let backend: { readonly pid: number; readonly secret: Buffer } | undefined

  const destroy = (why: ConnectionLost): void => {
    if (!open) return
    open = false
    socket.destroy()
    const heard = listener
    listener = undefined
    heard?.lost(why)
  }

  const frames = createFrames(
    messageMax,
    (type, bytes, start, end) => {
      if (type === NOTICE || type === PARAMETER_STATUS || type === NOTIFICATION) return true
      if (listener === undefined) {
        // Such as that the server shuts down.
        destroy(new ConnectionLost('the server spoke unasked'))
        return false
      }
      try {
        return listener.take(type, bytes, start, end)
      } catch {
        // It is shorter than what it says it holds.
        destroy(new ConnectionLost('a message is malformed'))
        return false
      }
    },
    () => destroy(new MessageTooLong('a message is too long')),
  )

  socket.on('data', (chunk: Buffer) => {
    if (open) frames.push(chunk)
  })
  socket.on('error', () => destroy(new ConnectionLost('the connection broke')))
  socket.on('close', () => destroy(new ConnectionLost('the server closed the connection')))
  // It was paused where TLS was asked for.
  socket.resume()

  return {
    get isOpen() {
      return open
    },
    send(bytes) {
      if (open) socket.write(bytes)
    },
    hear(next) {
      if (open) listener = next
      // It was lost after it was found open: an answer would never come.
      else if (next !== undefined) queueMicrotask(() => next.lost(new ConnectionLost('the connection is closed')))
    },
    pause() {
      socket.pause()
    },
    resume() {
      socket.resume()
      if (open) frames.resume()
    },
    knownBy(pid, secret) {
      backend = { pid, secret }
    },
    abandon() {
      if (!open) return
      // The backend would end only when it next writes: a statement that finds nothing runs on.
      if (backend !== undefined) cancel(address, backend.pid, backend.secret, timeoutMs)
      destroy(new ConnectionLost('abandoned'))
    },
    end() {
      if (!open) return
      open = false
      listener = undefined
      socket.end(TERMINATE)
      // The other end may be gone.
      setTimeout(() => socket.destroy(), END_MS).unref()
    },
    destroy,
  }
}

const END_MS = 1000

function cancel(address: Address, pid: number, secret: Buffer, timeoutMs: number): void {
  openSocket(address, timeoutMs).then(
    (socket) => {
      socket.on('close', () => socket.destroy())
      socket.end(cancelRequest(pid, secret))
      setTimeout(() => socket.destroy(), END_MS).unref()
    },
    // It cannot be reached: then its own timeout ends the statement.
    () => {},
  )
}
