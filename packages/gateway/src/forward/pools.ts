import type { Dispatcher } from 'undici'
import Pool from 'undici/lib/dispatcher/pool.js'
import { proxiesOf } from '../egress/route.js'
import { createTunnelPool } from './tunnel-pool.js'

export interface PoolOptions {
  readonly connectMs: number
  /** Connections to one origin at most. */
  readonly connections: number
}

export interface Pools {
  dispatcherFor(origin: string): Dispatcher
  close(): Promise<void>
}

/**
 * One pool an origin; through an egress proxy where the usual variables name one (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`).
 * A private certificate authority comes by `NODE_EXTRA_CA_CERTS`, which Node itself reads.
 */
export function createPools(env: Readonly<Record<string, string | undefined>>, options: PoolOptions): Pools {
  const own = { connections: options.connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 }
  const proxyFor = proxiesOf(env)
  const pools = new Map<string, Dispatcher>()
  const closers: (() => Promise<void>)[] = []
  const make = (origin: string): Dispatcher => {
    const proxy = proxyFor(new URL(origin))
    if (proxy === undefined) {
      const pool = new Pool(origin, { ...own, connect: { timeout: options.connectMs } })
      closers.push(() => pool.destroy())
      return pool
    }
    const { dispatcher, close } = createTunnelPool(origin, proxy, options.connectMs, own)
    closers.push(close)
    return dispatcher
  }
  return {
    dispatcherFor(origin) {
      const held = pools.get(origin)
      if (held !== undefined) return held
      const made = make(origin)
      pools.set(origin, made)
      return made
    },
    async close() {
      await Promise.all(closers.map((close) => close()))
    },
  }
}
