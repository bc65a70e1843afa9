import { type Document, type DocumentIndex, type Embedding, type Hit, NotEmbedded } from 'ostiary/spec'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** Document indexes that keep vectors: opened twice with the same place they have the same documents. */
export interface MeaningBench {
  open(embedding?: Embedding): Promise<DocumentIndex>
  /** Removes what they left behind. */
  remove(): Promise<void>
}

const OPEN = { level: 'public', categories: [] }
const MEANINGS = [/heron|bird|stork/i, /toad|frog/i, /lake|water/i]

/** Knows what three kinds of words mean, and that nothing else means anything. */
export const meanings: Embedding = {
  model: 'meanings',
  async embed(texts) {
    const vectors = texts.map((text) =>
      Float32Array.from([...MEANINGS.map((one) => (one.test(text) ? 0.7 : 0)), text.length > 0 ? 0.1 : 0]),
    )
    return { kind: 'proceed', value: vectors }
  },
}

/** Says these vectors, whatever it is asked about. */
export function madeOf(...vectors: readonly (readonly number[])[]): Embedding {
  return {
    model: 'meanings',
    embed: async () => ({ kind: 'proceed', value: vectors.map((one) => Float32Array.from(one)) }),
  }
}

function refusing(code: 'upstream_failed' | 'rate_limited'): Embedding {
  return { model: 'meanings', embed: async () => ({ kind: 'refuse', code, status: 502, message: '', forLog: 'away' }) }
}

/** What the seam `DocumentIndex` demands of one that keeps vectors, beside the suite of all. */
export function documentMeaningSuite(name: string, bench: () => Promise<MeaningBench>): void {
  describe(`documents that are found by their meaning: ${name}`, () => {
    let held: MeaningBench
    let index: DocumentIndex

    beforeEach(async () => {
      held = await bench()
      index = await held.open(meanings)
    })

    afterEach(async () => {
      await index.close()
      await held.remove()
    })

    const search = async (text: string, more: object = {}, on = index): Promise<readonly Hit[]> => {
      const query = { text, limit: 2, classes: [OPEN], readers: ['*'] as const, embedding: meanings, ...more }
      const step = await on.search(query, new AbortController().signal)
      if (step.kind === 'refuse') throw new Error(step.forLog)
      return step.value
    }

    const ids = async (text: string, more: object = {}, on = index): Promise<readonly string[]> =>
      (await search(text, { limit: 100, ...more }, on)).map(({ id }) => id)

    const first = async (text: string, more: object = {}, on = index): Promise<string | undefined> =>
      (await search(text, more, on))[0]?.id

    it('are found without the words of the query, and better with them', async () => {
      await index.put([documentOf('heron', 'A heron.'), documentOf('toad', 'A toad.'), documentOf('stork', 'A stork.')])
      expect((await search('birds')).map(({ id }) => id).sort()).toEqual(['heron', 'stork'])
      expect(await first('stork')).toBe('stork')
      expect(await first('frogs')).toBe('toad')
      expect(await search('!?')).toEqual([])
    })

    it('are those that the reader may see, and no others move them', async () => {
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

    it('are all found that one reader may see, among very many nearer ones of others', async () => {
      const many = Array.from({ length: 1500 }, (_, at) =>
        documentOf(`h${at}`, 'A bird.', { readers: ['group:staff'], classification: OPEN }),
      )
      await index.put(many)
      await index.put([documentOf('lake', 'A lake with a bird.'), documentOf('sky', 'A sky.')])
      expect(await ids('birds')).toEqual(['lake', 'sky'])
      expect(await ids('birds', { classes: [{ level: 'internal', categories: [] }] })).toEqual([])
    })

    it('count by their places in both rankings, whatever the scores are', async () => {
      await index.put([
        documentOf('words', 'A grebe, a grebe, and a grebe.'),
        documentOf('both', 'A grebe is a bird.'),
        documentOf('meaning', 'A stork by a lake.'),
        documentOf('neither', 'A sky.'),
      ])
      const found = await search('grebe bird', { limit: 10 })
      expect(found[0]?.id).toBe('both')
      expect(found.map(({ id }) => id).sort()).toEqual(['both', 'meaning', 'neither', 'words'])
      expect(found[0]?.score).toBeCloseTo(2 / 61, 12)
    })

    it('are found once each, by their best passage', async () => {
      const paragraph = 'The wind goes on, and nothing moves that could be seen from here. '.repeat(10)
      const paragraphs = Array.from({ length: 12 }, (_, at) => (at === 7 ? `${paragraph} A stork.` : paragraph))
      await index.put([documentOf('long', paragraphs.join('\n\n')), documentOf('same', `${paragraph}\n\n${paragraph}`)])
      const found = await search('birds', { limit: 10 })
      expect(found.map(({ id }) => id)).toEqual(['long', 'same'])
      expect(found[0]?.passage).toContain('A stork.')
    })

    it('move with what is classified anew, and go with what is deleted or put anew', async () => {
      await index.put([documentOf('heron', 'A heron.'), documentOf('toad', 'A toad.')])
      await index.reclassify('heron', { readers: ['group:staff'] })
      expect(await first('birds')).toBe('toad')
      expect(await first('birds', { readers: ['group:staff'] })).toBe('heron')
      await index.delete(['heron'])
      expect(await search('birds', { readers: ['group:staff'] })).toEqual([])
      await index.put([documentOf('toad', 'A sky now.'), documentOf('lake', 'A lake.')])
      expect((await search('frogs', { limit: 10 })).map(({ passage }) => passage)).not.toContain('A toad.')
    })

    it('are found by their words where they have no vector, or one of another model or length', async () => {
      const plain = await held.open()
      await plain.put([documentOf('plain', 'A heron.'), documentOf('empty', '')])
      await plain.close()
      expect(await search('birds')).toEqual([])
      expect(await first('heron')).toBe('plain')
      await index.put([documentOf('stork', 'A stork.'), documentOf('nothing', '')])
      expect(await search('birds', { embedding: { ...meanings, model: 'another' } })).toEqual([])
      expect(await first('stork', { embedding: { ...meanings, model: 'another' } })).toBe('stork')
      expect(await first('birds')).toBe('stork')
      // Of a model whose vectors have become longer: both lengths stand side by side until all is put anew.
      const longer: Embedding = {
        ...meanings,
        async embed(texts) {
          return { kind: 'proceed', value: texts.map(() => new Float32Array(9).fill(1)) }
        },
      }
      expect(await search('birds', { embedding: longer })).toEqual([])
      const other = await held.open(longer)
      await other.put([documentOf('long', 'A sky.')])
      expect(await ids('birds', { embedding: longer })).toEqual(['long'])
      expect(await ids('birds')).toEqual(['stork'])
      await other.close()
    })

    it('are put with their vectors, or not at all', async () => {
      const wrong = [
        ['away', refusing('upstream_failed')],
        ['not as many', madeOf()],
        ['without a direction', madeOf([0, 0, 0])],
        ['no number', madeOf([1, Number.NaN])],
        ['no end', madeOf([1, Number.POSITIVE_INFINITY])],
        ['no length', madeOf([])],
      ] as const
      for (const [why, embedding] of wrong) {
        const other = await held.open(embedding)
        const putting = other.put([documentOf('heron', 'A heron.')])
        await expect(putting, why).rejects.toBeInstanceOf(NotEmbedded)
        await other.close()
      }
      const uneven = await held.open(madeOf([1, 0], [1, 0, 0]))
      const putting = uneven.put([documentOf('heron', 'A heron.'), documentOf('toad', 'A toad.')])
      await expect(putting).rejects.toMatchObject({
        refusal: { code: 'upstream_failed', message: 'It made vectors of 2 and of 3 numbers.' },
      })
      await uneven.close()
      expect(await index.classes()).toEqual([])
    })

    it('are compared whatever the size of the numbers', async () => {
      for (const size of [1e-38, 1e38]) {
        const sized = (...vector: readonly number[]): Embedding => madeOf(vector.map((part) => part * size))
        const other = await held.open(sized(1, 0.2))
        await other.put([documentOf('near', 'A grebe.')])
        await other.close()
        const another = await held.open(sized(-1, 0.2))
        await another.put([documentOf('far', 'A coot.')])
        await another.close()
        expect(await ids('sky', { embedding: sized(1, 0) })).toEqual(['near', 'far'])
      }
    })

    it('are found by their words where the query has no embedding, or none is made of it', async () => {
      await index.put([documentOf('heron', 'A heron.')])
      for (const embedding of [refusing('rate_limited'), madeOf(), madeOf([0, 0]), madeOf([Number.NaN]), undefined]) {
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

    it('are shown to nobody who may not see them any more once the query has its vector', async () => {
      await index.put([documentOf('heron', 'A heron.')])
      const reason = new Error('the grant ended')
      const ending = new AbortController()
      const embedding: Embedding = {
        model: 'meanings',
        async embed(texts) {
          ending.abort(reason)
          return meanings.embed(texts)
        },
      }
      const query = { text: 'heron', limit: 9, classes: [OPEN], readers: ['*'] as const, embedding }
      await expect(index.search(query, ending.signal)).rejects.toBe(reason)
    })

    it('are embedded with the beginning of their title', async () => {
      const seen: string[] = []
      const other = await held.open({
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
}

function documentOf(id: string, text: string, more: Partial<Document> = {}): Document {
  return { id, title: '', text, classification: OPEN, readers: ['*'], attributes: {}, ...more }
}
