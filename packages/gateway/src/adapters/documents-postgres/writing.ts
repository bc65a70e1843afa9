import { hash, randomUUID } from 'node:crypto'
import type { Client, Sql } from '../../databases/postgres-client.js'
import { type Audience, audienceOf, classOf, readersIn } from '../../retrieval/audience.js'
import { keptAttributes, keptId, keptText } from '../../retrieval/kept.js'
import { passagesOf } from '../../retrieval/passages.js'
import { wordsOf } from '../../retrieval/words.js'
import type { Document, DocumentIndex } from '../../spec/index.js'
import type { Vectors } from './vectors.js'

export type Writing = Pick<DocumentIndex, 'put' | 'reclassify' | 'delete'>

/** So much of a title is searched, with each of the document's passages. */
const TITLE_CHARACTERS = 400
/** Each time another has changed what was read. */
const TRIES = 10

/** Each is one statement, and so one transaction; `reclassify` one that changes nothing where another did since. */
export function createWriting(client: Client, dataset: string, vectors: Vectors | undefined): Writing {
  const digestOf = (...names: readonly unknown[]): string => hash('sha256', JSON.stringify([dataset, ...names]), 'hex')
  const digestOfAudience = ({ class: name, readers }: Audience): string => digestOf(name, readers)

  const rowOf = (document: Document, made: readonly (string | undefined)[] | undefined): object => {
    const id = keptId(document.id)
    const title = keptText(document.title)
    const audience = audienceOf(document)
    const ofTitle = wordsOf(title.slice(0, TITLE_CHARACTERS))
    const passages = passagesOf(keptText(document.text)).map((text, at) => {
      const words = [...ofTitle, ...wordsOf(text)]
      return { text, words: vectorOf(words), length: Math.max(1, words.length), vector: made?.[at] }
    })
    const attributes = keptAttributes(document.attributes)
    const named = { digest: digestOf(id), audience: digestOfAudience(audience) }
    return { ...named, ...audience, id, title, attributes, version: randomUUID(), passages }
  }

  /** @returns whether there is such a document; undefined: another has changed it meanwhile */
  const tryReclassify = async (
    digest: string,
    to: Parameters<Writing['reclassify']>[1],
  ): Promise<boolean | undefined> => {
    const [row] = await client.ask(
      (sql) => sql<{ held: string; class: string | null; readers: string | null }[]>`
        select encode(d.audience, 'hex') as held, a.class, to_json(a.readers)::text as readers
        from ostiary_documents d left join ostiary_audiences a on a.digest = d.audience
        where d.digest = decode(${digest}, 'hex')`,
    )
    if (row === undefined) return false
    const audience = audienceOf({
      classification: to.classification ?? classOf(row.class ?? '') ?? { level: '', categories: [] },
      readers: to.readers ?? readersIn(row.readers ?? ''),
    })
    const changed = await client.ask(
      (sql) => sql`
        with audience as (
          insert into ostiary_audiences (digest, dataset, class, readers)
          values (decode(${digestOfAudience(audience)}, 'hex'), ${dataset}, ${audience.class},
            array(select jsonb_array_elements_text(${JSON.stringify(audience.readers)}::text::jsonb)))
          on conflict (digest) do nothing
        )
        update ostiary_documents set audience = decode(${digestOfAudience(audience)}, 'hex')
        where digest = decode(${digest}, 'hex') and audience = decode(${row.held}, 'hex') returning 1`,
    )
    return changed.length > 0 ? true : undefined
  }

  return {
    async put(documents) {
      // One statement takes no row twice: the last of each id.
      const all = [...new Map(documents.map((one) => [one.id, one])).values()]
      if (all.length === 0) return
      const made = await vectors?.of(all)
      const rows = all.map((one, at) => rowOf(one, made?.texts[at]))
      await client.ask(
        (sql) => sql`
          with put as materialized (
            select decode(digest, 'hex') as digest, decode(audience, 'hex') as audience, class, readers,
              id, title, attributes, version, passages
            from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as d (
              digest text, audience text, class text, readers text[],
              id text, title text, attributes text, version uuid, passages jsonb)
            order by digest
          ), audience as (
            insert into ostiary_audiences (digest, dataset, class, readers)
            select distinct audience, ${dataset}, class, readers from put order by audience
            on conflict (digest) do nothing
          ), document as (
            insert into ostiary_documents (digest, id, title, attributes, audience, version)
            select digest, id, title, attributes, audience, version from put
            on conflict (digest) do update set title = excluded.title, attributes = excluded.attributes,
              audience = excluded.audience, version = excluded.version
            returning digest, number
          ), gone as (
            delete from ostiary_passages p using document where p.document = document.number
          ) ${vectors === undefined || made === undefined ? passagesPut(sql) : vectorsPut(sql, vectors.schema, made.model)}`,
      )
    },
    async reclassify(id, to) {
      for (let left = TRIES; left > 0; left -= 1) {
        const done = await tryReclassify(digestOf(id), to)
        if (done !== undefined) return done
      }
      throw new Error('a document was changed by others again and again')
    },
    async delete(ids) {
      const digests = JSON.stringify(ids.map((id) => digestOf(id)))
      const rows = await client.ask(
        (sql) => sql`
          delete from ostiary_documents where digest in (
            select decode(value, 'hex') from jsonb_array_elements_text(${digests}::text::jsonb))
          returning 1`,
      )
      return rows.length
    },
  }
}

function passagesPut(sql: Sql) {
  return sql`
    insert into ostiary_passages (document, version, text, words, length)
    select document.number, put.version, one.text, one.words::tsvector, one.length
    from put join document using (digest),
      jsonb_to_recordset(put.passages) as one (text text, words text, length integer)`
}

// What a passage was put with is not returned: it is known again by its text. Of two with one text in a document the vectors mean
// the same.
function vectorsPut(sql: Sql, schema: string, model: string) {
  const of = sql.unsafe(schema)
  return sql`
    , passage as (${passagesPut(sql)} returning number, document, version, text)
    insert into ostiary_vectors (passage, document, version, model, length, vector)
    select passage.number, passage.document, passage.version, ${model}, ${of}.vector_dims(one.vector), one.vector
    from passage join document on document.number = passage.document join put using (digest), lateral (
      select distinct on (text) text, vector::${of}.vector as vector
      from jsonb_to_recordset(put.passages) as every (text text, vector text)
      where vector is not null order by text
    ) as one
    where one.text = passage.text`
}

// Written out, since a parser of the server's would cut words in other places, by the language that it is set to. There is no
// quote and no backslash in a word.
function vectorOf(words: readonly string[]): string {
  return [...new Set(words)].map((word) => `'${word}'`).join(' ')
}
