import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changed, openPeople, refused, shown, startPeople, tableOf } from '../../../test/people-database.js'
import { POSTGRES, type PostgresServer } from '../../../test/postgres.js'

describe.skipIf(POSTGRES === undefined)('the schema of the database (needs PostgreSQL)', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPeople('')
  })
  afterAll(() => server.remove())

  const made = async (sql: string): Promise<void> => {
    await server.run(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO analyst; ${sql};
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO analyst`)
  }

  it('[tables.unclassified] shows no column that nobody classified, now or later', async () => {
    await made(
      `CREATE TABLE people (id integer, secret text, name text); INSERT INTO people VALUES (1, 'hidden', 'Ann')`,
    )
    const { source } = await openPeople(server, { tables: [tableOf('people', ['id', 'name'])] })
    expect(await shown(source, 'SELECT * FROM people')).toEqual([['1', 'Ann']])
    await server.run(`ALTER TABLE people ADD COLUMN card text DEFAULT 'hidden'`)
    expect(await shown(source, 'SELECT * FROM people')).toEqual([['1', 'Ann']])
    expect(await shown(source, 'SELECT p::text, row_to_json(p) FROM people p')).toEqual([
      ['(1,Ann)', '{"id":1,"name":"Ann"}'],
    ])
    for (const sql of ['SELECT secret FROM people', 'SELECT card FROM people', 'SELECT p.card FROM people p'])
      expect(await refused(source, sql)).toMatchObject({ code: 'invalid_request' })
    await source.close()
  })

  it('follows what is dropped, renamed and changed while it is in use', async () => {
    await made(
      `CREATE TABLE people (id integer, name text, born date); INSERT INTO people VALUES (1, 'Ann', '2000-01-02')`,
    )
    let nowMs = 0
    const { source, warnings } = await openPeople(server, {
      tables: [tableOf('people', ['id', 'name', 'born'])],
      clock: { now: () => nowMs },
      // What reads the schema anew is in its turn: whatever is asked after a refusal comes behind it.
      limits: { rows: 1000, bytes: 1_000_000, timeoutMs: 5000, connections: 1 },
    })
    const all = 'SELECT * FROM people'
    expect(await shown(source, all)).toEqual([['1', 'Ann', '2000-01-02']])

    await server.run('ALTER TABLE people DROP COLUMN name')
    // What was prepared is refused once, and understood anew.
    expect(await refused(source, all)).toMatchObject({
      code: 'upstream_failed',
      message: expect.stringContaining('changed'),
    })
    await expect.poll(() => shown(source, all).catch(() => 'refused')).toEqual([['1', '2000-01-02']])
    expect(warnings).toEqual(['dataset `people`: the column `public.people.name` is not there, and nobody sees it'])

    await server.run('ALTER TABLE people ALTER COLUMN id TYPE text')
    await refused(source, all)
    await expect.poll(() => shown(source, all).catch(() => 'refused')).toEqual([['1', '2000-01-02']])
    await expect.poll(() => shown(source, 'SELECT id FROM people').catch(() => 'refused')).toEqual([['1']])
    const query = await changed(source, 'SELECT id FROM people')
    expect(query.kind === 'proceed' && query.value.columns).toMatchObject([{ type: 'text', cells: 'text' }])

    await server.run(`DROP TABLE people; CREATE TABLE people (born date, id text); INSERT INTO people VALUES ('2001-01-01', '7');
      GRANT SELECT ON people TO analyst`)
    // By their names these are the same columns: nothing fails, and the order is found out in a minute.
    expect(await shown(source, all)).toEqual([['7', '2001-01-01']])
    nowMs += 61_000
    await expect.poll(() => shown(source, all).catch(() => 'refused')).toEqual([['2001-01-01', '7']])
    await source.close()
  })

  it('is what it was at one moment, whatever changes while it is read', async () => {
    const anew = `CREATE TABLE people (id integer, name text); GRANT SELECT ON people TO analyst`
    await made(anew)
    let nowMs = 0
    const { source, warnings } = await openPeople(server, {
      tables: [tableOf('people', ['id', 'name'])],
      clock: { now: () => nowMs },
    })
    for (let turn = 0; turn < 40; turn += 1) {
      let isMade = false
      const making = server.run(`DROP TABLE people; ${anew}`).finally(() => {
        isMade = true
      })
      while (!isMade) {
        nowMs += 61_000
        await shown(source, 'SELECT id FROM people').catch(() => 'refused')
        await new Promise(setImmediate)
      }
      await making
    }
    expect(warnings).toEqual([])
    await source.close()
  })

  it('says what is missing, and shows the rest', async () => {
    await made(`CREATE TABLE people (id integer); INSERT INTO people VALUES (1);
      CREATE TYPE pair AS (a integer, b integer); CREATE TABLE pairs (id integer, both_ pair)`)
    const { source, warnings } = await openPeople(server, {
      tables: [tableOf('people', ['id', 'email']), tableOf('gone', ['id']), tableOf('pairs', ['id', 'both_'])],
    })
    expect(warnings).toEqual([
      'dataset `people`: the column `public.people.email` is not there, and nobody sees it',
      'dataset `people`: the table `public.gone` is not there, and nobody sees it',
      'dataset `people`: the column `public.pairs.both_` is of a composite type, and nobody sees it',
    ])
    expect(await shown(source, 'SELECT * FROM people')).toEqual([['1']])
    expect(await shown(source, 'SELECT * FROM pairs')).toEqual([])
    const unknown = await refused(source, 'SELECT id FROM gone')
    await server.run('CREATE TABLE uncatalogued (id integer)')
    expect(await refused(source, 'SELECT id FROM uncatalogued')).toEqual({
      ...unknown,
      message: unknown.message,
    })
    await source.close()
  })

  it('shows a view that reads as who asks, and one that reads as its owner only where that was said', async () => {
    await made(`
      CREATE TABLE people (id integer, name text); INSERT INTO people VALUES (1, 'Ann');
      CREATE VIEW asking WITH (security_invoker = true) AS SELECT id, name FROM people;
      CREATE VIEW owning AS SELECT id, name FROM people;
      CREATE MATERIALIZED VIEW kept AS SELECT id FROM people`)
    const { source, warnings } = await openPeople(server, {
      tables: [tableOf('asking', ['id', 'name']), tableOf('owning', ['id']), tableOf('kept', ['id'])],
    })
    expect(await shown(source, 'SELECT * FROM asking')).toEqual([['1', 'Ann']])
    for (const table of ['owning', 'kept'])
      expect(await refused(source, `SELECT id FROM ${table}`)).toMatchObject({ code: 'invalid_request' })
    expect(warnings).toEqual([
      expect.stringContaining('`public.owning` is a view without security_invoker'),
      expect.stringContaining('`public.kept` is a materialized view'),
    ])
    await source.close()

    const { source: said, warnings: none } = await openPeople(server, {
      tables: [tableOf('owning', ['id'], { definer: true }), tableOf('kept', ['id'], { definer: true })],
    })
    expect(await shown(said, 'SELECT owning.id, kept.id FROM owning, kept')).toEqual([['1', '1']])
    const query = await changed(said, 'SELECT id FROM owning')
    expect(query.kind === 'proceed' && query.value.columns).toMatchObject([{ origin: 'public.owning.id' }])
    expect(none).toEqual([])
    await said.close()
  })

  it('shows what is partitioned or inherited as the one table that was classified', async () => {
    await made(`
      CREATE TABLE logs (id integer, secret text, body text) PARTITION BY RANGE (id);
      CREATE TABLE logs_1 (secret text, body text, id integer);
      ALTER TABLE logs ATTACH PARTITION logs_1 FOR VALUES FROM (0) TO (10);
      INSERT INTO logs VALUES (1, 'hidden', 'one');
      CREATE TABLE parent (id integer); CREATE TABLE child (secret text) INHERITS (parent);
      INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 'hidden')`)
    const { source, warnings } = await openPeople(server, {
      tables: [tableOf('logs', ['id', 'body']), tableOf('parent', ['id'])],
    })
    expect(await shown(source, 'SELECT * FROM logs')).toEqual([['1', 'one']])
    expect(await shown(source, 'SELECT * FROM parent ORDER BY id')).toEqual([['1'], ['2']])
    expect(await refused(source, 'SELECT * FROM logs_1')).toMatchObject({ code: 'invalid_request' })
    const query = await changed(source, 'SELECT body FROM logs')
    expect(query.kind === 'proceed' && query.value.columns).toMatchObject([{ origin: 'public.logs.body' }])
    expect(warnings).toEqual([])
    await source.close()
  })

  it('wants each column of what reads as its owner classified', async () => {
    const column = { name: 'id', level: undefined, categories: [], mask: 'full' as const }
    await expect(
      openPeople(server, { tables: [tableOf('owning', [], { definer: true, columns: [column] })] }),
    ).rejects.toThrow('every column of `public.owning` needs a classification of its own')
  })

  it.each([
    ['a level that there is not', tableOf('people', ['id'], { level: 'secret' }), '`secret` is no level'],
    ['a category that there is not', tableOf('people', ['id'], { categories: ['x'] }), '`x` is no category'],
    [
      'a row filter that is two conditions',
      tableOf('people', ['id'], { filters: [{ name: 'mine', where: 'true) OR (true', always: true }] }),
      'the row filter `mine` of `public.people`',
    ],
  ])('is not opened with %s', async (_, table, why) => {
    await expect(openPeople(server, { tables: [table] })).rejects.toThrow(why)
  })

  it('tells of row filters that the database does not take, when it is opened', async () => {
    await made('CREATE TABLE people (id integer, nurse text)')
    const filters = [
      { name: 'gone', where: 'nosuch = 1', always: false },
      { name: 'text', where: 'nurse', always: false },
      { name: 'good', where: 'id > 0', always: false },
    ]
    const { source, warnings } = await openPeople(server, {
      tables: [tableOf('people', ['id'], { filters }), tableOf('missing', ['id'], { filters })],
    })
    const told = warnings.filter((one) => one.includes('row filter'))
    expect(told).toEqual([
      expect.stringMatching(/`gone` of `public.people` fails, .*nosuch.*42703/),
      expect.stringMatching(/`text` of `public.people` fails, .*42804/),
    ])
    await source.close()
  })

  it('[tables.origin] classifies by column, table and dataset, in this order, and what nobody classified as the highest', async () => {
    await made('CREATE TABLE people (id integer, name text, email text); CREATE TABLE other (id integer)')
    const people = tableOf('people', [], {
      level: 'internal',
      categories: ['finance'],
      columns: [
        { name: 'id', level: 'public', categories: [], mask: 'full' },
        { name: 'name', level: undefined, categories: ['pii'], mask: 'full' },
      ],
    })
    const other = tableOf('other', [], {
      level: undefined,
      columns: [{ name: 'id', level: undefined, categories: [], mask: 'full' }],
    })
    const { source } = await openPeople(server, { tables: [people, other], level: undefined })
    const classesOf = async (sql: string) => {
      const query = await changed(source, sql)
      if (query.kind === 'refuse') throw new Error(query.forLog)
      return query.value.columns.map(({ classification, origin }) => [
        origin,
        classification.level,
        ...classification.categories,
      ])
    }
    expect(await classesOf('SELECT id, name FROM people')).toEqual([
      ['public.people.id', 'public', 'finance'],
      ['public.people.name', 'internal', 'finance', 'pii'],
    ])
    expect(await classesOf('SELECT id FROM other')).toEqual([['public.other.id', 'restricted', 'finance', 'pii']])
    // What cannot be traced is as high as anything that is read: of the table its rows, of columns those that are named.
    expect(await classesOf('SELECT count(*), id + 1 FROM people GROUP BY id')).toEqual([
      [undefined, 'internal', 'finance'],
      [undefined, 'internal', 'finance'],
    ])
    expect(await classesOf('SELECT lower(name) FROM people')).toEqual([[undefined, 'internal', 'finance', 'pii']])
    expect(await classesOf('SELECT p.id FROM people p JOIN other o ON o.id = p.id')).toEqual([
      ['public.people.id', 'public', 'finance'],
    ])
    expect(await classesOf('SELECT id FROM people UNION ALL SELECT id FROM other')).toEqual([
      [undefined, 'restricted', 'finance', 'pii'],
    ])
    expect(await classesOf('WITH c AS (SELECT name AS n FROM people) SELECT x.n FROM (SELECT n FROM c) x')).toEqual([
      ['public.people.name', 'internal', 'finance', 'pii'],
    ])
    await source.close()
  })
})
