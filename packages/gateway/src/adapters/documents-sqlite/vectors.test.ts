import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../databases/sqlite.js'
import {
  type Document,
  type DocumentIndex,
  type Embedding,
  type Hit,
  NotEmbedded,
  proceed,
  refuse,
} from '../../spec/index.js'
import { openSqliteDocuments } from './documents.js'

const OPEN = { level: 'public', categories: [] }
const MEANINGS = [/heron|bird|stork/i, /toad|frog/i, /lake|water/i]

/** Knows what three kinds of words mean, and that nothing else means anything. */
const meanings: Embedding = {
  model: 'meanings',
  async embed(texts) {
    return proceed(
      texts.map((text) =>
        Float32Array.from([...MEANINGS.map((one) => (one.test(text) ? 0.7 : 0)), text.length > 0 ? 0.1 : 0]),
      ),
    )
  },
}

describe('documents that are found by their meaning', () => {
  let folder: string
  let index: DocumentIndex

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ostiary-documents-'))
    index = await open(meanings)
  })

  afterEach(async () => {
    await index.close()
    await rm(folder, { recursive: true })
  })

  const open = (embedding?: Embedding): Promise<DocumentIndex> =>
    openSqliteDocuments({
      path: join(folder, 'documents.db'),
      warn: () => {},
      ...(embedding === undefined ? {} : { embedding }),
    })

  const search = async (text: string, more: object = {}, on = index): Promise<readonly Hit[]> => {
    const query = { text, limit: 2, classes: [OPEN], readers: ['*'] as const, embedding: meanings, ...more }
    const step = await on.search(query, new AbortController().signal)
    if (step.kind === 'refuse') throw new Error(step.code)
    return step.value
  }

  const first = async (text: string, more: object = {}, on = index): Promise<string | undefined> =>
    (await search(text, more, on))[0]?.id

  it('are found without the words of the query, and better with them', async () => {
    await index.put([documentOf('heron', 'A heron.'), documentOf('toad', 'A toad.'), documentOf('stork', 'A stork.')])
    expect((await search('birds')).map(({ id }) => id).sort()).toEqual(['heron', 'stork'])
    expect(await first('stork')).toBe('stork')
    expect(await first('frogs')).toBe('toad')
    expect(await search('!?')).toEqual([])
  })

  it('[retrieval.filtered] [retrieval.invisible] are those that the reader may see, and no others move them', async () => {
    await index.put([
      documentOf('toad', 'A toad.'),
      documentOf('lake', 'A lake with a bird.'),
      documentOf('sky', 'A sky.'),
    ])
    const before = await search('birds', { limit: 10 })
    expect(before.map(({ id }) => id)).toEqual(['lake', 'sky', 'toad'])
    await index.put(
      Array.from({ length: 40 }, (_, at) => documentOf(`h${at}`, 'A bird.', { readers: ['group:staff'] })),
    )
    expect(await search('birds', { limit: 10 })).toEqual(before)
    expect(await search('birds', { limit: 10, readers: ['group:staff'] })).toHaveLength(10)
  })

  it('[retrieval.next-search] move with what is classified anew, and go with what is deleted', async () => {
    await index.put([documentOf('heron', 'A heron.'), documentOf('toad', 'A toad.')])
    await index.reclassify('heron', { readers: ['group:staff'] })
    expect(await first('birds')).toBe('toad')
    expect(await first('birds', { readers: ['group:staff'] })).toBe('heron')
    await index.delete(['heron'])
    expect(await search('birds', { readers: ['group:staff'] })).toEqual([])
    await index.put([documentOf('toad', 'A bird now.')])
    const other = await openDatabase(join(folder, 'documents.db'))
    const rows = other.prepare('select number from vectors').all()
    other.close()
    expect(rows).toHaveLength(1)
  })

  it('are found by their words where they have no vector, or one of another model', async () => {
    const plain = await open()
    await plain.put([documentOf('plain', 'A heron.'), documentOf('empty', '')])
    expect(await search('birds')).toEqual([])
    expect(await first('heron')).toBe('plain')
    await index.put([documentOf('stork', 'A stork.'), documentOf('nothing', '')])
    expect(await search('birds', { embedding: { ...meanings, model: 'another' } })).toEqual([])
    expect(await first('birds')).toBe('stork')
    // Whoever opens it without an embedding searches it with that of a query all the same.
    expect(await first('birds', {}, plain)).toBe('stork')
    // Of a model whose vectors have become longer.
    const longer: Embedding = { ...meanings, embed: async () => proceed([new Float32Array(9).fill(1)]) }
    expect(await search('birds', { embedding: longer })).toEqual([])
    await plain.close()
  })

  it('are put with their vectors, or not at all', async () => {
    const ill: Embedding = { model: 'meanings', embed: async () => refuse('upstream_failed', 'away') }
    const short: Embedding = { model: 'meanings', embed: async () => proceed([]) }
    const blank: Embedding = {
      model: 'meanings',
      embed: async (texts) => proceed(texts.map(() => new Float32Array(3))),
    }
    const broken: Embedding = {
      model: 'meanings',
      embed: async (texts) => proceed(texts.map(() => Float32Array.of(1, Number.NaN))),
    }
    for (const embedding of [ill, short, blank, broken]) {
      const other = await open(embedding)
      const putting = other.put([documentOf('heron', 'A heron.')])
      await expect(putting).rejects.toThrow(/vector/)
      if (embedding === ill) await expect(putting).rejects.toBeInstanceOf(NotEmbedded)
      await other.close()
    }
    expect(await index.classes()).toEqual([])
  })

  it('are found by their words where the query has no embedding, or none is made of it', async () => {
    await index.put([documentOf('heron', 'A heron.')])
    const away: Embedding = { model: 'meanings', embed: async () => refuse('rate_limited', 'too often') }
    for (const embedding of [away, undefined]) {
      expect(await first('heron', { embedding })).toBe('heron')
      expect(await search('birds', { embedding })).toEqual([])
    }
  })

  it('are not asked about where nothing could be found', async () => {
    await index.put([documentOf('heron', 'A heron.')])
    const asked: string[] = []
    const embedding: Embedding = {
      model: 'meanings',
      async embed(texts) {
        asked.push(...texts)
        return meanings.embed(texts)
      },
    }
    await search('birds', { embedding, readers: [] })
    await search('birds', { embedding, classes: [] })
    await search('!?', { embedding })
    expect(asked).toEqual([])
    await search('birds of the lake', { embedding })
    expect(asked).toEqual(['birds of the lake'])
  })

  it('are embedded with the beginning of their title', async () => {
    const seen: string[] = []
    const other = await open({
      model: 'meanings',
      async embed(texts) {
        seen.push(...texts)
        return meanings.embed(texts)
      },
    })
    await other.put([documentOf('heron', 'A heron.', { title: 'x'.repeat(10_000) })])
    expect(seen).toEqual([`${'x'.repeat(400)}\nA heron.`])
    await other.close()
  })
})

function documentOf(id: string, text: string, more: Partial<Document> = {}): Document {
  return { id, title: '', text, classification: OPEN, readers: ['*'], attributes: {}, ...more }
}
