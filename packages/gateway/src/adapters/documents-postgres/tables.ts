import type { Client } from '../../databases/postgres-client.js'
import { have } from '../../databases/postgres-tables.js'

/** What this version writes; tables with a higher number are a later version's. */
const FORMAT = 1

// A document is named by a digest of its dataset and id, and an audience by one of its dataset, class and readers: what they are
// made of is of any length. There are few audiences, and an access list is compared once for each of them. Passages of a document
// are those of its `version` alone. Of two who put it at once each sees not what the other wrote, and would leave passages of the
// other's behind: nobody may find those by the readers of another text. With a document all of its passages go, seen or not.
const TABLES = [
  'create table ostiary_audiences (digest bytea primary key, dataset text not null, class text not null, readers text[] not null)',
  'create index ostiary_audiences_by_class on ostiary_audiences (dataset, class)',
  'create table ostiary_documents (number bigint generated always as identity primary key, digest bytea not null unique, ' +
    'id text not null, title text not null, attributes text not null, audience bytea not null, version uuid not null)',
  'create index ostiary_documents_by_audience on ostiary_documents (audience)',
  'create table ostiary_passages (number bigint generated always as identity primary key, ' +
    'document bigint not null references ostiary_documents (number) on delete cascade, version uuid not null, text text not null, words tsvector not null, length integer not null)',
  'create index ostiary_passages_by_document on ostiary_passages (document)',
  'create index ostiary_passages_by_words on ostiary_passages using gin (words)',
  'create table ostiary_retrieval (one boolean primary key, format integer not null)',
  `insert into ostiary_retrieval (one, format) values (true, ${FORMAT})`,
]

/** Makes the tables where there are none. Rejects where they are a later version's. */
export async function haveDocumentTables(client: Client): Promise<void> {
  const [row] = await have(client, TABLES, (sql) => sql<Formatted[]>`select format from ostiary_retrieval`)
  const wrong = wrongOf(row)
  if (wrong !== undefined) throw new Error(wrong)
}

/** What is wrong with tables that are there, in words for the operator. Makes none. */
export async function wrongTables(client: Client): Promise<string | undefined> {
  const [there] = await client.ask(
    (sql) => sql<{ table: string | null }[]>`select to_regclass('ostiary_retrieval')::text as table`,
  )
  if (typeof there?.table !== 'string') return undefined
  const [row] = await client.ask((sql) => sql<Formatted[]>`select format from ostiary_retrieval`)
  return wrongOf(row)
}

interface Formatted {
  readonly format: number
}

function wrongOf(row: Formatted | undefined): string | undefined {
  if (row !== undefined && row.format <= FORMAT) return undefined
  return `the format of the documents is ${row?.format}, this version's ${FORMAT}`
}
