import { readAddress } from '../../databases/postgres-address.js'
import { type Client, openClient } from '../../databases/postgres-client.js'
import { NoPgvector, tryPgvector } from './pgvector.js'
import { wrongTables } from './tables.js'

/** Something that keeps documents from being opened, and what mends it. */
export interface Lack {
  readonly what: string
  readonly mend: string
}

/** Whether documents could be in a database just now, with vectors too. Asks it, and changes nothing in it. */
export async function lookAtDocuments(
  url: string,
  { vectors }: { readonly vectors: boolean },
  timeoutMs = 5000,
): Promise<readonly Lack[]> {
  const client = openClient(url, 1, timeoutMs)
  const name = `PostgreSQL at \`${readAddress(url).shown}\``
  try {
    const wrong = await wrongTables(client)
    if (wrong !== undefined)
      return [{ what: `${name}: ${wrong}`, mend: 'run the version of ostiary that made it, or name another database' }]
    const unmade = await unmadeTables(client, vectors)
    if (unmade !== undefined) {
      const mend = `let \`${unmade.user}\` create tables for the first start, or make them by a start as another user`
      return [{ what: `${name}: there is no table ${unmade.table}, and \`${unmade.user}\` may not make it`, mend }]
    }
    if (vectors) await tryPgvector(client)
    return []
  } catch (error) {
    if (error instanceof NoPgvector) return [{ what: `${name}: ${error.what}`, mend: error.mend }]
    const what = error instanceof Error ? error.message : String(error)
    return [{ what, mend: 'start the database, let this machine reach it, or correct the address' }]
  } finally {
    await client.close()
  }
}

/** A table that is missing, and that the login may not make. */
async function unmadeTables(
  client: Client,
  vectors: boolean,
): Promise<{ readonly table: string; readonly user: string } | undefined> {
  const [state] = await client.ask(
    (sql) => sql<{ user: string; create: boolean | null; documents: boolean; vectors: boolean }[]>`
      select current_user as user, has_schema_privilege(current_schema(), 'create') as create,
        to_regclass('ostiary_documents') is not null as documents, to_regclass('ostiary_vectors') is not null as vectors`,
  )
  if (state === undefined || state.create === true) return undefined
  if (!state.documents) return { table: 'ostiary_documents', user: state.user }
  return vectors && !state.vectors ? { table: 'ostiary_vectors', user: state.user } : undefined
}
