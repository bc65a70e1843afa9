import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliHouse, entriesOf, type Place, stopped } from './cli-house.js'
import { launch, ostiary, type Ran, type Ready, readyLine, type Started } from './command.js'
import { send } from './http.js'

const house = cliHouse()

const POLICIES = `@id("search") permit (principal in Group::"analysts", action == Action::"searchDataset", resource is Dataset);
`
const CHANGES = {
  datasets: [
    { name: 'handbook', classification: 'internal', documents: { store: 'sqlite:./handbook.db' } },
    { name: 'away', documents: { store: `\${NOWHERE_URL}` } },
  ],
}
const CSV = `id,title,text,access,team
a,Herons,"Herons stand in water, still.",group:analysts,birds
b,Toads,Toads stand in water.,,birds
c,Newts,Write to jo@clinic.example about water.,group:analysts;group:support,birds
`

let where: Place
let started: Started | undefined
let ready: Ready

beforeAll(() => {
  where = house.place('datasets', POLICIES, CHANGES)
  mkdirSync(join(where.dir, 'files'))
  const files = {
    'birds.csv': CSV,
    'rules.md': '# Rules of water\n\nNobody drinks it.\n',
    'notes.ndjson': '{"id":"n1","text":"Water is wet."}\n{"id":"n2","text":"Water is cold.","access":["*"]}\n',
    'broken.csv': 'id,text\na,water\nb,wa"ter\n',
    'empty.csv': '',
    'semicolons.csv': 'id;text\na;water\n',
    'numbers.json': '[{"id":7,"text":"water"}]',
    'numbers.csv':
      'id,text,access\n7,Ice is hard water.,everyone;group:analysts\n8,Snow is soft water.,group:analysts\n',
    'bad.json': '[{"id":"x1","text":"water"},{"id":"x2","text":7}]',
    'what.bin': 'water',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(where.dir, 'files', name), text)
})
afterAll(async () => {
  if (started !== undefined) await stopped(started)
})

const run = (...args: readonly string[]): Promise<Ran> =>
  ostiary(['dataset', ...args, '--config', where.file], { cwd: join(where.dir, 'files') })

async function search(query: string): Promise<readonly string[]> {
  const token = await house.issuer.token({ as: 'alice', scope: 'datasets:read' })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = Buffer.from(JSON.stringify({ query }))
  const answer = await send(ready.gateway, body, { path: '/v1/datasets/handbook/search', headers })
  return (answer.json() as { results: { id: string }[] }).results.map(({ id }) => id).sort()
}

async function start(): Promise<void> {
  started = launch(['start', '--config', where.file, '--json'], {
    env: { NOWHERE_URL: `sqlite:${join(where.dir, 'away.db')}` },
  })
  ready = await readyLine(started)
}

describe('ostiary dataset, where no gateway runs', () => {
  test('ingests into the store itself', async () => {
    const done = await run('ingest', 'handbook', 'birds.csv')
    expect(done).toMatchObject({
      code: 0,
      stdout: 'birds.csv, line 4: put (internal): pii.email\n' + 'handbook: 3 of 3 documents were put\n',
      stderr: 'warning: 1 documents are found by nobody: no --access, and they name nobody themselves\n',
    })
  })

  test('says which variable of the dataset is not set, and touches nothing', async () => {
    const done = await run('ingest', 'away', 'rules.md', '--access', '*')
    expect(done).toMatchObject({ code: 1, stdout: '' })
    expect(done.stderr).toContain('`NOWHERE_URL` is not set')
  })

  test('the next start finds and logs what was done', async () => {
    await start()
    expect(await search('water')).toEqual(['a', 'c'])
    const entries = (await entriesOf(where)).filter(({ type }) => type === 'config').map(({ own }) => own)
    expect(entries).toContainEqual(
      expect.objectContaining({ dataset: 'handbook', did: 'ingest', documents: 3, found_by_nobody: 1, offline: true }),
    )
  })
})

describe('ostiary dataset, where a gateway runs', () => {
  beforeAll(async () => {
    if (started === undefined) await start()
  })

  test('ingests files of several formats, and tells of each document', async () => {
    const done = await run('ingest', 'handbook', 'rules.md', 'notes.ndjson', '--access', 'group:analysts', '--json')
    const told = { outcome: 'put', classification: 'internal', categories: [], found: [], foundByNobody: false }
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.lines()).toEqual([
      { file: 'rules.md', place: 'the text', id: expect.stringMatching(/^[0-9a-f]{32}$/), ...told },
      { file: 'notes.ndjson', place: 'record 1', id: 'n1', ...told },
      { file: 'notes.ndjson', place: 'record 2', id: 'n2', ...told },
      { ok: true, dataset: 'handbook', documents: 3, put: 3, hidden: 0, refused: 0, foundByNobody: 0 },
    ])
    const [rules] = done.lines()
    expect(await search('drinks')).toEqual([rules?.['id']])
    // The same file is the same document.
    await run('ingest', 'handbook', './rules.md', '--access', '*')
    expect(await search('drinks')).toEqual([rules?.['id']])
  })

  test('says which member hides a document, and takes numbers for ids in CSV', async () => {
    const done = await run('ingest', 'handbook', 'numbers.csv')
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toContain('numbers.csv, line 2: hidden (internal), as `access[0]` is malformed\n')
    expect(await search('ice snow')).toEqual(['8'])
    const again = await run('ingest', 'handbook', 'numbers.csv', '--json')
    expect(again.lines()[0]).toMatchObject({ id: '7', outcome: 'hidden', malformed: ['access[0]'] })
    expect(again.lines()[1]).not.toHaveProperty('malformed')
    await run('delete', 'handbook', '7', '8')
  })

  test('says loudly that nobody finds what is without access', async () => {
    const done = await run('ingest', 'handbook', 'rules.md')
    expect(done.stderr).toBe('warning: 1 documents are found by nobody: no --access, and they name nobody themselves\n')
    expect(await search('drinks')).toEqual([])
  })

  test('takes the text of other columns of CSV, and classifies by what was said', async () => {
    const said = ['--classification', 'restricted', '--categories', 'pii', '--access', '*']
    const done = await run(
      'ingest',
      'handbook',
      'birds.csv',
      '--text-column',
      'title',
      '--text-column',
      'text',
      ...said,
    )
    expect(done.stdout).toContain('birds.csv, line 4: put (restricted pii): pii.email')
    expect(await search('newts')).toEqual(['c'])
    expect(await search('toads')).toEqual([])
  })

  test('classifies anew, and deletes', async () => {
    const half = await run('reclassify', 'handbook', 'a', '--classification', 'public')
    expect([half.code, half.stderr]).toEqual([2, expect.stringContaining('go together')])
    const done = await run(
      'reclassify',
      'handbook',
      'a',
      '--classification',
      'public',
      '--categories',
      '',
      '--access',
      '',
    )
    expect(done).toMatchObject({
      code: 0,
      stdout: 'classified: public\nfound by: \n',
      stderr: 'warning: the document is found by nobody: --access names nobody\n',
    })
    expect(await search('herons')).toEqual([])
    await run('reclassify', 'handbook', 'a', '--access', 'group:analysts,group:support')
    expect(await search('herons')).toEqual(['a'])
    const missing = await run('reclassify', 'handbook', 'zz', '--access', '*')
    expect([missing.code, missing.stderr]).toEqual([1, 'There is no document of this id.\n'])
    const deleted = await run('delete', 'handbook', 'a', 'c', 'zz', '--json')
    expect(deleted.lines()).toEqual([{ ok: true, dataset: 'handbook', asked: 3, deleted: 2 }])
    expect(await search('herons newts')).toEqual([])
  })

  test('lists datasets', async () => {
    const done = await run('list')
    expect(done.code).toBe(0)
    expect(done.stdout).toMatch(/^handbook +documents +internal +documents: internal; restricted pii$/m)
    expect(done.stdout).toMatch(/^away +documents +restricted finance phi pii +no documents$/m)
  })

  test.each<[string, readonly string[], number, string]>([
    [
      'a file that is not there',
      ['ingest', 'handbook', 'rules.md', 'nowhere.md'],
      1,
      'nowhere.md: cannot be read (ENOENT)',
    ],
    ['a file of no known format', ['ingest', 'handbook', 'what.bin'], 2, 'say what it is, with --format'],
    ['a format that is none', ['ingest', 'handbook', 'what.bin', '--format', 'pdf'], 2, '--format is one of'],
    [
      'a folder',
      ['ingest', 'handbook', '.', '--format', 'text'],
      1,
      '.: this is a folder: name the files that are in it',
    ],
    ['a folder of which no format is said', ['ingest', 'handbook', '.'], 1, '.: this is a folder'],
    [
      'an empty file, and with it those beside it',
      ['ingest', 'handbook', 'rules.md', 'empty.csv'],
      1,
      'empty.csv: the file is empty: there is no document in it',
    ],
    [
      'a CSV with semicolons',
      ['ingest', 'handbook', 'semicolons.csv'],
      1,
      'semicolons.csv: line 1: there is no column `text`; its fields seem to be separated by semicolons: here they are by commas',
    ],
    [
      'an id that is a number, in JSON',
      ['ingest', 'handbook', 'numbers.json'],
      1,
      'numbers.json: Nothing was done: record 1: `id` is a number: write it as a text, in quotes',
    ],
    [
      'a column that is not there',
      ['ingest', 'handbook', 'birds.csv', '--text-column', 'body'],
      1,
      'there is no column `body`',
    ],
    [
      'a document that is none',
      ['ingest', 'handbook', 'bad.json'],
      1,
      'bad.json: Nothing was done: record 2: `text` is missing, or no text',
    ],
    [
      'a level that is none',
      ['ingest', 'handbook', 'rules.md', '--classification', 'secret'],
      1,
      '`classification` is one of',
    ],
    ['a reader that is none', ['ingest', 'handbook', 'rules.md', '--access', 'staff'], 1, '`access` is a list of'],
    ['a dataset that is none', ['ingest', 'handbok', 'rules.md'], 1, 'There is no dataset of this name.'],
    ['nothing to change', ['reclassify', 'handbook', 'b'], 2, 'say what is to change'],
  ])('refuses %s', async (_what, args, code, says) => {
    const done = await run(...args)
    expect([done.code, done.stderr]).toEqual([code, expect.stringContaining(says)])
  })

  test('keeps what stands before the fault in a file, and says so', async () => {
    const done = await run('ingest', 'handbook', 'broken.csv', '--access', '*', '--json')
    expect(done.code).toBe(1)
    expect(done.stderr).toContain('what stands before it is done, and stays: 1')
    expect(done.lines().at(-1)).toMatchObject({
      ok: false,
      message: 'broken.csv: line 3: a quote stands in a field that does not begin with one',
    })
    expect(await search('water')).toContain('a')
  })
})
