import { madeOf, meanings } from '@ostiary/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PGVECTOR, POSTGRES, type PostgresServer, startPostgres } from '../../../test/postgres.js'
import { until } from '../../../test/until.js'
import type { Document, DocumentIndex, Embedding } from '../../spec/index.js'
import { openPostgresDocuments } from './documents.js'
import { lookAtDocuments } from './look.js'

const OPEN = { level: 'public', categories: [] }
const TABLES = 'ostiary_vectors, ostiary_audiences, ostiary_documents, ostiary_passages, ostiary_retrieval'
const COUNT =
  'select count(*)::int as n, count(v.passage)::int as vectors from ostiary_passages p left join ostiary_vectors v on v.passage = p.number'

describe.skipIf(!PGVECTOR)('vectors of documents in PostgreSQL (needs pgvector)', () => {
  let server: PostgresServer
  let warnings: string[]
  const opened: DocumentIndex[] = []

  beforeAll(async () => {
    server = await startPostgres()
    const word = ['pass', 'word'].join('')
    await server.run(`create role little login password '${word}'; grant create on schema public to little`)
  })

  afterAll(() => server.remove())

  beforeEach(() => {
    warnings = []
  })

  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close()
    await server.run(
      `drop table if exists ${TABLES}; drop extension if exists vector; drop schema if exists "of ""others"`,
    )
  })

  const open = async (embedding?: Embedding, dataset = 'birds', url = server.url): Promise<DocumentIndex> => {
    const warn = (what: string): void => void warnings.push(what)
    const index = await openPostgresDocuments({ url, dataset, warn, ...(embedding && { embedding }) })
    opened.push(index)
    return index
  }

  const found = async (index: DocumentIndex, text: string, more: object = {}): Promise<readonly string[]> => {
    const query = { text, limit: 100, classes: [OPEN], readers: ['*'] as const, embedding: meanings, ...more }
    const step = await index.search(query, new AbortController().signal)
    return step.kind === 'refuse' ? [step.code, step.forLog] : step.value.map(({ id }) => id)
  }

  it('are of one dataset each, and of one model and length, in one database', async () => {
    const birds = await open(meanings)
    const others = await open(meanings, 'others')
    const plain = await open(undefined, 'plain')
    await birds.put([documentOf('heron', 'A heron.'), documentOf('sky', 'A sky.')])
    await others.put([documentOf('stork', 'A stork.')])
    await plain.put([documentOf('plain', 'A bird.')])
    expect(await found(birds, 'birds')).toEqual(['heron', 'sky'])
    expect(await found(others, 'birds')).toEqual(['stork'])
    // Who keeps no vectors is found by words, whatever a query brings.
    expect(await found(plain, 'birds')).toEqual([])
    expect(await found(plain, 'bird')).toEqual(['plain'])
  })

  it('are made for each passage once, and go with it', async () => {
    const index = await open(meanings)
    const long = Array.from({ length: 6 }, () => 'The heron stands in the water. '.repeat(30)).join('\n\n')
    await index.put([documentOf('long', long), documentOf('empty', '')])
    const [{ n, vectors } = {}] = await server.run(COUNT)
    expect(Number(n)).toBeGreaterThan(5)
    expect(vectors).toBe(Number(n) - 1)
    await index.put([documentOf('long', 'Short now.')])
    expect(await server.run(COUNT)).toEqual([{ n: 2, vectors: 1 }])
    expect(await server.run('select count(*)::int as n from ostiary_vectors')).toEqual([{ n: 1 }])
    // An older gateway, or one without a model, knows nothing of them.
    const plain = await open()
    await plain.put([documentOf('long', 'A toad.')])
    expect(await server.run('select * from ostiary_vectors')).toEqual([])
    await index.put([documentOf('long', 'A toad.')])
    await index.delete(['long', 'empty'])
    expect(await server.run('select * from ostiary_vectors')).toEqual([])
  })

  it('[retrieval.filtered] are never those of one text for the readers of another, of two that are put at once', async () => {
    const [one, other] = [await open(meanings), await open(meanings)]
    for (let round = 0; round < 15; round += 1) {
      await Promise.all([
        one.put([documentOf('a', 'A heron.', { readers: ['group:staff'] }), documentOf(`x${round}`, 'An owl.')]),
        other.put([documentOf(`y${round}`, 'An owl.'), documentOf('a', 'A toad.')]),
      ])
      const query = { text: 'bird', limit: 100, classes: [OPEN], readers: ['*'] as const, embedding: meanings }
      const step = await one.search(query, new AbortController().signal)
      expect(step.kind === 'proceed' && step.value.map(({ passage }) => passage)).not.toContain('A heron.')
    }
  })

  it('[retrieval.nearest] are compared exactly: the nearest that a reader may see are found, in order, among thousands of nearer ones', async () => {
    const angle = (at: number): readonly number[] => [Math.cos(at / 2000), Math.sin(at / 2000)]
    const all = Array.from({ length: 1200 }, (_, at) => at)
    const index = await open(madeOf(...all.map(angle)))
    await index.put(
      all.map((at) => documentOf(`d${at}`, `Text ${at}.`, { readers: at % 97 === 0 ? ['*'] : ['group:staff'] })),
    )
    const due = all.filter((at) => at % 97 === 0).map((at) => `d${at}`)
    expect(await found(index, 'zebra', { embedding: madeOf([1, 0]) })).toEqual(due)
    expect(await found(index, 'zebra', { embedding: madeOf(angle(1200)), limit: 3 })).toEqual(
      due.toReversed().slice(0, 3),
    )
    const staff = await found(index, 'zebra', { embedding: madeOf([1, 0]), limit: 1000, readers: ['*', 'group:staff'] })
    expect(staff).toEqual(all.slice(0, 1000).map((at) => `d${at}`))
  })

  it('of another model or length are told of once, with how many documents are found by their words alone', async () => {
    const plain = await open()
    await plain.put(Array.from({ length: 3 }, (_, at) => documentOf(`p${at}`, 'A heron.')))
    const index = await open(meanings)
    await index.put([documentOf('sky', 'A sky.'), documentOf('empty', '')])
    expect(await found(index, 'birds')).toEqual(['sky'])
    await until(() => warnings.length > 0)
    await found(index, 'birds')
    const another = { ...meanings, model: 'another' }
    await found(index, 'birds', { embedding: another })
    await until(() => warnings.length > 1)
    expect(warnings).toEqual([
      '`birds`: 3 documents have no vector of `meanings` with 4 numbers, and are found by their words alone: put them again',
      '`birds`: 4 documents have no vector of `another` with 4 numbers, and are found by their words alone: put them again',
    ])
  })

  it('say nothing where all documents have one', async () => {
    const index = await open(meanings)
    await index.put([documentOf('sky', 'A sky.'), documentOf('empty', '')])
    await found(index, 'birds')
    await index.close()
    expect(warnings).toEqual([])
  })

  it('that are longer than pgvector keeps are refused, with their length', async () => {
    const index = await open(madeOf(new Array(16_001).fill(1)))
    await expect(index.put([documentOf('a', 'A heron.')])).rejects.toMatchObject({
      refusal: { message: 'It made vectors of 16001 numbers, and of at most 16000 they are kept.' },
    })
    const longest = await open(madeOf(new Array(16_000).fill(1)))
    await longest.put([documentOf('a', 'A heron.')])
    expect(await found(longest, 'zebra', { embedding: madeOf(new Array(16_000).fill(1)) })).toEqual(['a'])
    expect(await found(longest, 'zebra', { embedding: madeOf(new Array(16_001).fill(1)) })).toEqual([])
    expect(await found(longest, 'heron', { embedding: madeOf(new Array(16_001).fill(1)) })).toEqual(['a'])
  })

  it('that another program spoilt are not found by, and the rest is', async () => {
    const index = await open(meanings)
    await index.put([documentOf('heron', 'A heron.'), documentOf('stork', 'A stork.')])
    await expect(server.run(`update ostiary_vectors set vector = '[1,2]'`)).rejects.toThrow(/check/)
    await server.run(
      `update ostiary_vectors set vector = '[0,0,0,0]' where passage = (select min(passage) from ostiary_vectors)`,
    )
    expect(await found(index, 'birds')).toEqual(['stork'])
    expect(await found(index, 'heron')).toEqual(['heron', 'stork'])
  })

  it('are refused with the code of what went wrong, and none of what was asked', async () => {
    const index = await open(meanings)
    await index.put([documentOf('heron', 'A heron.')])
    await server.run('drop extension vector cascade')
    const refused = await found(index, 'birds')
    expect(refused[0]).toBe('upstream_failed')
    expect(refused[1]).toMatch(/^the documents' PostgreSQL: 42\d\d\d$/)
    // Without a vector there is nothing to compare with.
    expect(await found(index, 'heron', { embedding: undefined })).toEqual(['heron'])
  })

  it('are kept where pgvector stands in a schema of its own, whatever that is called', async () => {
    await server.run('create schema "of ""others"; create extension vector schema "of ""others"')
    const index = await open(meanings)
    await index.put([documentOf('heron', 'A heron.'), documentOf('toad', 'A toad.')])
    expect(await found(index, 'birds')).toEqual(['heron', 'toad'])
    expect(await lookAtDocuments(server.url, { vectors: true })).toEqual([])
  })

  it('are put into a database by whoever may put pgvector there, by many at once too', async () => {
    expect(await lookAtDocuments(server.url, { vectors: true })).toEqual([])
    expect(await server.run(`select from pg_extension where extname = 'vector'`)).toEqual([])
    const all = await Promise.all(Array.from({ length: 4 }, () => open(meanings)))
    for (const one of all) await one.put([documentOf('heron', 'A heron.')])
    expect(await found(all[0] as DocumentIndex, 'birds')).toEqual(['heron'])
  })

  it('are not to be had by a login that may not, which is told what mends it; documents without them are', async () => {
    const url = server.url.replace('gate@', `little:${['pass', 'word'].join('')}@`)
    const what = 'this database lacks pgvector, which `embeddings` wants, and the login may not put it there'
    await expect(open(meanings, 'birds', url)).rejects.toThrow(`${what}: let a superuser \`create extension vector\``)
    expect(await lookAtDocuments(url, { vectors: true })).toEqual([
      { what: expect.stringContaining(what), mend: expect.stringContaining('let a superuser') },
    ])
    expect(await lookAtDocuments(url, { vectors: false })).toEqual([])
    await (await open(undefined, 'birds', url)).put([documentOf('heron', 'A heron.')])
    await server.run('create extension vector')
    expect(await lookAtDocuments(url, { vectors: true })).toEqual([])
    await (await open(meanings, 'birds', url)).put([documentOf('stork', 'A stork.')])
  })
})

describe.skipIf(POSTGRES === undefined)('documents that are looked at in PostgreSQL (needs PostgreSQL)', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres()
  })

  afterAll(() => server.remove())

  it('are good where there are none, and where they are; nothing is made', async () => {
    expect(await lookAtDocuments(server.url, { vectors: false })).toEqual([])
    expect(await server.run(`select from information_schema.tables where table_name like 'ostiary%'`)).toEqual([])
    await (await openPostgresDocuments({ url: server.url, dataset: 'birds', warn: () => {} })).close()
    expect(await lookAtDocuments(server.url, { vectors: false })).toEqual([])
  })

  it('are told where they are of a later version, may not be made, or are away', async () => {
    await (await openPostgresDocuments({ url: server.url, dataset: 'birds', warn: () => {} })).close()
    await server.run('update ostiary_retrieval set format = 99')
    expect((await lookAtDocuments(server.url, { vectors: false }))[0]?.what).toContain('is 99')
    await server.run('drop table ostiary_audiences, ostiary_documents, ostiary_passages, ostiary_retrieval')
    await server.run('create role reader login; revoke create on schema public from public')
    const [unmade] = await lookAtDocuments(server.url.replace('gate@', 'reader@'), { vectors: true })
    expect(unmade?.what).toContain('there is no table ostiary_documents, and `reader` may not make it')
    const away = await lookAtDocuments(server.url.replace(/\d+\/postgres$/, '1/postgres'), { vectors: true })
    expect(away[0]?.what).toContain('ECONNREFUSED')
  })

  it('want a server that has pgvector, where they are to be kept with vectors', async () => {
    // One that has not says so by this view alone, so that the test needs no second server.
    await server.run(`
      create schema own; create view own.pg_available_extensions as select name from pg_catalog.pg_available_extensions where name <> 'vector';
      create role without login superuser; alter role without set search_path = own, pg_catalog, public`)
    const url = server.url.replace('gate@', 'without@')
    const what = 'this PostgreSQL has no pgvector, which `embeddings` wants'
    expect((await lookAtDocuments(url, { vectors: true }))[0]?.what).toContain(what)
    const opening = openPostgresDocuments({ url, dataset: 'birds', warn: () => {}, embedding: meanings })
    await expect(opening).rejects.toThrow(`${what}: install it there`)
    await (await openPostgresDocuments({ url, dataset: 'birds', warn: () => {} })).close()
  })
})

function documentOf(id: string, text: string, more: Partial<Document> = {}): Document {
  return { id, title: '', text, classification: OPEN, readers: ['*'], attributes: {}, ...more }
}
