import { setImmediate as nextTurn } from 'node:timers/promises'
import { column, type Database } from '../../databases/sqlite.js'
import { classOf, nameOfClass } from '../../retrieval/audience.js'
import { attributesOf } from '../../retrieval/kept.js'
import { wordsOf } from '../../retrieval/words.js'
import { type DocumentQuery, type Hit, parseReader, proceed, refuse, type Step } from '../../spec/index.js'
import {
  bestOf,
  fused,
  NO_PASSAGES,
  type PassageList,
  type Scored,
  scored,
  type Visible,
  visibleOf,
} from './ranking.js'
import { createNearness } from './vectors.js'

/** Each different word of a query costs a pass over all places where it stands. */
const WORDS_MAX = 64
const HITS_MAX = 1000
/** More than there are hits, as a document may have several of the best passages. */
const SPARE = 4
const MORE = 8

export type Finding = (query: DocumentQuery, ended: AbortSignal) => Promise<Step<readonly Hit[]>>

/**
 * @param mustBeOpen throws once the database is closed
 * @param skipped told that there is a row that cannot be read, and is left out
 */
export function createFinding(database: Database, mustBeOpen: () => void, skipped: () => void): Finding {
  const nearest = createNearness(database)
  const visible = database.prepare(`
    select number, passages, words from audiences
    where class in (select value from json_each(?))
    and number in (select audience from readers where reader in (select value from json_each(?)))`)
  const postings = database.prepare('select group_concat(doc) as list from postings where term = ?')
  const passage = database.prepare(`
    select p.text, d.number, d.id, d.title, d.attributes, d.audience, a.class
    from passages p join documents d on d.number = p.document join audiences a on a.number = d.audience
    where p.number = ?`)

  const visibleTo = ({ classes, readers }: DocumentQuery): Visible => {
    const names = classes.flatMap((one) => nameOfClass(one) ?? [])
    const known = readers.flatMap((one) => parseReader(one) ?? [])
    const rows = visible.all(JSON.stringify(names), JSON.stringify(known))
    const sumOf = (name: string): number => rows.reduce<number>((sum, row) => sum + Number(column(row, name)), 0)
    return {
      audiences: new Set(rows.map((row) => Number(column(row, 'number')))),
      passages: sumOf('passages'),
      words: sumOf('words'),
    }
  }

  /** The best of these, one of each document, and whether there were enough. */
  const hitsAmong = (best: readonly Scored[], audiences: ReadonlySet<number>, limit: number): readonly Hit[] => {
    const hits = new Map<number, Hit>()
    for (const { number, score } of best) {
      if (hits.size === limit) break
      const [row] = passage.all(number)
      const document = Number(column(row, 'number'))
      // Gone meanwhile, or moved to who may not see it.
      if (row === undefined || hits.has(document) || !audiences.has(Number(column(row, 'audience')))) continue
      const hit = hitOf(row, score)
      if (hit === undefined) skipped()
      else hits.set(document, hit)
    }
    return [...hits.values()]
  }

  const hitsOf = (query: DocumentQuery, found: PassageList, limit: number): readonly Hit[] => {
    const { audiences } = visibleTo(query)
    for (let wanted = limit * SPARE; ; wanted *= MORE) {
      const best = bestOf(found, wanted)
      const hits = hitsAmong(best, audiences, limit)
      if (hits.length === limit || best.length === found.numbers.length) return hits
    }
  }

  return async (query, ended) => {
    mustBeOpen()
    ended.throwIfAborted()
    const words = [...new Set(wordsOf(query.text))]
    if (words.length > WORDS_MAX) {
      const message = `A query has at most ${WORDS_MAX} different words.`
      return refuse('invalid_request', `a query of ${words.length} different words`, { message })
    }
    const seen = visibleTo(query)
    const limit = Math.min(query.limit, HITS_MAX)
    if (seen.passages === 0 || limit < 1) return proceed([])
    const check = (): void => {
      mustBeOpen()
      ended.throwIfAborted()
    }
    let found = NO_PASSAGES
    for (const [nth, word] of words.entries()) {
      // A word that stands everywhere takes a while, and others wait.
      if (nth > 0) await nextTurn()
      check()
      const list = column(postings.all(word)[0], 'list')
      if (typeof list === 'string') found = scored(found, visibleOf(list, seen.audiences), seen)
    }
    await nextTurn()
    check()
    const { embedding } = query
    if (embedding !== undefined && words.length > 0) {
      const vectors = await embedding.embed([query.text], ended)
      check()
      const [vector] = vectors.kind === 'refuse' ? [] : vectors.value
      if (vector !== undefined) found = fused(found, await nearest(vector, embedding.model, seen.audiences, check))
    }
    const all = found
    // Asked anew who may see what, and in one moment with what is shown.
    return proceed(read(database, () => hitsOf(query, all, limit)))
  }
}

function read<T>(database: Database, work: () => T): T {
  database.exec('begin')
  try {
    return work()
  } finally {
    database.exec('commit')
  }
}

function hitOf(row: unknown, score: number): Hit | undefined {
  const [text, id, title, kept, name] = ['text', 'id', 'title', 'attributes', 'class'].map((one) => column(row, one))
  if (![text, id, title, kept, name].every((one) => typeof one === 'string')) return undefined
  const classification = classOf(String(name))
  const attributes = attributesOf(String(kept))
  if (classification === undefined || attributes === undefined) return undefined
  return { id: String(id), title: String(title), passage: String(text), score, classification, attributes }
}
