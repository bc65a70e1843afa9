import { type CatalogueTable, tableName } from './catalogue.js'
import type { Server } from './server/server.js'
import { quoteIdentifier } from './sql/text.js'
import type { ReadyFilters } from './understood.js'
import { DatabaseError } from './wire/errors.js'
import { bind, execute, parse, SYNC } from './wire/messages.js'
import { fly } from './wire/session.js'

// The table is not there, which is told by itself; or the role may not look at its schema.
const UNTOLD = new Set(['42P01', '3F000', '42501'])

/**
 * Has the database read each row filter, before a query depends on it: a filter that it does not take makes every query fail that
 * needs it.
 *
 * @param role in whose name: a login alone may often not look
 * @param warn told in the operator's words, and those of the database about what the operator wrote
 */
export async function checkFilters(
  server: Server,
  role: string,
  tables: readonly CatalogueTable[],
  filters: ReadyFilters,
  warn: (message: string) => void,
): Promise<void> {
  const asRole = [parse('', "SELECT set_config('role', $1, true)"), bind('', [role]), execute(0)]
  const lease = await server.pool.take()
  try {
    for (const table of tables) {
      const from = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.table)}`
      for (const { name, where } of filters.get(tableName(table)) ?? []) {
        try {
          await fly(lease.session, [...asRole, parse('', `SELECT FROM ${from} WHERE ${where}`), SYNC], () => {})
        } catch (thrown) {
          if (!(thrown instanceof DatabaseError)) throw thrown
          if (UNTOLD.has(thrown.code)) continue
          const why = `${thrown.message} (SQLSTATE ${thrown.code})`
          warn(`the row filter \`${name}\` of \`${tableName(table)}\` fails, and so does what needs it: ${why}`)
        }
      }
    }
  } finally {
    lease.free()
  }
}
