import type { Client, Transaction } from '../../../databases/postgres-client.js'

/** Who waits for a lock has others wait behind. */
const LOCK_MS = 1000

/**
 * Does something in a transaction that can write nothing, whose statements end by themselves, and where no name means anything but
 * PostgreSQL's own: an operator that somebody put into the schema `public` would run with the rights of this login.
 */
export async function readOnly<T>(
  client: Client,
  timeoutMs: number,
  work: (sql: Transaction) => Promise<T>,
): Promise<T> {
  const done = await client.ask((sql) =>
    sql.begin('read only', async (within) => {
      await within.unsafe(
        `set local statement_timeout = ${timeoutMs}; set local lock_timeout = ${LOCK_MS}; ` +
          'set local row_security = off; set local search_path = pg_catalog',
      )
      return { value: await work(within) }
    }),
  )
  return done.value
}
