import type { Dispatcher } from 'undici'
import Pool from 'undici/lib/dispatcher/pool.js'

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
export async function createPools(
  env: Readonly<Record<string, string | undefined>>,
  options: PoolOptions,
): Promise<Pools> {
  const own = {
    connections: options.connections,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: options.connectMs },
  }
  const named = (name: string): string | undefined => env[name.toLowerCase()] || env[name.toUpperCase()] || undefined
  const httpProxy = named('http_proxy')
  const httpsProxy = named('https_proxy')
  if (httpProxy !== undefined || httpsProxy !== undefined) {
    const { EnvHttpProxyAgent } = await import('undici')
    const agent = new EnvHttpProxyAgent({
      ...own,
      ...(httpProxy === undefined ? {} : { httpProxy }),
      ...(httpsProxy === undefined ? {} : { httpsProxy }),
      noProxy: named('no_proxy') ?? '',
    })
    return { dispatcherFor: () => agent, close: () => agent.destroy() }
  }
  const pools = new Map<string, Dispatcher>()
  return {
    dispatcherFor(origin) {
      const held = pools.get(origin)
      if (held !== undefined) return held
      const made = new Pool(origin, own)
      pools.set(origin, made)
      return made
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}
