import type { Socket } from 'node:net'
import type { buildConnector, Dispatcher, Pool as UndiciPool } from 'undici'
import createConnector from 'undici/lib/core/connect.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import { openTunnel, TunnelError, targetOf } from '../egress/tunnel.js'

export interface TunnelPool {
  readonly dispatcher: Dispatcher
  /** Ends at once whatever is under way. */
  close(): Promise<void>
}

/**
 * The connections to one origin, each through a tunnel of its own by an egress proxy; plain http goes through one as well.
 *
 * A call asks the proxy once. undici's own agent for proxies asks again at once and for ever where the proxy hangs up: a client of
 * undici's goes on with the calls it holds where a connection failed with a code of undici's own for sockets. No error here has one.
 *
 * @param connectMs for all that is before a request: the way to the proxy, the tunnel, TLS in it
 */
export function createTunnelPool(
  origin: string,
  proxy: string,
  connectMs: number,
  options: Omit<UndiciPool.Options, 'connect'>,
): TunnelPool {
  const reach = reachBy(proxy, targetOf(new URL(origin)))
  const open = new Set<AbortController>()
  // A connection serves one call at a time, so one that is begun while a call is dispatched is begun for that call.
  let dispatched: AbortController | undefined

  const connect: buildConnector.connector = (to, callback) => {
    const attempt = dispatched ?? new AbortController()
    dispatched = undefined
    open.add(attempt)
    const timer = setTimeout(() => attempt.abort(new TunnelError('PROXY_TIMEOUT')), connectMs)
    const ended = (): void => {
      clearTimeout(timer)
      open.delete(attempt)
    }
    reach(to, attempt.signal).then(
      (socket) => {
        ended()
        callback(null, socket)
      },
      (error: Error) => {
        ended()
        callback(attempt.signal.aborted ? (attempt.signal.reason as TunnelError) : error, null)
      },
    )
  }

  const pool = new Pool(origin, { ...options, connect })
  const dispatch = pool.dispatch.bind(pool)
  // Not by `compose`: that would put its newer handler interface between.
  pool.dispatch = (call, handler) => {
    const attempt = new AbortController()
    // Until the request is written: then undici hands over an abort of its own, which takes the place of this one.
    handler.onConnect?.(() => attempt.abort(new TunnelError('PROXY_LEFT')))
    dispatched = attempt
    try {
      return dispatch(call, handler)
    } finally {
      dispatched = undefined
    }
  }
  return {
    dispatcher: pool,
    async close() {
      for (const attempt of open) attempt.abort(new TunnelError('PROXY_CLOSED'))
      await pool.destroy()
    },
  }
}

/** Rejects with an error whose `code` says what happened, with `PROXY_` before it where it was not within the tunnel. */
type Reach = (to: buildConnector.Options, signal: AbortSignal) => Promise<Socket>

function reachBy(proxy: string, target: string): Reach {
  // TLS as without a proxy, sessions resumed too; but the time is that of the whole attempt.
  const secured = createConnector({ timeout: 0 })
  return async (to, signal) => {
    const tunnel = await openTunnel(proxy, target, signal).catch((error: NodeJS.ErrnoException) => {
      throw new TunnelError(`PROXY_${error.code ?? 'FAILED'}`)
    })
    const socket = to.protocol === 'https:' ? await secure(tunnel, to, secured, signal) : tunnel
    // undici would wait for a `close` that has been.
    if (socket.destroyed) throw new TunnelError('PROXY_HUNG_UP')
    return socket.setNoDelay(true)
  }
}

function secure(
  tunnel: Socket,
  to: buildConnector.Options,
  secured: buildConnector.connector,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // TLS does not always tell of it, and undici's connector then says nothing.
    const lost = (): void => {
      tunnel.destroy()
      reject(new TunnelError('PROXY_HUNG_UP'))
    }
    signal.addEventListener('abort', lost, { once: true })
    tunnel.once('close', lost)
    secured({ ...to, httpSocket: tunnel }, (error, socket) => {
      signal.removeEventListener('abort', lost)
      tunnel.off('close', lost)
      if (error === null) {
        resolve(socket)
        return
      }
      tunnel.destroy()
      reject(error)
    })
  })
}
