import { openClient } from '../../databases/postgres-client.js'
import { classOf } from '../../retrieval/audience.js'
import type { DocumentIndex } from '../../spec/index.js'
import { createFinding } from './finding.js'
import { haveDocumentTables } from './tables.js'
import { createWriting } from './writing.js'

export interface PostgresDocumentsParts {
  readonly url: string
  /** Whose documents: a database may have those of several. */
  readonly dataset: string
  /** Told once of each kind of row that cannot be read and is left out. Nothing that the row holds is said. */
  readonly warn: (what: string) => void
  /** How long to wait for an answer. */
  readonly timeoutMs?: number
}

const CONNECTIONS = 3

/**
 * Opens the documents of a dataset in the tables `ostiary_documents` and `ostiary_passages` of a database, and makes them where
 * there are none. Rejects where they are a later version's.
 *
 * Full text alone: vectors, by pgvector where it is present, may join the same tables later.
 */
export async function openPostgresDocuments({
  url,
  dataset,
  warn,
  timeoutMs = 10_000,
}: PostgresDocumentsParts): Promise<DocumentIndex> {
  const client = openClient(url, CONNECTIONS, timeoutMs)
  try {
    await haveDocumentTables(client)
  } catch (thrown) {
    await client.close()
    throw thrown
  }
  const warned = new Set<string>()
  const warnOnce = (what: string): void => {
    if (warned.has(what)) return
    warned.add(what)
    warn(`\`${dataset}\`: ${what}`)
  }
  return {
    ...createWriting(client, dataset),
    search: createFinding(client, dataset, () => warnOnce('a document cannot be read, and is shown to nobody')),
    async classes(readers) {
      const rows = await client.ask(
        (sql) => sql<{ class: string }[]>`
          select distinct class from ostiary_audiences
          where dataset = ${dataset} and digest in (select audience from ostiary_documents)
            and (${readers === undefined} or readers && array(select jsonb_array_elements_text(${JSON.stringify(readers ?? [])}::text::jsonb)))`,
      )
      return rows.flatMap((row) => {
        const found = classOf(row.class)
        if (found === undefined) warnOnce('a document has a malformed classification, and is shown to nobody')
        return found ?? []
      })
    },
    close: () => client.close(),
  }
}
