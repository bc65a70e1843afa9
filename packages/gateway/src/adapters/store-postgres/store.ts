import { hash } from 'node:crypto'
import { type Client, openClient } from '../../databases/postgres-client.js'
import type { Clock, Store } from '../../spec/index.js'
import { createFollowing } from './following.js'
import { createGroup } from './group.js'
import { haveStoreTables } from './tables.js'

export interface PostgresStoreParts {
  readonly url: string
  readonly clock: Clock
  /** How long to wait for an answer. */
  readonly timeoutMs?: number
}

const CONNECTIONS = 3
const TOGETHER = 1000
const PURGE_INTERVAL_MS = 60_000
/** So long a row that is gone is kept as such, for those who follow and were away. */
const GONE_KEPT_MS = 3_600_000
const PURGE_ROWS = 10_000

interface Put {
  readonly space: string
  readonly digest: string
  readonly key: string
  readonly value: string | null
  readonly expires_at: number | null
  readonly only: Only
  /** Of `over`: the value that the row must have. */
  readonly onlyIf: string | null
}

type Only = 'any' | 'new' | 'over'

/**
 * Opens a store in the tables `ostiary_rows` and `ostiary_store` of a database, and makes them where there are none. Rejects
 * where they are a later version's. SQL that YugabyteDB and CockroachDB run too.
 */
export async function openPostgresStore({ url, clock, timeoutMs = 5000 }: PostgresStoreParts): Promise<Store> {
  const client = openClient(url, CONNECTIONS, timeoutMs)
  try {
    await haveStoreTables(client)
  } catch (thrown) {
    await client.close()
    throw thrown
  }
  const following = createFollowing(client, clock)
  const purgeWhenDue = createPurge(client, clock)
  const group = createGroup<Put, boolean>('the store', together, async (puts) => {
    const done = await write(client, puts, clock.now())
    client.tell()
    // Before anybody hears that it is done: who revoked something and goes on finds it revoked.
    await following.look()
    purgeWhenDue()
    return done
  })
  const get = async (space: string, key: string): Promise<string | undefined> => {
    const [row] = await client.ask(
      (sql) => sql<{ value: string }[]>`
        select value from ostiary_rows where space = ${space} and digest = decode(${digestOf(key)}, 'hex')
        and value is not null and (expires_at is null or expires_at > ${clock.now()})`,
    )
    return row?.value
  }
  return {
    get,
    async put(space, key, value, { expiresAtMs, onlyNew = false, onlyIf } = {}) {
      if (onlyNew && value === undefined) return (await get(space, key)) === undefined
      const expires = value === undefined ? clock.now() : expiresAtMs
      return group.add({
        space,
        digest: digestOf(key),
        key,
        value: value ?? null,
        expires_at: expires === undefined ? null : Math.floor(expires),
        only: onlyNew ? 'new' : onlyIf === undefined ? 'any' : 'over',
        onlyIf: onlyIf ?? null,
      })
    },
    follow: following.follow,
    async close() {
      await group.close()
      following.close()
      await client.close()
    },
  }
}

function digestOf(key: string): string {
  return hash('sha256', key, 'hex')
}

// One statement takes no row twice, and is of one kind: what comes after waits, so that all is done in the order it was put.
function together(waiting: readonly Put[]): number {
  const names = new Set<string>()
  const end = waiting.findIndex(({ space, digest, only }) => {
    if (only !== waiting[0]?.only || names.size === TOGETHER) return true
    const before = names.size
    return names.add(`${digest} ${space}`).size === before
  })
  return end === -1 ? waiting.length : end
}

// One statement is one transaction and one way there and back. The update comes first, since the rest needs what it gives: each
// writer waits there for the one before it to commit, so numbers are committed in their order, and no two wait for each other.
// A conflict is judged by the row as it stands then, not as it stood when the statement began. What is asked of `given` is asked
// as one value: joined, the server takes it for many rows, and compiles a plan for half a second.
async function write(client: Client, puts: readonly Put[], nowMs: number): Promise<readonly boolean[]> {
  const only = puts[0]?.only ?? 'any'
  const json = JSON.stringify(puts.map((one, index) => ({ ...one, ord: index + 1 })))
  const rows = await (only === 'over'
    ? replace(client, puts.length, json, nowMs)
    : upsert(client, puts.length, json, only, nowMs))
  const written = new Set(rows.map(({ ord }) => Number(ord)))
  return puts.map((_, index) => only === 'any' || written.has(index + 1))
}

type Written = readonly { readonly ord: string }[]

function upsert(client: Client, count: number, json: string, only: Only, nowMs: number): Promise<Written> {
  return client.ask(
    (sql) => sql<{ ord: string }[]>`
      with given as (
        update ostiary_store set last = last + ${count} where one returning last - ${count} as before
      ), put as (
        select space, decode(digest, 'hex') as digest, key, value, expires_at, (select before from given) + ord as seq
        from jsonb_to_recordset(${json}::text::jsonb)
          as p (ord bigint, space text, digest text, key text, value text, expires_at bigint)
      ), written as (
        insert into ostiary_rows as r (space, digest, key, value, expires_at, seq)
        select space, digest, key, value, expires_at, seq from put
        where value is not null or (
          select true from ostiary_rows o where o.space = put.space and o.digest = put.digest and o.value is not null)
        on conflict (space, digest) do update
        set key = excluded.key, value = excluded.value, expires_at = excluded.expires_at, seq = excluded.seq
        where not ${only === 'new'} or r.value is null or r.expires_at <= ${nowMs}
        returning seq
      )
      select seq - (select before from given) as ord from written`,
  )
}

// What the row must be is asked of it as it stands once it is locked: a row that another has changed meanwhile is asked anew.
function replace(client: Client, count: number, json: string, nowMs: number): Promise<Written> {
  return client.ask(
    (sql) => sql<{ ord: string }[]>`
      with given as (
        update ostiary_store set last = last + ${count} where one returning last - ${count} as before
      ), put as (
        select space, decode(digest, 'hex') as digest, value, expires_at, "onlyIf" as held, ord
        from jsonb_to_recordset(${json}::text::jsonb)
          as p (ord bigint, space text, digest text, value text, expires_at bigint, "onlyIf" text)
      ), written as (
        update ostiary_rows as r
        set value = put.value, expires_at = put.expires_at, seq = (select before from given) + put.ord
        from put where r.space = put.space and r.digest = put.digest and r.value = put.held
          and (r.expires_at is null or r.expires_at > ${nowMs})
        returning r.seq
      )
      select seq - (select before from given) as ord from written`,
  )
}

function createPurge(client: Client, clock: Clock): () => void {
  let nextMs = Number.NEGATIVE_INFINITY
  return () => {
    const nowMs = clock.now()
    if (nowMs < nextMs) return
    nextMs = nowMs + PURGE_INTERVAL_MS
    // Nobody waits for it. Where it fails, what is gone stays a little longer.
    purge(client, nowMs - GONE_KEPT_MS)
      .then((full) => {
        if (full) nextMs = Number.NEGATIVE_INFINITY
      })
      .catch(() => {})
  }
}

// What will be forgotten is said first: in between a follower may be called ill too early, and never too late. No transaction
// holds these together: one whose connection is lost makes the library throw where nobody can catch it.
async function purge(client: Client, before: number): Promise<boolean> {
  const [gone] = await client.ask(
    (sql) => sql<{ highest: string | null; count: number }[]>`
      select max(seq) as highest, count(*)::int as count from (
        select seq from ostiary_rows where expires_at <= ${before} order by expires_at limit ${PURGE_ROWS}
      ) as gone`,
  )
  const highest = gone?.highest ?? null
  if (highest === null) return false
  await client.ask((sql) => sql`update ostiary_store set purged = greatest(purged, ${highest}) where one`)
  // Asked of the row itself as well, as it stands once it is locked: it may have been put again meanwhile.
  await client.ask(
    (sql) => sql`
      delete from ostiary_rows where expires_at <= ${before} and seq <= ${highest} and (space, digest) in (
        select space, digest from ostiary_rows where expires_at <= ${before} and seq <= ${highest}
        order by expires_at limit ${PURGE_ROWS})`,
  )
  return gone?.count === PURGE_ROWS
}
