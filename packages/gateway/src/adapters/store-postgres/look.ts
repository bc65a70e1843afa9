import { readAddress } from '../../databases/postgres-address.js'
import { openClient, type Sql } from '../../databases/postgres-client.js'
import { FORMAT } from './tables.js'

/** Something that keeps a store from being used, and what mends it. */
export interface Lack {
  readonly what: string
  readonly mend: string
}

const TABLES = ['ostiary_rows', 'ostiary_store', 'ostiary_replay'] as const
const RIGHTS = 'select, insert, update, delete'

/** Whether a database could be used as a store just now. Asks it, and changes nothing in it. */
export async function lookAtPostgres(url: string, timeoutMs = 5000): Promise<readonly Lack[]> {
  const { shown } = readAddress(url)
  const client = openClient(url, 1, timeoutMs)
  try {
    return await lacks((query) => client.ask(query), `PostgreSQL at \`${shown}\``)
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    return [{ what: `store: ${what}`, mend: 'start the database, let this machine reach it, or correct the address' }]
  } finally {
    await client.close()
  }
}

/** Whether a store was ever made in this database. Makes nothing. */
export async function hasStoreTables(url: string, timeoutMs = 5000): Promise<boolean> {
  const client = openClient(url, 1, timeoutMs)
  try {
    return await isThere((query) => client.ask(query))
  } finally {
    await client.close()
  }
}

type Ask = <T>(query: (sql: Sql) => PromiseLike<T>) => Promise<T>

async function lacks(ask: Ask, name: string): Promise<readonly Lack[]> {
  const [state] = await ask(
    (sql) => sql<{ readonly: string; user: string; create: boolean | null }[]>`
      select current_setting('transaction_read_only') as readonly, current_user as user,
      has_schema_privilege(current_schema(), 'create') as create`,
  )
  if (state?.readonly === 'on')
    return [{ what: `store: ${name} takes no writes`, mend: 'write the address of the primary, not of a standby' }]
  const found: Lack[] = []
  for (const table of TABLES) {
    const [of] = await ask(
      (sql) => sql<{ there: boolean; may: boolean | null }[]>`
        select to_regclass(${table}) is not null as there,
        has_table_privilege(to_regclass(${table}), 'select') and has_table_privilege(to_regclass(${table}), 'insert')
        and has_table_privilege(to_regclass(${table}), 'update') and has_table_privilege(to_regclass(${table}), 'delete')
        as may`,
    )
    if (of?.there === true && of.may === true) continue
    if (of?.there === true) {
      const mend = `grant ${RIGHTS} on ${table} to "${state?.user}"`
      found.push({ what: `store: \`${state?.user}\` may not read and write ${table} in ${name}`, mend })
    } else if (state?.create !== true) {
      const mend = `let \`${state?.user}\` create tables for the first start, or make them by a start as another user`
      found.push({ what: `store: ${name} has no table ${table}, and \`${state?.user}\` may not make it`, mend })
    }
  }
  return found.length > 0 ? found : await formatLacks(ask, name)
}

async function formatLacks(ask: Ask, name: string): Promise<readonly Lack[]> {
  if (!(await isThere(ask))) return []
  const [row] = await ask((sql) => sql<{ format: number }[]>`select format from ostiary_store`)
  if (row !== undefined && row.format <= FORMAT) return []
  const what = `store: the format of ${name} is ${row?.format}, this version's ${FORMAT}`
  return [{ what, mend: 'run the version of ostiary that made it, or name another database' }]
}

async function isThere(ask: Ask): Promise<boolean> {
  const [row] = await ask((sql) => sql<{ there: boolean }[]>`select to_regclass('ostiary_store') is not null as there`)
  return row?.there === true
}
