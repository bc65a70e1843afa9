import { openClient } from '../../databases/postgres-client.js'
import { classOf } from '../../retrieval/audience.js'
import type { DocumentIndex, Embedding } from '../../spec/index.js'
import { createFinding } from './finding.js'
import { haveDocumentTables } from './tables.js'
import { createLookForUnlike } from './unlike.js'
import { haveVectors, type Vectors } from './vectors.js'
import { createWriting } from './writing.js'

export interface PostgresDocumentsParts {
  readonly url: string
  /** Whose documents: a database may have those of several. */
  readonly dataset: string
  /** Told once of each kind of row that cannot be read and is left out. Nothing that the row holds is said. */
  readonly warn: (what: string) => void
  /** Of documents: where it is there they are kept with vectors, which queries that have an embedding are compared with. */
  readonly embedding?: Embedding
  /** How long to wait for an answer. */
  readonly timeoutMs?: number
}

const CONNECTIONS = 3

/**
 * Opens the documents of a dataset in the tables `ostiary_documents` and `ostiary_passages` of a database, and makes them where
 * there are none. Rejects where they are a later version's.
 *
 * With an embedding vectors are in `ostiary_vectors`, by pgvector: rejects with `NoPgvector` where that cannot be had.
 */
export async function openPostgresDocuments({
  url,
  dataset,
  warn,
  embedding,
  timeoutMs = 10_000,
}: PostgresDocumentsParts): Promise<DocumentIndex> {
  const client = openClient(url, CONNECTIONS, timeoutMs)
  let vectors: Vectors | undefined
  try {
    await haveDocumentTables(client)
    if (embedding !== undefined) vectors = await haveVectors(client, embedding)
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
    ...createWriting(client, dataset, vectors),
    search: createFinding({
      ...{ client, dataset, vectors },
      skipped: () => warnOnce('a document cannot be read, and is shown to nobody'),
      compared: createLookForUnlike(client, dataset, warn),
    }),
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
