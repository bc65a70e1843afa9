import type { Client } from '../../databases/postgres-client.js'
import { have } from '../../databases/postgres-tables.js'

/** What this version writes; tables with a higher number are a later version's. */
export const FORMAT = 1

// `last` in the one row of `ostiary_store` is the highest `seq` that was given, `purged` the highest of a row that was gone and
// is not even kept as that. A digest of the key is the row's name: keys are of any length, and an index over texts changes with
// the server's collations.
const STORE = [
  'create table ostiary_rows (space text not null, digest bytea not null, key text not null, value text, ' +
    'expires_at bigint, seq bigint not null, primary key (space, digest))',
  'create index ostiary_rows_by_seq on ostiary_rows (space, seq)',
  'create index ostiary_rows_by_expiry on ostiary_rows (expires_at)',
  'create table ostiary_store (one boolean primary key, format integer not null, last bigint not null, purged bigint not null)',
  `insert into ostiary_store (one, format, last, purged) values (true, ${FORMAT}, 0, 0)`,
]

const REPLAY = [
  'create table ostiary_replay (key bytea primary key, expires_at bigint not null)',
  'create index ostiary_replay_by_expiry on ostiary_replay (expires_at)',
]

/** Makes the store's tables where there are none. Rejects where they are a later version's. */
export async function haveStoreTables(client: Client): Promise<void> {
  const [row] = await have(client, STORE, (sql) => sql<{ format: number }[]>`select format from ostiary_store`)
  if (row === undefined || row.format > FORMAT)
    throw new Error(`the format of the store is ${row?.format}, this version's ${FORMAT}`)
}

export async function haveReplayTable(client: Client): Promise<void> {
  await have(client, REPLAY, (sql) => sql`select 1 from ostiary_replay limit 0`)
}
