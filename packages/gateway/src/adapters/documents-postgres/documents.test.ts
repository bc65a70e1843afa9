import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { POSTGRES, type PostgresServer, startPostgres } from '../../../test/postgres.js'
import { until } from '../../../test/until.js'
import type { Document, DocumentIndex } from '../../spec/index.js'
import { openPostgresDocuments } from './documents.js'

const OPEN = { level: 'public', categories: [] }
const INNER = { level: 'internal', categories: [] }

describe.skipIf(POSTGRES === undefined)('documents in PostgreSQL (needs PostgreSQL)', () => {
  let server: PostgresServer
  let index: DocumentIndex
  let warnings: string[]

  beforeAll(async () => {
    server = await startPostgres()
  })

  afterAll(() => server.remove())

  beforeEach(async () => {
    warnings = []
    index = await open()
  })

  afterEach(async () => {
    await index.close()
    await server.run('drop table ostiary_audiences, ostiary_documents, ostiary_passages, ostiary_retrieval')
  })

  const open = (dataset = 'birds'): Promise<DocumentIndex> =>
    openPostgresDocuments({ url: server.url, dataset, warn: (what) => warnings.push(what) })

  const found = async (text: string, more: object = {}, on = index): Promise<readonly string[]> => {
    const query = { text, limit: 100, classes: [OPEN, INNER], readers: ['*'] as const, ...more }
    const step = await on.search(query, new AbortController().signal)
    return step.kind === 'refuse' ? [step.code, step.forLog] : step.value.map(({ id }) => id).sort()
  }

  it('are of one dataset each, in one database', async () => {
    const other = await open('toads')
    await index.put([documentOf('a', 'A heron.'), documentOf('b', 'A heron.')])
    await other.put([documentOf('a', 'A toad, no heron.', { classification: INNER })])
    expect(await found('heron')).toEqual(['a', 'b'])
    expect(await found('heron', {}, other)).toEqual(['a'])
    expect(await found('toad')).toEqual([])
    expect(await other.classes()).toEqual([INNER])
    expect(await other.reclassify('b', { readers: [] })).toBe(false)
    expect(await other.delete(['a', 'b'])).toBe(1)
    expect(await found('heron')).toEqual(['a', 'b'])
    await other.close()
  })

  it('[retrieval.filtered] are one of two that are put at once, and never the text of one for the readers of the other', async () => {
    const other = await open()
    const long = Array.from({ length: 8 }, () => 'The heron is a secret of the staff. '.repeat(30)).join('\n\n')
    for (let round = 0; round < 15; round += 1) {
      await Promise.all([
        index.put([documentOf('a', long, { readers: ['group:staff'] }), documentOf(`x${round}`, 'An owl.')]),
        other.put([documentOf(`y${round}`, 'An owl.'), documentOf('a', 'A toad for all.')]),
      ])
      expect(await found('heron')).toEqual([])
      const staff = await found('heron', { readers: ['group:staff'] })
      expect([...staff, ...(await found('toad'))]).toEqual(['a'])
    }
    await index.put([documentOf('a', 'A toad for all.')])
    expect(await server.run(`select count(*)::int as n from ostiary_passages where text like '%heron%'`)).toEqual([
      { n: 0 },
    ])
    await other.close()
  })

  it('leave no passage behind where they are deleted while others put them', async () => {
    const other = await open()
    const all = Array.from({ length: 20 }, (_, at) => documentOf(`d${at}`, 'A heron.'))
    await index.put(all)
    await Promise.all([other.put(all), index.delete(all.map(({ id }) => id)), other.put(all.slice(0, 5))])
    await index.delete(all.map(({ id }) => id))
    expect(await server.run('select count(*)::int as n from ostiary_passages')).toEqual([{ n: 0 }])
    await other.close()
  })

  it('are put all or none', async () => {
    await index.put([documentOf('a', 'A heron.')])
    await expect(index.put([documentOf('a', 'A toad.'), documentOf('\ud800', 'A toad.')])).rejects.toThrow(
      /id of a document/,
    )
    expect(await found('heron toad')).toEqual(['a'])
    await server.run(`alter table ostiary_passages add constraint short check (length(text) < 100)`)
    await expect(index.put([documentOf('a', 'A toad.'), documentOf('b', 'A toad. '.repeat(30))])).rejects.toThrow(
      /PostgreSQL/,
    )
    expect(await found('toad')).toEqual([])
    expect(await found('heron')).toEqual(['a'])
  })

  it('[retrieval.malformed] leave out what cannot be read, say so once, and show the rest', async () => {
    await index.put(['a', 'b', 'c'].map((id) => documentOf(id, 'A heron.')))
    await server.run(`update ostiary_documents set attributes = '{' where id in ('a', 'b')`)
    expect(await found('heron')).toEqual(['c'])
    expect(await found('heron')).toEqual(['c'])
    expect(warnings).toEqual(['`birds`: a document cannot be read, and is shown to nobody'])
    await server.run(`update ostiary_audiences set class = '["public", "pii"'`)
    expect(await index.classes()).toEqual([])
    expect(warnings).toHaveLength(2)
    expect(await found('heron')).toEqual([])
  })

  it('refuse a query of very many words', async () => {
    expect((await found(Array.from({ length: 65 }, (_, at) => `w${at}`).join(' ')))[0]).toBe('invalid_request')
  })

  it('are refused with the code of what went wrong, and none of what was asked', async () => {
    await index.put([documentOf('a', 'A heron.')])
    await server.run('alter table ostiary_passages rename column words to other')
    expect(await found('heron')).toEqual(['upstream_failed', "the documents' PostgreSQL: 42703"])
    await server.run('alter table ostiary_passages rename column other to words')
    expect(await found('heron')).toEqual(['a'])
  })

  it('are refused while the database is away, and found again once it is back', async () => {
    await index.put([documentOf('a', 'A heron.')])
    await server.stop()
    expect((await found('heron'))[0]).toBe('upstream_failed')
    await expect(index.put([documentOf('b', 'A heron.')])).rejects.toThrow(/PostgreSQL/)
    await server.start()
    await until(async () => (await found('heron')).includes('a'))
    expect(await found('heron')).toEqual(['a'])
  })

  it('are refused in time where the database does not answer', async () => {
    const other = await openPostgresDocuments({ url: server.url, dataset: 'birds', warn: () => {}, timeoutMs: 300 })
    await other.put([documentOf('a', 'A heron.')])
    const lock = server.run('begin; lock table ostiary_documents; select pg_sleep(2); commit')
    await until(async () => (await found('heron', {}, other))[0] === 'upstream_timeout')
    await lock
    await until(async () => (await found('heron', {}, other))[0] === 'a')
    await other.close()
  })

  it('are refused where they are of a later version', async () => {
    await server.run('update ostiary_retrieval set format = 99')
    await expect(open()).rejects.toThrow(/format of the documents is 99/)
  })

  it('are made once by many who open them at once', async () => {
    await server.run('drop table ostiary_audiences, ostiary_documents, ostiary_passages, ostiary_retrieval')
    const all = await Promise.all(Array.from({ length: 4 }, () => open()))
    for (const one of all) {
      await one.put([documentOf('a', 'A heron.')])
      await one.close()
    }
    expect(await found('heron')).toEqual(['a'])
  })
})

function documentOf(id: string, text: string, more: Partial<Document> = {}): Document {
  return { id, title: '', text, classification: OPEN, readers: ['*'], attributes: {}, ...more }
}
