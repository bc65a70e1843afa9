import { bytes, column, type Database, type Statement } from '../../databases/sqlite.js'
import { type Audience, audienceOf, classOf, readersIn } from '../../retrieval/audience.js'
import { keptAttributes, keptId, keptText } from '../../retrieval/kept.js'
import { passagesOf } from '../../retrieval/passages.js'
import { wordsOf } from '../../retrieval/words.js'
import type { Document } from '../../spec/index.js'
import { numbersOf, wordsOfNumber } from './number.js'
import type { Vector } from './vectors.js'

/** Changes what there is, each within a transaction of who calls it. */
export interface Writing {
  /** @param vectors of its passages, in order; undefined where there are none */
  put(document: Document, vectors: readonly (Vector | undefined)[] | undefined): void
  reclassify(id: string, to: Partial<Pick<Document, 'classification' | 'readers'>>): boolean
  remove(id: string): boolean
}

/** So much of a title is searched, with each of the document's passages. */
const TITLE_CHARACTERS = 400
/** A word that stands more often in a passage says hardly more, and would only make searches slower. */
const OFTEN_MAX = 2

interface Passage {
  readonly text: string
  readonly vector: Vector | undefined
}

interface Held {
  readonly number: number
  readonly title: string
  readonly audience: number
}

export function createWriting(database: Database): Writing {
  const of = statementsOf(database)

  const find = (id: string): Held | undefined => {
    const [row] = of.find.all(id)
    if (row === undefined) return undefined
    return {
      number: Number(column(row, 'number')),
      title: String(column(row, 'title')),
      audience: Number(column(row, 'audience')),
    }
  }

  const audienceNumber = ({ class: name, readers }: Audience): number => {
    const list = JSON.stringify(readers)
    const [found] = of.findAudience.all(name, list)
    if (found !== undefined) return Number(column(found, 'number'))
    const number = Number(column(of.lastAudience.all()[0], 'last') ?? 0) + 1
    numbersOf(number, 0)
    of.addAudience.run(number, name, list)
    for (const reader of readers) of.addReader.run(reader, number)
    return number
  }

  const addPassages = (document: number, title: string, passages: readonly Passage[], audience: number): void => {
    const ofTitle = wordsOf(title.slice(0, TITLE_CHARACTERS))
    let sum = 0
    for (const { text, vector } of passages) {
      const words = [...ofTitle, ...wordsOf(text)]
      const { first, last } = numbersOf(audience, words.length)
      const number = Number(column(of.lastPassage.all(first, last)[0], 'last') ?? first - 1) + 1
      if (number > last) throw new Error('there are too many passages of one access list among the documents')
      of.addPassage.run(number, document, text)
      of.addWords.run(number, indexed(words))
      if (vector !== undefined) of.addVector.run(number, vector.model, vector.bytes)
      sum += wordsOfNumber(number)
    }
    of.count.run(1, passages.length, sum, audience)
  }

  const takePassages = ({ number, audience }: Held): readonly Passage[] => {
    const rows = of.passages.all(number)
    let sum = 0
    for (const row of rows) {
      const passage = Number(column(row, 'number'))
      of.dropWords.run(passage)
      of.dropVector.run(passage)
      sum += wordsOfNumber(passage)
    }
    of.dropPassages.run(number)
    of.count.run(-1, -rows.length, -sum, audience)
    return rows.map((row) => ({ text: String(column(row, 'text')), vector: vectorOf(row) }))
  }

  // Only once what replaces it stands: an audience that lives on keeps its number.
  const forget = (audience: number): void => {
    if (Number(of.dropAudience.run(audience).changes) > 0) of.dropReaders.run(audience)
  }

  const remove = (id: string): boolean => {
    const held = find(id)
    if (held === undefined) return false
    takePassages(held)
    of.drop.run(held.number)
    forget(held.audience)
    return true
  }

  return {
    remove,
    put(document, vectors) {
      const id = keptId(document.id)
      const title = keptText(document.title)
      remove(id)
      const audience = audienceNumber(audienceOf(document))
      const added = of.add.run(id, title, keptAttributes(document.attributes), audience)
      const passages = passagesOf(keptText(document.text)).map((text, at) => ({ text, vector: vectors?.[at] }))
      addPassages(Number(added.lastInsertRowid), title, passages, audience)
    },
    reclassify(id, to) {
      const held = find(id)
      if (held === undefined) return false
      const [row] = of.audience.all(held.audience)
      const before = { class: String(column(row, 'class')), readers: readersIn(String(column(row, 'readers'))) }
      const audience = audienceNumber(changed(before, to))
      addPassages(held.number, held.title, takePassages(held), audience)
      of.move.run(audience, held.number)
      forget(held.audience)
      return true
    },
  }
}

function vectorOf(row: unknown): Vector | undefined {
  const [model, vector] = [column(row, 'model'), bytes(row, 'vector')]
  return typeof model === 'string' && vector !== undefined ? { model, bytes: vector } : undefined
}

function changed(before: Audience, to: Partial<Pick<Document, 'classification' | 'readers'>>): Audience {
  const classification = to.classification ?? classOf(before.class) ?? { level: '', categories: [] }
  return audienceOf({ classification, readers: to.readers ?? before.readers })
}

function indexed(words: readonly string[]): string {
  const often = new Map<string, number>()
  const kept = words.filter((word) => {
    const before = often.get(word) ?? 0
    often.set(word, before + 1)
    return before < OFTEN_MAX
  })
  return kept.join(' ')
}

function statementsOf(database: Database) {
  const prepared = (sql: string): Statement => database.prepare(sql)
  return {
    find: prepared('select number, title, audience from documents where id = ?'),
    add: prepared('insert into documents (id, title, attributes, audience) values (?, ?, ?, ?)'),
    move: prepared('update documents set audience = ? where number = ?'),
    drop: prepared('delete from documents where number = ?'),
    passages: prepared(`
      select p.number, p.text, v.model, v.vector from passages p left join vectors v on v.number = p.number
      where p.document = ?`),
    lastPassage: prepared('select max(number) as last from passages where number between ? and ?'),
    addPassage: prepared('insert into passages (number, document, text) values (?, ?, ?)'),
    dropPassages: prepared('delete from passages where document = ?'),
    // FTS5 takes no row number with a point in it, and one of the drivers knows no other.
    addWords: prepared('insert into words (rowid, text) values (cast(? as integer), ?)'),
    dropWords: prepared('delete from words where rowid = cast(? as integer)'),
    addVector: prepared('insert into vectors (number, model, vector) values (?, ?, ?)'),
    dropVector: prepared('delete from vectors where number = ?'),
    audience: prepared('select class, readers from audiences where number = ?'),
    findAudience: prepared('select number from audiences where class = ? and readers = ?'),
    lastAudience: prepared('select max(number) as last from audiences'),
    addAudience: prepared(
      'insert into audiences (number, class, readers, documents, passages, words) values (?, ?, ?, 0, 0, 0)',
    ),
    addReader: prepared('insert into readers (reader, audience) values (?, ?)'),
    count: prepared(
      'update audiences set documents = documents + ?, passages = passages + ?, words = words + ? where number = ?',
    ),
    dropAudience: prepared('delete from audiences where number = ? and documents = 0'),
    dropReaders: prepared('delete from readers where audience = ?'),
  }
}
