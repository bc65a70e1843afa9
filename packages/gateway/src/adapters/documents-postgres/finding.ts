import { type Client, codeOf, NO_ANSWER, type Sql } from '../../databases/postgres-client.js'
import { classOf, nameOfClass } from '../../retrieval/audience.js'
import { FUSED_MAX, RANK_OFFSET } from '../../retrieval/fusion.js'
import { attributesOf } from '../../retrieval/kept.js'
import { wordsOf } from '../../retrieval/words.js'
import { type DocumentIndex, type DocumentQuery, type Hit, parseReader, proceed, refuse } from '../../spec/index.js'
import { type Meaning, meaningOf, type Vectors } from './vectors.js'

const WORDS_MAX = 64
const HITS_MAX = 1000
/** How much the length of a passage counts, as in BM25. */
const B = 0.75

interface Found {
  readonly id: string
  readonly title: string
  readonly attributes: string
  readonly class: string
  readonly text: string
  readonly score: number
}

export interface FindingParts {
  readonly client: Client
  readonly dataset: string
  /** Undefined: a query is searched for by its words alone, whatever it means. */
  readonly vectors: Vectors | undefined
  /** Told that there is a row that cannot be read, and is left out. */
  readonly skipped: () => void
  /** Told what vectors a query is compared with. */
  readonly compared: (meaning: Meaning) => void
}

export function createFinding({ client, dataset, vectors, ...told }: FindingParts): DocumentIndex['search'] {
  /** Asked only where something may be found. */
  const meantBy = async (query: DocumentQuery, ended: AbortSignal): Promise<Meaning | undefined> => {
    const { embedding } = query
    if (vectors === undefined || embedding === undefined) return undefined
    const any = await client.ask((sql) => anything(sql, dataset, query))
    ended.throwIfAborted()
    if (any.length === 0) return undefined
    const made = await embedding.embed([query.text], ended)
    ended.throwIfAborted()
    return made.kind === 'refuse' ? undefined : meaningOf(vectors, embedding.model, made.value[0])
  }

  return async (query, ended) => {
    ended.throwIfAborted()
    const words = [...new Set(wordsOf(query.text))]
    if (words.length > WORDS_MAX) {
      const message = `A query has at most ${WORDS_MAX} different words.`
      return refuse('invalid_request', `a query of ${words.length} different words`, { message })
    }
    const limit = Math.min(query.limit, HITS_MAX)
    if (words.length === 0 || limit < 1) return proceed([])
    let rows: readonly Found[]
    try {
      const meaning = await meantBy(query, ended)
      if (meaning !== undefined) told.compared(meaning)
      rows = await client.ask((sql) => find(sql, { dataset, words, query, limit, meaning }))
    } catch (thrown) {
      ended.throwIfAborted()
      // The database's own words may quote what it was asked.
      const code = codeOf(thrown)
      if (code === undefined) throw thrown
      return refuse(code === NO_ANSWER ? 'upstream_timeout' : 'upstream_failed', `the documents' PostgreSQL: ${code}`)
    }
    ended.throwIfAborted()
    return proceed(
      rows.flatMap((row) => {
        const hit = hitOf(row)
        if (hit === undefined) told.skipped()
        return hit ?? []
      }),
    )
  }
}

interface Sought {
  readonly dataset: string
  readonly words: readonly string[]
  readonly query: DocumentQuery
  readonly limit: number
  readonly meaning: Meaning | undefined
}

// One statement, and so one moment: who may see what, and what there is. A word counts for more the rarer it is among what was found,
// and a passage for less the longer it is beside the others that were: nothing that the reader may not see has a part in a score. How
// often a word stands in a passage is not asked: the server would read every passage for it, and take more than twice as long.
function find(sql: Sql, { dataset, words, query, limit, meaning }: Sought) {
  return sql<Found[]>`
    with asked as materialized (
      select word, ('''' || word || '''')::tsquery as query
      from jsonb_array_elements_text(${JSON.stringify(words)}::text::jsonb) as word
    ), visible as materialized (
      select digest from ostiary_audiences where ${visibleTo(sql, dataset, query)}
    ), placed as materialized (
      select p.number, p.document, p.version, p.length, asked.word from asked join ostiary_passages p on p.words @@ asked.query
    ), found as materialized (
      select placed.number, placed.document, placed.length, placed.word
      from placed join ostiary_documents d on d.number = placed.document and d.version = placed.version
      where d.audience in (select digest from visible)
    ), whole as (
      select count(*) as passages, avg(length) as length from (select number, min(length) as length from found group by number) as one
    ), weight as (
      select word, ln(1 + (select passages from whole)::float8 / count(*)) as weight from found group by word
    ), passage as (
      select number, document, sum(weight / (1 - ${B}::float8 + ${B}::float8 * length / (select length from whole))) as score
      from found join weight using (word) group by number, document
    ), ranked as (
      ${meaning === undefined ? sql`select number, document, score from passage` : fused(sql, meaning)}
    ), best as (
      select distinct on (document) document, number, score from ranked order by document, score desc, number
    ), shown as (
      select * from best order by score desc, document limit ${limit}
    )
    select d.id, d.title, d.attributes, a.class, p.text, shown.score::float8 as score
    from shown join ostiary_documents d on d.number = shown.document join ostiary_audiences a on a.digest = d.audience
      join ostiary_passages p on p.number = shown.number
    order by shown.score desc, shown.document`
}

function visibleTo(sql: Sql, dataset: string, { classes, readers }: DocumentQuery) {
  const names = JSON.stringify(classes.flatMap((one) => nameOfClass(one) ?? []))
  const known = JSON.stringify(readers.flatMap((one) => parseReader(one) ?? []))
  return sql`
    dataset = ${dataset}
      and class = any (array(select jsonb_array_elements_text(${names}::text::jsonb)))
      and readers && array(select jsonb_array_elements_text(${known}::text::jsonb))`
}

function anything(sql: Sql, dataset: string, query: DocumentQuery) {
  return sql`
    select 1 from ostiary_audiences where ${visibleTo(sql, dataset, query)}
      and exists (select from ostiary_documents d where d.audience = ostiary_audiences.digest) limit 1`
}

// Each vector that the reader may see is compared with: what is left out is left out before, and so the nearest are the nearest. The
// query's own is read once, not at each row. Of a vector that has no direction, which we never keep, the distance is no number, and
// greater than all numbers.
function fused(sql: Sql, { length, model, schema, vector }: Meaning) {
  const of = sql.unsafe(schema)
  return sql`
    select number, document, sum(1 / (${RANK_OFFSET}::float8 + place)) as score from (
      select number, document, row_number() over (order by score desc, number) as place from passage
      union all
      select number, document, row_number() over (order by distance, number) as place from (
        select v.passage as number, v.document,
          v.vector operator(${of}.<=>) (select ${vector}::text::${of}.vector) as distance
        from ostiary_vectors v join ostiary_documents d on d.number = v.document and d.version = v.version
        where d.audience in (select digest from visible) and v.model = ${model} and v.length = ${length}
        order by distance, number limit ${FUSED_MAX}
      ) as nearest where distance <= 2.1
    ) as placed where place <= ${FUSED_MAX} group by number, document`
}

function hitOf({ id, title, attributes: kept, class: name, text, score }: Found): Hit | undefined {
  const classification = classOf(name)
  const attributes = attributesOf(kept)
  if (classification === undefined || attributes === undefined) return undefined
  return { id, title, passage: text, score, classification, attributes }
}
