import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPeople, refused, shown, startPeople, tableOf } from '../../../test/people-database.js'
import { POSTGRES, type PostgresServer } from '../../../test/postgres.js'
import type { TableSource } from '../../spec/index.js'

const VALUE = 'HIDDEN'

describe.skipIf(POSTGRES === undefined)('what a caller is told of a statement that fails (needs PostgreSQL)', () => {
  let server: PostgresServer
  let source: TableSource
  beforeAll(async () => {
    server = await startPeople(`
      CREATE TABLE people (id integer, name text, wage numeric, at timestamptz, tags text[]);
      INSERT INTO people SELECT i, '${VALUE}' || i, 0, now(), '{a}' FROM generate_series(1, 3) AS i;
      CREATE TABLE barred (id integer);
      CREATE FUNCTION fails(integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '${VALUE}'; END $$;
      CREATE TABLE guarded (id integer);
      INSERT INTO guarded VALUES (1);
      ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
      CREATE POLICY fails ON guarded USING (fails(id));
      GRANT SELECT ON people, guarded TO analyst`)
    source = (
      await openPeople(server, {
        tables: [
          tableOf('people', ['id', 'name', 'wage', 'at', 'tags']),
          tableOf('barred', ['id']),
          tableOf('guarded', ['id']),
        ],
      })
    ).source
  })
  afterAll(async () => {
    await source.close()
    await server.remove()
  })

  it.each([
    ['SELECT 1 / wage FROM people', 'division by zero', undefined],
    ['SELECT name::integer FROM people', 'a value that is not of its type', undefined],
    [`SELECT id FROM people WHERE name = 1`, 'an unknown function or operator', 'name ='],
    [`SELECT id FROM people WHERE id`, 'a type mismatch', 'id'],
    ['SELECT id, count(*) FROM people', 'a column that is not grouped', 'id'],
    ['SELECT (SELECT id FROM people)', 'more than one row where one is needed', undefined],
    ['SELECT 2147483647 + id FROM people', 'a number out of range', undefined],
    [`SELECT to_date('99999999', 'YYYYMMDD')`, 'a date out of range', undefined],
    [`SELECT upper(id, id) FROM people`, 'an unknown function or operator', 'upper'],
    [`SELECT '😀', '${VALUE}'::integer`, 'a value that is not of its type', `'${VALUE}'`],
    [`SELECT tags::integer[] FROM people`, 'a value that is not of its type', undefined],
    [`SELECT tags::jsonb::date FROM people`, 'a type that does not become another', 'tags'],
  ])('[tables.errors] %s: %s', async (sql, kind, at) => {
    const refusal = await refused(source, sql)
    expect(refusal).toMatchObject({ code: 'invalid_request', param: 'sql' })
    expect(refusal.message).toContain(kind)
    const place = /at character (\d+)/.exec(refusal.message)?.[1]
    if (at !== undefined)
      expect(sql.slice(Number(place))).toMatch(new RegExp(`^(::|=|${at.replaceAll(/[^\w'😀 =]/gu, '')})`))
    expect(JSON.stringify(refusal)).not.toContain(VALUE)
  })

  it('is no value of a parameter', async () => {
    const refusal = await refused(source, 'SELECT name FROM people WHERE id = $1', { parameters: [VALUE] })
    expect(refusal).toMatchObject({ code: 'invalid_request' })
    expect(JSON.stringify(refusal)).not.toContain(VALUE)
  })

  it('is no message of a function or policy of the database', async () => {
    const refusal = await refused(source, 'SELECT id FROM guarded')
    expect(refusal).toMatchObject({ code: 'upstream_failed' })
    expect(JSON.stringify(refusal)).not.toContain(VALUE)
    expect(refusal.forLog).toBe('dataset `people`: SQLSTATE P0001')
  })

  it('is that it may not, where the role has no right', async () => {
    expect(await refused(source, 'SELECT id FROM barred')).toMatchObject({ code: 'forbidden_by_policy' })
  })

  it.each([
    ['too few', 'SELECT name FROM people WHERE id = $1', []],
    ['too many', 'SELECT name FROM people WHERE id = $1', [1, 2]],
    ['one that is never used', 'SELECT name FROM people WHERE id = $2', [1, 2]],
    ['a NUL', 'SELECT name FROM people WHERE name = $1', ['\0']],
    ['what is no number', 'SELECT name FROM people WHERE id = $1', [Number.NaN]],
  ])('is refused with parameters that do not fit: %s', async (_, sql, parameters) => {
    expect(await refused(source, sql, { parameters })).toMatchObject({ code: 'invalid_request', param: 'parameters' })
  })

  it('leaves the connections as they were', async () => {
    for (let time = 0; time < 10; time += 1) await refused(source, 'SELECT 1 / wage FROM people')
    expect(await shown(source, 'SELECT id FROM people ORDER BY id')).toEqual([['1'], ['2'], ['3']])
    expect(await server.run(`SELECT pid FROM pg_stat_activity WHERE usename = 'reader' AND state <> 'idle'`)).toEqual(
      [],
    )
  })
})
