import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { UpstreamRequest } from './request-reader.js'

/** One request's socket, for whoever answers it byte by byte. */
export interface Wire {
  readonly request: UpstreamRequest
  /** This server's own. */
  readonly origin: string
  /** Aborted once nobody reads the answer any more. */
  readonly gone: AbortSignal
  /** @returns false once nobody reads any more */
  write(bytes: string | Buffer): Promise<boolean>
  /** @returns false where the reader left meanwhile */
  sleep(delayMs: number): Promise<boolean>
  /** Fulfilled when the reader has left. */
  left(): Promise<void>
  /** Ends the connection by RST. */
  reset(): void
}

export function wireOn(socket: Socket, parts: Pick<Wire, 'request' | 'origin' | 'gone' | 'reset'>): Wire {
  const { gone } = parts
  return {
    ...parts,
    async write(bytes) {
      // Writes although the other side may have left: a socket of ours that is still half open takes it, as in the field.
      if (socket.destroyed) return false
      if (!socket.write(bytes)) await drained(socket, gone)
      return !gone.aborted
    },
    async sleep(delayMs) {
      await sleep(delayMs, undefined, { signal: gone }).catch(() => undefined)
      return !gone.aborted
    },
    left() {
      if (gone.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        gone.addEventListener('abort', () => resolve(), { once: true })
      })
    },
  }
}

async function drained(socket: Socket, gone: AbortSignal): Promise<void> {
  if (gone.aborted || socket.destroyed) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done)
      gone.removeEventListener('abort', done)
      resolve()
    }
    socket.on('drain', done)
    gone.addEventListener('abort', done)
  })
}
