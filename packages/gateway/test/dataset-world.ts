import postgres from 'postgres'
import type { Mentions } from '../src/adapters/dataset-postgres/sql/mentions.js'
import { mentionsOf } from '../src/adapters/dataset-postgres/sql/mentions.js'
import { findIn, relationsOf } from '../src/adapters/dataset-postgres/sql/relations.js'
import { type Replacement, type Rewritten, rewrite } from '../src/adapters/dataset-postgres/sql/rewrite.js'
import { parseStatement } from '../src/adapters/dataset-postgres/sql/statement.js'
import { proceed, type Step } from '../src/spec/index.js'
import type { PostgresServer } from './postgres.js'

/** What of the database is in the catalogue: not `people.secret`, nor the table `salaries`. */
export const FIND = findIn(
  ['public', 'hr'],
  [
    { schema: 'public', table: 'people', columns: ['id', 'name', 'email', 'age', 'dept', 'tags', 'doc', 'born'] },
    { schema: 'public', table: 'orders', columns: ['id', 'person', 'amount', 'email'] },
    { schema: 'hr', table: 'depts', columns: ['id', 'name'] },
  ],
)

/**
 * Two databases with this differ in what nobody may learn, and in nothing else.
 *
 * There is no primary key: what GROUP BY leaves out because a key determines it is an error in a sub-select.
 *
 * @param guess a value of the tables that all may see: where it is the secret of one of the two, a comparison tells them apart
 */
export function tablesWith(secret: string, guess = 'nobody'): string {
  return `
    create schema hr;
    create table people (id int, secret text, name text, email text, age int, dept int, tags text[], doc jsonb,
      born date, hidden bool not null);
    insert into people values
      (1, '${secret}1', 'Ann', '${secret}.ann@example.com', 31, 1, '{a,b}', '{"k":[1,2],"s":"x"}', '1990-02-03', false),
      (2, '${secret}2', 'Bob', 'bob.${secret}@example.com', 42, 1, '{}', '{"k":[3]}', '1980-01-01', false),
      (3, '${secret}3', 'Cy', null, 27, 2, null, null, null, false),
      (4, '${secret}4', 'Di', '${secret}', 55, 3, '{c}', '{"s":"y"}', '1970-12-31', false);
    insert into people select 100 + n, 'h', '${secret}' || n, 'h', length('${secret}') + n, 1, null, null, null, true
      from generate_series(1, length('${secret}')) n;
    create table orders (id int, person int, amount numeric(10,2), email text);
    insert into orders values (1, 1, 10.50, 'ann@example.com'), (2, 1, 20, null), (3, 2, 5.25, 'x@example.com'), (4, 9, 0, '${guess}');
    create table hr.depts (id int, name text);
    insert into hr.depts values (1, 'Sales'), (2, 'Ops'), (3, '${guess}');
    create table salaries (person int, amount int);
    insert into salaries values (1, length('${secret}') * 1000);
    create function veiled(bool) returns bool language plpgsql as $$ begin return $1; end $$;
    create function leak() returns text language sql as $$ select secret from people limit 1 $$;`
}

export interface Understood {
  readonly rewritten: Rewritten
  readonly mentions: Mentions
}

/** All that the connector does with a statement, but for asking policy. */
export function understand(sql: string, replacements: Readonly<Record<string, Replacement>>): Step<Understood> {
  const parsed = parseStatement(sql)
  if (parsed.kind === 'refuse') return parsed
  const used = relationsOf(parsed.value, FIND)
  if (used.kind === 'refuse') return used
  const mentions = mentionsOf(parsed.value, used.value)
  if (mentions.kind === 'refuse') return mentions
  const rewritten = rewrite(
    parsed.value,
    used.value,
    ({ table }) => replacements[table] ?? { expressions: new Map(), filters: [] },
  )
  return rewritten.kind === 'refuse' ? rewritten : proceed({ rewritten: rewritten.value, mentions: mentions.value })
}

export interface Database {
  /** Rows as text, or the error in full. */
  ask(sql: string, parameters?: readonly string[]): Promise<Answer>
  /** The names of the outputs, and the table and number of the column that each is of; or the error. */
  describe(sql: string): Promise<readonly { name: string; column: string | undefined }[] | string>
  close(): Promise<void>
}

export interface Answer {
  readonly rows: readonly (readonly (string | null)[])[]
  readonly error: string | undefined
}

/** A database of its own on a server, asked as the connector asks: whoever is left to find a name by itself finds pg_catalog. */
export async function openDatabase(
  server: PostgresServer,
  name: string,
  setup: string,
  searchPath: string,
): Promise<Database> {
  await server.run(`create database ${name}`)
  const url = server.url.replace(/[^/]*$/, name)
  const options = { max: 1, fetch_types: false, onnotice: () => {} }
  const first = postgres(url, options)
  await first.unsafe(setup)
  const columns = new Map<string, string>()
  for (const { oid, attnum, name } of await first.unsafe(
    "select attrelid::text oid, attnum, attrelid::regclass || '.' || attname as name from pg_attribute join pg_class c on c.oid = attrelid where relkind = 'r'",
  ))
    columns.set(`${oid}.${attnum}`, String(name))
  await first.end()
  const sql = postgres(url, {
    ...options,
    connection: { search_path: searchPath, statement_timeout: 5_000, TimeZone: 'UTC', DateStyle: 'ISO' },
  })
  const error = (thrown: unknown): string =>
    thrown instanceof postgres.PostgresError
      ? `${thrown.code} ${thrown.message} ${thrown.detail ?? ''}`
      : String(thrown)
  return {
    async ask(text, parameters = []) {
      try {
        const rows = await sql.unsafe(text, [...parameters]).raw()
        return {
          rows: rows.map((row) => row.map((cell) => (cell === null ? null : cell.toString()))),
          error: undefined,
        }
      } catch (thrown) {
        return { rows: [], error: error(thrown) }
      }
    },
    async describe(text) {
      try {
        const { columns: found } = await sql.unsafe(text).describe()
        return found.map(({ name, table, number }) => ({ name, column: columns.get(`${table}.${number}`) }))
      } catch (thrown) {
        return error(thrown)
      }
    },
    close: () => sql.end(),
  }
}
