import { isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { proxiesOf } from '../../egress/route.js'
import { openTunnel, targetOf } from '../../egress/tunnel.js'
import { ask, type FetchJson, failed, fetchThrough, type GetOnce, getDirectly, type Resolve, reason } from './fetch.js'

/**
 * Gets documents by the egress proxy that the environment names, or directly: `proxiesOf` and `openTunnel` say which and how.
 *
 * URLs are judged as ever, and a name that NO_PROXY excepts by every address that it resolves to. A name that goes by the proxy
 * is resolved there, so which addresses it may lead to is the proxy's to say. The issuer's certificate is checked at our end of
 * the tunnel.
 */
export function fetchJsonBy(env: Readonly<Record<string, string | undefined>>, resolve?: Resolve): FetchJson {
  const directly = getDirectly(resolve)
  const proxyFor = proxiesOf(env)
  return fetchThrough((url) => {
    const proxy = proxyFor(url)
    return proxy === undefined ? directly : getBy(proxy)
  })
}

function getBy(proxy: string): GetOnce {
  return async (url, _reach, signal, post) => {
    try {
      const socket = await openTunnel(proxy, targetOf(url), signal)
      const { hostname } = url
      const servername = isIP(hostname) === 0 && !hostname.startsWith('[') ? { servername: hostname } : {}
      const createConnection = (): Socket =>
        connectTls({ socket, host: hostname, ...servername, rejectUnauthorized: true })
      // Without an agent Node knows no port of the protocol, and would name 80 in `Host`.
      return await ask(url, { createConnection, defaultPort: 443 }, signal, post)
    } catch (error) {
      return failed(`by the proxy: ${reason(error, signal)}`)
    }
  }
}
