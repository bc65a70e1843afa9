import type { IncomingMessage, ServerResponse } from 'node:http'

export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

export interface Mounted {
  /** The issuer's origin and path. */
  readonly origin: string
  readonly path: string
  readonly library: Handler
  /** Below this local path, our own handler instead. */
  readonly ownPath: string
  readonly own: Handler
}

/** Mounts the library's handler, and ours, under the path of the issuer's URL. */
export function mount({ origin, path, library, ownPath, own }: Mounted): Handler {
  const { host } = new URL(origin)
  return (request, response) => {
    // The library builds its metadata's URLs from Host, so another one (DNS rebinding, say) gets none.
    if (request.headers.host !== host) {
      response.writeHead(421).end()
      return
    }
    const local = localUrl(request.url ?? '', path)
    if (local === undefined) {
      response.writeHead(404).end()
      return
    }
    // What the library subtracts from `originalUrl` to learn where it is mounted.
    Object.assign(request, { originalUrl: path + local })
    request.url = local
    return (local.startsWith(ownPath) ? own : library)(request, response)
  }
}

function localUrl(url: string, path: string): string | undefined {
  if (url.startsWith(`${path}/`)) return url.slice(path.length)
  // RFC 8414 section 3.1: "inserting /.well-known/ between the host component and the path component".
  for (const name of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
    if (url === name + path) return name
  }
  return undefined
}
