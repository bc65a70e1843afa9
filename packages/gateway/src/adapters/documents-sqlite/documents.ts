import { column } from '../../databases/sqlite.js'
import { openFile, write } from '../../databases/sqlite-file.js'
import { classOf } from '../../retrieval/audience.js'
import type { DocumentIndex, Embedding } from '../../spec/index.js'
import { createFinding } from './finding.js'
import { DOCUMENTS_FORMAT } from './format.js'
import { vectorsOf } from './vectors.js'
import { createWriting } from './writing.js'

export interface SqliteDocumentsParts {
  readonly path: string
  /** Told once of each kind of row that cannot be read and is left out. Nothing that the row holds is said. */
  readonly warn: (what: string) => void
  /** Of documents: where it is there they are kept with vectors, which queries that have an embedding are compared with. */
  readonly embedding?: Embedding
  /** How long to wait for another process that writes. */
  readonly busyTimeoutMs?: number
}

/**
 * Opens documents in a SQLite file of their own, and makes it where there is none: the file for its owner alone, and so its folder
 * where that is new too. Rejects where the file is something else, or of a later version.
 *
 * A search passes over all places where its words stand, visible or not: how long it takes tells a little of how common a word
 * is among all documents. Writing holds up the process: put hundreds of documents at a time, not thousands.
 */
export async function openSqliteDocuments({
  path,
  warn,
  embedding,
  busyTimeoutMs = 5000,
}: SqliteDocumentsParts): Promise<DocumentIndex> {
  // A deletion that was confirmed must outlive a power cut: in WAL mode only FULL syncs at each commit.
  const file = await openFile(
    path,
    DOCUMENTS_FORMAT,
    `pragma busy_timeout = ${busyTimeoutMs}; pragma synchronous = full`,
  )
  const { database } = file
  const classes = database.prepare('select distinct class from audiences')
  const classesOf = database.prepare(`
    select distinct class from audiences
    where number in (select audience from readers where reader in (select value from json_each(?)))`)
  const writing = createWriting(database)
  const warned = new Set<string>()
  let closed = false

  const mustBeOpen = (): void => {
    if (closed) throw new Error('the documents are closed')
  }
  const warnOnce = (what: string): void => {
    if (warned.has(what)) return
    warned.add(what)
    warn(`\`${path}\`: ${what}`)
  }
  const written = <T>(work: () => T): T => {
    mustBeOpen()
    file.check()
    return write(database, work)
  }

  return {
    search: createFinding(database, mustBeOpen, () => warnOnce('a document cannot be read, and is shown to nobody')),
    async classes(readers) {
      mustBeOpen()
      const rows = readers === undefined ? classes.all() : classesOf.all(JSON.stringify(readers))
      return rows.flatMap((row) => {
        const name = column(row, 'class')
        const found = typeof name === 'string' ? classOf(name) : undefined
        if (found === undefined) warnOnce('a document has a malformed classification, and is shown to nobody')
        return found ?? []
      })
    },
    async put(documents) {
      mustBeOpen()
      // Before the lock is taken: it may last, and fail.
      const vectors = embedding === undefined ? undefined : await vectorsOf(embedding, documents)
      written(() => {
        for (const [at, one] of documents.entries()) writing.put(one, vectors?.[at])
      })
    },
    async reclassify(id, to) {
      return written(() => writing.reclassify(id, to))
    },
    async delete(ids) {
      return written(() => ids.filter(writing.remove).length)
    },
    async close() {
      if (closed) return
      closed = true
      // libsql lets go of the file only when its last statement is collected: what is in the log goes into the file now.
      database.prepare('pragma wal_checkpoint(passive)').all()
      database.close()
    },
  }
}
