import { type Client, codeOf, type Sql } from './postgres-client.js'

const TRIES = 5
const UNDEFINED_TABLE = '42P01'

/**
 * Looks at tables, and makes them where there are none.
 *
 * @param make statements that make all of them, or fail
 */
// Looked for first, since who may use tables need not be allowed to make them.
export async function have<T>(client: Client, make: readonly string[], look: (sql: Sql) => PromiseLike<T>): Promise<T> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await client.ask(look)
    } catch (thrown) {
      if (codeOf(thrown) !== UNDEFINED_TABLE || left === 0) throw thrown
    }
    try {
      // Statements sent together are one transaction.
      await client.ask((sql) => sql.unsafe(make.join(';\n')))
    } catch (thrown) {
      // Another who makes them at once: then they are there, or will be at the next look.
      if (left === 1) throw thrown
    }
  }
}
