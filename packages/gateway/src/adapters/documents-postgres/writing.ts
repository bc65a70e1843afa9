import { hash, randomUUID } from 'node:crypto'
import type { Client } from '../../databases/postgres-client.js'
import { audienceOf, nameOfClass } from '../../retrieval/audience.js'
import { keptAttributes, keptId, keptText } from '../../retrieval/kept.js'
import { passagesOf } from '../../retrieval/passages.js'
import { wordsOf } from '../../retrieval/words.js'
import type { Document, DocumentIndex } from '../../spec/index.js'

export type Writing = Pick<DocumentIndex, 'put' | 'reclassify' | 'delete'>

/** So much of a title is searched, with each of the document's passages. */
const TITLE_CHARACTERS = 400
/** PostgreSQL's own bound on where a word stands. */
const POSITION_MAX = 16_383
const POSITIONS_MAX = 255

/** Each is one statement, and so one transaction. */
export function createWriting(client: Client, dataset: string): Writing {
  const digestOf = (id: string): string => hash('sha256', JSON.stringify([dataset, id]), 'hex')

  const rowOf = (document: Document): object => {
    const id = keptId(document.id)
    const title = keptText(document.title)
    const { class: name, readers } = audienceOf(document)
    const ofTitle = wordsOf(title.slice(0, TITLE_CHARACTERS))
    const passages = passagesOf(keptText(document.text)).map((text) => ({
      text,
      words: vectorOf([...ofTitle, ...wordsOf(text)]),
    }))
    const attributes = keptAttributes(document.attributes)
    return { digest: digestOf(id), id, title, attributes, class: name, readers, version: randomUUID(), passages }
  }

  return {
    async put(documents) {
      // One statement takes no row twice: the last of each id.
      const rows = [...new Map(documents.map((one) => [one.id, one])).values()].map(rowOf)
      if (rows.length > 0)
        await client.ask(
          (sql) => sql`
        with put as (
          select decode(digest, 'hex') as digest, id, title, attributes, class, readers, version, passages
          from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as d (
            digest text, id text, title text, attributes text, class text, readers text[], version uuid, passages jsonb)
          order by digest
        ), document as (
          insert into ostiary_documents (digest, dataset, id, title, attributes, class, readers, version)
          select digest, ${dataset}, id, title, attributes, class, readers, version from put
          on conflict (digest) do update set title = excluded.title, attributes = excluded.attributes,
            class = excluded.class, readers = excluded.readers, version = excluded.version
        ), gone as (
          delete from ostiary_passages p using put where p.document = put.digest
        )
        insert into ostiary_passages (document, version, ordinal, text, words)
        select put.digest, put.version, one.ordinal, one.value ->> 'text', (one.value ->> 'words')::tsvector
        from put, jsonb_array_elements(put.passages) with ordinality as one (value, ordinal)`,
        )
    },
    async reclassify(id, to) {
      const name = to.classification === undefined ? null : (nameOfClass(to.classification) ?? '')
      const readers = to.readers === undefined ? null : JSON.stringify(readersOf(to.readers))
      const rows = await client.ask(
        (sql) => sql`
        update ostiary_documents set class = coalesce(${name}, class),
          readers = case when ${readers}::text is null then readers
            else array(select jsonb_array_elements_text(${readers}::text::jsonb)) end
        where digest = decode(${digestOf(id)}, 'hex') returning 1`,
      )
      return rows.length > 0
    },
    async delete(ids) {
      const digests = JSON.stringify(ids.map(digestOf))
      const rows = await client.ask(
        (sql) => sql`
        with named as (
          select decode(value, 'hex') as digest from jsonb_array_elements_text(${digests}::text::jsonb)
        ), passage as (
          delete from ostiary_passages where document in (select digest from named)
        )
        delete from ostiary_documents where digest in (select digest from named) returning 1`,
      )
      return rows.length
    },
  }
}

function readersOf(readers: Document['readers']): Document['readers'] {
  return audienceOf({ classification: { level: '', categories: [] }, readers }).readers
}

// Written out, since a parser of the server's would cut words in other places, by the language that it is set to. There is no
// quote and no backslash in a word.
function vectorOf(words: readonly string[]): string {
  const positions = new Map<string, number[]>()
  for (const [at, word] of words.entries()) {
    const before = positions.get(word)
    if (before === undefined) positions.set(word, [Math.min(at + 1, POSITION_MAX)])
    else if (before.length < POSITIONS_MAX) before.push(Math.min(at + 1, POSITION_MAX))
  }
  return [...positions].map(([word, at]) => `'${word}':${at.join(',')}`).join(' ')
}
