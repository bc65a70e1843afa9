import { describe, expect, it } from 'vitest'
import { inPieces } from '../../test/pieces.js'
import type { IngestDefaults } from './document.js'
import { titleOf } from './markdown.js'
import { type DocumentFormat, type ReadingParts, readDocuments } from './reading.js'

const LATTICE = { levels: ['public', 'internal', 'restricted'], categories: ['pii', 'finance'] }
const HIGHEST = { level: 'restricted', categories: ['finance', 'pii'] }
const INTERNAL = { level: 'internal', categories: ['pii'] }
const DEFAULTS: IngestDefaults = {
  lattice: LATTICE,
  classification: undefined,
  ofDataset: INTERNAL,
  readers: ['group:staff'],
  source: 'birds.csv',
}

const SIGNS: Readonly<Record<string, string>> = { ';': 'semicolons', '\t': 'tabs', '|': 'vertical bars' }

/** Documents, and the refusal that ended them. */
async function read(
  format: DocumentFormat,
  text: string,
  more: Partial<ReadingParts> = {},
): Promise<readonly unknown[]> {
  const all: unknown[] = []
  for await (const step of readDocuments(inPieces(text), { format, defaults: DEFAULTS, ...more })) {
    if (step.kind === 'refuse') all.push(step.message)
    else all.push({ ...step.value.document, place: step.value.place, malformed: step.value.malformed })
  }
  return all
}

const one = (record: object): Promise<readonly unknown[]> =>
  read('json', JSON.stringify({ text: 'A heron.', ...record }))

describe('documents that are ingested', () => {
  it('are one of a text', async () => {
    const [document, ...others] = await read('text', '# A heron.\n\nIt stands.')
    expect(others).toEqual([])
    expect(document).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      title: '',
      text: '# A heron.\n\nIt stands.',
      classification: INTERNAL,
      readers: ['group:staff'],
      attributes: {},
      place: 'the text',
      malformed: [],
    })
  })

  it('are one of Markdown, whose first heading is the title', async () => {
    expect((await read('markdown', 'Text.\n\n## The *heron* ##\n\n# Other'))[0]).toMatchObject({ title: 'The *heron*' })
  })

  it.each([
    ['---\n# a comment\ntitle: x\n---\n# Heron', 'Heron'],
    ['```sh\n# a comment\n```\n# Heron\r\n', 'Heron'],
    ['~~~~\n# no\n~~~\n# no\n~~~~\n   ### Heron', 'Heron'],
    ['#heron\n    # code\n# \n#\tHeron', 'Heron'],
    ['A heron.', ''],
  ])('have the title that a reader would see: %j', (text, title) => {
    expect(titleOf(text)).toBe(title)
  })

  it('are each object of JSON', async () => {
    const full = {
      id: 'h-1',
      title: 'Heron',
      text: 'It stands.',
      classification: 'public',
      categories: ['pii', 'finance'],
      access: ['user:https://idp.example#alice', '*', '*'],
      attributes: { author: 'Ann', page: 7, draft: false },
    }
    const [first, second] = await read('json', `[${JSON.stringify(full)}, {"text": "A toad."}]`)
    expect(first).toEqual({
      id: 'h-1',
      title: 'Heron',
      text: 'It stands.',
      classification: { level: 'public', categories: ['finance', 'pii'] },
      readers: ['*', 'user:https://idp.example#alice'],
      attributes: { author: 'Ann', page: '7', draft: 'false' },
      place: 'record 1',
      malformed: [],
    })
    expect(second).toMatchObject({
      text: 'A toad.',
      classification: INTERNAL,
      readers: ['group:staff'],
      place: 'record 2',
    })
  })

  it('are each line of CSV, with the texts of the columns that are named', async () => {
    const text = [
      'id,title,body,notes,access,categories,classification,author',
      'a,Heron,It stands.,In water.,group:staff; group:board,pii;finance,public,=cmd',
      'b,,"It\nsits.",,,,,',
    ].join('\n')
    expect(await read('csv', text, { textColumns: ['body', 'notes'] })).toEqual([
      {
        id: 'a',
        title: 'Heron',
        text: 'It stands.\n\nIn water.',
        classification: { level: 'public', categories: ['finance', 'pii'] },
        readers: ['group:board', 'group:staff'],
        attributes: { author: '=cmd' },
        place: 'line 2',
        malformed: [],
      },
      {
        id: 'b',
        title: '',
        text: 'It\nsits.',
        classification: INTERNAL,
        // The column is there, and names nobody.
        readers: [],
        attributes: { author: '' },
        place: 'line 3',
        malformed: [],
      },
    ])
  })

  it('have ids of their own that are the same each time, and others elsewhere', async () => {
    const idsOf = async (source: string): Promise<readonly unknown[]> =>
      (await read('csv', 'text\na\nb\n', { defaults: { ...DEFAULTS, source } })).map((it) => (it as { id: string }).id)
    expect(new Set([...(await idsOf('one')), ...(await idsOf('other'))]).size).toBe(4)
    expect(await idsOf('one')).toEqual(await idsOf('one'))
  })

  it.each([
    ['by itself', 'public', INTERNAL, INTERNAL, { level: 'public', categories: ['pii'] }],
    ['by the ingest', undefined, HIGHEST, INTERNAL, HIGHEST],
    ['by the dataset', undefined, undefined, INTERNAL, INTERNAL],
    ['by nobody: as the highest', undefined, undefined, undefined, HIGHEST],
  ])('are classified %s', async (_, level, classification, ofDataset, due) => {
    const defaults = { ...DEFAULTS, classification, ofDataset }
    const text = JSON.stringify({ text: 'A heron.', classification: level })
    expect((await read('json', text, { defaults }))[0]).toMatchObject({ classification: due })
  })

  it('are for nobody where nobody says for whom', async () => {
    const [document] = await read('text', 'A heron.', { defaults: { ...DEFAULTS, readers: undefined } })
    expect(document).toMatchObject({ readers: [], malformed: [] })
  })

  it.each([
    ['a reader that is none', { access: ['*', 'everyone', 'nobody'] }, ['access[1]']],
    ['no list of readers', { access: '*' }, ['access']],
    ['null for readers', { access: null }, ['access']],
    ['a level that is none', { classification: 'Public' }, ['classification']],
    ['a level that is no text', { classification: ['public'] }, ['classification']],
    ['a category that is none', { categories: ['pii', 'secret'] }, ['categories[1]']],
    ['no list of categories', { categories: 'pii' }, ['categories']],
    [
      'all of that',
      { classification: 1, categories: [1], access: [1] },
      ['classification', 'categories[0]', 'access[0]'],
    ],
  ])(
    '[retrieval.malformed] are kept for nobody, and it is said which member is why, where there is %s',
    async (_, record, malformed) => {
      const isClassified = malformed.every((member) => member.startsWith('access'))
      expect(await one({ access: ['*'], ...record })).toMatchObject([
        { readers: [], malformed, classification: isClassified ? INTERNAL : HIGHEST },
      ])
    },
  )

  it('say in CSV too which of a list is malformed', async () => {
    const text = 'text,access,categories\nA heron.,group:staff;staff,pii\n'
    expect(await read('csv', text)).toMatchObject([{ readers: [], malformed: ['access[1]'] }])
  })

  it.each([
    ['no text', { text: undefined }, '`text` is missing, or no text'],
    ['a text that is none', { text: 7 }, '`text` is missing, or no text'],
    ['a title that is no text', { title: 7 }, '`title` is no text'],
    ['an id that is a number', { id: 7 }, '`id` is a number: write it as a text, in quotes'],
    ['an id that is no text', { id: true }, '`id` is no text of 1 to 512 characters'],
    ['an empty id', { id: '' }, '`id` is no text of 1 to 512 characters'],
    ['a long id', { id: 'x'.repeat(513) }, '`id` is no text of 1 to 512 characters'],
    ['an id with NUL', { id: 'a\0' }, '`id` is no text of 1 to 512 characters'],
    ['attributes in a list', { attributes: [] }, '`attributes` is no object of texts, numbers, true and false'],
    [
      'an attribute that is a list',
      { attributes: { a: [] } },
      '`attributes` is no object of texts, numbers, true and false',
    ],
    ['a misspelt member', { acess: [] }, 'it has a member that is not known: there are id, '],
    ['a place of its own', { place: 'record 7' }, 'it has a member that is not known: there are id, '],
  ])('are refused with their place: %s', async (_, record, due) => {
    const [refusal, ...others] = await one(record)
    expect(others).toEqual([])
    expect(String(refusal).startsWith(`record 1: ${due}`)).toBe(true)
  })

  it('are refused where an id stands twice, after those before it', async () => {
    const all = await read('csv', 'id,text\na,x\nb,y\na,z\n')
    expect(all).toHaveLength(3)
    expect(all[2]).toBe('line 4: `id` stood in this text before')
  })

  it.each([
    ['no header', '', 'line 1: there is no line that names the columns'],
    ['no text column', 'id,body\n', 'line 1: there is no column `text`'],
    ...[';', '\t', '|'].map((sign): [string, string, string] => [
      `another sign between its fields: ${JSON.stringify(sign)}`,
      `id${sign}text\na${sign}x\n`,
      `line 1: there is no column \`text\`; its fields seem to be separated by ${SIGNS[sign]}: here they are by commas`,
    ]),
    ...[';', '\t'].map((sign): [string, string, string] => [
      `another sign between fields in quotes: ${JSON.stringify(sign)}`,
      `"id"${sign}"text"\n`,
      `line 1: after the quote that ends a field stands neither a comma nor the end of the line, but ${SIGNS[sign]}: fields are separated by commas`,
    ]),
    ['two columns of one name', 'text,a,a\n', 'line 1: two columns have one name'],
    [
      'a column of attributes',
      'text,attributes\n',
      'line 1: no column is named `attributes`: each attribute is a column',
    ],
  ])('are refused in CSV with %s', async (_, text, due) => {
    expect(await read('csv', text)).toEqual([due])
  })

  it('have an id in CSV that is a number as it is written there', async () => {
    expect(await read('csv', 'id,text\n007,x\n7,y\n')).toMatchObject([{ id: '007' }, { id: '7' }])
  })

  it('take names of objects for what they are', async () => {
    const [document] = await read('csv', '__proto__,text,constructor\na,b,c\n')
    expect(Object.entries((document as { attributes: object }).attributes)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'c'],
    ])
  })
})
