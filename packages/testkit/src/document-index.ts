import type { Classification, Document, DocumentIndex, DocumentQuery, Embedding, Hit, Reader } from 'ostiary/spec'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** Document indexes under test: opened twice with the same place they have the same documents. */
export interface DocumentBench {
  open(): Promise<DocumentIndex>
  /** Removes what they left behind. */
  remove(): Promise<void>
}

const OPEN: Classification = { level: 'public', categories: [] }
const INNER: Classification = { level: 'internal', categories: [] }
const PERSONAL: Classification = { level: 'internal', categories: ['pii'] }
const STAFF: Reader = 'group:staff'
const ALICE: Reader = 'user:https://idp.example#alice'

/** What is asked for as a query of the language that the index is made of. Each has the word `heron`. */
const SYNTAX = [
  '"heron',
  'heron*',
  'her* heron',
  'heron"*',
  '^heron',
  'title:heron',
  'words : heron',
  '{title}: heron',
  'heron NOT lake',
  'heron AND NEAR(lake water, 2)',
  'NEAR(heron',
  'heron OR',
  '(heron',
  'heron + +',
  '-heron',
  'heron & !lake',
  "heron <-> 'lake' | :*",
  'heron:B',
  "heron'; drop table documents; --",
  'heron \\ % _ $1 ? :name @name',
  'heron\u0000lake',
  '\ud800heron\udfff',
  'HÉRON',
]

/** The conformance suite of the seam `DocumentIndex`. */
export function documentIndexSuite(name: string, bench: () => Promise<DocumentBench>): void {
  describe(`document index: ${name}`, () => {
    let held: DocumentBench
    let index: DocumentIndex

    beforeEach(async () => {
      held = await bench()
      index = await held.open()
    })

    afterEach(async () => {
      await index.close()
      await held.remove()
    })

    const search = async (text: string, more: Partial<DocumentQuery> = {}): Promise<readonly Hit[]> => {
      const query = {
        text,
        limit: 1000,
        classes: [OPEN, INNER, PERSONAL],
        readers: ['*', STAFF, ALICE] as const,
        ...more,
      }
      const found = await index.search(query, new AbortController().signal)
      if (found.kind === 'refuse') throw new Error(found.forLog)
      return found.value
    }

    const ids = async (text: string, more: Partial<DocumentQuery> = {}): Promise<readonly string[]> =>
      (await search(text, more)).map(({ id }) => id).sort()

    it('finds a document by a word, and gives what is known of it', async () => {
      await index.put([
        documentOf('heron', 'A heron stands in the lake.', {
          title: 'Birds',
          classification: PERSONAL,
          attributes: { author: 'Ann "A" O\'Neill', page: '7' },
        }),
        documentOf('toad', 'A toad sits beside it.'),
      ])
      const [hit, ...others] = await search('heron')
      expect(others).toEqual([])
      expect(hit).toEqual({
        id: 'heron',
        title: 'Birds',
        passage: 'A heron stands in the lake.',
        score: expect.any(Number),
        classification: PERSONAL,
        attributes: { author: 'Ann "A" O\'Neill', page: '7' },
      })
      expect(await ids('birds')).toEqual(['heron'])
    })

    it('finds what has any of the words, the best first', async () => {
      await index.put([
        documentOf('one', 'The lake is deep, and the wind is cold.'),
        documentOf('both', 'A heron stands in the lake, and the wind is cold.'),
        documentOf('none', 'The wind is cold, and nobody is out.'),
        ...Array.from({ length: 20 }, (_, at) => documentOf(`lake-${at}`, `The lake is calm, and day ${at} is warm.`)),
      ])
      const found = await search('heron lake')
      expect(found[0]?.id).toBe('both')
      expect(found).toHaveLength(22)
      expect(found.map(({ id }) => id)).not.toContain('none')
      const scores = found.map(({ score }) => score)
      expect(scores).toEqual([...scores].sort((one, other) => other - one))
      expect(scores[0]).toBeGreaterThan(scores[1] ?? 0)
    })

    it('gives as many as are asked for', async () => {
      await index.put(Array.from({ length: 30 }, (_, at) => documentOf(`d${at}`, `A heron of number ${at}.`)))
      expect(await search('heron', { limit: 7 })).toHaveLength(7)
      expect(await search('heron', { limit: 1 })).toHaveLength(1)
      expect(await search('heron', { limit: 0 })).toEqual([])
      expect(await search('heron', { limit: -1 })).toEqual([])
    })

    it('gives a long document once, with the passage that has the words', async () => {
      const paragraph = 'The wind goes over the water, and nothing moves that could be seen from here. '.repeat(8)
      const paragraphs = Array.from({ length: 60 }, (_, at) => (at === 41 ? `${paragraph} A heron.` : paragraph))
      await index.put([documentOf('long', paragraphs.join('\n\n')), documentOf('short', 'The wind.')])
      const [hit, ...others] = await search('heron water')
      expect(others).toEqual([])
      expect(hit?.id).toBe('long')
      expect(hit?.passage).toContain('A heron.')
      expect(hit?.passage.length).toBeLessThan(2000)
    })

    it('takes a query for words and nothing else', async () => {
      await index.put([documentOf('heron', 'A heron.'), documentOf('toad', 'A toad beside nothing.')])
      for (const text of SYNTAX) expect([text, await ids(text)]).toEqual([text, ['heron']])
      expect(await ids('her')).toEqual([])
      expect(await ids('words')).toEqual([])
      // What a language of queries takes for an operator is a word like any other.
      await index.put([documentOf('not', 'Not near, and not so.')])
      expect(await ids('NOT')).toEqual(['not'])
      expect(await ids('near(')).toEqual(['not'])
    })

    it.each(['', ' \n\t', '!?', '"" * ^ : ()', '\u0000', '\ud800'])(
      'finds nothing where there is no word: %j',
      async (text) => {
        await index.put([documentOf('heron', 'A heron.')])
        expect(await search(text)).toEqual([])
      },
    )

    it.each([
      ['accents and case', 'Ein Käfer in ZÜRICH', 'kafer', 'zürich'],
      ['Greek', 'Ο ερωδιός στη λίμνη', 'ΕΡΩΔΙΌΣ', 'λιμνη'],
      ['Cyrillic', 'Цапля стоит в озере', 'цапля', 'ОЗЕРЕ'],
      ['digits and letters', 'Order A7731X of 2026', 'a7731x', '2026'],
    ])('finds words of all lands: %s', async (_, text, ...asked) => {
      await index.put([documentOf('it', text), documentOf('other', 'A toad.')])
      for (const one of asked) expect([one, await ids(one)]).toEqual([one, ['it']])
    })

    it('finds documents of the classes of the query alone, exactly', async () => {
      await index.put([
        documentOf('open', 'A heron.', { classification: OPEN }),
        documentOf('inner', 'A heron.', { classification: INNER }),
        documentOf('personal', 'A heron.', { classification: PERSONAL }),
        documentOf('two', 'A heron.', { classification: { level: 'internal', categories: ['finance', 'pii'] } }),
      ])
      expect(await ids('heron', { classes: [INNER] })).toEqual(['inner'])
      expect(await ids('heron', { classes: [PERSONAL, OPEN] })).toEqual(['open', 'personal'])
      expect(await ids('heron', { classes: [{ level: 'internal', categories: ['finance'] }] })).toEqual([])
      expect(await ids('heron', { classes: [{ level: 'internal","pii', categories: [] }] })).toEqual([])
      expect(await ids('heron', { classes: [] })).toEqual([])
    })

    it('finds documents that name one of the readers alone', async () => {
      await index.put([
        documentOf('all', 'A heron.'),
        documentOf('staff', 'A heron.', { readers: [STAFF] }),
        documentOf('alice', 'A heron.', { readers: [ALICE, 'group:board'] }),
        documentOf('nobody', 'A heron.', { readers: [] }),
      ])
      expect(await ids('heron', { readers: ['*'] })).toEqual(['all'])
      expect(await ids('heron', { readers: [STAFF] })).toEqual(['staff'])
      expect(await ids('heron', { readers: ['*', 'group:board'] })).toEqual(['alice', 'all'])
      expect(await ids('heron', { readers: ['group:STAFF', 'group:staff '] })).toEqual([])
      expect(
        await ids('heron', { readers: ['user:https://idp.example#ALICE', 'user:https://other.example#alice'] }),
      ).toEqual([])
      expect(await ids('heron', { readers: [] })).toEqual([])
      expect(await ids('heron', { readers: ['group:%', "group:staff' or true --" as Reader] })).toEqual([])
    })

    it('shows nobody a document whose access list or class is malformed', async () => {
      const odd = (text: string): Reader => text as Reader
      const readers = ['everyone', '', 'group:', 'user:alice', '**', ' *', 'Group:staff'].map(odd)
      await index.put([
        ...readers.map((reader, at) => documentOf(`reader-${at}`, 'A heron.', { readers: [reader] })),
        documentOf('level', 'A heron.', { classification: { level: '', categories: [] } }),
        documentOf('seen', 'A heron.'),
      ])
      const classes = [OPEN, { level: '', categories: [] }]
      expect(await ids('heron', { classes, readers: ['*', ...readers] })).toEqual(['seen'])
      expect(await index.classes()).toEqual([OPEN])
    })

    it('lets what the reader may not see cost no place, and move no score and no order', async () => {
      const lines = [
        'A heron in the lake.',
        'A lake, a lake, and wind.',
        'A heron, and a heron more.',
        'Wind on the water.',
      ]
      await index.put(lines.map((text, at) => documentOf(`seen-${at}`, text)))
      const asked = 'heron lake wind'
      const before = await search(asked, { readers: ['*'] })
      expect(before).toHaveLength(4)
      const hidden = Array.from({ length: 120 }, (_, at) =>
        documentOf(`hidden-${at}`, 'heron heron heron lake '.repeat((at % 7) + 1), {
          readers: [STAFF],
          title: 'heron',
          classification: at % 2 === 0 ? OPEN : INNER,
        }),
      )
      await index.put(hidden)
      expect(await search(asked, { readers: ['*'] })).toEqual(before)
      expect(await search(asked, { readers: ['*'], limit: 2 })).toEqual(before.slice(0, 2))
      await index.delete(hidden.slice(0, 60).map(({ id }) => id))
      expect(await search(asked, { readers: ['*'] })).toEqual(before)
      expect(await search(asked, { readers: ['*', STAFF], classes: [OPEN] })).not.toEqual(before)
    })

    it('puts documents in the place of those of the same id', async () => {
      await index.put([documentOf('a', 'A heron.'), documentOf('b', 'A heron.')])
      await index.put([documentOf('a', 'A toad.', { readers: [STAFF], classification: PERSONAL, title: 'Newer' })])
      expect(await ids('heron')).toEqual(['b'])
      expect(await ids('toad newer', { readers: [STAFF] })).toEqual(['a'])
      expect(await ids('toad', { readers: ['*'] })).toEqual([])
      await index.put([documentOf('c', 'A first owl.'), documentOf('c', 'A second owl.')])
      expect((await search('owl')).map(({ passage }) => passage)).toEqual(['A second owl.'])
    })

    it('classifies anew, and gives other readers', async () => {
      await index.put([documentOf('a', 'A heron.', { title: 'Bird' }), documentOf('b', 'A heron.')])
      expect(await index.reclassify('a', { classification: PERSONAL })).toBe(true)
      expect(await ids('heron', { classes: [OPEN] })).toEqual(['b'])
      expect((await search('bird', { classes: [PERSONAL] }))[0]).toMatchObject({ id: 'a', classification: PERSONAL })
      expect(await index.reclassify('a', { readers: [STAFF] })).toBe(true)
      expect(await ids('heron', { readers: ['*'] })).toEqual(['b'])
      expect(await ids('heron', { readers: [STAFF], classes: [PERSONAL] })).toEqual(['a'])
      expect(await index.reclassify('a', { readers: [] })).toBe(true)
      expect(await ids('heron')).toEqual(['b'])
      expect(await index.reclassify('never', { readers: ['*'] })).toBe(false)
      expect(await ids('heron')).toEqual(['b'])
    })

    it('deletes documents, and counts them', async () => {
      await index.put(['a', 'b', 'c'].map((id) => documentOf(id, 'A heron.')))
      expect(await index.delete(['a', 'a', 'never', 'c'])).toBe(2)
      expect(await ids('heron')).toEqual(['b'])
      expect(await index.delete(['a'])).toBe(0)
      expect(await index.delete([])).toBe(0)
      await index.put([documentOf('a', 'A toad.')])
      expect(await ids('heron toad')).toEqual(['a', 'b'])
    })

    it('tells the classes that there are, each once', async () => {
      expect(await index.classes()).toEqual([])
      await index.put([
        documentOf('a', 'A heron.', { classification: PERSONAL }),
        documentOf('b', 'A heron.', { classification: PERSONAL, readers: [STAFF] }),
        documentOf('c', 'A heron.', { classification: OPEN }),
      ])
      const sorted = async (readers?: readonly Reader[]): Promise<readonly string[]> =>
        (await index.classes(readers)).map(({ level, categories }) => [level, ...categories].join(' ')).sort()
      expect(await sorted()).toEqual(['internal pii', 'public'])
      expect(await sorted([STAFF])).toEqual(['internal pii'])
      expect(await sorted([])).toEqual([])
      await index.reclassify('c', { classification: INNER })
      expect(await sorted()).toEqual(['internal', 'internal pii'])
      await index.delete(['a'])
      expect(await sorted()).toEqual(['internal', 'internal pii'])
      await index.delete(['b'])
      expect(await sorted()).toEqual(['internal'])
    })

    it.each([
      ['quotes and wildcards', `a'b"c%_\\`],
      ['names of objects', '__proto__'],
      ['nothing at all', ''],
      ['letters of all lands', 'ключ-鍵-🔑'],
      ['a thousand letters', 'x'.repeat(1000)],
    ])('takes any text as an id, title or attribute: %s', async (_, text) => {
      const attributes = Object.fromEntries([[text, text]])
      await index.put([documentOf(text, 'A heron.', { title: text, attributes }), documentOf(`${text}x`, 'A toad.')])
      const [hit, ...others] = await search('heron')
      expect(others).toEqual([])
      expect([hit?.id, hit?.title, Object.entries(hit?.attributes ?? {})]).toEqual([text, text, [[text, text]]])
      expect(await index.delete([text])).toBe(1)
      expect(await ids('heron toad')).toEqual([`${text}x`])
    })

    it.each([
      ['no word', ' \n '],
      ['one word of 100,000 letters, and another', `${'x'.repeat(100_000)} heron`],
      ['no paragraph in 100,000 characters', `${'word '.repeat(20_000)}heron`],
      ['controls and halves of characters', '\u0000 heron \ud800 \u202e\ufeff'],
    ])('takes any text: %s', async (_, text) => {
      await index.put([documentOf('odd', text), documentOf('heron', 'A heron.')])
      expect(await ids('heron')).toEqual(text.includes('heron') ? ['heron', 'odd'] : ['heron'])
      await index.delete(['odd'])
      expect(await ids('heron')).toEqual(['heron'])
    })

    it('shows each reader what a plain model says, and nothing else', async () => {
      const classes = [OPEN, INNER, PERSONAL]
      const readers: readonly Reader[] = ['*', STAFF, ALICE, 'group:board']
      const some = <T>(of: readonly T[], bits: number): readonly T[] => of.filter((_, at) => (bits & (1 << at)) !== 0)
      const documents = Array.from({ length: 96 }, (_, at) =>
        documentOf(`d${at}`, at % 5 === 0 ? 'A toad.' : 'A heron.', {
          classification: classes[at % 3] ?? OPEN,
          readers: some(readers, (at * 7) % 16),
        }),
      )
      await index.put(documents)
      for (let bits = 0; bits < 128; bits += 1) {
        const query = { classes: some(classes, bits & 7), readers: some(readers, bits >> 3) }
        const due = documents.filter(
          (one) =>
            one.text === 'A heron.' &&
            query.classes.includes(one.classification) &&
            one.readers.some((reader) => query.readers.includes(reader)),
        )
        expect(await ids('heron', query)).toEqual(due.map(({ id }) => id).sort())
      }
    })

    it('finds by words what the query has a vector for too, or could not get one for', async () => {
      await index.put([
        documentOf('heron', 'A heron.'),
        documentOf('staff', 'A heron.', { readers: [STAFF] }),
        documentOf('toad', 'A toad.'),
      ])
      const made: Embedding = {
        model: 'any',
        embed: async (texts) => ({ kind: 'proceed', value: texts.map(() => Float32Array.of(1, 0)) }),
      }
      const forLog = 'policy forbids the model'
      const refused: Embedding = {
        model: 'any',
        embed: async () => ({ kind: 'refuse', code: 'forbidden_by_policy', status: 403, message: '', forLog }),
      }
      for (const embedding of [made, refused]) {
        const found = await search('heron', { embedding, readers: ['*'] })
        expect(found[0]?.id).toBe('heron')
        expect(found.map(({ id }) => id)).not.toContain('staff')
      }
      expect(await ids('heron', { embedding: refused, readers: ['*'] })).toEqual(['heron'])
    })

    it('shares documents with another who has them open', async () => {
      const other = await held.open()
      await other.put([documentOf('a', 'A heron.')])
      expect(await ids('heron')).toEqual(['a'])
      await index.reclassify('a', { readers: [STAFF] })
      const query = { text: 'heron', limit: 9, classes: [OPEN], readers: ['*'] as const }
      expect(await other.search(query, new AbortController().signal)).toMatchObject({ value: [] })
      await other.delete(['a'])
      expect(await ids('heron')).toEqual([])
      await other.put([documentOf('b', 'A heron.')])
      await other.close()
      expect(await ids('heron')).toEqual(['b'])
    })

    it('keeps all that is put at once', async () => {
      await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          index.put([documentOf(`a${at}`, 'A heron.'), documentOf('b', 'A heron.')]),
        ),
      )
      expect(await ids('heron')).toHaveLength(21)
    })

    it('finds nothing for who may see nothing any more', async () => {
      await index.put([documentOf('a', 'A heron.')])
      const reason = new Error('the grant ended')
      const query = { text: 'heron', limit: 9, classes: [OPEN], readers: ['*'] as const }
      await expect(index.search(query, AbortSignal.abort(reason))).rejects.toBe(reason)
    })

    it('answers no more once it is closed', async () => {
      await index.put([documentOf('a', 'A heron.')])
      await index.close()
      await index.close()
      await expect(index.put([documentOf('b', 'A heron.')])).rejects.toThrow(/closed/)
      await expect(search('heron')).rejects.toThrow(/closed/)
    })
  })
}

function documentOf(id: string, text: string, more: Partial<Document> = {}): Document {
  return { id, title: '', text, classification: OPEN, readers: ['*'], attributes: {}, ...more }
}
