import { hash } from 'node:crypto'
import { type Client, openClient } from '../../databases/postgres-client.js'
import type { Clock, Replay } from '../../spec/index.js'
import { createGroup } from './group.js'
import { haveReplayTable } from './tables.js'

export interface PostgresReplayParts {
  readonly url: string
  readonly clock: Clock
  /** How long to wait for an answer. */
  readonly timeoutMs?: number
}

const CONNECTIONS = 2
const TOGETHER = 1000
const PURGE_INTERVAL_MS = 10_000
/** The clocks of replicas differ: who is behind still asks for what is expired elsewhere. */
const PURGE_GRACE_MS = 60_000
const PURGE_ROWS = 10_000

interface Asked {
  /** SHA-256 of the key, hexadecimal: keys are any text of any length. */
  readonly digest: string
  readonly expiresAtMs: number
}

/** Opens the memory of what was used once, in the table `ostiary_replay`, and makes that where there is none. */
export async function openPostgresReplay({ url, clock, timeoutMs = 5000 }: PostgresReplayParts): Promise<Replay> {
  const client = openClient(url, CONNECTIONS, timeoutMs)
  try {
    await haveReplayTable(client)
  } catch (thrown) {
    await client.close()
    throw thrown
  }
  const purgeWhenDue = createPurge(client, clock)
  const group = createGroup<Asked, boolean>(
    'the replay memory',
    (waiting) => Math.min(waiting.length, TOGETHER),
    async (asked) => {
      const first = await insert(client, asked)
      purgeWhenDue()
      return first
    },
  )
  return {
    async firstUse(key, expiresAtMs) {
      if (!Number.isFinite(expiresAtMs)) throw new Error('what is used once must expire')
      return group.add({ digest: hash('sha256', key, 'hex'), expiresAtMs: Math.ceil(expiresAtMs) })
    },
    async close() {
      await group.close()
      await client.close()
    },
  }
}

// Of two who insert one key at once, the database lets one wait until the other is done. All insert in one order, so that no two
// wait for each other.
async function insert(client: Client, asked: readonly Asked[]): Promise<readonly boolean[]> {
  const first = new Map(asked.map(({ digest, expiresAtMs }) => [digest, expiresAtMs]))
  const keys = JSON.stringify([...first].map(([k, e]) => ({ k, e })))
  const rows = await client.ask(
    (sql) => sql<{ key: string }[]>`
      insert into ostiary_replay (key, expires_at)
      select decode(k, 'hex'), e from jsonb_to_recordset(${keys}::text::jsonb) as asked (k text, e bigint) order by k
      on conflict (key) do nothing returning encode(key, 'hex') as key`,
  )
  const inserted = new Set(rows.map(({ key }) => key))
  // Deleted as it is given: of several who ask for one key together, the first has it.
  return asked.map(({ digest }) => inserted.delete(digest))
}

function createPurge(client: Client, clock: Clock): () => void {
  let nextMs = Number.NEGATIVE_INFINITY
  return () => {
    const nowMs = clock.now()
    if (nowMs < nextMs) return
    nextMs = nowMs + PURGE_INTERVAL_MS
    const before = nowMs - PURGE_GRACE_MS
    // Nobody waits for it. Where it fails, what has expired stays a little longer.
    client
      .ask(
        (sql) => sql`
          delete from ostiary_replay where key in
          (select key from ostiary_replay where expires_at <= ${before} order by expires_at limit ${PURGE_ROWS})`,
      )
      .then(({ count }) => {
        if (count === PURGE_ROWS) nextMs = Number.NEGATIVE_INFINITY
      })
      .catch(() => {})
  }
}
