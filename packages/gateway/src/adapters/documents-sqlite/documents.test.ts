import { statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../databases/sqlite.js'
import type { Document, DocumentIndex, Reader } from '../../spec/index.js'
import { openSqliteDocuments } from './documents.js'

const OPEN = { level: 'public', categories: [] }
const INNER = { level: 'internal', categories: [] }
const READERS: readonly Reader[] = ['*', 'group:staff', 'group:board']

describe('documents in SQLite', () => {
  let folder: string
  let path: string
  let index: DocumentIndex
  let warnings: string[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ostiary-documents-'))
    path = join(folder, 'deep', 'documents.db')
    warnings = []
    index = await openSqliteDocuments({ path, warn: (what) => warnings.push(what) })
  })

  afterEach(async () => {
    await index.close()
    await rm(folder, { recursive: true })
  })

  const found = async (text: string, more: object = {}, ended = new AbortController().signal): Promise<string[]> => {
    const step = await index.search({ text, limit: 100, classes: [OPEN, INNER], readers: READERS, ...more }, ended)
    return step.kind === 'refuse' ? [step.code] : step.value.map(({ id }) => id).sort()
  }

  /** What another program does to the file. */
  const tamper = async (sql: string): Promise<void> => {
    const other = await openDatabase(path)
    other.exec(sql)
    other.close()
  }

  it('are for their owner alone, in each of the files', async () => {
    await index.put([documentOf('a', 'A heron.')])
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o077).toBe(0)
    expect(statSync(join(folder, 'deep')).mode & 0o077).toBe(0)
  })

  it('are put all or none', async () => {
    await index.put([documentOf('a', 'A heron.')])
    const added = [documentOf('b', 'A heron.'), documentOf('a', 'A toad.'), documentOf('c\0', 'A heron.')]
    await expect(index.put(added)).rejects.toThrow(/id of a document/)
    expect(await found('heron')).toEqual(['a'])
    expect(await found('toad')).toEqual([])
    await index.put(added.slice(0, 2))
    expect(await found('heron')).toEqual(['b'])
  })

  it('refuse a query of very many words, and take one that says few of them often', async () => {
    await index.put([documentOf('a', 'A heron.')])
    expect(await found(Array.from({ length: 65 }, (_, at) => `w${at}`).join(' '))).toEqual(['invalid_request'])
    expect(await found('heron and toad '.repeat(1000))).toEqual(['a'])
  })

  it('[retrieval.malformed] leave out what cannot be read, say so once, and show the rest', async () => {
    await index.put(['a', 'b', 'c'].map((id) => documentOf(id, 'A heron.')))
    await index.put([documentOf('d', 'A heron.', { classification: INNER })])
    await tamper(
      `update documents set attributes = '{"n":1}' where id = 'a'; update documents set attributes = '{' where id = 'b'`,
    )
    expect(await found('heron')).toEqual(['c', 'd'])
    expect(await found('heron')).toEqual(['c', 'd'])
    expect(warnings).toEqual([`\`${path}\`: a document cannot be read, and is shown to nobody`])
    await tamper(`update audiences set class = '["internal"' where class = '["internal"]'`)
    expect(await found('heron')).toEqual(['c'])
    expect(await index.classes()).toEqual([OPEN])
    expect(await index.classes()).toEqual([OPEN])
    expect(warnings).toHaveLength(2)
  })

  it('[retrieval.malformed] show nobody a document whose audience another program took away', async () => {
    await index.put([documentOf('a', 'A heron.'), documentOf('b', 'A heron.', { readers: ['group:staff'] })])
    await tamper(`delete from audiences where readers = '["*"]'`)
    expect(await found('heron')).toEqual(['b'])
    await tamper('update documents set audience = 7')
    expect(await found('heron')).toEqual([])
  })

  it('[retrieval.next-search] show nothing that changed hands while they were searched', async () => {
    await index.put([documentOf('a', 'A heron on a lake.'), documentOf('b', 'A heron on a lake.')])
    const search = found('heron lake', { readers: ['*'] })
    // The search has looked at its first word; of the second it asks in a later turn.
    await index.reclassify('a', { readers: ['group:staff'] })
    expect(await search).toEqual(['b'])
  })

  it('end a search between two words where nobody may see more, or they are closed', async () => {
    await index.put([documentOf('a', 'A heron on a lake.')])
    const grant = new AbortController()
    const search = found('heron lake', {}, grant.signal)
    grant.abort(new Error('the grant ended'))
    await expect(search).rejects.toThrow('the grant ended')
    const late = found('heron lake')
    await index.close()
    await expect(late).rejects.toThrow(/closed/)
  })

  it('are refused where the file is something else, or of a later version', async () => {
    const open = (name: string): Promise<DocumentIndex> =>
      openSqliteDocuments({ path: join(folder, name), warn: () => {} })
    await writeFile(join(folder, 'text.db'), 'This is no database, it is a text.'.repeat(100))
    await expect(open('text.db')).rejects.toThrow(/cannot be opened/)
    await (await open('later.db')).close()
    const later = await openDatabase(join(folder, 'later.db'))
    later.exec('pragma user_version = 99')
    later.close()
    await expect(open('later.db')).rejects.toThrow(/format is 99/)
  })

  it('keep their index whole, whatever is put, moved and deleted, in whatever order', async () => {
    const texts = ['A heron.', 'A toad, a toad, a toad.', 'heron toad', '', 'A heron. '.repeat(400)]
    const step = fc.record({
      act: fc.constantFrom('put', 'put', 'move', 'delete'),
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      text: fc.constantFrom(...texts),
      readers: fc.subarray([...READERS]),
      inner: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        await index.delete(['a', 'b', 'c', 'd'])
        const model = new Map<string, Document>()
        for (const { act, id, text, readers, inner } of steps) {
          const to = { readers, classification: inner ? INNER : OPEN }
          const before = model.get(id)
          if (act === 'put') await index.put([documentOf(id, text, to)])
          else if (act === 'move') expect(await index.reclassify(id, to)).toBe(before !== undefined)
          else expect(await index.delete([id])).toBe(before === undefined ? 0 : 1)
          if (act === 'put') model.set(id, documentOf(id, text, to))
          else if (act === 'delete') model.delete(id)
          else if (before !== undefined) model.set(id, { ...before, ...to })
        }
        for (const reader of READERS) {
          const due = [...model.values()].filter(
            ({ text, readers, classification }) =>
              text.includes('heron') && readers.includes(reader) && classification === INNER,
          )
          expect(await found('heron', { readers: [reader], classes: [INNER] })).toEqual(due.map(({ id }) => id).sort())
        }
        const [left] = await counted()
        expect(left).toEqual({ lost: 0, kept: 0, documents: model.size })
      }),
      { numRuns: 40 },
    )
  })

  /** Postings of passages that are gone, audiences of no document, and how many documents are counted. */
  const counted = async (): Promise<readonly unknown[]> => {
    const other = await openDatabase(path)
    const rows = other
      .prepare(
        `select (select count(*) from postings where doc not in (select number from passages)) as lost,
        (select count(*) from audiences where documents < 1 or passages < 1 or words < 0) as kept,
        (select coalesce(sum(documents), 0) from audiences) as documents`,
      )
      .all()
      .map((row) => ({ ...(row as object) }))
    other.close()
    return rows
  }
})

function documentOf(id: string, text: string, more: Partial<Document> = {}): Document {
  return { id, title: '', text, classification: OPEN, readers: ['*'], attributes: {}, ...more }
}
