import { type Client, codeOf, NO_ANSWER, type Sql } from '../../databases/postgres-client.js'
import { classOf, nameOfClass } from '../../retrieval/audience.js'
import { attributesOf } from '../../retrieval/kept.js'
import { wordsOf } from '../../retrieval/words.js'
import { type DocumentIndex, type DocumentQuery, type Hit, parseReader, proceed, refuse } from '../../spec/index.js'

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

/** @param skipped told that there is a row that cannot be read, and is left out */
export function createFinding(client: Client, dataset: string, skipped: () => void): DocumentIndex['search'] {
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
      rows = await client.ask((sql) => find(sql, dataset, words, query, limit))
    } catch (thrown) {
      // The database's own words may quote what it was asked.
      const code = codeOf(thrown)
      if (code === undefined) throw thrown
      return refuse(code === NO_ANSWER ? 'upstream_timeout' : 'upstream_failed', `the documents' PostgreSQL: ${code}`)
    }
    ended.throwIfAborted()
    return proceed(
      rows.flatMap((row) => {
        const hit = hitOf(row)
        if (hit === undefined) skipped()
        return hit ?? []
      }),
    )
  }
}

// A word counts for more the rarer it is among what was found, and a passage for less the longer it is beside the others that were:
// nothing that the reader may not see has a part in a score. How often a word stands in a passage is not asked: the server would
// read every passage for it, and take more than twice as long.
function find(sql: Sql, dataset: string, words: readonly string[], { classes, readers }: DocumentQuery, limit: number) {
  const names = JSON.stringify(classes.flatMap((one) => nameOfClass(one) ?? []))
  const known = JSON.stringify(readers.flatMap((one) => parseReader(one) ?? []))
  return sql<Found[]>`
    with asked as materialized (
      select word, ('''' || word || '''')::tsquery as query
      from jsonb_array_elements_text(${JSON.stringify(words)}::text::jsonb) as word
    ), visible as materialized (
      select digest from ostiary_audiences
      where dataset = ${dataset}
        and class = any (array(select jsonb_array_elements_text(${names}::text::jsonb)))
        and readers && array(select jsonb_array_elements_text(${known}::text::jsonb))
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
    ), best as (
      select distinct on (document) document, number, score from passage order by document, score desc, number
    ), shown as (
      select * from best order by score desc, document limit ${limit}
    )
    select d.id, d.title, d.attributes, a.class, p.text, shown.score::float8 as score
    from shown join ostiary_documents d on d.number = shown.document join ostiary_audiences a on a.digest = d.audience
      join ostiary_passages p on p.number = shown.number
    order by shown.score desc, shown.document`
}

function hitOf({ id, title, attributes: kept, class: name, text, score }: Found): Hit | undefined {
  const classification = classOf(name)
  const attributes = attributesOf(kept)
  if (classification === undefined || attributes === undefined) return undefined
  return { id, title, passage: text, score, classification, attributes }
}
