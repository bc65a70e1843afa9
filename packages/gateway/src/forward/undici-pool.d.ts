// undici's own modules for its pool, and for the sockets below it. Its index loads fetch, WebSocket, caches and more: a third of a
// second at start, and memory for life, of which the data plane uses nothing. The version is pinned, so the paths hold.
declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool } from 'undici'

  const pool: typeof Pool
  export default pool
}

declare module 'undici/lib/core/connect.js' {
  import type { buildConnector } from 'undici'

  const connect: typeof buildConnector
  export default connect
}
