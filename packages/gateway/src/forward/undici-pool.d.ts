// undici's own module for its pool. Its index loads fetch, WebSocket, caches and more: a third of a second at start, and
// memory for life, of which the data plane uses nothing. The version is pinned, so the path holds.
declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool } from 'undici'

  const pool: typeof Pool
  export default pool
}
